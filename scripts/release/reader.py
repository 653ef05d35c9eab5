"""One file of a release, a text, a workbook or a bundle, read whole or refused.

A file is looked at before it is read: its kind by its name, then its size.  A workbook's sheet is
parsed as it stands, so that a fault is named by its cell; then, written in the layout of a text,
once more: the release's lines are those of that text.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from project import shown

from .faults import Fault, Refused
from .parser import Draft, parse
from .text import Text

if TYPE_CHECKING:
    from .workbook import Sheet

# The published tables are of 35,000 bytes as a text, of 270,000 as a workbook.
MOST_BYTES = {".txt": 1_000_000, ".xlsx": 5_000_000, ".xls": 5_000_000, ".zip": 50_000_000}
MONTH = re.compile(r"[12][0-9]{3}-(?:0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Origin:
    """The file that a release came in: its SHA-256; of a workbook the sheet, and by how much the
    number of a line of the text is larger than that of its row; of a bundle the workbook in it."""

    sha256: str
    source_format: str = "text"
    sheet_name: str = ""
    row_offset: str = ""
    member: str = ""


@dataclass(frozen=True)
class Release(Draft):
    """One release: the table, the text that it is the whole of, and the file it came in."""

    text: Text
    origin: Origin


def read_release(path: Path) -> Release:
    """One file, a text, a workbook or a bundle, as a release; raises Refused."""
    name, suffix = shown(path), path.suffix.lower()
    if suffix not in MOST_BYTES or not path.name.isprintable() or not path.is_file():
        reason = "is no text (.txt), workbook (.xlsx, .xls) or bundle (.zip); keep it elsewhere"
        raise Refused([Fault(name, 0, reason)])
    try:
        check_size(name, suffix, path.stat().st_size)
        data = path.read_bytes()
    except OSError as error:
        raise Refused([Fault(name, 0, f"cannot be read: {error.strerror}")]) from None
    release = READERS[suffix](name, data)
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
    """The workbook (.xlsx) ``data``, called ``name`` in messages, as a release; raises Refused."""
    check_size(name, ".xlsx", len(data))
    with needs(name):
        from . import xlsx  # only here: a text is read without openpyxl
    return read_sheet(xlsx.read_sheet(name, data), data)


def read_old_workbook(name: str, data: bytes) -> Release:
    """The old workbook (.xls) ``data``, called ``name`` in messages, likewise."""
    with needs(name):
        from . import xls
    return read_sheet(xls.read_sheet(name, data), data)


def read_bundle(name: str, data: bytes) -> Release:
    """Exhibit 1 in the bundle (.zip) ``data``, called ``name`` in messages; raises Refused."""
    check_size(name, ".zip", len(data))
    with needs(name):
        from . import bundle
    member, workbook = bundle.exhibit_in(name, data, MOST_BYTES[".xlsx"])
    release = read_workbook(f"{name}/{member}", workbook)
    month = bundle.named_month(name)
    if month not in ("", release.release_id):
        reason = f"holds the exhibit of {release.release_id}, yet is named for {month}"
        raise Refused([Fault(name, 0, reason)])
    sha256 = hashlib.sha256(data).hexdigest()
    return replace(release, origin=replace(release.origin, sha256=sha256, member=member))


@contextmanager
def needs(name: str) -> Iterator[None]:
    """Refuse a workbook where a module that reads it is not installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        reason = (
            f"a workbook is read with {error.name}, which is not installed; "
            "install requirements.lock, or save the sheet as text (tab-separated)"
        )
        raise Refused([Fault(name, 0, reason)]) from None


def read_sheet(sheet: Sheet, data: bytes) -> Release:
    """A sheet of the workbook ``data`` as a release; raises Refused."""
    from .workbook import page

    lines, offset = page(sheet.lines, parse(sheet))
    text = Text(sheet.path, "\n".join(lines).encode())
    sha256 = hashlib.sha256(data).hexdigest()
    origin = Origin(sha256, "workbook", sheet.name, str(offset))
    return Release(**vars(parse(text)), text=text, origin=origin)


READERS = {
    ".txt": read_text,
    ".xlsx": read_workbook,
    ".xls": read_old_workbook,
    ".zip": read_bundle,
}
