"""Environments beside the project's own, installed by uv from a lock."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from project import ROOT, ProjectError

UV = Path(sys.executable).with_name("uv")


def install(folder: Path, lock: Path) -> Path:
    """Make ``folder`` a virtual environment that has what a lock says and nothing else, which takes
    no time where it is one already; the folder of its programs.  Raises ProjectError."""
    programs = folder / "bin"
    run([UV, "venv", "--quiet", "--allow-existing", "--python", sys.executable, folder])
    # Compiled as pip does it: dbt 1.11 would start at half the speed.
    run([UV, "pip", "sync", "--quiet", "--compile-bytecode", "--require-hashes",
         "--python", programs / "python", lock])  # fmt: skip
    return programs


def run(command: Sequence[str | Path], cwd: Path = ROOT) -> None:
    """Run a command; raises ProjectError with what it said where it fails."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ProjectError(f"{' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")
