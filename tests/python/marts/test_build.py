"""The whole way from a release to the marts, and where it stops.

dbt itself runs twice: once for the build that all tests share, once over it, into the gate.  Every
other release is replayed (proofs/replay.py); what is made of it, tests/golden/ holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest
from proofs.differences import differences_of_all
from proofs.made_up_releases import damaged
from proofs.replay import load_seeds, needed
from support.builds import Build, dbt, query, replayed, written
from support.situations import SITUATIONS, accepted, history

from project import ROOT

GATE = "no_failure_is_unexplained"
# The marts that say nothing of a release, and so wait for none.
CONSTANTS = {"dim_component", "dim_recession", "dim_series"}
MARTS = "select table_name from duckdb_tables() where schema_name = 'marts'"
SAID = (
    "releases/2024-02.txt line 55, column 6: exports goods, March 1995 reads 64,882; "
    "the identities say 46,882 (46,881 to 46,883)"
)


def unlike(database: Path, other: Path) -> dict[str, list[str]]:
    """Return the marts in which two databases differ, with their differences."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{database}' as one (read_only)")
        connection.execute(f"attach '{other}' as other (read_only)")
        found = dict(differences_of_all(connection, "one.marts", "other.marts"))
    assert found
    return {mart: lines for mart, lines in found.items() if lines}


# ------------------------------------------------------------------- dbt itself


def test_a_build_over_a_build_stops_at_the_gate_says_why_and_leaves_the_marts(
    build: Build, tmp_path: Path, release_text: str
) -> None:
    """A wrong number stops dbt before the marts, and a wrong row of a seed where it is read."""
    wrong = damaged(release_text, (1995, "March", 5, 64_882 - 46_882)).encode()
    database = build.in_place
    with duckdb.connect(database) as connection:
        load_seeds(connection, build.manifest, written(tmp_path, {"2024-02.txt": wrong}, {}))
        connection.execute(
            "insert into raw.release_calendar values ('2024-3', '2024-05-02', 'by hand');"
            "delete from raw.revision_spans"
        )
    run = dbt("build", "--exclude-resource-type", "unit_test", "seed", database=database)
    assert run.returncode == 1, run.stdout
    said = run.stdout.split("\n")
    assert [words for words in said if "line 55" in words] == [SAID]
    assert '2024-02,balance_goods,month,1995-03-01,1995-03-31,-18000,"..."' in said
    assert (
        "release_calendar_dates_each_release_after_its_month_and_in_order: fault=release_id is no "
        "month; write it as 2024-02, release_id=2024-3, released_on=2024-05-02, source=by hand"
    ) in said
    spans = [line for line in said if line.startswith("revision_spans_has_each_month_of_the_year")]
    assert len(spans) == 6 and spans[-1].endswith(": ... and 7 more")
    assert query(database, "select count(*) from intermediate.int_suspect_cells") == [(1,)]
    assert unlike(database, build.database) == {}


# --------------------------------------------------------------- a replay is like dbt


def test_a_replay_of_the_same_release_gives_the_same_marts(
    build: Build, tmp_path: Path, release_text: str
) -> None:
    emptied = [f"delete from marts.{mart}" for (mart,) in query(build.database, MARTS)]
    outcome = replayed(
        build, tmp_path, releases={"2024-02.txt": release_text.encode()}, sql=emptied
    )
    assert outcome.replayed.succeeded, outcome.replayed
    assert unlike(outcome.database, build.database) == {}
    assert outcome.printed
    assert outcome.printed in build.printed


# ------------------------------------------------------------------- sound releases


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


def test_a_text_saved_by_a_spreadsheet_is_rebuilt(build: Build, tmp_path: Path) -> None:
    """CRLF, a byte-order mark, quotes, U+2212, marks of revision, exports first, a new footnote."""
    lines = []
    for number, line in enumerate(history(2022, (2024, 2)).split("\n")):
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
    assert outcome.replayed.succeeded, outcome.printed
    assert [line for line in outcome.printed.split("\n") if "warning" in line] == [
        f'warning     2024-02 line {len(lines)}: "{lines[-1]}" is not known from any release; '
        "accept it in scripts/release/published_words.csv"
    ]
    assert outcome.query(
        "select count(*) filter (is_revised), count(*) from marts.fct_monthly_trade"
    ) == [(3 * 3, 26 * 3)]


# ------------------------------------------------------------------- where it stops


def test_every_mart_is_behind_the_gate(build: Build) -> None:
    nodes = build.manifest["nodes"]
    [gate] = [node for node in nodes.values() if node["name"] == GATE]
    guarded = set(gate["depends_on"]["nodes"])
    marts = [node["name"] for name, node in nodes.items()
             if name.startswith("model.") and node["schema"] == "marts"]  # fmt: skip
    assert {name for name in marts if not guarded <= needed(nodes, name).keys()} == CONSTANTS
    assert len(marts) > len(CONSTANTS)


ACCEPTED = SITUATIONS["a_known_discrepancy"].sql
NO_FAILURE = accepted("2024-02,balance_goods,month,2023-04-01,2023-04-30,-1000")
STALE = "every_known_discrepancy_is_a_failure"


@pytest.mark.parametrize(
    ("known", "test"),
    [
        (ACCEPTED[:-1], GATE),
        ((*ACCEPTED, *NO_FAILURE), STALE),
        ([*ACCEPTED[:-1], ACCEPTED[-1].replace("as published", " ")], STALE),
        ([*ACCEPTED[:-1], ACCEPTED[-1].replace("as published", "...")], STALE),
        ([*ACCEPTED[:-1], ACCEPTED[-1].replace("as published", "published")], STALE),
    ],
    ids=["one too few", "one that is none", "blank", "dots", "one word"],
)
def test_a_known_discrepancy_lets_the_break_pass_and_only_that(
    build: Build, tmp_path: Path, known: Sequence[str], test: str
) -> None:
    releases = SITUATIONS["a_known_discrepancy"].releases
    outcome = replayed(build, tmp_path, releases=releases, sql=known, upto=test)
    assert outcome.failed == {test}


@pytest.mark.parametrize("seed", ["monthly_trade", "annual_trade", "release_lines"])
def test_a_seed_that_lost_its_last_row_is_caught(build: Build, tmp_path: Path, seed: str) -> None:
    test = "every_cell_that_was_read_is_loaded"
    lines = (ROOT / "seeds" / f"{seed}.csv").read_text().splitlines(keepends=True)
    outcome = replayed(build, tmp_path, seeds={seed: "".join(lines[:-1])}, upto=test)
    assert outcome.failed == {test}
    assert f"{test}: " in outcome.printed


# ----------------------------------------------------------------------- Exhibit 1


@pytest.mark.parametrize(
    ("release", "label", "period_type"),
    [
        ("2023-02", "", "as_previously_published"),
        ("2023-02", "January", "month"),
        ("2023-02", "Jan. - Feb.", "part_year"),
        ("2023-01", "Jan. - Dec.", "year"),
    ],
)
def test_a_wrong_number_of_an_exhibit_is_located_like_any_other(
    build: Build, tmp_path: Path, release: str, label: str, period_type: str
) -> None:
    """In what a release remembers too, and in a sum of months."""
    releases = dict(SITUATIONS["exhibits_alone"].releases)
    name = f"{release}.txt"
    head, mark, tail = releases[name].decode().rpartition(f"\n{label}\t-")
    fields = tail.split("\t")
    fields[4] = f"{int(fields[4].replace(',', '')) + 7_000:,}"
    releases[name] = (head + mark + "\t".join(fields)).encode()
    outcome = replayed(build, tmp_path, releases=releases, upto="int_suspect_cells")
    assert outcome.query(
        """
        select release_id, period_type, series_id, published_musd - implied_musd, is_ambiguous
        from intermediate.int_suspect_cells
        """
    ) == [(release, period_type, "exports_goods", 7_000, False)]
