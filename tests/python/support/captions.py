"""All that the report says of a database, in its template's words."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from marts import Marts
from report import QUERIES
from report.captions import Captions
from report.pictures import PICTURES


def captions_of(connection: duckdb.DuckDBPyConnection) -> str:
    """Return the captions, a line each under the name of its macro."""
    captions = said_of(Marts(connection, QUERIES))
    return "".join(f"{name}: {said}\n" for name, said in captions if said)


def said_of(marts: Marts) -> Iterator[tuple[str, str]]:
    captions = Captions(marts)
    for picture in PICTURES:
        for part, said in captions.of(picture.name, picture.query).items():
            if part != "source":
                yield f"{picture.name}_{part}", said
    cards, records = marts.ask("headline_numbers").rows, marts.ask("records").rows
    release = marts.ask("release").only()
    for name, *rows in (
        ("headline", records), ("source", release), ("citation", release),
        ("records_sentence", records),
        ("badge",), ("audit_title",), ("audit_sentence",), ("revisions_title",),
    ):  # fmt: skip
        yield name, captions.say(name, *rows)
    for name, key, of in [
        ("card", "subject", cards),
        ("card_change", "subject", cards),
        ("standing", "title", records),
        ("movement", "title", records),
    ]:
        for row in of:
            yield f"{name} of {row[key]}", captions.say(name, row)
