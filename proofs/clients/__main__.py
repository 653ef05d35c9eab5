"""Ask real clients about one built database and compare their answers.

Each program `ask_*` of this folder is a client, or several. Its header lists the packages it
installs, in an environment of its own, and the kinds of questions of questions.toml it can answer.
The right answers come from the project's own DuckDB.

Exit status: 0, or 1 where a client cannot be asked or answers wrong; each fault is a line.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from export_marts import export
from project import (
    ProjectError,
    add_database_option,
    main,
    markdown_table,
    open_database,
    sha256,
    shown,
    visible,
)
from proofs.clients.questions import Question, load_questions
from proofs.commands import UV
from proofs.tables import write_table

FOLDER = Path(__file__).parent
SECONDS = 3600  # for a client's installation and all its answers
# The header of a program, as Python's packaging defines it; in JavaScript alike.
HEADER = re.compile(r"(?ms)\A(?:#|//) /// script\n(.*?)^(?:#|//) ///$")


@dataclass(frozen=True)
class Client:
    """A program and its languages; ``program`` must be there, since no index installs it."""

    name: str
    file: Path
    speaks: list[str]
    packages: list[str]
    program: str = ""

    @property
    def command(self) -> list[str]:
        """Return the command that runs it; uv, or npm, installs and keeps its packages."""
        if self.file.suffix == ".mjs":
            packages = [f"--package={package}" for package in self.packages]
            return ["npm", "exec", "--yes", *packages, "--", "node", str(self.file)]
        run = [str(UV), "run", "--quiet", "--no-project", "--python", sys.executable]
        return [*run, *self.packages, "--script", str(self.file)]


def load_clients() -> list[Client]:
    """Return the clients of this folder by name."""
    return [client for file in sorted(FOLDER.glob("ask_*.*")) for client in clients_of(file)]


def clients_of(file: Path) -> Iterator[Client]:
    """Yield the client of a program, or one for each package that its header has under `with`."""
    [header] = HEADER.findall(file.read_text(encoding="utf-8"))
    wanted = tomllib.loads(re.sub(r"(?m)^(?:#|//) ?", "", header))
    tool, name = wanted["tool"]["us_trade"], file.stem.removeprefix("ask_")
    packages = wanted["dependencies"] if file.suffix == ".mjs" else []
    if "requirements" in tool:
        packages = ["--with-requirements", str(FOLDER / tool["requirements"])]
    for one in tool.get("with", [""]):
        version = ".".join(one.partition("==")[2].split(".")[:2])
        yield Client(
            name + f"-{version}" * bool(one), file, tool["speaks"],
            packages + [f"--with={one}"] * bool(one), tool.get("program", ""),
        )  # fmt: skip


def ask(
    client: Client, questions: Sequence[Question], request: dict[str, Any], scratch: str
) -> tuple[list[str], list[str]]:
    """Ask a client the questions whose language it speaks; return its row, and what is wrong."""
    if client.program and not shutil.which(client.program):
        return [client.name, "", "", f"not asked: {client.program} is not installed"], []
    asked = [question for question in questions if question.language in client.speaks]
    parts = [{"id": one.id, "language": one.language, "sql": one.sql} for one in asked]
    try:
        said = run(client.command, json.dumps({**request, "questions": parts}), scratch)
    except ProjectError as error:
        return [client.name, "", "", "fail"], [f"{client.name}: {visible(str(error))}"]
    answer = json.loads(said.splitlines()[-1])
    faults = [
        f"{client.name}: {one.id} ({one.language}): {' '.join(visible(fault).split())}"
        for one, found in zip(asked, answer["answers"], strict=True)
        if (fault := one.fault(found))
    ]
    counts = Counter(question.language for question in asked)
    words = ", ".join(f"{language} ({count})" for language, count in counts.items())
    return [client.name, answer["version"], words, "fail" if faults else "pass"], faults


def run(command: list[str], words: str, scratch: str) -> str:
    """Return what a command prints, given some words; its files are written into scratch.

    However this ends, so does all that it has started.  Raises ProjectError with its last words.
    """
    bare = {name: it for name, it in os.environ.items() if not name.startswith("PYTHON")}
    try:
        process = subprocess.Popen(
            command, cwd=scratch, env=bare | {"TMPDIR": scratch}, start_new_session=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
    except FileNotFoundError as error:
        raise ProjectError(f"cannot be asked: {error.filename} is not there") from None
    try:
        output, errors = process.communicate(words, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise ProjectError(f"cannot be asked: not done after {SECONDS} seconds") from None
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()  # until the pipes end, with the last of its processes
    if process.returncode:
        said = (errors.strip() or f"exit code {process.returncode}").splitlines()
        raise ProjectError(f"cannot be asked: {said[-1].strip()}")
    return output


def ask_all(clients: Sequence[Client], database: Path) -> tuple[list[list[str]], list[str]]:
    """Ask each client about the database, read-only, and about a fresh export of it.

    Raises ProjectError if the database cannot be read or exported, or was changed.
    """
    rows, faults = [], []
    with tempfile.TemporaryDirectory(prefix="us_trade-clients-") as scratch:
        request = {"database": str(database), "dist": f"{scratch}/data"}
        export(database, Path(scratch) / "data")
        with open_database(database) as connection:
            questions = list(load_questions(connection))
        before = sha256(database)
        for client in clients:
            row, wrong = ask(client, questions, request, scratch)
            rows.append(row)
            faults += wrong
            print(f"{client.name}: {row[-1]}", file=sys.stderr)
        if sha256(database) != before:
            faults.append(f"{shown(database)}: changed meanwhile, by a client or by a build")
    return rows, faults


def parser() -> argparse.ArgumentParser:
    names = [client.name for client in load_clients()]
    parser = argparse.ArgumentParser(
        prog="python -m proofs.clients",
        description="Ask real clients about the database and compare their answers.",
        epilog="example: .venv/bin/python -m proofs.clients --skip superset   "
        f"The clients: {', '.join(names)}.",
    )
    add_database_option(parser)
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="CLIENT",
                        help="ask only these")  # fmt: skip
    parser.add_argument("--skip", nargs="+", choices=names, default=[], metavar="CLIENT",
                        help="do not ask these")  # fmt: skip
    parser.add_argument("--write", type=Path, metavar="FILE",
                        help="put the table into this page, if all is right")  # fmt: skip
    return parser


def command(options: argparse.Namespace) -> None:
    clients = load_clients()
    chosen = [one for one in clients if one.name in options.only and one.name not in options.skip]
    if options.write and chosen != clients:
        raise ProjectError("--write wants the answers of all clients: leave out --only and --skip")
    rows, faults = ask_all(chosen, options.database.absolute())
    table = markdown_table(["client", "version", "asked", "result"], rows)
    print(table)
    if faults:
        raise ProjectError("\n".join(faults))
    if options.write:
        if any(row[-1] != "pass" for row in rows):
            raise ProjectError("--write wants the answers of all clients")
        write_table(options.write, "clients", table)


if __name__ == "__main__":
    sys.exit(main(command, parser()))
