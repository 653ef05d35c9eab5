"""The two engines, each in an environment of its own under `target/engines`, from its lock.

dbt 1.11 is that of requirements.lock.  dbt 2 is one program, which loads DuckDB's library by its
name; of its packages the last that an index alone can install is taken, and the library from that
of Node, which has it.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from project import ROOT, ProjectError

LOCKS = Path(__file__).parent
FOLDER = ROOT / "target" / "engines"
UV = Path(sys.executable).with_name("uv")

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
    return Engine("dbt 1.11", environment("dbt-1.11", ROOT / "requirements.lock"))


def dbt_2(own: Path | None = None) -> Engine:
    """dbt 2, installed, or a person's own; raises ProjectError."""
    return Engine("dbt 2", own.absolute() if own else installed_dbt_2())


def installed_dbt_2() -> Path:
    """What starts it with the library; raises ProjectError."""
    dbt = environment("dbt-2", LOCKS / "dbt2.lock")
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


def environment(name: str, lock: Path) -> Path:
    """The dbt of a virtual environment that has what a lock says, and nothing else."""
    folder = FOLDER / name
    run([UV, "venv", "--quiet", "--allow-existing", "--python", sys.executable, folder])
    # Compiled as pip does it: dbt 1.11 would start at half the speed.
    run([UV, "pip", "sync", "--quiet", "--compile-bytecode", "--require-hashes",
         "--python", folder / "bin" / "python", lock])  # fmt: skip
    return folder / "bin" / "dbt"


def run(command: Sequence[str | Path], cwd: Path = ROOT) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ProjectError(f"{' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")
