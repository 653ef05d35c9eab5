"""Build the database from releases/: read them, run dbt in target/, put the finished file in place.

A reader meets the last good build or the new one, never a half-built file: the finished one is
copied beside the database and takes its place with one rename. (dbt's file has the same name
because a table macro contains the name of its database.) The new database is complete and audited:
every model is built, every data test passed, and a valid release is in it.

A lock on seeds/ is held from the first step to the last. dbt inherits it: should it outlive this
process, no other build of the project begins before it ends.

Nothing is built if nothing changed since the last good build: neither the files that a build
reads, nor the file that it made. A build replaces only a database of this project; behind a link,
it replaces the file that the link leads to.

Exit status: 0; that of dbt where it failed, 128 and the signal's number where it was killed; 130
where the build was interrupted; 2 for wrong usage; else 1.
"""

from __future__ import annotations

import argparse
import codecs
import contextlib
import fcntl
import hashlib
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # not there with PYTHONSAFEPATH

import project
from project import DBT, INTERRUPTED, NO_EXTENSIONS, ROOT, Progress, ProjectError, shown

# The files that a build reads, by suffix, besides the yml files in the root.
OF_DBT = (".sql", ".yml", ".yaml", ".md")
READ = {
    "releases": ("",), "dbt_packages": ("",), "seeds": (".csv", *OF_DBT), "docs": (".md",),
    "models": (".py", *OF_DBT), "macros": OF_DBT, "tests": OF_DBT, "analyses": OF_DBT,
    "scripts/release": (".csv", ".py"),
}  # fmt: skip
# dbt reads only the doc blocks of a Markdown page.
DOC_BLOCK = re.compile(rb"{%-?\s*docs\b.*?\benddocs\s*-?%}", re.DOTALL)

SCHEMAS = ("raw", "staging", "intermediate", "marts")
# Names of DuckDB's own databases and schemas, and of ours.
TAKEN = {*SCHEMAS, "main", "temp", "system", "memory", "information_schema", "pg_catalog"}
# A database that this project made has one of these.
OURS = {"raw.release_lines", "raw.monthly_trade", "raw.annual_trade"}

# DuckDB's logs of a database that was not closed: it would replay them into a new file.
LOGS = (".wal", ".wal.checkpoint", ".wal.recovery")

ELSEWHERE = "move it away, or name another file in US_TRADE_DB"
BUSY = "another build is running, or the seeds are being written: wait for it to end, or stop it"

Read = list[tuple[str, str, int]]  # path, SHA-256 and modification time of each file


def build(database: Path, file: Path) -> None:
    """Build the database, unless nothing has changed since it was built.

    ``file`` is that behind ``database``. Raises ProjectError where a release is refused, dbt fails
    or the file is not ours to replace, and OSError where something cannot be read or written.
    """
    with project.locked(ROOT / "seeds", BUSY) as lock:
        if (said := unchanged(database, file)) is not None:
            print("nothing has changed since this was built:", *said, sep="\n")
            return
        check_replaceable(database, file)
        print(normalized(), flush=True)
        check_encoding()
        before = what_is_read()
        new = empty(ROOT / "target" / "build") / database.name
        run_dbt(new, lock, before=state(database))
        said = checked_summary(new)
        publish(new, file)
        note_build(database, file, before, said)


def normalized() -> str:
    """Write the seeds from the releases; the caller holds the lock on the seeds."""
    from release import normalize  # only here: an unchanged build needs no parser

    return normalize(ROOT / "releases", ROOT / "seeds", check=False, lock=False)


def state(database: Path) -> str:
    return f"{database} is as it was" if os.path.lexists(database) else "no database was made"


# --------------------------------------------------------------------------- unchanged


def what_is_read() -> Read:
    """Return the files that a build reads; none where one of them cannot be read."""
    paths = [*ROOT.glob("*.yml"), ROOT / "requirements.lock"]
    for folder, endings in READ.items():
        paths += [path for path in files_below(ROOT / folder) if path.name.endswith(endings)]
    try:
        return [
            (str(path.relative_to(ROOT)), digest, path.stat().st_ctime_ns)
            for path in sorted(paths)
            if (digest := digest_of(path))
        ]
    except OSError:
        return []


def files_below(top: Path) -> Iterator[Path]:
    """Yield the files in a folder, as dbt finds them; raise ProjectError for a circle of links."""
    for parent, folders, names in os.walk(top, followlinks=True):
        folder = Path(parent)
        for link in (folder / name for name in folders if (folder / name).is_symlink()):
            if link.resolve() in [above.resolve() for above in (folder, *folder.parents)]:
                raise ProjectError(
                    f"{shown(link)} is a link to a folder that it is in, where dbt would go round "
                    "in circles: remove it"
                )
        folders[:] = [name for name in folders if name != "__pycache__"]
        yield from (folder / name for name in names)


def digest_of(path: Path) -> str:
    """Return the SHA-256 of the part of a file that a build reads; "" if there is none."""
    if path.suffix != ".md":
        return project.sha256(path)
    blocks = DOC_BLOCK.findall(path.read_bytes())
    return hashlib.sha256(b"".join(blocks)).hexdigest() if blocks else ""


def key(database: Path, file: Path, read: Read) -> str:
    """Return one hash of all that determines a build: the files it reads, dbt, and the names."""
    dbt = [
        folder.name
        for names in ("dbt_*.dist-info", "duckdb-*.dist-info")
        for folder in sorted(Path(sys.prefix).glob(f"lib*/python*/site-packages/{names}"))
    ]
    contents = [(path, digest) for path, digest, _ in read]
    everything = [contents, dbt, sys.version, str(ROOT), str(database), str(file)]
    return hashlib.sha256(json.dumps(everything).encode()).hexdigest()


def record() -> Path:
    return ROOT / "target" / "last_build.json"


def unchanged(database: Path, file: Path) -> list[str] | None:
    """Return the last good build's summary if a new build would be the same, else None.

    Anything odd is a reason to build. So is a DuckDB log beside the file: it holds later changes.
    """
    read = what_is_read()
    try:
        last = json.loads(record().read_bytes())
        is_same = (
            read
            and last["key"] == key(database, file, read)
            and last["database"] == project.sha256(file)
            and not any(map(os.path.lexists, {*logs_of(file), *logs_of(database)}))
        )
        return [str(line) for line in last["said"]] if is_same else None
    except (OSError, ValueError, LookupError, TypeError):
        return None


def note_build(database: Path, file: Path, before: Read, said: list[str]) -> None:
    """Note a good build for ``unchanged``, unless what it read was written to meanwhile."""
    with contextlib.suppress(OSError):
        if before and before == what_is_read():
            digest = project.sha256(file)
            note = {"key": key(database, file, before), "database": digest, "said": said}
            project.put(record(), json.dumps(note).encode())


# --------------------------------------------------------------------------- what may be replaced


def file_behind(database: Path) -> Path:
    """Return the file that a build replaces; raise ProjectError where none can be."""
    name = database.name.partition(".")[0]
    if name.casefold() in TAKEN:
        raise ProjectError(
            f"{database}: DuckDB knows a database by its file's name, and {name} is the name of a "
            f"schema or of a database of its own; name it us_{name}{database.suffix}, for example"
        )
    if strange := [c for c in "'\";\\" if c in database.name]:
        raise ProjectError(
            f"{database}: dbt cannot build a database with {strange[0]} in its file's name"
        )
    if "'" in str(ROOT):
        raise ProjectError(
            f"{ROOT}: dbt loads no seed from a folder with ' in its name: move the project"
        )
    if database.is_symlink() and not database.exists():
        raise ProjectError(
            f"{database} is a link to {os.readlink(database)}, which is not there: "
            "remove the link, or let it lead to a database"
        )
    file = Path(os.path.realpath(database))
    if file.exists() and not file.is_file():
        kind = "a folder" if file.is_dir() else "not a file"
        raise ProjectError(f"{database} is {kind}: {ELSEWHERE}")
    if not file.parent.is_dir():
        raise ProjectError(f"there is no folder {file.parent} to make {file.name} in")
    return file


def check_replaceable(database: Path, file: Path) -> None:
    """Raise ProjectError unless there is no file, nothing in it, or what this project made."""
    is_there = file.exists() and file.stat().st_size > 0
    own = logs_of(file) if is_there else []
    for log in {*logs_of(file), *logs_of(database)} - {*own}:
        if os.path.lexists(log):
            raise ProjectError(f"{log} holds changes that are not in {file}: move it away")
    if not is_there:
        return
    import duckdb  # only here: an unchanged build opens no database

    try:
        contents = contents_of(file)
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        if "Could not set lock" in reason:
            raise ProjectError(
                f"{file} is open for writing in another process, which has to close it, or to open "
                f"it read-only, before a build can replace it: {reason}"
            ) from None
        raise ProjectError(
            f"{file} is not replaced, because it cannot be read as a database of this project "
            f"({reason}): {ELSEWHERE}"
        ) from None
    others = [name for name in contents if name.partition(".")[0] not in SCHEMAS]
    if contents and not OURS & {*contents}:
        others = contents
    if others:
        more = f" and {len(others) - 3:,} more" if len(others) > 3 else ""
        raise ProjectError(
            f"{file} is not replaced, because it holds what this project did not make "
            f"({', '.join(others[:3])}{more}): {ELSEWHERE}"
        )


def contents_of(file: Path) -> list[str]:
    """Return the tables and views that somebody made in a database; raise duckdb.Error."""
    import duckdb

    with duckdb.connect(file, read_only=True, config=dict(NO_EXTENSIONS)) as connection:
        rows = connection.execute(
            """
            with made as (
                select database_name, schema_name, table_name as name from duckdb_tables()
                union
                select database_name, schema_name, view_name
                from duckdb_views() where not internal
                union
                select database_name, schema_name, function_name
                from duckdb_functions() where not internal
                union
                select database_name, schema_name, sequence_name from duckdb_sequences()
                union
                select database_name, schema_name, type_name
                from duckdb_types() where not internal
            )

            select schema_name || '.' || name from made
            where database_name = current_database() order by all
            """
        ).fetchall()
    return [name for (name,) in rows]


def logs_of(file: Path) -> list[Path]:
    return [Path(f"{file}{ending}") for ending in LOGS]


# --------------------------------------------------------------------------- dbt


def check_encoding() -> None:
    """Raise ProjectError for a seed that is not UTF-8; dbt would not name the file."""
    for path in sorted((ROOT / "seeds").glob("*.csv")):
        data = path.read_bytes()
        try:
            data.decode()
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise ProjectError(
                f"{shown(path)}:{line}: the byte 0x{data[error.start]:02x} is not UTF-8; "
                "save the file as UTF-8"
            ) from None


def empty(folder: Path) -> Path:
    """Return a folder of the project's own, emptied; raise OSError."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    return folder


def run_dbt(new: Path, lock: int, before: str) -> None:
    """Build the new file with `dbt --quiet build`, and pass on its output; raise ProjectError.

    The command line says everything: no DBT_ variable adds to it. Unit tests are left to `make
    test`, since no release changes their result. ``before`` describes the database in messages.
    """
    for name in ("manifest.json", "run_results.json"):
        (ROOT / "target" / name).unlink(missing_ok=True)
    colors = "--use-colors" if sys.stdout.isatty() else "--no-use-colors"
    command: list[str | Path] = [
        *(DBT, "--quiet", colors, "build", "--exclude-resource-type", "unit_test"),
        *("--project-dir", ROOT, "--profiles-dir", ROOT, "--profile", "us_trade"),
        *("--target", "dev"),
    ]
    environment = {name: of for name, of in os.environ.items() if not name.startswith("DBT_")}
    environment["US_TRADE_DB"] = str(new)
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, pass_fds=[lock]
    ) as dbt:
        try:
            pass_on(dbt)
        except BaseException:
            dbt.kill()
            raise
    if status := dbt.returncode:
        words = "the build failed"
        if status < 0:
            words += f": dbt was killed by signal {-status} ({signal.strsignal(-status)})"
            status = 128 - status
        left = f"; the failed file is {new}" if new.exists() else ""
        raise ProjectError(f"{words}: {before}{left}", status)


def pass_on(dbt: subprocess.Popen[bytes]) -> None:
    """Print dbt's output as it comes; on a terminal, count the seconds meanwhile."""
    assert dbt.stdout is not None
    decoder, began = codecs.getincrementaldecoder("utf-8")("replace"), time.monotonic()
    with Progress("build") as progress:
        while True:
            if select.select([dbt.stdout], [], [], 1)[0]:
                if not (data := os.read(dbt.stdout.fileno(), 1 << 16)):
                    return
                progress.clear()
                print(decoder.decode(data), end="", flush=True)
            else:
                progress(round(time.monotonic() - began), "seconds")


def checked_summary(new: Path) -> list[str]:
    """Return the build's summary; raise ProjectError unless the build is complete and audited.

    dbt must report that it built and tested the whole project into this file, and the facts must
    come from a release.
    """
    if not new.exists() or any(map(os.path.lexists, logs_of(new))):
        raise ProjectError("the build passed, but its file was not written out: is the disk full?")
    manifest, results = (
        json.loads((ROOT / "target" / name).read_bytes())
        for name in ("manifest.json", "run_results.json")
    )
    passed = {
        result["unique_id"] for result in results["results"]
        if result["status"] in ("success", "pass", "warn")
    }  # fmt: skip
    nodes = {
        unique_id: node for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] in ("seed", "model", "test")
        and node["config"]["materialized"] != "ephemeral"
    }  # fmt: skip
    missing = [node["name"] for unique_id, node in nodes.items() if unique_id not in passed]
    there = {*contents_of(new)}
    missing += [
        node["name"] for node in nodes.values()
        if node["resource_type"] == "model" and f"{node['schema']}.{node['name']}" not in there
    ]  # fmt: skip
    if missing:
        more = f" and {len(missing) - 3:,} more" if len(missing) > 3 else ""
        raise ProjectError(
            f"the build passed without {', '.join(missing[:3])}{more}, and is not put in place: "
            f"it is {new}"
        )
    with project.open_database(new) as connection:
        if not connection.execute("select 1 from marts.fct_monthly_trade limit 1").fetchall():
            raise ProjectError(f"the build has no valid release, and is not put in place: {new}")
        return [
            line
            for view in ("int_suspect_lines", "int_build_summary")
            for *_, line in connection.execute(
                f"select * from intermediate.{view} order by 1, 2"
            ).fetchall()
        ]


# --------------------------------------------------------------------------- the new file's place


def publish(new: Path, file: Path) -> None:
    """Put the new file in the old one's place, and let nobody open the old one for writing.

    Raises ProjectError where the old file cannot be replaced; its logs are then back in place. The
    process may be killed at any moment without harm.
    """
    old = file.stat() if file.exists() else None
    logs = [(log, new.with_name(f"log.{at}")) for at, log in enumerate(logs_of(file))]
    with no_writer(file):
        try:
            with project.written(file) as part, new.open("rb") as source:
                shutil.copyfileobj(source, part, 1 << 20)
                # A reader between this and the rename finds the old file as it was written out.
                for log, aside in logs:
                    if log.exists():
                        shutil.move(log, aside)
        except OSError as error:
            for log, aside in logs:
                if aside.exists():
                    shutil.move(aside, log)
            raise ProjectError(
                f"{file} cannot be replaced: {error.strerror or error}; {state(file)}; "
                f"the finished build is {new}"
            ) from None
    new.unlink()
    now = file.stat()
    if old and (old.st_uid, old.st_gid) != (now.st_uid, now.st_gid):
        print(
            f"{file} now belongs to {now.st_uid}:{now.st_gid}, and belonged to "
            f"{old.st_uid}:{old.st_gid}: this user may not give it away", file=sys.stderr,
        )  # fmt: skip


@contextlib.contextmanager
def no_writer(file: Path) -> Iterator[None]:
    """Hold DuckDB's shared lock on ``file``, which keeps writers out; raise ProjectError.

    A writer of the old file would put its log beside the new one.
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
        description="Build the database from releases/, all of it, and put the finished file in its"
        " place. For a part there is `.venv/bin/dbt build --select ...`, which writes in place.",
        epilog="example: US_TRADE_DB=/data/us_trade.duckdb .venv/bin/python scripts/build.py",
    )


def command(_: argparse.Namespace) -> None:
    database = project.database().absolute()
    file = file_behind(database)
    before = file.stat().st_ino if file.exists() else None

    def now() -> str:
        is_new = file.exists() and file.stat().st_ino != before
        return f"{database} is the new build" if is_new else state(database)

    try:
        build(database, file)
    except OSError as error:
        raise ProjectError(f"{project.in_words(error)}; {now()}") from None
    except KeyboardInterrupt:
        raise ProjectError(f"stopped: {now()}", INTERRUPTED) from None
    print(f"database    {database}")


def main(arguments: Sequence[str] | None = None) -> int:
    return project.main(command, parser(), arguments)


if __name__ == "__main__":
    sys.exit(main())
