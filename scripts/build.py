"""Build the database from releases/: read them, run dbt in target/, put the finished file in place.

A reader meets the last good build or the new one, never a half-built file: the finished one is
copied beside the database and takes its place with one rename. (dbt's file has the same name
because a table macro remembers its database by that.) Every model of it is built, every data test
passed, and a valid release is in it. Replaced is only what this project made; of a link, the file
it leads to. Nothing is built where nothing changed: neither what a build reads, nor its file.

A lock on seeds/ is held from the first step to the last. dbt inherits it: should it outlive this
process, no other build of the project begins before it ends.

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

WRITTEN = "was opened for writing during the build"
ELSEWHERE = "move it away, or name another file in US_TRADE_DB"
BUSY = "another build is running, or the seeds are being written: wait for it to end, or stop it"

Read = list[tuple[str, str, int]]  # path, SHA-256 and modification time of each file


def build(database: Path, file: Path) -> None:
    """Build the database, unless nothing has changed; ``file`` is that behind it.

    Raises ProjectError where a release is refused, dbt fails or the file is not ours, and OSError.
    """
    with project.locked(ROOT / "seeds", BUSY) as lock:
        if (said := unchanged(database, file)) is not None:
            print("nothing has changed since this was built:", *said, sep="\n")
            return
        check_replaceable(database, file)
        print(normalized(), flush=True)
        check_encoding()
        before = what_is_read()
        new = ROOT / "target" / "build" / database.name
        shutil.rmtree(new.parent, ignore_errors=True)
        new.parent.mkdir(parents=True)
        run_dbt(new, lock, before=state(database))
        said = checked_summary(new)
        publish(new, database, file)
        note_build(database, file, before, said)


def normalized() -> str:
    """Write the seeds from the releases; the caller holds the lock on the seeds."""
    from release import normalize  # only here: an unchanged build needs no parser

    return normalize(ROOT / "releases", ROOT / "seeds", check=False, lock=False)


def state(database: Path) -> str:
    """Return how the database is that was not replaced."""
    return f"{database} is as it was" if os.path.lexists(database) else "no database was made"


def three_of(names: Sequence[str]) -> str:
    """Return the first names, and how many more there are."""
    more = f" and {len(names) - 3:,} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


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
        if folder.is_symlink() and folder.resolve() in [up.resolve() for up in folder.parents]:
            circle = "is a link to a folder that it is in, where dbt would go round in circles"
            raise ProjectError(f"{shown(folder)} {circle}: remove it")
        folders[:] = {*folders} - {"__pycache__"}
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
    """Return where the last good build is noted."""
    return ROOT / "target" / "last_build.json"


def unchanged(database: Path, file: Path) -> list[str] | None:
    """Return the last good build's summary if a new build would be the same, else None.

    Anything odd is a reason to build. So is a DuckDB log beside the file: it holds later changes.
    """
    read = what_is_read()
    try:
        last = json.loads(record().read_bytes())
        same = {"key": key(database, file, read), "database": project.sha256(file)}
        if read and last == same | {"said": [*last["said"]]} and not logs_of(database, file):
            return [str(line) for line in last["said"]]
    except (OSError, ValueError, LookupError, TypeError):
        pass
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
    file = Path(os.path.realpath(database))
    if name.casefold() in TAKEN:
        why = (
            f"{database}: DuckDB knows a database by its file's name, and {name} is the name of a "
            f"schema or of a database of its own; name it us_{name}{database.suffix}, for example"
        )
    elif strange := [c for c in "'\";\\" if c in database.name]:
        why = f"{database}: dbt cannot build a database with {strange[0]} in its file's name"
    elif "'" in str(ROOT):
        why = f"{ROOT}: dbt loads no seed from a folder with ' in its name: move the project"
    elif file.exists() and not file.is_file():
        why = f"{database} is not a file: {ELSEWHERE}"
    elif not file.parent.is_dir():
        why = f"there is no folder {file.parent} to make {file.name} in"
    else:
        return file
    raise ProjectError(why)


def check_replaceable(database: Path, file: Path) -> None:
    """Raise ProjectError unless there is no file, nothing in it, or what this project made.

    What its log holds is then written into it, so that no log stays to be replayed into a new file.
    """
    import duckdb  # only here: an unchanged build opens no database

    if file.exists() and file.stat().st_size:
        try:
            contents = contents_of(file)
            is_ours = not contents or OURS & {*contents}
            others = [name for name in contents if name.partition(".")[0] not in SCHEMAS]
            if not is_ours or others:
                raise ProjectError(
                    f"{file} is not replaced, because it holds what this project did not make "
                    f"({three_of(others if is_ours else contents)}): {ELSEWHERE}"
                )
            if logs_of(file):
                with duckdb.connect(file, config=dict(NO_EXTENSIONS)) as connection:
                    connection.execute("checkpoint")
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            is_open = "Could not set lock" in reason
            why = (
                "it is open in another process"
                if is_open
                else "it cannot be read as a database of ours"
            )
            do = "close it there, or open it read-only" if is_open else ELSEWHERE
            raise ProjectError(f"{file} is not replaced, because {why} ({reason}): {do}") from None
    for log in logs_of(database, file):
        raise ProjectError(f"{log} is a log of what is not in {file}: move it away")


def contents_of(file: Path) -> list[str]:
    """Return the tables and views that somebody made in a database; raise duckdb.Error."""
    import duckdb

    with duckdb.connect(file, read_only=True, config=dict(NO_EXTENSIONS)) as connection:
        rows = connection.execute(
            """
            select distinct
                schema_name || '.' || coalesce(
                    table_name, view_name, function_name, sequence_name, type_name
                ) as made
            from (
                from duckdb_tables() union all by name from duckdb_views()
                union all by name from duckdb_functions()
                union all by name from duckdb_sequences() union all by name from duckdb_types()
            )
            where database_name = current_database() and not coalesce(internal, false)
            order by made
            """
        ).fetchall()
    return [name for (name,) in rows]


def logs_of(*files: Path) -> list[str]:
    """Return the logs that lie beside the files."""
    logs = {f"{file}{ending}" for file in files for ending in LOGS}
    return sorted(filter(os.path.lexists, logs))


# --------------------------------------------------------------------------- dbt


def check_encoding() -> None:
    """Raise ProjectError for a seed that is not UTF-8; dbt would not name the file."""
    for path in sorted((ROOT / "seeds").glob("*.csv")):
        data = path.read_bytes()
        try:
            data.decode()
        except UnicodeDecodeError as error:
            line, byte = data.count(b"\n", 0, error.start) + 1, data[error.start]
            what = f"the byte 0x{byte:02x} is not UTF-8; save the file as UTF-8"
            raise ProjectError(f"{shown(path)}:{line}: {what}") from None


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
        how = f": dbt was killed by signal {-status}" if status < 0 else ""
        left = f"; the failed file is {new}" if new.exists() else ""
        status = 128 - status if status < 0 else status
        raise ProjectError(f"the build failed{how}: {before}{left}", status)


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
    if not new.exists() or logs_of(new):
        raise ProjectError("the build passed, but its file was not written out: is the disk full?")
    manifest, results = (
        json.loads((ROOT / "target" / name).read_bytes())
        for name in ("manifest.json", "run_results.json")
    )
    statuses = {result["unique_id"]: result["status"] for result in results["results"]}
    there = contents_of(new)
    missing = [
        node["name"]
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] in ("seed", "model", "test")
        and node["config"]["materialized"] != "ephemeral"
        and (
            statuses.get(unique_id) not in ("success", "pass", "warn")
            or node["resource_type"] == "model"
            and f"{node['schema']}.{node['name']}" not in there
        )
    ]
    if missing:
        raise ProjectError(f"the build passed without {three_of(missing)}, and stays at {new}")
    with project.open_database(new) as connection:
        if not connection.execute("select 1 from marts.fct_monthly_trade limit 1").fetchall():
            raise ProjectError(f"the build has no valid release, and stays at {new}")
        views = ("int_suspect_lines", "int_build_summary")
        queries = [f"select * from intermediate.{view} order by 1, 2" for view in views]
        return [row[-1] for query in queries for row in connection.execute(query).fetchall()]


# --------------------------------------------------------------------------- the new file's place


def publish(new: Path, database: Path, file: Path) -> None:
    """Put the new file in the old one's place, which nobody may open for writing meanwhile.

    Raises ProjectError where the old one cannot be replaced. To be killed does no harm.
    """
    old = file.stat() if file.exists() else None
    with no_writer(file):
        if logs_of(database, file):
            raise ProjectError(f"{file} {WRITTEN}, and is as it was: build again")
        try:
            with project.written(file) as part, new.open("rb") as source:
                shutil.copyfileobj(source, part, 1 << 20)
        except OSError as error:
            why = f"{file} cannot be replaced: {error.strerror or error}"
            raise ProjectError(f"{why}; {state(file)}; the finished build is {new}") from None
    new.unlink()
    now = file.stat()
    if old and (old.st_uid, old.st_gid) != (now.st_uid, now.st_gid):
        whose = f"{now.st_uid}:{now.st_gid}, and belonged to {old.st_uid}:{old.st_gid}"
        print(f"{file} now belongs to {whose}: this user may not give it away", file=sys.stderr)


@contextlib.contextmanager
def no_writer(file: Path) -> Iterator[None]:
    """Hold DuckDB's shared lock on ``file``, which keeps writers out; raise ProjectError.

    A writer of the old file would put its log beside the new one.
    """
    with file.open("rb") if file.exists() else contextlib.nullcontext() as held:
        try:
            if held:
                fcntl.lockf(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            do = "close it there, or open it read-only, and build again"
            raise ProjectError(f"{file} {WRITTEN}, and is as it was: {do}") from None
        yield


# --------------------------------------------------------------------------- the command


def parser() -> argparse.ArgumentParser:
    """Return what the command line may say."""
    return argparse.ArgumentParser(
        description="Build the database from releases/, all of it, and put the finished file in its"
        " place. For a part there is `.venv/bin/dbt build --select ...`, which writes in place.",
        epilog="example: US_TRADE_DB=/data/us_trade.duckdb .venv/bin/python scripts/build.py",
    )


def command(_: argparse.Namespace) -> None:
    """Build the database that the environment names; raise ProjectError."""
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
    """Run the command; return its exit status."""
    return project.main(command, parser(), arguments)


if __name__ == "__main__":
    sys.exit(main())
