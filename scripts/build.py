#!/usr/bin/env python3
"""Run `dbt build` into a new file, and put it in the database's place when all of it has passed.

A reader of the database meets the last good build or the new one, never a half-built file: dbt
writes a file of the same name in a folder beside the database, and one rename swaps it in.  (The
name stays the same because a view remembers the name of the file it was made in.)  When the build
fails, the database stays as it was and the failed file is kept for inspection.

Exit status: that of dbt; 1 where the file cannot be written or put in its place.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def build(database: Path, dbt_arguments: list[str]) -> int:
    """Build ``database`` by way of a file beside it; returns dbt's exit status.

    Raises OSError if the folder cannot be written.
    """
    scratch = database.parent / f".{database.stem}.next"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    new = scratch / database.name
    command = [Path(sys.executable).parent / "dbt", "--quiet", "build", *dbt_arguments]
    environment = os.environ | {"US_TRADE_DB": str(new)}
    status = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    if status == 0:
        os.replace(new, database)
        shutil.rmtree(scratch)
        print(f"database    {database}")
    else:
        kept = f"{database} is as it was" if database.exists() else "no database was made"
        print(f"the build failed: {kept}; the failed file is {new}", file=sys.stderr)
    return status


def main() -> int:
    parser = argparse.ArgumentParser(
        description="Run `dbt build` beside the database and swap the finished file in.",
        epilog="example: US_TRADE_DB=/data/us_trade.duckdb scripts/build.py",
    )
    parser.add_argument("dbt_arguments", nargs="*", help="more arguments for `dbt build`")
    options, more = parser.parse_known_args()
    database = Path(os.environ.get("US_TRADE_DB") or ROOT / "us_trade.duckdb").absolute()
    try:
        return build(database, options.dbt_arguments + more)
    except OSError as error:
        print(f"{error.filename}: {error.strerror}; {database} is as it was", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
