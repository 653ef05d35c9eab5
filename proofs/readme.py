"""Run the commands in README to the letter, as after a fresh clone.

Each `sh` block is run in a fresh clone of its own, where nothing is installed or built: line by
line, stopping at the first that fails.  At its end the database must be there.  What is not
committed is not in the clone.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from project import ROOT, ProjectError, main

# Variables that may be set here, but not after a fresh clone.
NOT_THERE = {"US_TRADE_DB", "VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL"}


def blocks(readme: str) -> list[list[str]]:
    """Yield the commands of each `sh` block."""
    return [block.splitlines() for block in re.findall(r"```sh\n(.*?)```", readme, re.DOTALL)]


def run(root: Path, skip: Sequence[str] = ()) -> None:
    """Run every block except the commands to skip; raise ProjectError with the output."""
    commands = blocks((root / "README.md").read_text())
    if unknown := set(skip) - {command for block in commands for command in block}:
        raise ProjectError(f"README has no such command to skip: {', '.join(sorted(unknown))}")
    environment = {name: value for name, value in os.environ.items() if name not in NOT_THERE}
    for block in commands:
        with tempfile.TemporaryDirectory(prefix="us_trade-readme-") as folder:
            clone = Path(folder) / "us_trade"
            subprocess.run(["git", "clone", "--quiet", root, clone], check=True)
            for command in block:
                if command in skip:
                    continue
                print(f"$ {command}", flush=True)
                done = subprocess.run(command, shell=True, cwd=clone, env=environment)
                if done.returncode:
                    raise ProjectError(
                        f"README.md: {command}: exit status {done.returncode} in a fresh clone"
                    )
            if not (clone / "us_trade.duckdb").exists():
                raise ProjectError(f"README.md: {'; '.join(block)}: made no us_trade.duckdb")


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m proofs.readme",
        description="Run the commands that README shows, each block in a fresh clone.",
        epilog='example: .venv/bin/python -m proofs.readme --skip "make test"',
    )
    parser.add_argument("--skip", action="append", default=[], metavar="COMMAND",
                        help="a command that has been run elsewhere")  # fmt: skip
    return parser


def command(options: argparse.Namespace) -> None:
    run(ROOT, options.skip)


if __name__ == "__main__":
    sys.exit(main(command, parser()))
