"""The announced deficits find errors that no identity can, and only warn."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from proofs.made_up_releases import Published, exact, made_up_release
from support.builds import Build, Outcome, replayed

from project import ROOT

WARNING = "warning     2024-02 differs from the deficits announced with it, in billions: "
# docs/checks.md shows the first of them.
EVERYWHERE = WARNING + "February 2024 is 67.9, announced 68.9\n"
SLIPPED = WARNING + "February 2024 is 67.6, announced 68.9; January 2024 is 64.2, announced 67.6\n"


def changed_everywhere(published: Published) -> str:
    """1,000 more exports of goods in February, and in every total, balance and annual row."""
    return made_up_release(published, (2024, 2), {(2024, 2): {"exports_goods": 1000}})


def under_the_wrong_month(published: Published) -> str:
    """Every month's numbers a month too late."""
    months = sorted(month for month in published.rows if month[1])
    cells = [exact(published.rows[month]) for month in months]
    published.rows = dict(zip(months, [cells[0], *cells], strict=False))
    return made_up_release(published, (2024, 2))


@pytest.mark.parametrize(
    ("made", "said"), [(changed_everywhere, EVERYWHERE), (under_the_wrong_month, SLIPPED)]
)
def test_a_release_that_obeys_every_identity_is_compared_with_what_was_announced(
    build: Build,
    tmp_path: Path,
    release_text: str,
    made: Callable[[Published], str],
    said: str,
) -> None:
    text = made(Published(release_text))
    outcome = replayed(build, tmp_path, releases={"2024-02.txt": text.encode()})
    assert outcome.replayed.succeeded, outcome.replayed
    assert outcome.printed.startswith(said)
    assert outcome.query("select is_valid, agrees_with_announcement from marts.dim_release") == [
        (True, False)
    ]


def test_readme_shows_what_the_build_says() -> None:
    assert f"\n    {EVERYWHERE}" in (ROOT / "docs" / "checks.md").read_text()


def exchanged_years(text: str) -> str:
    """2020 and 2022 exchanged."""
    published = Published(text)
    rows = dict(published.rows)
    for year, other in ((2020, 2022), (2022, 2020)):
        published.rows.update({(year, month): rows[other, month] for month in range(13)})
    return made_up_release(published, (2024, 2))


def one_month_exchanged(text: str) -> str:
    """The goods of March 2015 for its services."""
    published = Published(text)
    row = published.rows[2015, 3]
    published.rows[2015, 3] = [row[at] for at in (0, 2, 1, 3, 5, 4, 6, 8, 7)]
    for column in (1, 2, 4, 5, 7, 8):  # so that the year still adds up
        by = published.rows[2015, 3][column] - row[column]
        published.rows[2015, 0][column] += by
    return made_up_release(published, (2024, 2))


def in_billions(text: str) -> str:
    published = Published(text)
    published.rows = {at: [round(n / 1000) for n in row] for at, row in published.rows.items()}
    return made_up_release(published, max(published.rows))


def exchanged_headers(text: str) -> str:
    return text.replace("Goods (1)\tServices", "Services\tGoods (1)")


FAR = (
    "warning     2024-02: deficits differ from those announced first by more than 12.3 billion, "
    "more than any revision so far: "
)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (exchanged_years, FAR + "March 2022 is 44.0, announced 109.8; March 2020 is 102.5"),
        (one_month_exchanged, "warning     2024-02: services exceed goods in exports or imports, "
                              "as never before: line 335\n"),
    ],
)  # fmt: skip
def test_a_month_further_off_than_any_revision_is_a_warning(
    build: Build, tmp_path: Path, release_text: str, made: Callable[[str], str], said: str
) -> None:
    outcome = replayed(build, tmp_path, releases={"2024-02.txt": made(release_text).encode()})
    assert outcome.replayed.succeeded, outcome.replayed
    assert said in outcome.printed


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (in_billions, "the deficit of February 2024 is 0.1, announced 68.9 billion dollars: are "
                      "the units or the years wrong?"),
        (exchanged_headers, "services exceed goods in every row of exports and imports: are "
                            "the headers exchanged?"),
    ],
)  # fmt: skip
def test_a_release_that_cannot_be_is_stopped(
    build: Build, tmp_path: Path, release_text: str, made: Callable[[str], str], said: str
) -> None:
    outcome = replayed(build, tmp_path, releases={"2024-02.txt": made(release_text).encode()})
    gate = "the_latest_release_is_plausible"
    assert outcome.failed == {gate}
    assert outcome.printed == f"{gate}: release_id=2024-02, fault={said}\n"


def test_an_older_release_that_cannot_be_is_left_out(
    build: Build, tmp_path: Path, release_text: str
) -> None:
    older = in_billions(made_up_release(Published(release_text), (2024, 1)))
    releases = {"2024-01.txt": older.encode(), "2024-02.txt": release_text.encode()}
    outcome = replayed(build, tmp_path, releases=releases)
    assert outcome.replayed.succeeded, outcome.replayed
    assert outcome.printed.startswith(
        "left out    2024-01: the deficit of January 2024 is 0.1, announced 67.4 billion dollars: "
    )
    valid = "select release_id, is_valid from marts.dim_release order by release_id"
    assert outcome.query(valid) == [("2024-01", False), ("2024-02", True)]


def test_of_several_releases_those_that_disagree_are_named(three_releases: Outcome) -> None:
    """Nothing was announced with that of January; the committed one agrees."""
    said = [line for line in three_releases.printed.splitlines() if "announced" in line]
    assert said == [
        "warning     2023-12 differs from the deficits announced with it, in billions: "
        "December 2023 is 64.6, announced 62.2; November 2023 is 62.7, announced 61.9"
    ]


def test_the_page_on_the_checks_quotes_the_warnings() -> None:
    page = (ROOT / "docs" / "checks.md").read_text()
    assert EVERYWHERE in page
    assert FAR + "March 2022 is 44.0, announced 109.8; ..." in page
