"""Releases to read, edits of them, and what they are read to: nothing of the text may be lost.

A case is an entry of tests/cases/*.toml.  Its edits, of the lines of one of three texts:

    ["put", n, words]  in place of line n       ["say", n, old, new]  within it
    ["add", n, words]  at its end               ["cell", n, column, words]  a field of it
    ["drop", n, m]     lines n to m, or n alone ["copy", n, m, before]  them, once more
    ["move", n, behind]                         ["all", pattern, new]  everywhere
    ["columns", order] every column, its flow above it, in that order
"""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
from proofs.made_up_releases import Published, made_up_exhibit

from project import ROOT
from release import SERIES, Refused, Release
from release.parser import parse
from release.reader import read
from release.seeds import END, seed_rows
from release.text import clean
from release.workbook import page

COMMITTED = (ROOT / "releases" / "2024-02.txt").read_bytes().decode("ascii")
LINES = COMMITTED.split("\n")
PUBLISHED = Published(COMMITTED).exactly()
# Three years on one page:
#   3 title, 5 units, 7 and 8 header, 9 "2022", 10 its annual row, 11-22 its months, 23-36 the
#   same for 2023, 37 "2024", 38 "Jan. - Feb.", 39 January, 40 February, 41-50 not printed,
#   52 footnote, 53 source.
HISTORY = "\n".join(
    [line.replace("1992", "2022") for line in LINES[:8]] + LINES[LINES.index("2022" + "\t" * 9) :]
)
# What ends with May 2023; April came out higher by 40, and is lower by 25 now:
#   2 part, 3 title, 4 units, 5 and 6 header, 7 "2021", 8 its annual row, 9 January to May, 10-21
#   its months; 22-36 the same for 2022; 37 "2023", 38 January to May, 39-43 its months, 44-50 not
#   printed, 51 "April data as published last month:", 52 that, 53 footnote, 54 and 55 the note.
EXHIBIT = made_up_exhibit(
    PUBLISHED, (2023, 5),
    {(2023, 4): {"exports_goods": -25}, (2023, 3): {"imports_services": 7}},
    {(2023, 4): {"exports_goods": 40}},
)  # fmt: skip
TEXTS = {"release": COMMITTED, "history": HISTORY, "exhibit": EXHIBIT}


def cases(file: str, *texts: str) -> list[Any]:
    """Return the cases of a file that edit one of the texts, each with the text."""
    found = tomllib.loads((ROOT / "tests" / "cases" / f"{file}.toml").read_text())
    return [
        pytest.param(TEXTS[text], case, id=f"{text}: {case['name']}")
        for text in texts for case in found[text]
    ]  # fmt: skip


def edited(text: str, *edits: list[Any]) -> str:
    """Return the text after the edits; each must change something, and name lines that are there.

    A line that an edit put there may be several: the others keep their numbers.
    """
    for kind, *what in edits:
        before, lines = text, text.split("\n")
        if kind == "all":
            text = re.sub(what[0], what[1], text)
        elif kind == "columns":
            for at, fields in enumerate(line.split("\t") for line in lines):
                if fields[0] == "Period":
                    fields[1:] = [flow for flow in fields[1::3] for _ in range(3)]
                if len(fields) > 1:
                    lines[at] = "\t".join(fields[place] for place in what[0])
            text = "\n".join(lines)
        else:
            at = what[0] - 1
            if kind == "put":
                lines[at] = what[1]
            elif kind == "add":
                lines[at] += what[1]
            elif kind == "say":
                lines[at] = lines[at].replace(what[1], what[2])
            elif kind == "cell":
                fields = lines[at].split("\t")
                fields[what[1] - 1] = what[2]
                lines[at] = "\t".join(fields)
            elif kind == "drop":
                del lines[at : what[-1]]
            elif kind == "copy":
                lines[what[2] - 1 : what[2] - 1] = lines[at : what[1]]
            elif kind == "move":
                line = lines.pop(at)
                lines.insert(what[1] - (what[1] > at), line)
            text = "\n".join(lines)
        assert text != before, (kind, *what)
    return text


def faults_of(data: bytes | str, suffix: str = ".txt") -> list[str]:
    """Return the faults of a file that must be refused; ``some.txt:12:`` is left to ``12:``."""
    with pytest.raises(Refused) as refused:
        read(f"some{suffix}", data if isinstance(data, bytes) else data.encode(), suffix)
    return [re.sub(r"^some\.\w+:(?: (?='\w+'!)|(?=\d))", "", it) for it in refused.value.faults]


def sheet_faults(text: str) -> list[str]:
    """Return the faults of the sheet, called 1, that a text was saved from."""
    grid = [[clean(field) for field in line.split("\t")] for line in text.split("\n")]
    with pytest.raises(Refused) as refused:
        parse(page("some.xlsx", "1", grid))
    return [fault.replace("some.xlsx: '", "'") for fault in refused.value.faults]


def printed_rows(text: str) -> list[list[int]]:
    """Return the numbers of each row of a text, as a person reads them."""
    rows = [line.split("\t")[1:10] for line in text.split("\n")]
    return [
        [int(field.replace(",", "")) for field in fields] for fields in rows
        if len(fields) == 9 and fields[0].removeprefix("-")[:1].isdecimal()
    ]  # fmt: skip


def rebuilt(seeds: dict[str, list[dict[str, str]]]) -> bytes:
    """Return the text of the one release in the seeds, from nothing but the seeds."""
    (release,) = seeds["releases"]
    lines = [
        (int(row["line_number"]), row["text"].removesuffix(END)) for row in seeds["release_lines"]
    ]
    for row in seeds["monthly_trade"] + seeds["annual_trade"]:
        cells = [int(row[series]) for series in SERIES]
        layout = row["layout"] or release["cell_layout"]
        text = layout.format(*cells, *map(abs, cells))
        lines.append((int(row["line_number"]), f"{row['label']}\t{text}"))
    lines.sort()
    assert [number for number, _ in lines] == list(range(1, int(release["line_count"]) + 1))
    values = [value for rows in seeds.values() for row in rows for value in row.values()]
    assert not {"\r", "\n"} & set("".join(values))
    ending = {"lf": "\n", "crlf": "\r\n"}[release["line_ending"]]
    text = ending.join(text for _, text in lines)
    mark = "\ufeff" * (release["has_byte_order_mark"] == "true")
    return (mark + text + ending * (release["ends_with_newline"] == "true")).encode()


def rows_of(release: Release) -> dict[str, list[dict[str, str]]]:
    """Return what the seeds of a release have, without writing them."""
    return {
        name: [{column: str(value) for column, value in row.items()} for row in rows]
        for name, rows in seed_rows(release, "some.txt").items()
    }


def read_whole(data: bytes | str, suffix: str = ".txt") -> Release:
    """Return the release in a file; its seeds must have the whole of its text."""
    data = data if isinstance(data, bytes) else data.encode()
    release = read(f"some{suffix}", data, suffix)
    text = data if suffix == ".txt" else "\n".join(release.text.lines).encode()
    assert rebuilt(rows_of(release)) == text
    return release


def read_or_refused(data: bytes | str, suffix: str = ".txt") -> Release | None:
    """Return what damaged bytes are read to; None where they are refused, by their places."""
    place = r"(:\d+|/[^:]+)?: .+" if suffix != ".txt" else r"(:\d+)?: .+"
    try:
        return read_whole(data, suffix)
    except Refused as refused:
        assert refused.faults
        assert all(re.match(rf"some\{suffix}{place}", fault) for fault in refused.faults)
        return None
