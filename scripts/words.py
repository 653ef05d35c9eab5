"""What is said of rows: the macros of a Jinja template for plain text, and its filters."""

from __future__ import annotations

import functools
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import jinja2

from project import ProjectError, one_decimal, shown


def day(of: date) -> str:
    return f"{of:%B} {of.day}, {of.year}"


def month(of: date | str) -> str:
    """Return a month, or what is written as ``2024-02``, as "February 2024"."""
    return f"{date.fromisoformat(f'{of}-01') if isinstance(of, str) else of:%B %Y}"


FILTERS = {
    "day": day,
    "month": month,
    "grouped": lambda number: f"{number:,}",
    "one": lambda number: f"{one_decimal(abs(number)):,}",
    "whole": lambda number: f"{Decimal(number).quantize(Decimal(1), ROUND_HALF_UP):,}",
    "side": lambda balance: ("balance", "surplus", "deficit")[(balance > 0) - (balance < 0)],
}


def environment(folder: Path, **options: Any) -> jinja2.Environment:
    """Return Jinja; a column that no query returns is an error, not a blank."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder), undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, **options,
    )  # fmt: skip
    made.filters.update(FILTERS)
    return made


class Words:
    """The macros of a template, which know what is ``given``, such as ``ask``."""

    def __init__(self, template: Path, **given: Any) -> None:
        self.template, self.given = template, given

    @functools.cached_property
    def macros(self) -> Any:
        return (
            environment(self.template.parent)
            .get_template(self.template.name)
            .make_module(self.given)
        )

    def say(self, name: str, *about: Any) -> str:
        """Return what a macro makes of these rows, on one line; raise ProjectError."""
        try:
            said: str = getattr(self.macros, name)(*about)
        except (ArithmeticError, AttributeError, TypeError, ValueError, jinja2.TemplateError) as it:
            raise ProjectError(f"{shown(self.template)}: {name}: {it}") from None
        return " ".join(said.split())
