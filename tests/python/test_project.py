"""The project's own papers: its yml, its descriptions, its lock file, the database's format."""

from __future__ import annotations

import json
import re
import struct
import tomllib
from pathlib import Path

import dbt.jsonschemas
import jsonschema
import pytest
import yaml
from support.builds import query

from project import ROOT

SCHEMAS = Path(dbt.jsonschemas.__file__).parent
PROPERTIES = [
    path
    for folder in ("models", "seeds", "tests", "macros", "analyses")
    for path in sorted((ROOT / folder).rglob("*.yml"))
]
STORAGE_VERSION_1_2 = 65


@pytest.mark.parametrize(
    "path", [ROOT / "dbt_project.yml", *PROPERTIES], ids=lambda path: path.name
)
def test_a_yml_file_has_only_keys_that_dbt_knows(path: Path) -> None:
    schemas = SCHEMAS / ("resources" if path in PROPERTIES else "project")
    schema = json.loads(max(schemas.glob("*.json")).read_text())
    errors = jsonschema.Draft7Validator(schema).iter_errors(yaml.safe_load(path.read_text()))
    assert [f"{error.json_path}: {error.message}" for error in errors] == []


def test_every_relation_and_column_is_described_in_the_database(database: Path) -> None:
    described = """
        with described as (
            select table_name, column_name, comment from duckdb_columns()
            where schema_name = 'marts'
            union all
            select table_name, null, comment from duckdb_tables()
            union all
            select view_name, null, comment from duckdb_views()
            where not internal
        )
        from described where (coalesce(trim(comment), '') = '') = {}
    """
    assert query(database, described.format(True)) == []
    assert query(database, described.format(False))


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
    strange = """
        select table_name, column_name, data_type
        from duckdb_columns()
        where
            schema_name = 'marts'
            and not regexp_matches(
                data_type, '^(VARCHAR|INTEGER|BIGINT|DOUBLE|DECIMAL.*|DATE|BOOLEAN)$'
            )
    """
    assert query(database, strange) == []


def wanted(*groups: str) -> set[str]:
    """Return the packages that pyproject.toml asks for, by itself and in groups."""
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text())
    entries = [*asked["project"]["dependencies"], *({"include-group": group} for group in groups)]
    for entry in entries:
        if isinstance(entry, dict):
            entries += asked["dependency-groups"][entry["include-group"]]
    return {re.split(r"[\[~=]", one)[0].lower() for one in entries if isinstance(one, str)}


@pytest.mark.parametrize("path", sorted(ROOT.glob("*.lock")), ids=lambda path: path.stem)
def test_a_lock_names_exact_versions_with_hashes_and_no_host(path: Path) -> None:
    """The lock `requirements-dev.lock` is that of the group `dev`."""
    lock = path.read_text()
    pinned = re.findall(r"^([a-z0-9-]+)(?:\[[\w, ]+\])?==\S+", lock, re.MULTILINE)
    assert wanted(*path.stem.split("-")[1:]) <= set(pinned)
    blocks = re.split(r"\n(?=[a-z])", lock.strip())
    assert len(blocks) == len(pinned)
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in lock


def test_no_file_grows_past_its_reader() -> None:
    """A model has 120 lines at most, one of printed lines, with their words, 175; a macro 60."""
    printed = {"int_build_summary", "int_suspect_lines"}
    for folder, usual in (("models", 120), ("macros", 60)):
        for path in (ROOT / folder).rglob("*.sql"):
            most = 175 if path.stem in printed else usual
            text = path.read_text()
            pieces = re.split(r"endmacro %\}", text) if folder == "macros" else [text]
            assert max(piece.strip().count("\n") for piece in pieces) < most, path
