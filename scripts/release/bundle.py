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

from project import quoted, visible

from .faults import Refused, refusal
from .workbook import PASSWORD, beginning, in_short

EXHIBITS = ("exh1.xlsx", "exh1.xls")
NAME = re.compile(r"ft900xlsx?_([0-9]{2})(0[1-9]|1[0-2])(?![0-9])", re.IGNORECASE)


def named_month(name: str) -> str:
    """Return the month in the name of a bundle, such as ``2024-01``; "" if there is none."""
    month = NAME.match(PurePosixPath(name).name)
    return f"20{month[1]}-{month[2]}" if month else ""


def exhibit_in(path: str, data: bytes, most_bytes: int) -> tuple[str, bytes]:
    """Return the name and the bytes of the one Exhibit 1 in the bundle ``data``.

    ``path`` names the bundle in messages. Raises Refused.
    """
    if not data.startswith(b"PK"):
        raise refusal(path, f"is no bundle (.zip): it begins with {beginning(data)}")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            part = exhibit(path, archive.infolist(), most_bytes)
            return part.filename, archive.read(part)
    except Refused:
        raise
    except Exception as error:  # zipfile has no one error for a damaged file
        raise refusal(path, f"is damaged: {in_short(error)}") from error


def exhibit(path: str, parts: list[zipfile.ZipInfo], most_bytes: int) -> zipfile.ZipInfo:
    """Return the one part that is an Exhibit 1; raise Refused."""
    found = [part for part in parts if PurePosixPath(part.filename).name.casefold() in EXHIBITS]
    names = [visible(part.filename) for part in found]
    if not found:
        raise refusal(path, f"holds no {' or '.join(EXHIBITS)}")
    if len(found) > 1:
        raise refusal(path, f"holds {', '.join(map(quoted, names))}; expected one")
    if found[0].flag_bits & 1:
        raise refusal(path, PASSWORD)
    size = found[0].file_size  # zipfile unpacks no more
    if size > most_bytes:
        most = f"a release has less than {most_bytes:,}"
        raise refusal(path, f"its {names[0]} has {size:,} bytes; {most}")
    return found[0]
