"""Ask real clients about one built database and compare their answers.

Exit status: 0, or 1 where a client cannot be asked or answers wrong; each fault is in the table.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from project import Progress, ProjectError, add_database_option, main, markdown_table
from proofs.clients.check import check_all, legend, load_clients
from proofs.tables import write_table

CLIENTS = {client.name: client for client in load_clients()}


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m proofs.clients",
        description="Ask real clients about the database and compare their answers.",
        epilog="example: .venv/bin/python -m proofs.clients --skip superset   "
        f"The clients: {', '.join(CLIENTS)}.",
    )
    add_database_option(parser)
    parser.add_argument("--only", nargs="+", choices=CLIENTS, default=list(CLIENTS),
                        metavar="CLIENT", help="ask only these")  # fmt: skip
    parser.add_argument("--skip", nargs="+", choices=CLIENTS, default=[], metavar="CLIENT",
                        help="do not ask these")  # fmt: skip
    parser.add_argument("--write", type=Path, metavar="FILE",
                        help="put the table into this file, such as README.md")  # fmt: skip
    return parser


def command(options: argparse.Namespace) -> None:
    chosen = [CLIENTS[name] for name in options.only if name not in options.skip]
    with Progress("clients", len(chosen)) as progress:
        questions, outcomes = check_all(
            chosen, options.database.absolute(), lambda name: progress(detail=name)
        )
    table = markdown_table(["client", "version", "asked", "result"], [one.row for one in outcomes])
    print(table, legend(questions), sep="\n\n")
    if failed := [one.client for one in outcomes if one.faults]:
        raise ProjectError(f"{len(failed)} of {len(outcomes)} clients failed: {', '.join(failed)}")
    if options.write:
        write_table(options.write, "clients", table)


if __name__ == "__main__":
    sys.exit(main(command, parser()))
