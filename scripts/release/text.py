"""Split the text of a release into lines, and name the places in it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence

from project import ProjectError, quoted, visible

# What programs and their settings do to a text, by what it looks like, and what helps.
BEFORE, AFTER = r"(?:^|(?<=\t))[^\S\t]*", r"[^\S\t]*(?=\t|$)"  # of a whole field
SPOILED = {
    # Controls but tab, form feed and NEL; and the bytes that are not UTF-8.
    "[\\0-\\x08\\x0b\\x0d-\\x1f\\x7f-\\x84\\x86-\\x9f\\udc80-\\udcff]": (
        "is in the line; expected UTF-8 text whose lines all end in LF, or all in CRLF"
    ),
    f"{BEFORE}NA{AFTER}": 'is in a blank field, as R writes it; write blanks (na = "")',
    "^[12][0-9]{3}-[0-9]{2}-[0-9]{2}[^\t]*": "is a date; expected the name of a month",
    # Thousands by locale. "35.123" alone might be a fraction, and is no number either.
    rf"""{BEFORE}"?[-\u2212\u2013]?[0-9]{{1,3}}([ \u00a0\u2009\u202f.'\u2019])[0-9]{{3}}"""
    rf"""(?:\1[0-9]{{3}})*"?{AFTER}""": (
        "has something else than a comma between its thousands; save the sheet with commas or "
        "nothing there, or put the workbook (.xlsx) here itself"
    ),
}
PLAIN_NAME = re.compile(r"[^\W\d]\w*")


class Refused(ProjectError):
    """A release, or the seeds, cannot be used; ``faults`` says why, each with its place.

    ``count`` is how many there are, of which not all may be listed.
    """

    def __init__(self, faults: Iterable[str], count: int = 0) -> None:
        self.faults = list(faults)
        self.count = count or len(self.faults)
        super().__init__("\n".join(self.faults))


def refusal(path: str, reason: str) -> Refused:
    """Return the error of a file with one fault."""
    return Refused([f"{path}: {reason}"])


def in_short(reason: object) -> str:
    """Return the words of an error of a library on one line."""
    return visible(" ".join(str(reason).split())[:80]) or "no reason given"


class Text:
    """The lines of a release, and how they are written: those of a file, or made from a sheet.

    ``rows`` are the rows of the sheet that the lines are, counted from 1.
    """

    def __init__(
        self, path: str, data: bytes, sheet_name: str = "", rows: Sequence[int] = ()
    ) -> None:
        """Decode ``data``; raise Refused where it is not a text."""
        self.path, self.sheet_name, self.rows = path, sheet_name, rows
        self.sha256 = hashlib.sha256(data).hexdigest()
        # Bytes that are not UTF-8 are decoded to U+DC80 to U+DCFF, and so found with the controls.
        text = data.decode("utf-8", "surrogateescape")
        self.has_byte_order_mark = text.startswith("\ufeff")
        text = text.removeprefix("\ufeff")
        is_crlf = 0 < text.count("\n") == text.count("\r\n")
        self.line_ending, end = ("crlf", "\r\n") if is_crlf else ("lf", "\n")
        self.ends_with_newline = text.endswith(end)
        self.lines = text.removesuffix(end).split(end)
        for pattern, reason in SPOILED.items():
            for number, line in enumerate(self.lines, 1):
                if found := re.search(pattern, line):
                    what = quoted(found[0].strip(" ")).replace("\\udc", "\\x")
                    column = line.count("\t", 0, found.start()) + 1
                    raise Refused([self.fault(number, f"{what} {reason}", column)])
        if not rows and "\t" not in text:
            reason = "has no tabs between fields; save the sheet as text (tab-separated), or put "
            raise refusal(path, f"{reason}the workbook (.xlsx) here itself")

    def fault(self, line: int, reason: str, column: int = 1) -> str:
        """Return what is reported of a line, or of a cell of the sheet; of line 0, the file."""
        if not line:
            return f"{self.path}: {reason}"
        if not self.rows:
            return f"{self.path}:{line}: {reason}"
        return f"{self.path}: {cell_name(self.sheet_name, self.rows[line - 1], column)}: {reason}"


def cell_name(sheet: str, row: int = 0, column: int = 1) -> str:
    """Return what formulas call a cell, such as ``'Exhibit 1'!F55``; of row 0, the sheet."""
    name = visible(sheet)
    name = name if PLAIN_NAME.fullmatch(name) else "'{}'".format(name.replace("'", "''"))
    return f"{name}!{letters(column)}{row}" if row else name


def letters(column: int) -> str:
    """Return a sheet's name for the column of that number, such as F or AB."""
    rest, last = divmod(column - 1, 26)
    return (letters(rest) if rest else "") + chr(ord("A") + last)


def clean(field: str) -> str:
    """Return a field with plain blanks and dashes, without blanks and quotes around it."""
    words = " ".join(field.replace("\u2013", "-").split())
    return words[1:-1].strip() if len(words) > 1 and words[0] == words[-1] == '"' else words
