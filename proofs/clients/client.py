"""Read requests and write answers, for all Python clients.

A request is JSON on stdin: ``database`` and ``dist`` (paths) and ``questions``, each with ``id``,
``language`` and ``sql``.  The answer is JSON, the last line on stdout: ``version`` and ``answers``,
one for each question in its turn, ``rows`` or an ``error``.  The working folder is scratch.
"""

from __future__ import annotations

import datetime
import decimal
import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

Rows = list[list[Any]]
Question = dict[str, Any]
Row = dict[str, Any]
Way = Callable[[Question], Iterable[Iterable[Any]]]
FLOWS = ("exports", "imports", "balance")


class Request(NamedTuple):
    database: str
    dist: Path
    questions: list[Question]


def request() -> Request:
    """Return the request to this client."""
    asked = json.load(sys.stdin)
    return Request(asked["database"], Path(asked["dist"]), asked["questions"])


def reply(request: Request, version: str, ways: Mapping[str, Way | Mapping[str, Way]]) -> None:
    """Answer each question in the way of its language, or of its language and its id."""
    answers: list[dict[str, Any]] = []
    for question in request.questions:
        try:
            way = ways[question["language"]]
            answer = way if callable(way) else way[question["id"]]
            answers.append({"rows": plain_rows(answer(question))})
        except Exception as error:  # any error is the client's answer
            answers.append({"error": f"{type(error).__name__}: {error}"})
    print("", json.dumps({"version": version, "answers": answers}), sep="\n")


def of_files(marts: Iterable[str], read: Callable[[str], Iterable[Row]]) -> dict[str, Way]:
    """Return how to answer with the rows that ``read`` returns of a mart."""

    def latest(question: Question) -> Rows:
        (month,) = (row["month_date"] for row in read("dim_month") if row["is_latest"])
        rows = (row for row in read("fct_monthly_trade") if row["component"] == "goods")
        return [[month, -row["balance_musd"]] for row in rows if row["month_date"] == month]

    def all_months(question: Question) -> Rows:
        rows = read("fct_monthly_trade")
        return sums((row["component"], flow, row[f"{flow}_musd"]) for row in rows for flow in FLOWS)

    return {
        "row counts": lambda _: [[f"marts.{mart}", len([*read(mart)])] for mart in sorted(marts)],
        "latest goods deficit": latest,
        "sums of all months": all_months,
    }


def sums(observations: Iterable[tuple[str, str, int]]) -> Rows:
    """Return the sums of all months from components, flows and values in any order."""
    found: dict[str, dict[str, list[int]]] = {}
    for component, flow, value in observations:
        found.setdefault(component, {flow: [] for flow in FLOWS})[flow].append(value)
    return [
        [component, len(flows["balance"]), *(sum(flows[flow]) for flow in FLOWS)]
        for component, flows in sorted(found.items())
    ]


def run(*command: str | Path, said: str = "", folder: Path | None = None) -> str:
    """Return what a program prints, to what is said to it; raise RuntimeError with its errors."""
    done = subprocess.run(
        command, input=said, cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return done.stdout


def plain_rows(rows: Iterable[Iterable[Any]]) -> Rows:
    return [[plain(value) for value in row] for row in rows]


def plain(value: Any) -> Any:
    """Return a value in JSON's types, whichever type the client uses."""
    if hasattr(value, "item"):  # a scalar of NumPy's
        value = value.item()
    if value != value:  # NaN and NaT, which are a null in pandas
        return None
    if isinstance(value, datetime.datetime):
        return str(value.date() if value.time() == datetime.time() else value)
    if isinstance(value, datetime.date):
        return str(value)
    if isinstance(value, (float, decimal.Decimal)):
        return int(value) if value == int(value) else float(value)
    return value
