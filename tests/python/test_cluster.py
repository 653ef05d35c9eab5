"""What the project says to two engines, and how their builds are compared; without Sail."""

from __future__ import annotations

import json
import re
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from proofs.cluster.__main__ import words
from proofs.cluster.lake import Mart, check, compare, marts
from proofs.cluster.pods import Pods
from proofs.cluster.server import Built, Cluster

from project import ROOT, ProjectError

MART = Mart("t", ["day", "part"])
ROWS = [
    ("2024-02-01", "goods", 1, 0.1),
    ("2024-02-01", "total", 2, 1e9),
    ("2024-03-01", "", 3, None),
]
TYPES = ("date", "varchar", "integer", "double")


def values(rows: list[tuple[Any, ...]], types: tuple[str, ...] = TYPES) -> str:
    """A query of these rows."""
    return " union all ".join(
        "select " + ", ".join(
            f"cast({'null' if value is None else repr(value)} as {kind}) as {name}"
            for name, kind, value in zip(("day", "part", "n", "x"), types, row, strict=True)
        )
        for row in rows
    )  # fmt: skip


def compared(folder: Path, lake: str, database: str | None = None) -> list[str]:
    """The faults between what two queries make."""
    (folder / "lake" / "marts" / "t").mkdir(parents=True)
    with duckdb.connect(folder / "here.duckdb") as connection:
        connection.execute("create schema marts")
        connection.execute(f"create table marts.t as {database or values(ROWS)}")
        connection.execute(f"copy ({lake}) to '{folder}/lake/marts/t/part.parquet'")
    return compare(folder / "here.duckdb", folder / "lake", [MART]).faults


def test_the_same_rows_are_the_same_in_any_order_and_fractions_to_a_billionth(
    tmp_path: Path,
) -> None:
    close = [ROWS[2], (*ROWS[0][:3], 0.1 + 1e-10), (*ROWS[1][:3], 1e9 + 0.5)]
    assert compared(tmp_path, values(close)) == []


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([*ROWS[:2], ("2024-03-01", "", 4, None)], "'n': 4"),
        ([(*ROWS[0][:3], 0.1 + 1e-8), *ROWS[1:]], "0.10000001"),
        ([*ROWS[:2], ("2024-03-01", "", 3, 0.0)], "'x': 0.0"),
        (ROWS[:2], "2024, 3, 1"),
        ([*ROWS, ROWS[0]], "'copy': 2"),
        ([("2024-02-01", None, 1, 0.1), *ROWS[1:]], "'part': None"),
    ],
    ids=["number", "fraction", "null", "missing", "twice", "key"],
)
def test_any_other_row_is_found(tmp_path: Path, rows: list[tuple[Any, ...]], fault: str) -> None:
    faults = compared(tmp_path, values(rows))
    assert faults and all(one.startswith("t: ") for one in faults)
    assert fault in " ".join(faults)


def test_a_type_is_compared_and_an_empty_mart_has_no_file(tmp_path: Path) -> None:
    wider = values(ROWS, ("date", "varchar", "bigint", "double"))
    [fault] = compared(tmp_path, wider)
    assert "'n': 'BIGINT'" in fault and "'n': 'INTEGER'" in fault
    (tmp_path / "lake/marts/t/part.parquet").unlink()
    result = compare(tmp_path / "here.duckdb", tmp_path / "lake", [MART])
    assert result.faults == [f"t: has no file in {tmp_path}/lake"]
    with pytest.raises(ProjectError, match="the marts differ:\nt: has no file"):
        check(result)
    with duckdb.connect(tmp_path / "here.duckdb") as connection:
        connection.execute("delete from marts.t")
    assert check(compare(tmp_path / "here.duckdb", tmp_path / "lake", [MART])).startswith("1 marts")


def test_every_mart_with_rows_is_compared(tmp_path: Path, database: Path) -> None:
    """By the manifest that the build of the tests has left, against all that the file has."""
    manifest = next(database.parent.rglob("manifest.json"), None)
    if manifest is None:
        pytest.skip("the database was built elsewhere")
    with duckdb.connect(database, read_only=True) as connection:
        tables = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'marts' order by 1"
        ).fetchall()
    assert [mart.name for mart in marts(manifest)] == [name for (name,) in tables]


def test_what_engines_write_differently_is_written_for_both() -> None:
    text = "\n".join(path.read_text() for path in (ROOT / "macros").glob("*.sql"))
    dispatched = set(re.findall(r"adapter\.dispatch\('(\w+)'\)", text))
    assert dispatched == set(re.findall(r"macro duckdb__(\w+)", text))
    # The other two of Spark are dbt's own, which this project writes otherwise.
    assert dispatched | {"location_clause", "load_csv_rows"} == set(
        re.findall(r"macro spark__(\w+)", text)
    )


def test_no_more_is_left_out_on_spark_than_is_said() -> None:
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text())

    def switched(part: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
        for key, value in part.items() if isinstance(part, dict) else ():
            if key == "+enabled":
                assert value == "{{ target.type == 'duckdb' }}"
                yield path
            yield from switched(value, (*path, key))

    assert sorted(switched(project)) == [
        ("models", "us_trade", "marts", "table_macros"),
        ("unit_tests", "us_trade"),
    ]
    left_out = sorted(path.stem for path in ROOT.glob("models/marts/table_macros/**/*.sql"))
    assert left_out == ["alfred", "fred", "trade_as_of"]
    page = (ROOT / "docs" / "cluster.md").read_text()
    assert all(f"`{name}('" in page for name in ("fred", "alfred", "trade_as_of"))


def test_duckdb_is_the_default_and_wants_nothing_of_sail() -> None:
    profile = yaml.safe_load((ROOT / "profiles.yml").read_text())["us_trade"]
    assert profile["target"] == "dev"
    assert {name: one["type"] for name, one in profile["outputs"].items()} == {
        "dev": "duckdb",
        "sail": "sail",
    }
    for lock in ("requirements.lock", "requirements-dev.lock"):
        assert not re.search(
            r"(?m)^(dbt-sail|dbt-spark|pysail|pyspark)\b", (ROOT / lock).read_text()
        )


def test_what_a_build_says_to_people_is_told_from_the_rest() -> None:
    said = (
        "[2026-11-24T13:41:17Z INFO sail] Shutting down\n"
        "13:41:16  Failure in model a\n  Runtime Error\n\n"
        "releases    1 read, the latest is 2024-02\n2024-02,total,month\n"
    )
    assert words(Built(0, said, 1, 1)) == [
        "releases    1 read, the latest is 2024-02",
        "2024-02,total,month",
    ]


def test_pods_are_processes_that_can_be_lost_and_end_with_the_api(tmp_path: Path) -> None:
    sail = tmp_path / "sail"
    sail.write_text("#!/bin/sh\necho $1 $ID at $HOST\nexec sleep 60\n")
    sail.chmod(0o755)

    def ask(method: str, body: object = None) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{config['clusters'][0]['cluster']['server']}/api/v1/namespaces/default/pods",
            json.dumps(body).encode() if body else None, method=method,
        )  # fmt: skip
        with urllib.request.urlopen(request) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def pod(name: str) -> dict[str, Any]:
        env = [{"name": "ID", "value": name}, {"name": "HOST", "valueFrom": {}}]
        return {"spec": {"containers": [{"args": ["worker"], "env": env}]}}

    with Pods(sail, tmp_path / "workers.log") as pods:
        config = json.loads(pods.write_kubeconfig(tmp_path / "kubeconfig").read_text())
        for name in ("1", "2", "3"):
            assert ask("POST", pod(name)) == pod(name)
        first, second, third = pods.workers
        assert pods.kill_one() == first.pid
        assert pods.running() == [second, third]
        server = subprocess.Popen(["sleep", "60"])
        assert Cluster(server, 1, pods).peak_mib() > 0
        server.kill()
        server.wait()
        for _ in range(100):
            if (tmp_path / "workers.log").read_text().count("\n") >= 2:
                break
            time.sleep(0.05)
        assert "worker 2 at 127.0.0.1" in (tmp_path / "workers.log").read_text()
        assert ask("DELETE")["status"] == "Success"
        assert pods.running() == []
        ask("POST", pod("4"))
    assert pods.running() == []
