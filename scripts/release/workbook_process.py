"""Read a workbook with python-calamine in a process of its own, for workbook.py.

calamine trusts the file: it makes room for whatever a damaged or malicious one says that it holds
(one cell far off, and it reserves the whole range), and may go round in circles.  Here it may do
neither for long, and what it brings down is this process.

The file comes on stdin.  To stdout goes, as JSON, a list of sheets: name, rows of values.
"""

from __future__ import annotations

import contextlib
import io
import json
import resource
import sys
from typing import Any

from python_calamine import CalamineWorkbook, SheetTypeEnum

MOST_MEMORY = 1 << 30  # bytes
MOST_SECONDS = 20


def main() -> None:
    for what, most in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_CPU, MOST_SECONDS),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # macOS knows no limit of memory
            resource.setrlimit(what, (most, most))
    book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    found = []
    for sheet in book.sheets_metadata:
        if sheet.typ is SheetTypeEnum.WorkSheet:
            rows = book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
            found.append((sheet.name, filled([filled(row) for row in rows])))
    sys.stdout.write(json.dumps(found, default=str))


def filled(values: list[Any]) -> list[Any]:
    """Return the values, or rows, without the blank ones at the end."""
    while values and (values[-1] == [] or not str(values[-1]).strip()):
        values.pop()
    return values


if __name__ == "__main__":
    main()
