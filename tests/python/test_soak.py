"""The soak: a short one, and what its readers call a failure."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT

SCRIPT = ROOT / "scripts" / "soak.py"
spec = importlib.util.spec_from_file_location("soak", SCRIPT)
soak = importlib.util.module_from_spec(spec)
# A dataclass looks its module up by name.
sys.modules["soak"] = soak
spec.loader.exec_module(soak)


def test_a_short_soak_has_no_failures() -> None:
    run = subprocess.run(
        [sys.executable, SCRIPT, "--swaps", "2", "--kills", "2", "--seed", "1"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    counted = {words[0]: words[1] for words in map(str.split, run.stdout.splitlines()[:4])}
    assert int(counted["reads"].strip(",")) > 0
    assert int(counted["swaps"]) >= 2
    assert (counted["kills"], counted["failures"]) == ("2", "0")


def test_a_reader_tells_one_build_from_a_mixture_of_two(tmp_path: Path, database: Path) -> None:
    build = soak.answers_of(database)
    soak.read(database, [build], 2, 0)
    mixed = Path(shutil.copy(database, tmp_path))
    with duckdb.connect(mixed) as connection:
        connection.execute("update marts.dim_release set sha256 = reverse(sha256)")
    other = soak.answers_of(mixed)
    soak.read(mixed, [build, other], 2, 0)
    with duckdb.connect(mixed) as connection:
        connection.execute(
            "update marts.fct_annual_trade set exports_musd = exports_musd + 1 "
            "where year = 1992 and component = 'total'"
        )
    with pytest.raises(ValueError, match="a mixture"):
        soak.read(mixed, [build, other], 2, 0)


def test_the_mirror_differs_in_every_row_and_mirrored_again_in_none(tmp_path: Path) -> None:
    project = soak.copy_project(tmp_path / "mirror")
    names = ("monthly_trade", "annual_trade", "releases")
    originals = [(ROOT / "seeds" / f"{name}.csv").read_text() for name in names]
    soak.mirror(project)
    for name, original in zip(names, originals, strict=True):
        mirrored = (project / "seeds" / f"{name}.csv").read_text().splitlines()
        same = [a for a, b in zip(mirrored, original.splitlines(), strict=True) if a == b]
        assert same == mirrored[:1]
    soak.mirror(project)
    assert [(project / "seeds" / f"{name}.csv").read_text() for name in names] == originals
