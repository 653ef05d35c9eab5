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
    return f"{date.day} {month(date)}"


def month(date: datetime.date) -> str:
    return date.strftime("%B %Y")


def months_to(first: datetime.date, last: datetime.date) -> int:
    """Count the months from one to another, both included."""
    return 12 * (last.year - first.year) + last.month - first.month + 1


def whole(number: float) -> str:
    return f"{Decimal(number).quantize(Decimal(1), ROUND_HALF_UP):,}"


def mean_square(sums: Sequence[Row]) -> str:
    return f"{sum(row['z_score'] ** 2 for row in sums) / len(sums):.2f}"


def environment() -> jinja2.Environment:
    """Return Jinja for plain text; a column that no query returns is an error, not a blank."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters.update(
        day=day, month=month, months_to=months_to, whole=whole, mean_square=mean_square,
        one=lambda number: f"{one_decimal(abs(number)):,}",
        grouped=lambda number: f"{number:,}",
        side=lambda balance: ("balance", "surplus", "deficit")[(balance > 0) - (balance < 0)],
    )  # fmt: skip
    made.tests["within"] = lambda number, bound: abs(number) < bound
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

    def of(self, picture: str) -> dict[str, str]:
        """Return the title, the text and, of some, the sentence of a picture; raises ProjectError.

        Nothing, where there is nothing to say of it, as without a year before.
        """
        rows = self.marts.ask(picture).rows
        if not (title := self.say(f"{picture}_title", rows)):
            return {}
        parts = [part for part in ("sentence", "text") if hasattr(self.macros, f"{picture}_{part}")]
        return {"title": title} | {part: self.say(f"{picture}_{part}", rows) for part in parts}
