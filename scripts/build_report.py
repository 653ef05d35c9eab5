#!/usr/bin/env python3
"""Draw the report: dist/report.html, and every picture of it as SVG and PNG in dist/pictures/.

    us_trade.duckdb  --report/queries/*.sql-->  rows  --this-->  report.html  pictures/*.svg *.png

Nothing is computed here.  Every number and every sentence is the result of a query in
report/queries, which reads the schema ``marts``: ``<picture>.sql`` returns the data of a picture,
``<picture>_words.sql`` its title and its alternative text.  This script says how they are drawn.

The page is one file: the drawing library (Vega, from vl-convert), the data, the style and the
script are in it, and its content security policy lets it load nothing else.  The same database
gives the same bytes.

Colours are named, ``var(--exports)``: the page's style sheet defines them for light, dark and
paper; a picture in a file of its own has those of PALETTE.

Exit status: 0, or 1 where the database cannot be read or a query fails; then nothing is written.
"""

from __future__ import annotations

import argparse
import base64
import calendar
import datetime
import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from pathlib import Path
from string import Template

import altair as alt
import duckdb
import vl_convert

ROOT = Path(__file__).resolve().parent.parent
REPORT = ROOT / "report"
README_PICTURE = "balance"
MINUS = "\N{MINUS SIGN}"

# The colours of a picture in a file of its own: those of the light page, whose names they have.
# The hues are Okabe and Ito's, which the colour-blind tell apart, dark enough to be read as text.
PALETTE = {
    "paper": "#ffffff",
    "ink": "#1b1f24",
    "quiet": "#5b6570",
    "line": "#d4d8dd",
    "band": "#e9ebee",
    "exports": "#0067a5",
    "imports": "#c04f00",
    "balance": "#1b1f24",
    "goods": "#a34d85",
    "services": "#00795a",
    "below-3": "#0b4f8a",
    "below-2": "#5b9bd0",
    "below-1": "#b8d5ec",
    "zero": "#eef0f2",
    "above-1": "#f6cfa8",
    "above-2": "#e0883c",
    "above-3": "#9c4300",
}
# Liberation Sans comes with vl-convert, so that text is as wide on every machine.
FILE_FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
PAGE_FONT = "system-ui, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif"

BILLIONS = "Billions of US dollars"
MONTH = "Reference month"


class ReportError(Exception):
    """What is wrong with the database or a query, and where."""


@dataclass(frozen=True)
class Answer:
    """What a query returns, and the query itself."""

    name: str
    sql: str
    columns: list[str]
    rows: list[tuple]

    @property
    def marts(self) -> list[str]:
        """The tables that the query reads, in the order in which it names them."""
        return list(dict.fromkeys(re.findall(r"\bmarts\.\w+", self.sql)))

    def dictionaries(self) -> list[dict]:
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def only(self) -> dict:
        """The one row of a query that returns one; raises ReportError."""
        if len(self.rows) != 1:
            raise ReportError(f"{self.name}.sql: expected one row, found {len(self.rows)}")
        return self.dictionaries()[0]

    def data(self) -> alt.NamedData:
        """The rows as a picture refers to them; they are in its ``datasets``."""
        return alt.NamedData(name=self.name)

    def distinct(self, column: str) -> list:
        """The values of a column, each once, in the order of the rows."""
        return list(dict.fromkeys(row[column] for row in self.dictionaries()))

    def dataset(self) -> list[dict]:
        return [
            {column: plain(value) for column, value in row.items()} for row in self.dictionaries()
        ]


def plain(value: object) -> object:
    """A value as JSON has it; a day in milliseconds of UTC, the same on every reader's clock."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime.date):
        return calendar.timegm(value.timetuple()) * 1000
    return value


class Marts:
    """The database, read-only, answering the queries of report/queries by name."""

    def __init__(self, path: Path, queries: Path = REPORT / "queries") -> None:
        if not path.is_file():
            raise ReportError(f"{path}: there is no such database; run make first")
        try:
            # One thread: sums of fractions come out the same, in whatever order they were added.
            self.connection = duckdb.connect(str(path), read_only=True, config={"threads": "1"})
        except duckdb.Error as error:
            raise ReportError(f"{path}: cannot be opened: {error}") from None
        self.queries = queries

    def ask(self, name: str) -> Answer:
        path = self.queries / f"{name}.sql"
        sql = path.read_text(encoding="utf-8")
        try:
            cursor = self.connection.execute(sql)
            return Answer(
                name, sql, [column[0] for column in cursor.description], cursor.fetchall()
            )
        except duckdb.Error as error:
            raise ReportError(f"{path.name}: {error}") from None

    def has(self, mart: str) -> bool:
        return bool(
            self.connection.execute(
                "select 1 from duckdb_tables() where schema_name = 'marts' and table_name = ?",
                [mart],
            ).fetchall()
        )


# --------------------------------------------------------------------------- parts of a picture


@dataclass(frozen=True)
class Line:
    """A series of a picture of months: its column without ``_busd`` or ``_pct``, and its look."""

    name: str
    label: str
    colour: str
    label_dy: int = 0
    is_area: bool = False
    is_dots: bool = False


def colour(name: str) -> str:
    return f"var(--{name})"


def in_period(first: str, last: str) -> str:
    """The months that the reader has zoomed into: all of them until he does."""
    return f"!period_from || (datum.{last} >= period_from && datum.{first} <= period_to)"


def month_axis() -> alt.X:
    return alt.X(
        "month_date:T",
        title=MONTH,
        scale=alt.Scale(type="utc", nice=False),
        axis=alt.Axis(
            grid=False,
            labelOverlap=True,
            labelSeparation=10,
            # Years; months where the reader has zoomed into fewer than some eight years.
            labelExpr="utcFormat(datum.value, period_from && period_to - period_from < 2.5e11"
            " ? '%b %Y' : '%Y')",
        ),
    )


def value_axis(field: str, title: str, above: int = 14) -> alt.Y:
    """The scale of the values, its title lying on top of it where it need not be turned."""
    return alt.Y(
        f"{field}:Q",
        title=title,
        scale=alt.Scale(zero=True, nice=20),
        axis=alt.Axis(
            titleAngle=0,
            titleAlign="left",
            titleAnchor="end",
            titleX=0,
            titleY=-above,
            format=",d",
            grid=True,
        ),
    )


def recession_bands(recessions: Answer, first: int, last: int) -> alt.Chart:
    """Grey behind the recessions, cut off where the months shown begin and end."""
    return (
        alt.Chart(recessions.data())
        .transform_filter(in_period("peak_month", "trough_month"))
        .transform_calculate(
            band_from=f"max(datum.peak_month, period_from || {first})",
            band_to=f"min(datum.trough_month, period_to || {last})",
        )
        .mark_rect(color=colour("band"))
        .encode(x=alt.X("band_from:T", title=MONTH), x2="band_to:T")
    )


def zero_line() -> alt.Chart:
    return (
        alt.Chart(alt.InlineData(values=[{}]))
        .mark_rule(color=colour("quiet"), strokeWidth=1)
        .encode(y=alt.datum(0))
    )


def months_picture(
    answer: Answer,
    recessions: Answer,
    lines: Sequence[Line],
    unit: str,
    title: str,
    is_page: bool,
) -> alt.LayerChart:
    """Lines over the months, each with its name and latest value at its end.

    On the page it can be asked (the month under the pointer) and zoomed (the months dragged
    over): the scales then fit what is shown.
    """
    suffix = "pct" if unit == "%" else "busd"
    months = [plain(row["month_date"]) for row in answer.dictionaries()]
    base = alt.Chart(answer.data())
    layers: list[alt.Chart] = [recession_bands(recessions, months[0], months[-1]), zero_line()]
    for line in lines:
        field = f"{line.name}_{suffix}"
        shown = base.transform_filter(in_period("month_date", "month_date")).encode(
            month_axis(), value_axis(field, title)
        )
        if line.is_area:
            layers.append(shown.mark_area(color=colour(line.colour), opacity=0.3))
        if line.is_dots:
            layers.append(shown.mark_circle(color=colour(line.colour), size=9, opacity=0.75))
        else:
            layers.append(
                shown.mark_line(color=colour(line.colour), strokeWidth=1.8, strokeJoin="round")
            )
    if is_page:
        layers += hover_layers(base, lines, suffix, unit)
        drag = alt.selection_interval(
            name="drag", encodings=["x"], translate=False, zoom=False,
            mark=alt.BrushConfig(fill=colour("ink"), fillOpacity=0.08, stroke="transparent"),
        )  # fmt: skip
        layers[-1] = layers[-1].add_params(drag)
    layers += [part for line in lines for part in end_labels(base, line, suffix, unit)]
    return alt.layer(*layers).add_params(
        alt.param("period_from", value=0), alt.param("period_to", value=0)
    )


def hover_layers(base: alt.Chart, lines: Sequence[Line], suffix: str, unit: str) -> list[alt.Chart]:
    """A rule and a dot on each line at the month nearest to the pointer, and what they say."""
    near = alt.selection_point(
        name="near",
        nearest=True,
        on="pointermove",
        clear="pointerout",
        encodings=["x"],
        empty=False,
    )
    visible = base.transform_filter(in_period("month_date", "month_date"))
    dots = [
        visible.transform_filter(near)
        .mark_point(filled=True, size=45, color=colour(line.colour), opacity=1)
        .encode(month_axis(), alt.Y(f"{line.name}_{suffix}:Q"))
        for line in lines
    ]
    tooltip = [alt.Tooltip("utcyearmonth(month_date):T", title="title", format="%B %Y")] + [
        alt.Tooltip(f"{line.name}_shown:Q", title=f"{line.label}, {unit}", format=",.1f")
        for line in lines
    ]
    rule = (
        visible.mark_rule(color=colour("quiet"), strokeWidth=1)
        .encode(
            month_axis(), opacity=alt.condition(near, alt.value(0.8), alt.value(0)), tooltip=tooltip
        )
        .add_params(near)
    )
    return [*dots, rule]


def end_labels(base: alt.Chart, line: Line, suffix: str, unit: str) -> Iterable[alt.Chart]:
    """The name of a line and its last value, to its right.

    Where two lines cross (``label_dy`` is 0), the higher is labelled above, the lower below:
    the query says which, in ``<name>_is_above``.
    """
    ends = (
        base.transform_filter(in_period("month_date", "month_date"))
        .transform_joinaggregate(last_month="max(month_date)")
        .transform_filter("time(datum.month_date) == time(datum.last_month)")
        .transform_calculate(
            end_label=f"'{line.label} ' + format(datum.{line.name}_shown, ',.1f')"
            + (" + ' %'" if unit == "%" else "")
        )
    )
    places = (
        [(ends, line.label_dy)]
        if line.label_dy
        else [
            (ends.transform_filter(f"datum.{line.name}_is_above == 1"), -8),
            (ends.transform_filter(f"datum.{line.name}_is_above == 0"), 8),
        ]
    )
    for place, dy in places:
        yield place.mark_text(
            align="left", baseline="middle", dx=7, dy=dy, color=colour(line.colour), fontWeight=600
        ).encode(month_axis(), alt.Y(f"{line.name}_{suffix}:Q"), text="end_label:N")


# --------------------------------------------------------------------------- the pictures


def draw_balance(data: Answer, recessions: Answer, is_page: bool) -> alt.LayerChart:
    lines = [
        Line("imports", "Imports", "imports", label_dy=-6),
        Line("exports", "Exports", "exports", label_dy=6),
        Line("balance", "Balance", "balance", label_dy=1),
    ]
    return months_picture(data, recessions, lines, "$ bn", BILLIONS, is_page)


def draw_goods_services(data: Answer, recessions: Answer, is_page: bool) -> alt.LayerChart:
    lines = [
        Line("services", "Services", "services", label_dy=-1, is_area=True),
        Line("goods", "Goods", "goods", label_dy=7, is_area=True),
        Line("total", "Both", "balance", label_dy=-7),
    ]
    return months_picture(
        data, recessions, lines, "$ bn", "Balance, billions of US dollars", is_page
    )


def draw_year_ago(data: Answer, recessions: Answer, is_page: bool) -> alt.LayerChart:
    lines = [Line("exports", "Exports", "exports"), Line("imports", "Imports", "imports")]
    title = "Change from the same month a year before, percent"
    return months_picture(data, recessions, lines, "%", title, is_page)


def draw_three_months(data: Answer, recessions: Answer, is_page: bool) -> alt.LayerChart:
    lines = [
        Line("month", "Month", "quiet", is_dots=True),
        Line("average", "Average", "balance"),
    ]
    return months_picture(
        data, recessions, lines, "$ bn", "Balance, billions of US dollars", is_page
    )


def draw_year_to_date(data: Answer, _: Answer, is_page: bool) -> alt.LayerChart:
    flows = data.distinct("flow_words")
    base = alt.Chart(data.data()).encode(
        y=alt.Y(
            "flow_words:N", title=None,
            axis=alt.Axis(
                labelPadding=48, labelFontSize=13, labelFontWeight=600, ticks=False, domain=False
            ),
            scale=alt.Scale(domain=flows, paddingInner=0.16, paddingOuter=0.04),
        ),
        yOffset=alt.YOffset(
            "year:O", scale=alt.Scale(domain=data.distinct("year"), paddingInner=0.18)
        ),
    )  # fmt: skip
    bars = base.mark_bar().encode(
        x=alt.X(
            "sum_busd:Q", title=BILLIONS, stack=None,
            axis=alt.Axis(format=",d", grid=False, tickCount=6),
        ),
        color=alt.Color(
            "flow_words:N", legend=None,
            scale=alt.Scale(
                domain=flows, range=[colour("exports"), colour("imports"), colour("balance")]
            ),
        ),
        opacity=alt.condition("datum.is_latest", alt.value(1), alt.value(0.38)),
        tooltip=[
            alt.Tooltip("months_words:N", title="title"),
            alt.Tooltip("flow_words:N", title="Flow"),
            alt.Tooltip("sum_shown:Q", title="$ bn", format=",.1f"),
        ],
    )  # fmt: skip
    bold = alt.ExprRef("datum.is_latest ? 700 : 400")
    values = base.mark_text(align="left", dx=5, color=colour("ink"), fontWeight=bold).encode(
        x="sum_busd:Q", text=alt.Text("sum_shown:Q", format=",.1f")
    )
    years = base.mark_text(align="right", dx=-6, color=colour("quiet"), fontWeight=bold).encode(
        x=alt.datum(0), text="year:O"
    )
    return alt.layer(bars, values, years)


def draw_residuals(data: Answer, _: Answer, is_page: bool) -> alt.LayerChart:
    """How many identities miss zero by each amount, and how many rounding alone would make."""
    base = alt.Chart(data.data()).encode(
        x=alt.X(
            "residual_musd:O", title="Residual, millions of US dollars",
            scale=alt.Scale(domain=data.distinct("residual_musd")),
            axis=alt.Axis(format="d", labelAngle=0, grid=False, ticks=False),
        ),
        tooltip=[
            alt.Tooltip("residual_musd:Q", title="Residual, $ million", format="d"),
            alt.Tooltip("identities:Q", title="Found", format=",d"),
            alt.Tooltip("expected_identities:Q", title="Rounding alone", format=",.2f"),
        ],
    )  # fmt: skip
    bars = base.mark_bar().encode(
        y=value_axis("identities", "Number of identities", above=46),
        color=alt.Color(
            "kind:N", title=None,
            scale=alt.Scale(
                domain=["found", "by rounding alone"], range=[colour("exports"), colour("imports")]
            ),
            legend=alt.Legend(orient="top", offset=18, symbolType="square", symbolOpacity=1),
        ),
    ).transform_calculate(kind="'found'")  # fmt: skip
    expected = base.mark_tick(thickness=3, orient="horizontal", opacity=1).encode(
        y="expected_identities:Q", color="kind:N"
    ).transform_calculate(kind="'by rounding alone'")  # fmt: skip
    counts = base.transform_filter("datum.identities > 0").transform_calculate(
        top="max(datum.identities, datum.expected_identities)"
    ).mark_text(dy=-9, color=colour("ink")).encode(
        y="top:Q", text=alt.Text("identities:Q", format=",d")
    )  # fmt: skip
    return alt.layer(bars, expected, counts)


def draw_z_scores(data: Answer, _: Answer, is_page: bool) -> alt.LayerChart:
    base = alt.Chart(data.data()).encode(
        x=alt.X(
            "year:O", title="Year", scale=alt.Scale(domain=data.distinct("year")),
            axis=alt.Axis(
                labelAngle=0, ticks=False, domain=False, values=data.distinct("year")[::4],
                labelOverlap=True, labelSeparation=6,
            ),
        ),
        y=alt.Y(
            "series_words:N", title=None, scale=alt.Scale(domain=data.distinct("series_words")),
            axis=alt.Axis(ticks=False, domain=False, labelLimit=120),
        ),
    )  # fmt: skip
    shades = ["below-3", "below-2", "below-1", "zero", "above-1", "above-2", "above-3"]
    cells = base.mark_rect(stroke=colour("paper"), strokeWidth=1).encode(
        color=alt.Color(
            "z_score:Q",
            scale=alt.Scale(
                type="threshold", domain=[-3, -2, -1, 1, 2, 3], range=[colour(s) for s in shades]
            ),
            legend=alt.Legend(
                title="z: standard deviations of rounding", orient="top", titleLimit=300,
                gradientLength=280, format="d",
            ),
        ),
        tooltip=[
            alt.Tooltip("period_words:N", title="title"),
            alt.Tooltip("series_words:N", title="Series"),
            alt.Tooltip("residual_musd:Q", title="Residual, $ million", format="d"),
            alt.Tooltip("z_score:Q", title="z", format=".2f"),
        ],
    )  # fmt: skip
    unlikely = (
        base.transform_filter("datum.is_unlikely == 1")
        .mark_point(filled=True, size=16, color=colour("paper"), opacity=1)
        .encode()
    )
    return alt.layer(cells, unlikely)


@dataclass(frozen=True)
class Picture:
    """A picture: its queries are ``<name>.sql`` and ``<name>_words.sql``."""

    name: str
    draw: Callable[[Answer, Answer, bool], alt.LayerChart]
    note: str = ""
    is_months: bool = False
    height: int = 340


RECESSIONS = "Shaded: recessions of the United States, as the NBER dates them."

PICTURES = [
    Picture("balance", draw_balance, RECESSIONS, is_months=True, height=400),
    Picture("goods_services", draw_goods_services, RECESSIONS, is_months=True),
    Picture("year_ago", draw_year_ago, RECESSIONS, is_months=True),
    Picture("three_months", draw_three_months, RECESSIONS, is_months=True),
    Picture("year_to_date", draw_year_to_date, "A deficit is minus the balance.", height=380),
    Picture("row_residuals", draw_residuals, "Balance and component identities.", height=300),
    Picture("year_residuals", draw_residuals, "Annual rows against their months.", height=300),
    Picture("z_scores", draw_z_scores, "A dot marks what is beyond three.", height=320),
]


def configured(chart: alt.LayerChart, font: str, is_page: bool) -> alt.LayerChart:
    """The look that all pictures share."""
    quiet, ink, line = colour("quiet"), colour("ink"), colour("line")
    return (
        chart.configure(
            font=font, background="transparent" if is_page else colour("paper"), aria=not is_page
        )
        .configure_view(stroke=None)
        .configure_text(fontSize=12)
        .configure_axis(
            labelColor=quiet, titleColor=quiet, domainColor=line, gridColor=line, tickColor=line,
            labelFontSize=12, titleFontSize=12, titleFontWeight="normal", gridOpacity=0.7,
            labelPadding=6, titlePadding=10, labelFlush=False,
        )
        .configure_axisY(domain=False, ticks=False, tickCount=6)
        .configure_legend(
            labelColor=quiet, titleColor=quiet, labelFontSize=12, titleFontSize=12,
            titleFontWeight="normal",
        )
        .configure_title(
            color=ink, subtitleColor=quiet, fontSize=17, subtitleFontSize=12, fontWeight=600,
            anchor="start", frame="bounds", offset=16, lineHeight=22, subtitlePadding=6,
            subtitleLineHeight=16,
        )
    )  # fmt: skip


@dataclass(frozen=True)
class Drawn:
    """A picture with the rows it shows: for the page, and for a file of its own."""

    picture: Picture
    words: dict
    answers: list[Answer]
    page: dict
    file: dict

    @property
    def marts(self) -> list[str]:
        return list(dict.fromkeys(mart for answer in self.answers for mart in answer.marts))


def drawn(picture: Picture, marts: Marts, release: dict, recessions: Answer) -> Drawn:
    answer, words = marts.ask(picture.name), marts.ask(f"{picture.name}_words")
    answers = [answer, words] + ([recessions] if picture.is_months else [])
    text = words.only()
    padding = {"left": 2, "top": 4, "right": 12, "bottom": 2}
    page = (
        configured(picture.draw(answer, recessions, True), PAGE_FONT, True)
        .properties(width="container", height="container", padding=padding)
        .properties(autosize=alt.AutoSizeParams(type="fit", contains="padding"))
    )
    read = list(dict.fromkeys(mart for one in answers for mart in one.marts))
    subtitle = [
        " ".join(filter(None, [picture.note, f"Release {release['release_id']}."])),
        f"us_trade: {', '.join(read)}",
    ]
    title = alt.TitleParams(
        text=textwrap.wrap(text["title"], 80),
        subtitle=subtitle,
    )
    file = configured(picture.draw(answer, recessions, False), FILE_FONT, False).properties(
        width=680, height=picture.height, title=title, description=text["alternative_text"],
        padding={"left": 16, "top": 16, "right": 16, "bottom": 16},
    )  # fmt: skip
    rows = {one.name: one.dataset() for one in answers if one is not words}
    page_spec, file_spec = page.to_dict(), in_file_colours(file.to_dict())
    return Drawn(
        picture, text, answers, page_spec | {"datasets": rows}, file_spec | {"datasets": rows}
    )


def in_file_colours(spec: dict) -> dict:
    """Every ``var(--name)`` as the colour of a file."""
    text = re.sub(r"var\(--([\w-]+)\)", lambda match: PALETTE[match[1]], json.dumps(spec))
    return json.loads(text)


# --------------------------------------------------------------------------- the page


def shown(value: object) -> str:
    """A value for a reader: thousands parted, a real minus, a dash for nothing."""
    if value is None:
        return "–"
    if isinstance(value, float):
        value = Decimal(f"{value:.2f}")
    if isinstance(value, int | Decimal):
        return f"{value:,}".replace("-", MINUS)
    return escape(str(value))


def signed(value: Decimal | None) -> str:
    """A change for a reader: its sign is written."""
    return shown(None) if value is None else f"{value:+,}".replace("-", MINUS)


def provenance(answers: Iterable[Answer], marts: Sequence[str]) -> str:
    """What is under a picture or a table: the marts it reads, and the queries, to unfold."""
    queries = "".join(
        f"<p>report/queries/{answer.name}.sql</p><pre>{escape(answer.sql)}</pre>"
        for answer in answers
    )
    names = ", ".join(f"<code>{mart}</code>" for mart in marts)
    return f'<details class="query"><summary>From {names}</summary>{queries}</details>'


def figure(drawn: Drawn) -> str:
    name, text = drawn.picture.name, drawn.words
    tools = ""
    if drawn.picture.is_months:
        spans = [("", "All")] + [(years, f"{years} years") for years in ("20", "10", "5", "2")]
        buttons = "".join(
            f'<button type="button" data-years="{years}" aria-pressed="{str(not years).lower()}">'
            f"{label}</button>"
            for years, label in spans
        )
        tools = (
            f'<div class="tools" role="group" aria-label="Period shown">{buttons}'
            '<span class="hint">or drag across a period; double-click for all</span></div>'
        )
    note = f"<p>{escape(text['sentence'])}</p>" if "sentence" in text else ""
    caption = (
        f'<span class="note">{escape(drawn.picture.note)}</span> ' if drawn.picture.note else ""
    )
    return (
        f'<figure id="{name}" data-picture="{name}"><h3>{escape(text["title"])}</h3>{note}{tools}'
        f'<div class="picture" role="img" aria-label="{escape(text["alternative_text"])}"'
        '><div class="canvas"></div></div>'
        f"<figcaption>{caption}{provenance(drawn.answers, drawn.marts)}</figcaption></figure>"
    )


def cell(value: object, tag: str = "td") -> str:
    kind = ' class="number"' if isinstance(value, int | float | Decimal) else ""
    scope = ' scope="row"' if tag == "th" else ""
    return f"<{tag}{scope}{kind}>{shown(value)}</{tag}>"


def table(name: str, head: str, answer: Answer) -> str:
    """A table in a box of its own, which scrolls where it is wider than the page."""
    body = "".join(
        f"<tr>{cell(row[0], 'th')}{''.join(map(cell, row[1:]))}</tr>" for row in answer.rows
    )
    return (
        f'<div class="table" tabindex="0" role="region" aria-label="Table: {escape(name)}">'
        f'<table id="{answer.name}"><thead>{head}</thead><tbody>{body}</tbody></table></div>'
        f"{provenance([answer], answer.marts)}"
    )


def header(*names: str) -> str:
    first, *others = names
    cells = "".join(f'<th scope="col" class="number">{escape(name)}</th>' for name in others)
    return f'<tr><th scope="col">{escape(first)}</th>{cells}</tr>'


def thirteen_months_table(answer: Answer) -> str:
    groups = "".join(
        f'<th scope="colgroup" colspan="3">{name}</th>'
        for name in ("Balance", "Exports", "Imports")
    )
    parts = "".join(
        f'<th scope="col" class="number">{part}</th>' for part in ("Total", "Goods", "Services") * 3
    )
    head = f'<tr><th scope="col" rowspan="2">Month</th>{groups}</tr><tr>{parts}</tr>'
    return table("the last thirteen months", head, answer)


def records_table(answer: Answer) -> str:
    rows = [
        (
            row["series_words"], row["value_busd"], row["standing_words"], row["streak_words"],
            f"{shown(row['high_busd'])} in {row['high_month_words']}",
            f"{shown(row['low_busd'])} in {row['low_month_words']}",
        )
        for row in answer.dictionaries()
    ]  # fmt: skip
    head = '<tr><th scope="col">Series</th><th scope="col" class="number">Latest</th>' + "".join(
        f'<th scope="col">{name}</th>'
        for name in ("Standing", "Movement", "Highest so far", "Lowest so far")
    ) + "</tr>"  # fmt: skip
    return table("records", head, Answer(answer.name, answer.sql, answer.columns, rows))


def reconciliation_table(answer: Answer) -> str:
    head = header(
        "Identity", "Checked", "Exact", "Off by rounding", "Unlikely", "Broken",
        "Largest, $ million", "Off, %", "Off by rounding alone, %",
    )  # fmt: skip
    return table("the audit", head, answer)


def revisions_section(marts: Marts) -> str:
    """How the numbers were revised; nothing where every month was printed once."""
    if not (marts.has("fct_monthly_trade_vintages") and marts.has("mart_revision_summary")):
        return ""
    words = marts.ask("revisions_words")
    if not words.rows:
        return ""
    answer = marts.ask("revisions")
    numbers = [isinstance(value, int | float | Decimal) for value in answer.rows[0]]
    head = "".join(
        f'<th scope="col"{" class=number" * is_number}>{escape(name.replace("_", " "))}</th>'
        for name, is_number in zip(answer.columns, numbers, strict=True)
    )
    return (
        f'<section id="revised"><h2>Revisions</h2><h3>{escape(words.only()["title"])}</h3>'
        f"<p>A later print less an earlier one of the same number, in millions of US dollars.</p>"
        f"{table('revisions', f'<tr>{head}</tr>', answer)}</section>"
    )


def headline(numbers: Answer, sentences: Answer) -> str:
    cards = "".join(
        f'<div class="card {row["subject"]}"><dt>{escape(row["label"])}</dt>'
        f'<dd><span class="level"><span class="unit">$</span>{shown(row["level_busd"])}'
        f'<span class="unit"> billion</span></span>'
        f'<span class="change">{signed(row["change_busd"])} billion'
        f'{percent(row["change_pct"])} from {escape(row["previous_month_words"])}</span></dd></div>'
        for row in numbers.dictionaries()
    )  # fmt: skip
    names = {
        "level": "The month", "three_month_average": "The three-month average",
        "year_to_date": "The year to date",
    }  # fmt: skip
    groups = "".join(
        f"<h3>{name}</h3><ul>"
        + "".join(
            f"<li>{escape(row['sentence'])}</li>"
            for row in sentences.dictionaries()
            if row["measure"] == measure
        )
        + "</ul>"
        for measure, name in names.items()
        if any(row["measure"] == measure for row in sentences.dictionaries())
    )
    return (
        f'<dl class="cards">{cards}</dl>{provenance([numbers], numbers.marts)}'
        f'<div class="sentences">{groups}</div>{provenance([sentences], sentences.marts)}'
    )


def percent(value: Decimal | None) -> str:
    return "" if value is None else f" ({signed(value)} %)"


def packed(spec: dict) -> dict:
    """The picture with the names of its columns written once, which page.js unpacks.

    (CSV would be as short, but Vega reads it with a generated function, which the page forbids.)
    """
    tables = {
        name: {"columns": list(rows[0]), "rows": [list(row.values()) for row in rows]}
        for name, rows in spec["datasets"].items()
    }
    return spec | {"datasets": tables}


def inline_json(spec: dict) -> str:
    """JSON that cannot end the script element it stands in."""
    return json.dumps(spec, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def policy_hash(text: str) -> str:
    """The source expression that allows exactly this inline script or style."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def page(marts: Marts, release: dict, pictures: dict[str, Drawn]) -> str:
    library = vl_convert.javascript_bundle()
    if "</script" in library.lower():
        raise ReportError("the drawing library cannot be inlined: it holds the end of a script")
    style = (REPORT / "page.css").read_text(encoding="utf-8")
    script = (REPORT / "page.js").read_text(encoding="utf-8")
    palette = ":root {" + " ".join(f"--{name}: {value};" for name, value in PALETTE.items()) + "}"
    heights = "".join(f"#{one.name} {{ --height: {one.height}px; }}\n" for one in PICTURES)
    style = f"{palette}\n{style}{heights}"
    figures = {name: figure(one) for name, one in pictures.items()}
    audit = marts.ask("audit_words").only()
    return Template((REPORT / "page.html").read_text(encoding="utf-8")).substitute(
        {name: shown(value) for name, value in release.items()},
        script_hashes=f"{policy_hash(library)} {policy_hash(script)}",
        style_hash=policy_hash(style),
        style=style,
        library=library,
        script=script,
        headline=headline(marts.ask("headline_numbers"), marts.ask("headline_sentences")),
        thirteen_months=thirteen_months_table(marts.ask("thirteen_months")),
        records=records_table(marts.ask("records")),
        audit_title=escape(audit["title"]),
        audit_sentence=escape(audit["sentence"]),
        reconciliation=reconciliation_table(marts.ask("reconciliation")),
        revisions=revisions_section(marts),
        specifications="".join(
            f'<script type="application/json" id="{name}-picture">'
            f"{inline_json(packed(one.page))}</script>\n"
            for name, one in pictures.items()
        ),
        **{f"picture_{name}": text for name, text in figures.items()},
    )


# --------------------------------------------------------------------------- the files


def build(database: Path) -> dict[str, bytes]:
    """All files of the report by their names; raises ReportError."""
    marts = Marts(database)
    release = marts.ask("release").only()
    recessions = marts.ask("recessions")
    pictures = {picture.name: drawn(picture, marts, release, recessions) for picture in PICTURES}
    files = {"report.html": page(marts, release, pictures).encode()}
    for name, one in pictures.items():
        svg = vl_convert.vegalite_to_svg(one.file)
        files[f"pictures/{name}.svg"] = svg.encode() + b"\n"
        files[f"pictures/{name}.png"] = vl_convert.svg_to_png(svg, scale=2)
    return files


def write(files: dict[str, bytes], folder: Path) -> None:
    """Write the files; the folder of pictures holds these and no older ones."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".report-", dir=folder) as name:
        scratch = Path(name)
        for path, content in files.items():
            (scratch / path).parent.mkdir(exist_ok=True)
            (scratch / path).write_bytes(content)
        shutil.rmtree(folder / "pictures", ignore_errors=True)
        (scratch / "pictures").rename(folder / "pictures")
        (scratch / "report.html").replace(folder / "report.html")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description="Draw the report, and every picture of it as SVG and PNG, into dist/.",
        epilog="example: scripts/build_report.py --database us_trade.duckdb --out dist",
    )
    default = Path(os.environ.get("US_TRADE_DB") or ROOT / "us_trade.duckdb")
    parser.add_argument("--database", type=Path, default=default, metavar="FILE",
                        help="the database (default: US_TRADE_DB, or us_trade.duckdb)")  # fmt: skip
    parser.add_argument("--out", type=Path, default=ROOT / "dist", metavar="FOLDER",
                        help="where the files go (default: dist)")  # fmt: skip
    parser.add_argument("--readme", action="store_true",
                        help=f"write README's docs/{README_PICTURE}.svg too")  # fmt: skip
    options = parser.parse_args(arguments)
    try:
        files = build(options.database)
        write(files, options.out)
        if options.readme:
            picture = files[f"pictures/{README_PICTURE}.svg"]
            (ROOT / "docs" / f"{README_PICTURE}.svg").write_bytes(picture)
    except ReportError as error:
        print(f"{error}\nnothing was written", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    page_size = len(files["report.html"]) / 1e6
    print(f"report      {options.out / 'report.html'}: {page_size:.1f} MB")
    print(f"pictures    {options.out / 'pictures'}: {len(PICTURES)}, as SVG and PNG")
    return 0


if __name__ == "__main__":
    sys.exit(main())
