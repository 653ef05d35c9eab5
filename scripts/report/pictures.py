"""The pictures of the report, drawn with Altair: how the rows of a query look, and no more.

Each is drawn twice, for the page and for a file of its own.  Colours are named, ``var(--exports)``:
page.css defines them for light, dark and paper, and a file has those of the light page.
"""

from __future__ import annotations

import calendar
import datetime
import json
import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import altair as alt

from project import ProjectError
from report.marts import Answer, Marts, marts_read

# Liberation Sans comes with vl-convert.
FILE_FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
PAGE_FONT = "system-ui, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif"
STYLE = (Path(__file__).resolve().parent / "page.css").read_text(encoding="utf-8")

BILLIONS = "Billions of US dollars"
BALANCE = "Balance, billions of US dollars"
MONTH = "Reference month"
MONTH_NAME = "utcFormat(datum.month_date, '%B %Y')"
BELOW_AND_ABOVE = ["below-3", "below-2", "below-1", "zero", "above-1", "above-2", "above-3"]
RECESSIONS = "Shaded: recessions of the United States, as the NBER dates them."


# --------------------------------------------------------------------------- parts of a picture


def chart(answer: Answer) -> alt.Chart:
    """A chart of the rows of a query, which stand by its name in the picture's ``datasets``."""
    return alt.Chart(alt.NamedData(name=answer.name))


def plain(value: object) -> object:
    """A value as JSON has it; a day in milliseconds of UTC, the same on every reader's clock."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime.date):
        return calendar.timegm(value.timetuple()) * 1000
    return value


def colour(name: str) -> str:
    return f"var(--{name})"


def one_decimal(field: str) -> str:
    """A number to one decimal, half away from zero, as page.readable has it.

    The formatter rounds the binary fraction, in which half a tenth may be a little less: what
    is added is less than the last decimal that the marts have.
    """
    tenths = f"floor(abs(datum.{field}) * 10 + 0.500000001) / 10"
    number = f"format(datum.{field} < 0 ? -{tenths} : {tenths}, ',.1f')"
    return f"isValid(datum.{field}) ? {number} : '–'"


def months_so_far(month: str) -> str:
    """The months of a year up to one, such as January to February 2024; January alone is itself."""
    name = f"utcFormat(datum.{month}, '%B %Y')"
    return f"(utcmonth(datum.{month}) > 0 ? 'January to ' : '') + {name}"


def in_period() -> str:
    """The months that the reader has zoomed into: all of them until he does."""
    return "!period_from || (datum.month_date >= period_from && datum.month_date <= period_to)"


def month_axis() -> alt.X:
    """Years; months where the reader has zoomed into fewer than some eight years."""
    is_short = "period_from && period_to - period_from < 2.5e11"
    label = f"utcFormat(datum.value, {is_short} ? '%b %Y' : '%Y')"
    axis = alt.Axis(grid=False, labelOverlap=True, labelSeparation=10, labelExpr=label)
    return alt.X("month_date:T", title=MONTH, scale=alt.Scale(type="utc", nice=False), axis=axis)


def value_axis(field: str, title: str, above: int = 14) -> alt.Y:
    """The scale of the values, its title lying on top of it where it need not be turned."""
    place = {"titleAngle": 0, "titleAlign": "left", "titleAnchor": "end", "titleX": 0}
    axis = alt.Axis(**place, titleY=-above, format=",d", grid=True)
    return alt.Y(f"{field}:Q", title=title, scale=alt.Scale(zero=True, nice=20), axis=axis)


def recession_bands(recessions: Answer, first: object, last: object) -> alt.Chart:
    """Grey behind the recessions, cut off where the months shown begin and end."""
    ends = {
        "band_from": f"max(datum.peak_month, period_from || {first})",
        "band_to": f"min(datum.trough_month || {last}, period_to || {last})",
    }
    visible = chart(recessions).transform_calculate(**ends)
    bands = visible.transform_filter("datum.band_from < datum.band_to").mark_rect(
        color=colour("band")
    )
    return bands.encode(x=alt.X("band_from:T", title=MONTH), x2="band_to:T")


def zero_line() -> alt.Chart:
    rule = alt.Chart(alt.InlineData(values=[{}])).mark_rule(color=colour("quiet"), strokeWidth=1)
    return rule.encode(y=alt.datum(0))


@dataclass(frozen=True)
class Line:
    """A series of a picture of months: its column without ``_busd`` or ``_pct``, and its look."""

    name: str
    label: str
    colour: str
    label_dy: int = 0
    is_area: bool = False
    is_dots: bool = False


def draw_months(data: Answer, recessions: Answer, is_page: bool, *, lines: Sequence[Line],
                title: str, unit: str) -> alt.LayerChart:  # fmt: skip
    """Lines over the months, each with its name and latest value at its end.

    On the page it can be asked (the month under the pointer) and zoomed (the months dragged
    over): the scales then fit what is shown.
    """
    suffix = "pct" if unit == "%" else "busd"
    dates = data.values("month_date")
    first, last = plain(dates[0]), plain(dates[-1])
    shown = {f"{line.name}_shown": one_decimal(f"{line.name}_{suffix}") for line in lines}
    visible = chart(data).transform_filter(in_period()).transform_calculate(**shown)
    layers: list[alt.Chart] = [recession_bands(recessions, first, last), zero_line()]
    for line in lines:
        shade = colour(line.colour)
        one = visible.encode(month_axis(), value_axis(f"{line.name}_{suffix}", title))
        if line.is_area:
            layers.append(one.mark_area(color=shade, opacity=0.3))
        if line.is_dots:
            layers.append(one.mark_circle(color=shade, size=9, opacity=0.75))
        else:
            layers.append(one.mark_line(color=shade, strokeWidth=1.8, strokeJoin="round"))
    if is_page:
        layers += hover_layers(visible, lines, suffix, unit)
    layers += [part for line in lines for part in end_labels(visible, line, lines, suffix, unit)]
    period = alt.param("period_from", value=0), alt.param("period_to", value=0)
    return alt.layer(*layers).add_params(*period)


def hover_layers(visible: alt.Chart, lines: Sequence[Line], suffix: str,
                 unit: str) -> Iterator[alt.Chart]:  # fmt: skip
    """A rule and a dot on each line at the month nearest to the pointer, and what they say."""
    near = alt.selection_point(
        "near", nearest=True, on="pointermove", clear="pointerout", encodings=["x"], empty=False
    )
    for line in lines:
        dots = visible.transform_filter(near).mark_point(
            filled=True, size=45, color=colour(line.colour), opacity=1
        )
        yield dots.encode(month_axis(), alt.Y(f"{line.name}_{suffix}:Q"))
    # Of the area around a rule, Vega-Lite would tell the columns of the rule, which has none.
    row = "(datum.datum || datum)"
    told = {"title": f"utcFormat({row}.month_date, '%B %Y')"} | {
        f"{line.label}, {unit}": f"{row}.{line.name}_shown" for line in lines
    }
    tooltip = ", ".join(f"'{label}': {value}" for label, value in told.items())
    brush = alt.BrushConfig(fill=colour("ink"), fillOpacity=0.08, stroke="transparent")
    drag = alt.selection_interval("drag", encodings=["x"], translate=False, zoom=False, mark=brush)
    opacity = alt.condition(near, alt.value(0.8), alt.value(0))
    rule = visible.mark_rule(
        color=colour("quiet"), strokeWidth=1, tooltip=alt.ExprRef(f"{{{tooltip}}}")
    )
    yield rule.encode(month_axis(), opacity=opacity).add_params(near, drag)


def end_labels(visible: alt.Chart, line: Line, lines: Sequence[Line], suffix: str,
               unit: str) -> Iterator[alt.Chart]:  # fmt: skip
    """The name of a line and its last value, to its right.

    Where two lines cross (``label_dy`` is 0), the higher is labelled above, the lower below; of
    two that are as high, the first above.
    """
    label = f"'{line.label} ' + datum.{line.name}_shown"
    ends = (
        visible.transform_joinaggregate(last_month="max(month_date)")
        .transform_filter("time(datum.month_date) == time(datum.last_month)")
        .transform_calculate(end_label=label + " + ' %'" * (unit == "%"))
    )
    first, second = (f"datum.{one.name}_{suffix}" for one in lines[:2])
    is_above = f"{first} >= {second}" if line is lines[0] else f"{first} < {second}"
    either = [(is_above, -8), (f"!({is_above})", 8)]
    for where, dy in [("", line.label_dy)] if line.label_dy else either:
        place = ends.transform_filter(where) if where else ends
        yield place.mark_text(
            align="left", baseline="middle", dx=7, dy=dy, color=colour(line.colour), fontWeight=600
        ).encode(month_axis(), alt.Y(f"{line.name}_{suffix}:Q"), text="end_label:N")


# --------------------------------------------------------------------------- the pictures


def draw_year_to_date(data: Answer, _: Answer, is_page: bool) -> alt.LayerChart:
    flows, years = ["exports", "imports", "deficit"], data.values("year")
    flow = "upper(slice(datum.{0}, 0, 1)) + slice(datum.{0}, 1)".format
    shades = [colour("exports"), colour("imports"), colour("balance")]
    names = {"labelPadding": 48, "labelFontSize": 13, "labelFontWeight": 600}
    told = chart(data).transform_calculate(
        months=months_so_far("month_date"), flow=flow("subject"), sum_shown=one_decimal("sum_busd")
    )
    base = told.encode(
        y=alt.Y("subject:N", title=None)
        .axis(**names, ticks=False, domain=False, labelExpr=flow("value"))
        .scale(domain=flows, paddingInner=0.16, paddingOuter=0.04),
        yOffset=alt.YOffset("year:O").scale(domain=years, paddingInner=0.18),
    )
    bars = base.mark_bar().encode(
        x=alt.X("sum_busd:Q", title=BILLIONS, stack=None).axis(
            format=",d", grid=False, tickCount=6
        ),
        color=alt.Color("subject:N", legend=None).scale(domain=flows, range=shades),
        opacity=alt.condition("datum.is_latest", alt.value(1), alt.value(0.38)),
        tooltip=[
            alt.Tooltip("months:N", title="title"),
            alt.Tooltip("flow:N", title="Flow"),
            alt.Tooltip("sum_shown:N", title="$ bn"),
        ],
    )
    bold = alt.ExprRef("datum.is_latest ? 700 : 400")
    values = base.mark_text(align="left", dx=5, color=colour("ink"), fontWeight=bold)
    labels = base.mark_text(align="right", dx=-6, color=colour("quiet"), fontWeight=bold)
    return alt.layer(
        bars,
        values.encode(x="sum_busd:Q", text="sum_shown:N"),
        labels.encode(x=alt.datum(0), text="year:O"),
    )


def draw_residuals(data: Answer, _: Answer, is_page: bool) -> alt.LayerChart:
    """How many identities miss zero by each amount, and how many rounding alone would make."""
    kinds, shades = ["found", "by rounding alone"], [colour("exports"), colour("imports")]
    base = chart(data).encode(
        x=alt.X("residual_musd:O", title="Residual, millions of US dollars")
        .scale(domain=data.values("residual_musd"))
        .axis(format="d", labelAngle=0, grid=False, ticks=False),
        tooltip=[
            alt.Tooltip("residual_musd:Q", title="Residual, $ million", format="d"),
            alt.Tooltip("identities:Q", title="Found", format=",d"),
            alt.Tooltip("expected_identities:Q", title="Rounding alone", format=",.2f"),
        ],
    )
    bars = base.mark_bar().transform_calculate(kind=f"'{kinds[0]}'")
    ticks = base.mark_tick(thickness=3, orient="horizontal", opacity=1)
    higher = "max(datum.identities, datum.expected_identities)"
    counts = base.transform_filter("datum.identities > 0").transform_calculate(top=higher)
    return alt.layer(
        bars.encode(
            y=value_axis("identities", "Number of identities", above=46),
            color=alt.Color("kind:N", title=None)
            .scale(domain=kinds, range=shades)
            .legend(orient="top", offset=18, symbolType="square", symbolOpacity=1),
        ),
        ticks.transform_calculate(kind=f"'{kinds[1]}'").encode(
            y="expected_identities:Q", color="kind:N"
        ),
        counts.mark_text(dy=-9, color=colour("ink")).encode(
            y="top:Q", text=alt.Text("identities:Q", format=",d")
        ),
    )


def draw_z_scores(data: Answer, _: Answer, is_page: bool) -> alt.LayerChart:
    years = data.values("year")
    title = "z: standard deviations of rounding"
    bare = {"ticks": False, "domain": False}
    so_far = months_so_far("period_end")
    period = f"datum.period_type == 'year' ? format(datum.year, 'd') : {so_far}"
    base = (
        chart(data)
        .transform_calculate(period=period)
        .encode(
            x=alt.X("year:O", title="Year")
            .scale(domain=years)
            .axis(**bare, labelAngle=0, values=years[::4], labelOverlap=True, labelSeparation=6),
            y=alt.Y("label:N", title=None)
            .scale(domain=data.values("label"))
            .axis(**bare, labelLimit=120),
        )
    )
    z = (
        alt.Color("z_score:Q")
        .scale(
            type="threshold", domain=[-3, -2, -1, 1, 2, 3], range=[*map(colour, BELOW_AND_ABOVE)]
        )
        .legend(title=title, orient="top", titleLimit=300, gradientLength=280, format="d")
    )
    tooltip = [
        alt.Tooltip("period:N", title="title"),
        alt.Tooltip("label:N", title="Series"),
        alt.Tooltip("residual_musd:Q", title="Residual, $ million", format="d"),
        alt.Tooltip("z_score:Q", title="z", format=".2f"),
    ]
    cells = base.mark_rect(stroke=colour("paper"), strokeWidth=1).encode(color=z, tooltip=tooltip)
    unlikely = base.transform_filter("datum.status == 'unlikely'").mark_point(
        filled=True, size=16, color=colour("paper"), opacity=1
    )
    return alt.layer(cells, unlikely)


def month_columns() -> alt.X:
    """A column a month."""
    axis = alt.Axis(
        labelExpr="utcFormat(datum.value, '%b %Y')", labelAngle=0, labelOverlap="greedy",
        labelSeparation=10, ticks=False, grid=False,
    )  # fmt: skip
    return alt.X("month_date:O", title=MONTH, axis=axis)


def draw_two_releases(data: Answer, _: Answer, is_page: bool) -> alt.LayerChart:
    """By how much the later of two releases prints more or less, a bar a flow."""
    flows = {flow.capitalize(): flow for flow in ("exports", "imports", "balance")}
    revisions = {name: f"datum.{flow}_revision_musd" for name, flow in flows.items()}
    told = chart(data).transform_calculate(month=MONTH_NAME, **revisions)
    folded = told.transform_fold([*flows], as_=["flow", "revision"])
    bars = folded.mark_bar().encode(
        x=month_columns(),
        xOffset=alt.XOffset("flow:N").scale(domain=[*flows], paddingOuter=0.1),
        y=value_axis("revision", "Revision, millions of US dollars", above=46),
        color=alt.Color("flow:N", title=None)
        .scale(domain=[*flows], range=[*map(colour, flows.values())])
        .legend(orient="top", offset=18, symbolType="square"),
        tooltip=[alt.Tooltip("month:N", title="title")] + [
            alt.Tooltip(f"{flow}_{column}:Q", title=f"{name}, {when}", format=",d")
            for name, flow in flows.items()
            for column, when in [("before_musd", "before"), ("musd", "now")]
        ],
    )  # fmt: skip
    return alt.layer(zero_line(), bars)


def draw_triangle(data: Answer, _: Answer, is_page: bool) -> alt.LayerChart:
    """Months across, releases down: how far each release revised the balance of each month."""
    base = (
        chart(data)
        .transform_calculate(month=MONTH_NAME)
        .encode(
            x=month_columns(),
            y=alt.Y("release_id:O", title=None)
            .scale(domain=data.values("release_id"))
            .axis(ticks=False, domain=False, labelOverlap="greedy"),
            tooltip=[
                alt.Tooltip("month:N", title="title"),
                alt.Tooltip("release_id:N", title="Release"),
                alt.Tooltip("balance_musd:Q", title="Balance, $ million", format=",d"),
                alt.Tooltip("revision_musd:Q", title="Revision, $ million", format="+,d"),
            ],
        )
    )  # fmt: skip
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
    cells = base.transform_filter("!datum.is_first_print").mark_rect(
        stroke=colour("paper"), strokeWidth=1
    )
    first = base.transform_filter("datum.is_first_print").mark_point(
        filled=True, size=22, color=colour("quiet"), opacity=1
    )
    return alt.layer(cells.encode(color=revision), first)


@dataclass(frozen=True)
class Picture:
    """A picture: its query is ``<name>.sql``, and so its captions are called.

    Its height is in pixels, and so many more for each value of the column ``rows``.
    """

    name: str
    draw: Callable[[Answer, Answer, bool], alt.LayerChart]
    note: str
    height: int
    is_months: bool = False
    rows: str = ""
    row_height: int = 0


def months(name: str, title: str, *lines: Line, unit: str = "$ bn", height: int = 340) -> Picture:
    """A picture of months: lines, with the recessions behind them."""
    drawing = partial(draw_months, lines=lines, title=title, unit=unit)
    return Picture(name, drawing, RECESSIONS, height, is_months=True)


PICTURES = [
    months(
        "balance", BILLIONS,
        Line("imports", "Imports", "imports", label_dy=-6),
        Line("exports", "Exports", "exports", label_dy=6),
        Line("balance", "Balance", "balance", label_dy=1),
        height=400,
    ),
    months(
        "goods_services", BALANCE,
        Line("services", "Services", "services", label_dy=-1, is_area=True),
        Line("goods", "Goods", "goods", label_dy=7, is_area=True),
        Line("total", "Both", "balance", label_dy=-7),
    ),
    months(
        "year_ago", "Change from the same month a year before, percent",
        Line("exports", "Exports", "exports"),
        Line("imports", "Imports", "imports"),
        unit="%",
    ),
    months(
        "three_months", BALANCE,
        Line("month", "Month", "quiet", is_dots=True),
        Line("average", "Average", "balance"),
    ),
    Picture("year_to_date", draw_year_to_date, "A deficit is minus the balance.", 380),
    Picture("two_releases", draw_two_releases, "Goods and services together.", 300),
    Picture(
        "triangle", draw_triangle,
        "A row a release, beside the one before it. Grey: below 100 million; a dot: a first print.",
        130, rows="release_id", row_height=15,
    ),
    months(
        "first_prints", "Deficit, billions of US dollars",
        Line("first_print", "First print", "imports", is_dots=True),
        Line("current", "Now", "balance"),
    ),
    Picture("row_residuals", draw_residuals, "Balance and component identities.", 300),
    Picture("year_residuals", draw_residuals, "Annual rows against their months.", 300),
    Picture("z_scores", draw_z_scores, "A dot marks what is beyond three.", 320),
]  # fmt: skip


# --------------------------------------------------------------------------- what is drawn


@dataclass(frozen=True)
class Drawing:
    """A picture with its rows and captions, in Vega-Lite: for the page, and for a file."""

    picture: Picture
    captions: dict[str, str]
    answers: list[Answer]
    page: dict[str, Any]
    file: dict[str, Any]
    height: int


def draw(picture: Picture, marts: Marts, captions: dict[str, str]) -> Drawing:
    """Ask for what a picture shows and draw it; raises ProjectError."""
    data, recessions = marts.ask(picture.name), marts.ask("recessions")
    if not data.rows:
        raise ProjectError(f"{data.file}: returned no rows, which cannot be drawn")
    answers = [data] + [recessions] * picture.is_months
    height = picture.height
    if picture.rows:
        height += picture.row_height * len(data.values(picture.rows))
    page = picture.draw(data, recessions, True).properties(
        width="container", height="container",
        padding={"left": 2, "top": 4, "right": 12, "bottom": 2},
        autosize=alt.AutoSizeParams(type="fit", contains="padding"),
    )  # fmt: skip
    release = f"Release {marts.ask('release').only()['release_id']}."
    read = f"us_trade: {', '.join(marts_read(answers))}"
    title = textwrap.wrap(captions["title"], 80)
    file = picture.draw(data, recessions, False).properties(
        width=680, height=height, padding=16,
        title=alt.TitleParams(text=title, subtitle=[f"{picture.note} {release}", read]),
        description=captions["text"],
    )  # fmt: skip
    rows = {
        one.name: [{column: plain(value) for column, value in row.items()} for row in one.rows]
        for one in answers
    }
    on_page, in_file = configured(page, PAGE_FONT, True), configured(file, FILE_FONT, False)
    returned = {column for answer in answers for column in answer.columns}
    if missing := (drawn(on_page) | drawn(in_file)) - returned:
        raise ProjectError(f"{data.file}: returns no {', '.join(sorted(missing))}, which is drawn")
    return Drawing(
        picture, captions, answers,
        on_page | {"datasets": rows}, in_file_colours(in_file) | {"datasets": rows}, height,
    )  # fmt: skip


def drawn(specification: dict[str, Any]) -> set[str]:
    """The columns that a picture draws, and does not work out itself.

    Vega draws nothing, and says nothing, where a column is not there.
    """
    text = json.dumps(specification)
    used = {*re.findall(r"\bdatum\.(\w+)", text), *re.findall(r'"field": "(\w+)"', text)}
    lists = " ".join(re.findall(r'"as": \[([^\]]*)\]', text))
    made = {*re.findall(r'"as": "(\w+)"', text), *re.findall(r"\w+", lists)}
    return used - {"value", "datum", *made}  # the value is an axis' own, the datum of what is near


def configured(picture: alt.LayerChart, font: str, is_page: bool) -> dict[str, Any]:
    """The look that all pictures share."""
    quiet, line = colour("quiet"), colour("line")
    words = {
        "labelColor": quiet, "titleColor": quiet, "labelFontSize": 12, "titleFontSize": 12,
        "titleFontWeight": "normal",
    }  # fmt: skip
    specification: dict[str, Any] = (
        picture.configure(
            font=font, background="transparent" if is_page else colour("paper"), aria=not is_page
        )
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


def in_file_colours(specification: dict[str, Any]) -> dict[str, Any]:
    """Every ``var(--name)`` as the colour that page.css gives it first, for a light page."""
    light = dict(reversed(re.findall(r"--([\w-]+): (#\w+);", STYLE)))
    text = re.sub(r"var\(--([\w-]+)\)", lambda match: light[match[1]], json.dumps(specification))
    coloured: dict[str, Any] = json.loads(text)
    return coloured
