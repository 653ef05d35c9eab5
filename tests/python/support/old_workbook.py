"""An old workbook (.xls), written from scratch: no program that is at hand writes one.

Of [MS-CFB] and [MS-XLS] only what a reader asks for: one sheet, in cells of numbers, words, errors.
"""

from __future__ import annotations

import re
import struct

SECTOR = 512
FREE, END, TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
ERROR = "#DIV/0!"

Cells = dict[tuple[int, int], int | float | str | bool]  # row, column from 0


def cells_of(text: str) -> Cells:
    """Return the cells of a sheet that a text was saved from; a row is a line."""
    cells: Cells = {}
    for row, line in enumerate(text.split("\n")):
        for column, field in enumerate(line.split("\t")):
            plain = field.replace(",", "")
            if field:
                cells[row, column] = int(plain) if re.fullmatch("-?[0-9]+", plain) else field
    return cells


def record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def cell(row: int, column: int, value: float | str) -> bytes:
    head = struct.pack("<HHH", row, column, 0)
    if value == ERROR or isinstance(value, bool):
        return record(0x0205, head + (b"\7\1" if value == ERROR else bytes([value, 0])))
    if isinstance(value, str):  # LABEL, in UTF-16
        words = value.encode("utf-16-le")
        return record(0x0204, head + struct.pack("<HB", len(words) // 2, 1) + words)
    return record(0x0203, head + struct.pack("<d", value))


def old_workbook(
    cells: Cells, size: tuple[int, int] | None = None, in_globals: bytes = b""
) -> bytes:
    """The bytes of a workbook with a sheet 1; ``size`` is what that says of rows and columns."""
    begin = [record(0x0809, struct.pack("<HH8xI", 0x0600, kind, 6)) for kind in (5, 0x10)]
    rows, columns = size or (max(place) + 1 for place in zip(*cells, strict=True))
    table = begin[1] + record(0x0200, struct.pack("<IIHHH", 0, rows, 0, columns, 0))
    table += b"".join(cell(*place, cells[place]) for place in sorted(cells)) + record(0x000A)
    start = len(begin[0]) + len(in_globals) + 4 + 8 + 1 + 4
    sheets = record(0x0085, struct.pack("<IHBB", start, 0, 1, 0) + b"1")
    return contained(begin[0] + in_globals + sheets + record(0x000A) + table)


def contained(stream: bytes) -> bytes:
    """A compound file with this stream for its workbook."""
    stream = stream.ljust(4096, b"\0")
    count = -(-len(stream) // SECTOR)
    tables = -(-(count + 1 + 1) // 127)
    # The sectors: the tables, the directory, the stream.
    chain = [TABLE] * tables + [END]
    first = len(chain)
    chain += [*range(first + 1, first + count), END]
    chain += [FREE] * (tables * 128 - len(chain))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIII", 0, tables, tables, 0, 4096, END, 0, END, 0)
    head += struct.pack("<109I", *range(tables), *[FREE] * (109 - tables))
    directory = entry("Root Entry", 5, END, 0, child=1) + entry("Workbook", 2, first, len(stream))
    table = struct.pack(f"<{len(chain)}I", *chain)
    return head + table + directory.ljust(SECTOR, b"\0") + stream.ljust(count * SECTOR, b"\0")


def entry(name: str, kind: int, first: int, size: int, child: int = FREE) -> bytes:
    words = name.encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII36xIQ", words, len(words) + 2, kind, 1, FREE, FREE, child, first, size
    )
