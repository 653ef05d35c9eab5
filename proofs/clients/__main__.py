"""Ask real clients about one built database and compare their answers.

Each client of versions.toml is asked the questions of questions.toml in an environment of its
own; the right answers are those of the project's own DuckDB.

Exit status: 0, or 1 where a client cannot be asked or answers wrong; each fault is a line.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from project import Progress, ProjectError, add_database_option, main, markdown_table
from proofs.clients.asking import check, load_clients
from proofs.tables import write_table


def parser() -> argparse.ArgumentParser:
    names = [client.name for client in load_clients()]
    parser = argparse.ArgumentParser(
        prog="python -m proofs.clients",
        description="Ask real clients about the database and compare their answers.",
        epilog="example: .venv/bin/python -m proofs.clients --skip superset   "
        f"The clients: {', '.join(names)}.",
    )
    add_database_option(parser)
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="CLIENT",
                        help="ask only these")  # fmt: skip
    parser.add_argument("--skip", nargs="+", choices=names, default=[], metavar="CLIENT",
                        help="do not ask these")  # fmt: skip
    parser.add_argument("--screenshots", type=Path, metavar="FOLDER",
                        help="keep a picture of Superset's dashboard here")  # fmt: skip
    parser.add_argument("--write", type=Path, metavar="FILE",
                        help="put the table into this page, if all is right")  # fmt: skip
    return parser


def command(options: argparse.Namespace) -> None:
    clients = load_clients()
    chosen = [one for one in clients if one.name in options.only and one.name not in options.skip]
    if options.write and chosen != clients:
        raise ProjectError("--write wants the answers of all clients: leave out --only and --skip")
    shots = options.screenshots and options.screenshots.absolute()
    if shots:
        shots.mkdir(parents=True, exist_ok=True)
    with Progress("clients", len(chosen)) as told:
        outcomes = check(chosen, options.database.absolute(), shots, told)
    table = markdown_table(["client", "version", "asked", "result"], [one.row for one in outcomes])
    print(table)
    if failed := [one for one in outcomes if one.faults]:
        faults = [f"{one.client}: {fault}" for one in failed for fault in one.faults]
        raise ProjectError("\n".join([*faults, f"{len(failed)} of {len(outcomes)} clients failed"]))
    missing = [f"{one.client}: not asked: {one.missing}" for one in outcomes if one.missing]
    if options.write and missing:
        raise ProjectError("\n".join(missing))
    print(*missing, sep="\n", end="\n" * bool(missing))
    if options.write:
        write_table(options.write, "clients", table)


if __name__ == "__main__":
    sys.exit(main(command, parser()))
