"""The report's words: captions.j2, filled with the rows that the queries return."""

from __future__ import annotations

from pathlib import Path

from marts import Marts
from words import Words

TEMPLATE = Path(__file__).with_name("captions.j2")


class Captions(Words):
    """What is said of the pictures and tables of a database."""

    def __init__(self, marts: Marts) -> None:
        super().__init__(TEMPLATE, ask=marts.ask)
        self.marts = marts

    def of(self, name: str, query: str) -> dict[str, str]:
        """Return what is said of a picture and of its query's rows; raise ProjectError.

        Nothing, where there is nothing to say of it, as of revisions with one release.
        """
        rows = self.marts.ask(query).rows
        if not (title := self.say(f"{name}_title", rows)):
            return {}
        parts = [part for part in ("sentence", "text") if hasattr(self.macros, f"{name}_{part}")]
        said = {part: self.say(f"{name}_{part}", rows) for part in parts}
        source = self.say("source", self.marts.ask("release").only())
        return {"title": title, **said, "period": self.say("period", rows), "source": source}
