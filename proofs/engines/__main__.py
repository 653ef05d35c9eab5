"""Build the project with dbt 1.11 and with dbt 2, and compare what they make.

Each is installed in an environment of its own under target/engines, from a lock.  dbt 1.11 is that
of requirements.lock.  dbt 2 is one program, which loads DuckDB's library by its name; of its
packages the last that an index alone can install is taken, and the library from that of Node.

In a copy of the project each builds the committed release with all tests.  The two databases must
be alike in every table, column, type, comment, key and row.  Then one number is wrong: both must
stop before the marts, with the same words and the same tables so far.

Exit status: 0, or 1 where a build fails or the two are not alike; each difference is a line.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import tempfile
from pathlib import Path

import duckdb

from project import NO_EXTENSIONS, ROOT, ProjectError, main
from proofs.commands import Run, install, run
from proofs.copies import copy_project, releases_of
from proofs.differences import differences_of_all, tables_of
from proofs.tables import write_table

LOCKS = Path(__file__).parent
FOLDER = ROOT / "target" / "engines"
# What dbt 2 does not take from the flags of dbt_project.yml.
FLAGS = {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DBT_LOG_LEVEL_FILE": "info"}
# Of March 1995, the exports of goods, and what a hand makes of them.
NUMBER, BROKEN = b"46882", b"64882"
# The marts that read no release.
NO_RELEASE = {"dim_component", "dim_recession", "dim_series"}
SCHEMAS = ("raw", "staging", "intermediate", "marts")
MOST_SHOWN = 3
# What is said of the tables.
CATALOG = {
    "comments": """
        select schema_name, table_name as name, 'table' as kind, comment from duckdb_tables()
        where database_name = 'us_trade'
        union all
        select schema_name, view_name, 'view', comment from duckdb_views()
        where database_name = 'us_trade' and not internal
    """,
    "columns": """
        select
            schema_name, table_name, column_index, column_name, data_type, is_nullable,
            column_default, comment
        from duckdb_columns()
        where database_name = 'us_trade' and not internal
    """,
    "keys": """
        select
            schema_name, table_name, lower(constraint_type) as kind, constraint_column_names,
            constraint_text
        from duckdb_constraints()
        where database_name = 'us_trade'
    """,
    # Each DuckDB writes down the SQL of a macro in its own way.
    "macros": """
        select schema_name, function_name, parameters, comment
        from duckdb_functions()
        where database_name = 'us_trade' and not internal
    """,
}


def dbt_2() -> Path:
    """Install dbt 2 with the library, and return its starter. Raises ProjectError."""
    dbt = install(FOLDER / "dbt-2", LOCKS / "dbt2.lock") / "dbt"
    for name in ("package.json", "package-lock.json"):
        (FOLDER / name).write_bytes((LOCKS / name).read_bytes())
    run(["npm", "ci", "--silent", "--prefer-offline", "--ignore-scripts"], cwd=FOLDER)
    libraries = sorted(FOLDER.glob("node_modules/@duckdb/*/libduckdb.so"))
    if not libraries:
        raise ProjectError(
            f"npm has no libduckdb.so for {sys.platform}: give a dbt 2 of your own with --dbt2"
        )
    start = FOLDER / "dbt2"
    flags = " ".join(f"{name}={value}" for name, value in FLAGS.items())
    start.write_text(
        f"#!/bin/sh\nexport {flags}\nlibrary={shlex.quote(str(libraries[0].parent))}\n"
        'export LD_LIBRARY_PATH="$library${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"\n'
        f'exec {shlex.quote(str(dbt))} "$@"\n'
    )
    start.chmod(0o755)
    return start


def build(dbt: Path, folder: Path, *, damaged: bool = False) -> Run:
    """Build a copy of the project in a new folder, with or without a wrong number."""
    copy_project(folder, releases_of(1))
    options = []
    if damaged:
        seed = folder / "seeds" / "monthly_trade.csv"
        seed.write_bytes(seed.read_bytes().replace(NUMBER, BROKEN))
        options = ["--exclude-resource-type", "unit_test"]
    return run([dbt, "--quiet", "build", *options], folder, may_fail=damaged,
               US_TRADE_DB=str(folder / "us_trade.duckdb"))  # fmt: skip


def snapshot(folder: Path) -> Path:
    """Return a file of tables: what the tables and views of a built project hold, and what is said
    of them.  (A view names the database that it is in.)"""
    file = folder / "snapshot.duckdb"
    with duckdb.connect(config=dict(NO_EXTENSIONS)) as connection:
        connection.execute(f"attach '{folder}/us_trade.duckdb' as us_trade (read_only)")
        connection.execute(f"attach '{file}' as snapshot")
        connection.execute("create schema snapshot.catalog")
        for name, select in CATALOG.items():
            connection.execute(f"create table snapshot.catalog.{name} as {select}")
        for schema in SCHEMAS:
            connection.execute(f"create schema snapshot.{schema}")
            for table in tables_of(connection, f"us_trade.{schema}"):
                name = f"{schema}.{table}"
                connection.execute(f"create table snapshot.{name} as from us_trade.{name}")
    return file


def compare(names: list[str], folders: list[Path]) -> str:
    """Return the size of two equal projects; raise ProjectError with the differences."""
    faults, tables, rows = [], 0, 0
    with duckdb.connect() as connection:
        for side, folder in zip(("one", "other"), folders, strict=True):
            connection.execute(f"attach '{snapshot(folder)}' as {side} (read_only)")
        for schema in ("catalog", *SCHEMAS):
            for table, lines in differences_of_all(connection, f"one.{schema}", f"other.{schema}"):
                faults += [f"{schema}.{table}: {line}" for line in lines[:MOST_SHOWN]]
                if not lines and schema != "catalog":
                    counted = connection.execute(f"select count(*) from one.{schema}.{table}")
                    tables, rows = tables + 1, rows + counted.fetchall()[0][0]
    if faults:
        raise ProjectError("\n".join([f"- is {names[0]}, + is {names[1]}:", *faults]))
    return f"{tables} tables and views, {rows:,} rows"


def stopped(name: str, folder: Path, ran: Run) -> list[str]:
    """Return the suspects' lines of a build that stopped; it must have printed them."""
    with duckdb.connect(folder / "us_trade.duckdb", read_only=True) as connection:
        found = connection.execute("from intermediate.int_suspect_lines order by 1, 2").fetchall()
        marts = tables_of(connection, "marts") - NO_RELEASE
    words = [str(row[-1]) for row in found]
    if not ran.status or marts:
        raise ProjectError(f"{name}: builds {', '.join(sorted(marts))} from a wrong number")
    if not words or any(line not in ran.said for line in words):
        raise ProjectError(f"{name}: does not say which number is wrong:\n{ran.said}")
    return words


def prove(engines: dict[str, Path], folder: Path) -> str:
    names, built, damaged, words = list(engines), [], [], []
    for name, dbt in engines.items():
        built.append(build(dbt, folder / name))
        damaged.append(build(dbt, folder / f"damaged {name}", damaged=True))
        words.append(stopped(name, folder / f"damaged {name}", damaged[-1]))
        print(f"{name} is done", file=sys.stderr)
    same = compare(names, [folder / name for name in names])
    compare(names, [folder / f"damaged {name}" for name in names])
    if words[0] != words[1]:
        raise ProjectError("\n".join(["of a wrong number they say:", *words[0], *words[1]]))
    seconds = ", ".join(f"{name} in {ran.seconds:.1f} s"
                        for name, ran in zip(names, built, strict=True))  # fmt: skip
    return (
        f"Built with all tests, once on {os.cpu_count()} cores: {seconds}.\n"
        f"The same in both: {same}, and what is said of them.\n\n"
        f"Of a wrong number both say the same {len(words[0])} lines, the first of them\n\n"
        f"    {words[0][0]}"
    )


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m proofs.engines",
        description="Build with dbt 1.11 and with dbt 2, and compare the databases.",
        epilog="example: .venv/bin/python -m proofs.engines --dbt2 ~/.local/bin/dbt",
    )
    parser.add_argument("--dbt2", type=Path, metavar="FILE",
                        help="a dbt 2 of your own, in place of the installed one")  # fmt: skip
    parser.add_argument("--write", type=Path, metavar="FILE",
                        help="put the result into this file, such as docs/running.md")  # fmt: skip
    return parser


def command(options: argparse.Namespace) -> None:
    engines = {
        "dbt 1.11": install(FOLDER / "dbt-1.11", ROOT / "requirements.lock") / "dbt",
        "dbt 2": options.dbt2.absolute() if options.dbt2 else dbt_2(),
    }
    os.environ.update(FLAGS)  # for a dbt 2 of one's own
    with tempfile.TemporaryDirectory(prefix="us_trade engines ") as folder:
        said = prove(engines, Path(folder))
    print(said)
    if options.write:
        write_table(options.write, "engines", said)


if __name__ == "__main__":
    sys.exit(main(command, parser()))
