"""The normaliser: what it reads, what it refuses, and that it writes all seeds or none.

The oracle is the committed release, read here once more in the plainest way, and the text itself:
whatever is read must be rebuilt from the seeds byte for byte.
"""

from __future__ import annotations

import csv
import errno
import fcntl
import io
import itertools
import os
import re
import resource
import signal
import subprocess
import sys
import tracemalloc
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.reading import damaged, read_or_refused, rebuilt

import normalize_release
import project
from project import ROOT
from release import MONTHS, SERIES, Refused, normalize, read_release
from release.reader import MOST_BYTES, read_text
from release.seeds import HEADERS, stale

SCRIPT = ROOT / "scripts" / "normalize_release.py"
SEEDS = (
    "annual_trade.csv", "monthly_trade.csv", "release_columns.csv", "release_lines.csv",
    "releases.csv",
)  # fmt: skip
OLD = {name: f"the old {name}\n".encode() for name in SEEDS}
COMMITTED = (ROOT / "releases" / "2024-02.txt").read_bytes().decode("ascii")
LINES = COMMITTED.split("\n")
# A row of numbers begins like this.
PRINTED = rf"(Jan\. - \w+\.|{'|'.join(MONTHS)})\t[^\t]"

# A release of three years on one page, so that a test can name its lines:
#   3 title, 5 units, 7 and 8 header, 9 "2022", 10 its annual row, 11-22 its months, 23-36 the
#   same for 2023, 37 "2024", 38 "Jan. - Feb.", 39 January, 40 February, 41-50 not printed,
#   52 footnote, 53 source.
SMALL = [line.replace("1992", "2022") for line in LINES[:8]] + LINES[
    LINES.index("2022" + "\t" * 9) :
]


class Run(NamedTuple):
    status: int
    out: str
    err: str
    seeds: dict[str, bytes]
    stray: list[str]


def main(*arguments: object) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            given = [str(argument) for argument in arguments]
            status = project.main(normalize_release.command, normalize_release.parser(), given)
        except SystemExit as stop:
            status = stop.code
    return status, out.getvalue(), err.getvalue()


def run(folder: Path, releases: dict[str, bytes | str], *options: str, old: bool = True) -> Run:
    """Normalise the texts in ``folder``, over the old seeds if there are to be any."""
    texts, seeds = folder / "releases", folder / "seeds"
    for place in (texts, seeds):
        place.mkdir(exist_ok=True)
    for name, text in releases.items():
        (texts / name).write_bytes(text.encode() if isinstance(text, str) else text)
    for name, content in OLD.items() if old else ():
        (seeds / name).write_bytes(content)
    status, out, err = main("--releases", texts, "--seeds", seeds, *options)
    found = {path.name: path.read_bytes() for path in seeds.iterdir() if path.is_file()}
    stray = sorted(path.name for path in seeds.iterdir() if path.name not in SEEDS)
    return Run(status, out, err.replace(f"{texts}{os.sep}", ""), found, stray)


def accepted(folder: Path, text: bytes | str) -> dict[str, list[dict[str, str]]]:
    """The rows of the seeds of one text that must be read; each line in one seed, and rebuilt."""
    data = text.encode() if isinstance(text, str) else text
    result = run(folder, {"some.txt": data})
    assert (result.status, result.err, result.stray) == (0, "", [])
    seeds = parsed(result)
    assert rebuilt(seeds) == data
    return seeds


def refused(folder: Path, releases: dict[str, bytes | str] | bytes | str) -> list[str]:
    """The faults of texts that must be refused, in order; of ``some.txt:12:``, ``12:`` is left."""
    result = run(folder, releases if isinstance(releases, dict) else {"some.txt": releases})
    *faults, last = result.err.splitlines()
    assert (result.status, result.out, last) == (1, "", "nothing was written")
    assert (result.seeds, result.stray) == (OLD, [])
    return [re.sub(r"^some\.txt:(?=\d)", "", fault) for fault in faults]


def parsed(result: Run) -> dict[str, list[dict[str, str]]]:
    return {
        name.removesuffix(".csv"): list(csv.DictReader(io.StringIO(content.decode(), newline="")))
        for name, content in result.seeds.items()
    }


def cells_of(seeds: dict[str, list[dict[str, str]]]) -> dict[tuple[int, int, int], list[int]]:
    """(year, first month, last month of an annual row or 0) -> the nine cells."""
    months = {(int(row["year"]), int(row["month"]), 0): row for row in seeds["monthly_trade"]}
    annuals = {
        (int(row["year"]), int(row["first_month"]), int(row["last_month"])): row
        for row in seeds["annual_trade"]
    }
    both = months | annuals
    assert len(both) == len(seeds["monthly_trade"]) + len(seeds["annual_trade"])
    return {key: [int(row[series]) for series in SERIES] for key, row in both.items()}


def plain_cells(lines: list[str]) -> dict[tuple[int, int, int], list[int]]:
    """The same, read from the committed text as a person reads it."""
    found, year = {}, 0
    for line in lines:
        label, *fields = line.split("\t")
        if label.isdigit():
            year = int(label)
        elif any(fields) and label.startswith("Jan. - "):
            last = [name[:3] for name in MONTHS].index(label[7:10]) + 1
            found[year, 1, last] = [int(field.replace(",", "")) for field in fields]
        elif any(fields) and label in MONTHS:
            found[year, MONTHS.index(label) + 1, 0] = [int(f.replace(",", "")) for f in fields]
    return found


# --------------------------------------------------------------------------- edits of a text

Edit = Callable[[list[str]], list[str]]
Variant = Callable[[str], str]


def put(number: int, line: str) -> Edit:
    return lambda lines: [*lines[: number - 1], line, *lines[number:]]


def cell(number: int, column: int, value: str) -> Edit:
    """Put ``value`` into a field of a line; the label is column 1."""

    def edit(lines: list[str]) -> list[str]:
        fields = lines[number - 1].split("\t")
        fields[column - 1] = value
        return put(number, "\t".join(fields))(lines)

    return edit


def swap(one: int, other: int) -> Edit:
    return lambda lines: put(one, lines[other - 1])(put(other, lines[one - 1])(lines))


def drop(first: int, last: int = 0) -> Edit:
    return lambda lines: lines[: first - 1] + lines[max(first, last) :]


def double(number: int) -> Edit:
    return lambda lines: lines[:number] + lines[number - 1 :]


def say(number: int, old: str, new: str) -> Edit:
    return lambda lines: put(number, lines[number - 1].replace(old, new))(lines)


def one_column_more(lines: list[str]) -> list[str]:
    return [line + "\t" * ("\t" in line) for line in lines]


def edited(*edits: Edit, lines: list[str] = SMALL) -> str:
    for edit in edits:
        lines = edit(lines)
    return "\n".join(lines)


def each(change: Callable[[list[str]], list[str]], pattern: str) -> Variant:
    """Change the fields of every line that begins as ``pattern`` says."""

    def change_all(text: str) -> str:
        return "\n".join(
            "\t".join(change(line.split("\t"))) if re.match(pattern, line) else line
            for line in text.split("\n")
        )

    return change_all


def labels(change: Callable[[str], str]) -> Variant:
    return each(lambda fields: [change(fields[0]), *fields[1:]], r"\w[^\t]*\t")


def numbers(change: Callable[[str], str]) -> Variant:
    return each(lambda fields: [fields[0], *map(change, fields[1:])], PRINTED)


def replaced(*pairs: str) -> Variant:
    """Replace the first by the second, the third by the fourth, and so on."""

    def replace(text: str) -> str:
        for old, new in zip(pairs[::2], pairs[1::2], strict=True):
            text = text.replace(old, new)
        return text

    return replace


def substituted(pattern: str, new: str) -> Variant:
    return lambda text: re.sub(pattern, new, text, flags=re.MULTILINE)


def ending(last: int, label: str = "") -> list[str]:
    """The small release as it may have been when 2023 had ``last`` months."""
    label = label or f"Jan. - {MONTHS[last - 1][:3]}."
    lines = drop(37, 50)(cell(24, 1, label)(SMALL))
    for month in range(last + 1, 13):
        lines = put(24 + month, MONTHS[month - 1] + "\t" * 9)(lines)
    return lines


# --------------------------------------------------------------------------- what is read

WITH_TABS = r"[^\t]*\t"
PROSE = r"^(U\.S\.|In m|\(1\)|Source).*"
NOT_YET = r"^([A-Z][a-z]+)\t+$"


def in_order(*places: int) -> Variant:
    """The columns in another order, in the header and below it."""
    spread = each(lambda f: [f[0], *(name for flow in f[1::3] for name in [flow] * 3)], "Period")
    moved = each(lambda f: [f[place] for place in places], WITH_TABS)
    return lambda text: moved(spread(text))


def one_page(text: str) -> str:
    head, *pages = re.split(r"(?<=.)\n\n(?=U\.S\.)", text)
    return "\n".join([head, *("\n".join(page.split("\n")[6:]) for page in pages)])


without_separators = numbers(lambda value: value.replace(",", ""))

VARIANTS: dict[str, Variant] = {
    "as published": lambda text: text,
    "a newline at the end": lambda text: text + "\n",
    "CRLF": replaced("\n", "\r\n"),
    "CRLF and a newline at the end": lambda text: (text + "\n").replace("\n", "\r\n"),
    "a byte-order mark": lambda text: "\ufeff" + text,
    "no page breaks": one_page,
    "twice as many blank lines": replaced("\n\n", "\n\n\n\n"),
    "lines of tabs for blank lines": replaced("\n\n", "\n\t\t\t\n"),
    "trailing blanks in labels": labels(lambda label: label + "       "),
    "leading blanks in headers": replaced("Period", "  Period", "\tI", "\t I", "\tT", "\t  T"),
    "blanks around all": each(lambda f: [f" {value}  " for value in f], WITH_TABS),
    "no-break spaces around all": each(lambda f: [f"\u00a0{v}\u00a0" for v in f], WITH_TABS),
    "no-break spaces in labels": replaced("Jan. - Dec.", "Jan.\u00a0-\u00a0Dec."),
    "Balance over Goods": replaced("Period\tB", "Period\t\tB", "Imports\t\t", "Imports\t"),
    "Balance over Services": replaced("Period\tB", "Period\t\t\tB", "Imports\t\t", "Imports"),
    "Period in the lower row": replaced("Period\tB", "\tB", "\n\tTotal", "\nPeriod\tTotal"),
    "upper header without its last tabs": replaced("Imports\t\t\n", "Imports\n"),
    "Goods without (1)": replaced("Goods (1)", "Goods"),
    "Goods with another mark": replaced("Goods (1)", "Goods(2)"),
    "headers in capitals": lambda text: re.sub("Period.*\n.*\n", lambda m: m[0].upper(), text),
    "services before goods": in_order(0, 1, 3, 2, 4, 6, 5, 7, 9, 8),
    "flows in another order": in_order(0, 7, 8, 9, 1, 2, 3, 4, 5, 6),
    "columns in no order": in_order(0, 9, 3, 5, 1, 7, 2, 8, 4, 6),
    "no thousands separators": without_separators,
    "every number in quotes": numbers(lambda value: f'"{value}"'),
    "only grouped numbers in quotes": numbers(lambda v: f'"{v}"' if "," in v else v),
    "labels in quotes": labels(lambda label: f'"{label}"'),
    "prose in quotes": substituted(PROSE, '"\\g<0>"'),
    "prose with the tabs of a row": substituted(PROSE, "\\g<0>" + "\t" * 9),
    "U+2212 for minus": numbers(lambda value: value.replace("-", "\u2212")),
    "an en dash for minus": numbers(lambda value: value.replace("-", "\u2013")),
    "U+2212 without separators": lambda text: without_separators(text).replace("\t-", "\t\u2212"),
    "revised rows": substituted(r"^(December|Jan. - Dec.)\t", "\\1 (R)\t"),
    "revised, without a blank": replaced("December\t", "December(R)\t"),
    "revised years": substituted(r"^(\d{4})\t", "\\1 (R)\t"),
    "Jan.- Dec.": replaced("Jan. - ", "Jan.- "),
    "Jan. -Dec.": replaced("Jan. - ", "Jan. -"),
    "Jan-Dec": replaced("Jan. - Dec.", "Jan-Dec", "Jan. - Feb.", "Jan-Feb"),
    "January - December": replaced("Jan. - Dec.", "January - December"),
    "an en dash in labels": replaced("Jan. - ", "Jan. \u2013 "),
    "a banner of three lines": lambda text: "\n".join([
        "Goods data presented on a Balance of Payments (BOP) Basis.",
        "Source: U.S. Census Bureau, Foreign Trade Division.",
        "Prepared for someone", text]),
    "another division": replaced("Economic Indicators", "Foreign Trade"),
    "the title with a mark": replaced("Present", "Present (R)"),
    "the title with a bare hyphen": replaced("1992 - P", "1992-P"),
    "years without fields": substituted(r"^(\d{4})\t+$", "\\1"),
    "months to come without fields": substituted(NOT_YET, "\\1"),
    "months to come left out": substituted(NOT_YET + "\n", ""),
    "months to come as -": substituted(NOT_YET, "\\1" + "\t-" * 9),
    "months to come as (*)": substituted(NOT_YET, "\\1" + "\t(*)" * 9),
    "months to come as n.a.": substituted(NOT_YET, "\\1" + "\tn.a." * 9),
}  # fmt: skip


@pytest.mark.parametrize("variant", VARIANTS)
def test_variant_is_read_to_the_same_cells(variant: str, tmp_path: Path) -> None:
    text = VARIANTS[variant](COMMITTED)
    assert variant == "as published" or text != COMMITTED
    seeds = accepted(tmp_path, text)
    assert cells_of(seeds) == plain_cells(LINES)
    release = seeds["releases"][0]
    assert release["release_id"] == release["last_month"] == "2024-02"
    assert (release["first_month"], release["cell_count"]) == ("1992-01", "3771")
    assert release["file_name"] == "some.txt"
    assert release["line_ending"] == ("crlf" if "CRLF" in variant else "lf")
    assert release["has_byte_order_mark"] == str("\ufeff" in text).lower()
    assert release["ends_with_newline"] == str(text.endswith("\n")).lower()
    revised = {row["label"] for row in seeds["annual_trade"] if row["is_revised"] == "true"}
    assert revised == ({"Jan. - Dec. (R)"} if variant == "revised rows" else set())
    # A row of small numbers is printed like the others: the usual layout is stored once.
    if "in quotes" not in variant and "minus" not in variant and "U+2212" not in variant:
        assert {row["layout"] for row in seeds["monthly_trade"]} == {""}


def test_kinds_of_lines(tmp_path: Path) -> None:
    seeds = accepted(tmp_path, COMMITTED)
    kinds = Counter(row["kind"] for row in seeds["release_lines"])
    pages = COMMITTED.count("Period")
    assert kinds == {
        "blank": COMMITTED.count("\n\n") + 1, "title": pages, "units": pages, "header": 2 * pages,
        "year": 33, "month not printed": 10, "footnote": 1, "source": 1,
    }  # fmt: skip


def test_committed_seeds_are_those_of_the_committed_release() -> None:
    assert main("--check") == (0, "1 release: the seeds are up to date\n", "")


@pytest.mark.parametrize("label", ["Jan. -", "Jan. - (R)", "Jan. - Jan.", "Jan.-", "January -"])
def test_january(label: str, tmp_path: Path) -> None:
    lines = ending(1, label)
    seeds = accepted(tmp_path, edited(lines=lines))
    annual = seeds["annual_trade"][-1]
    assert (annual["first_month"], annual["last_month"]) == ("1", "1")
    assert annual["is_revised"] == ("true" if "(R)" in label else "false")
    assert seeds["releases"][0]["release_id"] == "2023-01"
    assert cells_of(seeds) == plain_cells(
        edited(cell(24, 1, "Jan. - Jan."), lines=lines).split("\n")
    )


def test_title_and_units_are_those_of_the_first_page(tmp_path: Path) -> None:
    page = f"{SMALL[2]} (R)\n{SMALL[4]} (R) - Revised.\n{SMALL[22]}"
    [release] = accepted(tmp_path, edited(put(23, page)))["releases"]
    assert (release["title"], release["units_note"]) == (SMALL[2], SMALL[4])


@pytest.mark.parametrize("last", range(1, 13))
def test_last_year_may_end_in_any_month(last: int, tmp_path: Path) -> None:
    seeds = accepted(tmp_path, edited(lines=ending(last)))
    assert seeds["releases"][0]["release_id"] == f"2023-{last:02}"
    assert cells_of(seeds) == plain_cells(ending(last))


@pytest.mark.parametrize(
    "tail", ["", "\t" * 9, "\t-" * 9, "\nJan. - Dec." + "\t" * 9 + "\nJanuary"]
)
def test_trailing_year_without_months(tail: str, tmp_path: Path) -> None:
    seeds = accepted(tmp_path, edited(put(36, SMALL[35] + "\n2024" + tail), lines=ending(12)))
    assert seeds["releases"][0]["release_id"] == "2023-12"
    assert [row["kind"] for row in seeds["release_lines"]].count("year") == 3


def test_numbers_of_all_sizes_and_both_ways_of_writing(tmp_path: Path) -> None:
    row = "0\t-0\t7\t-999\t1000\t-1,000\t\u22125\t123456789\t-999,999,999"
    seeds = accepted(tmp_path, edited(put(40, f"February\t{row}")))
    assert cells_of(seeds)[2024, 2, 0] == [0, 0, 7, -999, 1000, -1000, -5, 123456789, -999999999]


def test_same_input_same_bytes(tmp_path: Path) -> None:
    releases = {"b.txt": edited(), "a.TXT": edited(lines=ending(3))}
    first = run(tmp_path, releases)
    again = run(tmp_path, releases)
    assert first.status == 0
    assert first.seeds == again.seeds
    assert first.out == (
        "2 releases: releases.csv, monthly_trade.csv, annual_trade.csv, release_lines.csv, "
        "release_columns.csv written\n"
    )
    unchanged = run(tmp_path, {}, old=False)
    assert (unchanged.out, unchanged.seeds) == (
        "2 releases: the seeds are up to date\n",
        again.seeds,
    )


# --------------------------------------------------------------------------- what is refused

TITLE = '"U.S. International Trade in Goods and Services, 1992 - Present"'
NO_END = "does not end with"
FOOTNOTE = '"(1) Data presented on a Balance of Payments (BOP) Basis."'
SOURCE = '"Source: U.S. Census Bureau, ..."'
MISSING = "the year 2022 has no numbers for"
FAULTS: list[tuple[str, list[Edit], list[str]]] = [
    ("a cell that is no number", [cell(12, 6, "35,4x9")],
     ['12: exports goods: "35,4x9" is not a whole number of millions']),
    ("too few fields", [say(12, "\t55,432", "")],
     ["12: has 9 fields; expected 10, as in the header"]),
    ("too many fields", [put(12, SMALL[11] + "\t7")],
     ["12: has 11 fields; expected 10, as in the header"]),
    ("a month half printed", [cell(12, 4, ""), cell(12, 10, "n.a.")],
     ["12: the row is half printed: no number for balance services, imports services"]),
    ("an annual row half printed", [cell(10, 2, "-")],
     ["10: the row is half printed: no number for balance total"]),
    ("a month missing", [drop(12)], [f"12: {MISSING} February"]),
    ("months missing", [drop(12, 14), drop(13)], [f"12: {MISSING} February, March, April, June"]),
    ("January missing", [drop(11)], [f"11: {MISSING} January"]),
    ("December missing", [drop(22)], [f"9: {MISSING} December"]),
    ("all months missing", [drop(11, 22)], [f"9: {MISSING} {', '.join(MONTHS)}"]),
    ("a month without numbers among others", [put(14, "April" + "\t" * 9)],
     [f"14: {MISSING} April"]),
    ("a month missing in the last year", [drop(39)],
     ["39: the year 2024 has no numbers for January"]),
    ("a month doubled", [double(12)], ["13: February 2022 stands twice (first on line 12)"]),
    ("a month to come doubled", [double(42)], ["43: April 2024 stands twice (first on line 42)"]),
    ("months out of order", [swap(12, 13)], ["13: February 2022 stands after March: out of order"]),
    ("a gap in the years", [drop(23, 36)], ["23: the year 2024 follows 2022: 2023 missing"]),
    ("a wide gap in the years", [say(37, "2024", "2034")],
     ["37: the year 2034 follows 2023: 2024 to 2033 missing"]),
    ("a year doubled", [double(23)], ["24: the year 2023 stands twice (first on line 23)"]),
    ("a year named as the one before", [say(23, "2023", "2022")],
     ["23: the year 2022 stands twice (first on line 9)"]),
    ("years out of order", [swap(9, 23), say(3, "2022", "2023")],
     ["23: the year 2022 stands after 2023: out of order",
      "23: the title begins with 2023, the rows with 2022"]),
    ("a year row with numbers", [cell(23, 2, "5")],
     ["23: the year row 2023 carries numbers; expected a label alone"]),
    ("a year row missing", [drop(23)],
     ["23: 2022 has a second annual row (first on line 10)",
      "36: the year 2024 follows 2022: 2023 missing"]),
    ("the first year row missing", [drop(9)], ["9: an annual row stands before any year"]),
    ("the first two rows missing", [drop(9, 10)], ["9: January stands before any year"]),
    ("another first year than the title's", [say(3, "2022", "1992")],
     ["9: the title begins with 1992, the rows with 2022"]),
    ("an annual row missing", [drop(10)], ["9: the year 2022 has no annual row"]),
    ("the last annual row missing", [drop(38)], ["37: the year 2024 has no annual row"]),
    ("an annual row without numbers", [put(10, "Jan. - Dec." + "\t" * 9)],
     ["10: the annual row of 2022 has no numbers"]),
    ("an annual row doubled", [double(10)],
     ["11: 2022 has a second annual row (first on line 10)"]),
    ("an annual row doubled at the year's end", [put(22, f"{SMALL[21]}\n{SMALL[9]}")],
     ["23: 2022 has a second annual row (first on line 10)"]),
    ("a label for another last month", [say(38, "Feb.", "Mar.")],
     ['38: the label is "Jan. - Mar.", yet 2024 ends in February']),
    ("a part year's label on a full one", [say(10, "Dec.", "Nov.")],
     ['10: the label is "Jan. - Nov.", yet 2022 ends in December']),
    ("an annual row without months", [drop(39, 40)],
     ['38: the label is "Jan. - Feb.", yet 2024 has no months']),
    ("an annual label that ends in no month", [say(10, "Dec.", "Dce.")],
     ['10: "Jan. - Dce." does not end in a month']),
    ("a misspelt annual label", [say(10, "Jan.", "Jn.")],
     ['10: "Jn. - Dec." is neither a month, an annual label nor a year']),
    ("a misspelt month", [say(12, "February", "Febuary")],
     ['12: "Febuary" is neither a month, an annual label nor a year']),
    ("a misspelt last month", [say(22, "December", "Decmber")],
     ['22: "Decmber" is neither a month, an annual label nor a year']),
    ("a misspelt year", [say(23, "2023", "202E")],
     ['23: "202E" is neither a month, an annual label, a year nor a footnote']),
    ("a misspelt first year", [say(9, "2022", "2O22")],
     ['9: "2O22" is neither a month, an annual label, a year nor a footnote']),
    ("a row without a label", [cell(12, 1, "")],
     ["12: a row without a label is neither a month, an annual label nor a year"]),
    ("a line that means nothing", [put(51, "Subtotal")],
     ['51: "Subtotal" is neither a month, an annual label, a year nor a footnote']),
    ("a header that lacks a column", [cell(8, 4, "")], ["8: the header lacks balance services"]),
    ("a header with fewer fields", [say(8, "\tGoods (1)\tServices", "")],
     ["8: the header lacks balance goods, balance services, exports total, exports goods, "
      "exports services, imports total, imports goods, imports services"]),
    ("a header that lacks a flow", [say(7, "Exports", "")],
     ["8: the header lacks exports total, exports goods, exports services"]),
    ("a header with an unknown component", [cell(8, 6, "Gods (1)")],
     ['8: column 6 has the unknown header "Gods (1)"']),
    ("a header with an unknown flow", [cell(7, 5, "Exprots")],
     ['7: column 5 has the unknown header "Exprots"']),
    ("a header with one column more", [put(8, SMALL[7] + "\tNotes")],
     ['8: column 11 has the unknown header "Notes"']),
    ("a header with a column twice", [cell(8, 4, "Goods")],
     ["8: the header lacks balance services"]),
    ("a header with all columns and one twice", [put(8, SMALL[7] + "\tServices")],
     ["8: the header names a column twice"]),
    ("a header of another first column", [cell(7, 1, "Month")],
     ['7: the first column is headed "Month"; expected "Period"']),
    ("no upper header", [drop(7)],
     ["7: no row with Balance, Exports and Imports stands over this header"]),
    ("no lower header", [drop(8)], ["9: numbers stand under no complete header of two rows"]),
    ("no header at all", [drop(7, 8)], ["8: numbers stand under no complete header of two rows"]),
    ("a second page without its lower header", [put(23, f"{SMALL[6]}\n{SMALL[22]}")],
     ["25: numbers stand under no complete header of two rows"]),
    ("a field without a header", [one_column_more, cell(12, 11, "x")],
     ['12: column 11 has no header, yet reads "x"']),
    ("euros", [put(5, "In millions of euros or dollars. Seasonally adjusted.")],
     ['5: the units are "In millions of euros or dollars. Seasonally adjusted.";'
      ' expected "In millions of dollars"']),
    ("words beside a footnote", [put(52, SMALL[51] + "\tin part")],
     ['52: "in part" stands beside "(1) Data presented on a Balance of Payments (BOP) Basis."; '
      "expected nothing there"]),
    ("a title with more to it", [say(3, "Present", "Present, by Selected Countries")],
     ['3: the title is "U.S. International Trade in Goods and Services, 2022 - Pr...";'
      f" expected {TITLE}"]),
    ("a title without years", [say(3, ", 2022 - Present", "")],
     ['3: the title is "U.S. International Trade in Goods and Services"; expected ' + TITLE]),
    ("a later title of another year", [put(23, f"{SMALL[2].replace('2022', '2023')}\n{SMALL[22]}")],
     ["23: the title begins with 2023, the first title with 2022"]),
    ("a later title with more to it", [put(23, f"{SMALL[2]}, Real\n{SMALL[22]}")],
     ['23: "U.S. International Trade in Goods and Services, 2022 - Pr..." says "Real"; '
      "this table is in current dollars"]),
    ("many lines above", [put(6, "\nNote: a\nSource: b\nThis is a draft\nDo not use\nat all\n")],
     ['10: more than 3 lines stand above the header beside title and units, such as "Do not use"']),
    ("no footnote", [drop(52)], [f"some.txt: {NO_END} {FOOTNOTE}; is it cut off?"]),
    ("a footnote without a basis", [put(52, "(1) See the notes.")],
     [f"some.txt: {NO_END} {FOOTNOTE}; is it cut off?"]),
    ("no source", [drop(53)], [f"some.txt: {NO_END} {SOURCE}; is it cut off?"]),
    ("half a source", [put(53, "Source: U.S.")], [f"some.txt: {NO_END} {SOURCE}; is it cut off?"]),
    ("the end of the table at its beginning",
     [put(6, "\n".join(["", *SMALL[51:53], ""])), drop(52, 53)],
     [f"some.txt: {NO_END} {FOOTNOTE} and {SOURCE}; is it cut off?"]),
    ("cut off after a December", [drop(23, 53)],
     [f"some.txt: {NO_END} {FOOTNOTE} and {SOURCE}; is it cut off?"]),
    ("nothing of seasons", [put(5, "In millions of dollars.")],
     ['5: "In millions of dollars." does not say "Seasonally adjusted"']),
    ("no units", [drop(5)],
     ['some.txt: has no units note "In millions of dollars. Seasonally adjusted; ..."']),
    ("no title", [drop(3)],
     ['some.txt: has no title "U.S. International Trade in Goods and Services, ..."']),
    ("no data", [drop(9, 50)], ["some.txt: has no data: not one month with numbers"]),
    ("only a year", [drop(10, 50)], ["some.txt: has no data: not one month with numbers"]),
]  # fmt: skip


@pytest.mark.parametrize(("edits", "expected"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_fault_is_refused(edits: list[Edit], expected: list[str], tmp_path: Path) -> None:
    text = edited(*edits)
    assert text != edited()
    assert refused(tmp_path, text) == expected


CONTRADICTIONS = {
    "(In billions of dollars)": ("billions", "in millions of dollars"),
    "Billions of dollars": ("Billions", "in millions of dollars"),
    "Note: numbers are in thousands.": ("thousands", "in millions of dollars"),
    "In billions of dollars. Seasonally adjusted.": ("billions", "in millions of dollars"),
    "NOT SEASONALLY ADJUSTED": ("NOT SEASON", "seasonally adjusted"),
    "Data are unadjusted.": ("unadjusted", "seasonally adjusted"),
    "In millions of dollars. Not seasonally adjusted.": ("Not season", "seasonally adjusted"),
    "(1) Chained (2017) dollars.": ("Chained", "in current dollars"),
    "Note: in 2017 dollars.": ("2017 dollars", "in current dollars"),
    "Real trade": ("Real", "in current dollars"),
    "(1) Data presented on a Census Basis.": ("Census Basis", "on a balance-of-payments basis"),
    "(1) Data are not presented on a Balance of Payments (BOP) basis.": (
        "not presented on a Balance of Payments (BOP", "on a balance-of-payments basis"),
}  # fmt: skip


@pytest.mark.parametrize("number", [1, 6, 37, 51, 54], ids="line {}".format)
@pytest.mark.parametrize("words", CONTRADICTIONS)
def test_words_that_contradict_the_tables_are_refused_anywhere(
    words: str, number: int, tmp_path: Path
) -> None:
    said, expected = CONTRADICTIONS[words]
    shown = words if len(words) <= 60 else f"{words[:57]}..."
    text = "\n".join([*SMALL[: number - 1], words, *SMALL[number - 1 :]])
    [fault] = refused(tmp_path, text)
    assert fault == f'{number}: "{shown}" says "{said}"; this table is {expected}'


@pytest.mark.parametrize("name", ["2023-12.txt", "2024-03.TXT"])
def test_a_file_named_for_another_month_is_refused(name: str, tmp_path: Path) -> None:
    reason = "ends with 2024-02; is it cut off? If not, name it for that month"
    assert refused(tmp_path, {name: edited()}) == [f"{name}: {reason}"]


@pytest.mark.parametrize("name", ["2024-02.txt", "2024-13.txt", "2024-03-b.txt"])
def test_a_file_may_have_its_months_name_or_any_other(name: str, tmp_path: Path) -> None:
    assert run(tmp_path, {name: edited()}).status == 0


@pytest.mark.parametrize(
    "number",
    [
        *(
            "35,4x9",
            "35,49",
            "1,2345",
            "12,34,567",
            ",123",
            "1.5",
            "1e5",
            "(35)",
            "--5",
            "- 5",
            "+5",
        ),
        *("007", "00", "0,001", "5-", "$5", "5%", "5 (R)", "NaN", "inf", "1_000", "5,000 6", "{0}"),
        *("\u0663", "1\u0663", '"5', '5"', "'5'", "\u22125\u2212", "Total", "January", "2024x"),
    ],
)
def test_what_is_no_number(number: str, tmp_path: Path) -> None:
    (fault,) = refused(tmp_path, edited(cell(12, 3, number)))
    assert fault == f'12: balance goods: "{number}" is not a whole number of millions'


@pytest.mark.parametrize("number", ["1234567890", "-1,234,567,890", "9" * 5000])
def test_number_too_large_for_the_tables(number: str, tmp_path: Path) -> None:
    (fault,) = refused(tmp_path, edited(cell(12, 3, number)))
    said = number if len(number) < 60 else "9" * 57 + "..."
    assert fault == f'12: balance goods: "{said}" is too large to be millions'


def test_what_cannot_be_seen_is_spelled_out(tmp_path: Path) -> None:
    (fault,) = refused(tmp_path, edited(cell(12, 3, "5\u200b")))
    assert fault == '12: balance goods: "5\\u200b" is not a whole number of millions'


UTF8 = "is not UTF-8; save the file as UTF-8 text"
CONTROL = "is not text: it holds the control character"
MIXED = "ends in LF, other lines in CRLF; save with one of them"
OTHER_MIXED = "ends in CRLF, other lines in LF; save with one of them"
LONE_CR = "has a CR within the line; save with LF or CRLF line ends"
CRLF = edited().replace("\n", "\r\n")
BYTES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "some.txt: is empty"),
    "binary": (b"PK\x03\x04\n\x00\xff", f"1: {CONTROL} 0x03"),
    "a null": (edited(cell(12, 3, "1\0")).encode(), f"12: {CONTROL} 0x00"),
    "a terminal's escape": (edited(cell(12, 3, "\x9b2J")).encode(), f"12: {CONTROL} 0x9b"),
    "Latin-1": (edited(cell(12, 1, "February\xa0")).encode("latin-1"), f"12: the byte 0xa0 {UTF8}"),
    "Windows dash": (edited(cell(12, 2, "\u20135")).encode("cp1252"), f"12: the byte 0x96 {UTF8}"),
    "a surrogate": (edited().encode() + b"\xed\xa0\x80", f"53: the byte 0xed {UTF8}"),
    "UTF-16": (edited().encode("utf-16"), "some.txt: is UTF-16; save it as UTF-8 text"),
    "UTF-16 without a mark": (edited().encode("utf-16-le"), f"2: {CONTROL} 0x00"),
    "one LF among CRLF": (CRLF.replace("\r\n", "\n", 1).encode(), f"1: {MIXED}"),
    "one CRLF among LF": (edited(put(12, SMALL[11] + "\r")).encode(), f"12: {OTHER_MIXED}"),
    "CR alone": (edited().replace("\n", "\r").encode(), f"1: {LONE_CR}"),
    "CR twice": (CRLF.replace("\r", "\r\r").encode(), f"1: {LONE_CR}"),
    "CRLF cut in two": (CRLF.encode() + b"\r", f"53: {LONE_CR}"),
}  # fmt: skip


@pytest.mark.parametrize("name", BYTES)
def test_bytes_that_are_no_text(name: str, tmp_path: Path) -> None:
    data, expected = BYTES[name]
    assert refused(tmp_path, data) == [expected]


@pytest.mark.parametrize("data", [b"\n", b"\xef\xbb\xbf", b"hello\n", b"a,b\n1,2\n"])
def test_texts_that_are_no_release(data: bytes, tmp_path: Path) -> None:
    assert [fault[:22] for fault in refused(tmp_path, data)] == [
        "some.txt: has no title", "some.txt: has no units", "some.txt: has no data:",
        "some.txt: does not end",
    ]  # fmt: skip


def test_all_faults_of_a_file_are_reported(tmp_path: Path) -> None:
    """Every damage that leaves the line count as it is, each to a part of its own."""
    edits = [
        say(5, "millions", "billions"), cell(8, 2, "Ttoal"), cell(10, 3, "x"), cell(11, 5, "y"),
        cell(12, 3, ""), put(14, "April"), put(51, "What?"), say(38, "Feb.", "Mar."),
        cell(40, 9, "z"), say(3, "2022", "1992"),
    ]  # fmt: skip
    numbers = [int(fault.split(":")[0]) for fault in refused(tmp_path, edited(*edits))]
    assert numbers == [5, 8, 9, 10, 11, 12, 14, 40, 51]  # 51 might mean 2024, so 38 is not blamed


def test_the_first_hundred_faults_are_told_and_the_others_counted(tmp_path: Path) -> None:
    count = len(plain_cells(LINES)) * 9
    faults = refused(tmp_path, {"a.txt": numbers(lambda value: "x")(COMMITTED), "b.txt": b""})
    assert faults[0] == 'a.txt:10: balance total: "x" is not a whole number of millions'
    assert [fault.split(":")[0] for fault in faults] == ["a.txt"] * 101 + ["b.txt"]
    assert faults[100] == f"a.txt: and {count - 100:,} more faults"
    with pytest.raises(Refused) as error:
        read_text("a.txt", numbers(lambda value: "x")(COMMITTED).encode())
    assert error.value.count == count


def test_a_fault_found_late_is_told_where_its_line_is_early(tmp_path: Path) -> None:
    """What only the end of the text can tell stands among the first hundred all the same."""
    lines = edited(say(3, "2022", "1992"), put(52, ""))
    junk = "x\t1\n" * 250
    faults = refused(tmp_path, lines.replace("\n2024\t", f"\n{junk}2024\t"))
    assert len(faults) == 101
    assert faults[0] == f"some.txt: {NO_END} {FOOTNOTE}; is it cut off?"
    assert faults[1] == "9: the title begins with 1992, the rows with 2022"
    assert faults[2] == '37: "x" is neither a month, an annual label nor a year'


def test_faults_take_no_more_memory_for_being_many() -> None:
    def peak(count: int) -> int:
        text = ("x\t1\n" * count).encode()
        tracemalloc.start()
        try:
            with pytest.raises(Refused) as error:
                read_text("a.txt", text)
            assert error.value.count > count
            return tracemalloc.get_traced_memory()[1] - 70 * count  # of it, the lines themselves
        finally:
            tracemalloc.stop()

    assert peak(5_000) < 500_000


def test_a_row_may_not_be_read_without_its_columns(tmp_path: Path) -> None:
    text = each(lambda fields: ["?", *fields[1:]], PRINTED)(edited())
    assert refused(tmp_path, text)[-1] == '40: "?" is neither a month, an annual label nor a year'


def test_a_text_that_is_too_large_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sparse file of 4 GB would end in a MemoryError, if it were read."""
    for place in ("releases", "seeds"):
        (tmp_path / place).mkdir()
    for name in ("a.txt", "b.xlsx", "c.xls", "d.zip"):
        with (tmp_path / "releases" / name).open("wb") as file:
            file.truncate(4 << 30)
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail(f"{path} was read"))
    with pytest.raises(Refused) as error:
        normalize(tmp_path / "releases", tmp_path / "seeds", check=False)
    assert [fault.reason for fault in error.value.faults] == [
        f"has 4,294,967,296 bytes; a release has less than {MOST_BYTES[suffix]:,}"
        for suffix in (".txt", ".xlsx", ".xls", ".zip")
    ]


def test_faults_of_several_files_together(tmp_path: Path) -> None:
    faults = refused(tmp_path, {
        "a.txt": b"", "b.txt": edited(), "c.txt": edited(cell(12, 6, "x"), drop(22)),
        "d.csv": "a,b", "e.txt": edited(lines=ending(4)), "f.txt": edited(put(1, "")) + "\n",
        "g\n.txt": edited(lines=ending(5)),
    })  # fmt: skip
    assert faults == [
        "a.txt: is empty",
        "c.txt:9: the year 2022 has no numbers for December",
        'c.txt:12: exports goods: "x" is not a whole number of millions',
        "d.csv: is no text (.txt), workbook (.xlsx, .xls) or bundle (.zip); keep it elsewhere",
        "f.txt: ends with 2024-02, as b.txt does; keep one of the two",
        "g",
        ".txt: is no text (.txt), workbook (.xlsx, .xls) or bundle (.zip); keep it elsewhere",
    ]


def test_what_is_no_file(tmp_path: Path) -> None:
    run(tmp_path, {".gitkeep": "", "good.txt": edited()})
    texts = tmp_path / "releases"
    (texts / "folder.txt").mkdir()
    (texts / "loop.txt").symlink_to("loop.txt")
    (texts / "nothing.txt").symlink_to("nowhere")
    os.mkfifo(texts / "pipe.txt")
    assert refused(tmp_path, {}) == [
        f"{name}.txt: is no text (.txt), workbook (.xlsx, .xls) or bundle (.zip); keep it elsewhere"
        for name in ("folder", "loop", "nothing", "pipe")
    ]


def test_a_release_of_the_project_is_shown_from_its_root() -> None:
    with pytest.raises(Refused) as refused:
        read_release(ROOT / "releases" / "1999-01.txt")
    assert str(refused.value).startswith("releases/1999-01.txt: is no text (.txt)")


def test_linked_release_goes_by_its_own_name(tmp_path: Path) -> None:
    run(tmp_path, {})
    (tmp_path / "elsewhere").write_text(edited(cell(12, 2, "x")))
    (tmp_path / "releases" / "some.txt").symlink_to(tmp_path / "elsewhere")
    assert refused(tmp_path, {}) == ['12: balance total: "x" is not a whole number of millions']


def test_empty_folder(tmp_path: Path) -> None:
    reason = "holds no release; put a text, workbook or bundle there, such as 2024-02.txt"
    assert refused(tmp_path, {}) == [f"{tmp_path / 'releases'}: {reason}"]
    assert refused(tmp_path, {".gitkeep": ""}) == [f"{tmp_path / 'releases'}: {reason}"]


# --------------------------------------------------------------------------- the command


WRONG_USAGE = ("--nonsense", "file.txt", "--seeds", "--releases nowhere", f"--seeds {SCRIPT}")


@pytest.mark.parametrize("arguments", WRONG_USAGE)
def test_wrong_usage_is_status_2(arguments: str) -> None:
    status, out, err = main(*arguments.split())
    assert (status, out) == (2, "")
    assert err.startswith("usage: ")


def test_help_shows_an_example() -> None:
    status, out, _ = main("--help")
    assert status == 0
    assert "example: .venv/bin/python scripts/normalize_release.py --check" in out


def test_check_writes_nothing(tmp_path: Path) -> None:
    stale = run(tmp_path, {"a.txt": edited()}, "--check")
    assert (stale.status, stale.out, stale.seeds, stale.stray) == (1, "", OLD, [])
    reason = "is not what the releases say; run scripts/normalize_release.py"
    assert stale.err.splitlines() == [f"{tmp_path / 'seeds' / name}: {reason}" for name in SEEDS]

    fresh = run(tmp_path, {})
    assert fresh.status == 0
    checked = run(tmp_path, {}, "--check", old=False)
    assert checked == (0, "1 release: the seeds are up to date\n", "", fresh.seeds, [])

    (tmp_path / "seeds" / "releases.csv").unlink()
    missing = run(tmp_path, {}, "--check", old=False)
    assert (missing.status, missing.err) == (
        1,
        f"{tmp_path / 'seeds' / 'releases.csv'}: {reason}\n",
    )

    broken = run(tmp_path, {"a.txt": edited(cell(12, 2, "x"))}, "--check")
    assert (broken.status, broken.seeds) == (1, OLD)
    assert broken.err == 'a.txt:12: balance total: "x" is not a whole number of millions\n'


def test_only_what_changed_is_written(tmp_path: Path) -> None:
    first = run(tmp_path, {"a.txt": edited()})
    (tmp_path / "seeds" / "annual_trade.csv").write_bytes(b"stale")
    second = run(tmp_path, {}, old=False)
    assert second.out == "1 release: annual_trade.csv written\n"
    assert second.seeds == first.seeds


# --------------------------------------------------------------------------- damage


def test_truncated_at_any_byte() -> None:
    """A cut text is read only where no more is lost than the end of its last line."""
    text = edited(lines=ending(1))
    whole = text.index("Census Bureau") + len("Census Bureau")
    for size in range(len(text)):
        assert read_or_refused(text[:size].encode()) == (size >= whole)


@damaged(60)
@given(st.integers(0, len(COMMITTED)), st.sampled_from(["\n", "\r\n"]))
def test_committed_release_truncated(size: int, newline: str) -> None:
    read_or_refused(COMMITTED.replace("\n", newline).encode()[:size])


@damaged(200)
@given(st.binary(max_size=400))
@example(b"\xef\xbb\xbf\xef\xbb\xbf")
@example(b"\r\n\r")
def test_random_bytes(data: bytes) -> None:
    assert not read_or_refused(data)


@damaged(200)
@given(st.data())
def test_bytes_flipped(data: st.DataObject) -> None:
    text = bytearray(edited().encode())
    for _ in range(data.draw(st.integers(1, 4))):
        text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(0, 255))
    read_or_refused(bytes(text))


@damaged(200)
@given(st.data())
def test_characters_inserted(data: st.DataObject) -> None:
    """The characters that mean something to the reader, the format strings or CSV."""
    text = edited()
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(text)))
        odd = data.draw(
            st.sampled_from('"{}\t\n\r,- \u00a0\u2212\u2013\u2028\x85\x0c\ufeff0\u0663(R)')
        )
        text = text[:place] + odd + text[place:]
    read_or_refused(text.encode())


@damaged(200)
@given(st.data())
def test_lines_deleted_doubled_and_swapped(data: st.DataObject) -> None:
    lines = SMALL
    number = st.integers(1, 50)
    for kind in data.draw(st.lists(st.sampled_from([drop, double, swap]), min_size=1, max_size=3)):
        lines = kind(*(data.draw(number) for _ in range(2 if kind is swap else 1)))(lines)
    read_or_refused("\n".join(lines).encode())


@damaged(200)
@given(
    st.lists(
        st.sampled_from(sorted({*SMALL, *LINES[:8], *MONTHS, "1992", "Jan. -", "Jan. - Foo"})),
        max_size=40,
    )
)
def test_lines_in_any_order(lines: list[str]) -> None:
    read_or_refused("\n".join([*SMALL[:8], *lines]).encode())


@damaged(200)
@given(
    st.integers(9, 40),
    st.integers(1, 10),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)
def test_any_text_in_any_field(number: int, column: int, field: str) -> None:
    read_or_refused(edited(cell(number, column, field)).encode())


# --------------------------------------------------------------------------- all or nothing

FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("at", range(4))
def test_a_full_disk_leaves_the_old_seeds(
    at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not one of the new files takes its place before all of them are on the disk."""
    real, calls = os.fsync, itertools.count()

    def sync(descriptor: int) -> None:
        if next(calls) == at:
            raise FULL
        real(descriptor)

    monkeypatch.setattr(os, "fsync", sync)
    result = run(tmp_path, {"a.txt": edited()})
    assert (result.status, result.seeds, result.stray) == (1, OLD, [])
    place = tmp_path / "seeds"
    assert result.err == f"{place}: No space left on device\nnothing was written\n"


def test_a_failure_among_the_moves_says_what_was_moved_and_the_next_run_mends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "seeds" / "annual_trade.csv").mkdir(parents=True)  # which no file replaces
    result = run(tmp_path, {"a.txt": edited()}, old=False)
    assert result.status == 1
    assert result.err.splitlines()[1] == (
        "only releases.csv, monthly_trade.csv written; run it again"
    )
    (tmp_path / "seeds" / "annual_trade.csv").rmdir()
    mended = run(tmp_path, {}, old=False)
    assert (
        mended.out
        == "1 release: annual_trade.csv, release_lines.csv, release_columns.csv written\n"
    )
    assert mended.stray == []


def test_what_a_killed_run_left_is_swept_up(tmp_path: Path) -> None:
    run(tmp_path, {"a.txt": edited()})
    (tmp_path / "seeds" / ".next.abc.us_trade-part").mkdir()
    (tmp_path / "seeds" / ".next.abc.us_trade-part" / "releases").write_text("half")
    (tmp_path / "seeds" / ".next-mine").write_text("mine")
    (tmp_path / "seeds" / "mine.part").write_text("mine")
    checked = run(tmp_path, {}, "--check", old=False)
    assert checked.stray == [".next-mine", ".next.abc.us_trade-part", "mine.part"]
    assert run(tmp_path, {}, old=False).stray == [".next-mine", "mine.part"]


def test_seeds_are_compared_by_what_they_hold(tmp_path: Path) -> None:
    for place, content in (("new", b"1"), ("old", b"2")):
        (tmp_path / place).mkdir()
        for name in HEADERS:
            file = tmp_path / place / (name if place == "new" else f"{name}.csv")
            file.write_bytes(content)
            os.utime(file, (0, 0))
    assert sorted(stale(tmp_path / "new", tmp_path / "old")) == list(SEEDS)


def test_one_at_a_time(tmp_path: Path) -> None:
    """Whoever holds the lock on the seeds, as a build does from its start to its end, is alone."""
    run(tmp_path, {"a.txt": edited()})
    folder = os.open(tmp_path / "seeds", os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    try:
        result = run(tmp_path, {}, old=True)
        assert (result.status, result.out, result.seeds) == (1, "", OLD)
        busy = "a build, or another normalize_release, is at work; wait for it to end"
        assert result.err == f"seeds: {busy}\n"
        assert run(tmp_path, {}, "--check").status == 1  # reads, and waits for nobody
        assert run(tmp_path, {}, "--check").err.count("is not what the releases say") == len(SEEDS)
        done = normalize(tmp_path / "releases", tmp_path / "seeds", check=False, lock=False)
        assert done.startswith("1 release: releases.csv")
    finally:
        os.close(folder)
    assert run(tmp_path, {}).status == 0


def test_a_link_to_the_seeds_is_as_good(tmp_path: Path) -> None:
    run(tmp_path, {"a.txt": edited()})
    (tmp_path / "link").symlink_to("seeds")
    status, out, err = main("--releases", tmp_path / "releases", "--seeds", tmp_path / "link")
    assert (status, out, err) == (0, "1 release: the seeds are up to date\n", "")


def command(folder: Path) -> list[str]:
    places = ["--releases", str(folder / "releases"), "--seeds", str(folder / "seeds")]
    return [sys.executable, str(SCRIPT), *places]


def test_disk_that_takes_no_more(tmp_path: Path) -> None:
    """The limit on a file's size stands for a full disk: the write itself fails, half-way."""
    run(tmp_path, {"a.txt": COMMITTED})
    for name, content in OLD.items():
        (tmp_path / "seeds" / name).write_bytes(content)
    done = subprocess.run(
        command(tmp_path), capture_output=True, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192)),
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"{tmp_path / 'seeds'}: File too large\nnothing was written\n"
    found = {path.name: path.read_bytes() for path in (tmp_path / "seeds").iterdir()}
    assert found == OLD


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_being_told_to_end_leaves_nothing(number: signal.Signals, tmp_path: Path) -> None:
    """The signal comes when the new files are complete, and none is moved yet."""
    run(tmp_path, {"a.txt": edited()})
    for name, content in OLD.items():
        (tmp_path / "seeds" / name).write_bytes(content)
    program = (
        "import sys, time, project, release.seeds as seeds, normalize_release as n;"
        "real = seeds.stale;"
        "seeds.stale = lambda *a: (print('ready', flush=True), time.sleep(60), real(*a))[2];"
        "sys.exit(project.main(n.command, n.parser(), sys.argv[1:]))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, *command(tmp_path)[2:]], text=True,
        env=os.environ | {"PYTHONPATH": str(SCRIPT.parent)}, stdout=-1, stderr=-1,
    ) as process:  # fmt: skip
        assert process.stdout.readline() == "ready\n"
        assert [p.name[:6] for p in (tmp_path / "seeds").glob(".*")] == [".next."]
        process.send_signal(number)
        _, err = process.communicate()
    assert (process.returncode, err) == (130, "stopped\n")
    found = {path.name: path.read_bytes() for path in (tmp_path / "seeds").iterdir()}
    assert found == OLD


def test_as_a_command(tmp_path: Path) -> None:
    run(tmp_path, {"a.txt": edited()})
    done = subprocess.run(command(tmp_path), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "1 release: the seeds are up to date\n"


def test_memory_is_flat_in_the_number_of_releases(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        folder = tmp_path / str(count)
        folder.mkdir()
        texts = {}
        for last in range(1, count + 1):
            head = COMMITTED.split("\n2023\t")[0]
            end = "\n".join(ending(last)).split("\n2023\t")[1]
            texts[f"{last:02}.txt"] = f"{head}\n2023\t{end}"
        tracemalloc.start()
        try:
            assert run(folder, texts).status == 0
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    few, many = peak(2), peak(6)
    assert many < 1.5 * few
