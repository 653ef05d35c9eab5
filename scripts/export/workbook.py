"""Write us_trade.xlsx for people: notes, months, quarters, years, revisions, and a chart.

The long tables are CSV and Parquet.
"""

from __future__ import annotations

import re
import textwrap
from datetime import datetime, time
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import xlsxwriter

from export.dataset import (
    DESCRIPTION,
    LICENCE,
    PUBLISHER,
    QUERIES,
    SITE,
    TITLE,
    latest_release,
)
from marts import Answer, Marts, Row

FILE = "us_trade.xlsx"
WIDTH = 11  # of a column, in characters
NOTES_WIDTHS = (16, 96)
LETTERS = 108  # of a proportional font, that stand in a line of the notes
LETTER = 1  # the paper
TOP = 3  # the lines above the rows: basis, source, headings
LINE = 15  # the height of a line, in points
MONTH = "mmm yyyy"
# How the numbers of a sheet are written, and other columns than numbers.
NUMBERS = {"millions": "#,##0", "billions": "#,##0.0"}
FORMATS = {"month": MONTH, "announced_on": "yyyy-mm-dd", "year": "0", "quarter": "0",
           "months_covered": "0"}  # fmt: skip
COLOURS = {"exports": "#0067a5", "imports": "#c04f00"}


class Sheet(NamedTuple):
    """A query as a sheet: its columns become headings."""

    name: str
    words: str
    unit: str = "millions"


SHEETS = (
    Sheet("months", "The nine series month by month."),
    Sheet("quarters", "Sums of the months of each quarter, and how many months each sum covers."),
    Sheet("years", "The annual rows of the release; the last year may cover only some months."),
    Sheet("revisions", "The deficit of each month as first announced, as announced a month later,"
          " and in the loaded releases; blank where they lack the month.", "billions"),
)  # fmt: skip


def write_workbook(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    marts, release = Marts(connection, QUERIES), latest_release(connection)
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(folder / FILE), options) as book:
        # The day of writing would change the bytes.
        day = datetime.combine(release["day"], time())
        book.set_properties({"title": TITLE, "author": PUBLISHER, "created": day})
        add_notes(book, release)
        for one in SHEETS:
            add_sheet(book, one, marts.ask(one.name), release)
        add_chart(book, marts.ask("months"), release)


def published(release: Row) -> str:
    """Return the source line under a table or a chart."""
    day = release["released_on"]
    named = f"of {day:%B} {day.day}, {day.year}" if day else release["release_id"]
    return f"{PUBLISHER}, release {named}"


def basis(unit: str) -> str:
    return f"{unit.title()} of US dollars, seasonally adjusted, balance of payments basis, nominal"


def heading(column: str) -> str:
    """Return the heading of a column: Exports, total."""
    return re.sub("_(total|goods|services)$", r", \1", column).replace("_", " ").capitalize()


def set_page(sheet: Any) -> None:
    sheet.set_landscape()
    sheet.set_paper(LETTER)


def add_notes(book: Any, release: Row) -> None:
    """Write the notes sheet: what to know before using a number."""
    bold = book.add_format({"bold": True, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet("notes")
    sheet.hide_gridlines(2)
    set_page(sheet)
    sheet.fit_to_pages(1, 0)
    for at, width in enumerate(NOTES_WIDTHS):
        sheet.set_column(at, at, width)
    sheet.write_string(0, 0, TITLE, book.add_format({"bold": True, "font_size": 14}))
    sheet.set_row(0, 2 * LINE)
    notes = {
        "Contents": DESCRIPTION,
        "Source": f"{published(release)}: “{release['title']}”; {SITE}",
        "Release": f"{release['release_id']}; SHA-256 of the file {release['sha256']}",
        "Units": release["units_note"],
        "Balance": "Exports less imports: a deficit is below zero.",
        "Total": "Goods and services together. Do not add it to either.",
        "Deficit": "In revisions, a deficit is above zero, as it was announced.",
        "Licence": LICENCE["title"],
        **{f"Sheet {one.name}": one.words for one in SHEETS},
        "Sheet chart": "Exports and imports by month.",
        "Not here": "The long tables, the audit of every number and the lines of the release are"
        " CSV and Parquet files in this folder; datapackage.json describes every column.",
    }
    for at, (name, words) in enumerate(notes.items(), 1):
        sheet.write_string(at, 0, name, bold)
        sheet.write_string(at, 1, words, wrapped)
        sheet.set_row(at, LINE * len(textwrap.wrap(words, LETTERS)) + 3)


def add_sheet(book: Any, one: Sheet, answer: Answer, release: Row) -> None:
    """Write a query's rows under their headings."""
    sheet = book.add_worksheet(one.name)
    set_page(sheet)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, TOP - 1)
    sheet.freeze_panes(TOP, 1)
    sheet.set_column(0, len(answer.columns) - 1, WIDTH)
    italic = book.add_format({"italic": True})
    sheet.write_string(0, 0, basis(one.unit), italic)
    sheet.write_string(1, 0, published(release), italic)
    bold = book.add_format({"bold": True, "text_wrap": True, "align": "right", "valign": "bottom",
                            "bottom": 1})  # fmt: skip
    sheet.set_row(TOP - 1, 2 * LINE if one.unit == "millions" else 3 * LINE)
    for to, column in enumerate(answer.columns):
        form = book.add_format({"num_format": FORMATS.get(column, NUMBERS[one.unit])})
        sheet.write_string(TOP - 1, to, heading(column), bold)
        for at, row in enumerate(answer.rows, TOP):
            sheet.write(at, to, row[column], form)


def add_chart(book: Any, months: Answer, release: Row) -> None:
    """Draw exports and imports of all months."""
    chart, last = book.add_chart({"type": "line"}), TOP + len(months.rows) - 1
    for flow, colour in COLOURS.items():
        column = months.columns.index(f"{flow}_total")
        chart.add_series({
            "name": flow.capitalize(),
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
    set_page(sheet)
    sheet.set_chart(chart)
