"""Who is asked, how, and what comes of it."""

from __future__ import annotations

import contextlib
import json
import os
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
from project import Progress, ProjectError, open_database, sha256, shown, visible
from proofs.clients.questions import Question, load_questions
from proofs.environments import UV

FOLDER = Path(__file__).parent
SECONDS = 3600  # for all that a client installs and answers


@dataclass(frozen=True)
class Client:
    """A client of versions.toml, which says what the parts are."""

    name: str
    script: str
    speaks: list[str]
    packages: Sequence[str] = ()
    requirements: str = ""
    program: str = ""
    debian: str = ""

    @property
    def missing(self) -> str:
        """What has to be installed before it can be asked, in words, or an empty text."""
        if not self.program or shutil.which(self.program):
            return ""
        return f"{self.program} is not there; Debian's package {self.debian} has it"

    @property
    def command(self) -> list[str]:
        """What runs its program; uv, or npm, installs its packages first, and keeps them."""
        program = str(FOLDER / self.script)
        if self.script.endswith(".mjs"):
            packages = [f"--package={package}" for package in self.packages]
            return ["npm", "exec", "--yes", *packages, "--", "node", program]
        packages = [f"--with={package}" for package in self.packages]
        if self.requirements:
            packages.append(f"--with-requirements={FOLDER / self.requirements}")
        # Not `uv run --isolated`, which leaves its environment behind when it is killed.
        run = [str(UV), "tool", "run", "--quiet", "--python", sys.executable]
        return [*run, *packages, "python", program]

    def ask(self, request: dict[str, Any], scratch: str) -> dict[str, Any]:
        """What it answers; client.py says what both are.  Raises ProjectError."""
        answer: dict[str, Any] = json.loads(
            run(self.command, json.dumps(request), scratch).splitlines()[-1]
        )
        return answer


def run(command: list[str], words: str, scratch: str) -> str:
    """What a command prints, given some words; what it writes meanwhile, it writes into scratch.

    However this ends, so does all that the command has started.  Raises ProjectError with the
    last of what it said.
    """
    bare = {name: it for name, it in os.environ.items() if not name.startswith("PYTHON")}
    process = None
    try:
        with undisturbed():
            process = subprocess.Popen(
                command, cwd=scratch, env=bare | {"TMPDIR": scratch}, start_new_session=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                encoding="utf-8",
            )  # fmt: skip
        output, errors = process.communicate(words, timeout=SECONDS)
    except FileNotFoundError as error:
        raise ProjectError(f"cannot be asked: {error.filename} is not there") from None
    except subprocess.TimeoutExpired:
        raise ProjectError(f"cannot be asked: not done after {SECONDS} seconds") from None
    finally:
        if process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()  # to the pipes' end, when the last of its processes is gone
    if process.returncode:
        said = (errors.strip() or f"exit code {process.returncode}").splitlines()
        raise ProjectError(f"cannot be asked: {said[-1].strip()}")
    return output


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Being told to end waits for the end of the block, so that what it starts is known."""
    told: list[Any] = []
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, lambda *it: told.append(it)) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if told:
        raise KeyboardInterrupt


@dataclass(frozen=True)
class Outcome:
    """What one client was asked, and what was wrong with its answers, if anything."""

    client: str
    asked: list[Question]
    version: str
    faults: list[str]
    missing: str = ""

    @property
    def row(self) -> list[str]:
        counts = Counter(question.language for question in self.asked)
        asked = ", ".join(f"{language} ({count})" for language, count in counts.items())
        result = "fail" if self.faults else "not asked" if self.missing else "pass"
        return [self.client, self.version, asked, result]


def load_clients() -> list[Client]:
    text = (FOLDER / "versions.toml").read_text(encoding="utf-8")
    return [Client(**entry) for entry in tomllib.loads(text)["client"]]


def check(
    clients: Sequence[Client], database: Path, shots: Path | None, told: Progress
) -> list[Outcome]:
    """Ask each client about the database, read-only, and about a fresh export of it.

    Superset puts a picture of its dashboard into the folder ``shots``, if there is one.

    Raises ProjectError if the database cannot be read or exported, or was changed.
    """
    with tempfile.TemporaryDirectory(prefix="us_trade-clients-") as scratch:
        dist = Path(scratch) / "data"
        export(database, dist)
        with open_database(database) as connection:
            questions = load_questions(connection)
        before = sha256(database)
        request = {"database": str(database), "dist": str(dist), "screenshots": str(shots or "")}
        outcomes = []
        for done, client in enumerate(clients):
            told(done, client.name)
            outcomes.append(outcome(client, questions, request, scratch))
        if sha256(database) != before:
            raise ProjectError(f"{shown(database)}: changed meanwhile, by a client or by a build")
    return outcomes


def outcome(
    client: Client, questions: list[Question], request: dict[str, Any], scratch: str
) -> Outcome:
    """Ask one client those of the questions whose language it speaks, and judge its answers."""
    if client.missing:
        return Outcome(client.name, [], "", [], client.missing)
    asked = [question for question in questions if question.language in client.speaks]
    parts = [{"id": one.id, "language": one.language, "sql": one.sql} for one in asked]
    try:
        answer = client.ask({**request, "questions": parts}, scratch)
    except ProjectError as error:
        return Outcome(client.name, [], "", [in_a_line(str(error))])
    found = [question.fault(one) for question, one in zip(asked, answer["answers"], strict=True)]
    faults = [f"{asked[at]}: {in_a_line(fault)}" for at, fault in enumerate(found) if fault]
    return Outcome(client.name, asked, answer["version"], faults)


def in_a_line(words: str) -> str:
    return visible(" ".join(words.split()))[:300]
