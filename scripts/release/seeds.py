"""Write the generated seeds: the rows of every release, in their files.

Every line of a release is in exactly one of the first four seeds:

    releases.csv       one row a release: title, units, first and last month, how it is printed
    monthly_trade.csv  one row a printed month, or that as previously published, nine cells
    annual_trade.csv   one row a printed year, part of a year or year to date, nine cells
    release_lines.csv  one row a line that carries no cells: its number, kind, whether its words
                       were ever published (published_words.csv), and text with END
    release_columns.csv  one row a series: the column it stands in, of the line or of the sheet

``cell_layout`` (of a release) and ``layout`` (of a row printed in another way) say how the cells
stand on the line, as a Row does (years.py): with it the text is rebuilt, byte for byte.
"""

from __future__ import annotations

import contextlib
import csv
import io
import os
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from project import ProjectError, in_words, locked, shown, visible, written

from .parser import Release
from .reader import read_release
from .tables import SERIES
from .text import Refused, letters, refusal
from .years import MONTH, PREVIOUS

SEEDS = ("releases", "monthly_trade", "annual_trade", "release_lines", "release_columns")
END = "|"  # after each line of release_lines: dbt reads blanks and the word null as null
# Files of Windows, macOS and spreadsheet programs, which are skipped.
BY_PRODUCT = re.compile(
    r"\..*|~\$.*|thumbs\.db|ehthumbs\.db|desktop\.ini|icon\r|.*:zone\.identifier", re.I | re.S
)
BUSY = "seeds: a build, or another normalize_release, is at work; wait for it to end"

SeedRow = Mapping[str, object]


def flag(value: bool) -> str:
    return "true" if value else "false"


def seed_rows(release: Release, file_name: str) -> dict[str, list[SeedRow]]:
    """Return the rows of each seed that one release makes, in the order of its lines."""
    text, key = release.text, {"release_id": release.release_id}
    usual = Counter(row.layout for row in release.rows).most_common(1)[0][0]
    seeds: dict[str, list[SeedRow]] = {name: [] for name in SEEDS}
    seeds["releases"] = [{
        **key, "release_table": release.release_table, "file_name": file_name,
        "title": release.title, "units_note": release.units_note,
        "first_month": release.months[0], "last_month": release.release_id,
        "line_count": len(text.lines), "cell_count": sum(len(row.cells) for row in release.rows),
        "line_ending": text.line_ending, "has_byte_order_mark": flag(text.has_byte_order_mark),
        "ends_with_newline": flag(text.ends_with_newline), "cell_layout": usual,
        "sha256": release.sha256, "source_format": "workbook" if text.rows else "text",
        "text_sha256": text.sha256, "sheet_name": text.sheet_name,
        "row_offset": len(text.lines) - text.rows[-1] if text.rows else "",
    }]  # fmt: skip
    for row in release.rows:
        line = key | {"line_number": row.line, "period_type": row.period_type, "year": row.year}
        if is_month := row.period_type in (MONTH, PREVIOUS):
            line |= {"month": row.first}
        else:
            line |= {"first_month": row.first, "last_month": row.last}
        line |= {
            "label": row.label, "is_revised": flag(row.is_revised),
            "layout": "" if row.layout == usual else row.layout,
            **dict(zip(SERIES, row.cells, strict=True)),
        }  # fmt: skip
        seeds["monthly_trade" if is_month else "annual_trade"].append(line)
    seeds["release_lines"] = [
        {**key, "line_number": number, "kind": kind,
         "is_published": flag(number not in release.unknown_lines), "text": words + END}
        for number, kind, words in release.other_lines
    ]  # fmt: skip
    seeds["release_columns"] = [
        {**key, "series_id": series, "column_number": at + 1,
         "sheet_column": letters(at + 1) if text.rows else ""}
        for series, at in release.columns.items()
    ]  # fmt: skip
    return seeds


def release_paths(folder: Path) -> list[Path]:
    """Return the releases in ``folder`` by name; raise Refused if there are none."""
    paths = sorted(path for path in folder.iterdir() if not BY_PRODUCT.fullmatch(path.name))
    if not paths:
        reason = "holds no release; put a text, workbook or bundle there, such as 2024-02.txt"
        raise refusal(shown(folder), reason)
    return paths


def seed_files(paths: list[Path]) -> dict[str, bytes]:
    """Return the seeds of all releases, by file name; raise Refused with the faults of all."""
    faults: list[str] = []
    file_of: dict[str, str] = {}
    files = {name: io.StringIO(newline="") for name in SEEDS}
    for path in paths:
        name = visible(shown(path))
        try:
            release = read_release(path)
            if (other := file_of.setdefault(release.release_id, name)) != name:
                reason = f"ends with {release.release_id}, as {other} does; keep one of the two"
                raise refusal(name, reason)
        except Refused as refused:
            faults += refused.faults
            continue
        member = f"/{release.member}" if release.member else ""
        for seed, rows in seed_rows(release, path.name + member).items():
            writer = csv.DictWriter(files[seed], list(rows[0]), lineterminator="\n")
            if not files[seed].tell():
                writer.writeheader()
            writer.writerows(rows)
    if faults:
        raise Refused(faults)
    return {f"{name}.csv": file.getvalue().encode() for name, file in files.items()}


def normalize(releases: Path, seeds: Path, *, check: bool, lock: bool = True) -> str:
    """Write (or, with ``check``, compare) the seeds, and say in a sentence what was done.

    The folder of the seeds is locked while it is written, unless the caller holds that lock and
    says ``lock=False``.  Raises Refused for a release or seeds that are not as they should be, no
    seed then being touched; ProjectError where another holds the lock, or the disk fails.
    """
    paths = release_paths(releases)
    with locked(seeds.resolve(), BUSY) if lock and not check else contextlib.nullcontext():
        changed = {
            seeds / name: data for name, data in seed_files(paths).items()
            if not (seeds / name).is_file() or (seeds / name).read_bytes() != data
        }  # fmt: skip
        if check and changed:
            reason = "is not what the releases say; run scripts/normalize_release.py"
            raise Refused(f"{shown(path)}: {reason}" for path in sorted(changed))
        # All are complete on the disk before the first takes its place. If a run is killed between
        # two of them, the next one, with which every build begins, writes the rest.
        try:
            with contextlib.ExitStack() as stack:
                for path, data in changed.items():
                    file = stack.enter_context(written(path))
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
        except OSError as error:
            raise ProjectError(f"{shown(seeds)}: {in_words(error)}; run it again") from error
    count = f"{len(paths)} release{'s' * (len(paths) != 1)}"
    names = ", ".join(path.name for path in changed)
    return f"{count}: {f'{names} written' if names else 'the seeds are up to date'}"
