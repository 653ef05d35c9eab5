"""What the tests share."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A freshly built database."""
    folder = tmp_path_factory.mktemp("database")
    path = folder / "us_trade.duckdb"
    dbt = Path(sys.executable).parent / "dbt"
    command = [dbt, "build", "--target-path", folder / "target", "--log-path", folder / "logs"]
    environment = {**os.environ, "US_TRADE_DB": str(path)}
    done = subprocess.run(
        command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout
    return path
