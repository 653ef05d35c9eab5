"""The monthly run, with stand-ins for its steps: what it says, and what it does after a failure."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

import monthly
from project import ProjectError

STEPS = ["fetch_release.py", "build.py", "export_marts.py", "build_report.py"]
RECENT = date.today() - timedelta(days=40)


class Steps:
    """Stand-ins: each writes its file where it has news, fails where it is told to, and says so."""

    def __init__(self, folder: Path) -> None:
        self.database, self.folder = folder / "us_trade.duckdb", folder
        self.news, self.month, self.fails, self.ran = True, RECENT, "", list[str]()

    def run(self, script: str, *_: str) -> str:
        self.ran.append(script)
        if script == self.fails:
            raise ProjectError(f"{script} failed", 3)
        if script == "build.py" and self.news:
            self.database.unlink(missing_ok=True)
            with duckdb.connect(self.database) as connection:
                connection.execute("create schema marts; create table marts.dim_month as "
                                   f"select date '{self.month}' as month_date")  # fmt: skip
        if script in monthly.WRITTEN:
            written = self.folder / "dist" / monthly.WRITTEN[script]
            written.parent.mkdir(parents=True, exist_ok=True)
            written.write_text(script)
        return f"{script} said\n"


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Steps:
    steps = Steps(tmp_path)
    monkeypatch.setattr(monthly, "ROOT", tmp_path)
    monkeypatch.setattr(monthly, "run", steps.run)
    monkeypatch.setenv("US_TRADE_DB", str(steps.database))
    return steps


def test_a_new_release_is_reported_and_the_next_run_is_quiet(
    steps: Steps, capsys: pytest.CaptureFixture[str]
) -> None:
    assert monthly.main([]) == 0
    assert capsys.readouterr().out == "".join(f"{step} said\n" for step in STEPS)

    steps.news, steps.ran = False, []
    assert monthly.main([]) == 0
    assert capsys.readouterr() == ("", "")
    assert steps.ran == STEPS[:2]


@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_fails_ends_the_run_and_the_next_run_finishes_it(
    steps: Steps, capsys: pytest.CaptureFixture[str], step: str
) -> None:
    steps.fails = step
    assert monthly.main([]) == 3
    assert capsys.readouterr() == ("", f"{step} failed\n")
    assert steps.ran == STEPS[: STEPS.index(step) + 1]

    steps.fails, steps.news, steps.ran = "", not steps.database.exists(), []
    assert monthly.main([]) == 0
    assert steps.ran == STEPS[:2] + STEPS[max(2, STEPS.index(step)) :]
    assert capsys.readouterr().out == "".join(f"{step} said\n" for step in steps.ran)


@pytest.mark.parametrize(("days", "late"), [(110, False), (111, True)])
def test_a_late_release_is_reported(
    steps: Steps, capsys: pytest.CaptureFixture[str], days: int, late: bool
) -> None:
    steps.month = date.today() - timedelta(days=days)
    assert monthly.main([]) == late
    assert ("the next release is late" in capsys.readouterr().err) == late
