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
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FLOWS = ("balance", "exports", "imports")
COMPONENTS = ("total", "goods", "services")
SERIES = tuple(f"{flow}_{component}" for flow in FLOWS for component in COMPONENTS)

TITLE = "U.S. International Trade in Goods and Services"
NAME = re.escape(TITLE)
# The kind of a line of words by its beginning; the first match counts.
KINDS = {
    "title": rf"exhibit 1\b|{NAME}",
    "part": r"part [a-z]\b",
    "units": "in .*dollars",
    "source": "source",
    "note": r"notes?\b",
    "footnote": r"\(\w\)|goods data |details may |data |revised|u\.s\. (census|bureau)",
}
FOOTNOTE_MARK = re.compile(r"\s*\(\w\)$")
# Of the news release; and BEA's tables, whose "Table 1" has the title of Exhibit 1.
OTHER = re.compile(r"(?!exhibit 1\b)(?:exhibit|table) [0-9]+[a-z]?\b", re.IGNORECASE)
# Words that no published line has, and what they contradict.
CONTRADICTIONS = {
    r"\b(?:hundred|thousand|billion|trillion)s?\b": "in millions of dollars",
    r"\b(?:not|non|un)\W*(?:season|adjusted)|\bwithout season": "seasonally adjusted",
    r"\b(?:chained|constant|real|inflation)\b|\b[12][0-9]{3} dollars": "in current dollars",
    r"\b(?:census|customs)[- ](?:basis|based|value)|\bnot\b.*\b(?:bop|balance of payments)\b": (
        "on a balance-of-payments basis"
    ),
}
CLOSING = ("footnote", "note", "source")  # kinds of lines that may stand below the rows


@dataclass(frozen=True)
class Table:
    """One table, as the parser knows it.

    ``required`` are the lines of words that must be there, by kind: what such a line says, as a
    pattern, and as an example for messages.  Those of a kind in CLOSING end the table.
    """

    name: str  # in the column release_table
    required: dict[str, tuple[str, str]]
    years: int = 0  # how many it prints, with the rows of the news release; 0: as many as there are


BASIS = r".*\b(?:balance of payments|bop)\b.*\bbasis\b.*"
HISTORY = Table(
    "history",
    {
        "title": (rf"{NAME}, [0-9]{{4}} ?- ?Present", f'"{TITLE}, 1992 - Present"'),
        "units": (
            r"in millions of dollars\b.*seasonally adjusted.*",
            '"In millions of dollars. Seasonally adjusted; ..."',
        ),
        "footnote": (BASIS, '"(1) Data presented on a Balance of Payments (BOP) Basis."'),
        "source": (r"source: .*\bcensus bureau\b.*", '"Source: U.S. Census Bureau, ..."'),
    },
)
EXHIBIT_1 = Table(
    "exhibit_1",
    {
        "part": (".*seasonally adjusted.*", '"Part A: Seasonally Adjusted ..."'),
        "title": (rf"Exhibit 1[.:]? ?-? ?{NAME}", f'"Exhibit 1. {TITLE}"'),
        "units": (r"in millions of dollars\b.*", '"In millions of dollars. ..."'),
        "footnote": (BASIS, '"(1) Data are presented on a balance of payments (BOP) basis."'),
        "note": ("note: .+", '"NOTE: ..."'),
    },
    years=3,
)
TABLES = (EXHIBIT_1, HISTORY)
TITLES = [table.required["title"] for table in TABLES]


def kind_of(words: str) -> str:
    """Return the kind of a line of words by its beginning: a title, units, ...; or ""."""
    return next((it for it, begins in KINDS.items() if re.match(begins, words, re.IGNORECASE)), "")


def unmarked(words: str) -> str:
    """Return words without a footnote mark, in lower case: ``Goods (1)`` is ``goods``."""
    return FOOTNOTE_MARK.sub("", words).casefold()


def is_header(fields: Sequence[str]) -> bool:
    """Return whether a field after the first is a flow or a component."""
    return any(unmarked(field) in (*FLOWS, *COMPONENTS) for field in fields[1:])


def has_title(words: str) -> bool:
    """Return whether words begin with the title of one of the tables."""
    return any(re.match(title, words, re.IGNORECASE) for title, _ in TITLES)


@cache
def published_words() -> frozenset[tuple[str, str]]:
    """Return all words ever published around the tables: table and folded words."""
    with Path(__file__).with_name("published_words.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(
            (row["release_table"], row["words"].casefold()) for row in csv.DictReader(file)
        )
