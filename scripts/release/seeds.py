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
import filecmp
import os
import re
import tempfile
from contextlib import ExitStack
from pathlib import Path

from project import ProjectError, in_words, locked, scratch, shown, visible

from .faults import Fault, Refused, refusal
from .header import SERIES
from .parser import PREVIOUS
from .reader import Release, read_release
from .text import letters

HEADERS = {
    "releases": (
        "release_id", "release_table", "file_name", "title", "units_note", "first_month",
        "last_month", "line_count", "cell_count", "line_ending", "has_byte_order_mark",
        "ends_with_newline", "cell_layout", "sha256", "source_format", "text_sha256",
        "sheet_name", "row_offset",
    ),
    "monthly_trade": (
        "release_id", "line_number", "period_type", "year", "month", "label", "is_revised",
        "layout", *SERIES,
    ),
    "annual_trade": (
        "release_id", "line_number", "period_type", "year", "first_month", "last_month", "label",
        "is_revised", "layout", *SERIES,
    ),
    "release_lines": ("release_id", "line_number", "kind", "is_published", "text"),
    "release_columns": ("release_id", "series_id", "column_number", "sheet_column"),
}  # fmt: skip

# After each line of release_lines: dbt reads blanks and the word null as null.
END = "|"

# Files of Windows, macOS and spreadsheet programs, which are skipped.
BY_PRODUCT = re.compile(
    r"\..*|~\$.*|thumbs\.db|ehthumbs\.db|desktop\.ini|icon\r|.*:zone\.identifier", re.I | re.S
)

BUSY = "seeds: a build, or another normalize_release, is at work; wait for it to end"


def release_paths(folder: Path) -> list[Path]:
    """Return the releases in ``folder`` by name; raise Refused if there are none."""
    paths = sorted(path for path in folder.iterdir() if not BY_PRODUCT.fullmatch(path.name))
    if not paths:
        reason = "holds no release; put a text, workbook or bundle there, such as 2024-02.txt"
        raise refusal(shown(folder), reason)
    return paths


def flag(value: bool) -> str:
    return "true" if value else "false"


def seed_rows(release: Release, file_name: str) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of each seed that one release makes, in the order of its lines."""
    text, key = release.text, release.release_id
    usual = release.cell_layout()
    rows: dict[str, list[tuple[object, ...]]] = {"monthly_trade": [], "annual_trade": []}
    for row in release.rows:
        period: tuple[object, ...] = row.period_type, row.year, row.first
        is_month = row.period_type in ("month", PREVIOUS)
        period += () if is_month else (row.last,)
        layout = "" if row.layout == usual else row.layout
        end = row.label, flag(row.is_revised), layout, *row.cells
        rows["monthly_trade" if is_month else "annual_trade"].append((key, row.line, *period, *end))
    rows["releases"] = [(
        key, release.release_table, file_name, release.title, release.units_note,
        release.months[0], key, len(text.lines), sum(len(row.cells) for row in release.rows),
        text.line_ending, flag(text.has_byte_order_mark), flag(text.ends_with_newline), usual,
        release.sha256, release.source_format, text.sha256, release.sheet_name, release.row_offset,
    )]  # fmt: skip
    rows["release_lines"] = [
        (key, number, kind, flag(number not in release.unknown_lines), line + END)
        for number, kind, line in release.other_lines
    ]
    rows["release_columns"] = [
        (key, series, at + 1, letters(at + 1) if release.sheet_name else "")
        for series, at in sorted(release.columns.items(), key=lambda it: SERIES.index(it[0]))
    ]
    return rows


def write_seeds(paths: list[Path], folder: Path) -> None:
    """Read every release and write the seeds into ``folder``, one release in memory at a time.

    Raises Refused with the faults of all the files.
    """
    faults: list[Fault] = []
    file_of: dict[str, str] = {}
    with ExitStack() as stack:
        files = {
            name: stack.enter_context((folder / name).open("w", encoding="utf-8", newline=""))
            for name in HEADERS
        }
        writers = {name: csv.writer(file, lineterminator="\n") for name, file in files.items()}
        for name, header in HEADERS.items():
            writers[name].writerow(header)
        for path in paths:
            try:
                release = read_release(path)
            except Refused as refused:
                faults.extend(refused.faults)
                continue
            key, file_name = release.release_id, visible(shown(path))
            if key in file_of:
                reason = f"ends with {key}, as {file_of[key]} does; keep one of the two"
                faults.append(Fault(file_name, 0, reason))
                continue
            file_of[key] = file_name
            member = f"/{release.member}" if release.member else ""
            for name, rows in seed_rows(release, path.name + member).items():
                writers[name].writerows(rows)
        if faults:
            raise Refused(faults)
        for file in files.values():
            file.flush()
            os.fsync(file.fileno())


def normalize(releases: Path, seeds: Path, *, check: bool, lock: bool = True) -> str:
    """Write (or, with ``check``, compare) the seeds, and say in a sentence what was done.

    The folder of the seeds is locked while it is written, unless the caller holds that lock and
    says ``lock=False``.  Raises Refused for a release or seeds that are not as they should be, no
    seed then being touched; ProjectError where another holds the lock, or the disk fails.
    """
    paths = release_paths(releases)
    if check:
        with tempfile.TemporaryDirectory() as new:
            write_seeds(paths, Path(new))
            changed = stale(Path(new), seeds)
        if changed:
            reason = "is not what the releases say; run scripts/normalize_release.py"
            raise Refused(Fault(shown(seeds / name), 0, reason) for name in sorted(changed))
    else:
        with locked(seeds.resolve(), BUSY) if lock else contextlib.nullcontext():
            changed = write(paths, seeds)
    count = f"{len(paths)} release{'s' * (len(paths) != 1)}"
    done = f"{', '.join(changed)} written" if changed else "the seeds are up to date"
    return f"{count}: {done}"


def write(paths: list[Path], seeds: Path) -> list[str]:
    """Write the seeds, and move those that changed into place; return their names.

    All are complete on the disk before the first move. If a run is killed between moves, the next
    run, with which every build begins, moves the rest.
    """
    moved: list[str] = []
    try:
        # On the seeds' own disk, so that a move is a rename; without ".csv" in the names, so that
        # dbt never takes what a killed run left behind for seeds.
        with scratch(seeds / "next") as new:
            write_seeds(paths, new)
            for name in stale(new, seeds):
                os.replace(new / name.removesuffix(".csv"), seeds / name)
                moved.append(name)
    except OSError as error:
        place = "" if error.filename else f"{shown(seeds)}: "
        done = f"only {', '.join(moved)} written; run it again" if moved else "nothing was written"
        raise ProjectError(f"{place}{in_words(error)}\n{done}") from error
    return moved


def stale(new: Path, seeds: Path) -> list[str]:
    """Return the seeds that are missing or differ from the files in ``new``."""
    return [
        f"{name}.csv"
        for name in HEADERS
        if not (seeds / f"{name}.csv").exists()
        or not filecmp.cmp(new / name, seeds / f"{name}.csv", shallow=False)
    ]
