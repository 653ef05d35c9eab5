"""The report's words: captions.j2, filled with the rows that the queries return."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import jinja2

from project import ProjectError, one_decimal
from report.marts import Marts, Row

TEMPLATE = "captions.j2"


def day(date: datetime.date) -> str:
    return f"{date:%B} {date.day}, {date.year}"


def month(date: datetime.date) -> str:
    return date.strftime("%B %Y")


def months_to(first: datetime.date, last: datetime.date) -> int:
    """Count the months from one to another, both included."""
    return 12 * (last.year - first.year) + last.month - first.month + 1


def whole(number: float) -> str:
    return f"{Decimal(number).quantize(Decimal(1), ROUND_HALF_UP):,}"


def mean_square(sums: Sequence[Row]) -> str:
    return f"{sum(row['z_score'] ** 2 for row in sums) / len(sums):.2f}"


def by_series(rows: Sequence[Row]) -> dict[str, Row]:
    return {f"{row['flow']}_{row['component']}": row for row in rows}


def environment() -> jinja2.Environment:
    """Return Jinja for plain text; a column that no query returns is an error, not a blank."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters.update(
        day=day, month=month, months_to=months_to, whole=whole, mean_square=mean_square,
        by_series=by_series,
        one=lambda number: f"{one_decimal(abs(number)):,}",
        grouped=lambda number: f"{number:,}",
        side=lambda balance: ("balance", "surplus", "deficit")[(balance > 0) - (balance < 0)],
    )  # fmt: skip
    made.tests["record"] = lambda flow, of: of[f"{flow}_total"]["is_record_high"]
    return made


class Captions:
    """What is said of the pictures and tables of a database."""

    def __init__(self, marts: Marts) -> None:
        template = environment().get_template(TEMPLATE)
        self.macros: Any = template.make_module({"ask": marts.ask})
        self.marts = marts

    def say(self, name: str, *about: Any) -> str:
        """Return what a macro makes of these rows, on one line; raises ProjectError."""
        try:
            said: str = getattr(self.macros, name)(*about)
        except jinja2.TemplateError as error:
            raise ProjectError(f"{TEMPLATE}: {name}: {error}") from None
        return " ".join(said.split())

    def of(self, name: str, query: str) -> dict[str, str]:
        """Return what is said of a picture and of its query's rows; raise ProjectError.

        Nothing, where there is nothing to say of it, as of revisions with one release.
        """
        rows = self.marts.ask(query).rows
        if not (title := self.say(f"{name}_title", rows)):
            return {}
        parts = [part for part in ("sentence", "text") if hasattr(self.macros, f"{name}_{part}")]
        said = {part: self.say(f"{name}_{part}", rows) for part in parts}
        source = self.say("source", self.marts.ask("release").only())
        return {"title": title, **said, "period": self.say("period", rows), "source": source}
