"""Read Exhibit 1 from a bundle, the zip file of all exhibits of a news release.

Bundles are named ``ft900xlsx_YYMM.zip`` for their month, ``ft900xlsx.zip`` for the current one, and
``ft900xls_YYMM.zip`` with old workbooks, before September 2020. Nothing else in them is read, and
nothing is unpacked to the disk.
"""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import PurePosixPath

from project import visible

from .faults import Refused, refusal
from .workbook import PASSWORD, beginning, in_short

EXHIBITS = ("exh1.xlsx", "exh1.xls")
MOST_BYTES_UNPACKED = 100_000_000
NAME = re.compile(r"ft900xlsx?_([0-9]{2})(0[1-9]|1[0-2])(?![0-9])", re.IGNORECASE)


def named_month(name: str) -> str:
    """Return the month in the name of a bundle, such as ``2024-01``; "" if there is none."""
    match = NAME.match(PurePosixPath(name).name)
    return f"20{match[1]}-{match[2]}" if match else ""


def exhibit_in(path: str, data: bytes, most_bytes: int) -> tuple[str, bytes]:
    """Return the name and the bytes of the one Exhibit 1 in the bundle ``data``.

    ``path`` names the bundle in messages. Raises Refused.
    """
    if not data.startswith(b"PK"):
        raise refusal(path, f"is no bundle (.zip): it begins with {beginning(data)}")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            part = chosen_part(path, archive.infolist(), most_bytes)
            return part.filename, archive.read(part)
    except Refused:
        raise
    except Exception as error:  # zipfile has no one error for a damaged file
        raise refusal(path, f"is damaged: {in_short(error)}") from error


def chosen_part(path: str, parts: list[zipfile.ZipInfo], most_bytes: int) -> zipfile.ZipInfo:
    """Return the one part that is an Exhibit 1; raise Refused for an unsafe or damaged bundle."""
    unpacked = sum(part.file_size for part in parts)  # zipfile unpacks no more than it says here
    if unpacked > MOST_BYTES_UNPACKED:
        most = f"a bundle has less than {MOST_BYTES_UNPACKED:,}"
        raise refusal(path, f"has {unpacked:,} bytes when unpacked; {most}")
    found = []
    for part in parts:
        name = PurePosixPath(part.filename.replace("\\", "/"))
        if name.is_absolute() or ".." in name.parts or ":" in part.filename:
            raise refusal(path, f'holds "{visible(part.filename)}", a name that leads out of it')
        if name.name.casefold() in EXHIBITS:
            found.append(part)
    if len(found) != 1:
        names = ", ".join(f'"{visible(part.filename)}"' for part in found)
        expected = " or ".join(EXHIBITS)
        raise refusal(path, f"holds {names}; expected one" if found else f"holds no {expected}")
    if found[0].flag_bits & 1:
        raise refusal(path, PASSWORD)
    if found[0].file_size > most_bytes:
        most = f"a release has less than {most_bytes:,}"
        size = found[0].file_size
        raise refusal(path, f"its {visible(found[0].filename)} has {size:,} bytes; {most}")
    return found[0]
