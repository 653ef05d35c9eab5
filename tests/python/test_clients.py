"""The clients: that a wrong answer is told from a right one, without any network."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from proofs.clients import __main__ as command
from proofs.clients import check as cc
from proofs.clients.client import plain_rows

StandIn = Callable[[str], None]


@pytest.fixture
def uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """In uv's place, a program of the shell that is called with what a client's program is."""
    program = tmp_path / "uv"

    def put(body: str) -> None:
        skip = 'while [ "$1" != python ]; do shift; done; shift'
        program.write_text(f"#!/bin/sh\n{skip}\n{body}\n")
        program.chmod(0o755)

    monkeypatch.setattr(cc, "UV", program)
    put(f'exec "{sys.executable}" "$@"')
    return put


def run(database: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """The exit status and the table's one row."""
    options = ["--database", str(database), "--only", "duckdb-2.0"]
    status = command.main(command.command, command.parser(), options)
    return status, capsys.readouterr().out.splitlines()[2]


def test_a_client_that_answers_right_passes(
    database: Path, uv: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    status, row = run(database, capsys)
    assert (status, row.endswith("| pass   |")) == (0, True), row
    assert duckdb.__version__ in row


def test_a_wrong_answer_fails(
    database: Path,
    uv: StandIn,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    right_answers = cc.right_answers

    def altered(*arguments: object) -> dict[str, list[list[object]]]:
        right = right_answers(*arguments)
        right["latest goods deficit"][0][1] += 1
        return right

    monkeypatch.setattr(cc, "right_answers", altered)
    status, row = run(database, capsys)
    assert status == 1
    assert "latest goods deficit (sql): ['2024-02-01', 91428] instead of" in row


def test_a_client_that_cannot_be_asked_fails(
    database: Path, uv: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    uv("echo cannot start >&2; exit 3")
    status, row = run(database, capsys)
    assert status == 1
    assert "| cannot be asked: cannot start " in row


def test_a_client_that_hangs_is_ended(
    database: Path,
    uv: StandIn,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    uv("sleep 600 & sleep 600")
    monkeypatch.setattr(cc, "SECONDS", 1)
    status, row = run(database, capsys)
    assert status == 1
    assert "cannot be asked: not done after 1 seconds" in row


def test_the_macro_is_asked_about_where_it_is(database: Path, tmp_path: Path) -> None:
    copy = tmp_path / "us_trade.duckdb"
    copy.write_bytes(database.read_bytes())
    with duckdb.connect(str(copy)) as connection:
        connection.execute("drop macro table if exists marts.trade_as_of")
        assert "table macro" not in {one.id for one in cc.load_questions(connection)}
        connection.execute("create macro marts.trade_as_of(day) as table select day")
        assert "table macro" in {one.id for one in cc.load_questions(connection)}


def test_every_question_is_asked_of_someone() -> None:
    with duckdb.connect() as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.one (a integer)")
        connection.execute("create view marts.two as from marts.one")
        questions = cc.load_questions(connection)
    spoken = {language for client in cc.load_clients() for language in client.speaks}
    assert {language for question in questions for language in question.language} == spoken


def test_every_client_is_pinned() -> None:
    for client in cc.load_clients():
        assert (cc.FOLDER / client.script).is_file()
        for package in client.packages:
            _, version = package.rsplit("@" if client.is_node else "==", 1)
            assert version[0].isdigit(), package


@pytest.mark.parametrize(
    ("question", "errors", "expected"),
    [
        ({"refused": "read-only"}, {}, "was not refused"),
        ({"refused": "read-only"}, {"q": "attached in read-only mode"}, ""),
        ({"refused": "read-only"}, {"q": "no such table"}, "no such table"),
        ({}, {"q": "no such table"}, "no such table"),
        ({}, {}, "2 rows instead of 1"),
    ],
)
def test_what_is_a_fault(question: dict, errors: dict, expected: str) -> None:
    asked = cc.Question("q", ["sql"], "select 1", **question)
    assert cc.fault_of(asked, {"q": [[1]]}, {"q": [[1], [1]]}, errors, "q") == expected


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
        (None, None),
        ("text", "text"),
        (True, True),
    ],
)
def test_a_value_is_the_same_from_every_client(value: object, expected: object) -> None:
    ((found,),) = plain_rows([[value]])
    assert found == expected
    assert type(found) is type(expected)
