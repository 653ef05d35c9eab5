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
if not saved.is_file():  # which is no failure to LibreOffice
    raise RuntimeError(f"does not open the workbook {said}".strip())
book = CalamineWorkbook.from_path(saved)


def rows(sheet: str) -> list[dict]:
    header, *found = book.get_sheet_by_name(sheet).to_python()
    return [dict(zip(header, row, strict=True)) for row in found]


def ask(question: dict) -> list:
    if question["id"] == "sheets":
        marts = sorted(name for name in book.sheet_names if name != "notes")
        return [(f"marts.{mart}", len(rows(mart))) for mart in marts]
    if question["id"] == "sums of all months":
        trade = rows("fct_monthly_trade")
        if strange := [row for row in trade if type(row["month_date"]) is not datetime.date]:
            raise TypeError(f"no date: {strange[0]}")
        flows = ("exports", "imports", "balance")
        return client.sums(
            (row["component"], flow, row[f"{flow}_musd"]) for row in trade for flow in flows
        )
    raise NotImplementedError(question)


client.reply(localc("--version").split()[1], request["questions"], ask)
