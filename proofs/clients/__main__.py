"""Ask real clients about one built database and compare their answers.

Each program `ask_*` of this folder is a client, or several. Its header lists the packages it
installs, in an environment of its own, and the kinds of questions of questions.toml it can answer.
The right answers come from the project's own DuckDB.

Exit status: 0, or 1 where a client cannot be asked or answers wrong; each fault is a line.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

import project
from export_marts import export
from project import ProjectError, visible
from proofs import parser_of
from proofs.clients.client import Rows, plain_rows
from proofs.commands import UV
from proofs.tables import write_table

FOLDER = Path(__file__).parent
QUESTIONS = FOLDER / "questions.toml"
# The header of a program, as Python's packaging defines it; in JavaScript alike.
HEADER = re.compile(r"(?ms)\A(?:#|//) /// script\n(.*?)^(?:#|//) ///$")


class Client(NamedTuple):
    """A client, its languages, and its command, which installs its packages and keeps them."""

    name: str
    speaks: list[str]
    command: list[str]
    program: str  # that must be there, since no index installs it


def load_clients() -> list[Client]:
    """Return the clients of this folder by name."""
    return [client for file in sorted(FOLDER.glob("ask_*.*")) for client in clients_of(file)]


def clients_of(file: Path) -> Iterator[Client]:
    """Yield the client of a program, or one for each of the `versions` that its header has."""
    [header] = HEADER.findall(file.read_text(encoding="utf-8"))
    wanted = tomllib.loads(re.sub(r"(?m)^(?:#|//) ?", "", header))
    tool, name = wanted["tool"]["us_trade"], file.stem.removeprefix("ask_").replace("_", "-")
    if file.suffix == ".mjs":
        packages = [f"--package={one}" for one in wanted["dependencies"]]
        npm = ["npm", "exec", "--yes", *packages, "--", "node", str(file)]
        yield Client(name, tool["speaks"], npm, "npm")
        return
    uv = [str(UV), "run", "--quiet", "--no-project", "--python", sys.executable]
    if "requirements" in tool:
        uv += ["--with-requirements", str(FOLDER / tool["requirements"])]
    for version in tool.get("versions", [""]):
        full = f"{name}-{version.rpartition('.')[0]}" if version else name
        more = [f"--with={name}=={version}"] * bool(version)
        command = [*uv, *more, "--script", str(file)]
        yield Client(full, tool["speaks"], command, tool.get("program", ""))


class Question(NamedTuple):
    """A question in one language; right are these rows, or an error that says ``refused``."""

    id: str
    language: str
    sql: str
    right: Rows
    refused: str

    def fault(self, answer: dict[str, Any]) -> str:
        """Return what is wrong with an answer, ``rows`` or an ``error``, or an empty text."""
        if self.refused and self.refused in answer.get("error", ""):
            return ""
        if self.refused or "error" in answer:
            return str(answer.get("error") or "was not refused")
        rows: Rows = answer["rows"]
        if len(rows) != len(self.right):
            return f"{len(rows)} rows instead of {len(self.right)}"
        pairs = zip(rows, self.right, strict=True)
        return next((f"{found} instead of {right}" for found, right in pairs if found != right), "")


def load_questions(connection: duckdb.DuckDBPyConnection) -> Iterator[Question]:
    """Yield what this database can answer, with what the project's DuckDB says.

    questions.toml says what the parts of an entry are.
    """
    for entry in tomllib.loads(QUESTIONS.read_text(encoding="utf-8"))["question"]:
        sql, refused = entry["sql"], entry.get("refused", "")
        if "for_each" in entry:
            names = sorted(name for (name,) in connection.execute(entry["for_each"]).fetchall())
            sql = "\nunion all\n".join(sql.format(name=name) for name in names) + "\norder by 1"
        right = [] if refused else plain_rows(connection.execute(sql).fetchall())
        for language in entry["language"]:
            yield Question(entry["id"], language, sql, right, refused)


def ask(
    client: Client, questions: Sequence[Question], request: dict[str, str], scratch: str
) -> tuple[list[str], list[str]]:
    """Ask a client the questions whose language it speaks; return its row, and what is wrong."""
    if client.program and not shutil.which(client.program):
        return [client.name, "", "", f"not asked: {client.program} is not installed"], []
    asked = [question for question in questions if question.language in client.speaks]
    parts = [{"id": one.id, "language": one.language, "sql": one.sql} for one in asked]
    bare = {name: it for name, it in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        client.command, input=json.dumps({**request, "questions": parts}), cwd=scratch,
        env=bare | {"TMPDIR": scratch}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        said = (done.stderr.strip() or f"exit status {done.returncode}").splitlines()[-1]
        return [client.name, "", "", "fail"], [f"{client.name}: cannot be asked: {visible(said)}"]
    answer = json.loads(done.stdout.splitlines()[-1])
    faults = [
        f"{client.name}: {one.id} ({one.language}): {' '.join(visible(fault).split())}"
        for one, found in zip(asked, answer["answers"], strict=True)
        if (fault := one.fault(found))
    ]
    counts = Counter(question.language for question in asked)
    words = ", ".join(f"{language} ({count})" for language, count in counts.items())
    return [client.name, answer["version"], words, "fail" if faults else "pass"], faults


def parser() -> argparse.ArgumentParser:
    names = [client.name for client in load_clients()]
    what = f"Ask real clients about the database and compare their answers: {', '.join(names)}."
    parser = parser_of("clients", what, "--skip superset", "docs/connect.md")
    project.add_database_option(parser)
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="CLIENT")
    parser.add_argument("--skip", nargs="+", choices=names, default=[], metavar="CLIENT")
    return parser


def command(options: argparse.Namespace) -> None:
    """Ask each client about the database, read-only, and about a fresh export of it."""
    clients, database = load_clients(), options.database.absolute()
    chosen = [one for one in clients if one.name in options.only and one.name not in options.skip]
    rows, faults = [], []
    with tempfile.TemporaryDirectory(prefix="us_trade-clients-") as scratch:
        request = {"database": str(database), "dist": f"{scratch}/data"}
        export(database, Path(scratch) / "data")
        with project.open_database(database) as connection:
            questions = list(load_questions(connection))
        before = project.sha256(database)
        for client in chosen:
            row, wrong = ask(client, questions, request, scratch)
            rows.append(row)
            faults += wrong
            print(f"{client.name}: {row[-1]}", file=sys.stderr)
        if project.sha256(database) != before:
            faults.append(f"{project.shown(database)}: changed, by a client or by a build")
    table = project.markdown_table(["client", "version", "asked", "result"], rows)
    print(table)
    if options.write and [row[-1] for row in rows] != ["pass"] * len(clients):
        faults.append("--write wants the answers of all clients")
    if faults:
        raise ProjectError("\n".join(faults))
    if options.write:
        write_table(options.write, "clients", table)


if __name__ == "__main__":
    sys.exit(project.main(command, parser()))
