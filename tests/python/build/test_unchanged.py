"""`make` with nothing changed: it says so and builds nothing, and builds wherever it might."""

from __future__ import annotations

import functools
import json
import os
import shutil
import sys

import pytest
import yaml
from support.stand_ins import SAID, Builds, build_in, bytes_of, leave_open

import build
from project import ROOT

MODEL = "models/one.sql"


@pytest.fixture
def project(builds: Builds) -> Builds:
    """A project that was built once; what is in a database, which takes its time, is known."""
    builds.patch.setattr(build, "contents_of", lambda _: ["raw.release_lines", "marts.build"])
    for name in (MODEL, "docs/running.md", "dbt_project.yml", "releases/2024-02.txt"):
        builds.edit(name)
    assert not builds.is_spared()
    return builds


def test_nothing_is_built_while_nothing_has_changed(project: Builds) -> None:
    before = project.database.stat()
    assert project.is_spared() and project.is_spared()
    after = project.database.stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_what_only_looks_changed_is_not(project: Builds) -> None:
    """Times, copies, and what no build reads: prose, the page, fetch, the tests in Python."""
    for path in [*project.root.rglob("*"), project.database]:
        os.utime(path)
    shutil.copy(project.database, project.folder / "copy")
    os.replace(project.folder / "copy", project.database)
    for name in ("README.md", "docs/running.md", "docs/more.svg", "scripts/fetch_release.py",
                 "scripts/report/page.css", "scripts/build.py", "tests/python/test_more.py",
                 "tests/golden.txt", "models/__pycache__/one.pyc"):  # fmt: skip
        project.edit(name)
    os.mkfifo(project.root / "models" / "pipe.sql")  # is not waited for, either
    assert project.is_spared()


CHANGED = (
    "models/one.sql", "docs/running.md", "dbt_project.yml", "releases/2024-02.txt",
    "requirements.lock",
    # New ones:
    "macros/new.sql", "seeds/new.csv", "seeds/new.yml", "profiles.yml", "scripts/release/new.py",
    "analyses/new.sql", "models/new.py", "packages.yml", "docs/new.md", "releases/new",
    "tests/generic/new.sql", "models/python/new.sql", "dbt_packages/a/macros/new.sql",
)  # fmt: skip


def test_a_change_to_what_a_build_reads_is_built(project: Builds) -> None:
    keys = [project.key()]
    for name in CHANGED:
        path = project.edit(name, "{% docs new %} {% enddocs %}\n")
        keys.append(project.key())
    assert not project.is_spared() and project.is_spared()
    path.rename(path.with_name("other.sql"))
    keys += [project.key(), project.key("other.duckdb"), project.key(file="other.duckdb")]
    project.patch.setattr(build.metadata, "version", lambda _: "1.11.99")
    keys.append(project.key())
    assert len({*keys}) == len(keys)


def test_the_releases_are_read_and_an_edited_seed_is_written_again(project: Builds) -> None:
    project.patch.delitem(sys.modules, "release")
    shutil.copy(ROOT / "releases" / "2024-02.txt", project.root / "releases")
    said = project.run().stdout
    assert said.startswith("1 release: ") and "monthly_trade.csv" in said
    seed = project.edit("seeds/monthly_trade.csv")
    assert project.run().stdout.startswith("1 release: monthly_trade.csv written\n")
    assert "more words" not in seed.read_text()


def test_a_database_that_is_not_the_one_that_was_built_is_built_again(project: Builds) -> None:
    def edit() -> None:
        """The file is as it was, and what was written stands in the log beside it."""
        before = project.database.read_bytes()
        leave_open(project.database, "update marts.build set n = 3")
        assert project.database.read_bytes() == before

    another = functools.partial(project.database.write_bytes, bytes_of(4))
    for change in (edit, another, project.database.unlink):
        change()
        assert not project.is_spared(), change
        assert build_in(project.database) == 2
    assert project.is_spared()


def test_a_note_that_cannot_be_read_or_left_is_no_reason_not_to_build(project: Builds) -> None:
    note = project.root / build.NOTE
    without = json.dumps([*json.loads(note.read_bytes())[:2], None]).encode()
    for odd in (without, b"", b"[]", b"null", b"{}", b"\xff", b'{"key": 1}', b"3"):
        note.write_bytes(odd)
        assert build.unchanged(project.database, project.database) is None, odd
    note.unlink()
    note.mkdir()
    assert not project.is_spared() and not project.is_spared()


@pytest.mark.parametrize("back", [":", "cp -p '{kept}' '{model}'"], ids=["stays", "taken back"])
def test_what_changes_during_a_build_may_not_have_been_built(project: Builds, back: str) -> None:
    model = project.root / MODEL
    kept = shutil.copy2(model, project.folder / "kept")
    back = back.format(kept=kept, model=model)
    project.edit("models/new.sql")
    project.dbt_does(f"echo '-- meanwhile' >>'{model}'; {back}")
    assert not project.is_spared()
    project.dbt_does()
    shutil.copyfile(kept, model)
    assert not project.is_spared()


def test_a_failed_build_is_none_and_what_stood_before_it_still_counts(project: Builds) -> None:
    new = project.edit("models/new.sql")
    project.dbt_does("exit 3")
    assert project.run().returncode == 3
    new.unlink()
    assert project.is_spared()


def test_a_link_in_a_circle_is_named_and_another_followed_as_dbt_does(project: Builds) -> None:
    (project.root / "docs" / "up").symlink_to("..")
    said = "docs/up is a link to a folder that it is in, where dbt would go round in circles: "
    assert project.run() == (1, "", f"{said}remove it\n")
    (project.root / "docs" / "up").unlink()
    (project.folder / "more").mkdir()
    (project.root / "models" / "more").symlink_to("../../more")
    before = project.key()
    (project.folder / "more" / "one.sql").touch()
    assert project.key() != before


def test_an_unchanged_build_loads_nothing_heavy(project: Builds) -> None:
    """Which is what makes it quick: neither DuckDB nor dbt, nor what reads a workbook."""
    told = project.start("import atexit; atexit.register(lambda: print(*sys.modules))")
    said, errors = told.communicate()
    assert said.startswith(SAID), said + errors
    heavy = {"duckdb", "dbt", "python_calamine", "yaml", "numpy"}
    assert "project" in said.split() and not heavy & {*said.split()}


def test_all_folders_of_dbt_are_looked_at() -> None:
    settings = yaml.safe_load((ROOT / "dbt_project.yml").read_text())
    paths = {key: value for key, value in settings.items() if key.endswith("-paths")}
    assert paths and {folder for folders in paths.values() for folder in folders} <= {*build.READ}
