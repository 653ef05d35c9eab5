"""The pictures of the report, drawn by Vega-Lite: how the rows of a query look, and no more.

specs/ has what is drawn, and how all pictures look.  Colours are named, ``var(--exports)``:
page.css defines them for light, dark and paper; a picture in a file has those of the light page,
and above it its title, and where it is from.  The font, Liberation Sans, comes with vl-convert.
"""

from __future__ import annotations

import calendar
import datetime
import json
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import vl_convert

from marts import Answer, Marts, Row
from project import ProjectError, one_decimal
from words import environment

HERE = Path(__file__).resolve().parent
STYLE = (HERE / "page.css").read_text(encoding="utf-8")
LOOK = json.loads((HERE / "specs" / "look.json").read_text(encoding="utf-8"))
WIDTH = 760
BELOW_AND_ABOVE = [f"var(--{name})" for name in (
    "below-3", "below-2", "below-1", "zero", "above-1", "above-2", "above-3"
)]  # fmt: skip


# --------------------------------------------------------------------------- which there are


@dataclass(frozen=True)
class Line:
    """A series of a picture of months and its look; page.js draws it alike."""

    series_id: str
    label: str
    colour: str
    dash: tuple[int, ...] = ()
    is_dots: bool = False


@dataclass(frozen=True)
class Picture:
    """A picture: its captions are called by its name, and so is its query if no other is named.

    One of months has lines, with the recessions behind them, and ``subject`` says what is shown
    where the reader chose the period.  Its height is in pixels, and so many more for each value of
    the column ``rows``.
    """

    name: str
    note: str = "Shaded: recessions, as the NBER dates them."
    height: int = 340
    asks: str = ""
    subject: str = ""
    unit: str = ""
    lines: tuple[Line, ...] = ()
    rows: str = ""
    is_audit: bool = False

    @property
    def query(self) -> str:
        return self.asks or self.name


PICTURES = [
    Picture("balance", subject="Goods and services", unit="Billions of US dollars", lines=(
        Line("imports_total", "Imports", "imports", dash=(6, 2)),
        Line("exports_total", "Exports", "exports"),
        Line("balance_total", "Balance", "balance"),
    )),
    Picture("goods_services", subject="Balance", unit="Balance, billions of US dollars", lines=(
        Line("balance_total", "Total", "balance"),
        Line("balance_goods", "Goods", "goods", dash=(6, 2)),
        Line("balance_services", "Services", "services"),
    ), asks="balance"),
    Picture("two_releases", "Goods and services together.", 300),
    Picture(
        "triangle",
        "A row a release, beside the one before. Pale: below 100 million; a dot: a first estimate.",
        130, rows="release_id",
    ),
    Picture("first_estimates", subject="The deficit, first and current",
            unit="Deficit, billions of US dollars", lines=(
        Line("first", "First estimate", "quiet", is_dots=True),
        Line("current", "Current", "balance"),
    )),
    Picture("z_scores", "A dot marks what is beyond three.", 320, is_audit=True),
]  # fmt: skip


# --------------------------------------------------------------------------- what is drawn


@dataclass(frozen=True)
class Drawing:
    """A picture as SVG, for the page in its colours and for a file; its rows and captions."""

    picture: Picture
    captions: dict[str, str]
    answer: Answer
    page: str
    file: str


def draw(picture: Picture, marts: Marts, captions: dict[str, str]) -> Drawing:
    """Ask for what a picture shows and draw it; raise ProjectError."""
    data = marts.ask(picture.query)
    if not data.rows:
        raise ProjectError(f"{data.file}: returned no rows, which cannot be drawn")
    height = picture.height + (15 * len(data.values(picture.rows)) if picture.rows else 0)
    shared = specification(picture, data) | {
        "width": WIDTH - 80, "height": height, "config": LOOK,
        "datasets": by_month(picture, data, marts.ask("recessions")) if picture.lines
        else {"rows": [{name: plain(value) for name, value in row.items()} for row in data.rows]},
    }  # fmt: skip
    bare = shared | {
        "background": "transparent", "padding": {"left": 4, "top": 4, "right": 20, "bottom": 4},
    }  # fmt: skip
    below = (f"{captions['period']} {picture.note}", captions["source"])
    titled = shared | {
        "padding": 16, "description": captions["text"],
        "title": {
            "text": textwrap.wrap(captions["title"], WIDTH // 9),
            "subtitle": [line for text in below for line in textwrap.wrap(text, WIDTH // 6)],
        },
    }  # fmt: skip
    page, file = map(vl_convert.vegalite_to_svg, (bare, titled))
    return Drawing(picture, captions, data, page, in_light(file))


def specification(picture: Picture, data: Answer) -> dict[str, Any]:
    """Return what Vega-Lite draws of a query's rows; raise ProjectError where it lacks a column.

    Vega draws nothing, and says nothing, where a column is not there.
    """
    name = "months" if picture.lines else picture.name
    form = "%b %Y" if picture.lines and len(data.values("month_date")) < 100 else "%Y"
    text = environment(HERE / "specs").get_template(f"{name}.vl.j2").render(
        picture=picture, data=data, form=form, below_and_above=BELOW_AND_ABOVE
    )  # fmt: skip
    used = re.findall(r'\bdatum\.(\w+)|"field": "(\w+)"', "" if picture.lines else text)
    made = re.findall(r'"as": (?:"(\w+)"|\["(\w+)", "(\w+)"\])', text)
    names = {name for found in used for name in found} - {name for found in made for name in found}
    if missing := names - {"value", *data.columns}:
        raise ProjectError(f"{data.file}: returns no {', '.join(sorted(missing))}, which is drawn")
    found: dict[str, Any] = json.loads(text)
    return found


def plain(value: object) -> Any:
    """Return a value as JSON has it; a day in milliseconds of UTC, whatever the clock."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime.date):
        return calendar.timegm(value.timetuple()) * 1000
    return value


def by_month(picture: Picture, data: Answer, recessions: Answer) -> dict[str, list[Row]]:
    """Return the points of the lines, their labels, and the recessions that the months touch.

    A line stops before a month that is missing; a single month is a dot.
    """
    data.values("level")
    dates = sorted(data.values("month_date"))
    runs = {day: 12 * day.year + day.month - at for at, day in enumerate(dates)}
    points: list[Row] = []
    ends: list[Row] = []
    for line in picture.lines:
        own = [row for row in data.rows if row["series_id"] == line.series_id]
        look = {"label": line.label, "colour": f"var(--{line.colour})", "dash": [*line.dash],
                "is_dot": line.is_dots or len(own) == 1}  # fmt: skip
        points += [
            {"at": plain(row["month_date"]), "run": f"{line.series_id} {runs[row['month_date']]}",
             "level": plain(row["level"]), **look} for row in own
        ]  # fmt: skip
        level = f"{one_decimal(points[-1]['level']):,}".replace("-", "\N{MINUS SIGN}")
        ends.append(points[-1] | {"label": f"{line.label} {level}"})
    return {
        "points": points,
        "ends": [*apart(ends, [row["level"] for row in points])],
        "recessions": [*bands(recessions, plain(dates[0]), plain(dates[-1]))],
    }


def apart(ends: list[Row], levels: list[float]) -> Iterator[Row]:
    """Yield the labels from the top, each far enough below the one above to be read."""
    gap = (max(*levels, 0) - min(*levels, 0)) / 18
    place = float("inf")
    for end in sorted(ends, key=lambda end: -end["level"]):
        place = min(end["level"], place - gap)
        yield end | {"level": place}


def bands(recessions: Answer, first: int, last: int) -> Iterator[Row]:
    """Yield the parts of recessions between two months."""
    for row in recessions.rows:
        peak, trough = plain(row["peak_month"]), plain(row["trough_month"]) or last
        if max(peak, first) < min(trough, last):
            yield {"from": max(peak, first), "to": min(trough, last)}


def in_light(svg: str) -> str:
    """Return the picture with the colours that page.css gives first, for a light page."""
    light = dict(reversed(re.findall(r"--([\w-]+): (#\w+);", STYLE)))
    return re.sub(r"var\(--([\w-]+)\)", lambda match: light[match[1]], svg)
