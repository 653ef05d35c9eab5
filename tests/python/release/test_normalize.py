"""The command: it writes all seeds or none, one at a time, and says what it did."""

from __future__ import annotations

import csv
import errno
import fcntl
import hashlib
import io
import itertools
import os
import re
import signal
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import pytest
from proofs.made_up_releases import as_bundle, as_workbook, made_up_exhibit, made_up_release
from support.reading import COMMITTED, EXHIBIT, HISTORY, PUBLISHED, edited

import normalize_release
import project
from project import ROOT
from release import normalize
from release.seeds import HEADERS, stale

SCRIPT = ROOT / "scripts" / "normalize_release.py"
SEEDS = (
    "annual_trade.csv", "monthly_trade.csv", "release_columns.csv", "release_lines.csv",
    "releases.csv",
)  # fmt: skip
OLD = {name: f"the old {name}\n".encode() for name in SEEDS}
BAD = edited(HISTORY, ["cell", 12, 2, "x"])
LEFT = ".next.abc.us_trade-part"  # what a killed run leaves
FAULT = '12: balance total: "x" is not a whole number of millions'


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


def refused(folder: Path, releases: dict[str, bytes | str] | bytes | str) -> list[str]:
    """The faults of texts that must be refused, in order; of ``some.txt:12:``, ``12:`` is left."""
    result = run(folder, releases if isinstance(releases, dict) else {"some.txt": releases})
    *faults, last = result.err.splitlines()
    assert (result.status, result.out, last) == (1, "", "nothing was written")
    assert (result.seeds, result.stray) == (OLD, [])
    return [re.sub(r"^some\.txt:(?=\d)", "", fault) for fault in faults]


# --------------------------------------------------------------------------- the folder


def test_committed_seeds_are_those_of_the_committed_release() -> None:
    assert main("--check") == (0, "1 release: the seeds are up to date\n", "")


def test_same_input_same_bytes(tmp_path: Path) -> None:
    releases = {"b.txt": HISTORY, "a.TXT": made_up_release(PUBLISHED, (2023, 3))}
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


def test_faults_of_several_files_together(tmp_path: Path) -> None:
    faults = refused(tmp_path, {
        "a.txt": b"", "b.txt": HISTORY,
        "c.txt": edited(HISTORY, ["drop", 22], ["cell", 12, 6, "x"]),
        "d.csv": "a,b", "e.txt": made_up_release(PUBLISHED, (2023, 4)), "f.txt": HISTORY + "\n",
        "g\n.txt": made_up_release(PUBLISHED, (2023, 5)),
    })  # fmt: skip
    assert faults == [
        "a.txt: is empty",
        'c.txt:12: exports goods: "x" is not a whole number of millions',
        "c.txt:22: December 2022 is missing",
        "d.csv: is no text (.txt), workbook (.xlsx, .xls) or bundle (.zip); keep it elsewhere",
        "f.txt: ends with 2024-02, as b.txt does; keep one of the two",
        "g\\n.txt: is no text (.txt), workbook (.xlsx, .xls) or bundle (.zip); keep it elsewhere",
    ]


def test_what_is_no_file(tmp_path: Path) -> None:
    run(tmp_path, {".gitkeep": "", "good.txt": HISTORY})
    texts = tmp_path / "releases"
    (texts / "folder.txt").mkdir()
    (texts / "loop.txt").symlink_to("loop.txt")
    (texts / "nothing.txt").symlink_to("nowhere")
    os.mkfifo(texts / "pipe.txt")
    assert refused(tmp_path, {}) == [
        f"{name}.txt: is no text (.txt), workbook (.xlsx, .xls) or bundle (.zip); keep it elsewhere"
        for name in ("folder", "loop", "nothing", "pipe")
    ]


def test_linked_release_goes_by_its_own_name(tmp_path: Path) -> None:
    run(tmp_path, {})
    (tmp_path / "elsewhere").write_text(BAD)
    (tmp_path / "releases" / "some.txt").symlink_to(tmp_path / "elsewhere")
    assert refused(tmp_path, {}) == [FAULT]


BY_PRODUCTS = (
    ".gitkeep", ".DS_Store", "._a.txt", "~$2024-02.xlsx", "Thumbs.db", "desktop.ini", "Icon\r",
    "2024-02.txt:Zone.Identifier",
)  # fmt: skip


def test_what_programs_lay_beside_a_file_is_passed_over(tmp_path: Path) -> None:
    result = run(tmp_path, {"a.txt": HISTORY} | dict.fromkeys(BY_PRODUCTS, b"x"))
    assert (result.status, result.err) == (0, "")


def test_one_file_a_release(tmp_path: Path) -> None:
    book = as_workbook(EXHIBIT)
    files = {
        "2023-05.txt": made_up_release(PUBLISHED, (2023, 5)),
        "exh1_2023-05.xlsx": book,
        "ft900xlsx_2305.zip": as_bundle(book),
        "exh1.txt": made_up_exhibit(PUBLISHED, (2023, 6)),
    }
    same = "ends with 2023-05, as 2023-05.txt does; keep one of the two"
    assert refused(tmp_path, files) == [
        f"exh1_2023-05.xlsx: {same}", f"ft900xlsx_2305.zip: {same}",
    ]  # fmt: skip


def test_the_file_that_a_release_came_in(tmp_path: Path) -> None:
    bundle = as_bundle(as_workbook(EXHIBIT))
    result = run(tmp_path, {"ft900xlsx_2305.zip": bundle, "2024-02.txt": COMMITTED}, old=False)
    rows = list(csv.DictReader(io.StringIO(result.seeds["releases.csv"].decode())))
    columns = ("file_name", "source_format", "sheet_name", "row_offset", "sha256")
    found = [tuple(row[column] for column in columns) for row in rows]
    shas = [hashlib.sha256(data).hexdigest() for data in (COMMITTED.encode(), bundle)]
    assert found == [
        ("2024-02.txt", "text", "", "", shas[0]),
        ("ft900xlsx_2305.zip/exh1.xlsx", "workbook", "1", "4", shas[1]),
    ]
    assert rows[0]["text_sha256"] == shas[0]


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


def test_check_writes_nothing(tmp_path: Path) -> None:
    stale = run(tmp_path, {"a.txt": HISTORY}, "--check")
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

    broken = run(tmp_path, {"a.txt": BAD}, "--check")
    assert (broken.status, broken.seeds) == (1, OLD)
    assert broken.err == f"a.txt:{FAULT}\n"


def test_only_what_changed_is_written(tmp_path: Path) -> None:
    first = run(tmp_path, {"a.txt": HISTORY})
    (tmp_path / "seeds" / "annual_trade.csv").write_bytes(b"stale")
    second = run(tmp_path, {}, old=False)
    assert second.out == "1 release: annual_trade.csv written\n"
    assert second.seeds == first.seeds


# --------------------------------------------------------------------------- all or nothing

FULL = OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_leaves_the_old_seeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not one of the new files takes its place before all of them are on the disk."""
    real, calls = os.fsync, itertools.count()

    def sync(descriptor: int) -> None:
        if next(calls) == len(SEEDS) - 1:
            raise FULL
        real(descriptor)

    monkeypatch.setattr(os, "fsync", sync)
    result = run(tmp_path, {"a.txt": HISTORY})
    assert (result.status, result.seeds, result.stray) == (1, OLD, [])
    place = tmp_path / "seeds"
    assert result.err == f"{place}: No space left on device\nnothing was written\n"


def test_a_failure_among_the_moves_says_what_was_moved_and_the_next_run_mends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "seeds" / "annual_trade.csv").mkdir(parents=True)  # which no file replaces
    result = run(tmp_path, {"a.txt": HISTORY}, old=False)
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
    run(tmp_path, {"a.txt": HISTORY})
    for name in (LEFT, ".next-mine"):
        (tmp_path / "seeds" / name).mkdir()
        (tmp_path / "seeds" / name / "releases").write_text("half")
    assert run(tmp_path, {}, "--check", old=False).stray == [".next-mine", LEFT]
    assert run(tmp_path, {}, old=False).stray == [".next-mine"]


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
    run(tmp_path, {"a.txt": HISTORY})
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


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_end_leaves_nothing(number: signal.Signals, tmp_path: Path) -> None:
    """The signal comes when the new files are complete, and none is moved yet."""
    run(tmp_path, {"a.txt": HISTORY})
    for name, content in OLD.items():
        (tmp_path / "seeds" / name).write_bytes(content)
    places = ["--releases", tmp_path / "releases", "--seeds", tmp_path / "seeds"]
    program = (
        "import sys, time, project, release.seeds as seeds, normalize_release as n;"
        "real = seeds.stale;"
        "seeds.stale = lambda *a: (print('ready', flush=True), time.sleep(60), real(*a))[2];"
        "sys.exit(project.main(n.command, n.parser(), sys.argv[1:]))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, *places], text=True,
        env=os.environ | {"PYTHONPATH": str(SCRIPT.parent)}, stdout=-1, stderr=-1,
    ) as process:  # fmt: skip
        assert process.stdout.readline() == "ready\n"
        assert [p.name[:6] for p in (tmp_path / "seeds").glob(".*")] == [LEFT[:6]]
        process.send_signal(number)
        _, err = process.communicate()
    assert (process.returncode, err) == (130, "stopped\n")
    found = {path.name: path.read_bytes() for path in (tmp_path / "seeds").iterdir()}
    assert found == OLD
