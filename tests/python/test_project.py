"""The project's own papers: its yml, its descriptions, its lock file, the database's format."""

from __future__ import annotations

import json
import re
import struct
import tomllib
from collections.abc import Iterable
from pathlib import Path

import dbt.jsonschemas
import duckdb
import jsonschema
import pytest
import yaml

from project import ROOT

SCHEMAS = Path(dbt.jsonschemas.__file__).parent
PROPERTIES = sorted(
    path
    for folder in ("models", "seeds", "tests", "macros", "analyses")
    for path in (ROOT / folder).rglob("*.yml")
)
STORAGE_VERSION_1_2 = 65


def faults(path: Path, schema: Path) -> list[str]:
    """Return the errors of a yml file by dbt-core's own JSON schema."""
    validator = jsonschema.Draft7Validator(json.loads(schema.read_text()))
    content = yaml.safe_load(path.read_text())
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(content)]


@pytest.mark.parametrize("path", PROPERTIES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_properties_file_has_only_keys_that_dbt_knows(path: Path) -> None:
    assert faults(path, SCHEMAS / "resources" / "latest.json") == []


def test_the_project_file_has_only_keys_that_dbt_knows() -> None:
    [schema] = sorted((SCHEMAS / "project").glob("*.json"))[-1:]
    assert faults(ROOT / "dbt_project.yml", schema) == []


def test_a_misspelt_key_is_found(tmp_path: Path) -> None:
    path = tmp_path / "models.yml"
    path.write_text("models: [{name: a, descriptoin: b}]")
    assert faults(path, SCHEMAS / "resources" / "latest.json")


def test_every_relation_and_column_is_described_in_the_database(database: Path) -> None:
    with duckdb.connect(database, read_only=True) as connection:
        silent = connection.execute(
            """
            select table_name, column_name
            from duckdb_columns()
            where schema_name = 'marts' and coalesce(trim(comment), '') = ''
            union all
            select table_name, null
            from duckdb_tables()
            where coalesce(trim(comment), '') = ''
            union all
            select view_name, null
            from duckdb_views()
            where not internal and coalesce(trim(comment), '') = ''
            """
        ).fetchall()
        described = connection.execute(
            "select count(*) from duckdb_columns() where schema_name = 'marts' and comment != ''"
        ).fetchall()
    assert silent == []
    assert described > [(0,)]


def test_a_model_is_documented_with_its_grain() -> None:
    described = {
        model["name"]: model["description"]
        for path in (ROOT / "models").rglob("*.yml")
        for model in yaml.safe_load(path.read_text()).get("models", [])
    }
    models = {path.stem for path in (ROOT / "models").rglob("*.sql")}
    assert described.keys() == models
    assert [name for name, words in described.items() if "Grain:" not in words] == []


def test_the_file_opens_in_every_duckdb_from_1_2(database: Path) -> None:
    header = database.read_bytes()[:20]
    assert header[8:12] == b"DUCK"
    assert struct.unpack("<Q", header[12:20]) == (STORAGE_VERSION_1_2,)


def test_no_column_of_a_mart_has_a_type_that_a_client_stumbles_over(database: Path) -> None:
    with duckdb.connect(database, read_only=True) as connection:
        strange = connection.execute(
            """
            select table_name, column_name, data_type
            from duckdb_columns()
            where
                schema_name = 'marts'
                and not regexp_matches(
                    data_type, '^(VARCHAR|INTEGER|BIGINT|DOUBLE|DECIMAL.*|DATE|BOOLEAN)$'
                )
            """
        ).fetchall()
    assert strange == []


LOCKS = {
    "requirements.lock": (),
    "requirements-dev.lock": ("dev",),
    "requirements-sail.lock": ("sail",),
}


def wanted(groups: Iterable[str]) -> set[str]:
    """The names of the packages that pyproject.toml asks for, by itself and in these groups."""
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packages = list(asked["project"]["dependencies"])
    groups = list(groups)
    for group in groups:
        for entry in asked["dependency-groups"][group]:
            if isinstance(entry, dict):
                groups.append(entry["include-group"])
            else:
                packages.append(entry)
    return {re.split(r"[\[~=]", package)[0].lower() for package in packages}


@pytest.mark.parametrize(("name", "groups"), LOCKS.items())
def test_a_lock_names_exact_versions_with_hashes_and_no_host(
    name: str, groups: tuple[str, ...]
) -> None:
    lock = (ROOT / name).read_text()
    pinned = re.findall(r"^([a-z0-9-]+)(?:\[[\w, ]+\])?==\S+", lock, re.MULTILINE)
    assert wanted(groups) <= set(pinned)
    blocks = re.split(r"\n(?=[a-z])", lock.strip())
    assert len(blocks) == len(pinned)
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in lock


def test_every_lock_is_tried() -> None:
    assert {path.name for path in ROOT.glob("*.lock")} == LOCKS.keys()


def test_no_file_grows_past_its_reader() -> None:
    """A model has 120 lines at most, one of printed lines, with their words, 175; a macro 60."""
    printed = {"int_build_summary", "int_suspect_lines"}
    for folder, usual in (("models", 120), ("macros", 60)):
        for path in (ROOT / folder).rglob("*.sql"):
            most = 175 if path.stem in printed else usual
            text = path.read_text()
            pieces = re.split(r"endmacro %\}", text) if folder == "macros" else [text]
            assert max(piece.strip().count("\n") for piece in pieces) < most, path
