"""The process of its own in which python-calamine reads an old workbook, for xls.py.

calamine trusts the file: it makes room for whatever a damaged or malicious one says that it holds
(one cell far off, and it reserves the whole range), and may go round in circles.  Here it may do
neither for long, and what it brings down is this process.

The file comes on stdin.  To stdout goes, as JSON, a list of sheets: name, cells as [row, column,
value], both counted from 1; in place of the cells null where the sheet is too large.
"""

from __future__ import annotations

import io
import json
import resource
import sys

from python_calamine import CalamineWorkbook

MOST_MEMORY = 1 << 30  # bytes
MOST_SECONDS = 20


def main(most_rows: int, most_cells: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    found: list[tuple[str, list[object] | None]] = []
    for name in book.sheet_names:
        sheet = book.get_sheet_by_name(name)
        row, column = sheet.end or (0, 0)
        if row >= most_rows or (row + 1) * (column + 1) > most_cells:
            found.append((name, None))
            continue
        rows = enumerate(sheet.to_python(skip_empty_area=False), 1)
        filled = [(at, to, it) for at, row_ in rows for to, it in enumerate(row_, 1) if it != ""]
        found.append((name, [*filled]))
    json.dump(found, sys.stdout, default=str)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
