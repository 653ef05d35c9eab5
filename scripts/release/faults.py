"""What is wrong with a release: each fault with its place, and the error that carries them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from project import ProjectError

MOST_FAULTS = 100  # of one file that are told one by one


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a release: the file, the line (0: the file as a whole), the reason.

    In a workbook the line is the row, and ``cell`` names the cell or the sheet.  ``stands_for`` is
    1, but in the last fault of a file that has too many to be told.
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


class Source(Protocol):
    """What the parser reads: tab-separated lines, and what messages call a place in them."""

    path: str
    lines: list[str]

    def cell(self, line: int, column: int) -> str: ...
    def line_name(self, line: int) -> str: ...
    def column_name(self, column: int) -> str: ...


class Refused(ProjectError):
    """A release, or the seeds, cannot be used; ``faults`` says why, in the order to be told."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(map(str, self.faults)))

    @property
    def count(self) -> int:
        """How many faults there are, those that are not told one by one too."""
        return sum(fault.stands_for for fault in self.faults)


class Faults:
    """The faults of one file while it is read: the first hundred by line, the others counted."""

    def __init__(self) -> None:
        self.count = 0
        self.first: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self.count += 1
        self.first.append(fault)
        if len(self.first) > 2 * MOST_FAULTS:
            self.cut()

    def at(self, source: Source, line: int, reason: str, column: int = 1) -> None:
        self.add(Fault(source.path, line, reason, source.cell(line, column)))

    def cut(self) -> None:
        self.first.sort(key=lambda fault: fault.line)
        del self.first[MOST_FAULTS:]

    def refused(self) -> Refused:
        self.cut()
        told = list(self.first)
        if more := self.count - len(told):
            reason = f"and {more:,} more fault{'s' * (more != 1)}"
            told.append(Fault(told[0].path, 0, reason, stands_for=more))
        return Refused(told)
