"""What a release is read to, and that nothing of it is lost: the text rebuilt from the seeds."""

from __future__ import annotations

import re
from collections.abc import Callable

from hypothesis import settings

from release import SERIES, Refused, Release
from release.reader import read_text
from release.seeds import END, HEADERS, seed_rows


def rebuilt(seeds: dict[str, list[dict[str, str]]]) -> bytes:
    """The text of the one release in the seeds, from nothing but the seeds."""
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
    assert not any(
        set(value) & {"\r", "\n"}
        for rows in seeds.values()
        for row in rows
        for value in row.values()
    )
    ending = {"lf": "\n", "crlf": "\r\n"}[release["line_ending"]]
    text = ending.join(text for _, text in lines)
    mark = "\ufeff" * (release["has_byte_order_mark"] == "true")
    return (mark + text + ending * (release["ends_with_newline"] == "true")).encode()


def rows_of(release: Release) -> dict[str, list[dict[str, str]]]:
    """What the seeds of a release have, without writing them."""
    return {
        name: [dict(zip(HEADERS[name], map(str, row), strict=True)) for row in rows]
        for name, rows in seed_rows(release, "some.txt").items()
    }


def read_or_refused(data: bytes) -> bool:
    """Damaged bytes are read, and then rebuilt, or refused, each fault with its place."""
    try:
        release = read_text("some.txt", data)
    except Refused as refused:
        assert refused.faults
        assert all(re.fullmatch(r"some\.txt(:\d+)?: .+", str(fault)) for fault in refused.faults)
        return False
    assert rebuilt(rows_of(release)) == data
    return True


def damaged(examples: int) -> Callable:
    return settings(max_examples=examples, derandomize=True, deadline=None, database=None)
