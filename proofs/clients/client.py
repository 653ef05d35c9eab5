"""Read requests and write answers, for all Python clients.

A request is JSON on stdin: ``database`` and ``dist`` (paths) and ``questions``, each with ``id``,
``language`` and ``sql``.  The answer is JSON, the last line on stdout: ``version`` and ``answers``,
one for each question in its turn, ``rows`` or an ``error``.  The working folder is scratch.
"""

from __future__ import annotations

import datetime
import decimal
import json
import sys
from collections.abc import Callable, Iterable
from typing import Any

Rows = list[list[Any]]
Question = dict[str, Any]


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


def plain_rows(rows: Iterable[Iterable[Any]]) -> Rows:
    return [[plain(value) for value in row] for row in rows]


def sums(observations: Iterable[tuple[str, str, int]]) -> Rows:
    """Return the sums of all months from components, flows and values in any order."""
    found: dict[str, dict[str, list[int]]] = {}
    for component, flow, value in observations:
        found.setdefault(component, {}).setdefault(flow, []).append(value)
    return [
        [
            component,
            len(flows["balance"]),
            *(sum(flows[o]) for o in ("exports", "imports", "balance")),
        ]
        for component, flows in sorted(found.items())
    ]


def request() -> dict[str, Any]:
    """Return the request to this client."""
    asked: dict[str, Any] = json.load(sys.stdin)
    return asked


def reply(
    version: str, questions: list[Question], ask: Callable[[Question], Iterable[Iterable[Any]]]
) -> None:
    """Put each question to ``ask`` and write the answers."""
    answers: list[dict[str, Any]] = []
    for question in questions:
        try:
            answers.append({"rows": plain_rows(ask(question))})
        except Exception as error:  # any error is the client's answer
            answers.append({"error": f"{type(error).__name__}: {error}"})
    print("", json.dumps({"version": version, "answers": answers}), sep="\n")
