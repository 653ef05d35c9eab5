"""Collect the faults of a release, each with its place, and the error that carries them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from project import ProjectError

MOST_FAULTS = 100  # the most that are listed for one file


@dataclass(frozen=True)
class Fault:
    """One fault of a release: the file, the line (0: the whole file), the reason.

    In a workbook the line is the row, and ``cell`` names the cell or the sheet. ``stands_for`` is
    1, except in the last fault of a file with too many to list.
    """

    path: str
    line: int
    reason: str
    cell: str = ""
    stands_for: int = 1

    def __str__(self) -> str:
        if self.cell:
            return f"{self.path}: {self.cell}: {self.reason}"
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.reason}"


class Refused(ProjectError):
    """A release, or the seeds, cannot be used; ``faults`` gives the reasons in order."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(map(str, self.faults)))

    @property
    def count(self) -> int:
        """Return the number of faults, including those that are not listed."""
        return sum(fault.stands_for for fault in self.faults)


def refusal(path: str, reason: str, line: int = 0, cell: str = "") -> Refused:
    """Return the error of a file with one fault."""
    return Refused([Fault(path, line, reason, cell)])


class Source(Protocol):
    """Tab-separated lines for the parser, with the names of places in messages."""

    path: str
    lines: list[str]

    def cell(self, line: int, column: int) -> str: ...
    def line_name(self, line: int) -> str: ...
    def column_name(self, column: int) -> str: ...


class Faults:
    """Collect the faults of one file: the first hundred by line, and the number of others."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.count = 0
        self.first: list[tuple[int, str, int, str]] = []  # line, reason, column, cause
        self.causes: Counter[str] = Counter()

    def at(self, line: int, reason: str, column: int = 1, cause: str = "") -> None:
        """Add a fault; of several with one cause, only the first is listed."""
        self.causes[cause] += 1
        if cause and self.causes[cause] > 1:
            return
        self.count += 1
        self.first.append((line, reason, column, cause))
        if len(self.first) > 2 * MOST_FAULTS:
            self.cut()

    def cut(self) -> None:
        """Keep only the first hundred."""
        self.first.sort(key=lambda fault: fault[0])
        del self.first[MOST_FAULTS:]

    def refused(self) -> Refused:
        """Return the error with these faults."""
        self.cut()
        listed: list[Fault] = []
        for line, reason, column, cause in self.first:
            more = self.causes[cause] - 1 if cause else 0
            reason += f" ({more:,} more like it)" if more else ""
            listed.append(Fault(self.source.path, line, reason, self.source.cell(line, column)))
        if more := self.count - len(listed):
            reason = f"and {more:,} more fault{'s' * (more != 1)}"
            listed.append(Fault(self.source.path, 0, reason, stands_for=more))
        return Refused(listed)
