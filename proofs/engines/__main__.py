"""Build the project with dbt 1.11 and with dbt 2, and compare what they make.

dbt 2 is one program, installed under target/engines, which loads DuckDB's library by its name; of
its packages the last that an index alone can install is taken, and the library from that of Node.

Each builds a copy of the project with its data tests, then one in which a number is wrong, up to
where that stops.  The databases must be alike in every table, column, type, comment, key and row,
the table macros in what they answer, and what is said of the number in its words.

Exit status: 0, or 1 where a build fails or the two are not alike; each difference is a line.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import tempfile
from pathlib import Path

import duckdb

from project import DBT, ROOT, ProjectError, main
from proofs import parser_of
from proofs.commands import Command, install, run
from proofs.copies import copy_project, releases_of
from proofs.differences import differences
from proofs.tables import write_table

LOCKS = Path(__file__).parent
FOLDER = ROOT / "target" / "engines"
# What dbt 2 does not take from the flags of dbt_project.yml.
FLAGS = {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DBT_LOG_LEVEL_FILE": "info"}
# Of March 1995, the exports of goods, and what a hand makes of them.
NUMBER, WRONG = b"46882", b"64882"
# What is said of the tables, less the SQL of views and macros, which each DuckDB writes in its way.
CATALOG = {
    "tables": "table_name, comment",
    "views": "view_name, comment",
    "columns": "table_name, column_name, column_index, data_type, is_nullable, comment",
    "constraints": "table_name, constraint_type, constraint_text",
    "functions": "function_name, parameters, comment",
}
MACROS = ("fred('BOPGSTB', 'pc1')", "alfred('BOPGSTB')", "trade_as_of(date '2024-04-30')")
MOST_SHOWN = 3  # of each side


def dbt_2() -> Path:
    """Install dbt 2 with the library, and return its starter. Raises ProjectError."""
    dbt = install(FOLDER / "dbt-2", LOCKS / "dbt2.lock") / "dbt"
    for name in ("package.json", "package-lock.json"):
        (FOLDER / name).write_bytes((LOCKS / name).read_bytes())
    run(["npm", "ci", "--silent", "--prefer-offline", "--ignore-scripts"], FOLDER)
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


def build(dbt: Path, folder: Path, number: bytes = NUMBER) -> tuple[Path, list[str]]:
    """Build a copy of the project with this number, for a wrong one up to where it stops.

    Return the database, and the lines that were said of the number.  Raises ProjectError.
    """
    database = copy_project(folder, releases_of(1)) / "us_trade.duckdb"
    seed = folder / "seeds" / "monthly_trade.csv"
    seed.write_bytes(seed.read_bytes().replace(NUMBER, number))
    command: Command = [dbt, "--quiet", "build", "--exclude-resource-type", "unit_test"]
    is_wrong = number != NUMBER
    ran = run(command, folder, may_fail=is_wrong, US_TRADE_DB=str(database), **FLAGS)
    with duckdb.connect(database, read_only=True) as connection:
        found = connection.execute("from intermediate.int_suspect_lines order by 1, 2").fetchall()
        lines = [row[-1] for row in found if row[-1] in ran.said]
    if is_wrong and not (ran.status and lines):
        raise ProjectError(f"{dbt}: does not stop, and say which number is wrong:\n{ran.said}")
    return database, lines


def compare(one: Path, other: Path) -> int:
    """Return the number of tables of two equal databases; raise ProjectError with differences."""
    with duckdb.connect() as connection:
        for side, path in (("one", one), ("other", other)):
            connection.execute(f"attach '{path}' as {side} (read_only)")
        catalog = "(select schema_name, {} from duckdb_{}() where database_name = '{{}}')"
        relations = {name: catalog.format(columns, name) for name, columns in CATALOG.items()}
        tables = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() "
            "where database_name in ('one', 'other') group by 1 having count(*) = 2 order by 1"
        ).fetchall()
        relations |= {name: f"{{}}.{name}" for (name,) in tables}
        faults: list[str] = []
        for name, relation in relations.items():
            found = differences(connection, relation.format("one"), relation.format("other"))
            for sign in "-+":
                lines = [line for line in found if line.startswith(sign)]
                faults += [f"{name}: {line}" for line in lines[:MOST_SHOWN]]
    if faults:
        raise ProjectError("\n".join(["- is dbt 1.11, + is dbt 2:", *faults]))
    return len(tables)


def answers(database: Path) -> list[list[tuple[object, ...]]]:
    """Return what the table macros answer."""
    with duckdb.connect(database, read_only=True) as connection:
        calls = [connection.sql(f"from marts.{call} order by all") for call in MACROS]
        return [call.fetchall() for call in calls]


def prove(engines: list[Path], folder: Path) -> str:
    """Return what both make alike; raise ProjectError with what they do not."""
    (one, _), (other, _) = (build(dbt, folder / f"{at}") for at, dbt in enumerate(engines))
    same = compare(one, other)
    if answers(one) != answers(other):
        raise ProjectError("the table macros answer otherwise")
    (one, said), (other, said_too) = (
        build(dbt, folder / f"wrong {at}", WRONG) for at, dbt in enumerate(engines)
    )
    compare(one, other)
    if said != said_too:
        raise ProjectError("\n".join(["of a wrong number they say:", *said, *said_too]))
    return (
        f"The same in both: {same} tables, what is said of them, and what the macros answer.\n\n"
        f"Of a wrong number both say the same {len(said)} lines, the first of them\n\n    {said[0]}"
    )


def parser() -> argparse.ArgumentParser:
    what = "Build with dbt 1.11 and with dbt 2, and compare the databases."
    parser = parser_of("engines", what, "--dbt2 ~/.local/bin/dbt", "docs/running.md")
    parser.add_argument("--dbt2", type=Path, metavar="FILE",
                        help="a dbt 2 of your own, in place of the installed one")  # fmt: skip
    return parser


def command(options: argparse.Namespace) -> None:
    engines = [DBT, options.dbt2.absolute() if options.dbt2 else dbt_2()]
    with tempfile.TemporaryDirectory(prefix="us_trade engines ") as folder:
        said = prove(engines, Path(folder))
    print(said)
    if options.write:
        write_table(options.write, "engines", said)


if __name__ == "__main__":
    sys.exit(main(command, parser()))
