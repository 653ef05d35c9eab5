"""Collect the faults of a release, each with its place, and the error that carries them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from project import ProjectError

MOST_FAULTS = 100  # of one file that are reported one by one


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

    def __str__(self) -> str:
        if self.cell:
            return f"{self.path}: {self.cell}: {self.reason}"
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.reason}"


class Refused(ProjectError):
    """A release, or the seeds, cannot be used; ``faults`` gives the reasons in order."""

    def __init__(self, faults: Iterable[Fault], count: int = 0) -> None:
        self.faults = list(faults)
        self.count = count or len(self.faults)
        super().__init__("\n".join(map(str, self.faults)))


def refusal(path: str, reason: str, line: int = 0, cell: str = "") -> Refused:
    """Return the error of a file with one fault."""
    return Refused([Fault(path, line, reason, cell)])


class Source:
    """Tab-separated lines for the parser, with the names of places in messages."""

    path: str
    lines: list[str]

    def cell(self, line: int, column: int) -> str:
        return ""

    def line_name(self, line: int) -> str:
        return f"line {line}"

    def column_name(self, column: int) -> str:
        return f"column {column}"


class Faults:
    """Collect the faults of one file: the first hundred by line, and the number of others."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.found: list[tuple[int, str, int, str]] = []  # line, reason, column, cause
        self.causes: Counter[str] = Counter()

    def at(self, line: int, reason: str, column: int = 1, cause: str = "") -> None:
        """Add a fault; of several with one cause, only the first is listed."""
        self.causes[cause] += 1
        if not cause or self.causes[cause] == 1:
            self.found.append((line, reason, column, cause))

    def refused(self) -> Refused:
        """Return the error with these faults."""
        reported: list[Fault] = []
        path = self.source.path
        for line, reason, column, cause in sorted(self.found, key=lambda it: it[0])[:MOST_FAULTS]:
            more = self.causes[cause] - 1 if cause else 0
            reason += f" ({more:,} more like it)" if more else ""
            reported.append(Fault(path, line, reason, self.source.cell(line, column)))
        if more := len(self.found) - len(reported):
            reported.append(Fault(path, 0, f"and {more:,} more fault{'s' * (more != 1)}"))
        return Refused(reported, len(self.found))
