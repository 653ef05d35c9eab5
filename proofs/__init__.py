"""Prove the promises: minutes each, not needed to build.  `python -m proofs.NAME`."""

import sys
from pathlib import Path

# They use what the commands are made of.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))
