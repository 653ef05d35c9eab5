"""Read one file of a release, a text, a workbook or a bundle, whole or not at all.

A file's kind comes from its name, then its size is checked.  A bundle is the zip file of all
exhibits of a news release: ``ft900xlsx_YYMM.zip`` for its month, ``ft900xlsx.zip`` for the current
one, and ``ft900xls_YYMM.zip`` with old workbooks, before September 2020.  Nothing but Exhibit 1 is
read of it, and nothing is unpacked to the disk.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath

from project import shown, visible

from .parser import Release, parse
from .text import Text, refusal
from .workbook import opened, read_sheet

# The published tables have 35,000 bytes as a text, 270,000 as a workbook.
MOST_BYTES = {".txt": 1_000_000, ".xlsx": 5_000_000, ".xls": 5_000_000, ".zip": 50_000_000}
EXHIBITS = ("exh1.xlsx", "exh1.xls")
MONTH = re.compile(r"([12][0-9]{3})-(0[1-9]|1[0-2])")
BUNDLE = re.compile(r"ft900xlsx?_([0-9]{2})(0[1-9]|1[0-2])(?![0-9])", re.IGNORECASE)


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
    return read(name, data, suffix)


def read(name: str, data: bytes, suffix: str) -> Release:
    """Return the release in ``data``, called ``name`` in messages; raise Refused."""
    check_size(name, suffix, len(data))
    member = ""
    if suffix == ".txt":
        text = Text(name, data)
    elif suffix == ".zip":
        member, exhibit = exhibit_in(name, data)
        text = read_sheet(f"{name}/{visible(member)}", exhibit)
    else:
        text = read_sheet(name, data)
    release = replace(parse(text), sha256=hashlib.sha256(data).hexdigest(), member=member)
    file = PurePosixPath(name)
    if named := MONTH.fullmatch(file.stem) or BUNDLE.match(file.name):
        month = f"20{named[1]}"[-4:] + f"-{named[2]}"
        if month != release.release_id:
            reason = f"ends with {release.release_id}, yet is named for {month}; is it cut off?"
            raise refusal(name, reason)
    return release


read_workbook = partial(read, suffix=".xlsx")
read_bundle = partial(read, suffix=".zip")


def check_size(name: str, suffix: str, size: int) -> None:
    """Raise Refused for a file that is empty, or much larger than a release."""
    if not size:
        raise refusal(name, "is empty")
    if size > MOST_BYTES[suffix]:
        raise refusal(name, f"has {size:,} bytes; a release has less than {MOST_BYTES[suffix]:,}")


def exhibit_in(path: str, data: bytes) -> tuple[str, bytes]:
    """Return the name and the bytes of the one Exhibit 1 in a bundle; raise Refused."""
    with opened(path, data, "is damaged") as archive:
        parts = archive.infolist()
        found = [it for it in parts if PurePosixPath(it.filename).name.casefold() in EXHIBITS]
        names = ", ".join(visible(part.filename) for part in found)
        if len(found) != 1:
            what = f"{names}; expected one" if found else f"no {' or '.join(EXHIBITS)}"
            raise refusal(path, f"holds {what}")
        check_size(f"{path}/{names}", ".xlsx", found[0].file_size)  # zipfile unpacks no more
        return found[0].filename, archive.read(found[0].filename)
