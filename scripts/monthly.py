"""Fetch, build, export and draw the report; be quiet unless something is new or wrong.

The first step that fails ends the run: what stood there before it stays. What the steps said is
printed where one failed, or where the database or the files in dist/ are new. These are written
again where they are older than the database, so that the next run finishes what one left undone.

Exit status: 0; that of the step that failed; 1 where the next release is late.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import project
from project import ROOT, ProjectError, open_database

# The steps after the build: a script, and a file of dist/ that it writes.
WRITTEN = {"export_marts.py": "data/datapackage.json", "build_report.py": "report.html"}
LATE = 110  # days from the first of the latest month: since 2000, 298 of 319 came within that


def monthly(late: int, fetch_arguments: Sequence[str]) -> None:
    """Run the steps and print what is new; raise ProjectError, also where a release is late."""
    database = project.database().absolute()
    before = changed(database)
    said = run("fetch_release.py", *fetch_arguments) + run("build.py")
    is_new = changed(database) != before
    for script, written in WRITTEN.items():
        if changed(ROOT / "dist" / written) < changed(database):
            said, is_new = said + run(script), True
    print(said if is_new else "", end="", flush=True)
    with open_database(database) as connection:
        [(month,)] = connection.execute("select max(month_date) from marts.dim_month").fetchall()
    if (days := (date.today() - month).days) > late:
        raise ProjectError(
            f"the latest month is {month:%Y-%m}, which began {days:,} days ago: the next release "
            "is late, or no longer where fetch_release.py looks for it; what was there stays"
        )


def run(script: str, *arguments: str) -> str:
    """Return the output of a command of this project; raise ProjectError with it on failure."""
    command = [sys.executable, str(ROOT / "scripts" / script), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stdout + done.stderr).strip()
        raise ProjectError(f"{script} failed, and what was there stays:\n{said}", done.returncode)
    return done.stdout


def changed(path: Path) -> int:
    """Return when a file was last written, in nanoseconds; 0 where there is none."""
    return path.stat().st_mtime_ns if path.exists() else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(
        description="Fetch, build, export and draw the report; be quiet unless something is new or "
        "wrong. All other arguments are for fetch_release.py.",
        epilog="example: .venv/bin/python scripts/monthly.py --late 150",
        allow_abbrev=False,
    )
    late = "how long a month is the latest one (default: %(default)s)"
    parser.add_argument("--late", type=int, default=LATE, metavar="DAYS", help=late)
    options, fetch_arguments = parser.parse_known_args(arguments)
    return project.main(lambda _: monthly(options.late, fetch_arguments), parser, [])


if __name__ == "__main__":
    sys.exit(main())
