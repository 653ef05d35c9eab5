"""dbt as a process, and what it left."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from project import DBT, ROOT


def dbt(*arguments: str, project: Path = ROOT, database: Path) -> subprocess.CompletedProcess[str]:
    """Run dbt on ``project`` into ``database``, with its target and logs beside that."""
    places = ["--target-path", database.parent / "target", "--log-path", database.parent / "logs"]
    return subprocess.run(
        [DBT, *arguments, *places],
        cwd=project,
        env=os.environ | {"US_TRADE_DB": str(database)},
        capture_output=True,
        text=True,
        check=False,
    )


def manifest_of(database: Path) -> dict[str, Any]:
    """What dbt made of the project when it built this database."""
    manifest: dict[str, Any] = json.loads(
        (database.parent / "target" / "manifest.json").read_text()
    )
    return manifest
