"""Real clients of the database: what each is asked, how, and whether its answers are right.

Each client of versions.toml is run by `uv run --with`, in an environment of its own that uv keeps
for the next time (node's by npm), and asked the questions of questions.toml on the database,
opened read-only, and on a fresh export of it.  The right answers are those of the project's own
DuckDB.  Nothing is written to the database.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

import export_marts
from project import ProjectError, open_database

from .client import Rows, plain_rows

FOLDER = Path(__file__).parent
UV = Path(sys.executable).parent / "uv"
SECONDS = 3600  # for all that a client installs and answers


@dataclass(frozen=True)
class Client:
    name: str
    packages: list[str]
    script: str
    speaks: list[str]
    requirements: str = ""

    @property
    def is_node(self) -> bool:
        return self.script.endswith(".mjs")

    def command(self, home: Path) -> list[str]:
        """What runs its program; a node package is installed into the folder ``home`` first."""
        if self.is_node:
            npm = ["npm", "install", "--no-audit", "--no-fund", "--loglevel", "error"]
            run([*npm, "--prefix", str(home), *self.packages], "cannot be installed")
            return ["node"]
        pinned = ["--with-requirements", str(FOLDER / self.requirements)] * bool(self.requirements)
        wanted = [word for package in self.packages for word in ("--with", package)]
        python = ["--python", f"{sys.version_info.major}.{sys.version_info.minor}"]
        return [str(UV), "run", "--quiet", "--no-project", "--isolated", *python, *pinned, *wanted,
                "python"]  # fmt: skip


@dataclass(frozen=True)
class Question:
    id: str
    language: list[str]
    sql: str
    for_each: str = ""
    needs: str = ""
    refused: str = ""


@dataclass
class Outcome:
    client: str
    version: str
    asked: dict[str, int] = field(default_factory=dict)  # how many questions in each language
    faults: list[str] = field(default_factory=list)

    @property
    def row(self) -> list[str]:
        asked = ", ".join(f"{language} ({count})" for language, count in self.asked.items())
        return [self.client, self.version, asked, "<br>".join(self.faults) or "pass"]


# --------------------------------------------------------------------------- what is asked


def load_clients() -> list[Client]:
    with (FOLDER / "versions.toml").open("rb") as file:
        return [Client(**entry) for entry in tomllib.load(file)["client"]]


def load_questions(connection: duckdb.DuckDBPyConnection) -> list[Question]:
    """The questions that this database can answer, each with its whole statement."""
    each = {
        "mart": names(
            connection,
            "select 'marts.' || table_name from duckdb_tables() where schema_name = 'marts'",
        ),
        "view": names(
            connection,
            "select schema_name || '.' || view_name from duckdb_views() where not internal",
        ),
    }
    macros = names(
        connection, "select function_name from duckdb_functions() where schema_name = 'marts'"
    )
    with (FOLDER / "questions.toml").open("rb") as file:
        questions = [Question(**entry) for entry in tomllib.load(file)["question"]]
    return [
        expanded(question, each)
        for question in questions
        if (not question.needs or question.needs in macros)
        and (not question.for_each or each[question.for_each])
    ]


def names(connection: duckdb.DuckDBPyConnection, sql: str) -> list[str]:
    return sorted(name for (name,) in connection.execute(sql).fetchall())


def expanded(question: Question, each: dict[str, list[str]]) -> Question:
    """The question with its statement written out for every mart or view."""
    if not question.for_each:
        return question
    parts = [question.sql.format(relation=name) for name in each[question.for_each]]
    sql = "\nunion all\n".join(parts) + "\norder by 1"
    return Question(question.id, question.language, sql)


def right_answers(
    connection: duckdb.DuckDBPyConnection, questions: list[Question]
) -> dict[str, Rows]:
    return {
        question.id: plain_rows(connection.execute(question.sql).fetchall())
        for question in questions
        if not question.refused
    }


# --------------------------------------------------------------------------- who is asked


def run(command: list[str], what: str) -> None:
    """Run a command to its end, or end it; raises ProjectError with the last of what it said."""
    bare = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "VIRTUAL_ENV"))
    }
    try:
        # In a session of its own, so that what it starts can be ended with it.
        process = subprocess.Popen(
            command, env=bare, start_new_session=True, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
    except FileNotFoundError:
        raise ProjectError(f"{what}: {command[0]} is not on this machine") from None
    try:
        output, errors = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise ProjectError(f"{what}: not done after {SECONDS} seconds") from None
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if process.returncode:
        last = (errors or output).strip().splitlines()[-1:]
        raise ProjectError(f"{what}: {' '.join(last) or f'exit code {process.returncode}'}")


def put(client: Client, request: dict[str, Any]) -> dict[str, Any]:
    """Ask the client in a process of its own; raises ProjectError."""
    with tempfile.TemporaryDirectory(prefix="us_trade-client-") as scratch:
        home = Path(scratch)
        asked, answer = home / "request.json", home / "answer.json"
        asked.write_text(json.dumps({**request, "home": scratch}), encoding="utf-8")
        program = [str(FOLDER / client.script), str(asked), str(answer)]
        run([*client.command(home), *program], "cannot be asked")
        answered: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
        return answered


# --------------------------------------------------------------------------- what it answers


def fault_of(
    question: Question,
    right: dict[str, Rows],
    answers: dict[str, Any],
    errors: dict[str, str],
    key: str,
) -> str:
    """What is wrong with an answer, or an empty text."""
    error = errors.get(key)
    if question.refused:
        if error is None:
            return "was not refused"
        return "" if question.refused in error else error
    if error is not None:
        return error
    return difference(right[question.id], answers[key])


def difference(right: Rows, given: list[list[Any]]) -> str:
    if len(right) != len(given):
        return f"{len(given)} rows instead of {len(right)}"
    for expected, found in zip(right, given, strict=True):
        if expected != found:
            return f"{found} instead of {expected}"
    return ""


def check(
    client: Client, request: dict[str, Any], questions: list[Question], right: dict[str, Rows]
) -> Outcome:
    """Ask and judge one client."""
    put_to = [
        (question, language)
        for question in questions
        for language in question.language
        if language in client.speaks
    ]
    outcome = Outcome(client.name, ", ".join(client.packages[:1]))
    wanted = [
        {"id": question.id, "language": language, "sql": question.sql}
        for question, language in put_to
    ]
    try:
        answer = put(client, {**request, "questions": wanted})
    except ProjectError as error:
        outcome.faults.append(str(error))
        return outcome
    outcome.version = answer["version"]
    for question, language in put_to:
        key = f"{question.id} ({language})"
        outcome.asked[language] = outcome.asked.get(language, 0) + 1
        fault = fault_of(question, right, answer["answers"], answer["errors"], key)
        if fault:
            outcome.faults.append(f"{key}: {' '.join(fault.split())[:300]}")
    return outcome


def legend(questions: list[Question]) -> str:
    """The questions of each language."""
    languages = dict.fromkeys(language for one in questions for language in one.language)
    return "\n".join(
        f"{language}: {', '.join(one.id for one in questions if language in one.language)}"
        for language in languages
    )


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_all(
    clients: list[Client], database: Path, told: Callable[[str], None]
) -> tuple[list[Question], list[Outcome]]:
    """Ask every client; what was asked, and what came of it.  ``told`` hears the next one's name.

    Raises ProjectError if the database cannot be exported or was changed.
    """
    before = digest(database)
    with tempfile.TemporaryDirectory(prefix="us_trade-export-") as scratch:
        dist = Path(scratch) / "data"
        export_marts.export(database, dist)
        with open_database(database) as connection:
            questions = load_questions(connection)
            right = right_answers(connection, questions)
        request = {"database": str(database), "dist": str(dist)}
        outcomes = []
        for client in clients:
            told(client.name)
            outcomes.append(check(client, request, questions, right))
    if digest(database) != before:
        raise ProjectError(f"{database}: a client changed it")
    return questions, outcomes
