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


@dataclass(frozen=True)
class Outcome:
    """The questions to one client, and the faults of its answers."""

    client: str
    asked: Sequence[Question] = ()
    version: str = ""
    faults: Sequence[str] = ()
    missing: str = ""

    @property
    def row(self) -> list[str]:
        counts = Counter(question.language for question in self.asked)
        asked = ", ".join(f"{language} ({count})" for language, count in counts.items())
        result = "fail" if self.faults else "not asked" if self.missing else "pass"
        return [self.client, self.version, asked, result]


def outcome(
    client: Client, questions: Sequence[Question], request: dict[str, Any], scratch: str
) -> Outcome:
    """Ask one client the questions in its languages, and judge its answers."""
    if client.program and not shutil.which(client.program):
        return Outcome(client.name, missing=f"{client.program} is not installed")
    asked = [question for question in questions if question.language in client.speaks]
    parts = [{"id": one.id, "language": one.language, "sql": one.sql} for one in asked]
    try:
        said = run(client.command, json.dumps({**request, "questions": parts}), scratch)
    except ProjectError as error:
        return Outcome(client.name, faults=[visible(str(error))])
    answer = json.loads(said.splitlines()[-1])
    found = [question.fault(one) for question, one in zip(asked, answer["answers"], strict=True)]
    faults = [f"{asked[at]}: {' '.join(visible(fault).split())}"
              for at, fault in enumerate(found) if fault]  # fmt: skip
    return Outcome(client.name, asked, answer["version"], faults)


def run(command: list[str], words: str, scratch: str) -> str:
    """Return the output of a command for this input; it writes into scratch.

    At the end, all its processes end too. Raises ProjectError with the last of its output.
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


def check(clients: Sequence[Client], database: Path) -> list[Outcome]:
    """Ask each client about the database, read-only, and about a fresh export of it.

    Raises ProjectError if the database cannot be read or exported, or was changed.
    """
    with tempfile.TemporaryDirectory(prefix="us_trade-clients-") as scratch:
        dist = Path(scratch) / "data"
        export(database, dist)
        with open_database(database) as connection:
            questions = load_questions(connection)
        before = sha256(database)
        request = {"database": str(database), "dist": str(dist)}
        outcomes = []
        for client in clients:
            outcomes.append(outcome(client, questions, request, scratch))
            print(f"{client.name}: {outcomes[-1].row[-1]}", file=sys.stderr)
        if sha256(database) != before:
            raise ProjectError(f"{shown(database)}: changed meanwhile, by a client or by a build")
    return outcomes


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
    outcomes = check(chosen, options.database.absolute())
    table = markdown_table(["client", "version", "asked", "result"], [one.row for one in outcomes])
    print(table)
    failed = [one for one in outcomes if one.faults]
    faults = [f"{one.client}: {fault}" for one in failed for fault in one.faults]
    missing = [f"{one.client}: not asked: {one.missing}" for one in outcomes if one.missing]
    if failed:
        raise ProjectError("\n".join([*faults, f"{len(failed)} of {len(outcomes)} clients failed"]))
    if missing and options.write:
        raise ProjectError("\n".join(missing))
    print(*missing, sep="\n", end="\n" * bool(missing))
    if options.write:
        write_table(options.write, "clients", table)


if __name__ == "__main__":
    sys.exit(main(command, parser()))
