"""The swap: what a build may replace, and what it leaves when it fails or is killed."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from conftest import DBT, ROOT

SCRIPTS = ROOT / "scripts"

# build.py with another dbt, and with a line to run first.
RUNNER = f"""
import os, signal, sys
sys.path.insert(0, {str(SCRIPTS)!r})
import build
build.DBT = sys.argv.pop(1)
exec(sys.argv.pop(1))
sys.exit(build.main())
"""


def make_database(path: Path, build: int) -> Path:
    """A small database that passes for ours, holding the number of its build."""
    with duckdb.connect(path, config={"default_block_size": "16384"}) as connection:
        connection.execute("create schema raw; create table raw.release_lines as select 1 as line")
        connection.execute(f"create schema marts; create table marts.build as select {build} as n")
    return path


def build_in(path: Path) -> int:
    with duckdb.connect(path, read_only=True) as connection:
        [(build,)] = connection.execute("from marts.build").fetchall()
    return build


def stand_in(folder: Path, body: str) -> Path:
    """A program to run in dbt's place; ``new`` is the file that it should make."""
    program = folder / "dbt"
    lines = [f"#!{sys.executable}", "import os, shutil, sys", "new = os.environ['US_TRADE_DB']"]
    program.write_text("\n".join([*lines, body, ""]))
    program.chmod(0o755)
    return program


def command(dbt: Path, first: str = "") -> list[str]:
    return [sys.executable, "-c", RUNNER, str(dbt), first]


def run(
    database: Path, dbt: Path, first: str = "", **options: object
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(dbt, first),
        env=os.environ | {"US_TRADE_DB": str(database)},
        capture_output=True,
        text=True,
        check=False,
        **options,
    )


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """A dbt that makes the database of build 2."""
    (tmp_path / "bin").mkdir()
    made = make_database(tmp_path / "bin" / "made.duckdb", 2)
    return stand_in(tmp_path / "bin", f"shutil.copyfile({str(made)!r}, new)")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """The last good build, number 1, alone in its folder."""
    (tmp_path / "data").mkdir()
    return make_database(tmp_path / "data" / "us_trade.duckdb", 1)


def beside(database: Path) -> list[str]:
    return sorted(path.name for path in database.parent.iterdir() if path != database)


def leave_open(database: Path, sql: str) -> None:
    """Write to a database, and be killed before it is closed."""
    code = (
        "import duckdb, os, sys\n"
        "c = duckdb.connect(sys.argv[1])\n"
        "c.execute(\"set checkpoint_threshold = '1TB'\")\n"
        "c.execute(sys.argv[2])\n"
        "os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", code, database, sql], check=False)


@contextlib.contextmanager
def opened(database: Path, *, read_only: bool) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the database open."""
    code = (
        "import duckdb, sys\n"
        "c = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == 'True')\n"
        "print(c.execute('from marts.build').fetchall()[0][0], flush=True)\n"
        "sys.stdin.readline()\n"
        "print(c.execute('from marts.build').fetchall()[0][0], flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, database, str(read_only)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == "1\n"
        yield process
        process.kill()


# --- The swap ---------------------------------------------------------------------------------


def test_a_reader_keeps_the_build_it_opened_and_the_next_one_gets_the_new(
    database: Path, good: Path
) -> None:
    database.chmod(0o640)
    before = database.stat().st_ino
    with opened(database, read_only=True) as reader:
        built = run(database, good)
        assert (built.returncode, built.stderr) == (0, "")
        assert built.stdout == f"database    {database}\n"
        assert build_in(database) == 2
        assert database.stat().st_ino != before
        assert reader.communicate("\n")[0] == "1\n"
    assert database.stat().st_mode & 0o777 == 0o640
    assert beside(database) == []


@pytest.mark.parametrize("whose", ["its own", "another's", "an orphan"])
def test_a_log_that_a_killed_writer_left_is_not_taken_for_the_new_files(
    tmp_path: Path, database: Path, good: Path, whose: str
) -> None:
    other = make_database(tmp_path / "other.duckdb", 7)
    leave_open(other if whose == "another's" else database, "update marts.build set n = 3")
    log = Path(f"{database}.wal")
    if whose == "another's":
        os.replace(f"{other}.wal", log)
    elif whose == "an orphan":
        database.unlink()
    assert log.exists()
    built = run(database, good)
    assert built.returncode == 0, built.stderr
    assert build_in(database) == 2
    assert beside(database) == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "made no file"),
        ("open(new, 'w').close(); open(new + '.wal', 'w').close()", "its file was not written out"),
    ],
)
def test_what_dbt_did_not_finish_is_not_swapped_in(
    tmp_path: Path, database: Path, body: str, words: str
) -> None:
    built = run(database, stand_in(tmp_path, body))
    assert built.returncode == 1
    assert words in built.stderr and f"{database} is as it was" in built.stderr
    assert build_in(database) == 1


# The calls that a build makes of the system, by name, and which of them to die before.
STEPS = [
    *(("fsync", number) for number in range(2)),
    *(("replace", number) for number in range(2)),
    ("rmdir", 0),
]
DIE = """
count, real = [0], os.{name}
def deadly(*arguments, **options):
    if count[0] == {number}:
        os.kill(os.getpid(), signal.SIGKILL)
    count[0] += 1
    return real(*arguments, **options)
os.{name} = deadly
"""


@pytest.mark.parametrize(("name", "number"), STEPS)
def test_a_build_killed_at_any_step_of_the_swap_leaves_a_whole_database(
    database: Path, good: Path, name: str, number: int
) -> None:
    leave_open(database, "create table marts.more as select 1 as i")
    killed = run(database, good, DIE.format(name=name, number=number))
    assert killed.returncode == -signal.SIGKILL
    is_swapped = (name, number) in [("fsync", 1), ("rmdir", 0)]
    assert build_in(database) == (2 if is_swapped else 1)
    # As if dbt had been killed with it, in the midst of its work.
    (database.parent / ".us_trade.next" / "us_trade.duckdb.wal").write_bytes(b"half of a log")
    built = run(database, good)
    assert built.returncode == 0, built.stderr
    assert build_in(database) == 2
    assert beside(database) == []


def test_a_second_build_is_told_of_the_first_even_when_only_its_dbt_is_left(
    tmp_path: Path, database: Path, good: Path
) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    slow = stand_in(tmp_path, f"open({str(gate)!r}, 'w').close(); open({str(gate)!r}).close()")
    environment = os.environ | {"US_TRADE_DB": str(database)}
    first = subprocess.Popen(command(slow), env=environment)
    gate.open().close()  # its dbt is running now, and waits at the gate
    for _ in range(2):
        second = run(database, good)
        assert second.returncode == 1
        assert "another build is running" in second.stderr
        first.kill()
        first.wait()
    assert build_in(database) == 1
    # The lock ends with dbt, a moment after it is let go.
    gate.open("w").close()
    while (third := run(database, good)).returncode != 0:
        assert "another build is running" in third.stderr
    assert build_in(database) == 2
    assert beside(database) == []


def test_a_build_that_is_told_to_end_ends_its_dbt(tmp_path: Path, database: Path) -> None:
    gate, errors = tmp_path / "gate", tmp_path / "errors"
    os.mkfifo(gate)
    slow = stand_in(tmp_path, f"open({str(gate)!r}, 'w').close(); open({str(gate)!r}).close()")
    with errors.open("w") as file:
        build = subprocess.Popen(
            command(slow), env=os.environ | {"US_TRADE_DB": str(database)}, stderr=file
        )
    gate.open().close()
    build.terminate()
    assert build.wait() == 130
    assert errors.read_text() == f"stopped: {database} is as it was\n"
    # Its dbt has ended: the next build finds no lock.
    assert run(database, stand_in(tmp_path, "sys.exit(3)")).returncode == 3


# --- What is not ours to replace ---------------------------------------------------------------


def not_duckdb(database: Path) -> None:
    database.write_bytes(b"somebody's notes" * 1000)


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
        (somebody_elses, "a database of something else (it has marts.build, and none of"),
        (only_views, "a database of something else"),
        (a_folder, "is a folder"),
        (a_broken_link, "is a link to nowhere.duckdb, which is not there"),
        (a_pipe, "is not a file"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_is_not_ours_is_refused_and_left_untouched(
    database: Path, good: Path, put, words: str
) -> None:
    put(database)
    before = (os.lstat(database), database.read_bytes() if database.is_file() else None)
    built = run(database, good)
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


def test_a_database_open_for_writing_elsewhere_is_not_replaced(
    tmp_path: Path, database: Path, good: Path
) -> None:
    """Before the build, or come upon at its end: a writer's log would end up beside a new file."""
    with opened(database, read_only=False) as writer:
        built = run(database, good)
        assert built.returncode == 1
        assert "Could not set lock on file" in built.stderr
        assert f"(PID {writer.pid})" in built.stderr
    assert beside(database) == []

    late = stand_in(
        tmp_path,
        f"shutil.copyfile({str(good.parent / 'made.duckdb')!r}, new)\n"
        "import subprocess\n"
        "code = 'import duckdb, sys, time; c = duckdb.connect(sys.argv[1]); print(1, flush=True); "
        "time.sleep(600)'\n"
        f"writer = subprocess.Popen([sys.executable, '-c', code, {str(database)!r}], "
        "stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)\n"
        "writer.stdout.readline()\n"
        f"open({str(tmp_path / 'pid')!r}, 'w').write(str(writer.pid))",
    )
    with run_and_end(tmp_path / "pid"):
        built = subprocess.run(
            command(late),
            env=os.environ | {"US_TRADE_DB": str(database)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        assert built.returncode == 1
        assert "was opened for writing during the build" in built.stderr
    assert build_in(database) == 1


@contextlib.contextmanager
def run_and_end(pid: Path) -> Iterator[None]:
    """Kill the process whose number a file will hold."""
    try:
        yield
    finally:
        if pid.exists():
            os.kill(int(pid.read_text()), signal.SIGKILL)


def test_an_empty_file_and_an_empty_database_hold_nothing_to_lose(
    database: Path, good: Path
) -> None:
    database.write_bytes(b"")
    assert run(database, good).returncode == 0
    database.unlink()
    duckdb.connect(database).close()
    assert run(database, good).returncode == 0
    assert build_in(database) == 2


def test_a_link_stays_and_the_file_it_leads_to_is_replaced(
    tmp_path: Path, database: Path, good: Path
) -> None:
    link = tmp_path / "us_trade.duckdb"
    link.symlink_to(database)
    built = run(link, good)
    assert built.returncode == 0, built.stderr
    assert link.is_symlink() and not database.is_symlink()
    assert build_in(database) == build_in(link) == 2
    assert beside(database) == []


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


def test_a_read_only_folder_is_said_to_be_one(small_disk: Path, good: Path) -> None:
    database = make_database(small_disk / "us_trade.duckdb", 1)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    built = run(database, good)
    assert built.returncode == 1
    scratch = small_disk / ".us_trade.next"
    assert built.stderr == f"{scratch}: Read-only file system; {database} is as it was\n"
    assert build_in(database) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_of_somebody_else_is_said_to_be_one(database: Path, good: Path) -> None:
    database.parent.chmod(0o555)
    built = run(database, good)
    database.parent.chmod(0o755)
    assert built.returncode == 1
    assert "Permission denied" in built.stderr and "is as it was" in built.stderr


def test_a_full_disk_is_said_to_be_full_and_the_next_build_succeeds(
    small_disk: Path, good: Path
) -> None:
    """With the real dbt, whose seeds alone are too large for this disk.

    dbt passes: the disk is full only when DuckDB closes the file, of which it says nothing.
    """
    database = make_database(small_disk / "us_trade.duckdb", 1)
    seeds = ["--select", "resource_type:seed", "--target-path", str(small_disk.parent / "target")]
    built = subprocess.run(
        [*command(DBT), *seeds, "--log-path", small_disk.parent / "logs"],
        env=os.environ | {"US_TRADE_DB": str(database)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 1
    assert f"({small_disk}/.us_trade.next: No space left on device)" in built.stderr
    assert f": {database} is as it was; the failed file is " in built.stderr
    assert build_in(database) == 1
    assert run(database, good).returncode == 0
    assert build_in(database) == 2
    assert beside(database) == []


def test_a_limit_on_the_size_of_files_is_named(database: Path, good: Path) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))

    built = run(database, good, preexec_fn=limit)
    assert built.returncode != 0
    assert "File too large" in built.stderr.splitlines()[-1]
    assert build_in(database) == 1
    assert run(database, good).returncode == 0
    assert beside(database) == []


def test_a_database_that_cannot_be_replaced_keeps_its_log(database: Path, good: Path) -> None:
    leave_open(database, "update marts.build set n = 3")
    refuse = f"""
real = os.replace
def replace(old, new):
    if str(new) == {str(database)!r}:
        raise PermissionError(1, "Operation not permitted", str(old))
    real(old, new)
os.replace = replace
"""
    built = run(database, good, refuse)
    assert built.returncode == 1
    assert built.stderr.startswith(f"{database} cannot be replaced: Operation not permitted; ")
    assert build_in(database) == 3


# --- dbt build, in place -------------------------------------------------------------------------

IN_PLACE = """
import subprocess, sys, types
from dbt.adapters.duckdb import environments
from dbt.cli.main import dbtRunner

database, target, patience = sys.argv[1], sys.argv[2], int(sys.argv[3])
code = "import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only=True); print(1, flush=True); "
code += "sys.stdin.read()"
reader = subprocess.Popen([sys.executable, "-c", code, database],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE)
reader.stdout.readline()
waits = []
def sleep(seconds):
    waits.append(seconds)
    if len(waits) == patience:
        reader.kill()
        reader.wait()
environments.time = types.SimpleNamespace(sleep=sleep)
places = ["--target-path", target, "--log-path", target]
ran = dbtRunner().invoke(["--quiet", "seed", "--select", "series", *places])
reader.kill()
print("success" if ran.success else "failure", waits)
"""


@pytest.mark.parametrize(
    ("patience", "ending"), [(2, "success [1, 2]"), (0, "failure [1, 2, 4, 8")]
)
def test_dbt_waits_for_a_reader_to_close_the_database(
    tmp_path: Path, database: Path, patience: int, ending: str
) -> None:
    """With a clock that does not take its time."""
    ran = subprocess.run(
        [sys.executable, "-c", IN_PLACE, database, tmp_path / "target", str(patience)],
        cwd=ROOT,
        env=os.environ | {"US_TRADE_DB": str(database)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout.splitlines()[-1].startswith(ending)
    said = "Could not set lock on file"
    assert (said in ran.stdout) == ending.startswith("failure")
    assert said in (ROOT / "README.md").read_text()
