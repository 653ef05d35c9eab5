"""Exhibit 1 in a bundle, the zip file in which the Census Bureau publishes all the exhibits of a
news release: ``ft900xlsx_YYMM.zip``, named for its month, or ``ft900xlsx.zip``, the current one.

Nothing else in it is read, and nothing is unpacked to the disk.
"""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import PurePosixPath

from project import visible

from .faults import Fault, Refused
from .workbook import PASSWORD, Unreadable, beginning, in_short

EXHIBIT = "exh1.xlsx"
MOST_BYTES_UNPACKED = 100_000_000
NAME = re.compile(r"ft900xlsx_([0-9]{2})(0[1-9]|1[0-2])(?![0-9])", re.IGNORECASE)


def named_month(name: str) -> str:
    """The month that the name of a bundle tells, such as ``2024-01``; "" if none."""
    told = NAME.match(PurePosixPath(name).name)
    return f"20{told[1]}-{told[2]}" if told else ""


def exhibit_in(path: str, data: bytes, most_bytes: int) -> tuple[str, bytes]:
    """The name and the bytes of the one Exhibit 1 in the bundle ``data``, of ``most_bytes``.

    ``path`` is what the bundle is called in messages.  Raises Refused.
    """
    try:
        if not data.startswith(b"PK"):
            raise Unreadable(f"is no bundle (.zip): it begins with {beginning(data)}")
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            part = chosen_part(archive.infolist(), most_bytes)
            return part.filename, archive.read(part)
    except Unreadable as error:
        raise Refused([Fault(path, 0, str(error))]) from error
    except Exception as error:  # zipfile has no one error for a damaged file
        raise Refused([Fault(path, 0, f"is damaged: {in_short(error)}")]) from error


def chosen_part(parts: list[zipfile.ZipInfo], most_bytes: int) -> zipfile.ZipInfo:
    unpacked = sum(part.file_size for part in parts)  # zipfile unpacks no more than it says here
    if unpacked > MOST_BYTES_UNPACKED:
        most = f"a bundle has less than {MOST_BYTES_UNPACKED:,}"
        raise Unreadable(f"has {unpacked:,} bytes when unpacked; {most}")
    places = {part: PurePosixPath(part.filename.replace("\\", "/")) for part in parts}
    for part, place in places.items():
        if place.is_absolute() or ".." in place.parts or ":" in part.filename:
            raise Unreadable(f'holds "{visible(part.filename)}", a name that leads out of it')
    found = [part for part, place in places.items() if place.name.casefold() == EXHIBIT]
    if len(found) != 1:
        names = ", ".join(f'"{visible(part.filename)}"' for part in found)
        reason = f"holds {names}; expected one {EXHIBIT}" if found else f"holds no {EXHIBIT}"
        raise Unreadable(reason)
    if found[0].flag_bits & 1:
        raise Unreadable(PASSWORD)
    if found[0].file_size > most_bytes:
        most = f"a release has less than {most_bytes:,}"
        raise Unreadable(f"its {EXHIBIT} has {found[0].file_size:,} bytes; {most}")
    return found[0]
