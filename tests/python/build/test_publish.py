"""What a build may replace, what it puts there, and what it leaves when it fails or is killed."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import select
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from support.stand_ins import (
    Builds,
    beside,
    build_in,
    good_dbt,
    leave_open,
    make_database,
    opened,
)

import build
import project


@pytest.fixture
def builds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Builds:
    builds = Builds(tmp_path / "project", monkeypatch, capfd)
    builds.without_releases()
    return builds


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """A dbt that makes the database of build 2."""
    return good_dbt(tmp_path / "bin", 2)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """The last good build, number 1, alone in its folder."""
    (tmp_path / "data").mkdir()
    return make_database(tmp_path / "data" / "us_trade.duckdb", 1)


class Gate:
    """Where a dbt waits until it is let go; on a pipe that is open at both ends, nobody hangs."""

    def __init__(self, path: Path) -> None:
        self.path = path
        os.mkfifo(path)
        self.pipe = os.open(path, os.O_RDWR)

    def dbt(self, folder: Path) -> Path:
        return good_dbt(folder / "waiting", 2, f"echo waiting; read go < '{self.path}'")

    def wait_for(self, build: subprocess.Popen[str]) -> None:
        assert build.stdout is not None
        assert [build.stdout.readline() for _ in range(2)] == ["no release\n", "waiting\n"]

    def open(self) -> None:
        os.write(self.pipe, b"go\n")


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    gate = Gate(tmp_path / "gate")
    yield gate
    os.close(gate.pipe)


# --- What is put in place ---------------------------------------------------------------------


def test_a_reader_keeps_the_build_it_opened_and_the_next_one_gets_the_new(
    builds: Builds, database: Path, good: Path
) -> None:
    database.chmod(0o640)
    before = database.stat().st_ino
    with opened(database, read_only=True) as reader:
        built = builds.run(database, good)
        assert built == (0, f"no release\ndatabase    {database}\n", "")
        assert build_in(database) == 2
        assert database.stat().st_ino != before
        assert reader.communicate("\n")[0] == "1\n"
    assert database.stat().st_mode & 0o777 == 0o640
    assert beside(database) == []


def test_what_dbt_does_stands_in_its_command_and_in_no_setting(
    tmp_path: Path, builds: Builds, database: Path
) -> None:
    for name in ("RESOURCE_TYPES", "PROJECT_DIR", "PROFILES_DIR", "TARGET", "EMPTY", "ENGINE_X"):
        builds.patch.setenv(f"DBT_{name}", "seed")
    told = tmp_path / "told"
    dbt = good_dbt(tmp_path / "bin", 2, f"echo \"$@\" >'{told}'; env | grep ^DBT_ >>'{told}'")
    assert builds.run(database, dbt).returncode == 0
    root = builds.root
    assert told.read_text() == (
        "--quiet --no-use-colors build --exclude-resource-type unit_test "
        f"--project-dir {root} --profiles-dir {root} --profile us_trade --target dev\n"
    )


def in_the_new(sql: str) -> str:
    code = f"import duckdb, os; duckdb.connect(os.environ['US_TRADE_DB']).execute({sql!r})"
    return f"'{sys.executable}' -c {shlex.quote(code)}"


def results(*passed: str) -> str:
    rows = [{"unique_id": name, "status": "pass"} for name in passed]
    return f"echo '{json.dumps({'results': rows})}' >target/run_results.json"


UNWRITTEN = "the build passed, but its file was not written out: is the disk full?\n"
AS_IT_WAS = "{} is as it was"
# What dbt does at last, the exit status, and what is said of the database and the new file.
NOT_WHOLE = {
    "no file": ('rm "$US_TRADE_DB"', 1, UNWRITTEN),
    "a log": (': > "$US_TRADE_DB.wal"', 1, UNWRITTEN),
    "no test": (results("model.build"), 1, "the build passed without gate, and stays at {1}\n"),
    "no results": ("rm target/run_results.json", 1, "run_results.json: No such file or directory"),
    "no mart": (in_the_new("drop table marts.build"), 1, "the build passed without build, "),
    "no release": (in_the_new("delete from marts.fct_monthly_trade"), 1, "has no valid release"),
    "failed": ("exit 3", 3, f"the build failed: {AS_IT_WAS}; the failed file is {{}}\n"),
    "told to end": ("kill $$", 143, f": dbt was killed by signal 15: {AS_IT_WAS}; "),
    "killed early": ('rm "$US_TRADE_DB"; kill -9 $$', 137, f" by signal 9: {AS_IT_WAS}\n"),
}


@pytest.mark.parametrize("what", NOT_WHOLE)
def test_what_is_not_whole_and_audited_is_not_put_in_place(
    tmp_path: Path, builds: Builds, database: Path, what: str
) -> None:
    then, status, words = NOT_WHOLE[what]
    (builds.root / "target").mkdir()
    (builds.root / "target" / "run_results.json").write_text("of another run")
    built = builds.run(database, good_dbt(tmp_path / "bin", 2, "echo a warning", then))
    assert built[:2] == (status, "no release\na warning\n")
    new = builds.root / "target" / "build" / database.name
    assert words.format(database, new) in built.stderr and built.stderr.count("\n") == 1
    assert build_in(database) == 1 and beside(database) == []


def test_a_terminal_sees_that_work_goes_on(builds: Builds, database: Path, good: Path) -> None:
    ready = select.select

    def later(*_: object) -> tuple[list, list, list]:
        builds.patch.setattr(build.select, "select", ready)
        return [], [], []

    builds.patch.setattr(build.select, "select", later)
    assert builds.run(database, good).stderr == ""
    builds.patch.setattr(build.select, "select", later)
    builds.patch.setattr(sys.stderr, "isatty", lambda: True)
    database.unlink()
    assert re.fullmatch(r"(\r\x1b\[K(build: \d+ seconds)?)+", builds.run(database, good).stderr)


def test_owner_and_group_are_kept_where_permitted_and_it_is_said_where_not(
    builds: Builds, database: Path, good: Path
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may give a file away")
    os.chown(database, 61234, 61235)
    assert builds.run(database, good).stderr == ""
    assert (database.stat().st_uid, database.stat().st_gid) == (61234, 61235)

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    builds.patch.setattr(os, "fchown", refuse)
    make_database(database.with_name("other"), 1).replace(database)
    os.chown(database, 61234, 61235)
    built = builds.run(database, good)
    assert built.returncode == 0
    assert " now belongs to 0:0, and belonged to 61234:61235: this user may not" in built.stderr


# --- Killed, or one after another ---------------------------------------------------------------

DIE = "os.kill(os.getpid(), 9)"
KILLED = {
    "while it is copied": ("build.shutil.copyfileobj", 1),
    "before the rename": ("os.replace", 1),
    "after it": ("build.note_build", 2),
}


@pytest.mark.parametrize("when", KILLED)
def test_a_build_killed_at_any_step_leaves_a_whole_database(
    builds: Builds, database: Path, good: Path, when: str
) -> None:
    leave_open(database, "create table marts.more as select 1 as i")
    step, number = KILLED[when]
    killed = builds.start(database, good, f"{step} = lambda *_: {DIE}")
    killed.communicate()
    assert killed.returncode == -signal.SIGKILL
    assert build_in(database) == number
    built = builds.run(database, good)
    assert built.returncode == 0, built.stderr
    assert build_in(database) == 2
    assert beside(database) == []


def test_a_second_build_is_refused_even_when_only_the_dbt_of_the_first_is_left(
    tmp_path: Path, builds: Builds, database: Path, good: Path, gate: Gate
) -> None:
    """Nor may anything rewrite its seeds."""
    seeds = builds.root / "seeds"
    first = builds.start(database, gate.dbt(tmp_path))
    gate.wait_for(first)
    for _ in range(2):
        second = builds.run(database, good)
        assert second.returncode == 1
        assert "another build is running" in second.stderr
        with pytest.raises(project.ProjectError, match="busy"), project.locked(seeds, "busy"):
            pass
        first.kill()
        first.wait()
    first.stdout.close()
    first.stderr.close()
    assert build_in(database) == 1
    # The lock ends with dbt, a moment after it is let go.
    gate.open()
    while (third := builds.run(database, good)).returncode != 0:
        assert "another build is running" in third.stderr
    assert build_in(database) == 2
    assert beside(database) == []


def test_an_interrupted_build_ends_its_dbt_and_under_nohup_goes_on(
    tmp_path: Path, builds: Builds, database: Path, gate: Gate
) -> None:
    told = builds.start(database, gate.dbt(tmp_path))
    gate.wait_for(told)
    told.terminate()
    assert told.communicate(timeout=60)[1] == f"stopped: {database} is as it was\n"
    assert told.returncode == 130
    # Its dbt has ended: the next build finds no lock.
    ignored = "signal.signal(signal.SIGHUP, signal.SIG_IGN)"
    going_on = builds.start(database, tmp_path / "waiting" / "dbt", ignored)
    gate.wait_for(going_on)
    going_on.send_signal(signal.SIGHUP)
    gate.open()
    assert going_on.communicate(timeout=60) == (f"database    {database}\n", "")
    assert build_in(database) == 2


@pytest.mark.parametrize("around", ["{} >&-", "{} 2>&-", "{} >&- 2>&- <&-", "{} | head -1"])
def test_nobody_needs_to_hear_a_build(
    builds: Builds, database: Path, good: Path, around: str
) -> None:
    """Nor to read its letters, or to let Python look into the folder of a script."""
    there = Path(shutil.move(database, database.with_name("日本.duckdb")))
    ran = subprocess.run(
        ["bash", "-o", "pipefail", "-c", around.format(shlex.join(builds.command(good)))],
        env=os.environ | {"US_TRADE_DB": str(there), "PYTHONIOENCODING": "ascii"},
        capture_output=True, text=True,
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, "")
    assert build_in(there) == 2


def test_a_script_finds_its_modules_by_itself() -> None:
    for script in ("build.py", "fetch_release.py"):
        command = [sys.executable, "-P", project.ROOT / "scripts" / script, "--help"]
        assert subprocess.run(command, capture_output=True).returncode == 0


# --- What is not ours to replace ---------------------------------------------------------------


def holds(sql: str, *, anew: bool = True) -> Callable[[Path], None]:
    def make(database: Path) -> None:
        if anew:
            database.unlink()
        with duckdb.connect(database) as connection:
            connection.execute(sql)

    return make


def sqlites(database: Path) -> None:
    database.unlink()
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.execute("create table notes (note text)")


def a_pipe(database: Path) -> None:
    database.unlink()
    os.mkfifo(database)


def a_log_of_another(database: Path) -> None:
    other = make_database(database.parent.parent / "other.duckdb", 7)
    leave_open(other, "update marts.build set n = 3")
    os.replace(f"{other}.wal", f"{database}.wal")


def an_orphan(database: Path) -> None:
    leave_open(database, "update marts.build set n = 3")
    database.unlink()


NOT_MADE = "is not replaced, because it holds what this project did not make "
NOT_OURS = [
    (lambda path: path.write_bytes(b"somebody's notes" * 1000), "not a valid DuckDB database file"),
    # And nothing is fetched to read it with: that is another message.
    (sqlites, 'sqlite_scanner.duckdb_extension" not found'),
    (holds("create schema marts; create table marts.build as select 1 as n"), "(marts.build)"),
    (holds("create view one as select 1 as n"), f"{NOT_MADE}(main.one)"),
    (holds("create macro f(x) as x + 1"), f"{NOT_MADE}(main.f)"),
    (holds("create sequence s; create type t as enum ('a')"), f"{NOT_MADE}(main.s, main.t)"),
    (holds("create table a as select 1 as n; create view b as from a; create table c as from b;"
               "create macro d(x) as x; create macro e() as table from a", anew=False),
     f"{NOT_MADE}(main.a, main.b, main.c and 2 more)"),
    (lambda path: leave_open(path, "create table main.a (n int)"), f"{NOT_MADE}(main.a)"),
    (a_log_of_another, "cannot be read as a database of ours"),
    (an_orphan, ".wal is a log of what is not in"),
    (a_pipe, "is not a file"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "words"), NOT_OURS)
def test_what_is_not_ours_is_refused_and_left_untouched(
    tmp_path: Path, builds: Builds, database: Path, good: Path, make: Callable[[Path], None],
    words: str,
) -> None:  # fmt: skip
    builds.patch.setenv("HOME", str(tmp_path))  # where no extension is installed
    make(database)

    def there() -> list[tuple[object, ...]]:
        return [
            (path.name, os.lstat(path).st_ino, path.is_file() and path.read_bytes())
            for path in sorted(database.parent.iterdir())
        ]

    before = there()
    built = builds.run(database, good)
    assert (built.returncode, built.stdout) == (1, "")
    assert words in built.stderr
    assert str(database) in built.stderr and built.stderr.count("\n") == 1
    assert there() == before


NAMES = {
    **dict.fromkeys(["marts", "RAW", "temp", "main", "marts.2024"], "DuckDB knows a database by "),
    **dict.fromkeys(["o'brien", 'a"b', "a;b", "a\\b"], "dbt cannot build a database with "),
    "x" * 300: "File name too long",
    "nowhere/us_trade": "there is no folder ",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_cannot_be_is_refused_before_dbt_starts(
    tmp_path: Path, builds: Builds, name: str
) -> None:
    database = tmp_path / f"{name}.duckdb"
    built = builds.run(database, tmp_path / "no dbt")
    assert (built.returncode, built.stdout) == (1, "")
    assert NAMES[name] in built.stderr and built.stderr.count("\n") == 1


def test_a_project_in_a_folder_with_an_apostrophe_is_told_to_move(
    builds: Builds, database: Path, good: Path
) -> None:
    builds.patch.setattr(build, "ROOT", Path("/Ann's"))
    said = "/Ann's: dbt loads no seed from a folder with ' in its name: move the project\n"
    assert builds.run(database, good) == (1, "", said)


def test_a_seed_that_is_not_utf_8_is_named(builds: Builds, database: Path, good: Path) -> None:
    (builds.root / "seeds" / "recessions.csv").write_bytes(b"peak,trough\n1990,M\xfcnchen\n")
    built = builds.run(database, good)
    said = "recessions.csv:2: the byte 0xfc is not UTF-8; save the file as UTF-8\n"
    assert built.returncode == 1 and built.stderr.endswith(said)


def test_a_database_open_for_writing_elsewhere_is_not_replaced(
    tmp_path: Path, builds: Builds, database: Path, good: Path, gate: Gate
) -> None:
    """Before the build, or come upon at its end: a writer's log would end up beside a new file."""
    with opened(database, read_only=False) as writer:
        built = builds.run(database, good)
        assert built.returncode == 1
        assert "Could not set lock on file" in built.stderr
        assert f"(PID {writer.pid})" in built.stderr
    assert beside(database) == []

    late = builds.start(database, gate.dbt(tmp_path))
    gate.wait_for(late)
    with opened(database, read_only=False):
        gate.open()
        _, said = late.communicate(timeout=60)
        assert late.returncode == 1
        assert "was opened for writing during the build" in said
    assert build_in(database) == 1


def test_what_holds_nothing_to_lose_is_replaced(builds: Builds, database: Path, good: Path) -> None:
    """An empty file, an empty database, and a log that is a database's own."""
    database.write_bytes(b"")
    assert builds.run(database, good).returncode == 0
    database.unlink()
    duckdb.connect(database).close()
    assert builds.run(database, good).returncode == 0
    leave_open(database, "update marts.build set n = 3")
    assert builds.run(database, good).returncode == 0
    assert build_in(database) == 2 and beside(database) == []


def test_a_link_stays_and_the_file_it_leads_to_is_replaced(
    tmp_path: Path, builds: Builds, database: Path, good: Path
) -> None:
    link = tmp_path / "link.duckdb"
    link.symlink_to(database)
    built = builds.run(link, good)
    assert built.returncode == 0, built.stderr
    assert link.is_symlink() and not database.is_symlink()
    assert build_in(database) == build_in(link) == 2
    assert beside(database) == []


def test_without_a_name_the_database_is_the_projects_own(builds: Builds, good: Path) -> None:
    builds.patch.setattr(project, "ROOT", builds.root)
    assert builds.run("", good).returncode == 0
    assert build_in(builds.root / "us_trade.duckdb") == 2


# --- Where nothing can be written --------------------------------------------------------------


def test_a_full_disk_is_said_to_be_full_and_nothing_is_lost(
    tmp_path: Path, builds: Builds, good: Path
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk], capture_output=True, check=False
    )
    if not mounted or mounted.returncode != 0:
        pytest.skip("this user may not mount a small disk")
    try:
        database = make_database(disk / "us_trade.duckdb", 1)
        leave_open(database, "update marts.build set n = 3")
        with contextlib.suppress(OSError):
            (disk / "more").write_bytes(bytes(1_000_000))
        built = builds.run(database, good)
        assert built.returncode == 1 and built.stderr.count("\n") == 1
        assert "No space left on device" in built.stderr
        assert build_in(database) == 3
        (disk / "more").unlink()
        assert builds.run(database, good).returncode == 0
        assert build_in(database) == 2 and beside(database) == []
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


def test_a_database_that_cannot_be_replaced_keeps_what_is_in_its_log(
    builds: Builds, database: Path, good: Path
) -> None:
    leave_open(database, "update marts.build set n = 3")

    def replace(old: Path, new: Path) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted", str(old))

    builds.patch.setattr(os, "replace", replace)
    built = builds.run(database, good)
    assert built.returncode == 1
    assert built.stderr.startswith(f"{database} cannot be replaced: Operation not permitted; ")
    assert build_in(database) == 3 and beside(database) == []
