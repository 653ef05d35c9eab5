"""Print what the audit makes of every fault that a copying hand can make.

A row for each kind of fault and size of its error (in millions of US dollars), then for samples of
copies with two or three faults:

    tried      damaged copies
    detected   the audit names a cell
    located    it names the damaged cells, all of them and no other, for certain
    ambiguous  it names several that fit equally well, and says so
    repaired   located, and every implied value is within 1 million of the right one
    wrong      it names a correct cell for certain, or a range without the right value

Exit status: 0; 1 where proven.sql says that a promise is broken.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import duckdb

from project import ProjectError, main, markdown_table
from proofs import faults, parser_of
from proofs.tables import write_table

HEADER = ("fault", "error", "tried", "detected", "located", "ambiguous", "repaired", "wrong")


def parser() -> argparse.ArgumentParser:
    what = "Damage the release in every way a copying hand does; count what is found."
    parser = parser_of("faults", what, "--sample 100", "docs/checks.md")
    parser.add_argument("--sample", type=int, metavar="N", help="so many copies of each kind")
    parser.add_argument("--verdicts", type=Path, metavar="FILE",
                        help="write a CSV file with a row for each copy")  # fmt: skip
    return parser


def command(options: argparse.Namespace) -> None:
    """Run the proof; raise ProjectError if the audit missed a fault it must find."""
    with tempfile.TemporaryDirectory(prefix="us_trade-faults-") as folder:
        manifest = faults.compiled(Path(folder))
        with duckdb.connect(Path(folder) / faults.DATABASE) as connection:
            faults.load_release(connection, manifest)
            faults.damage(connection, options.sample)
            faults.audit(connection, manifest)
            rows, false_alarms, is_proven = faults.judge(connection)
            if options.verdicts:
                found = connection.sql("select * exclude (release_id) from verdicts order by all")
                found.write_csv(str(options.verdicts))
    table = markdown_table(HEADER, rows, [False, False, *[True] * 6])
    said = f"{table}\n\nFalse alarms on the undamaged release: {false_alarms}."
    print(said)
    if options.write:
        write_table(options.write, "faults", said)
    if not is_proven:
        raise ProjectError("the audit does not do what docs/checks.md promises; see the rows above")


if __name__ == "__main__":
    sys.exit(main(command, parser()))
