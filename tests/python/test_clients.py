"""The clients: that a wrong answer is told from a right one, without any network."""

from __future__ import annotations

import math
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import duckdb
import pytest
import yaml
from proofs.clients import __main__ as clients
from proofs.clients import asking
from proofs.clients.client import plain_rows
from proofs.clients.questions import Question, load_questions
from proofs.tables import write_table

from export_marts import export
from project import INTERRUPTED, ProjectError, main

StandIn = Callable[[str], None]
Capture = pytest.CaptureFixture[str]
ANSWER = f'"{sys.executable}" "$@"'
DASHBOARD = Path(__file__).parents[2] / "clients" / "superset"
PAGE = "<!-- clients -->\nold\n<!-- /clients -->\n"


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """In uv's place, a program of the shell that is called with what a client's program is.

    It has no export to look at, which takes longer than all the rest.
    """
    program = tmp_path / "uv"

    def put(body: str) -> None:
        skip = 'while [ "$1" != python ]; do shift; done; shift'
        program.write_text(f"#!/bin/sh\n{skip}\n{body}\n")
        program.chmod(0o755)

    monkeypatch.setattr(asking, "UV", program)
    monkeypatch.setattr(asking, "export", lambda *_: None)
    put(ANSWER)
    return put


def run(database: Path, *options: str, only: str = "duckdb-2.0") -> int:
    chosen = ["--database", str(database), *(["--only", only] if only else []), *options]
    return main(clients.command, clients.parser(), chosen)


def test_a_client_that_answers_right_passes(
    database: Path, uv: StandIn, scratch: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "export", export)
    uv(f"test -f data/datapackage.json || exit; {ANSWER}")
    assert run(database) == 0
    row = capsys.readouterr().out.splitlines()[2]
    assert row.startswith(f"| duckdb-2.0 | {duckdb.__version__} ")
    assert row.endswith("| sql (11) | pass   |")
    assert not list(scratch.iterdir())


def test_a_wrong_answer_fails(
    database: Path, uv: StandIn, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def altered(connection: duckdb.DuckDBPyConnection) -> list[Question]:
        return [
            replace(one, right=[["2024-02-01", 91429]]) if one.id == "latest goods deficit" else one
            for one in load_questions(connection)
        ]

    monkeypatch.setattr(asking, "load_questions", altered)
    assert run(database) == 1
    printed = capsys.readouterr()
    assert printed.out.endswith("| fail   |\n")
    assert printed.err.splitlines() == [
        "duckdb-2.0: latest goods deficit (sql):"
        " ['2024-02-01', 91428] instead of ['2024-02-01', 91429]",
        "1 of 1 clients failed",
    ]


@pytest.mark.parametrize(
    ("body", "seconds", "said"),
    [
        ("echo no such version >&2; exit 3", 60, "no such version"),
        ("exit 3", 60, "exit code 3"),
        ("sleep 100 & sleep 100", 0.5, "not done after 0.5 seconds"),
    ],
)
def test_a_client_that_cannot_be_asked_fails(
    database: Path, uv: StandIn, capsys: Capture, monkeypatch: pytest.MonkeyPatch,
    body: str, seconds: float, said: str,
) -> None:  # fmt: skip
    uv(body)
    monkeypatch.setattr(asking, "SECONDS", seconds)
    assert run(database) == 1
    assert f"duckdb-2.0: cannot be asked: {said}\n" in capsys.readouterr().err


def test_uv_that_is_not_there_is_said(
    database: Path, uv: StandIn, tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "uv").unlink()
    assert run(database) == 1
    assert f"cannot be asked: {tmp_path / 'uv'} is not there\n" in capsys.readouterr().err


@pytest.mark.parametrize("when", ["starting", "answering"])
def test_being_told_to_end_leaves_nothing(
    database: Path, uv: StandIn, tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch,
    when: str,
) -> None:  # fmt: skip
    alive = tmp_path / "alive"
    os.mkfifo(alive)
    reader = os.open(alive, os.O_RDONLY | os.O_NONBLOCK)
    # Whatever it starts holds the pipe open, and it leaves a file where temporary files go.
    left = tmp_path / "left"
    told = "kill -TERM $PPID; " * (when == "answering")
    uv(f"exec 3>'{alive}'; mktemp >'{left}'; sleep 100 & {told}sleep 100")

    class Interrupted(subprocess.Popen[str]):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            while not left.exists() or not left.read_text():
                time.sleep(0.01)
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(0.1)

    if when == "starting":
        monkeypatch.setattr(subprocess, "Popen", Interrupted)
    try:
        assert run(database) == INTERRUPTED
        assert select.select([reader], [], [], 60)[0], "somebody holds the pipe open"
    finally:
        os.close(reader)
    assert left.read_text().startswith(str(scratch))
    assert not list(scratch.iterdir())


def test_a_client_that_is_not_installed_is_not_asked_and_not_written(
    database: Path, uv: StandIn, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (one,) = [client for client in asking.load_clients() if client.name == "libreoffice"]
    monkeypatch.setattr(clients, "load_clients", lambda: [replace(one, program="no-such-office")])
    reason = "no-such-office is not there; Debian's package libreoffice-calc has it"
    assert run(database, only="") == 0
    printed = capsys.readouterr()
    assert printed.out.splitlines()[2].endswith("| not asked |")
    assert printed.out.endswith(f"\nlibreoffice: not asked: {reason}\n")
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    assert run(database, "--write", str(page), only="") == 1
    assert f"libreoffice: not asked: {reason}\n" in capsys.readouterr().err
    assert page.read_text() == PAGE


def test_a_database_that_changed_meanwhile_is_a_fault(
    database: Path, uv: StandIn, tmp_path: Path, capsys: Capture
) -> None:
    copy = shutil.copy(database, tmp_path / "copy.duckdb")
    uv(f"{ANSWER}; printf x >> '{copy}'")
    assert run(copy) == 1
    assert "copy.duckdb: changed meanwhile" in capsys.readouterr().err


def test_the_table_is_written_into_a_page_if_all_is_right(
    database: Path, uv: StandIn, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    assert run(database, "--write", str(page)) == 1, "the others' answers are missing"
    assert "leave out --only and --skip" in capsys.readouterr().err
    one = [client for client in asking.load_clients() if client.name == "duckdb-2.0"]
    monkeypatch.setattr(clients, "load_clients", lambda: one)
    uv("exit 3")
    assert run(database, "--write", str(page), only="") == 1
    assert page.read_text() == PAGE
    capsys.readouterr()
    uv(ANSWER)
    assert run(database, "--write", str(page), only="") == 0
    assert page.read_text() == PAGE.replace("old\n", capsys.readouterr().out)


# In fastmcp's place: the tools of the server that it is configured to start, without the server.
FASTMCP = """
import json, os, types, duckdb

CATALOGUE = {
    "list_tables": "select table_name as name, comment from duckdb_tables()"
        " where schema_name = '{schema}' order by 1",
    "list_columns": "select column_name as name, comment from duckdb_columns()"
        " where schema_name = '{schema}' and table_name = '{table}' order by column_index",
}

class Client:
    def __init__(self, configuration):
        (server,) = configuration["mcpServers"].values()
        assert server["command"].endswith("/mcp-server-motherduck")
        options = server["args"]
        self.options = dict(zip(options[::2], options[1::2], strict=True))

    async def __aenter__(self): pass
    async def __aexit__(self, *_): pass

    async def call_tool(self, tool, asked):
        with duckdb.connect(self.options["--db-path"], read_only=True) as connection:
            if "UNLOCKED" not in os.environ:
                connection.execute(self.options["--init-sql"])
            found = connection.execute(asked.get("sql") or CATALOGUE[tool].format(**asked))
            names = [column[0] for column in found.description]
            rows = found.fetchall()
        said = {"success": True, tool[5:]: [dict(zip(names, row)) for row in rows], "rows": rows}
        if "TRUNCATED" in os.environ:
            said |= {"truncated": True, "warning": "Results limited"}
        text = types.SimpleNamespace(text=json.dumps(said, default=str))
        return types.SimpleNamespace(content=[text])
"""


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("", []),
        ("UNLOCKED=1", ["no file written (locked): was not refused",
                        "no file read (locked): was not refused",
                        "no unlocking (locked): InvalidInputException"]),
        ("TRUNCATED=1", ["comments (catalogue): RuntimeError: Results limited"]),
    ],
)  # fmt: skip
def test_an_assistant_knows_the_database_and_nothing_else(
    database: Path, uv: StandIn, tmp_path: Path, capsys: Capture, setting: str, said: list[str]
) -> None:
    (tmp_path / "fastmcp.py").write_text(FASTMCP)
    about = tmp_path / "mcp_server_motherduck-1.1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Name: mcp-server-motherduck\nVersion: 1.1.0\n")
    uv(f"export PYTHONPATH='{tmp_path}' {setting}; {ANSWER}")
    assert run(database, only="mcp") == bool(said)
    printed = capsys.readouterr()
    assert "| sql (11), catalogue (2), locked (3) |" in printed.out
    assert all(f"mcp: {fault}" in printed.err for fault in said)


def test_the_dashboard_sums_columns_of_the_marts(database: Path) -> None:
    files = {
        str(path.relative_to(DASHBOARD)): yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in DASHBOARD.rglob("*.yaml")
    }
    charts = [one for name, one in files.items() if name.startswith("charts/")]
    datasets = {one["uuid"]: one for name, one in files.items() if name.startswith("datasets/")}
    dashboard = files["dashboards/us_trade.yaml"]["position"].values()
    placed = [one["meta"] for one in dashboard if isinstance(one, dict) and one["type"] == "CHART"]
    with duckdb.connect(database, read_only=True) as connection:
        asked = {one.id for one in load_questions(connection) if one.language == "dashboard"}
        marts = connection.execute(
            """
            select table_name, map_from_entries(list((column_name, replace(data_type, ',', ', '))))
            from duckdb_columns() where schema_name = 'marts' group by table_name
            """
        ).fetchall()
    types = dict(marts)
    assert asked == {one["slice_name"] for one in charts}
    assert sorted((one["uuid"], one["slice_name"]) for one in charts) == sorted(
        (one["uuid"], one["sliceName"]) for one in placed
    )
    for one in datasets.values():
        assert one["database_uuid"] == files["databases/us_trade.yaml"]["uuid"]
        for column in one["columns"]:
            assert column["type"] == types[one["table_name"]][column["column_name"]]
    for chart in charts:
        there = {one["column_name"] for one in datasets[chart["dataset_uuid"]]["columns"]}
        for metric in chart["params"].get("metrics", []):
            assert (metric["expressionType"], metric["aggregate"]) == ("SIMPLE", "SUM")
            assert metric["column"]["column_name"] in there


def test_only_the_table_is_written(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    before, after = b"# A title\r\n\n", b"\n<!-- other -->\nkept\n<!-- /other -->"
    page.write_bytes(before + b"<!-- one -->\n<!-- /one -->" + after)
    for table in (r"| \1 |", "| 2 |"):
        write_table(page, "one", table)
        written = f"<!-- one -->\n{table}\n<!-- /one -->".encode()
        assert page.read_bytes() == before + written + after


@pytest.mark.parametrize("text", ["", "<!-- clients -->\n", f"x{PAGE}", PAGE * 2])
def test_a_page_without_its_one_place_stays(tmp_path: Path, text: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(text)
    with pytest.raises(ProjectError, match="write <!-- clients --> and <!-- /clients --> around"):
        write_table(page, "clients", "new")
    assert page.read_text() == text


def test_every_table_macro_is_asked(database: Path) -> None:
    macros = """
        select function_name from duckdb_functions()
        where schema_name = 'marts' and function_type = 'table_macro'
    """
    with duckdb.connect(database, read_only=True) as connection:
        asked = " ".join(question.sql for question in load_questions(connection))
        for (name,) in connection.execute(macros).fetchall():
            assert f"marts.{name}(" in asked


def test_every_question_is_asked_of_someone(database: Path) -> None:
    with duckdb.connect(database, read_only=True) as connection:
        languages = {question.language for question in load_questions(connection)}
    assert languages == {language for one in asking.load_clients() for language in one.speaks}


def test_every_client_is_pinned() -> None:
    page = (Path(__file__).parents[2] / "docs" / "mcp.md").read_text(encoding="utf-8")
    for client in asking.load_clients():
        assert (asking.FOLDER / client.script).is_file()
        if client.name == "mcp":
            assert f'"{client.packages[0].replace("==", "@")}"' in page
        packages = list(client.packages)
        if client.requirements:
            lines = (asking.FOLDER / client.requirements).read_text().splitlines()
            packages += [line for line in lines if not line.startswith("#")]
        assert packages
        for package in packages:
            _, version = package.rsplit("@" if client.script.endswith(".mjs") else "==", 1)
            assert version[0].isdigit(), package


@pytest.mark.parametrize(
    ("refused", "answer", "expected"),
    [
        ("read-only", {"rows": []}, "was not refused"),
        ("read-only", {"error": "attached in read-only mode"}, ""),
        ("read-only", {"error": "no such table"}, "no such table"),
        ("", {"error": "no such table"}, "no such table"),
        ("", {"error": ""}, "an error without a word"),
        ("", {"rows": [[1], [1]]}, "2 rows instead of 1"),
        ("", {"rows": [[2]]}, "[2] instead of [1]"),
        ("", {"rows": [[1]]}, ""),
    ],
)
def test_what_is_a_fault(refused: str, answer: dict[str, Any], expected: str) -> None:
    assert Question("q", "sql", "select 1", [[1]], refused).fault(answer) == expected


class NotATime(datetime):
    """As pandas has it: a moment that equals nothing, and has no time."""

    def __ne__(self, other: object) -> bool:
        return True

    def time(self) -> NoReturn:
        raise ValueError


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (date(2024, 2, 1), "2024-02-01"),
        (datetime(2024, 2, 1), "2024-02-01"),
        (datetime(2024, 2, 1, 8, 30), "2024-02-01 08:30:00"),
        (Decimal("91428"), 91428),
        (91428.0, 91428),
        (0.5, 0.5),
        (math.nan, None),
        (NotATime(2024, 2, 1), None),
        (None, None),
        ("text", "text"),
        (True, True),
    ],
)
def test_a_value_is_the_same_from_every_client(value: object, expected: object) -> None:
    ((found,),) = plain_rows([[value]])
    assert found == expected
    assert type(found) is type(expected)
