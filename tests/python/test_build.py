"""The whole way from a release to the marts, and where it stops.

dbt itself runs three times: once for the build that all tests share, once into a gate, once over a
build.  Every other release is replayed (proofs/replay.py).
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from proofs.copies import copy_project
from support.builds import Build, Outcome, dbt, normalize, query, replayed

from project import ROOT

GATE = "no_failure_is_unexplained"
# The marts that say nothing of a release, and so wait for none.
CONSTANTS = {"dim_component", "dim_recession", "dim_series"}
SAID = (
    "releases/2024-02.txt line 55, column 6: exports goods, March 1995 reads 64,882; "
    "the identities say 46,882 (46,881 to 46,883)"
)


def rebuilt(database: Path) -> bytes:
    """Return the text of mart_release_text as the bytes of a file."""
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


def with_a_wrong_cell(text: str) -> bytes:
    """The release with two digits of the exports of goods of March 1995 exchanged."""
    line = text.split("\n")[54]
    assert line.startswith("March\t") and line.split("\t")[5] == "46,882"
    return replace_once(text, line, replace_once(line, "46,882", "64,882")).encode()


def marts(database: Path) -> dict[str, list[tuple]]:
    tables = query(
        database, "select table_name from duckdb_tables() where schema_name = 'marts' order by all"
    )
    return {name: query(database, f"from marts.{name} order by all") for (name,) in tables}


# ------------------------------------------------------------------- dbt itself


def test_a_build_over_a_build_passes(build: Build) -> None:
    """Its unit tests have passed a moment ago: they know nothing of what was there before."""
    with build.place() as database:
        before = marts(database)
        run = dbt("build", "--exclude-resource-type", "unit_test", database=database)
        assert run.returncode == 0, run.stdout
        assert marts(database) == before


def test_the_docs_are_generated(build: Build) -> None:
    with build.place() as database:
        made = dbt("docs", "generate", "--static", database=database)
        assert made.returncode == 0, made.stdout
        assert (database.parent / "target" / "static_index.html").stat().st_size > 0


def test_a_build_that_stops_says_why_and_leaves_the_database_as_it_was(
    build: Build, tmp_path: Path, release_text: str
) -> None:
    """A wrong number stops dbt at the gate, and a wrong row of a seed where it is read."""
    project = copy_project(tmp_path / "project")
    (project / "releases" / "2024-02.txt").write_bytes(with_a_wrong_cell(release_text))
    normalize(project / "releases", project / "seeds", check=False)
    with (project / "seeds" / "release_calendar.csv").open("a") as calendar:
        calendar.write("2024-3,2024-05-02,by hand\n")
    database = build.copy(tmp_path / "built")
    last_good = database.read_bytes()

    run = subprocess.run(
        [sys.executable, project / "scripts" / "build.py"],
        env=os.environ | {"US_TRADE_DB": str(database)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 1, run.stdout + run.stderr
    said = run.stdout.split("\n")
    assert [words for words in said if "line 55" in words] == [SAID]
    assert '2024-02,balance_goods,month,1995-03-01,1995-03-31,-18000,"..."' in said
    assert (
        "release_calendar_dates_each_release_after_its_month_and_in_order: fault=release_id is no "
        "month; write it as 2024-02, release_id=2024-3, released_on=2024-05-02, source=by hand"
    ) in said
    assert database.read_bytes() == last_good
    failed = project / "target" / "build" / "us_trade.duckdb"
    assert str(failed) in run.stderr
    # dbt came as far as the suspects, and to no mart.
    assert query(failed, "select count(*) from intermediate.int_suspect_cells") == [(1,)]
    assert marts(failed).keys() == CONSTANTS


# --------------------------------------------------------------- a replay is like dbt


def test_a_replay_of_the_same_release_gives_the_same_marts(
    build: Build, tmp_path: Path, release_text: str
) -> None:
    emptied = [f"delete from marts.{mart}" for mart in marts(build.database)]
    outcome = replayed(
        build, tmp_path, releases={"2024-02.txt": release_text.encode()}, sql=emptied
    )
    assert outcome.replayed.succeeded, outcome.replayed
    assert marts(outcome.database) == marts(build.database)
    assert outcome.printed
    assert outcome.printed in build.printed


# ------------------------------------------------------------------- sound releases


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


def test_a_text_saved_by_a_spreadsheet_builds_and_is_rebuilt(
    build: Build, tmp_path: Path, release_text: str
) -> None:
    """CRLF, a byte-order mark, quotes, U+2212, marks of revision, exports first, a new footnote."""
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
    lines.append("(2) Includes what no release ever had.")
    text = "\ufeff" + "\r\n".join(lines) + "\r\n"
    outcome = replayed(build, tmp_path, releases={"2024-02.txt": text.encode()})
    assert outcome.replayed.succeeded, outcome.replayed
    assert [line for line in outcome.printed.split("\n") if "warning" in line] == [
        f'warning     2024-02 line {len(lines)}: "{lines[-1]}" is not known from any release; '
        "accept it in scripts/release/published_words.csv"
    ]
    assert rebuilt(outcome.database) == text.encode()
    assert outcome.query(
        "select count(*) filter (is_revised), count(*) from marts.fct_monthly_trade"
    ) == [(33 * 3, 386 * 3)]


def january(text: str) -> str:
    """The release as it would stand had it ended in January 2024."""
    lines = text.split("\n")
    at = lines.index("2024" + "\t" * 9)
    lines[at + 1] = "Jan. -\t" + lines[at + 2].split("\t", 1)[1]
    lines[at + 3] = "February" + "\t" * 9
    return "\n".join(lines)


def test_a_january_release_builds(build: Build, tmp_path: Path, release_text: str) -> None:
    """Its annual row and its month are of the same period, and must not be taken for one."""
    outcome = replayed(build, tmp_path, releases={"2024-01.txt": january(release_text).encode()})
    assert outcome.replayed.succeeded, outcome.replayed
    assert outcome.query(
        "select months_covered, is_full_year, exports_period_residual_musd "
        "from marts.fct_annual_trade where year = 2024 and component = 'total'",
    ) == [(1, False, 0)]


# ------------------------------------------------------------------- where it stops


@pytest.fixture(scope="module")
def damaged(build: Build, tmp_path_factory: pytest.TempPathFactory, release_text: str) -> Outcome:
    """A release with one wrong number, on top of a database whose marts are sound; to read."""
    release = {"2024-02.txt": with_a_wrong_cell(release_text)}
    return replayed(build, tmp_path_factory.mktemp("damaged"), releases=release)


def test_a_release_that_does_not_reconcile_stops_before_the_marts(
    build: Build, damaged: Outcome
) -> None:
    assert damaged.failed == {GATE}
    skipped = damaged.replayed.skipped
    assert {name for name in skipped if not name.startswith("int_")} == (
        marts(build.database).keys() - CONSTANTS | {"alfred", "fred", "trade_as_of"}
    )
    assert marts(damaged.database) == marts(build.database)


def test_a_build_that_stops_names_the_wrong_number_and_its_implied_value(damaged: Outcome) -> None:
    said = damaged.printed.split("\n")
    assert [words for words in said if "line 55" in words] == [SAID]
    assert "Fix the file. If the release was published so, add these rows" in damaged.printed
    assert '2024-02,balance_goods,month,1995-03-01,1995-03-31,-18000,"..."' in said
    [(evidence, is_ambiguous)] = damaged.query(
        "select evidence, is_ambiguous from intermediate.int_suspect_cells"
    )
    assert not is_ambiguous
    assert evidence.split("; ") == [
        "exports goods: the year is not the sum of its months (off by -18,001)",
        "exports: the total is not goods plus services (off by -18,000)",
        "goods: the balance is not exports less imports (off by -18,000)",
    ]


def test_every_mart_is_behind_the_gate(build: Build) -> None:
    nodes, parents = build.manifest["nodes"], build.manifest["parent_map"]

    def above(node: str) -> set[str]:
        return {node}.union(*(above(parent) for parent in parents.get(node, [])))

    [gate] = [name for name in nodes if name.startswith("test.") and f".{GATE}" in name]
    guarded = set(parents[gate])
    behind = {
        name: guarded <= above(name) for name, node in nodes.items()
        if name.startswith("model.") and node["schema"] == "marts"
    }  # fmt: skip
    assert behind
    assert {name.split(".")[-1] for name, is_behind in behind.items() if not is_behind} == CONSTANTS


BREAKS = (
    "2024-02,period_exports_goods,year,1995-01-01,1995-12-31,-18001",
    "2024-02,balance_goods,month,1995-03-01,1995-03-31,-18000",
    "2024-02,component_exports,month,1995-03-01,1995-03-31,-18000",
)
NO_FAILURE = "2024-02,balance_goods,month,1996-03-01,1996-03-31,-18000"
STALE = "every_known_discrepancy_is_a_failure"


@pytest.mark.parametrize(
    ("known", "reason", "failed"),
    [
        (BREAKS, "as published", set()),
        (BREAKS[:2], "as published", {GATE}),
        ((*BREAKS, NO_FAILURE), "as published", {STALE}),
        (BREAKS, " ", {STALE}),
        (BREAKS, "...", {STALE}),
        (BREAKS, "published", {STALE}),
    ],
    ids=["all of them", "one too few", "one that is none", "blank", "dots", "one word"],
)
def test_a_known_discrepancy_lets_the_break_pass_and_only_that(
    build: Build, tmp_path: Path, release_text: str, known: tuple[str, ...], reason: str,
    failed: set[str],
) -> None:  # fmt: skip
    header = (ROOT / "seeds" / "known_discrepancies.csv").read_text().split("\n")[0]
    outcome = replayed(
        build,
        tmp_path,
        releases={"2024-02.txt": with_a_wrong_cell(release_text)},
        seeds={"known_discrepancies": "\n".join([header, *(f"{k},{reason}" for k in known)])},
    )
    assert outcome.failed == failed
    accepted = outcome.query(
        "select count(*) from marts.fct_reconciliation where accepted_reason = 'as published'"
    )
    assert accepted == [(0 if failed else 3,)]


@pytest.mark.parametrize(
    ("seed", "test"),
    [
        ("monthly_trade", "every_period_is_printed_once_for_every_series"),
        ("annual_trade", "every_period_is_printed_once_for_every_series"),
        ("release_lines", "every_cell_that_was_read_is_loaded"),
    ],
)
def test_a_seed_that_lost_its_last_row_is_caught(
    build: Build, tmp_path: Path, seed: str, test: str
) -> None:
    lines = (ROOT / "seeds" / f"{seed}.csv").read_text().splitlines(keepends=True)
    outcome = replayed(build, tmp_path, seeds={seed: "".join(lines[:-1])})
    assert test in outcome.failed
    assert f"{test}: " in outcome.printed
