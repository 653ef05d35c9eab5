"""Read the published releases, texts, workbooks and bundles, and write the generated seeds.

A release that cannot be trusted is refused whole.  Each fault is printed as
``file:line: column: reason``, or ``file: sheet!cell: column: reason`` for a workbook, no seed is
touched, and the exit status is 1 (2 for wrong usage).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from project import ROOT, ProjectError, main, shown
from release import Refused, normalize


def folder(words: str) -> Path:
    path = Path(words)
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"{shown(path)} is not a folder")
    return path


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description="Read the releases, texts, workbooks and bundles, and write the seeds.",
        epilog="example: .venv/bin/python scripts/normalize_release.py --check",
    )
    parser.add_argument("--releases", type=folder, default=str(ROOT / "releases"), metavar="FOLDER",
                        help="where the releases are (default: releases)")  # fmt: skip
    parser.add_argument("--seeds", type=folder, default=str(ROOT / "seeds"), metavar="FOLDER",
                        help="where the seeds go (default: seeds)")  # fmt: skip
    parser.add_argument("--check", action="store_true",
                        help="write nothing; exit with 1 if a seed is out of date")  # fmt: skip
    return parser


def command(options: argparse.Namespace) -> None:
    try:
        print(normalize(options.releases, options.seeds, check=options.check))
    except Refused as refused:
        if options.check:
            raise
        raise ProjectError(f"{refused}\nnothing was written") from None


if __name__ == "__main__":
    sys.exit(main(command, parser()))
