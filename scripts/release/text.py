"""Decode a text release into lines, and keep how it is written."""

from __future__ import annotations

import hashlib
import re

from .faults import Source, refusal

# Controls but tab, LF, form feed, CR and NEL; and the bytes that are not UTF-8.
UNREADABLE = re.compile("[\\0-\\x08\\x0b\\x0e-\\x1f\\x7f-\\x84\\x86-\\x9f\\udc80-\\udcff]")
# The digits are grouped throughout or not at all: "35,49" has lost a digit, and is refused.
DIGITS = "0|[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]*"


class Text(Source):
    """The lines of one release, with its line ends and byte-order mark."""

    def __init__(self, path: str, data: bytes) -> None:
        """Decode ``data``; raise Refused where it is not a text."""
        self.path = path
        self.sha256 = hashlib.sha256(data).hexdigest()
        self.has_byte_order_mark = data.startswith(b"\xef\xbb\xbf")
        text = decode(path, data)
        self.ends_with_newline = text.endswith("\n")
        self.lines = text.split("\n")
        ended = len(self.lines) - 1
        if self.ends_with_newline:
            self.lines.pop()
        in_crlf = text.count("\r\n")
        self.line_ending = "crlf" if 2 * in_crlf > ended else "lf"
        if in_crlf not in (0, ended):
            here, others = ("LF", "CRLF") if self.line_ending == "crlf" else ("CRLF", "LF")
            odd = [line.endswith("\r") for line in self.lines].index(here == "CRLF") + 1
            reason = f"ends in {here}, other lines in {others}; save with one of them"
            raise refusal(path, reason, odd)
        if self.line_ending == "crlf":
            self.lines[:ended] = [line[:-1] for line in self.lines[:ended]]
        for number, line in enumerate(self.lines, 1):
            if "\r" in line:
                reason = "has a CR within the line; save with LF or CRLF line ends"
                raise refusal(path, reason, number)


def decode(path: str, data: bytes) -> str:
    """Return the text that ``data`` is the UTF-8 of; raise Refused where it is none."""
    if not data:
        raise refusal(path, "is empty")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise refusal(path, "is UTF-16; save it as UTF-8 text")
    # Bytes that are not UTF-8 are decoded to U+DC80 to U+DCFF, and so found with the controls.
    text = data.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    if unreadable := UNREADABLE.search(text):
        code = ord(unreadable.group())
        line = text.count("\n", 0, unreadable.start()) + 1
        if code >= 0xDC80:
            reason = f"the byte 0x{code - 0xDC00:02x} is not UTF-8; save the file as UTF-8 text"
        else:
            reason = f"is not text: it holds the control character 0x{code:02x}"
        raise refusal(path, reason, line)
    return text


def clean(field: str) -> str:
    """Return a field with plain blanks and dashes, without blanks and quotes around it."""
    words = " ".join(field.replace("\u2013", "-").split())
    return words[1:-1].strip() if len(words) > 1 and words[0] == words[-1] == '"' else words


def letters(column: int) -> str:
    """Return a sheet's name for the column of that number, such as F or AB."""
    rest, last = divmod(column - 1, 26)
    return (letters(rest) if rest else "") + chr(ord("A") + last)
