"""The two engines, each in an environment of its own under `target/engines`, from its lock.

dbt 1.11 is that of requirements.lock.  dbt 2 is one program, which loads DuckDB's library by its
name; of its packages the last that an index alone can install is taken, and the library from that
of Node, which has it.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from project import ROOT, ProjectError
from proofs.environments import install, run

LOCKS = Path(__file__).parent
FOLDER = ROOT / "target" / "engines"

# What dbt 2 does not take from the flags of dbt_project.yml.
FLAGS = {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DBT_LOG_LEVEL_FILE": "info"}

START = """#!/bin/sh
export {flags}
export LD_LIBRARY_PATH='{library}'"${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}"
exec '{dbt}' "$@"
"""


@dataclass(frozen=True)
class Engine:
    name: str
    dbt: Path


def dbt_1() -> Engine:
    """dbt 1.11, installed; raises ProjectError."""
    return Engine("dbt 1.11", install(FOLDER / "dbt-1.11", ROOT / "requirements.lock") / "dbt")


def dbt_2(own: Path | None = None) -> Engine:
    """dbt 2, installed, or a person's own; raises ProjectError."""
    return Engine("dbt 2", own.absolute() if own else installed_dbt_2())


def installed_dbt_2() -> Path:
    """What starts it with the library; raises ProjectError."""
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
    start.write_text(START.format(flags=flags, library=libraries[0].parent, dbt=dbt))
    start.chmod(0o755)
    return start
