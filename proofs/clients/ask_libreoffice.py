# /// script
# dependencies = ["python-calamine==0.9.1"]
# [tool.us_trade]
# speaks = ["workbook"]
# program = "localc"  # of Debian's package libreoffice-calc
# ///
"""LibreOffice Calc: the workbook, opened and saved as a file of its own kind, which is read."""

import datetime
from pathlib import Path

import client
from python_calamine import CalamineWorkbook

request = client.request()


def localc(*arguments: str | Path) -> str:
    profile = f"-env:UserInstallation={(Path.cwd() / 'libreoffice').as_uri()}"
    return client.run("localc", profile, "--headless", *arguments)


def ask(question: dict) -> list:
    said = localc("--convert-to", "ods", request.dist / "us_trade.xlsx")
    if not Path("us_trade.ods").is_file():  # LibreOffice does not call this a failure
        raise RuntimeError(f"does not open the workbook {said}".strip())
    sheet = CalamineWorkbook.from_path("us_trade.ods").get_sheet_by_name("months")
    _basis, _source, header, *months = sheet.to_python()
    if strange := [row for row in months if type(row[0]) is not datetime.date]:
        raise TypeError(f"no date: {strange[0]}")
    series = [name.lower().split(", ") for name in header[1:]]
    return client.sums(
        (component, flow, value)
        for row in months
        for (flow, component), value in zip(series, row[1:], strict=True)
    )


client.reply(request, localc("--version").split()[1], {"workbook": ask})
