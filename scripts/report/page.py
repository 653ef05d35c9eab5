"""The page: page.html.j2 filled with what the queries return, and all it needs put into it.

It is one file that loads nothing: the drawing library (Vega, from vl-convert), the rows of the
pictures, the style and the script stand in it, and its content security policy allows no more.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import vl_convert

from project import ProjectError, one_decimal
from report.marts import Marts, marts_read
from report.pictures import STYLE, Drawing

HERE = Path(__file__).resolve().parent
TEMPLATE = "page.html.j2"
MINUS = "\N{MINUS SIGN}"


def readable(value: object) -> str:
    """A value for a reader: thousands parted, a real minus, a dash for nothing.

    What the marts hold exactly is shown to one decimal, half away from zero; a statistic to two.
    """
    if value is None:
        return "–"
    if isinstance(value, datetime.date):
        return f"{value.day} {month(value)}"
    if isinstance(value, Decimal):
        return f"{one_decimal(value):,}".replace("-", MINUS)
    if isinstance(value, float):
        return f"{value:,.2f}".replace("-", MINUS)
    return f"{value:,}".replace("-", MINUS) if isinstance(value, int) else str(value)


def month(date: datetime.date) -> str:
    return date.strftime("%B %Y")


def policy_hash(text: str) -> str:
    """The source expression that allows exactly this inline script or style."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def packed(specification: dict[str, Any]) -> dict[str, Any]:
    """The picture with the names of its columns written once, which page.js unpacks.

    (CSV would be as short, but Vega reads it with a generated function, which the page forbids.)
    """
    tables = {
        name: {
            "columns": list(rows[0]) if rows else [],
            "rows": [list(row.values()) for row in rows],
        }
        for name, rows in specification["datasets"].items()
    }
    return specification | {"datasets": tables}


@cache
def library() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script; it takes a second to put together."""
    script = vl_convert.javascript_bundle()  # type: ignore[call-arg]  # its stub errs
    if "</script" in script.lower():
        raise ProjectError("the drawing library cannot be inlined: it holds the end of a script")
    return script


def environment() -> jinja2.Environment:
    """Jinja with everything escaped; a column that no query returns is an error, not a blank."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    made.filters.update(
        readable=readable, month=month, policy_hash=policy_hash, packed=packed,
        marts_read=marts_read,
    )  # fmt: skip
    made.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
    return made


def render(marts: Marts, drawings: dict[str, Drawing]) -> str:
    """The page with its pictures; raises ProjectError, as where a column is not there."""
    heights = "".join(
        f"#{name} {{ --height: {one.picture.height}px; }}\n" for name, one in drawings.items()
    )
    try:
        return environment().get_template(TEMPLATE).render(
            ask=marts.ask,
            captions=marts.captions,
            pictures=drawings,
            library=library(),
            style=STYLE + heights,
            script=(HERE / "page.js").read_text(encoding="utf-8"),
        )  # fmt: skip
    except jinja2.TemplateError as error:
        raise ProjectError(f"{TEMPLATE}: {error}") from None
