"""Run the commands in README to the letter, as after a fresh clone.

Each `sh` block is run in a clone of its own, of what is committed, with nothing installed or built:
line by line, stopping at the first that fails.  At its end the database must be there.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from project import ROOT, ProjectError, main
from proofs import parser_of

# Variables that may be set here, but not after a fresh clone.
NOT_THERE = {"US_TRADE_DB", "VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL"}


def blocks(readme: str) -> list[list[str]]:
    """Return the commands of each `sh` block."""
    return [block.splitlines() for block in re.findall(r"```sh\n(.*?)```", readme, re.DOTALL)]


def parser() -> argparse.ArgumentParser:
    what = "Run the commands that README shows, each block in a fresh clone."
    parser = parser_of("readme", what, '--skip "make test"')
    parser.add_argument("--skip", action="append", default=[], metavar="COMMAND",
                        help="a command that has been run elsewhere")  # fmt: skip
    return parser


def command(options: argparse.Namespace) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in NOT_THERE}
    for block in blocks((ROOT / "README.md").read_text()):
        with tempfile.TemporaryDirectory(prefix="us_trade-readme-") as folder:
            clone = Path(folder) / "us_trade"
            subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
            for line in (line for line in block if line not in options.skip):
                print(f"$ {line}", flush=True)
                done = subprocess.run(line, shell=True, cwd=clone, env=environment)
                if done.returncode:
                    raise ProjectError(f"README.md: {line}: exit status {done.returncode}")
            if not (clone / "us_trade.duckdb").exists():
                raise ProjectError(f"README.md: {'; '.join(block)}: made no us_trade.duckdb")


if __name__ == "__main__":
    sys.exit(main(command, parser()))
