"""Read one file of a release, a text, a workbook or a bundle, whole or not at all.

A file's kind comes from its name, then its size is checked. A workbook's sheet is parsed first, so
that faults name cells; then it is written in the layout of a text and parsed again: the release's
lines are those of that text.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from pathlib import Path

from project import shown, visible

from .bundle import exhibit_in, named_month
from .faults import refusal
from .parser import Draft, parse
from .text import Text
from .workbook import page, read_sheet

# The published tables have 35,000 bytes as a text, 270,000 as a workbook.
MOST_BYTES = {".txt": 1_000_000, ".xlsx": 5_000_000, ".xls": 5_000_000, ".zip": 50_000_000}
MONTH = re.compile(r"[12][0-9]{3}-(?:0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Release(Draft):
    """One release: the table, the text that it is the whole of, and the file it came in."""

    text: Text
    sha256: str
    source_format: str = "text"
    sheet_name: str = ""
    row_offset: str = ""  # how much larger the number of a line is than that of its row
    member: str = ""  # of a bundle: the workbook in it


def read_release(path: Path) -> Release:
    """Return the release in a file, a text, a workbook or a bundle; raise Refused."""
    name, suffix = visible(shown(path)), path.suffix.lower()
    if suffix not in MOST_BYTES or not path.name.isprintable() or not path.is_file():
        reason = "is no text (.txt), workbook (.xlsx, .xls) or bundle (.zip); keep it elsewhere"
        raise refusal(name, reason)
    try:
        check_size(name, suffix, path.stat().st_size)
        data = path.read_bytes()
    except OSError as error:
        raise refusal(name, f"cannot be read: {error.strerror}") from None
    release = read(name, data, suffix)
    if MONTH.fullmatch(path.stem) and path.stem != release.release_id:
        reason = f"ends with {release.release_id}; is it cut off? If not, name it for that month"
        raise refusal(name, reason)
    return release


def read(name: str, data: bytes, suffix: str) -> Release:
    """Return the release in ``data``, called ``name`` in messages; raise Refused."""
    if suffix == ".txt":
        return read_text(name, data)
    return read_bundle(name, data) if suffix == ".zip" else read_workbook(name, data, suffix)


def check_size(name: str, suffix: str, size: int) -> None:
    """Raise Refused for a file that is much larger than a release."""
    if size > MOST_BYTES[suffix]:
        most = f"a release has less than {MOST_BYTES[suffix]:,}"
        raise refusal(name, f"has {size:,} bytes; {most}")


def read_text(name: str, data: bytes) -> Release:
    """Return the text ``data`` as a release; raise Refused."""
    text = Text(name, data)
    return Release(**vars(parse(text)), text=text, sha256=text.sha256)


def read_workbook(name: str, data: bytes, suffix: str = ".xlsx") -> Release:
    """Return the workbook ``data`` as a release; raise Refused."""
    check_size(name, suffix, len(data))
    sheet = read_sheet(name, data, suffix)
    lines, offset = page(sheet.lines, parse(sheet))
    text = Text(name, "\n".join(lines).encode())
    release = Release(**vars(parse(text)), text=text, sha256=hashlib.sha256(data).hexdigest())
    return replace(release, source_format="workbook", sheet_name=sheet.name, row_offset=str(offset))


def read_bundle(name: str, data: bytes) -> Release:
    """Return Exhibit 1 in the bundle ``data`` as a release; raise Refused."""
    check_size(name, ".zip", len(data))
    member, exhibit = exhibit_in(name, data, MOST_BYTES[".xlsx"])
    release = read_workbook(f"{name}/{visible(member)}", exhibit, Path(member).suffix.lower())
    month = named_month(name)
    if month not in ("", release.release_id):
        reason = f"holds the exhibit of {release.release_id}, yet is named for {month}"
        raise refusal(name, reason)
    return replace(release, sha256=hashlib.sha256(data).hexdigest(), member=member)
