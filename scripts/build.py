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
import contextlib
import glob
import hashlib
import json
import os
import select
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # not there with PYTHONSAFEPATH

import project
from project import DBT, ROOT, ProjectError

# The files that a build reads, by suffix, besides the yml files in the root.
OF_DBT = (".sql", ".yml", ".yaml", ".md")
READ = {
    "releases": ("",), "dbt_packages": ("",), "seeds": (".csv", *OF_DBT), "docs": (".md",),
    "models": (".py", *OF_DBT), "macros": OF_DBT, "tests": OF_DBT, "analyses": OF_DBT,
    "scripts/release": (".csv", ".py"),
}  # fmt: skip
NOTE = "target/last_build.json"

SCHEMAS = ("raw", "staging", "intermediate", "marts")
# Names of DuckDB's own databases and schemas, and of ours.
TAKEN = {*SCHEMAS, "main", "temp", "system", "memory", "information_schema", "pg_catalog"}
# A database that this project made has one of these.
OURS = {"raw.release_lines", "raw.monthly_trade", "raw.annual_trade"}
# DuckDB's logs of a database that was not closed: it would replay them into a new file.
LOGS = (".wal", ".wal.checkpoint", ".wal.recovery")

ELSEWHERE = "move it away, or name another file in US_TRADE_DB"
BUSY = "another build is running, or the seeds are being written: wait for it to end, or stop it"


def build(database: Path, file: Path) -> None:
    """Build the database, unless nothing has changed; ``file`` is that behind it.

    Raises ProjectError where a release is refused, dbt fails or the file is not ours, and OSError.
    """
    with project.locked(ROOT / "seeds", BUSY) as lock:
        if (said := unchanged(database, file)) is not None:
            print("nothing has changed since this was built:", *said, sep="\n")
            return
        check_replaceable(database, file)
        from release import normalize  # only here: an unchanged build needs no parser

        print(normalize(ROOT / "releases", ROOT / "seeds", check=False, lock=False), flush=True)
        before = what_is_read(database, file)
        new = ROOT / "target" / "build" / database.name
        shutil.rmtree(new.parent, ignore_errors=True)
        new.parent.mkdir(parents=True)
        run_dbt(new, lock)
        said = checked_summary(new)
        publish(new, database, file)
        with contextlib.suppress(OSError):
            if what_is_read(database, file) == before:  # else nobody knows what was built
                note = [before[0], project.sha256(file), said]
                project.put(ROOT / NOTE, json.dumps(note).encode())


# --------------------------------------------------------------------------- unchanged


def what_is_read(database: Path, file: Path) -> tuple[str, int]:
    """Return a hash of all that determines a build, and when the last file of it was changed.

    Raises ProjectError for what dbt would go round in circles in, or fail at without its name.
    """
    names = [*glob.glob("*.yml", root_dir=ROOT), "requirements.lock"]
    for folder, endings in READ.items():
        for name in glob.iglob(f"{folder}/**", root_dir=ROOT, recursive=True, include_hidden=True):
            path = ROOT / name
            if path.is_symlink() and path.parent.resolve().is_relative_to(path.resolve()):
                circle = "is a link to a folder that it is in, where dbt would go round in circles"
                raise ProjectError(f"{name} {circle}: remove it")
            if name.endswith(endings) and path.is_file():
                names.append(name)
    versions = map(metadata.version, ("dbt-core", "dbt-duckdb", "duckdb"))
    digest = hashlib.sha256(repr([*versions, sys.version, ROOT, database, file]).encode())
    latest = 0
    for name in sorted(names):
        data = (ROOT / name).read_bytes()
        if not name.startswith("releases/"):
            check_encoding(name, data)
        if not name.endswith(".md") or b"{% docs" in data:  # of a page, dbt reads the doc blocks
            digest.update(repr([name, len(data)]).encode() + data)
            latest = max(latest, (ROOT / name).stat().st_ctime_ns)
    return digest.hexdigest(), latest


def check_encoding(name: str, data: bytes) -> None:
    """Raise ProjectError for a file that is not UTF-8."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        line, byte = data.count(b"\n", 0, error.start) + 1, data[error.start]
        what = f"the byte 0x{byte:02x} is not UTF-8; save the file as UTF-8"
        raise ProjectError(f"{name}:{line}: {what}") from None


def unchanged(database: Path, file: Path) -> list[str] | None:
    """Return the last good build's summary if a new build would be the same, else None.

    Anything odd is a reason to build. So is a DuckDB log beside the file: it holds later changes.
    """
    key, _ = what_is_read(database, file)
    with contextlib.suppress(OSError, ValueError, TypeError):
        *same, said = json.loads((ROOT / NOTE).read_bytes())
        if same == [key, project.sha256(file)] and not logs_of(database, file):
            return [*said]
    return None


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
    elif strange := {*"'\";\\"} & {*database.name}:
        why = f"{database}: dbt cannot build a database with {min(strange)} in its file's name"
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
    if file.exists() and file.stat().st_size:
        made = contents_of(file)
        others = [name for name in made if name.partition(".")[0] not in SCHEMAS]
        if others or made and not OURS & {*made}:
            what = f"it holds what this project did not make ({', '.join((others or made)[:3])})"
            raise ProjectError(f"{file} is not replaced, because {what}: {ELSEWHERE}")
        if logs_of(file):
            with project.open_database(file, read_only=False) as connection:
                connection.execute("checkpoint")
    for log in logs_of(database, file):
        raise ProjectError(f"{log} is a log of what is not in {file}: move it away")


def contents_of(file: Path) -> list[str]:
    """Return the names of what somebody made in a database; raise ProjectError."""
    with project.open_database(file) as connection:
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


def run_dbt(new: Path, lock: int) -> None:
    """Build the new file with `dbt --quiet build`, and pass on its output; raise ProjectError.

    The command line says everything: no DBT_ variable adds to it. Unit tests are left to `make
    test`, since no release changes their result. A terminal sees the seconds of silence counted.
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
        assert dbt.stdout is not None
        silent = 0
        try:
            while True:
                if not select.select([dbt.stdout], [], [], 1)[0]:
                    silent += 1
                    show(f"build: {silent} seconds")
                elif said := os.read(dbt.stdout.fileno(), 1 << 16):
                    show("")
                    sys.stdout.buffer.write(said)
                    sys.stdout.flush()
                else:
                    break
        except BaseException:
            dbt.kill()
            raise
        finally:
            show("")
    if status := dbt.returncode:
        how = f": dbt was killed by signal {-status}" if status < 0 else ""
        left = f"; the failed file is {new}" if new.exists() else ""
        status = 128 - status if status < 0 else status
        raise ProjectError(f"the build failed{how}: nothing was replaced{left}", status)


def show(line: str) -> None:
    """Show a line on a terminal in place of the last one; an empty one makes room for others."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)


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
    good = ("success", "pass", "warn")
    passed = {found["unique_id"] for found in results["results"] if found["status"] in good}
    there = contents_of(new)
    missing = [
        node["name"]
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] in ("seed", "model", "test") and unique_id not in passed
        or node["resource_type"] == "model" and f"{node['schema']}.{node['name']}" not in there
    ]  # fmt: skip
    if missing:
        without = ", ".join(missing[:3])
        raise ProjectError(f"the build passed without {without}, and stays at {new}")
    with project.open_database(new) as connection:
        if not connection.execute("select 1 from marts.fct_monthly_trade limit 1").fetchall():
            raise ProjectError(f"the build has no valid release, and stays at {new}")
        views = ("int_suspect_lines", "int_build_summary")
        queries = [f"select * from intermediate.{view} order by 1, 2" for view in views]
        return [row[-1] for query in queries for row in connection.execute(query).fetchall()]


def publish(new: Path, database: Path, file: Path) -> None:
    """Put the new file in the old one's place; raise ProjectError. To be killed does no harm.

    Meanwhile the old one is open for reading, which keeps out writers: such a one would put its
    log beside the new file.
    """
    old = file.stat() if file.exists() else None
    with project.open_database(file) if old and old.st_size else contextlib.nullcontext():
        if logs_of(database, file):
            raise ProjectError(f"{file} was written to during the build, and is kept: build again")
        try:
            with project.written(file) as part, new.open("rb") as source:
                shutil.copyfileobj(source, part, 1 << 20)
        except OSError as error:
            why = f"{file} is not replaced: {error.strerror or error}"
            raise ProjectError(f"{why}; the finished build is {new}") from None
    new.unlink()
    now = file.stat()
    if old and (old.st_uid, old.st_gid) != (now.st_uid, now.st_gid):
        whose = f"{now.st_uid}:{now.st_gid}, and belonged to {old.st_uid}:{old.st_gid}"
        print(f"{file} now belongs to {whose}: this user may not give it away", file=sys.stderr)


# --------------------------------------------------------------------------- the command


def parser() -> argparse.ArgumentParser:
    """Return what the command line may say."""
    return argparse.ArgumentParser(
        description="Build the database from releases/, all of it, and put the finished file in its"
        " place. For a part there is `.venv/bin/dbt build --select ...`, which writes in place.",
        epilog="example: US_TRADE_DB=/data/us_trade.duckdb .venv/bin/python scripts/build.py",
    )


def command(_: argparse.Namespace) -> None:
    """Build the database that the environment names; raise ProjectError or OSError."""
    database = project.database().absolute()
    build(database, file_behind(database))
    print(f"database    {database}")


if __name__ == "__main__":
    sys.exit(project.main(command, parser()))
