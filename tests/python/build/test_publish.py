"""What a build may replace, what it puts there, and what it leaves when it fails or is killed."""

from __future__ import annotations

import errno
import os
import re
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from signal import SIGHUP, SIGKILL, SIGTERM

import duckdb
import pytest
from support.stand_ins import Builds, build_in, leave_open, make_database

import build
import project


def python(code: str, *arguments: str | Path) -> subprocess.Popen[str]:
    """Another process, that has printed a line and waits for one."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    return process


# --- What is put in place ---------------------------------------------------------------------

READS = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1], read_only=True)
for _ in range(2):
    print(connection.execute('from marts.build').fetchall()[0][0], flush=True)
    sys.stdin.readline()
"""


def test_a_reader_keeps_the_build_it_opened_and_the_next_one_gets_the_new(builds: Builds) -> None:
    builds.database.chmod(0o640)
    with python(READS, builds.database) as reader:
        built = builds.run()
        assert built == (0, f"no release\ndatabase    {builds.database}\n", "")
        assert builds.holds(2)
        assert reader.communicate("\n\n")[0] == "1\n"
    assert builds.database.stat().st_mode & 0o777 == 0o640


def test_what_dbt_does_stands_in_its_command_and_in_no_setting(builds: Builds) -> None:
    for name in ("RESOURCE_TYPES", "PROJECT_DIR", "PROFILES_DIR", "TARGET", "EMPTY", "ENGINE_X"):
        builds.patch.setenv(f"DBT_{name}", "seed")
    told, root = builds.folder / "told", builds.root
    builds.dbt_does(f"echo \"$@\" >'{told}'; env | grep ^DBT_ >>'{told}'")
    assert builds.run().returncode == 0
    assert told.read_text() == (
        "--quiet --no-use-colors build --exclude-resource-type unit_test "
        f"--project-dir {root} --profiles-dir {root} --profile us_trade --target dev\n"
    )


# Of the test, dbt then says nothing.
NO_TEST = 'sed -i s/test.gate/test.another/ "${0%/*}/run_results.json"'
UNWRITTEN = "the build passed, but its file was not written out: is the disk full?\n"
NONE = "nothing was replaced"
# What dbt does at last, the exit status, and what is said, with the new file.
NOT_WHOLE = {
    "no file": ('rm "$US_TRADE_DB"', 1, UNWRITTEN),
    "a log": (': > "$US_TRADE_DB.wal"', 1, UNWRITTEN),
    "no test": (NO_TEST, 1, "the build passed without gate, and stays at {}\n"),
    "no results": ("exit 0", 1, "json: No such file or directory"),
    "no mart": ("sql: drop table marts.build", 1, "the build passed without build, "),
    "no release": ("sql: delete from marts.fct_monthly_trade", 1, "has no valid release"),
    "failed": ("exit 3", 3, f"the build failed: {NONE}; the failed file is {{}}\n"),
    "killed": ('rm "$US_TRADE_DB"; kill -9 $$', 137, f": dbt was killed by signal 9: {NONE}\n"),
}


@pytest.mark.parametrize("what", NOT_WHOLE)
def test_what_is_not_whole_and_audited_is_not_put_in_place(builds: Builds, what: str) -> None:
    then, status, words = NOT_WHOLE[what]
    (builds.root / "target").mkdir()
    for of_another_run in builds.folder.glob("*.json"):
        shutil.copy(of_another_run, builds.root / "target")
    sql, is_sql = then.removeprefix("sql: "), then.startswith("sql: ")
    builds.dbt_does("echo a warning", ":" if is_sql else then, sql if is_sql else "")
    built = builds.run()
    assert built[:2] == (status, "no release\na warning\n")
    new = builds.root / "target" / "build" / builds.database.name
    assert words.format(new) in built.stderr and built.stderr.count("\n") == 1
    assert builds.holds(1)


def test_a_terminal_sees_that_work_goes_on(builds: Builds) -> None:
    ready = select.select

    def later(*_: object) -> tuple[list, list, list]:
        builds.patch.setattr(build.select, "select", ready)
        return [], [], []

    builds.patch.setattr(build.select, "select", later)
    builds.patch.setattr(sys.stderr, "isatty", lambda: True)
    assert re.fullmatch(r"\r\x1b\[Kbuild: 1 seconds(\r\x1b\[K)+", builds.run().stderr)


def test_owner_and_group_are_kept_where_permitted_and_it_is_said_where_not(builds: Builds) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may give a file away")
    os.chown(builds.database, 61234, 61235)
    assert builds.run().stderr == ""
    status = builds.database.stat()
    assert (status.st_uid, status.st_gid) == (61234, 61235)

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    builds.patch.setattr(os, "fchown", refuse)
    make_database(builds.database, 1)
    built = builds.run()
    assert built.returncode == 0
    assert " now belongs to 0:0, and belonged to 61234:61235: this user may not" in built.stderr


# --- Killed, or one after another ---------------------------------------------------------------


@pytest.mark.parametrize(("step", "number"), [("os.replace", 1), ("project.put", 2)])
def test_a_build_killed_before_the_rename_or_after_it_leaves_a_whole_database(
    builds: Builds, step: str, number: int
) -> None:
    leave_open(builds.database, "create table marts.more as select 1 as i")
    killed = builds.start(f"{step} = lambda *_, **__: os.kill(os.getpid(), 9)")
    killed.communicate()
    assert killed.returncode == -SIGKILL
    assert build_in(builds.database) == number
    built = builds.run()
    assert built.returncode == 0, built.stderr
    assert builds.holds(2)


def test_a_second_build_is_refused_even_when_only_the_dbt_of_the_first_is_left(
    builds: Builds,
) -> None:
    """It waits at a pipe, which is open at both ends, so that nobody hangs."""
    os.mkfifo(builds.folder / "gate")
    gate = os.open(builds.folder / "gate", os.O_RDWR)
    builds.dbt_does(f"echo waiting; read go < '{builds.folder / 'gate'}'")
    with builds.start() as first:
        assert [first.stdout.readline() for _ in range(2)] == ["no release\n", "waiting\n"]
        builds.dbt_does()
        for _ in range(2):
            second = builds.run()
            assert second.returncode == 1 and "another build is running" in second.stderr
            first.kill()
            first.wait()
    assert builds.holds(1)
    # The lock ends with dbt, a moment after it is let go.
    os.write(gate, b"go\n")
    while (third := builds.run()).returncode != 0:
        assert "another build is running" in third.stderr
    assert builds.holds(2)
    os.close(gate)


def test_a_build_told_to_end_ends_its_dbt_and_under_nohup_goes_on(builds: Builds) -> None:
    ready, before = select.select, {one: signal.getsignal(one) for one in (SIGHUP, SIGTERM)}

    def with_a(number: int) -> int:
        def signalled(*streams: list) -> object:
            builds.patch.setattr(build.select, "select", ready)
            os.kill(os.getpid(), number)
            return ready(*streams)

        builds.patch.setattr(build.select, "select", signalled)
        return builds.run().returncode

    try:
        builds.dbt_does("exec sleep 600")
        assert with_a(SIGTERM) == project.INTERRUPTED
        builds.dbt_does()
        signal.signal(SIGHUP, signal.SIG_IGN)
        assert with_a(SIGHUP) == 0 and builds.holds(2)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@pytest.mark.parametrize("around", ["{} >&- 2>&- <&-", "{} | head -1"])
def test_nobody_needs_to_hear_a_build(builds: Builds, around: str) -> None:
    """Nor to read its letters, or to let Python look into the folder of a script."""
    builds.database = builds.database.rename(builds.data / "日本.duckdb")
    ran = builds.start(around=around)
    assert ran.communicate()[1] == "" and ran.returncode == 0
    assert builds.holds(2)


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


def a_log_of_another(database: Path) -> None:
    other = make_database(database.parent.parent / "other.duckdb", 7)
    leave_open(other, "update marts.build set n = 3")
    os.replace(f"{other}.wal", f"{database}.wal")


NOT_MADE = "is not replaced, because it holds what this project did not make "
NOT_OURS = [
    (lambda path: path.write_bytes(b"somebody's notes" * 1000), "not a valid DuckDB database file"),
    (holds("create schema marts; create table marts.build as select 1 as n"), "(marts.build)"),
    (holds("create view one as select 1 as n"), f"{NOT_MADE}(main.one)"),
    (holds("create macro f(x) as x + 1"), f"{NOT_MADE}(main.f)"),
    (holds("create sequence s; create type t as enum ('a')"), f"{NOT_MADE}(main.s, main.t)"),
    (holds("create table a as select 1 as n; create view b as from a; create table c as from b;"
               "create macro d(x) as x; create macro e() as table from a", anew=False),
     f"{NOT_MADE}(main.a, main.b, main.c)"),
    (lambda path: leave_open(path, "create table main.a (n int)"), f"{NOT_MADE}(main.a)"),
    (a_log_of_another, "WAL does not match database file"),
    (lambda path: (leave_open(path, "update marts.build set n = 3"), path.unlink()),
     ".wal is a log of what is not in"),
    (lambda path: (path.unlink(), os.mkfifo(path)), "is not a file"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "words"), NOT_OURS)
def test_what_is_not_ours_is_refused_and_left_untouched(
    builds: Builds, make: Callable[[Path], None], words: str
) -> None:
    make(builds.database)

    def there() -> list[tuple[object, ...]]:
        return [
            (path.name, os.lstat(path).st_ino, path.is_file() and path.read_bytes())
            for path in sorted(builds.data.iterdir())
        ]

    before = there()
    built = builds.run()
    assert (built.returncode, built.stdout) == (1, "")
    assert words in built.stderr
    assert str(builds.database) in built.stderr and built.stderr.count("\n") == 1
    assert there() == before


NAMES = {
    **dict.fromkeys(["marts", "RAW", "temp", "main", "marts.2024"], "DuckDB knows a database by "),
    **dict.fromkeys(["o'brien", 'a"b', "a;b", "a\\b"], "dbt cannot build a database with "),
    "x" * 300: "File name too long",
    "nowhere/us_trade": "there is no folder ",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_cannot_be_is_refused_before_dbt_starts(builds: Builds, name: str) -> None:
    builds.dbt.unlink()
    built = builds.run(builds.data / f"{name}.duckdb")
    assert (built.returncode, built.stdout) == (1, "")
    assert NAMES[name] in built.stderr and built.stderr.count("\n") == 1


def test_a_project_in_a_folder_with_an_apostrophe_is_told_to_move(builds: Builds) -> None:
    builds.patch.setattr(build, "ROOT", Path("/Ann's"))
    said = "/Ann's: dbt loads no seed from a folder with ' in its name: move the project\n"
    assert builds.run() == (1, "", said)


def test_a_seed_that_is_not_utf_8_is_named(builds: Builds) -> None:
    (builds.root / "seeds" / "recessions.csv").write_bytes(b"peak,trough\n1990,M\xfcnchen\n")
    said = "seeds/recessions.csv:2: the byte 0xfc is not UTF-8; save the file as UTF-8\n"
    assert builds.run() == (1, "", said)


WRITES = """
import fcntl, sys
with open(sys.argv[1], "r+b") as file:
    fcntl.lockf(file, fcntl.LOCK_EX)
    print("locked", flush=True)
    sys.stdin.readline()
"""


def test_a_database_open_for_writing_elsewhere_is_not_replaced(builds: Builds) -> None:
    """Before the build, or come upon at its end: a writer's log would end up beside a new file."""

    def is_refused_while_written() -> bool:
        with python(WRITES, builds.database) as writer:
            built = builds.run()
            writer.communicate("\n")
            assert "Could not set lock on file" in built.stderr
            assert f"(PID {writer.pid})" in built.stderr
        return built.returncode == 1 and builds.holds(1)

    assert is_refused_while_written()
    builds.patch.setattr(build, "check_replaceable", lambda *_: None)
    assert is_refused_while_written()

    def leave_a_log(*_: object) -> list[str]:
        leave_open(builds.database, "update marts.build set n = 3")
        return []

    builds.patch.setattr(build, "checked_summary", leave_a_log)
    built = builds.run()
    assert built.returncode == 1 and "was written to during the build" in built.stderr
    assert build_in(builds.database) == 3


def test_what_holds_nothing_to_lose_is_replaced(builds: Builds) -> None:
    """An empty file, an empty database, and a log that is a database's own."""
    builds.database.write_bytes(b"")
    assert builds.run().returncode == 0
    builds.database.unlink()
    duckdb.connect(builds.database).close()
    assert builds.run().returncode == 0
    leave_open(builds.database, "update marts.build set n = 3")
    assert builds.run().returncode == 0 and builds.holds(2)


def test_a_link_stays_and_the_file_it_leads_to_is_replaced(builds: Builds) -> None:
    link = builds.folder / "link.duckdb"
    link.symlink_to(builds.database)
    leave_open(builds.database, "update marts.build set n = 3")
    built = builds.run(link)
    assert built.returncode == 0, built.stderr
    assert link.is_symlink() and build_in(link) == 2 and builds.holds(2)


@pytest.mark.parametrize("step", ["os.replace", "shutil.copyfileobj"])
def test_a_database_that_cannot_be_replaced_keeps_what_is_in_its_log(
    builds: Builds, step: str
) -> None:
    leave_open(builds.database, "update marts.build set n = 3")

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    builds.patch.setattr(step, fail)
    built = builds.run()
    assert built.returncode == 1
    said = f"{builds.database} is not replaced: No space left on device; the finished build is "
    assert built.stderr.startswith(said) and built.stderr.count("\n") == 1
    assert builds.holds(3)
