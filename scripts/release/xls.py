"""The cells of an old workbook (.xls), read with python-calamine in a process of its own.

Source: ``exhibit_history.xls``, in which the Census Bureau published the history until 2016 or so.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

from .faults import Fault, Refused
from .workbook import (
    MOST_CELLS,
    MOST_ROWS,
    OLE_FILE,
    PASSWORD,
    Cells,
    Sheet,
    Unreadable,
    beginning,
    chosen_sheet,
    in_short,
    place,
    too_large,
)

PROGRAM = Path(__file__).with_name("xls_process.py")
READER = "python_calamine"
TOO_MUCH = "is damaged, or has a cell far from the table: it takes too much memory or time to read"
if find_spec(READER) is None:
    raise ModuleNotFoundError(READER, name=READER)


def read_sheet(path: str, data: bytes) -> Sheet:
    """The one sheet of the old workbook ``data`` that has a cell with the release's title.

    ``path`` is what the workbook is called in messages.  Raises Refused.
    """
    try:
        check_file(data)
        return chosen_sheet(path, filled_cells(data), lambda name: iter(()))
    except Unreadable as error:
        raise Refused([Fault(path, 0, str(error), error.place)]) from error


def check_file(data: bytes) -> None:
    """Raises Unreadable for what calamine would read as another kind of file, or not at all."""
    if not data:
        raise Unreadable("is empty")
    if not data.startswith(OLE_FILE) or zipfile.is_zipfile(io.BytesIO(data)):
        hint = "; name it .xlsx if it is one" if data.startswith(b"PK") else ""
        raise Unreadable(f"is no old workbook (.xls): it begins with {beginning(data)}{hint}")
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise Unreadable(PASSWORD)


def filled_cells(data: bytes) -> dict[str, Cells]:
    """The words of the cells of every sheet; raises Unreadable where one is too large."""
    done = subprocess.run(
        [sys.executable, str(PROGRAM), str(MOST_ROWS), str(MOST_CELLS)],
        input=data,
        capture_output=True,
        check=False,
    )
    if done.returncode < 0:
        raise Unreadable(TOO_MUCH)
    if done.returncode:
        *_, told = ["", *done.stderr.decode("utf-8", "replace").splitlines()]
        if "PasswordError" in told:
            raise Unreadable(PASSWORD)
        raise Unreadable(f"is damaged, or no workbook: {in_short(told.partition(': ')[2])}")
    cells_of: dict[str, Cells] = {}
    for name, found in json.loads(done.stdout):
        if found is None:
            raise too_large(name)
        cells: dict[tuple[int, int], str] = {}
        for row, column, value in found:
            place(cells, name, row, column, value)
        cells_of[name] = cells
    return cells_of
