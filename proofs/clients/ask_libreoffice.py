# /// script
# dependencies = ["python-calamine==0.9.1"]
# [tool.us_trade]
# speaks = ["workbook"]
# program = "localc"  # of Debian's package libreoffice-calc
# ///
"""LibreOffice Calc: the workbook, opened and saved as a file of its own kind, which is read."""

import datetime
import subprocess
from pathlib import Path

import client
from python_calamine import CalamineWorkbook

request = client.request()
here = Path.cwd()


def localc(*arguments: str) -> str:
    profile = f"-env:UserInstallation={(here / 'libreoffice').as_uri()}"
    done = subprocess.run(
        ["localc", profile, "--headless", *arguments], check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return done.stdout


workbook, saved = Path(request["dist"]) / "us_trade.xlsx", here / "us_trade.ods"
said = localc("--convert-to", "ods", "--outdir", str(here), str(workbook))
if not saved.is_file():  # LibreOffice does not call this a failure
    raise RuntimeError(f"does not open the workbook {said}".strip())
book = CalamineWorkbook.from_path(saved)


def ask(question: dict) -> list:
    if question["id"] == "sums of all months":
        _basis, _source, header, *months = book.get_sheet_by_name("months").to_python()
        if strange := [row for row in months if type(row[0]) is not datetime.date]:
            raise TypeError(f"no date: {strange[0]}")
        series = [name.lower().split(", ") for name in header[1:]]
        return client.sums(
            (component, flow, value)
            for row in months
            for (flow, component), value in zip(series, row[1:], strict=True)
        )
    raise NotImplementedError(question)


client.reply(localc("--version").split()[1], request["questions"], ask)
