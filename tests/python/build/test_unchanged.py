"""`make` with nothing changed since the last good build says so, and builds wherever it might."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import pytest
import yaml
from proofs.copies import copy_project
from support.stand_ins import (
    SUMMARY,
    Builds,
    build_in,
    good_dbt,
    leave_open,
    make_database,
    stand_in,
)

import build

ROOT = Path(build.__file__).parent.parent
SAID = "nothing has changed since this was built:\n"


class Project(Builds):
    """A copy of the project with its release, built once; its dbt counts how often it is run."""

    def build_once(self, folder: Path) -> None:
        shutil.copy(ROOT / "releases" / "2024-02.txt", self.root / "releases")
        self.database = folder / "us_trade.duckdb"
        self.made, self.count = folder / "bin", folder / "count"
        self.dbt = self.stand_in_that(":")
        assert self.make() == (1, "1 release: the seeds are up to date\n")

    def stand_in_that(self, does: str) -> Path:
        return good_dbt(self.made, 1, f"echo run >> '{self.count}'; {does}")

    def make(self, database: Path | None = None) -> tuple[int, str]:
        """How often dbt was run, and what was said before the last line."""
        self.count.write_text("")
        database = database or self.database
        built = self.run(database, self.dbt)
        assert (built.returncode, built.stderr) == (0, "")
        said, _, last = built.stdout.rstrip("\n").rpartition("\n")
        assert last == f"database    {database}"
        return self.count.read_text().count("run"), f"{said}\n"

    def is_spared(self) -> bool:
        """Whether the next `make` builds nothing, and says what the last one did."""
        runs, said = self.make()
        assert (said == SAID + SUMMARY) == (runs == 0)
        return runs == 0


@pytest.fixture
def project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Project:
    project = Project(copy_project(tmp_path / "project"), monkeypatch, capfd)
    project.build_once(tmp_path)
    return project


def test_nothing_is_built_while_nothing_has_changed(project: Project) -> None:
    before = project.database.stat()
    assert project.is_spared() and project.is_spared()
    after = project.database.stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_what_only_looks_changed_is_not(project: Project) -> None:
    """Times, copies, and what no build reads: prose, the page, fetch, the tests in Python."""
    for path in [*project.root.rglob("*"), project.database]:
        os.utime(path)
    shutil.copy(project.database, project.root / "copy")
    os.replace(project.root / "copy", project.database)
    for name in ("README.md", "docs/running.md", "docs/conventions.md", "docs/more.svg",
                 "scripts/fetch_release.py", "scripts/report/page.css", "scripts/build.py",
                 "tests/python/test_more.py", "tests/golden.txt"):  # fmt: skip
        path = project.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"More words.\n{path.read_text() if path.exists() else ''}")
    (project.root / "models" / "__pycache__").mkdir()
    (project.root / "models" / "__pycache__" / "one.py").touch()
    assert project.is_spared()


CHANGED = (
    "models/staging/stg_releases.sql", "macros/report.sql", "seeds/series.csv", "profiles.yml",
    "dbt_project.yml", "requirements.lock", "scripts/release/text.py",
    # New ones:
    "analyses/new.sql", "models/new.py", "seeds/new.yml", "packages.yml", "docs/new.md",
    "tests/generic/new.sql", "models/python/new.sql", "dbt_packages/a/macros/new.sql",
)  # fmt: skip


def test_a_change_to_what_a_build_reads_is_built(project: Project) -> None:
    for name in CHANGED:
        path = project.root / name
        path.parent.mkdir(exist_ok=True, parents=True)
        with path.open("a") as file:
            file.write("\n{% docs new %} {% enddocs %}\n")
        assert not project.is_spared(), name
    assert project.is_spared()
    path.unlink()
    assert not project.is_spared()


@pytest.mark.parametrize("name", ["releases/2024-02.txt", "seeds/monthly_trade.csv"])
def test_another_release_is_read_and_an_edited_seed_written_again(
    project: Project, name: str
) -> None:
    text, seed = project.root / name, project.root / "seeds" / "monthly_trade.csv"
    before = seed.read_bytes()
    text.write_bytes(text.read_bytes() + b"\n")
    runs, said = project.make()
    new = "monthly_trade.csv" if text == seed else "releases.csv"
    assert (runs, said) == (1, f"1 release: {new} written\n")
    assert seed.read_bytes() == before and project.is_spared()


def test_a_database_that_is_not_the_one_that_was_built_is_built_again(project: Project) -> None:
    def another() -> None:
        project.database.unlink()
        make_database(project.database, 4)

    def edit() -> None:
        """The file is as it was, and what was written stands in the log beside it."""
        before = project.database.read_bytes()
        leave_open(project.database, "update marts.build set n = 3")
        assert project.database.read_bytes() == before

    for change in (edit, another, project.database.unlink):
        change()
        assert not project.is_spared(), change
        assert build_in(project.database) == 1
    assert project.is_spared()


def test_another_database_is_built_by_whatever_name(project: Project, tmp_path: Path) -> None:
    other = tmp_path / "other.duckdb"
    assert project.make(other)[0] == 1
    assert project.make(other)[0] == 0
    assert project.make()[0] == 1
    # A table macro contains the file's name.
    link = tmp_path / "link.duckdb"
    link.symlink_to(project.database)
    assert project.make(link)[0] == 1


def test_another_dbt_or_duckdb_builds_again(project: Project, tmp_path: Path) -> None:
    project.patch.setattr(sys, "prefix", str(tmp_path))
    assert not project.is_spared()
    for name in ("dbt_core-1.11.99", "duckdb-2.0.99"):
        (tmp_path / "lib" / "python3" / "site-packages" / f"{name}.dist-info").mkdir(parents=True)
        assert not project.is_spared() and project.is_spared()
    (tmp_path / "lib" / "python3" / "site-packages" / "pytest-9.2.dist-info").mkdir()
    assert project.is_spared()


def test_a_note_that_cannot_be_read_is_no_reason_not_to_build(project: Project) -> None:
    record = project.root / "target" / "last_build.json"
    without = json.dumps({**json.loads(record.read_text()), "said": None}).encode()
    for note in (without, b"", b"[]", b"null", b"{}", b"\xff", b'{"key": 1}'):
        record.write_bytes(note)
        assert not project.is_spared(), note
    assert project.is_spared()


def test_where_no_note_can_be_left_a_build_succeeds(project: Project) -> None:
    (project.root / "target" / "last_build.json").unlink()
    (project.root / "target" / "last_build.json").mkdir()
    assert not project.is_spared() and not project.is_spared()


@pytest.mark.parametrize("back", [":", "cp -p '{kept}' '{model}'"], ids=["stays", "taken back"])
def test_what_changes_during_a_build_may_not_have_been_built(project: Project, back: str) -> None:
    model = project.root / "models" / "staging" / "stg_releases.sql"
    (project.root / "models" / "new.sql").touch()
    kept = Path(shutil.copy2(model, project.made.parent / "kept"))
    back = back.format(kept=kept, model=model)
    project.dbt = project.stand_in_that(f"echo '-- meanwhile' >> '{model}'; {back}")
    assert not project.is_spared()
    project.dbt = project.stand_in_that(":")
    shutil.copyfile(kept, model)
    assert not project.is_spared()
    assert project.is_spared()


def test_a_failed_build_is_none_and_what_stood_before_it_still_counts(project: Project) -> None:
    model = project.root / "models" / "new.sql"
    model.touch()
    failing = stand_in(project.root, "exit 3")
    assert project.run(project.database, failing).returncode == 3
    model.unlink()
    assert project.is_spared()


def test_a_pipe_among_what_is_read_is_not_waited_for(project: Project) -> None:
    os.mkfifo(project.root / "models" / "pipe.sql")
    assert not project.is_spared() and not project.is_spared()


def test_a_link_in_a_circle_is_named(project: Project) -> None:
    (project.root / "docs" / "up").symlink_to("..")
    built = project.run(project.database, project.dbt)
    said = "docs/up is a link to a folder that it is in, where dbt would go round in circles: "
    assert built.returncode == 1 and built.stderr.endswith(f"{said}remove it\n")
    (project.root / "docs" / "up").unlink()
    # One to another place is followed, as dbt does.
    (project.root.parent / "more").mkdir()
    (project.root / "models" / "more").symlink_to("../../more")
    assert project.is_spared()
    (project.root.parent / "more" / "one.sql").touch()
    assert not project.is_spared()


def test_an_unchanged_build_loads_nothing_heavy(project: Project) -> None:
    """Which is what makes it quick: neither DuckDB nor dbt, nor what reads a release."""
    code = "import atexit; atexit.register(lambda: print(*sys.modules))"
    told = project.start(project.database, project.dbt, code)
    said, errors = told.communicate()
    assert said.startswith(SAID), said + errors
    heavy = {"duckdb", "dbt", "openpyxl", "release", "yaml", "numpy"}
    assert "project" in said.split() and not heavy & set(said.split())


def test_all_folders_of_dbt_are_looked_at() -> None:
    settings = yaml.safe_load((ROOT / "dbt_project.yml").read_text())
    named = {
        folder for key, value in settings.items() if key.endswith("-paths") for folder in value
    }
    assert named and named <= set(build.READ)
