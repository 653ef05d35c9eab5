"""One file of a release, a text or a workbook, read whole or refused.

A file is looked at before it is read: its kind by its name, then its size.  A workbook's sheet is
parsed as it stands, so that a fault is named by its cell; then, written in the layout of a text,
once more: the release's lines are those of that text.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from project import shown

from .faults import Fault, Refused
from .parser import Draft, parse
from .text import Text

# The published table is of 35,000 bytes as a text, and of 270,000 as a workbook.
MOST_BYTES = {".txt": 1_000_000, ".xlsx": 5_000_000}
MONTH = re.compile(r"[12][0-9]{3}-(?:0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Origin:
    """The file that a release came in: its SHA-256, and of a workbook the sheet and by how much
    the number of a line of the text is larger than that of its row."""

    sha256: str
    source_format: str = "text"
    sheet_name: str = ""
    row_offset: str = ""


@dataclass(frozen=True)
class Release(Draft):
    """One release: the table, the text that it is the whole of, and the file it came in."""

    text: Text
    origin: Origin


def read_release(path: Path) -> Release:
    """One file, a text or a workbook, as a release; raises Refused."""
    name, suffix = shown(path), path.suffix.lower()
    if suffix == ".xls" and path.is_file():
        raise Refused([Fault(name, 0, "is an old workbook (.xls); save it as .xlsx")])
    if suffix not in MOST_BYTES or not path.name.isprintable() or not path.is_file():
        reason = "is neither a text release (.txt) nor a workbook (.xlsx); keep it elsewhere"
        raise Refused([Fault(name, 0, reason)])
    try:
        check_size(name, suffix, path.stat().st_size)
        data = path.read_bytes()
    except OSError as error:
        raise Refused([Fault(name, 0, f"cannot be read: {error.strerror}")]) from None
    release = read_workbook(name, data) if suffix == ".xlsx" else read_text(name, data)
    if MONTH.fullmatch(path.stem) and path.stem != release.release_id:
        reason = f"ends with {release.release_id}; is it cut off? If not, name it for that month"
        raise Refused([Fault(name, 0, reason)])
    return release


def check_size(name: str, suffix: str, size: int) -> None:
    if size > MOST_BYTES[suffix]:
        most = f"a release has less than {MOST_BYTES[suffix]:,}"
        raise Refused([Fault(name, 0, f"has {size:,} bytes; {most}")])


def read_text(name: str, data: bytes) -> Release:
    """The text ``data``, called ``name`` in messages, as a release; raises Refused."""
    text = Text(name, data)
    return Release(**vars(parse(text)), text=text, origin=Origin(text.sha256))


def read_workbook(name: str, data: bytes) -> Release:
    """The workbook ``data``, called ``name`` in messages, as a release; raises Refused."""
    check_size(name, ".xlsx", len(data))
    try:
        from . import workbook  # only here: a text is read without openpyxl
    except ModuleNotFoundError as error:
        reason = (
            f"a workbook is read with {error.name}, which is not installed; "
            "install requirements.lock, or save the sheet as text (tab-separated)"
        )
        raise Refused([Fault(name, 0, reason)]) from None
    sheet = workbook.read_sheet(name, data)
    lines, offset = workbook.page(sheet.lines, parse(sheet))
    text = Text(name, "\n".join(lines).encode())
    sha256 = hashlib.sha256(data).hexdigest()
    origin = Origin(sha256, "workbook", sheet.name, str(offset))
    return Release(**vars(parse(text)), text=text, origin=origin)
