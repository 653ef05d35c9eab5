#!/usr/bin/env python3
"""Ask real clients about one built database and compare their answers.

Each client of clients/versions.toml gets an environment of its own below .clients/, installed
from the package index and kept for the next run.  It is asked the questions of
clients/questions.toml on the database, opened read-only, and on a fresh export of it; the
right answers are those of the project's own DuckDB.  Nothing is written to the database.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "clients"))
from client import Rows, plain_rows

ROOT = Path(__file__).resolve().parent.parent
CLIENTS = ROOT / "clients"
INSTALL_SECONDS = 3600
ASK_SECONDS = 900


class ClientError(Exception):
    """Why a client could not be asked."""


@dataclass(frozen=True)
class Client:
    name: str
    packages: list[str]
    script: str
    speaks: list[str]
    constraints: str = ""

    @property
    def is_node(self) -> bool:
        return self.script.endswith(".mjs")

    @property
    def pins(self) -> str:
        """All that decides what is installed."""
        more = (CLIENTS / self.constraints).read_text() if self.constraints else ""
        runtime = "node" if self.is_node else f"{sys.executable} {sys.version}"
        return "\n".join([*self.packages, runtime, more])


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


# --------------------------------------------------------------------------- what is asked


def load_clients() -> list[Client]:
    with (CLIENTS / "versions.toml").open("rb") as file:
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
    with (CLIENTS / "questions.toml").open("rb") as file:
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


def environment(client: Client, cache: Path) -> Path:
    """The folder where the client is installed, now if it was not; raises ClientError."""
    home = cache / client.name
    stamp = home / "installed"
    if stamp.is_file() and stamp.read_text() == client.pins:
        return home
    print(f"{client.name}: installing", file=sys.stderr, flush=True)
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    for command in install_commands(client, home):
        run(command, INSTALL_SECONDS, "cannot be installed")
    stamp.write_text(client.pins)
    return home


def install_commands(client: Client, home: Path) -> list[list[str]]:
    if client.is_node:
        quiet = ["--no-audit", "--no-fund", "--loglevel", "error"]
        return [["npm", "install", *quiet, "--prefix", str(home), *client.packages]]
    python = str(home / "bin" / "python")
    pinned = ["--constraint", str(CLIENTS / client.constraints)] if client.constraints else []
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if uv:  # some ten times as fast
        install = [uv, "pip", "install", "--quiet", "--python", python]
    else:
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    return [
        [sys.executable, "-m", "venv", *(["--without-pip"] if uv else []), str(home)],
        [*install, *pinned, *client.packages],
    ]


def run(command: list[str], seconds: int, what: str) -> None:
    """Run a command to its end, or end it; raises ClientError with the last of what it said."""
    bare = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "VIRTUAL_ENV"))
    }
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    try:
        # In a session of its own, so that what it starts can be ended with it.
        process = subprocess.Popen(command, env=bare, start_new_session=True, **pipes)
    except FileNotFoundError:
        raise ClientError(f"{what}: {command[0]} is not on this machine") from None
    try:
        output, errors = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        raise ClientError(f"{what}: not done after {seconds} seconds") from None
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if process.returncode:
        last = (errors or output).strip().splitlines()[-1:]
        raise ClientError(f"{what}: {' '.join(last) or f'exit code {process.returncode}'}")


def put(client: Client, home: Path, request: dict) -> dict:
    """Ask the client in a process of its own; raises ClientError."""
    python = "node" if client.is_node else str(home / "bin" / "python")
    with tempfile.TemporaryDirectory(prefix="us_trade-client-") as scratch:
        asked, answer = Path(scratch, "request.json"), Path(scratch, "answer.json")
        asked.write_text(json.dumps({**request, "home": str(home)}), encoding="utf-8")
        command = [python, str(CLIENTS / client.script), str(asked), str(answer)]
        run(command, ASK_SECONDS, "cannot be asked")
        return json.loads(answer.read_text(encoding="utf-8"))


# --------------------------------------------------------------------------- what it answers


def fault_of(
    question: Question, right: dict[str, Rows], answers: dict, errors: dict, key: str
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
    client: Client, cache: Path, request: dict, questions: list[Question], right: dict[str, Rows]
) -> Outcome:
    """Install, ask and judge one client."""
    put_to = [
        (question, language)
        for question in questions
        for language in question.language
        if language in client.speaks
    ]
    outcome = Outcome(client.name, ", ".join(client.packages[:1]))
    try:
        home = environment(client, cache)
        print(f"{client.name}: asking", file=sys.stderr, flush=True)
        wanted = [
            {"id": question.id, "language": language, "sql": question.sql}
            for question, language in put_to
        ]
        answer = put(client, home, {**request, "questions": wanted})
    except ClientError as error:
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


def table(outcomes: list[Outcome]) -> str:
    """The outcomes as a Markdown table."""
    lines = [("client", "version", "asked", "result"), ("---", "---", "---", "---")]
    for one in outcomes:
        asked = ", ".join(f"{language} ({count})" for language, count in one.asked.items())
        result = "<br>".join(one.faults).replace("|", "\\|") or "pass"
        lines.append((one.client, one.version, asked, result))
    widths = [max(len(line[at]) for line in lines) for at in range(3)]
    return "\n".join(
        f"| {' | '.join(map(str.ljust, line[:3], widths))} | {line[3]} |" for line in lines
    )


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
    clients: list[Client], database: Path, cache: Path
) -> tuple[list[Question], list[Outcome]]:
    """Ask every client; what was asked, and what came of it.

    Raises ClientError if the database cannot be exported or was changed.
    """
    before = digest(database)
    with tempfile.TemporaryDirectory(prefix="us_trade-export-") as scratch:
        dist = Path(scratch) / "dist"
        exporter = str(ROOT / "scripts" / "export_marts.py")
        command = [sys.executable, exporter, "--database", str(database), "--out", str(dist)]
        run(command, ASK_SECONDS, "the export failed")
        with duckdb.connect(str(database), read_only=True) as connection:
            questions = load_questions(connection)
            right = right_answers(connection, questions)
        request = {"database": str(database), "dist": str(dist)}
        outcomes = [check(client, cache, request, questions, right) for client in clients]
    if digest(database) != before:
        raise ClientError(f"{database}: a client changed it")
    return questions, outcomes


def main(arguments: list[str] | None = None) -> int:
    clients = load_clients()
    known = [client.name for client in clients]
    parser = argparse.ArgumentParser(
        description="Ask real clients about the database and compare their answers.",
        epilog="example: scripts/check_clients.py --skip superset   "
        f"The clients: {', '.join(known)}.",
    )
    default = Path(os.environ.get("US_TRADE_DB") or ROOT / "us_trade.duckdb")
    parser.add_argument("--database", type=Path, default=default, metavar="FILE",
                        help="the database (default: US_TRADE_DB, or us_trade.duckdb)")  # fmt: skip
    parser.add_argument("--cache", type=Path, default=ROOT / ".clients", metavar="FOLDER",
                        help="where the clients are installed (default: .clients)")  # fmt: skip
    parser.add_argument("--only", nargs="+", choices=known, default=known, metavar="CLIENT",
                        help="ask only these")  # fmt: skip
    parser.add_argument("--skip", nargs="+", choices=known, default=[], metavar="CLIENT",
                        help="do not ask these")  # fmt: skip
    options = parser.parse_args(arguments)
    chosen = [one for one in clients if one.name in options.only and one.name not in options.skip]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    database = Path(os.path.abspath(options.database))
    if not database.is_file():
        print(f"{database}: there is no such database; run make first", file=sys.stderr)
        return 1
    try:
        questions, outcomes = check_all(chosen, database, Path(os.path.abspath(options.cache)))
    except (ClientError, OSError, duckdb.Error) as error:
        print(error, file=sys.stderr)
        return 1
    print(table(outcomes), legend(questions), sep="\n\n")
    failed = [one.client for one in outcomes if one.faults]
    if failed:
        print(f"{len(failed)} of {len(outcomes)} clients failed: {', '.join(failed)}",
              file=sys.stderr)  # fmt: skip
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
