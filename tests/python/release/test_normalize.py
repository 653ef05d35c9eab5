"""The command: it writes all seeds or none, one at a time, and says what it did."""

from __future__ import annotations

import csv
import fcntl
import hashlib
import io
import os
import re
import signal
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import pytest
from proofs.made_up_releases import as_bundle, as_workbook, made_up_release
from support.reading import COMMITTED, EXHIBIT, HISTORY, PUBLISHED, edited

import normalize_release
import project
from project import ROOT
from release import normalize, seeds

SCRIPT = ROOT / "scripts" / "normalize_release.py"
SEEDS = sorted(f"{name}.csv" for name in seeds.SEEDS)
OLD = {name: f"the old {name}\n".encode() for name in SEEDS}
BAD = edited(HISTORY, ["cell", 12, 2, "x"])
FAULT = '12: balance total: "x" is not a whole number of millions'
WRITTEN = ", ".join(f"{name}.csv" for name in seeds.SEEDS) + " written\n"
KEPT = "is no text (.txt), workbook (.xlsx, .xls) or bundle (.zip); keep it elsewhere"


class Run(NamedTuple):
    status: int
    out: str
    err: str
    seeds: dict[str, bytes]


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
    return Run(status, out, err.replace(f"{folder}{os.sep}", ""), found)


def refused(folder: Path, releases: dict[str, bytes | str]) -> list[str]:
    """The faults of texts that must be refused, in order."""
    result = run(folder, releases)
    *faults, last = result.err.splitlines()
    assert (result.status, result.out, last) == (1, "", "nothing was written")
    assert result.seeds == OLD
    return [fault.removeprefix("releases/") for fault in faults]


# --------------------------------------------------------------------------- the folder


def test_committed_seeds_are_those_of_the_committed_release() -> None:
    assert main("--check") == (0, "1 release: the seeds are up to date\n", "")


def test_only_what_changed_is_written(tmp_path: Path) -> None:
    releases = {"b.txt": HISTORY, "a.TXT": made_up_release(PUBLISHED, (2023, 3))}
    first = run(tmp_path, releases)
    assert (first.status, first.out) == (0, f"2 releases: {WRITTEN}")
    unchanged = run(tmp_path, {}, old=False)
    assert unchanged == (0, "2 releases: the seeds are up to date\n", "", first.seeds)
    (tmp_path / "seeds" / "annual_trade.csv").write_bytes(b"stale")
    again = run(tmp_path, {}, old=False)
    assert again == (0, "2 releases: annual_trade.csv written\n", "", first.seeds)


def test_faults_of_several_files_together(tmp_path: Path) -> None:
    assert refused(tmp_path, {
        "a.txt": b"\t", "b.txt": HISTORY,
        "c.txt": edited(HISTORY, ["drop", 22], ["cell", 12, 6, "x"]),
        "d.csv": "a,b", "e.txt": made_up_release(PUBLISHED, (2023, 4)), "f.txt": HISTORY + "\n",
        "g\n.txt": made_up_release(PUBLISHED, (2023, 5)),
    }) == [
        'a.txt: has no title; those that are read are "Exhibit 1. U.S. International Trade in '
        'Goods and Services" and "U.S. International Trade in Goods and Services, 1992 - Present"',
        'c.txt:12: exports goods: "x" is not a whole number of millions',
        "c.txt:22: December 2022 is missing",
        f"d.csv: {KEPT}",
        "f.txt: ends with 2024-02, as releases/b.txt does; keep one of the two",
        f"g\\n.txt: {KEPT}",
    ]  # fmt: skip


def test_what_is_no_file(tmp_path: Path) -> None:
    """But a link is read, and goes by its own name."""
    run(tmp_path, {".gitkeep": ""})
    texts = tmp_path / "releases"
    (texts / "folder.txt").mkdir()
    (tmp_path / "elsewhere").write_text(BAD)
    (texts / "linked.txt").symlink_to(tmp_path / "elsewhere")
    (texts / "loop.txt").symlink_to("loop.txt")
    (texts / "nothing.txt").symlink_to("nowhere")
    os.mkfifo(texts / "pipe.txt")
    kept = [f"{it}.txt: {KEPT}" for it in ("folder", "loop", "nothing", "pipe")]
    assert refused(tmp_path, {}) == sorted([*kept, f"linked.txt:{FAULT}"])


BY_PRODUCTS = (
    ".gitkeep", ".DS_Store", "._a.txt", "~$2024-02.xlsx", "Thumbs.db", "desktop.ini", "Icon\r",
    "2024-02.txt:Zone.Identifier",
)  # fmt: skip


def test_what_programs_lay_beside_a_file_is_passed_over(tmp_path: Path) -> None:
    reason = "holds no release; put a text, workbook or bundle there, such as 2024-02.txt"
    assert refused(tmp_path, dict.fromkeys(BY_PRODUCTS, b"x")) == [f"releases: {reason}"]
    assert run(tmp_path, {"a.txt": HISTORY}).status == 0


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


# --------------------------------------------------------------------------- the command


def test_wrong_usage_is_status_2() -> None:
    status, out, err = main("--releases", SCRIPT)
    assert (status, out) == (2, "")
    assert err.endswith("scripts/normalize_release.py is not a folder\n")


def test_check_writes_nothing(tmp_path: Path) -> None:
    reason = "is not what the releases say; run scripts/normalize_release.py"
    stale = "".join(f"seeds/{name}: {reason}\n" for name in SEEDS)
    assert run(tmp_path, {"a.txt": HISTORY}, "--check") == (1, "", stale, OLD)
    fresh = run(tmp_path, {})
    assert fresh.status == 0
    checked = run(tmp_path, {}, "--check", old=False)
    assert checked == (0, "1 release: the seeds are up to date\n", "", fresh.seeds)
    (tmp_path / "seeds" / "releases.csv").unlink()
    missing = run(tmp_path, {}, "--check", old=False)
    assert (missing.status, missing.err) == (1, stale.splitlines(keepends=True)[-1])
    broken = run(tmp_path, {"a.txt": BAD}, "--check")
    assert broken == (1, "", f"releases/a.txt:{FAULT}\n", OLD)


# --------------------------------------------------------------------------- all or nothing


def test_a_failure_among_the_seeds_is_mended_by_the_next_run(tmp_path: Path) -> None:
    (tmp_path / "seeds" / "annual_trade.csv").mkdir(parents=True)  # which no file replaces
    result = run(tmp_path, {"a.txt": HISTORY}, old=False)
    assert result.status == 1
    assert re.fullmatch(r".*seeds: .*: Is a directory; run it again\n", result.err)
    (tmp_path / "seeds" / "annual_trade.csv").rmdir()
    mended = run(tmp_path, {}, old=False)
    assert (mended.status, sorted(mended.seeds)) == (0, SEEDS)


def test_one_at_a_time(tmp_path: Path) -> None:
    """Whoever holds the lock on the seeds, as a build does from its start to its end, is alone."""
    run(tmp_path, {"a.txt": HISTORY})
    folder = os.open(tmp_path / "seeds", os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    try:
        busy = "a build, or another normalize_release, is at work; wait for it to end"
        assert run(tmp_path, {}) == (1, "", f"seeds: {busy}\n", OLD)
        checked = run(tmp_path, {}, "--check")  # reads, and waits for nobody
        assert checked.err.count("is not what the releases say") == len(SEEDS)
        done = normalize(tmp_path / "releases", tmp_path / "seeds", check=False, lock=False)
        assert done.startswith("1 release: releases.csv")
    finally:
        os.close(folder)
    assert run(tmp_path, {}).status == 0


FULL = "raise OSError(28, 'No space left on device')"
ENDS = {
    FULL: (1, "{}: No space left on device; run it again\n"),
    "os.kill(os.getpid(), signal.SIGTERM)": (130, "stopped\n"),
    "os.kill(os.getpid(), signal.SIGHUP)": (130, "stopped\n"),
    "os.kill(os.getpid(), signal.SIGKILL)": (-signal.SIGKILL, ""),
}


@pytest.mark.parametrize("end", ENDS)
def test_an_end_before_all_are_on_the_disk_leaves_the_old_seeds(end: str, tmp_path: Path) -> None:
    """Not one of the new files takes its place before the last one is written."""
    run(tmp_path, {"a.txt": HISTORY})
    seeds = tmp_path / "seeds"
    for name, content in OLD.items():
        (seeds / name).write_bytes(content)
    program = f"""if True:
        import os, signal, sys, project, normalize_release as command
        real, calls = os.fsync, []
        def sync(descriptor):
            calls.append(descriptor)
            if len(calls) == {len(SEEDS)}:
                {end}
            real(descriptor)
        os.fsync = sync
        sys.exit(project.main(command.command, command.parser(), sys.argv[1:]))
    """
    done = subprocess.run(
        [sys.executable, "-c", program, "--releases", tmp_path / "releases", "--seeds", seeds],
        text=True, env=os.environ | {"PYTHONPATH": str(SCRIPT.parent)}, capture_output=True,
    )  # fmt: skip
    status, said = ENDS[end]
    assert (done.returncode, done.stdout, done.stderr) == (status, "", said.format(seeds))
    kept = {path.name: path.read_bytes() for path in seeds.iterdir() if path.suffix == ".csv"}
    assert kept == OLD
    assert run(tmp_path, {}).status == 0
    assert sorted(os.listdir(seeds)) == SEEDS  # and what a killed one left is swept up
