"""The report's queries, and README's picture, as far as they can be seen without drawing.

`make check-report` draws the report and looks at it in a browser.
"""

from __future__ import annotations

import datetime
import re
import xml.etree.ElementTree as ElementTree
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import yaml
from conftest import ROOT

REPORT = ROOT / "report"
QUERIES = sorted((REPORT / "queries").glob("*.sql"))
# Tables that are there when more than one release can be loaded; the page does without.
REVISIONS = {"fct_monthly_trade_vintages", "mart_revision_summary"}
COLUMNS = {
    "audit_words": "title sentence",
    "balance": "month_date exports_busd imports_busd balance_busd"
    " exports_shown imports_shown balance_shown",
    "goods_services": "month_date goods_busd services_busd total_busd"
    " goods_shown services_shown total_shown",
    "headline_numbers": "subject label level_busd change_busd change_pct previous_level_busd"
    " previous_month_words",
    "headline_sentences": "measure sentence",
    "recessions": "peak_month trough_month",
    "reconciliation": "family_words identities exact rounding unlikely breaks"
    " largest_residual_musd off_pct expected_off_pct",
    "records": "series_words value_busd standing_words streak_words high_busd high_month_words"
    " low_busd low_month_words",
    "release": "release_id title units_note file_name sha256 line_count cell_count"
    " first_month_words last_month_words released_on_words first_year",
    "row_residuals": "residual_musd identities expected_identities",
    "thirteen_months": "month_words balance_total_busd balance_goods_busd balance_services_busd"
    " exports_total_busd exports_goods_busd exports_services_busd"
    " imports_total_busd imports_goods_busd imports_services_busd",
    "three_months": "month_date month_busd average_busd month_shown average_shown"
    " month_is_above average_is_above",
    "year_ago": "month_date exports_pct imports_pct exports_shown imports_shown"
    " exports_is_above imports_is_above",
    "year_residuals": "residual_musd identities expected_identities",
    "year_to_date": "flow_words year sum_musd sum_busd sum_shown is_latest months_words",
    "z_scores": "year series_words position residual_musd z_score is_unlikely period_words",
    "z_scores_words": "title sentence alternative_text",
}
PICTURES = [path.stem.removesuffix("_words") for path in QUERIES if path.stem.endswith("_words")]
PICTURES = [name for name in PICTURES if name not in ("audit", "revisions")]


def tables(sql: str) -> set[str]:
    return set(re.findall(r"\bmarts\.(\w+)", sql))


def ask(database: Path, name: str) -> list[dict]:
    sql = (REPORT / "queries" / f"{name}.sql").read_text(encoding="utf-8")
    with duckdb.connect(str(database), read_only=True) as connection:
        cursor = connection.execute(sql)
        columns = [column[0] for column in cursor.description]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_a_query_says_what_it_is_for_and_reads_the_marts_alone(path: Path) -> None:
    sql = path.read_text(encoding="utf-8")
    assert sql.startswith("-- ")
    read = set(re.findall(r"(?:from|join)\s+(\w+)\.\w+", sql))
    assert read == {"marts"}


@pytest.mark.parametrize(
    "path",
    [path for path in QUERIES if not tables(path.read_text()) & REVISIONS],
    ids=lambda path: path.stem,
)
def test_a_query_returns_the_columns_that_are_drawn(path: Path, database: Path) -> None:
    rows = ask(database, path.stem)
    assert rows
    expected = COLUMNS.get(path.stem, "title alternative_text")
    assert list(rows[0]) == expected.split()
    if path.stem.endswith("_words"):
        assert len(rows) == 1
        assert all(rows[0].values()), "a title is null: a part of it is"


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_has_its_data_and_its_place_on_the_page(name: str) -> None:
    assert (REPORT / "queries" / f"{name}.sql").exists()
    assert f"$picture_{name}\n" in (REPORT / "page.html").read_text()


def test_billions_are_rounded_once_and_half_away_from_zero(database: Path) -> None:
    """What is shown of a month is the printed million to one decimal, as on paper."""
    shown = {row["month_date"]: row["balance_shown"] for row in ask(database, "balance")}
    with duckdb.connect(str(database), read_only=True) as connection:
        printed = connection.execute(
            "select month_date, balance_musd from marts.fct_monthly_trade where component = 'total'"
        ).fetchall()

    def by_hand(musd: int) -> Decimal:
        tenths, rest = divmod(abs(musd), 100)
        size = Decimal(tenths + (rest >= 50)) / 10
        return -size if musd < 0 else size

    assert shown == {month: by_hand(musd) for month, musd in printed}
    assert shown[datetime.date(2024, 2, 1)] == Decimal("-68.9")


def test_the_page_names_nothing_outside_itself() -> None:
    for name in ("page.html", "page.css", "page.js"):
        text = (REPORT / name).read_text()
        assert not re.search(r"https?:|//[a-z]|@import|url\(|eval\(", text), name
    assert "default-src 'none'" in (REPORT / "page.html").read_text()


def test_the_exposure_names_what_the_report_reads() -> None:
    text = (ROOT / "models" / "marts" / "exposures.yml").read_text(encoding="utf-8")
    exposures = {exposure["name"]: exposure for exposure in yaml.safe_load(text)["exposures"]}
    named = set(re.findall(r"'(\w+)'", " ".join(exposures["report"]["depends_on"])))
    read = set().union(*(tables(path.read_text(encoding="utf-8")) for path in QUERIES))
    assert named | REVISIONS == read | REVISIONS


def test_the_picture_of_readme_is_of_this_release(database: Path) -> None:
    assert "](docs/balance.svg)" in (ROOT / "README.md").read_text()
    picture = ElementTree.parse(ROOT / "docs" / "balance.svg").getroot()
    assert picture.tag == "{http://www.w3.org/2000/svg}svg"
    text = " ".join(
        "".join(element.itertext()).strip()
        for element in picture.iter("{http://www.w3.org/2000/svg}text")
    )
    [words] = ask(database, "balance_words")
    assert words["title"].replace(" ", "") in text.replace(" ", "")  # it runs over two lines
    last = ask(database, "balance")[-1]
    balance = str(last["balance_shown"]).replace("-", "\N{MINUS SIGN}")
    for label in (f"Imports {last['imports_shown']}", f"Balance {balance}"):
        assert label in text


@pytest.mark.parametrize("name", ["requirements-report", "requirements-report-check"])
def test_a_lock_names_exact_versions_with_hashes_and_no_host(name: str) -> None:
    lock = (ROOT / f"{name}.lock").read_text()
    pinned = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", lock, re.MULTILINE))
    wanted = re.findall(r"^([a-z][a-z0-9-]+)~=", (ROOT / f"{name}.txt").read_text(), re.M)
    assert set(wanted) <= set(pinned)
    assert lock.count("--hash=sha256:") >= len(pinned)
    assert "://" not in lock
    # The report reads the file with the DuckDB that wrote it.
    plain = re.search(r"^duckdb==(\S+)", (ROOT / "requirements.lock").read_text(), re.M)
    assert pinned["duckdb"] == plain[1]
