"""Turn a workbook's sheet into the text of a release.

Source: ``exhibit_history.xlsx`` and ``exh1.xlsx``, in which the Census Bureau publishes the tables,
and the same as ``.xls``, as it did until 2020.  A cell holds words, or a number of millions of US
dollars; what the cells say is for the parser to judge.

A sheet is read whole, hidden rows and sheets included; protection against changes, merged cells,
formats, comments, pictures, charts and links to other files do not matter.
"""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from .tables import has_title, is_header
from .text import Refused, Text, cell_name, clean, in_short, refusal
from .years import ANNUAL, MONTH, YEAR, label_of

Value = str | bool | int | float
MOST_CELLS = 300_000  # of a sheet, blank ones included; the published ones have 5,000
MOST_BYTES_UNPACKED = 5_000_000  # the published workbooks have 1 MB
PROGRAM = Path(__file__).with_name("workbook_process.py")
DAMAGED = "is damaged, protected by a password, or no workbook (.xlsx, .xls)"
TOO_MUCH = "is damaged, or has a cell far from the table: it takes too much memory or time to read"


def read_sheet(path: str, data: bytes) -> Text:
    """Return the one sheet with a release's title as a text; raise Refused."""
    sheets = {
        name: [[words_of(value, at) for at, value in enumerate(row)] for row in rows]
        for name, rows in sheets_of(path, data)
    }
    titled = [name for name, rows in sheets.items() if any(has_title(it[0]) for it in rows if it)]
    if len(titled) > 1:
        names = ", ".join(map(cell_name, titled))
        reason = f"the sheets {names} all have the title of the release; keep one of them"
        raise refusal(path, reason)
    for name in titled or sheets:
        if sheets[name]:
            return page(path, name, sheets[name])
    raise refusal(path, "has no sheet with cells")


def sheets_of(path: str, data: bytes) -> list[tuple[str, list[list[Value]]]]:
    """Return the name and the rows of every sheet; raise Refused."""
    if zipfile.is_zipfile(io.BytesIO(data)):
        with opened(path, data, DAMAGED) as archive:
            check_parts(archive)
    done = subprocess.run(
        [sys.executable, "-I", str(PROGRAM)], input=data, capture_output=True, check=False
    )
    last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
    if done.returncode < 0 or last.startswith("MemoryError"):
        raise refusal(path, TOO_MUCH)
    if done.returncode:
        raise refusal(path, f"{DAMAGED}: {in_short(last.removeprefix('python_calamine.'))}")
    sheets: list[tuple[str, list[list[Value]]]] = json.loads(done.stdout)
    return sheets


@contextlib.contextmanager
def opened(path: str, data: bytes, otherwise: str) -> Iterator[zipfile.ZipFile]:
    """Open a zip file to read it; raise Refused where it is damaged, in any way."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield archive
    except Refused:
        raise
    except Exception as error:  # zipfile has no one error for a damaged file
        raise refusal(path, f"{otherwise}: {in_short(error)}") from error


def check_parts(archive: zipfile.ZipFile) -> None:
    """Raise ValueError unless every part is whole, and there once: programs differ in which of two
    they read."""
    if sum(part.file_size for part in archive.infolist()) > MOST_BYTES_UNPACKED:
        raise ValueError(f"it has more than {MOST_BYTES_UNPACKED:,} bytes when unpacked")
    names = archive.namelist()
    if len(set(names)) < len(names):
        raise ValueError("a part is there twice")
    if damaged := archive.testzip():
        raise ValueError(f"{damaged} is not whole")


def words_of(value: Value, column: int) -> str:
    """Return a cell's value as a text prints it: stripped, 1,234 but the year 1992."""
    if not isinstance(value, str | bool) and value == value // 1:
        return f"{int(value):,}" if column else str(int(value))
    return clean(str(value))


def page(path: str, name: str, grid: list[list[str]]) -> Text:
    """Return the text of a sheet, in the layout of a text release.

    It is one page, without breaks.  Title and notes get the text's blank lines between them; from
    the header on every row is a line.
    """
    header = next((row for row, fields in enumerate(grid, 1) if is_header(fields)), 0)
    width = max(map(len, grid))
    if width * len(grid) > MOST_CELLS:
        raise refusal(path, TOO_MUCH)
    lines, rows = [""], [1]
    for row, fields in enumerate(grid, 1):
        line = fields[0] if fields else ""
        if any(fields[1:]) or label_of(line)[0] in (YEAR, MONTH, ANNUAL):
            line = "\t".join(fields) + "\t" * (width - len(fields))
        if row > header or line:
            new = [line] if row > header else ["", line]
            lines += new
            rows += [row] * len(new)
    return Text(path, "\n".join(lines).encode(), name, rows)
