# /// script
# dependencies = []
# [tool.us_trade]
# speaks = ["csv"]
# program = "Rscript"  # of Debian's package r-base-core
# ///
"""R, with nothing installed into it: the CSV files."""

import csv

import client

request = client.request()
READ = 'write.csv(read.csv("{}.csv", fileEncoding = "UTF-8-BOM"), na = "", row.names = FALSE)'


def rscript(script: str) -> str:
    return client.run("Rscript", "--vanilla", "-e", script, folder=request.dist)


def value(cell: str) -> bool | int | str:
    is_number = cell.lstrip("-").isdecimal()
    return int(cell) if is_number else {"true": True, "false": False}.get(cell, cell)


def read(mart: str) -> list[dict]:
    rows = csv.DictReader(rscript(READ.format(mart)).splitlines(keepends=True))
    return [{name: value(cell) for name, cell in row.items()} for row in rows]


marts = [file.stem for file in request.dist.glob("*.csv") if not file.stem.startswith("sdmx")]
version = rscript("cat(format(getRversion()))")
client.reply(request, version, {"csv": client.of_files(marts, read)})
