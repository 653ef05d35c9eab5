"""What the Python clients share: how a request is read and an answer written.

A client is called as ``ask_x.py REQUEST ANSWER``.  The request is JSON: ``database`` and ``dist``
(paths), ``home`` (where node's packages are) and ``questions``, each with ``id``, ``language``
(one) and ``sql``.  The answer is JSON: ``version``, ``answers`` (rows by question) and ``errors``
(a text by question).
"""

from __future__ import annotations

import datetime
import decimal
import json
import math
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

Rows = list[list[Any]]
Question = dict[str, Any]


def plain(value: Any) -> Any:
    """A value as JSON has it, whichever type the client gives it."""
    if hasattr(value, "item"):  # a scalar of NumPy's
        value = value.item()
    if isinstance(value, float) and math.isnan(value):  # a null in pandas
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


def request() -> dict[str, Any]:
    """What this client is asked."""
    asked: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    return asked


def reply(
    version: str, questions: list[Question], ask: Callable[[Question], Iterable[Iterable[Any]]]
) -> None:
    """Put each question to ``ask`` and write what comes of it."""
    answers, errors = {}, {}
    for question in questions:
        key = f"{question['id']} ({question['language']})"
        try:
            answers[key] = plain_rows(ask(question))
        except Exception as error:  # whatever it is, it is the client's answer
            errors[key] = f"{type(error).__name__}: {error}"
    content = {"version": version, "answers": answers, "errors": errors}
    Path(sys.argv[2]).write_text(json.dumps(content), encoding="utf-8")
