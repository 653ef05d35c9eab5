"""Prove the promises: minutes each, not needed to build.  `python -m proofs.NAME`."""

import argparse
import sys
from pathlib import Path

# They use what the commands are made of.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))


def parser_of(name: str, what: str, example: str, page: str = "") -> argparse.ArgumentParser:
    """Return a proof's parser, with an example of its options; --write where it fills a page."""
    command = f"python -m proofs.{name}"
    parser = argparse.ArgumentParser(
        prog=command, description=what, epilog=f"example: .venv/bin/{command} {example}"
    )
    if page:
        parser.add_argument("--write", type=Path, metavar="FILE",
                            help=f"put the result into this page, such as {page}")  # fmt: skip
    return parser
