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
from typing import NamedTuple

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
    tool, name = wanted["tool"]["us_trade"], file.stem.removeprefix("ask_")
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


def ask_all(clients: Sequence[Client], database: Path) -> tuple[list[list[str]], list[str]]:
    """Ask each client about the database, read-only, and about a fresh export of it.

    Raises ProjectError if the database cannot be read or exported.
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
