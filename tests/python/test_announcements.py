"""What the agency announced sees what no identity can, and stops nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from proofs.made_up_releases import Published, exact, made_up_release
from support.builds import Build, Outcome, replayed

from project import ROOT

WARNING = (
    "warning     2024-02 does not print the deficits that were announced with it, in billions: "
)
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
def test_a_release_that_obeys_every_identity_is_held_to_what_was_announced(
    build: Build,
    tmp_path: Path,
    release_text: str,
    made: Callable[[Published], str],
    said: str,
) -> None:
    text = made(Published(release_text))
    outcome = replayed(build, tmp_path, releases={"2024-02.txt": text.encode()})
    assert outcome.replayed.is_sound, outcome.replayed
    assert outcome.printed.startswith(said)
    assert outcome.query("select is_sound, agrees_with_announcement from marts.dim_release") == [
        (True, False)
    ]


def test_readme_shows_what_the_build_says() -> None:
    assert f"\n    {EVERYWHERE}" in (ROOT / "docs" / "checks.md").read_text()


def test_of_several_releases_those_that_disagree_are_named(three_releases: Outcome) -> None:
    """Nothing was announced with that of January; the committed one agrees."""
    said = [line for line in three_releases.printed.splitlines() if "announced" in line]
    assert said == [
        "warning     2023-12 does not print the deficits that were announced with it, in "
        "billions: December 2023 is 64.6, announced 62.2; November 2023 is 62.7, announced 61.9"
    ]
