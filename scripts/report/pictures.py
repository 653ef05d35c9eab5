"""The pictures of the report, drawn with Altair: how the rows of a query look, and no more.

Colours are named, ``var(--exports)``: page.css defines them for light, dark and paper; a picture in
a file has those of the light page, and above it its title, and below it where it is from.
"""

from __future__ import annotations

import calendar
import datetime
import json
import re
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import altair as alt
import vl_convert

from marts import Answer, Marts
from project import ProjectError, one_decimal

# Liberation Sans comes with vl-convert.
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
STYLE = (Path(__file__).resolve().parent / "page.css").read_text(encoding="utf-8")
WIDTH = 760

MONTH_NAME = "utcFormat(datum.month_date, '%B %Y')"
BELOW_AND_ABOVE = ["below-3", "below-2", "below-1", "zero", "above-1", "above-2", "above-3"]
RECESSIONS = "Shaded: recessions, as the NBER dates them."


# --------------------------------------------------------------------------- parts of a picture


def chart(answer: Answer, **calculated: str) -> alt.Chart:
    """Return a chart of the rows of a query, which stand by its name in ``datasets``."""
    made = alt.Chart(alt.NamedData(name=answer.name))
    return made.transform_calculate(**calculated) if calculated else made


def plain(value: object) -> Any:
    """Return a value as JSON has it; a day in milliseconds of UTC, whatever the clock."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime.date):
        return calendar.timegm(value.timetuple()) * 1000
    return value


def colour(name: str) -> str:
    return f"var(--{name})"


def value_axis(field: str, title: str, above: int = 14) -> alt.Y:
    """Return the scale of the values, its title on top of it where it need not be turned."""
    place = {"titleAngle": 0, "titleAlign": "left", "titleAnchor": "end", "titleX": 0}
    axis = alt.Axis(**place, titleY=-above, format=",d", grid=True)
    return alt.Y(f"{field}:Q", title=title, scale=alt.Scale(zero=True, nice=20), axis=axis)


def values(rows: Sequence[dict[str, Any]]) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=[*rows]))


def zero_line() -> alt.Chart:
    rule = values([{}]).mark_rule(color=colour("quiet"), strokeWidth=1)
    return rule.encode(y=alt.datum(0))


@dataclass(frozen=True)
class Line:
    """A series of a picture of months and its look; page.js draws it alike."""

    series_id: str
    label: str
    colour: str
    dash: tuple[int, ...] = ()
    is_dots: bool = False


def draw_months(data: Answer, recessions: Answer, *, lines: Sequence[Line],
                title: str) -> alt.LayerChart:  # fmt: skip
    """Return lines over the months, each with its name and latest value at its end.

    A line stops before a month that is missing.
    """
    data.values("level")
    dates = data.values("month_date")
    runs = {day: 12 * day.year + day.month - at for at, day in enumerate(sorted(dates))}
    first, last = plain(min(dates)), plain(max(dates))
    ends = [(plain(row["peak_month"]), plain(row["trough_month"])) for row in recessions.rows]
    bands = [{"from": max(peak, first), "to": min(trough or last, last)} for peak, trough in ends]
    form = "%b %Y" if len(dates) < 100 else "%Y"
    axis = alt.Axis(grid=False, labelOverlap=True, labelSeparation=10, format=form)
    x = alt.X("at:T", title=None, scale=alt.Scale(type="utc", nice=False), axis=axis)
    y = value_axis("level", title)
    shading = values([band for band in bands if band["from"] < band["to"]])
    left = alt.X("from:T", title=None)
    layers = [shading.mark_rect(color=colour("band")).encode(x=left, x2="to:T"), zero_line()]
    latest: list[dict[str, Any]] = []
    levels: list[float] = []
    for line in lines:
        own = [row for row in data.rows if row["series_id"] == line.series_id]
        rows = [
            {"at": plain(day), "run": runs[day], "level": plain(row["level"])}
            for row in own for day in [row["month_date"]]
        ]  # fmt: skip
        base = values(rows).encode(x=x, y=y)
        levels += [row["level"] for row in rows]
        latest.append(rows[-1] | {"line": line})
        if line.is_dots or len(rows) == 1:
            layers.append(base.mark_circle(color=colour(line.colour), size=9, opacity=0.75))
        else:
            look = {"color": colour(line.colour), "strokeWidth": 1.8, "strokeJoin": "round"}
            layers.append(base.mark_line(**look, strokeDash=[*line.dash]).encode(detail="run:N"))
    gap = (max(*levels, 0) - min(*levels, 0)) / 18
    place = float("inf")
    for end in sorted(latest, key=lambda end: -end["level"]):
        place = min(end["level"], place - gap)
        line, level = end["line"], f"{one_decimal(end['level']):,}".replace("-", "\N{MINUS SIGN}")
        text = values([{"at": end["at"], "level": place, "text": f"{line.label} {level}"}])
        look = {"align": "left", "baseline": "middle", "dx": 7, "color": colour(line.colour)}
        layers.append(text.mark_text(**look, fontWeight=600).encode(x=x, y=y, text="text:N"))
    return alt.layer(*layers)


# --------------------------------------------------------------------------- the pictures


def draw_z_scores(data: Answer, _: Answer) -> alt.LayerChart:
    years = data.values("year")
    bare = {"ticks": False, "domain": False}
    said = (
        "datum.label + ', ' + datum.year + (datum.period_type == 'year' ? '' : ' so far') + ':"
        " residual ' + format(datum.residual_musd, 'd') + ' million, z ' +"
        " format(datum.z_score, '.2f')"
    )
    base = chart(data, said=said).encode(
        x=alt.X("year:O", title=None)
        .scale(domain=years)
        .axis(**bare, labelAngle=0, values=years[::4], labelOverlap=True, labelSeparation=6),
        y=alt.Y("label:N", title=None)
        .scale(domain=data.values("label"))
        .axis(**bare, labelLimit=120),
    )
    z = (
        alt.Color("z_score:Q")
        .scale(
            type="threshold", domain=[-3, -2, -1, 1, 2, 3], range=[*map(colour, BELOW_AND_ABOVE)]
        )
        .legend(
            title="Standard deviations of rounding (z)", orient="top", titleLimit=300,
            gradientLength=280, format="d",
        )
    )  # fmt: skip
    cells = base.mark_rect(stroke=colour("paper"), strokeWidth=1)
    unlikely = base.transform_filter("datum.status == 'unlikely'").mark_point(
        filled=True, size=16, color=colour("paper"), opacity=1
    )
    return alt.layer(cells.encode(color=z, description="said:N"), unlikely)


def month_columns() -> alt.X:
    """Return a column a month."""
    axis = alt.Axis(
        labelExpr="utcFormat(datum.value, '%b %Y')", labelAngle=0, labelOverlap="greedy",
        labelSeparation=10, ticks=False, grid=False,
    )  # fmt: skip
    return alt.X("month_date:O", title=None, axis=axis)


def draw_two_releases(data: Answer, _: Answer) -> alt.LayerChart:
    """Return by how much the later of two releases has more or less, a bar a flow."""
    flows = {flow.capitalize(): flow for flow in ("exports", "imports", "balance")}
    revisions = {name: f"datum.{flow}_revision_musd" for name, flow in flows.items()}
    folded = chart(data, **revisions).transform_fold([*flows], as_=["flow", "revision"])
    said = f"datum.flow + ', ' + {MONTH_NAME} + ': ' + format(datum.revision, '+,d') + ' million'"
    bars = folded.transform_calculate(said=said).mark_bar().encode(
        x=month_columns(),
        xOffset=alt.XOffset("flow:N").scale(domain=[*flows], paddingOuter=0.1),
        y=value_axis("revision", "Revision, millions of US dollars", above=46),
        color=alt.Color("flow:N", title=None)
        .scale(domain=[*flows], range=[*map(colour, flows.values())])
        .legend(orient="top", offset=18, symbolType="square"),
        description="said:N",
    )  # fmt: skip
    return alt.layer(zero_line(), bars)


def draw_triangle(data: Answer, _: Answer) -> alt.LayerChart:
    """Return months across, releases down: how far each release revised each month's balance."""
    said = (
        f"{MONTH_NAME} + ' in ' + datum.release_id + ': ' + format(datum.balance_musd, ',d') +"
        " ' million' + (isValid(datum.revision_musd) ? ', revised by ' + "
        "format(datum.revision_musd, '+,d') : '')"
    )
    base = chart(data, said=said).encode(
        x=month_columns(),
        y=alt.Y("release_id:O", title=None)
        .scale(domain=data.values("release_id"))
        .axis(ticks=False, domain=False, labelOverlap="greedy"),
        description="said:N",
    )
    billions = "format(datum.value / 1000, '.1~f')"
    revision = (
        alt.Color("revision_musd:Q")
        .scale(
            type="threshold", domain=[-1000, -500, -100, 100, 500, 1000],
            range=[*map(colour, BELOW_AND_ABOVE)],
        )
        .legend(
            title="Revision of the balance, billions of US dollars", orient="top",
            titleLimit=400, gradientLength=280,
            labelExpr=f"abs(datum.value) < 500 || !isFinite(datum.value) ? '' : {billions}",
        )
    )  # fmt: skip
    cells = base.transform_filter("!datum.is_first_estimate").mark_rect(
        stroke=colour("paper"), strokeWidth=1
    )
    first = base.transform_filter("datum.is_first_estimate").mark_point(
        filled=True, size=22, color=colour("quiet"), opacity=1
    )
    return alt.layer(cells.encode(color=revision), first)


@dataclass(frozen=True)
class Picture:
    """A picture: its captions are called by its name, and so is its query if no other is named.

    Of months it has lines, and its ``name`` says what is shown where the reader chose the period.
    Its height is in pixels, and so many more for each value of the column ``rows``.
    """

    name: str
    draw: Callable[[Answer, Answer], alt.LayerChart]
    note: str
    height: int = 340
    asks: str = ""
    subject: str = ""
    rows: str = ""
    is_audit: bool = False

    @property
    def query(self) -> str:
        return self.asks or self.name


def months(name: str, subject: str, unit: str, *lines: Line, asks: str = "") -> Picture:
    """Return a picture of months, with the recessions behind its lines."""
    drawing = partial(draw_months, lines=lines, title=unit)
    return Picture(name, drawing, RECESSIONS, asks=asks, subject=subject)


PICTURES = [
    months(
        "balance", "Goods and services", "Billions of US dollars",
        Line("imports_total", "Imports", "imports", dash=(6, 2)),
        Line("exports_total", "Exports", "exports"),
        Line("balance_total", "Balance", "balance"),
    ),
    months(
        "goods_services", "Balance", "Balance, billions of US dollars",
        Line("balance_total", "Total", "balance"),
        Line("balance_goods", "Goods", "goods", dash=(6, 2)),
        Line("balance_services", "Services", "services"),
        asks="balance",
    ),
    Picture("two_releases", draw_two_releases, "Goods and services together.", 300),
    Picture(
        "triangle", draw_triangle,
        "A row a release, beside the one before. Pale: below 100 million; a dot: a first estimate.",
        130, rows="release_id",
    ),
    months(
        "first_estimates", "The deficit, first and current", "Deficit, billions of US dollars",
        Line("first", "First estimate", "quiet", is_dots=True),
        Line("current", "Current", "balance"),
    ),
    Picture("z_scores", draw_z_scores, "A dot marks what is beyond three.", 320, is_audit=True),
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
    data, recessions = marts.ask(picture.query), marts.ask("recessions")
    if not data.rows:
        raise ProjectError(f"{data.file}: returned no rows, which cannot be drawn")
    height = picture.height + (15 * len(data.values(picture.rows)) if picture.rows else 0)
    drawing = picture.draw(data, recessions).properties(width=WIDTH - 80, height=height)
    rows = [{column: plain(value) for column, value in row.items()} for row in data.rows]
    # Only what is drawn by name is there: of months the lines hold their rows themselves.
    datasets = {} if picture.subject else {data.name: rows}
    titled = drawing.properties(
        padding=16, description=captions["text"],
        title=alt.TitleParams(
            text=textwrap.wrap(captions["title"], WIDTH // 9),
            subtitle=[
                line for text in (f"{captions['period']} {picture.note}", captions["source"])
                for line in textwrap.wrap(text, WIDTH // 6)
            ],
        ),
    )  # fmt: skip
    bare = drawing.properties(padding={"left": 4, "top": 4, "right": 20, "bottom": 4})
    on_page, in_file = configured(bare), configured(titled)
    if missing := drawn(on_page) - {*data.columns}:
        raise ProjectError(f"{data.file}: returns no {', '.join(sorted(missing))}, which is drawn")
    on_page["background"] = "transparent"
    for one in (on_page, in_file):
        one["datasets"] = one.get("datasets", {}) | datasets
    page, file = map(vl_convert.vegalite_to_svg, (on_page, in_file))
    return Drawing(picture, captions, data, page, in_light(file))


def drawn(specification: dict[str, Any]) -> set[str]:
    """Return the columns that a picture draws, and does not work out itself.

    Vega draws nothing, and says nothing, where a column is not there.
    """
    text = json.dumps({**specification, "datasets": None})
    used = {*re.findall(r"\bdatum\.(\w+)", text), *re.findall(r'"field": "(\w+)"', text)}
    lists = " ".join(re.findall(r'"as": \[([^\]]*)\]', text))
    made = {*re.findall(r'"as": "(\w+)"', text), *re.findall(r"\w+", lists)}
    return used - {"value", *made, *("at", "from", "to", "run", "level", "text")}


def configured(picture: alt.LayerChart) -> dict[str, Any]:
    """Return the specification, with the look that all pictures share."""
    quiet, line = colour("quiet"), colour("line")
    words = {
        "labelColor": quiet, "titleColor": quiet, "labelFontSize": 12, "titleFontSize": 12,
        "titleFontWeight": "normal",
    }  # fmt: skip
    specification: dict[str, Any] = (
        picture.configure(font=FONT, background=colour("paper"))
        .configure_view(stroke=None)
        .configure_text(fontSize=12)
        .configure_axis(
            **words, domainColor=line, gridColor=line, tickColor=line, gridOpacity=0.7,
            labelPadding=6, titlePadding=10, labelFlush=False,
        )
        .configure_axisY(domain=False, ticks=False, tickCount=6)
        .configure_legend(**words)
        .configure_title(
            color=colour("ink"), subtitleColor=quiet, fontSize=17, subtitleFontSize=12,
            fontWeight=600, anchor="start", frame="bounds", offset=16, lineHeight=22,
            subtitlePadding=6, subtitleLineHeight=16,
        )
        .to_dict()
    )  # fmt: skip
    return specification


def in_light(svg: str) -> str:
    """Return the picture with the colours that page.css gives first, for a light page."""
    light = dict(reversed(re.findall(r"--([\w-]+): (#\w+);", STYLE)))
    return re.sub(r"var\(--([\w-]+)\)", lambda match: light[match[1]], svg)
