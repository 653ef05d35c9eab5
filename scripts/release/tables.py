"""Describe the two tables that are read, as data.

    history    "U.S. International Trade in Goods and Services, 1992 - Present"
    exhibit_1  "Exhibit 1. U.S. International Trade in Goods and Services", of the news release:
               the reference year and the two before it, of each full year also the months that
               the reference year has so far, and the month before as previously published

Both print the same nine series, in rows that one parser reads.  The words that were ever
published around them are in published_words.csv, with the releases they were seen in.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from project import quoted


def folded(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


TITLE = "U.S. International Trade in Goods and Services"
NAME = re.escape(TITLE)
PREVIOUS_HEADING = "previous heading"
# The kind of a line of words by its beginning; the first match counts.
PROSE = (
    ("units", folded(r"in .*dollars")),
    ("source", folded(r"source")),
    ("note", folded(r"notes?\b")),
    ("footnote", folded(r"\(\w\)|goods data |details may |data |revised|u\.s\. (census|bureau)")),
)
BASIS = folded(r"\b(?:balance of payments|bop)\b.*\bbasis\b")


@dataclass(frozen=True)
class Table:
    """One table, as the parser knows it."""

    name: str  # in the column release_table
    title: re.Pattern[str]  # a group in it is the first year
    expected: str  # the title in messages
    prose: tuple[tuple[str, re.Pattern[str]], ...]  # kinds of lines of words, how these begin
    above: dict[str, str]  # kinds of lines that must be there, and the words for that in messages
    adjusted: str  # the kind of line that says "seasonally adjusted"
    closing: tuple[tuple[str, re.Pattern[str], str], ...]  # the last lines: kind, pattern, words
    years: int = 0  # how many it prints; 0: as many as there are
    has_year_to_date: bool = False  # of a full year, a row for the months of the last year so far
    has_previous: bool = False  # at its end, last month as previously published

    def kind_of(self, words: str) -> str:
        """Return the kind of a line of words by its beginning: a title, units, ...; or ""."""
        return next((kind for kind, pattern in self.prose if pattern.match(words)), "")


HISTORY = Table(
    name="history",
    title=folded(rf"{NAME}, ([0-9]{{4}}) ?- ?Present"),
    expected=f"{TITLE}, 1992 - Present",
    prose=(("title", folded(NAME)), *PROSE),
    above={
        "title": f'title "{TITLE}, ..."',
        "units": 'units note "In millions of dollars. Seasonally adjusted; ..."',
    },
    adjusted="units",
    closing=(
        ("footnote", BASIS, '"(1) Data presented on a Balance of Payments (BOP) Basis."'),
        ("source", folded(r"source: .*\bcensus bureau\b"), '"Source: U.S. Census Bureau, ..."'),
    ),
)
EXHIBIT_1 = Table(
    name="exhibit_1",
    title=folded(rf"Exhibit 1[.:]? ?-? ?{NAME}"),
    expected=f"Exhibit 1. {TITLE}",
    prose=(
        ("title", folded(rf"exhibit 1\b|{NAME}")),
        ("part", folded(r"part [a-z]\b")),
        (PREVIOUS_HEADING, folded(r"(\w+)\.? data as published last month\b")),
        *PROSE,
    ),
    above={
        "part": 'line "Part A: Seasonally Adjusted ..."',
        "title": f'title "Exhibit 1. {TITLE}"',
        "units": 'units note "In millions of dollars. ..."',
    },
    adjusted="part",
    closing=(
        ("footnote", BASIS, '"(1) Data are presented on a balance of payments (BOP) basis."'),
        ("note", folded(r"note: ."), '"NOTE: ..."'),
    ),
    years=3,
    has_year_to_date=True,
    has_previous=True,
)
TABLES = (HISTORY, EXHIBIT_1)
READ = f'"{EXHIBIT_1.expected}" and "{HISTORY.expected}"'
TITLES = f'"{EXHIBIT_1.expected}" or "{HISTORY.expected}"'

# Of the news release; and BEA's tables, whose "Table 1" has the title of Exhibit 1.
OTHER = folded(r"(exhibit|table) ([0-9]+[a-z]?)\b")


def table_of(words: str) -> Table | None:
    """Return the table with this title, or with a title that begins so."""
    return next((table for table in TABLES if table.kind_of(words) == "title"), None)


def other_table(words: str) -> str:
    """Return why a table with this title is not read; "" if it is no title."""
    other = OTHER.match(words)
    if other is None or (other[1].casefold(), other[2]) == ("exhibit", "1"):
        return ""
    return f"{quoted(words)} is another table; those that are read are {READ}"


@cache
def published_words() -> frozenset[tuple[str, str]]:
    """Return all words ever published around the tables: table and folded words."""
    with Path(__file__).with_name("published_words.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(
            (row["release_table"], row["words"].casefold()) for row in csv.DictReader(file)
        )
