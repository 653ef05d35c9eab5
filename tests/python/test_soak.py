"""The soak: a short one, and what its readers call a failure."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest
from proofs import soak
from proofs.bench import WITH_ANOTHER_DBT
from support.stand_ins import SCRIPTS, good_dbt, make_database, stand_in

from release import normalize

QUICK = soak.PACES[:3]


def make_answering(path: Path, number: int) -> Path:
    """A small database that has an answer to every question of the soak."""
    with duckdb.connect(make_database(path, number)) as connection:
        connection.execute(
            f"""
            create schema staging;
            drop table marts.fct_monthly_trade;
            create table marts.dim_release as select '2024-02' as release_id, '{number}' as sha256;
            create table marts.fct_monthly_trade as
            select
                {number} as exports_musd, {number} as imports_musd,
                {number} as balance_musd, i as line_number
            from range(500) as r (i);
            create table marts.fct_annual_trade as from marts.fct_monthly_trade;
            create table staging.stg_printed_rows as select {number} as exports_total
            """
        )
    return path


@pytest.fixture
def builder(tmp_path: Path) -> soak.Builder:
    """build.py with a program in dbt's place that copies one of two databases made before."""
    for at, name in enumerate(("original", "mirror")):
        make_answering(tmp_path / f"{name}.duckdb", at)
    good_dbt(tmp_path / "bin", 0)  # for what it writes down
    copies = (
        f"cp '{tmp_path}'/${{PWD##*/}}.duckdb \"$US_TRADE_DB\"; cp '{tmp_path}/bin'/*.json target"
    )
    dbt = stand_in(tmp_path, copies)

    def command(folder: Path) -> Sequence[str | Path]:
        return [sys.executable, "-c", WITH_ANOTHER_DBT, folder / "scripts", dbt]

    return command


def test_a_short_soak_has_no_failures(tmp_path: Path, builder: soak.Builder) -> None:
    (tmp_path / "soak").mkdir()
    tally = soak.soak(tmp_path / "soak", 6, 6, 1, builder, QUICK)
    assert tally.failures == []
    assert tally.reads > 0 and tally.kills == 6 and tally.swaps >= 6


def test_a_soak_finds_builds_that_do_not_swap_in_one_step(
    tmp_path: Path, builder: soak.Builder
) -> None:
    """The readers look while a build writes in place, and what a build leaves is seen."""
    in_place = tmp_path / "in_place.py"
    in_place.write_text(
        "import os, sys, time\n"
        "data = open(sys.argv[1], 'rb').read()\n"
        "with open(os.environ['US_TRADE_DB'], 'wb') as file:\n"
        "    for half in (data[:9000], data[9000:]):\n"
        "        file.write(half); file.flush(); time.sleep(0.2)\n"
        "open(os.environ['US_TRADE_DB'] + '.left', 'w').close()\n"
    )

    def command(folder: Path) -> Sequence[str | Path]:
        return [sys.executable, in_place, tmp_path / f"{folder.name}.duckdb"]

    (tmp_path / "soak").mkdir()
    tally = soak.soak(tmp_path / "soak", 4, 2, 1, command, QUICK)
    assert any(failure.startswith("reader: ") for failure in tally.failures)
    assert any("us_trade.duckdb.left" in failure for failure in tally.failures)


def test_a_reader_tells_one_build_from_a_mixture_of_two(tmp_path: Path) -> None:
    database = make_answering(tmp_path / "database", 1)
    build = soak.answers_of(database)
    soak.read(database, [build], 2, 0)
    mixed = Path(shutil.copy(database, tmp_path / "mixed"))
    with duckdb.connect(mixed) as connection:
        connection.execute("update marts.dim_release set sha256 = '2'")
    other = soak.answers_of(mixed)
    soak.read(mixed, [build, other], 2, 0)
    with duckdb.connect(mixed) as connection:
        connection.execute("update marts.fct_annual_trade set exports_musd = 2")
    with pytest.raises(ValueError, match="a mixture"):
        soak.read(mixed, [build, other], 2, 0)


def test_the_mirror_differs_in_every_row_and_mirrored_again_in_none(tmp_path: Path) -> None:
    published, mirror = soak.two_projects(tmp_path)
    for folder in (published, mirror):
        normalize(folder / "releases", folder / "seeds", check=False)
    for name in ("monthly_trade", "annual_trade", "releases"):
        rows, others = (
            (folder / "seeds" / f"{name}.csv").read_text().splitlines()
            for folder in (published, mirror)
        )
        same = [row for row, other in zip(rows, others, strict=True) if row == other]
        assert same == rows[:1]
    text = (SCRIPTS.parent / "releases" / "2024-02.txt").read_bytes().decode()
    assert soak.mirrored(text) != text == soak.mirrored(soak.mirrored(text))
