"""Tables of what was measured, written into a page by the command that measured it."""

from __future__ import annotations

import re
from pathlib import Path

from project import ProjectError, put, shown


def write_table(page: Path, name: str, text: str) -> None:
    """Put a text between the page's `<!-- name -->` and `<!-- /name -->`; raises ProjectError."""
    old = page.read_text(encoding="utf-8")
    marks = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    new, found = marks.subn(lambda mark: f"{mark[1]}{text}\n{mark[2]}", old)
    if found != 1:
        raise ProjectError(
            f"{shown(page)}: has no place for it, <!-- {name} --> ... <!-- /{name} -->"
        )
    put(page, new.encode())
