"""`make` with nothing changed since the last good build says so, and builds wherever it might."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from proofs.copies import copy_project
from support.stand_ins import Builds, build_in, leave_open, make_database, stand_in

import build

ROOT = Path(build.__file__).parent.parent
SAID = "nothing has changed since this was built:\n"
SUMMARY = "releases    1 read\nmonths      all of them\n"


class Project(Builds):
    """A copy of the project with its release, built once; its dbt counts how often it is run."""

    def build_once(self, folder: Path) -> None:
        shutil.copy(ROOT / "releases" / "2024-02.txt", self.root / "releases")
        self.database = folder / "us_trade.duckdb"
        self.made = make_database(folder / "made.duckdb", 1)
        self.count = folder / "count"
        self.count.touch()
        self.dbt = self.stand_in_that("")
        assert self.make() == (1, f"1 release: the seeds are up to date\n{SUMMARY}")

    def stand_in_that(self, does: str) -> Path:
        return stand_in(
            self.made.parent,
            f"printf '{SUMMARY}'; echo run >> '{self.count}'; {does}\n"
            f"exec cp '{self.made}' \"$US_TRADE_DB\"",
        )

    def make(self, *arguments: str, database: Path | None = None) -> tuple[int, str]:
        """How often dbt was run, and what was said before the last line."""
        self.count.write_text("")
        database = database or self.database
        built = self.run(database, self.dbt, *arguments)
        assert (built.returncode, built.stderr) == (0, "")
        said, _, last = built.stdout.rstrip("\n").rpartition("\n")
        assert last == f"database    {database}"
        return self.count.read_text().count("run"), f"{said}\n"

    def is_spared(self) -> bool:
        """Whether the next `make` builds nothing, and says what the last one did."""
        runs, said = self.make()
        assert said.endswith(SUMMARY) and (said == SAID + SUMMARY) == (runs == 0)
        return runs == 0


@pytest.fixture
def project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Project:
    for name in [name for name in os.environ if name.startswith("DBT_")]:
        monkeypatch.delenv(name)
    project = Project(copy_project(tmp_path / "project"), monkeypatch, capfd)
    project.build_once(tmp_path)
    return project


def test_nothing_is_built_while_nothing_has_changed(project: Project) -> None:
    before = project.database.stat()
    assert project.is_spared() and project.is_spared()
    after = project.database.stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert not (project.database.parent / ".us_trade.next").exists()


def test_what_only_looks_changed_is_not(project: Project) -> None:
    """Times, copies, and what no build reads."""
    for path in [*project.root.rglob("*"), project.database]:
        os.utime(path)
    shutil.copy(project.database, project.root / "copy")
    os.replace(project.root / "copy", project.database)
    (project.root / "README.md").write_text("words")
    (project.root / "tests" / "python" / "test_more.py").write_text("assert True")
    (project.root / "tests" / "golden" / "new.csv").touch()
    (project.root / "scripts" / "__pycache__").mkdir()
    (project.root / "scripts" / "__pycache__" / "build.pyc").write_text("")
    assert project.is_spared()


@pytest.mark.parametrize(
    "name",
    [
        "models/staging/stg_releases.sql", "models/columns.md", "macros/report.sql",
        "seeds/series.csv", "tests/no_break_is_unexplained.sql", "scripts/project.py",
        "dbt_project.yml", "profiles.yml", "requirements.lock",
        # New ones:
        "analyses/new.sql", "models/marts/new.sql", "seeds/new.csv", "packages.yml",
        "tests/generic/new.sql", "models/python/new.sql",
    ],
)  # fmt: skip
def test_a_change_to_what_a_build_reads_is_built(project: Project, name: str) -> None:
    path = project.root / name
    before = path.read_bytes() if path.exists() else None
    path.parent.mkdir(exist_ok=True)
    path.write_bytes((before or b"") + b"\n")
    assert not project.is_spared()
    assert project.is_spared()
    if before is None:
        path.unlink()
    else:
        path.write_bytes(before)
    assert not project.is_spared()


def test_another_release_is_read_and_built(project: Project) -> None:
    text = project.root / "releases" / "2024-02.txt"
    text.write_bytes(text.read_bytes() + b"\n")
    runs, said = project.make()
    assert (runs, said) == (1, f"1 release: releases.csv written\n{SUMMARY}")
    assert project.is_spared()


def test_a_generated_seed_that_was_edited_is_written_again(project: Project) -> None:
    seed = project.root / "seeds" / "monthly_trade.csv"
    before = seed.read_bytes()
    seed.write_bytes(before.replace(b"46882", b"64882"))
    runs, said = project.make()
    assert (runs, said) == (1, f"1 release: monthly_trade.csv written\n{SUMMARY}")
    assert seed.read_bytes() == before


def edited(project: Project) -> None:
    import duckdb

    with duckdb.connect(project.database) as connection:
        connection.execute("update marts.build set n = 3")


def written_to_and_not_closed(project: Project) -> None:
    """The file is as it was, and what was written stands in the log beside it."""
    before = project.database.read_bytes()
    leave_open(project.database, "update marts.build set n = 3")
    assert project.database.read_bytes() == before


def another_build(project: Project) -> None:
    project.database.unlink()
    make_database(project.database, 4)


def removed(project: Project) -> None:
    project.database.unlink()


@pytest.mark.parametrize("change", [edited, written_to_and_not_closed, another_build, removed])
def test_a_database_that_is_not_the_one_that_was_built_is_built_again(
    project: Project, change: Callable[[Project], None]
) -> None:
    change(project)
    assert not project.is_spared()
    assert build_in(project.database) == 1
    assert project.is_spared()


def test_another_database_is_built_by_whatever_name(project: Project, tmp_path: Path) -> None:
    other = tmp_path / "other.duckdb"
    assert project.make(database=other)[0] == 1
    assert project.make(database=other)[0] == 0
    assert project.make()[0] == 1
    # A table macro remembers the file's name.
    link = tmp_path / "link.duckdb"
    link.symlink_to(project.database)
    assert project.make(database=link)[0] == 1


def test_settings_of_dbt_count_and_other_places_to_read_are_never_trusted(
    project: Project, tmp_path: Path
) -> None:
    project.patch.setenv("DBT_WARN_ERROR", "true")
    assert not project.is_spared() and project.is_spared()
    assert "true" not in (project.root / "target" / "last_build.json").read_text()
    project.patch.setenv("DBT_PROFILES_DIR", str(tmp_path))
    assert not project.is_spared() and not project.is_spared()


def test_another_dbt_or_duckdb_builds_again(project: Project, tmp_path: Path) -> None:
    project.patch.setattr(sys, "prefix", str(tmp_path))
    assert not project.is_spared()
    for name in ("dbt_core-1.11.99", "duckdb-2.0.99"):
        (tmp_path / "lib" / "python3" / "site-packages" / f"{name}.dist-info").mkdir(parents=True)
        assert not project.is_spared() and project.is_spared()
    (tmp_path / "lib" / "python3" / "site-packages" / "pytest-9.2.dist-info").mkdir()
    assert project.is_spared()


def test_a_build_with_arguments_is_built_and_not_remembered(project: Project) -> None:
    assert project.make("--threads", "2")[0] == 1
    assert project.make("--threads", "2")[0] == 1
    another_build(project)
    assert project.make("--select", "series")[0] == 1
    (project.root / "target" / "last_build.json").unlink()
    assert project.make("--select", "series")[0] == 1
    assert not project.is_spared()


@pytest.mark.parametrize("note", [b"", b"{", b"[]", b"null", b"{}", b"\xff", b'{"key": 1}'])
def test_a_note_that_cannot_be_read_is_no_reason_not_to_build(
    project: Project, note: bytes
) -> None:
    (project.root / "target" / "last_build.json").write_bytes(note)
    assert not project.is_spared()
    assert project.is_spared()


def test_what_was_said_must_be_in_the_note(project: Project) -> None:
    record = project.root / "target" / "last_build.json"
    record.write_text(json.dumps({**json.loads(record.read_text()), "said": None}))
    assert not project.is_spared()


def test_where_no_note_can_be_left_a_build_succeeds(project: Project) -> None:
    shutil.rmtree(project.root / "target")
    (project.root / "target").touch()
    assert not project.is_spared() and not project.is_spared()


def test_a_note_that_was_cut_short_leaves_nothing_for_ever(project: Project) -> None:
    part = project.root / "target" / ".last_build.json.x.part"
    part.touch()
    (project.root / "models" / "new.sql").touch()
    assert not project.is_spared()
    assert not part.exists()


@pytest.mark.parametrize("ending", ["stays", "is taken back"])
def test_what_changes_during_a_build_may_not_have_been_built(project: Project, ending: str) -> None:
    model = project.root / "models" / "staging" / "stg_releases.sql"
    (project.root / "models" / "new.sql").touch()
    kept = Path(shutil.copyfile(model, project.made.parent / "kept"))
    back = f"cp '{kept}' '{model}'" if ending == "is taken back" else ":"
    project.dbt = project.stand_in_that(f"echo '-- meanwhile' >> '{model}'; {back}")
    assert not project.is_spared()
    project.dbt = project.stand_in_that("")
    shutil.copyfile(kept, model)
    assert not project.is_spared()
    assert project.is_spared()


def test_a_failed_build_is_none_and_what_stood_before_it_still_counts(project: Project) -> None:
    model = project.root / "models" / "new.sql"
    model.touch()
    failing = stand_in(project.root, "exit 3")
    for _ in range(2):
        assert project.run(project.database, failing).returncode == 3
    model.unlink()
    assert project.is_spared()


def test_a_pipe_among_what_is_read_is_not_waited_for(project: Project) -> None:
    os.mkfifo(project.root / "models" / "pipe")
    assert not project.is_spared() and not project.is_spared()


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
    assert named and named <= set(build.FOLDERS)
