"""Print what the audit makes of every fault that a copying hand can make.

A row for each kind of fault and size of its error (in millions of US dollars), then for samples of
copies with two or three faults:

    tried      damaged copies
    detected   the audit names a cell
    located    it names the damaged cells, all of them and no other, for certain
    ambiguous  it names several that fit equally well, and says so
    repaired   located, and every implied value is within 1 million of the right one
    wrong      it names a correct cell for certain, or a range without the right value

Exit status: 0; 1 where a single fault of 3 million or more was not detected, located and repaired,
where more than a thousandth of the copies with several such faults are wrong, or where the
undamaged release raises an alarm.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import duckdb

from project import Progress, ProjectError, main, markdown_table, put
from proofs import faults
from proofs.tables import write_table

SMALL = f"below {faults.CERTAIN_FROM_MUSD}"
LARGE = f"{faults.CERTAIN_FROM_MUSD} or more"
VERDICTS = """
    select
        kind,
        array_to_string(cells, '; ') as cells,
        array_to_string(wrong, '; ') as wrong_musd,
        array_to_string(correct, '; ') as correct_musd,
        is_detected,
        is_located,
        is_ambiguous,
        is_repaired,
        is_wrong
    from verdicts
    order by all
"""


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m proofs.faults",
        description="Damage the release in every way a copying hand does; count what is found.",
        epilog="example: .venv/bin/python -m proofs.faults --sample 100",
    )
    parser.add_argument("--sample", type=int, metavar="N", help="so many copies of each kind")
    parser.add_argument("--verdicts", type=Path, metavar="FILE",
                        help="write a CSV file with a row for each copy")  # fmt: skip
    parser.add_argument("--write", type=Path, metavar="FILE",
                        help="put the table into this file, such as docs/checks.md")  # fmt: skip
    return parser


def command(options: argparse.Namespace) -> None:
    """Run the proof; raise ProjectError if the audit missed a fault it must find."""
    started = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="us_trade-faults-") as folder,
        Progress("faults") as progress,
    ):
        progress(0, "compile")
        manifest = faults.compiled(Path(folder))
        with duckdb.connect(Path(folder) / faults.file_name(manifest)) as connection:
            faults.load_release(connection, manifest)
            progress(1, "damage")
            faults.damage(
                connection, sample=options.sample, several=options.sample or faults.SEVERAL
            )
            faults.audit(connection, manifest, lambda name: progress(detail=name))
            results, false_alarms = faults.judge(connection)
            if options.verdicts:
                put(options.verdicts, verdicts(connection).encode())
    counted = table(results, false_alarms)
    print(counted)
    if options.write:
        write_table(options.write, "faults", counted)
    print(f"{sum(row.tried for row in results):,} copies in {time.monotonic() - started:.0f} s")
    if not faults.is_proven(results, false_alarms):
        raise ProjectError("the audit does not do what docs/checks.md promises; see the rows above")


def table(results: Sequence[faults.Result], false_alarms: int) -> str:
    rows = [
        [row.kind, SMALL if row.is_small else LARGE, f"{row.tried:,}", f"{row.detected:,}",
         f"{row.located:,}", f"{row.ambiguous:,}", f"{row.repaired:,}", f"{row.wrong:,}"]
        for row in results
    ]  # fmt: skip
    header = ["fault", "error", "tried", "detected", "located", "ambiguous", "repaired", "wrong"]
    counted = markdown_table(header, rows, [False, False, *[True] * 6])
    return f"{counted}\n\nFalse alarms on the undamaged release: {false_alarms}."


def verdicts(connection: duckdb.DuckDBPyConnection) -> str:
    cursor = connection.execute(VERDICTS)
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(column[0] for column in cursor.description or ())
    writer.writerows(cursor.fetchall())
    return file.getvalue()


if __name__ == "__main__":
    sys.exit(main(command, parser()))
