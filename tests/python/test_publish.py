"""The swap: what a build may replace, and what it leaves when it fails or is killed."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from proofs.bench import empty_project
from support.stand_ins import (
    Builds,
    beside,
    build_in,
    leave_open,
    make_database,
    opened,
    python_stand_in,
    stand_in,
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
    (tmp_path / "bin").mkdir()
    made = make_database(tmp_path / "bin" / "made.duckdb", 2)
    return stand_in(tmp_path / "bin", f"cp '{made}' \"$US_TRADE_DB\"")


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

    def dbt(self, folder: Path, then: str = "") -> Path:
        return stand_in(folder, f"echo waiting; read go < '{self.path}'; {then}")

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


# --- The swap ---------------------------------------------------------------------------------


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


@pytest.mark.parametrize("whose", ["its own", "another's", "an orphan"])
def test_a_log_that_a_killed_writer_left_is_not_taken_for_the_new_files(
    tmp_path: Path, builds: Builds, database: Path, good: Path, whose: str
) -> None:
    other = make_database(tmp_path / "other.duckdb", 7)
    leave_open(other if whose == "another's" else database, "update marts.build set n = 3")
    log = Path(f"{database}.wal")
    if whose == "another's":
        os.replace(f"{other}.wal", log)
    elif whose == "an orphan":
        database.unlink()
    assert log.exists()
    built = builds.run(database, good)
    assert built.returncode == 0, built.stderr
    assert build_in(database) == 2
    assert beside(database) == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (":", "made no file"),
        (': > "$US_TRADE_DB"; : > "$US_TRADE_DB.wal"', "its file was not written out"),
    ],
)
def test_what_dbt_did_not_finish_is_not_swapped_in(
    tmp_path: Path, builds: Builds, database: Path, body: str, words: str
) -> None:
    built = builds.run(database, stand_in(tmp_path, body))
    assert built.returncode == 1
    assert words in built.stderr and f"{database} is as it was" in built.stderr
    assert build_in(database) == 1


NAMES = [step.__name__ for step in build.SWAP]
DIE = """
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
build.SWAP.insert({at}, die)
"""


@pytest.mark.parametrize("at", range(len(NAMES) + 1), ids=[*NAMES, "end"])
def test_a_build_killed_at_any_step_of_the_swap_leaves_a_whole_database(
    builds: Builds, database: Path, good: Path, at: int
) -> None:
    leave_open(database, "create table marts.more as select 1 as i")
    killed = builds.start(database, good, DIE.format(at=at))
    killed.communicate()
    assert killed.returncode == -signal.SIGKILL
    assert build_in(database) == (2 if "rename" in NAMES[:at] else 1)
    # As if dbt had been killed with it, in the midst of its work.
    (database.parent / ".us_trade.next" / "us_trade.duckdb.wal").write_bytes(b"half of a log")
    built = builds.run(database, good)
    assert built.returncode == 0, built.stderr
    assert build_in(database) == 2
    assert beside(database) == []


def test_a_build_killed_while_it_clears_up_leaves_what_the_next_one_may_empty(
    builds: Builds, database: Path, good: Path
) -> None:
    """The marker is the last thing to go: without it, nobody would know whose the rest is."""
    log = Path(f"{database}.wal")
    leave_open(database, "create table marts.more as select 1 as i")
    killed = builds.start(
        database, good, "build.project.remove = lambda _: os.kill(os.getpid(), 9)"
    )
    killed.communicate()
    assert killed.returncode == -signal.SIGKILL
    assert not log.exists() and beside(database) == [".us_trade.next"]
    assert builds.run(database, good).returncode == 0
    assert beside(database) == []


@pytest.mark.parametrize("whose", ["the same project", "another project"])
def test_a_second_build_is_told_of_the_first_even_when_only_its_dbt_is_left(
    tmp_path: Path, builds: Builds, database: Path, good: Path, gate: Gate, whose: str
) -> None:
    """Of the same project no other build may run, nor anything rewrite its seeds."""
    seeds = builds.root / "seeds"
    first = builds.start(database, gate.dbt(tmp_path))
    gate.wait_for(first)
    if whose == "another project":
        other = tmp_path / "another"
        (other / "seeds").mkdir(parents=True)
        builds.patch.setattr(build, "ROOT", other)
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
    # The locks end with dbt, a moment after it is let go.
    gate.open()
    while (third := builds.run(database, good)).returncode != 0:
        assert "another build is running" in third.stderr
    assert build_in(database) == 2
    assert beside(database) == []


def test_a_build_that_is_told_to_end_ends_its_dbt(
    tmp_path: Path, builds: Builds, database: Path, gate: Gate
) -> None:
    told = builds.start(database, gate.dbt(tmp_path))
    gate.wait_for(told)
    told.terminate()
    assert told.communicate(timeout=60) == ("", f"stopped: {database} is as it was\n")
    assert told.returncode == 130
    # Its dbt has ended: the next build finds no lock.
    assert builds.run(database, stand_in(tmp_path, "exit 3")).returncode == 3


def test_a_dbt_that_is_killed_is_said_to_be(tmp_path: Path, builds: Builds, database: Path) -> None:
    built = builds.run(database, stand_in(tmp_path, ': > "$US_TRADE_DB"; kill -KILL $$'))
    assert built.returncode == 128 + 9
    assert built.stderr == (
        f"the build failed: dbt was killed by signal 9 ({signal.strsignal(9)}), "
        f"perhaps for want of memory: {database} is as it was; the failed file is "
        f"{database.parent / '.us_trade.next' / 'us_trade.duckdb'}\n"
    )
    built = builds.run(database, stand_in(tmp_path, "kill -TERM $$"))
    assert built.returncode == 128 + 15
    assert built.stderr == (
        f"the build failed: dbt was killed by signal 15 ({signal.strsignal(15)}): "
        f"{database} is as it was\n"
    )
    assert beside(database) == []


# --- What dbt says ------------------------------------------------------------------------------


def settled(text: str) -> list[str]:
    """Lines without the time of day and what took how long."""
    return re.sub(r"\d\d:\d\d:\d\d|in [\d.]+s|\.{3,}", "", text).splitlines()


# dbt as it is called, and then, in the same process, as it is when quiet.
BOTH = """
from dbt.cli.main import dbtRunner
called = dbtRunner().invoke(sys.argv[1:])
sys.stdout.flush()
os.dup2(os.open(quiet, os.O_WRONLY | os.O_CREAT), 1)
dbtRunner().invoke(["--quiet", "--no-use-colors", "build"])
sys.exit(0 if called.success else 1)
"""


def test_what_dbt_says_is_what_it_says_when_quiet(
    tmp_path: Path, builds: Builds, database: Path
) -> None:
    """With the real one: failures and errors, and what a macro prints; nothing else, no escapes."""
    root, quiet = empty_project(builds.root), tmp_path / "quiet"
    with (root / "dbt_project.yml").open("a") as settings:
        said = "{% if execute %}{{ print('said at the end') }}{% endif %}"
        settings.write(f'on-run-end: "{said}"\n')
    (root / "models" / "two.sql").write_text(
        "{{ config(materialized='table') }} select error('no such luck') as two\n"
    )
    (root / "tests").mkdir()
    (root / "tests" / "no_one.sql").write_text("select one from {{ ref('one') }}\n")
    built = builds.run(database, python_stand_in(tmp_path, f"quiet = {str(quiet)!r}\n{BOTH}"))
    assert built.returncode == 1
    # Several threads finish in any order.
    expected = ["no release", *settled(quiet.read_text())]
    assert sorted(settled(built.stdout)) == sorted(expected)
    for words in ("said at the end", "Failure in test no_one (tests/no_one.sql)", "no such luck"):
        assert words in built.stdout
    assert "\x1b" not in built.stdout and "{" not in built.stdout
    # The log in the file is as dbt writes it.
    assert '{"data"' not in (root / "logs" / "dbt.log").read_text()


def event(name: str, level: str, words: str, **data: object) -> str:
    info = {"name": name, "level": level, "msg": words, "ts": "2024-04-04T12:30:00.123456Z"}
    return json.dumps({"data": data, "info": info})


EVENTS = [
    event("LogStartLine", "info", "1 of 2 START", index=1, total=2),
    event("LogModelResult", "info", "1 of 2 OK", index=1, total=2, node_info={"node_name": "\x1b"}),
    event("PrintEvent", "info", "said"),
    event("LogTestResult", "error", "2 of 2 FAIL", index=2, num_models=2),
    "no event", "42", '{"info": 1}',
]  # fmt: skip


def test_progress_is_shown_on_a_terminal_and_only_there(
    tmp_path: Path, builds: Builds, database: Path, good: Path
) -> None:
    (tmp_path / "events").write_text("\n".join(EVENTS))
    loud = stand_in(tmp_path, f"cat '{tmp_path / 'events'}'; exec '{good}'")
    words = ["no release", "said", "12:30:00  2 of 2 FAIL", "no event", "42", '{"info": 1}']
    said = "".join(f"{line}\n" for line in [*words, f"database    {database}"])
    assert builds.run(database, loud) == (0, said, "")
    builds.patch.setattr(sys.stderr, "isatty", lambda: True)
    shown = builds.run(database, loud)
    assert shown.stdout == said
    assert re.sub(r"\r\x1b\[K", "\n", shown.stderr).split("\n") == [
        *["", "build: 0 dbt reads the project", r"build: 1 of 2 \x1b", ""],
        *["build: 2 of 2 ", "", "", "", "", ""],
    ]


# --- What is not ours to replace ---------------------------------------------------------------


def not_duckdb(database: Path) -> None:
    database.write_bytes(b"somebody's notes" * 1000)


def sqlites(database: Path) -> None:
    database.unlink()
    with sqlite3.connect(database) as connection:
        connection.execute("create table notes (note text)")
    connection.close()


def somebody_elses(database: Path) -> None:
    database.unlink()
    with duckdb.connect(database) as connection:
        connection.execute("create schema marts; create table marts.build as select 1 as n")


def only_views(database: Path) -> None:
    database.unlink()
    with duckdb.connect(database) as connection:
        connection.execute("create schema marts; create view marts.build as select 1 as n")


def a_folder(database: Path) -> None:
    database.unlink()
    database.mkdir()
    (database / "precious").touch()


def a_broken_link(database: Path) -> None:
    database.unlink()
    database.symlink_to("nowhere.duckdb")


def a_pipe(database: Path) -> None:
    database.unlink()
    os.mkfifo(database)


@pytest.mark.parametrize(
    ("put", "words"),
    [
        (not_duckdb, "not a valid DuckDB database file"),
        # And nothing is fetched to read it with: that is another message.
        (sqlites, 'sqlite_scanner.duckdb_extension" not found'),
        (somebody_elses, "a database of something else (it has marts.build, and none of"),
        (only_views, "a database of something else"),
        (a_folder, "is a folder"),
        (a_broken_link, "is a link to nowhere.duckdb, which is not there"),
        (a_pipe, "is not a file"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_is_not_ours_is_refused_and_left_untouched(
    tmp_path: Path, builds: Builds, database: Path, good: Path, put: Callable[[Path], None],
    words: str,
) -> None:  # fmt: skip
    builds.patch.setenv("HOME", str(tmp_path))  # where no extension is installed
    put(database)
    before = (os.lstat(database), database.read_bytes() if database.is_file() else None)
    built = builds.run(database, good)
    assert built.returncode == 1
    assert words in built.stderr
    assert str(database) in built.stderr and built.stderr.count("\n") == 1
    after = (os.lstat(database), database.read_bytes() if database.is_file() else None)
    assert (after[0].st_ino, after[0].st_mtime_ns, after[1]) == (
        before[0].st_ino,
        before[0].st_mtime_ns,
        before[1],
    )
    assert beside(database) == []


def a_link_to_precious(scratch: Path) -> None:
    scratch.symlink_to(scratch.parent.parent / "precious")


def a_link_to_nothing(scratch: Path) -> None:
    scratch.symlink_to("nothing")


def a_file(scratch: Path) -> None:
    scratch.write_text("thesis")


def a_folder_of_precious(scratch: Path) -> None:
    shutil.copytree(scratch.parent.parent / "precious", scratch)


@pytest.mark.parametrize(
    ("put", "words"),
    [
        (a_link_to_precious, "is a link"),
        (a_link_to_nothing, "is a link"),
        (a_file, "is no folder"),
        (a_folder_of_precious, "holds what no build put there"),
    ],
)
def test_a_folder_to_build_in_that_is_not_ours_is_refused_and_not_emptied(
    tmp_path: Path, builds: Builds, database: Path, good: Path, put: Callable[[Path], None],
    words: str,
) -> None:  # fmt: skip
    (tmp_path / "precious" / "thesis").mkdir(parents=True)
    (tmp_path / "precious" / "us_trade.duckdb").write_text("chapter 1")
    scratch = database.parent / ".us_trade.next"
    put(scratch)
    before = sorted(tmp_path.rglob("*")), os.lstat(scratch).st_ino
    built = builds.run(database, good)
    assert (built.returncode, built.stdout) == (1, "")
    assert built.stderr == f"{scratch} {words}, and a build would empty it: move it away\n"
    assert (sorted(tmp_path.rglob("*")), os.lstat(scratch).st_ino) == before
    assert build_in(database) == 1


def test_a_folder_to_build_in_is_not_followed_when_it_turns_into_a_link(
    tmp_path: Path, builds: Builds, database: Path, good: Path
) -> None:
    """Between looking at it and locking it: the lock itself follows no link."""
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / build.MARKER).touch()
    (tmp_path / "precious" / "thesis").touch()
    locked = project.locked

    def late(folder: Path, busy: str) -> object:
        if folder.name == ".us_trade.next":
            folder.rmdir()
            folder.symlink_to(tmp_path / "precious")
        return locked(folder, busy)

    builds.patch.setattr(project, "locked", late)
    assert "Not a directory" in builds.run(database, good).stderr
    assert (tmp_path / "precious" / "thesis").exists()


def test_a_folder_that_another_build_removed_in_between_is_no_lock(
    builds: Builds, database: Path, good: Path
) -> None:
    """Then there is another folder of that name, which a third build may lock."""
    locked, folders = project.locked, []

    @contextlib.contextmanager
    def late(folder: Path, busy: str) -> Iterator[int]:
        with locked(folder, busy) as lock:
            if folder.name == ".us_trade.next":
                folders.append(folder.stat().st_ino)
                if len(folders) == 1:
                    folder.rename(folder.parent / "removed")
                    folder.mkdir()
            yield lock

    builds.patch.setattr(project, "locked", late)
    assert builds.run(database, good).returncode == 0
    assert len(folders) == 2
    assert beside(database) == ["removed"]


def test_a_folder_to_build_in_of_somebody_else_is_refused(
    builds: Builds, database: Path, good: Path
) -> None:
    scratch = database.parent / ".us_trade.next"
    scratch.mkdir()
    user = os.geteuid()
    builds.patch.setattr(os, "geteuid", lambda: user + 1)
    assert f"{scratch} belongs to somebody else" in builds.run(database, good).stderr
    assert build_in(database) == 1


def test_databases_side_by_side_share_no_folder() -> None:
    names = ("us_trade.duckdb", "us_trade.db", "us_trade", "us_trade.duckdb.db")
    scratches = [build.Place(Path("/tmp") / name).scratch.name for name in names]
    assert scratches[0] == ".us_trade.next"
    assert len(set(scratches)) == len(names)


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

    late = builds.start(database, gate.dbt(tmp_path, f"exec '{good}'"))
    gate.wait_for(late)
    with opened(database, read_only=False):
        gate.open()
        _, said = late.communicate(timeout=60)
        assert late.returncode == 1
        assert "was opened for writing during the build" in said
    assert build_in(database) == 1


def test_an_empty_file_and_an_empty_database_hold_nothing_to_lose(
    builds: Builds, database: Path, good: Path
) -> None:
    database.write_bytes(b"")
    assert builds.run(database, good).returncode == 0
    database.unlink()
    duckdb.connect(database).close()
    assert builds.run(database, good).returncode == 0
    assert build_in(database) == 2


def test_a_link_stays_and_the_file_it_leads_to_is_replaced(
    tmp_path: Path, builds: Builds, database: Path, good: Path
) -> None:
    link = tmp_path / "us_trade.duckdb"
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


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 256 KiB; needs the right to mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk], capture_output=True, check=False
    )
    if not mounted or mounted.returncode != 0:
        pytest.skip("this user may not mount a small disk")
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


def test_a_log_of_a_link_on_another_disk_is_no_obstacle(
    small_disk: Path, tmp_path: Path, builds: Builds, good: Path
) -> None:
    database = make_database(small_disk / "us_trade.duckdb", 1)
    link = tmp_path / "us_trade.duckdb"
    link.symlink_to(database)
    log = Path(f"{link}.wal")
    log.write_bytes(b"a log of DuckDB 1.x, which names it for the link")
    with pytest.MonkeyPatch.context() as patch:
        refusing(patch, database)
        assert builds.run(link, good).returncode == 1
    assert log.exists() and build_in(database) == 1
    built = builds.run(link, good)
    assert built.returncode == 0, built.stderr
    assert build_in(database) == 2
    assert not log.exists() and beside(database) == []


def test_a_read_only_folder_is_said_to_be_one(small_disk: Path, builds: Builds, good: Path) -> None:
    database = make_database(small_disk / "us_trade.duckdb", 1)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    built = builds.run(database, good)
    scratch = small_disk / ".us_trade.next"
    assert built == (1, "", f"{scratch}: Read-only file system; {database} is as it was\n")
    assert build_in(database) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_of_somebody_else_is_said_to_be_one(
    builds: Builds, database: Path, good: Path
) -> None:
    database.parent.chmod(0o555)
    built = builds.run(database, good)
    database.parent.chmod(0o755)
    assert built.returncode == 1
    assert "Permission denied" in built.stderr and "is as it was" in built.stderr


FILL = """
with duckdb.connect(new, config={"default_block_size": "16384"}) as connection:
    connection.execute("create table t (h ubigint)")
    for at in range(%d):
        connection.execute(f"insert into t select hash(i + {at}) from range(2000) as r (i)")
"""


@pytest.mark.parametrize(("inserts", "status"), [(10, 0), (64, 1)], ids=["in silence", "aloud"])
def test_a_full_disk_is_said_to_be_full_and_the_next_build_succeeds(
    small_disk: Path, tmp_path: Path, builds: Builds, good: Path, inserts: int, status: int
) -> None:
    """DuckDB fails where a commit finds no room; where only closing the file does, it is silent."""
    database = make_database(small_disk / "us_trade.duckdb", 1)
    filling = python_stand_in(tmp_path, FILL % inserts)
    alone = {"US_TRADE_DB": str(small_disk / "alone.duckdb")}
    assert subprocess.run(filling, env=os.environ | alone, capture_output=True).returncode == status
    for file in small_disk.glob("alone*"):
        file.unlink()
    built = builds.run(database, filling)
    assert built.returncode == 1
    assert f"({small_disk}/.us_trade.next: No space left on device)" in built.stderr
    assert f": {database} is as it was; the failed file is " in built.stderr
    assert build_in(database) == 1
    assert builds.run(database, good).returncode == 0
    assert build_in(database) == 2
    assert beside(database) == []


def test_a_limit_on_the_size_of_files_is_named(builds: Builds, database: Path, good: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, before[1]))
    try:
        built = builds.run(database, good)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert built.returncode != 0
    assert "File too large" in built.stderr.splitlines()[-1]
    assert build_in(database) == 1
    assert builds.run(database, good).returncode == 0
    assert beside(database) == []


def refusing(patch: pytest.MonkeyPatch, database: Path) -> None:
    """Let nothing be renamed to the database."""
    real = os.replace

    def replace(old: Path, new: Path) -> None:
        if new == database:
            raise PermissionError(errno.EPERM, "Operation not permitted", str(old))
        real(old, new)

    patch.setattr(os, "replace", replace)


def test_a_database_that_cannot_be_replaced_keeps_its_log(
    builds: Builds, database: Path, good: Path
) -> None:
    leave_open(database, "update marts.build set n = 3")
    refusing(builds.patch, database)
    built = builds.run(database, good)
    assert built.returncode == 1
    assert built.stderr.startswith(f"{database} cannot be replaced: Operation not permitted; ")
    assert build_in(database) == 3


def test_an_error_of_no_file_is_said_in_words(builds: Builds, database: Path, good: Path) -> None:
    def flock(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    builds.patch.setattr(fcntl, "flock", flock)
    said = f"Input/output error; {database} is as it was\n"
    assert builds.run(database, good) == (1, "", said)


def test_a_name_too_long_is_said_to_be(builds: Builds, tmp_path: Path, good: Path) -> None:
    name = tmp_path / ("x" * 300 + ".duckdb")
    assert builds.run(name, good) == (1, "", f"{name}: File name too long\n")
    nearly = tmp_path / ("x" * 252)  # which leaves no room for the folder's name
    built = builds.run(nearly, good)
    assert built.returncode == 1
    assert built.stderr.endswith(": File name too long; no database was made\n")


# --- dbt build, in place -------------------------------------------------------------------------

IN_PLACE = """
import subprocess, sys, types
from dbt.adapters.duckdb import environments
from dbt.cli.main import dbtRunner

waits = []
environments.time = types.SimpleNamespace(sleep=waits.append)
dbtRunner().invoke(["--quiet", "run"])
print(waits)
"""


def test_dbt_waits_for_a_reader_to_close_the_database(tmp_path: Path, database: Path) -> None:
    """With a clock that does not take its time, and a reader that does not go."""
    with opened(database, read_only=True):
        ran = subprocess.run(
            [sys.executable, "-c", IN_PLACE], cwd=empty_project(tmp_path / "empty"),
            env=os.environ | {"US_TRADE_DB": str(database)}, capture_output=True, text=True,
        )  # fmt: skip
    assert ran.stdout.splitlines()[-1].startswith("[1, 2, 4, 8"), ran.stdout + ran.stderr
    said = "Could not set lock on file"
    assert said in ran.stdout
    assert said in (project.ROOT / "docs" / "running.md").read_text()
