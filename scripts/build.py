#!/usr/bin/env python3
"""Run `dbt build` into a new file, and put it in the database's place when all of it has passed.

A reader of the database meets the last good build or the new one, never a half-built file: dbt
writes a file of the same name in a folder beside the database, and one rename swaps it in.  (The
name stays the same because a table macro remembers the database it was made in, by the name of
the file, and so does a view made by a DuckDB before 2.0.)  When the build fails, the database stays
as it was and the failed file is kept for inspection, until the next build.

The folder is `.us_trade.next`, for a database `us_trade.duckdb`.  A lock on it lets one build run
at a time, and the next build sweeps out what a killed one left there.  Where the database is a
link, the file that it leads to is replaced, and the link stays.

Refused, and left untouched, is whatever else stands in the database's place: a folder, a file that
is not DuckDB's, a database without this project's tables, one that somebody has open for writing.

Exit status: 0; that of dbt where it failed; 1 where the file cannot be put in its place; 130 where
the build was told to end.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parent.parent
DBT = Path(sys.executable).parent / "dbt"

# A database with one of these tables was made by this project; so few others will have.
OURS = {"raw.release_lines", "raw.monthly_trade", "raw.annual_trade"}

# What DuckDB keeps beside a database that was not closed, named for it.  1.x replays such a log
# into whatever file bears the name, and 2.0 refuses the file for it: neither may befall a new one.
LOGS = (".wal", ".wal.checkpoint", ".wal.recovery")

INTERRUPTED = 130


class BuildError(Exception):
    """Why there is no new database, in words for the person who wanted one; and the exit status."""

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.status = status


def build(database: Path, dbt_arguments: list[str]) -> None:
    """Build ``database`` by way of a file beside it.

    Raises BuildError where dbt failed or the place is not ours to build in, and OSError where it
    cannot be written; the database is then as it was.
    """
    file = find_file(database)
    scratch = file.parent / f".{file.stem}.next"
    with locked(scratch) as lock:
        empty(scratch)
        try:
            check_replaceable(file, scratch)
        except BuildError:
            shutil.rmtree(scratch, ignore_errors=True)
            raise
        new = scratch / database.name
        status = run_dbt(new, dbt_arguments, lock)
        if status != 0:
            raise BuildError(
                f"the build failed{shortage(scratch)}: {state(database)}; the failed file is {new}",
                status,
            )
        swap(new, file, [file, database])
        shutil.rmtree(scratch, ignore_errors=True)


def state(database: Path) -> str:
    return f"{database} is as it was" if database.exists() else "no database was made"


def find_file(database: Path) -> Path:
    """The file that a build replaces: ``database``, or what it links to.

    Raises BuildError where something else than a file is there, or no folder to put one in.
    """
    if not database.is_symlink():
        file = database
    elif database.exists():
        file = Path(os.path.realpath(database))
    else:
        raise BuildError(
            f"{database} is a link to {os.readlink(database)}, which is not there: "
            "remove the link, or let it lead to a database"
        )
    if file.exists() and not file.is_file():
        kind = "a folder" if file.is_dir() else "not a file"
        raise BuildError(f"{database} is {kind}: move it away, or name another file in US_TRADE_DB")
    if not file.parent.is_dir():
        raise BuildError(f"there is no folder {file.parent} to make {file.name} in")
    return file


@contextlib.contextmanager
def locked(scratch: Path) -> Iterator[int]:
    """Make the folder and hold a lock on it, for one build at a time; yields the lock.

    The lock is the kernel's, on the open folder: it ends with the last process that has it, however
    that ends.  The folder is made again if another build removed it before it could be locked.

    Raises BuildError while another build holds the lock.
    """
    while True:
        scratch.mkdir(exist_ok=True)
        try:
            folder = os.open(scratch, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if scratch.exists() and os.path.samestat(os.fstat(folder), scratch.stat()):
                yield folder
                return
        except BlockingIOError:
            raise BuildError(
                f"another build is running, in {scratch}: wait for it to end, or stop it"
            ) from None
        finally:
            os.close(folder)


def empty(folder: Path) -> None:
    """Remove what a failed or killed build left."""
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def check_replaceable(file: Path, scratch: Path) -> None:
    """Raises BuildError unless there is no such file, nothing in it, or a database of ours."""
    if not file.exists() or file.stat().st_size == 0:
        return
    try:
        relations = relations_of(file, scratch)
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        if is_locked(error):
            raise BuildError(
                f"{file} is open for writing in another process, which has to close it, or to open "
                f"it read-only, before a build can replace it: {reason}"
            ) from None
        raise BuildError(
            f"{file} is not replaced, because it cannot be read as a database of this project "
            f"({reason}): move it away, or name another file in US_TRADE_DB"
        ) from None
    if relations and not relations & OURS:
        some = ", ".join(sorted(relations)[:3])
        raise BuildError(
            f"{file} is not replaced, because it is a database of something else (it has {some}, "
            f"and none of {', '.join(sorted(OURS))}): move it away, or name another file in "
            "US_TRADE_DB"
        )


def relations_of(file: Path, scratch: Path) -> set[str]:
    """The tables and views of a database, schema and name.

    A log beside the file that is not its own makes DuckDB refuse both: then a copy is read.
    """
    try:
        return read_relations(file)
    except duckdb.Error as error:
        if is_locked(error) or not any(log.exists() for log in logs_of(file)):
            raise
        copy = Path(shutil.copyfile(file, scratch / "copy"))
        try:
            return read_relations(copy)
        finally:
            copy.unlink()


def read_relations(file: Path) -> set[str]:
    with duckdb.connect(file, read_only=True) as connection:
        rows = connection.execute(
            """
            select schema_name || '.' || table_name from duckdb_tables()
            union all
            select schema_name || '.' || view_name from duckdb_views() where not internal
            """
        ).fetchall()
    return {name for (name,) in rows}


def is_locked(error: duckdb.Error) -> bool:
    return "Could not set lock" in str(error)


def logs_of(file: Path) -> list[Path]:
    return [Path(f"{file}{ending}") for ending in LOGS]


def run_dbt(new: Path, dbt_arguments: list[str], lock: int) -> int:
    """Build the database ``new``; returns dbt's exit status.

    dbt has the lock too: should it outlive this process, no other build sweeps its file away.
    """
    return subprocess.run(
        [DBT, "--quiet", "build", *dbt_arguments],
        cwd=ROOT,
        env=os.environ | {"US_TRADE_DB": str(new)},
        pass_fds=[lock],
        check=False,
    ).returncode


def swap(new: Path, file: Path, names: list[Path]) -> None:
    """Put ``new``, on the disk and complete, in the place of ``file``, which goes by ``names``.

    The old file's logs go first: a reader between the two steps finds the old file as it was last
    written out.  If the rename fails they go back.

    Raises BuildError where ``new`` is not complete or ``file`` cannot be replaced.
    """
    if not new.exists():
        raise BuildError(f"the build passed, but made no file {new}: {state(file)}")
    # When the disk is full at the very end, DuckDB leaves the log and says nothing.
    if any(log.exists() for log in logs_of(new)):
        raise BuildError(
            f"the build passed, but its file was not written out{shortage(new.parent)}: "
            f"{state(file)}; the failed file is {new}"
        )
    if file.exists():
        shutil.copymode(file, new)
    sync(new)
    with no_writer(file):
        aside = {}
        try:
            for log in {log for name in names for log in logs_of(name) if log.exists()}:
                aside[log] = new.parent / f"old.{len(aside)}"
                os.replace(log, aside[log])
            os.replace(new, file)
        except OSError as error:
            for log, kept in aside.items():
                if kept.exists():
                    os.replace(kept, log)
            raise BuildError(
                f"{file} cannot be replaced: {error.strerror}; {state(file)}; "
                f"the finished build is {new}"
            ) from None
    # Not every file system can do this with a folder, and the rename has happened all the same.
    with contextlib.suppress(OSError):
        sync(file.parent)


def sync(path: Path) -> None:
    """Have a file, or the names in a folder, written to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def no_writer(file: Path) -> Iterator[None]:
    """Keep ``file`` as a reader does, with DuckDB's own lock, so that nobody opens it to write.

    A writer left on the old file would put its log beside the new one.

    Raises BuildError if somebody is writing.
    """
    if not file.exists():
        yield
        return
    with file.open("rb") as held:
        try:
            fcntl.lockf(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            raise BuildError(
                f"{file} was opened for writing during the build, and is as it was: "
                "close it there, or open it read-only, and build again"
            ) from None
        yield


def shortage(folder: Path) -> str:
    """Why another million bytes cannot be written into ``folder``, in brackets; "" if they can."""
    probe = folder / "probe"
    try:
        with probe.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, 1_000_000)
    except OSError as error:
        return f" ({folder}: {error.strerror})"
    finally:
        with contextlib.suppress(OSError):
            probe.unlink()
    return ""


def main() -> int:
    parser = argparse.ArgumentParser(
        description="Run `dbt build` beside the database and swap the finished file in. "
        "All other arguments are for `dbt build`.",
        epilog="example: US_TRADE_DB=/data/us_trade.duckdb scripts/build.py --threads 2",
        allow_abbrev=False,
    )
    _, dbt_arguments = parser.parse_known_args()
    database = Path(os.environ.get("US_TRADE_DB") or ROOT / "us_trade.duckdb").absolute()
    # Being told to end stops dbt too, as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        build(database, dbt_arguments)
    except BuildError as error:
        print(error, file=sys.stderr)
        return error.status
    except OSError as error:
        print(f"{error.filename}: {error.strerror}; {state(database)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"stopped: {state(database)}", file=sys.stderr)
        return INTERRUPTED
    print(f"database    {database}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
