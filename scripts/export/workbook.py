"""Write us_trade.xlsx for people: notes, months, quarters, years, revisions, and a chart.

The long tables are CSV and Parquet. Each sheet's query names its columns, which become headings.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter

from export.dataset import DESCRIPTION, LICENCE, PUBLISHER, SITE, TITLE, Release, latest_release
from export.marts import SCHEMA

FILE = "us_trade.xlsx"
WIDTH = 11  # of a column, in characters
NOTES_WIDTHS = (16, 96)
LETTERS = 108  # of a proportional font, that stand in a line of the notes
LETTER = 1  # the paper
TOP = 3  # the lines above the rows: basis, source, headings
LINE = 15  # the height of a line, in points
DATE, MONTH, MILLIONS, BILLIONS = "yyyy-mm-dd", "mmm yyyy", "#,##0", "#,##0.0"
COLOURS = {"Exports": "#0067a5", "Imports": "#c04f00"}


def nine(expression: str) -> str:
    """Return the nine series as columns, each this expression of its flow and component."""
    return ",\n    ".join(
        f'{expression.format(flow=flow, component=component)} as "{flow.title()}, {component}"'
        for flow in ("exports", "imports", "balance")
        for component in ("total", "goods", "services")
    )


@dataclass(frozen=True)
class Sheet:
    """A query as a sheet: the columns are its headings."""

    name: str
    words: str
    unit: str
    number: str
    sql: str


SHEETS = (
    # A month that no release covers is a row without numbers, and a gap in the chart.
    Sheet("months", "the nine series month by month", "millions", MILLIONS, f"""
with calendar as (
    select cast(unnest(generate_series(
        min(month_date), max(month_date), interval 1 month
    )) as date) as month_date
    from {SCHEMA}.mart_trade_wide
)

select
    month_date as "Month",
    {nine("{flow}_{component}_musd")}
from calendar
left join {SCHEMA}.mart_trade_wide using (month_date)
order by month_date
"""),
    Sheet("quarters", "sums of the months of each quarter, and how many months each sum covers",
          "millions", MILLIONS, f"""
select
    year as "Year",
    quarter as "Quarter",
    months_covered as "Months covered",
    {nine("any_value({flow}_musd) filter (component = '{component}')")}
from {SCHEMA}.fct_quarterly_trade
group by year, quarter, months_covered
order by year, quarter
"""),
    Sheet("years", "the annual rows of the release; the last year may cover only some months",
          "millions", MILLIONS, f"""
select
    year as "Year",
    months_covered as "Months covered",
    {nine("any_value({flow}_musd) filter (component = '{component}')")}
from {SCHEMA}.fct_annual_trade
group by year, months_covered
order by year, months_covered
"""),
    Sheet("revisions", "the deficit of each month as first announced, as announced a month later,"
          " and in the loaded releases; blank where they lack the month", "billions", BILLIONS, f"""
select
    month_date as "Month",
    released_on as "Announced on",
    first_deficit_busd as "First deficit",
    next_deficit_busd as "A month later",
    current_deficit_busd as "As loaded now",
    revision_to_next_busd as "Revision in a month",
    revision_to_current_busd as "Revision to now"
from {SCHEMA}.mart_headline_revisions
order by month_date
"""),
)  # fmt: skip


def write_workbook(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    release = latest_release(connection)
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(folder / FILE), options) as book:
        # The day of writing would change the bytes.
        book.set_properties({
            "title": TITLE, "author": PUBLISHER, "created": datetime.combine(release.day, time())
        })  # fmt: skip
        add_notes(book, release)
        last = {one.name: add_sheet(book, one, connection, release) for one in SHEETS}
        add_chart(book, last["months"], release)


def published(release: Release) -> str:
    """Return the source line under a table or a chart."""
    day = release.released_on
    named = f"of {day:%B} {day.day}, {day.year}" if day else release.id
    return f"{PUBLISHER}, release {named}"


def basis(unit: str) -> str:
    return f"{unit.title()} of US dollars, seasonally adjusted, balance of payments basis, nominal"


def add_notes(book: Any, release: Release) -> None:
    """Write the notes sheet: what to know before using a number."""
    bold = book.add_format({"bold": True, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet("notes")
    sheet.hide_gridlines(2)
    set_page(sheet)
    for at, width in enumerate(NOTES_WIDTHS):
        sheet.set_column(at, at, width)
    sheet.write_string(0, 0, TITLE, book.add_format({"bold": True, "font_size": 14}))
    sheet.set_row(0, 2 * LINE)
    rows = [
        ("Contents", DESCRIPTION),
        ("Source", f"{published(release)}: “{release.title}”; {SITE}"),
        ("Release", f"{release.id}; SHA-256 of the file {release.sha256}"),
        ("Units", release.units_note),
        ("Balance", "Exports less imports: a deficit is below zero."),
        ("Total", "Goods and services together. Do not add it to either."),
        ("Deficit", "In revisions, a deficit is above zero, as it was announced."),
        ("Licence", LICENCE["title"]),
        *((f"Sheet {one.name}", f"{one.words[0].upper()}{one.words[1:]}.") for one in SHEETS),
        ("Sheet chart", "Exports and imports by month."),
        ("Not here", "The long tables, the audit of every number and the lines of the release are"
         " CSV and Parquet files in this folder; datapackage.json describes every column."),
    ]  # fmt: skip
    for at, (name, words) in enumerate(rows, 1):
        sheet.write_string(at, 0, name, bold)
        sheet.write_string(at, 1, words, wrapped)
        sheet.set_row(at, LINE * len(textwrap.wrap(words, LETTERS)) + 3)


def add_sheet(book: Any, one: Sheet, connection: duckdb.DuckDBPyConnection,
              release: Release) -> int:  # fmt: skip
    """Write a query's rows under their headings; return the place of the last row."""
    found = connection.execute(one.sql)
    names = [column[0] for column in found.description]
    rows = found.fetchall()
    form = {
        name: book.add_format({"num_format": number}) for name, number in
        (("Month", MONTH), ("day", DATE), ("", one.number), ("whole", "0"))
    }  # fmt: skip
    sheet = book.add_worksheet(one.name)
    set_page(sheet)
    sheet.repeat_rows(0, TOP - 1)
    sheet.freeze_panes(TOP, 1)
    sheet.set_column(0, len(names) - 1, WIDTH)
    italic = book.add_format({"italic": True})
    sheet.write_string(0, 0, basis(one.unit), italic)
    sheet.write_string(1, 0, published(release), italic)
    heading = book.add_format({"bold": True, "text_wrap": True, "align": "right",
                               "valign": "bottom", "bottom": 1})  # fmt: skip
    sheet.set_row(TOP - 1, 2 * LINE if one.number == MILLIONS else 3 * LINE)
    sheet.write_row(TOP - 1, 0, names, heading)
    for at, row in enumerate(rows, TOP):
        for to, (name, value) in enumerate(zip(names, row, strict=True)):
            kind = name if name in form else "day" if isinstance(value, date) else (
                "whole" if name in ("Year", "Quarter", "Months covered") else "")  # fmt: skip
            sheet.write(at, to, value, form[kind])
    return TOP + len(rows) - 1


def set_page(sheet: Any) -> None:
    """Set up a sheet to print as wide as its columns."""
    sheet.set_landscape()
    sheet.set_paper(LETTER)
    sheet.fit_to_pages(1, 0)


def add_chart(book: Any, last: int, release: Release) -> None:
    """Draw exports and imports of all months."""
    chart = book.add_chart({"type": "line"})
    for to, (name, colour) in enumerate(COLOURS.items()):
        column = 1 + 3 * to  # the total of the flow
        chart.add_series({
            "name": name,
            "categories": ["months", TOP, 0, last, 0],
            "values": ["months", TOP, column, last, column],
            "line": {"color": colour, "width": 2},
        })  # fmt: skip
    chart.set_title({"name": "Exports and imports of goods and services, by month",
                     "name_font": {"size": 14}})  # fmt: skip
    years = (last - TOP) // 12
    spaced = {"major_unit": years // 8 + 1, "major_unit_type": "years"} if years > 1 else {}
    chart.set_x_axis({
        "date_axis": True, "num_format": "yyyy" if years > 1 else MONTH, **spaced,
        "name": f"{basis('billions')}. {published(release)}.",
        "name_font": {"size": 9, "bold": False},
    })  # fmt: skip
    # The comma divides by a thousand.
    grid = {"visible": True, "line": {"color": "#d9d9d9"}}
    chart.set_y_axis({"num_format": "#,##0,", "line": {"none": True}, "major_gridlines": grid})
    chart.set_legend({"position": "top"})
    chart.show_blanks_as("gap")
    sheet = book.add_chartsheet("chart")
    sheet.set_landscape()
    sheet.set_paper(LETTER)
    sheet.set_chart(chart)
