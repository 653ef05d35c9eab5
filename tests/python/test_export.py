"""scripts/export_marts.py: what it writes, that it writes the same again, all or nothing."""

from __future__ import annotations

import csv
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "export_marts.py"
MARTS = "database_name = current_database() and schema_name = 'marts'"


def run(database: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, SCRIPT, "--database", database, "--out", folder]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def package_of(folder: Path) -> dict:
    return json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))


def csv_rows(folder: Path, resource: dict) -> list[dict[str, str]]:
    with (folder / resource["path"]).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def copy_with(database: Path, folder: Path, sql: str) -> Path:
    """A copy of the database in which ``sql`` was run."""
    copy = folder / "changed.duckdb"
    copy.write_bytes(database.read_bytes())
    with duckdb.connect(str(copy)) as connection:
        connection.execute(sql)
    return copy


@pytest.fixture(scope="module")
def dist(database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "dist"
    done = run(database, folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def package(dist: Path) -> dict:
    return package_of(dist)


def test_every_mart_is_there_with_its_columns(database: Path, package: dict) -> None:
    with duckdb.connect(str(database), read_only=True) as connection:
        columns = connection.execute(
            f"select table_name, column_name from duckdb_columns() where {MARTS} order by all"
        ).fetchall()
    described = [
        (resource["name"], field["name"])
        for resource in package["resources"]
        for field in resource["schema"]["fields"]
    ]
    assert sorted(described) == columns


def test_the_same_database_gives_the_same_bytes(database: Path, dist: Path, tmp_path: Path) -> None:
    assert run(database, tmp_path / "again").returncode == 0
    assert contents(tmp_path / "again") == contents(dist)


def test_files_are_as_described(dist: Path, package: dict) -> None:
    for resource in package["resources"]:
        for file in (resource, resource["parquet"]):
            data = (dist / file["path"]).read_bytes()
            assert len(data) == file["bytes"]
            assert f"sha256:{hashlib.sha256(data).hexdigest()}" == file["hash"]


def test_both_files_hold_the_rows_of_the_mart(database: Path, dist: Path, package: dict) -> None:
    with duckdb.connect(str(database), read_only=True) as connection:
        for resource in package["resources"]:
            mart, parquet = f"marts.{resource['name']}", dist / resource["parquet"]["path"]
            count = connection.execute(f"select count(*) from {mart}").fetchone()[0]
            assert count == resource["rows"] == len(csv_rows(dist, resource))
            for one, other in ((mart, f"'{parquet}'"), (f"'{parquet}'", mart)):
                sql = f"select count(*) from (from {one} except all from {other})"
                assert connection.execute(sql).fetchone()[0] == 0, mart


def test_everything_is_described(package: dict) -> None:
    for resource in package["resources"]:
        assert resource["description"]
        for field in resource["schema"]["fields"]:
            assert field["description"], (resource["name"], field["name"])
            if field["name"].endswith("_musd"):
                assert field["unit"] == "millions of US dollars"


def test_primary_keys_hold_and_order_the_rows(dist: Path, package: dict) -> None:
    for resource in package["resources"]:
        columns = resource["schema"]["primaryKey"]
        kinds = {field["name"]: field["type"] for field in resource["schema"]["fields"]}
        keys = [
            tuple(int(row[name]) if kinds[name] == "integer" else row[name] for name in columns)
            for row in csv_rows(dist, resource)
        ]
        assert columns
        assert len(set(keys)) == len(keys), resource["name"]
        assert keys == sorted(keys), resource["name"]


def test_foreign_keys_hold(dist: Path, package: dict) -> None:
    resources = {resource["name"]: resource for resource in package["resources"]}
    checked = set()
    for name, resource in resources.items():
        for foreign_key in resource["schema"].get("foreignKeys", []):
            (column,), reference = foreign_key["fields"], foreign_key["reference"]
            (key,), target = reference["fields"], reference["resource"]
            values = {row[column] for row in csv_rows(dist, resource)} - {""}
            assert values <= {row[key] for row in csv_rows(dist, resources[target])}
            checked.add((name, column, target))
    assert {
        ("fct_monthly_trade", "component", "dim_component"),
        ("fct_monthly_trade", "month_date", "dim_month"),
        ("fct_monthly_trade", "release_id", "dim_release"),
    } <= checked


def test_the_release_is_named_with_its_hash(package: dict) -> None:
    text = (ROOT / "releases" / f"{package['release_id']}.txt").read_bytes()
    (source,) = (one for one in package["sources"] if one["release_id"] == package["release_id"])
    assert source["sha256"] == hashlib.sha256(text).hexdigest()
    assert package["licenses"]


def test_a_new_export_keeps_other_files_and_drops_its_own(
    database: Path, dist: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "dist"
    extra = copy_with(database, tmp_path, GONE)
    assert run(extra, folder).returncode == 0
    assert (folder / "mart_gone.csv").exists()
    (folder / "docs.html").write_text("the docs")
    (folder / "mine").mkdir()
    (folder / "mine" / "note.txt").write_text("a note")
    assert run(database, folder).returncode == 0
    assert (folder / "docs.html").read_text() == "the docs"
    assert (folder / "mine" / "note.txt").read_text() == "a note"
    left = {path.name for path in folder.iterdir()} - {"docs.html", "mine"}
    assert left == contents(dist).keys()
    assert not list(tmp_path.glob(".*"))


GONE = """
create table marts.mart_gone (a integer primary key);
comment on table marts.mart_gone is 'A mart of another day.';
comment on column marts.mart_gone.a is 'Its key.';
"""


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        ("comment on column marts.dim_month.year is null", "marts.dim_month.year: has no descr"),
        ("comment on table marts.dim_month is null", "marts.dim_month: has no description"),
        ("create table marts.keyless as select 1 as a", "marts.keyless: has no primary key"),
        ("create table marts.odd (a integer[])", "marts.odd.a: the type INTEGER[] has no"),
        (
            "delete from marts.dim_component where component = 'services'",
            "marts.dim_series.component: 'services' is not in marts.dim_component.component",
        ),
        ("update marts.dim_release set is_latest = false", "marts.dim_release: no release is"),
        ("drop schema marts cascade", "has no table in the schema marts"),
    ],
)
def test_a_fault_is_named_and_nothing_is_written(
    database: Path, tmp_path: Path, sql: str, fault: str
) -> None:
    folder = tmp_path / "dist"
    folder.mkdir()
    (folder / "datapackage.json").write_text("an earlier export")
    done = run(copy_with(database, tmp_path, sql), folder)
    assert done.returncode == 1
    assert fault in done.stderr
    assert contents(folder) == {"datapackage.json": b"an earlier export"}
    assert not list(tmp_path.glob(".*"))


def test_a_missing_database_or_a_file_in_the_way_is_named(database: Path, tmp_path: Path) -> None:
    done = run(tmp_path / "none.duckdb", tmp_path / "dist")
    assert (done.returncode, "there is no such database" in done.stderr) == (1, True)
    (tmp_path / "text.duckdb").write_text("not a database, but a text")
    done = run(tmp_path / "text.duckdb", tmp_path / "dist")
    assert (done.returncode, "cannot be opened" in done.stderr) == (1, True)
    (tmp_path / "dist").write_text("mine")
    done = run(database, tmp_path / "dist")
    assert (done.returncode, "is not a folder" in done.stderr) == (1, True)
    assert (tmp_path / "dist").read_text() == "mine"
