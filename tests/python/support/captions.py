"""All that the report says of a database, in its template's words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb

from report.captions import Captions
from report.marts import Marts
from report.pictures import PICTURES


def captions_of(connection: duckdb.DuckDBPyConnection) -> str:
    """Return the captions, a line each under the name of its macro."""
    return "".join(f"{name}: {said}\n" for name, said in said_of(Marts(connection)) if said)


def said_of(marts: Marts) -> Iterator[tuple[str, str]]:
    captions = Captions(marts)
    for name in (one.name for one in PICTURES):
        yield from ((f"{name}_{part}", said) for part, said in captions.of(name).items())
    records = marts.ask("records").rows
    about: dict[str, list[Any]] = {
        "citation": [marts.ask("release").only()],
        "records_sentence": [records],
        **dict.fromkeys(("audit_title", "audit_sentence", "revisions_title"), []),
    }
    for name, rows in about.items():
        yield name, captions.say(name, *rows)
    for name, key, rows in [
        ("card", "subject", marts.ask("headline_numbers").rows),
        ("card_change", "subject", marts.ask("headline_numbers").rows),
        ("standing", "title", records),
        ("movement", "title", records),
    ]:
        for row in rows:
            yield f"{name} of {row[key]}", captions.say(name, row)
