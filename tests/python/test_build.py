"""The whole way from a text to the marts, and where it stops."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, build, dbt, project_with, query

TEST_FAILED = 1


def rebuilt(database: Path) -> bytes:
    """What mart_release_text gives back, as the bytes of a file."""
    [(ending, mark, newline)] = query(
        database,
        "select line_ending, has_byte_order_mark, ends_with_newline from marts.dim_release",
    )
    lines = query(database, "select line_text from marts.mart_release_text order by line_number")
    end = "\r\n" if ending == "crlf" else "\n"
    text = end.join(line for (line,) in lines) + end * newline
    return text.encode("utf-8-sig" if mark else "utf-8")


def replace_once(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1
    return text.replace(old, new)


def test_the_release_is_rebuilt_byte_for_byte(database: Path) -> None:
    published = (ROOT / "releases" / "2024-02.txt").read_bytes()
    assert rebuilt(database) == published
    [(sha256, cells)] = query(database, "select sha256, cell_count from marts.dim_release")
    assert sha256 == hashlib.sha256(published).hexdigest()
    months, years = (
        query(database, f"select count(*) // 3 from marts.{fact}")[0][0]
        for fact in ("fct_monthly_trade", "fct_annual_trade")
    )
    assert cells == 9 * (months + years)


def test_every_number_of_the_text_stands_in_a_fact(database: Path, release_text: str) -> None:
    """Read the text once more, in the plainest way, and lay it beside the facts."""
    printed = {}
    for number, line in enumerate(release_text.split("\n"), 1):
        fields = line.split("\t")
        if len(fields) == 10 and fields[1].replace(",", "").lstrip("-").isdigit():
            cells = [int(field.replace(",", "")) for field in fields[1:]]
            for at, component in enumerate(("total", "goods", "services")):
                printed[number, component] = tuple(cells[at::3])
    facts = {
        (line, component): tuple(flows)
        for fact in ("fct_monthly_trade", "fct_annual_trade")
        for line, component, *flows in query(
            database,
            "select line_number, component, balance_musd, exports_musd, imports_musd "
            f"from marts.{fact}",
        )
    }
    assert facts == printed


def test_a_build_over_a_build_passes(database: Path) -> None:
    before = query(database, "select * from marts.fct_reconciliation order by all")
    assert dbt("build", database=database).returncode == 0
    assert query(database, "select * from marts.fct_reconciliation order by all") == before


def test_a_text_saved_by_a_spreadsheet_builds_and_is_rebuilt(
    tmp_path: Path, release_text: str
) -> None:
    """CRLF, a byte-order mark, quoted numbers, U+2212, marks of revision, exports first."""
    lines = []
    for number, line in enumerate(release_text.split("\n")):
        fields = line.split("\t")
        if len(fields) == 10:
            fields = [fields[0], *fields[4:7], *fields[1:4], *fields[7:]]
            if number % 3 == 0:
                fields[1:] = [f'"{f}"' if "," in f else f for f in fields[1:]]
            elif number % 3 == 1:
                fields[1:] = [f.replace(",", "").replace("-", "\u2212") for f in fields[1:]]
        if fields[0] == "February":
            fields[0] = "February (R)  "
        lines.append("\t".join(fields))
    text = "\ufeff" + "\r\n".join(lines) + "\r\n"
    project = project_with(tmp_path / "project", _2024_02=text.encode())
    database = tmp_path / "us_trade.duckdb"
    built = build(project, database)
    assert built.returncode == 0, built.stdout
    assert rebuilt(database) == text.encode()
    assert query(
        database, "select count(*) filter (is_revised), count(*) from marts.fct_monthly_trade"
    ) == [(33 * 3, 386 * 3)]


def january(text: str) -> str:
    """The release as it would stand had it ended in January 2024."""
    lines = text.split("\n")
    at = lines.index("2024" + "\t" * 9)
    lines[at + 1] = "Jan. -\t" + lines[at + 2].split("\t", 1)[1]
    lines[at + 3] = "February" + "\t" * 9
    return "\n".join(lines)


def test_a_january_release_builds(tmp_path: Path, release_text: str) -> None:
    """Its annual row and its month are of the same period, and must not be taken for one."""
    project = project_with(tmp_path / "project", _2024_01=january(release_text).encode())
    database = tmp_path / "us_trade.duckdb"
    built = build(project, database)
    assert built.returncode == 0, built.stdout
    assert query(
        database,
        "select months_covered, is_full_year, exports_period_residual_musd "
        "from marts.fct_annual_trade where year = 2024 and component = 'total'",
    ) == [(1, False, 0)]


@pytest.fixture(scope="module")
def damaged_build(
    tmp_path_factory: pytest.TempPathFactory, release_text: str
) -> tuple[Path, Path, subprocess.CompletedProcess[str]]:
    """A release with one wrong number, built over a database whose marts are sound."""
    folder = tmp_path_factory.mktemp("damaged")
    project = project_with(folder / "project", _2024_02=release_text.encode())
    database = folder / "us_trade.duckdb"
    assert build(project, database).returncode == 0
    text = project / "releases" / "2024-02.txt"
    cell = wrong_cell(release_text)
    text.write_text(replace_once(release_text, *cell), newline="")
    subprocess.run([sys.executable, project / "scripts" / "normalize_release.py"], check=True)
    return project, database, build(project, database)


def wrong_cell(text: str) -> tuple[str, str]:
    """The line of March 1995, and the same with two digits of its exports of goods exchanged."""
    line = text.split("\n")[54]
    assert line.startswith("March\t") and line.split("\t")[5] == "46,882"
    return line, replace_once(line, "46,882", "64,882")


def test_a_release_that_does_not_reconcile_stops_before_the_marts(damaged_build) -> None:
    _, database, built = damaged_build
    assert built.returncode == TEST_FAILED
    assert "no_break_is_unexplained" in built.stdout
    assert query(
        database,
        "select exports_musd from marts.fct_monthly_trade "
        "where month_date = '1995-03-01' and component = 'goods'",
    ) == [(46882,)]


def test_a_build_that_stops_names_the_wrong_number_and_its_repair(damaged_build) -> None:
    _, database, built = damaged_build
    said = [line for line in built.stdout.split("\n") if "line 55" in line]
    assert said == [
        "releases/2024-02.txt line 55, column 6: exports goods, March 1995 reads 64,882; "
        "the identities say 46,882 (46,881 to 46,883)"
    ]
    assert "Mend the text; or, where it was published so, accept it" in built.stdout
    assert '2024-02,balance_goods,month,1995-03-01,1995-03-31,-18000,"..."' in built.stdout
    [(evidence, is_ambiguous)] = query(
        database, "select evidence, is_ambiguous from intermediate.int_suspect_cells"
    )
    assert not is_ambiguous
    assert evidence.split("; ") == [
        "exports goods: the year is not the sum of its months (off by -18,001)",
        "exports: the total is not goods plus services (off by -18,000)",
        "goods: the balance is not exports less imports (off by -18,000)",
    ]


def test_every_mart_is_behind_the_gate(database: Path) -> None:
    manifest = json.loads((database.parent / "target" / "manifest.json").read_text())
    parents = manifest["parent_map"]

    def ancestors(node: str) -> set[str]:
        return {node}.union(*(ancestors(parent) for parent in parents.get(node, [])))

    [gate] = [n for n in manifest["nodes"] if n.startswith("test.") and ".no_break_is_" in n]
    guarded = set(parents[gate])
    marts = [n for n, node in manifest["nodes"].items() if node["schema"] == "marts"]
    open_marts = [n for n in marts if n.startswith("model.") and not guarded <= ancestors(n)]
    assert marts
    assert open_marts == []


def test_a_known_discrepancy_lets_the_break_pass_and_only_that(damaged_build) -> None:
    project, database, _ = damaged_build
    known = project / "seeds" / "known_discrepancies.csv"
    header = known.read_text()
    rows = query(
        database,
        "select release_id, identity_id, period_type, period_start, period_end, residual_musd "
        "from intermediate.int_identity_residuals where status = 'break'",
    )
    accepted = [",".join(map(str, row)) + ",as published\n" for row in rows]
    try:
        known.write_text(header + "".join(accepted))
        built = build(project, database)
        assert built.returncode == 0, built.stdout
        assert query(
            database,
            "select count(*) from marts.fct_reconciliation where accepted_reason = 'as published'",
        ) == [(3,)]

        known.write_text(header + "".join(accepted[:2]))
        built = build(project, database)
        assert built.returncode == TEST_FAILED
        assert "no_break_is_unexplained" in built.stdout

        stale = accepted[0].replace("1995-03", "1996-03")
        known.write_text(header + "".join(accepted) + stale)
        built = build(project, database)
        assert built.returncode == TEST_FAILED
        assert "every_known_discrepancy_is_a_break" in built.stdout
    finally:
        known.write_text(header)


@pytest.mark.parametrize(
    ("seed", "test"),
    [
        ("monthly_trade", "every_period_is_printed_once_for_every_series"),
        ("annual_trade", "every_period_is_printed_once_for_every_series"),
        ("release_lines", "every_cell_that_was_read_is_loaded"),
    ],
)
def test_a_seed_that_lost_its_last_row_is_caught(
    tmp_path: Path, release_text: str, seed: str, test: str
) -> None:
    project = project_with(tmp_path / "project", _2024_02=release_text.encode())
    path = project / "seeds" / f"{seed}.csv"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    built = build(project, tmp_path / "us_trade.duckdb")
    assert built.returncode == TEST_FAILED
    assert test in built.stdout


def test_make_swaps_a_finished_build_in_and_keeps_a_failed_one_aside(damaged_build) -> None:
    project, database, _ = damaged_build
    swapped = Path(shutil.copy(database, database.parent / "swapped.duckdb"))
    last_good = swapped.read_bytes()
    command = [sys.executable, project / "scripts" / "build.py"]
    run = subprocess.run(
        command, env=os.environ | {"US_TRADE_DB": str(swapped)}, capture_output=True, text=True
    )
    assert run.returncode == TEST_FAILED
    assert "no_break_is_unexplained" in run.stdout
    assert str(swapped.parent / ".swapped.next" / "swapped.duckdb") in run.stderr
    assert swapped.read_bytes() == last_good

    sound = "\n".join((ROOT / "releases" / "2024-02.txt").read_text().split("\n"))
    (project / "releases" / "2024-02.txt").write_text(sound, newline="")
    subprocess.run([sys.executable, project / "scripts" / "normalize_release.py"], check=True)
    run = subprocess.run(
        command, env=os.environ | {"US_TRADE_DB": str(swapped)}, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert not (swapped.parent / ".swapped.next").exists()
    assert "0 broken" in run.stdout
    assert query(swapped, "select count(*) from staging.stg_series") == [(9,)]


def test_the_docs_are_generated(database: Path) -> None:
    made = dbt("docs", "generate", "--static", database=database)
    assert made.returncode == 0, made.stdout
    assert (database.parent / "target" / "static_index.html").stat().st_size > 0
