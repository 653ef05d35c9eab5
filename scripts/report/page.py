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

from export.dataset import dataset_description
from project import ProjectError, one_decimal
from report.captions import Captions, day, month
from report.marts import Marts, marts_read
from report.pictures import STYLE, Drawing, plain

HERE = Path(__file__).resolve().parent
TEMPLATE = "page.html.j2"
MINUS = "\N{MINUS SIGN}"
UNITS = {"_musd": "$ million", "_busd": "$ billion", "_pct": "%"}


def readable(value: object) -> str:
    """A value for a reader: thousands parted, a real minus, a dash for nothing.

    What the marts hold exactly is shown to one decimal, half away from zero; a statistic to two.
    """
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime.date):
        return month(value)
    if isinstance(value, Decimal):
        return f"{one_decimal(value):,}".replace("-", MINUS)
    if isinstance(value, float):
        return f"{value:,.2f}".replace("-", MINUS)
    return f"{value:,}".replace("-", MINUS) if isinstance(value, int) else str(value)


def heading(column: str) -> str:
    """The name of a column as a heading, with its unit: Balance, $ million."""
    name, unit = column, ""
    for suffix, words in UNITS.items():
        if column.endswith(suffix):
            name, unit = column.removesuffix(suffix), f", {words}"
    return name.removesuffix("_date").replace("_", " ").capitalize() + unit


def headings(columns: list[str]) -> dict[str, str]:
    return {column: heading(column) for column in columns}


def in_cell(value: object, column: str) -> str:
    """A value of a table: a year is no number to part."""
    return str(value) if column == "year" else readable(value)


def policy_hash(text: str) -> str:
    """The source expression that allows exactly this inline script or style."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def packed(drawing: Drawing) -> dict[str, Any]:
    """The picture as the page draws it and as a file has it, and the rows of both.

    The names of the columns are written once, and days as ISO 8601 has them: page.js unpacks the
    rows for Vega, and writes them as CSV.  (CSV would be as short here, but Vega reads it with a
    generated function, which the page forbids.)
    """
    bare: dict[str, Any] = {"datasets": {}}
    tables = {
        answer.name: {
            "columns": answer.columns,
            "rows": [[in_json(value) for value in row.values()] for row in answer.rows],
        }
        for answer in drawing.answers
    }
    return {"page": drawing.page | bare, "file": drawing.file | bare, "datasets": tables}


def in_json(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime.date) else plain(value)


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
        readable=readable, day=day, month=month, headings=headings, in_cell=in_cell,
        policy_hash=policy_hash, packed=packed, marts_read=marts_read,
    )  # fmt: skip
    made.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
    return made


def render(marts: Marts, captions: Captions, drawings: dict[str, Drawing]) -> str:
    """The page with its pictures; raises ProjectError, as where a column is not there."""
    heights = "".join(
        f"#{name} {{ --height: {one.height}px; }}\n" for name, one in drawings.items()
    )
    try:
        return environment().get_template(TEMPLATE).render(
            ask=marts.ask,
            say=captions.say,
            dataset=dataset_description(marts.connection),
            pictures=drawings,
            library=library(),
            style=STYLE + heights,
            script=(HERE / "page.js").read_text(encoding="utf-8"),
        )  # fmt: skip
    except jinja2.TemplateError as error:
        raise ProjectError(f"{TEMPLATE}: {error}") from None
