"""Put measured tables into a page, between two marks."""

from __future__ import annotations

import re
from pathlib import Path

from project import ProjectError, put, shown


def write_table(page: Path, name: str, text: str) -> None:
    """Put tables between the page's two lines ``<!-- name -->`` and ``<!-- /name -->``.

    The rest of the page stays as it is, and all of it if it has no such place, or two:
    ProjectError.  Raises OSError.
    """
    place = re.compile(rf"(?ms)^<!-- {name} -->\n.*?^<!-- /{name} -->$")
    new = f"<!-- {name} -->\n{text}\n<!-- /{name} -->"
    whole, places = place.subn(lambda _: new, page.read_bytes().decode())
    if places != 1:
        raise ProjectError(
            f"{shown(page)}: has {places} places for the table instead of one;"
            f" write <!-- {name} --> and <!-- /{name} --> around it, each on a line of its own"
        )
    put(page, whole.encode())
