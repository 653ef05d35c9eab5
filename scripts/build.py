"""Build the database from releases/: normalise, run dbt into a new file, swap that in.

A reader of the database meets the last good build or the new one, never a half-built file: dbt
writes a file of the same name in a folder beside the database, and one rename swaps it in.  (The
name stays the same because a table macro remembers the database it was made in, by the name of
the file, and so does a view made by a DuckDB before 2.0.)  When the build fails, the database
stays as it was, and the failed file is kept until the next build.

Two locks are held from the first step to the last: on seeds/, so that nobody rewrites them under
dbt, and on the folder beside the database, `.us_trade.next` for `us_trade.duckdb`.  dbt has them
too: should it outlive this process, no other build sweeps its file away.

Nothing is built where nothing has changed since the last good build: neither the content of what
a build reads, nor the file that it made.  A build with arguments for dbt is never taken for
another: it runs, and is not remembered.

Left untouched is what is not ours to replace: a folder, a file that is not DuckDB's, a database
without this project's tables, one that somebody has open for writing.  Of a link, the file that
it leads to is replaced.

Exit status: 0; that of dbt where it failed, 128 and the signal's number where it was killed; 130
where the build was told to end; else 1.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import project
from project import DBT, INTERRUPTED, NO_EXTENSIONS, ROOT, Progress, ProjectError

# What a build reads, besides the yml files in the root; dbt_project.yml names the folders of dbt.
FOLDERS = ("releases", "scripts", "seeds", "models", "macros", "tests", "analyses", "docs")

# A database with one of these tables was made by this project; so few others will have.
OURS = {"raw.release_lines", "raw.monthly_trade", "raw.annual_trade"}

# What DuckDB keeps beside a database that was not closed, named for it.  1.x replays such a log
# into whatever file bears the name, and 2.0 refuses the file for it: neither may befall a new one.
LOGS = (".wal", ".wal.checkpoint", ".wal.recovery")

MARKER = ".us_trade_build"  # in the folder beside the database: what is here may be swept out
BUSY = "another build is running, or the seeds are being written: wait for it to end, or stop it"


@dataclass
class Place:
    """Where a build goes: the database by its name, the file behind it, the folder beside that."""

    database: Path
    is_swapped: bool = False

    def __post_init__(self) -> None:
        """Raises ProjectError where no file can be put, and OSError for a name too long."""
        database, self.file = self.database, self.database
        if database.is_symlink():
            if not database.exists():
                raise ProjectError(
                    f"{database} is a link to {os.readlink(database)}, which is not there: "
                    "remove the link, or let it lead to a database"
                )
            self.file = Path(os.path.realpath(database))
        if self.file.exists() and not self.file.is_file():
            kind = "a folder" if self.file.is_dir() else "not a file"
            raise ProjectError(
                f"{database} is {kind}: move it away, or name another file in US_TRADE_DB"
            )
        if not self.file.parent.is_dir():
            raise ProjectError(f"there is no folder {self.file.parent} to make {self.file.name} in")
        # a.duckdb, a.db and a may stand side by side, and share nothing.
        suffix = {".duckdb": "", "": "."}.get(self.file.suffix, self.file.suffix)
        self.scratch = self.file.parent / f".{self.file.stem}{suffix}.next"
        self.new = self.scratch / database.name

    def logs(self) -> list[Path]:
        """The logs that DuckDB may have left for the file, under either of its names."""
        names = dict.fromkeys([self.file, self.database])
        return [log for name in names for log in logs_of(name)]

    def state(self) -> str:
        if self.is_swapped:
            return f"{self.database} is the new build"
        is_there = os.path.lexists(self.database)
        return f"{self.database} is as it was" if is_there else "no database was made"

    def remains(self) -> str:
        return f"; the failed file is {self.new}" if self.new.exists() else ""


def build(place: Place, dbt_arguments: Sequence[str]) -> None:
    """Build the database, unless nothing has changed since it was built.

    Raises ProjectError where a release is refused, dbt fails or the place is not ours to build in,
    and OSError where it cannot be written; ``place.state()`` says what became of the database.
    """
    with project.locked(ROOT / "seeds", BUSY) as seeds:
        said = None if dbt_arguments else unchanged(place)
        if said is not None:
            print("\n".join(["nothing has changed since this was built:", *said]))
            return
        with working_in(place) as scratch:
            check_replaceable(place)
            print(normalized(), flush=True)
            before = what_is_read()
            said = run_dbt(place, dbt_arguments, [seeds, scratch])
            swap(place)
        if not dbt_arguments:
            remember(place, before, said)


def normalized() -> str:
    """Write the seeds anew from the releases; the seeds' lock is ours already."""
    from release import normalize  # only here: an unchanged build needs no parser

    return normalize(ROOT / "releases", ROOT / "seeds", check=False, lock=False)


# --------------------------------------------------------------------------- unchanged


Read = list[tuple[str, str, int]]  # of each file its path, its SHA-256, the time of its last change


def what_is_read() -> Read:
    """The files that a build reads; none where one of them cannot be read."""
    paths = [*ROOT.glob("*.yml"), ROOT / "requirements.lock"]
    for top in FOLDERS:
        for parent, folders, names in os.walk(ROOT / top, followlinks=True):
            within = Path(parent)
            not_read = (ROOT / "tests" / "python", ROOT / "tests" / "golden")
            folders[:] = [
                name for name in folders
                if name != "__pycache__" and within / name not in not_read
            ]  # fmt: skip
            paths += [within / name for name in names]
    try:
        return [
            (str(path.relative_to(ROOT)), project.sha256(path), path.stat().st_mtime_ns)
            for path in sorted(paths)
        ]
    except OSError:
        return []


def key(place: Place, read: Read) -> str:
    """One hash of what decides about a build: what it reads, dbt's settings, dbt, and the names.

    Raises OSError where that cannot be told.
    """
    settings = {name: value for name, value in os.environ.items() if name.startswith("DBT_")}
    if not read or any(map(os.path.exists, settings.values())):
        raise OSError("what dbt reads cannot be told, or may lie elsewhere")
    dbt = [
        folder.name
        for names in ("dbt_*.dist-info", "duckdb-*.dist-info")
        for folder in sorted(Path(sys.prefix).glob(f"lib*/python*/site-packages/{names}"))
    ]
    names = [str(ROOT), str(place.database), str(place.file)]
    contents = [(path, digest) for path, digest, _ in read]
    everything = [contents, sorted(settings.items()), dbt, sys.version, names]
    return hashlib.sha256(json.dumps(everything).encode()).hexdigest()


def record() -> Path:
    return ROOT / "target" / "last_build.json"


def unchanged(place: Place) -> list[str] | None:
    """What the last good build said, where another would make the same; None where it might not.

    Whatever is odd is a reason to build.  A log beside the file holds what was written after.
    """
    try:
        last = json.loads(record().read_bytes())
        is_same = (
            last["key"] == key(place, what_is_read())
            and last["database"] == project.sha256(place.file)
            and not any(map(os.path.lexists, place.logs()))
        )
        return [str(line) for line in last["said"]] if is_same else None
    except (OSError, ValueError, LookupError, TypeError):
        return None


def remember(place: Place, before: Read, said: list[str]) -> None:
    """Note a good build for ``unchanged``, unless what it read was written to meanwhile.

    Where that fails, the next build is not spared.
    """
    with contextlib.suppress(OSError):
        if before != what_is_read():
            return
        record().parent.mkdir(exist_ok=True)
        for part in record().parent.glob(f".{record().name}.*.part"):
            part.unlink()
        note = {"key": key(place, before), "database": project.sha256(place.file), "said": said}
        project.put(record(), json.dumps(note).encode())


# --------------------------------------------------------------------------- the folder to build in


@contextlib.contextmanager
def working_in(place: Place) -> Iterator[int]:
    """The folder beside the database, empty and locked; yields the lock.

    It goes at the end, unless a file is left in it to look at.  Raises ProjectError while another
    build holds the lock, or where the folder may hold what is not ours.
    """
    scratch = place.scratch
    with hold(scratch) as lock:
        if os.fstat(lock).st_uid != os.geteuid():
            raise not_ours(scratch, "belongs to somebody else")
        if os.listdir(scratch) and not (scratch / MARKER).is_file():
            raise not_ours(scratch, "holds what no build put there")
        (scratch / MARKER).touch()
        sweep(scratch)
        try:
            yield lock
        finally:
            if not place.new.exists():
                with contextlib.suppress(OSError):
                    sweep(scratch)
                    (scratch / MARKER).unlink()  # the last, should this be cut short
                    scratch.rmdir()


@contextlib.contextmanager
def hold(scratch: Path) -> Iterator[int]:
    """Make the folder and lock it, again if another build removed it before it could be locked."""
    busy = f"another build is running, in {scratch}: wait for it to end, or stop it"
    while True:
        if os.path.lexists(scratch) and (scratch.is_symlink() or not scratch.is_dir()):
            raise not_ours(scratch, "is a link" if scratch.is_symlink() else "is no folder")
        scratch.mkdir(exist_ok=True)
        with contextlib.ExitStack() as stack:
            try:
                lock = stack.enter_context(project.locked(scratch, busy))
                is_there = os.path.samestat(os.fstat(lock), os.lstat(scratch))
            except FileNotFoundError:
                continue
            if is_there:
                yield lock
                return


def not_ours(scratch: Path, reason: str) -> ProjectError:
    return ProjectError(f"{scratch} {reason}, and a build would empty it: move it away")


def sweep(scratch: Path) -> None:
    """Remove what a failed or killed build left, but the marker."""
    for entry in scratch.iterdir():
        if entry.name != MARKER:
            project.remove(entry)


# --------------------------------------------------------------------------- what may be replaced


def check_replaceable(place: Place) -> None:
    """Raises ProjectError unless there is no file, nothing in it, or a database of ours."""
    import duckdb  # only here: an unchanged build opens no database

    file, copy = place.file, place.scratch / ".copy"
    if not file.exists() or file.stat().st_size == 0:
        return
    try:
        try:
            relations = relations_of(file)
        except duckdb.Error as error:
            if is_locked(error) or not any(log.exists() for log in place.logs()):
                raise
            # A log that is not its own makes DuckDB refuse both.
            relations = relations_of(Path(shutil.copyfile(file, copy)))
        finally:
            copy.unlink(missing_ok=True)
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        if is_locked(error):
            raise ProjectError(
                f"{file} is open for writing in another process, which has to close it, or to open "
                f"it read-only, before a build can replace it: {reason}"
            ) from None
        raise ProjectError(
            f"{file} is not replaced, because it cannot be read as a database of this project "
            f"({reason}): move it away, or name another file in US_TRADE_DB"
        ) from None
    if relations and not relations & OURS:
        some = ", ".join(sorted(relations)[:3])
        raise ProjectError(
            f"{file} is not replaced, because it is a database of something else (it has {some}, "
            f"and none of {', '.join(sorted(OURS))}): move it away, or name another file in "
            "US_TRADE_DB"
        )


def relations_of(file: Path) -> set[str]:
    """The tables and views of a database, schema and name."""
    import duckdb

    with duckdb.connect(file, read_only=True, config=dict(NO_EXTENSIONS)) as connection:
        rows = connection.execute(
            """
            select schema_name || '.' || table_name from duckdb_tables()
            union all
            select schema_name || '.' || view_name from duckdb_views() where not internal
            """
        ).fetchall()
    return {name for (name,) in rows}


def logs_of(file: Path) -> list[Path]:
    return [Path(f"{file}{ending}") for ending in LOGS]


def is_locked(error: Exception) -> bool:
    return "Could not set lock" in str(error)


# --------------------------------------------------------------------------- dbt


def run_dbt(place: Place, dbt_arguments: Sequence[str], locks: list[int]) -> list[str]:
    """Build the new file; print what dbt says, and return the lines.  Raises ProjectError.

    Unit tests prove the models whatever the release; `make test` runs them.
    """
    said: list[str] = []
    command: list[str | Path] = [DBT, "--log-format", "json", "--log-format-file", "debug"]
    command += [] if sys.stdout.isatty() else ["--no-use-colors"]
    command += ["build", "--exclude-resource-type", "unit_test", *dbt_arguments]
    environment = os.environ | {"US_TRADE_DB": str(place.new)}
    with (
        Progress("build") as progress,
        subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, pass_fds=locks
        ) as dbt,
    ):
        try:
            progress(0, "dbt reads the project")
            assert dbt.stdout is not None
            for line in dbt.stdout:
                if (words := heard(line.decode(errors="replace"), progress)) is not None:
                    progress.clear()
                    print(words, flush=True)
                    said.append(words)
        except BaseException:
            dbt.kill()
            raise
    if dbt.returncode:
        raise failed(place, dbt.returncode)
    return said


def heard(line: str, progress: Progress) -> str | None:
    """What of a line of dbt's log is for the reader, as `dbt --quiet` has it; most is progress."""
    try:
        event = json.loads(line)
        data, info = event["data"], event["info"]
        if info["name"] in ("PrintEvent", "ShowNode", "CompiledNode"):
            return str(info["msg"])
        if "index" in data and not info["name"].startswith(("LogStart", "LogHook")):
            progress.total = data.get("total") or data.get("num_models")
            progress(detail=data.get("node_info", {}).get("node_name", ""))
        # The time of day, in UTC, out of 2024-04-04T12:30:00.000000Z.
        return f"{info['ts'][11:19]}  {info['msg']}" if info["level"] == "error" else None
    except (ValueError, TypeError, LookupError, AttributeError):
        return line.rstrip("\n")  # no event: a traceback, or a line of a plug-in


def failed(place: Place, status: int) -> ProjectError:
    """Why there is no new database, where dbt ended with that status."""
    reason = ""
    if status < 0:
        reason = f": dbt was killed by signal {-status} ({signal.strsignal(-status)})"
        reason += ", perhaps for want of memory" * (-status == signal.SIGKILL)
        status = 128 - status
    words = f"the build failed{reason}{shortage(place.scratch)}: {place.state()}{place.remains()}"
    return ProjectError(words, status)


def shortage(folder: Path) -> str:
    """Why another million bytes cannot be written into ``folder``, in brackets; "" if they can."""
    probe = folder / ".probe"
    try:
        probe.write_bytes(bytes(1_000_000))
    except OSError as error:
        return f" ({folder}: {error.strerror})"
    finally:
        with contextlib.suppress(OSError):
            probe.unlink()
    return ""


# --------------------------------------------------------------------------- the swap


def swap(place: Place) -> None:
    """Put the new file in the old one's place, which nobody may open for writing meanwhile.

    Raises ProjectError where the new file is not whole or the old one cannot be replaced; its logs
    are then where they were.
    """
    with no_writer(place.file):
        try:
            for step in SWAP:
                step(place)
        except OSError as error:
            for log, aside in logs_aside(place):
                if aside.exists() and not place.is_swapped:
                    shutil.move(aside, log)
            raise ProjectError(
                f"{place.file} cannot be replaced: {error.strerror or error}; {place.state()}; "
                f"the finished build is {place.new}"
            ) from None


def check_complete(place: Place) -> None:
    if not place.new.exists():
        raise ProjectError(f"the build passed, but made no file {place.new}: {place.state()}")
    # When the disk is full at the very end, DuckDB leaves the log and says nothing.
    if any(log.exists() for log in logs_of(place.new)):
        raise ProjectError(
            f"the build passed, but its file was not written out{shortage(place.scratch)}: "
            f"{place.state()}{place.remains()}"
        )


def keep_permissions(place: Place) -> None:
    if place.file.exists():
        shutil.copymode(place.file, place.new)


def write_out(place: Place) -> None:
    sync(place.new)


def move_logs_aside(place: Place) -> None:
    """A reader between this and the next step finds the old file as it was last written out."""
    for log, aside in logs_aside(place):
        if log.exists():
            shutil.move(log, aside)  # a link may lead to another disk, where no rename does


def rename(place: Place) -> None:
    os.replace(place.new, place.file)
    place.is_swapped = True


def write_out_the_name(place: Place) -> None:
    # Not every file system can do this with a folder, and the rename has happened all the same.
    with contextlib.suppress(OSError):
        sync(place.file.parent)


# To be killed between two of them does no harm.
SWAP: list[Callable[[Place], None]] = [
    check_complete, keep_permissions, write_out, move_logs_aside, rename, write_out_the_name,
]  # fmt: skip


def logs_aside(place: Place) -> list[tuple[Path, Path]]:
    """Each log that the old file may have, and where it goes."""
    return [(log, place.scratch / f".old.{at}") for at, log in enumerate(place.logs())]


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

    A writer left on the old file would put its log beside the new one.  Raises ProjectError if
    somebody is writing.
    """
    if not file.exists():
        yield
        return
    with file.open("rb") as held:
        try:
            fcntl.lockf(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            raise ProjectError(
                f"{file} was opened for writing during the build, and is as it was: "
                "close it there, or open it read-only, and build again"
            ) from None
        yield


# --------------------------------------------------------------------------- the command


def parser() -> argparse.ArgumentParser:
    return argparse.ArgumentParser(
        description="Build the database from releases/, beside it, and swap the finished file in. "
        "All other arguments are for `dbt build`.",
        epilog="example: US_TRADE_DB=/data/us_trade.duckdb .venv/bin/python scripts/build.py",
        allow_abbrev=False,
    )


def command(dbt_arguments: Sequence[str]) -> None:
    place = Place(project.database().absolute())
    try:
        build(place, dbt_arguments)
    except OSError as error:
        raise ProjectError(f"{project.in_words(error)}; {place.state()}") from None
    except KeyboardInterrupt:
        raise ProjectError(f"stopped: {place.state()}", INTERRUPTED) from None
    print(f"database    {place.database}")


def main(arguments: Sequence[str] | None = None) -> int:
    _, dbt_arguments = parser().parse_known_args(arguments)
    return project.main(lambda _: command(dbt_arguments), parser(), [])


if __name__ == "__main__":
    sys.exit(main())
