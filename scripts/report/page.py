"""The pages: templates filled with what the queries return, and all they need put into them.

Each is one file that loads nothing: the pictures, the numbers, the style and the script stand in
it, and its content security policy allows no more.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import jinja2

from export.dataset import dataset_description
from marts import Answer, Marts
from project import ProjectError, one_decimal
from report.captions import Captions
from report.pictures import STYLE, Drawing
from words import environment, month

HERE = Path(__file__).resolve().parent
MINUS = "\N{MINUS SIGN}"
UNITS = {"_musd": "$ million", "_busd": "$ billion", "_pct": "%"}


def readable(value: object) -> str:
    """Return a value for a reader: thousands parted, a real minus, a dash for nothing.

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
    """Return the name of a column as a heading, with its unit: Balance, $ million."""
    name, unit = column, ""
    for suffix, words in UNITS.items():
        if column.endswith(suffix):
            name, unit = column.removesuffix(suffix), f", {words}"
    return name.removesuffix("_date").replace("_", " ").capitalize() + unit


def headings(columns: Sequence[str]) -> dict[str, str]:
    return {column: heading(column) for column in columns}


def policy_hash(text: str) -> str:
    """Return the source expression that allows exactly this inline script or style."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def in_json(value: object) -> object:
    if isinstance(value, datetime.date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def by_month(answer: Answer) -> dict[str, Any]:
    """Return the numbers of each series in each unit, a list of the months' each."""
    months = sorted(answer.values("month_date"))
    units = [column for column in answer.columns if column not in ("month_date", "series_id")]
    rows = {(row["series_id"], row["month_date"]): row for row in answer.rows}
    series = {
        one: {unit: [in_json(rows[one, day][unit]) for day in months] for unit in units}
        for one in answer.values("series_id")
    }
    return {"months": [day.isoformat()[:7] for day in months], "series": series}


def data_of(marts: Marts, captions: Captions, drawings: Mapping[str, Drawing]) -> dict[str, Any]:
    """Return what page.js needs of these pictures: their numbers, each once."""
    answers = {one.picture.name: one.answer for one in drawings.values()}
    live = {one.answer.name: one.answer for one in drawings.values() if one.picture.subject}
    return {
        "numbers": {name: by_month(answer) for name, answer in live.items()},
        "tables": {
            name: {
                "columns": answer.columns,
                "headings": [*map(heading, answer.columns)],
                "rows": [[in_json(value) for value in row.values()] for row in answer.rows],
            }
            for name, answer in answers.items() if answer.name not in live
        },
        "recessions": [[*map(in_json, row.values())] for row in marts.ask("recessions").rows],
        "citation": captions.say("citation", marts.ask("release").only()),
    }  # fmt: skip


def render(marts: Marts, captions: Captions, drawings: Mapping[str, Drawing]) -> dict[str, str]:
    """Return the report and the audit; raise ProjectError, as where a column is not there."""
    templates = environment(HERE, autoescape=True)
    templates.filters.update(readable=readable, headings=headings, policy_hash=policy_hash)
    templates.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
    made = {}
    for page, template in {"report": "page.html.j2", "audit": "audit.html.j2"}.items():
        shown = {n: one for n, one in drawings.items() if one.picture.is_audit == (page == "audit")}
        try:
            made[f"{page}.html"] = templates.get_template(template).render(
                ask=marts.ask,
                say=captions.say,
                dataset=dataset_description(marts.connection),
                pictures=shown,
                data=data_of(marts, captions, shown),
                style=STYLE,
                script=(HERE / "page.js").read_text(encoding="utf-8"),
            )  # fmt: skip
        except jinja2.TemplateError as error:
            raise ProjectError(f"{template}: {error}") from None
    return made
