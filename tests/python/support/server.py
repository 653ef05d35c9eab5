"""A server on this machine that does all that servers do, and the command that asks it."""

from __future__ import annotations

import functools
import io
import os
import threading
from contextlib import redirect_stderr, redirect_stdout
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from proofs.made_up_releases import as_workbook

import fetch_release
import project
from project import ROOT

made = functools.partial(as_workbook, sheet="exhibit_history", columns=0)

# The last years of the committed release, on one page, as a workbook is.
LINES = (ROOT / "releases" / "2024-02.txt").read_bytes().decode("ascii").split("\n")
HEAD = [line.replace("1992 - Present", "2022 - Present") for line in LINES[:8]]
TABLE = [line for line in LINES[LINES.index("2022" + 9 * "\t") : -3] if line not in LINES[:8]]
TEXT = "\n".join([*HEAD, *TABLE, *LINES[-3:]])
BOOK = made(TEXT)
HTML = b"<!DOCTYPE html><html><body>Under maintenance</body></html>"
NAME = "2024-02.xlsx"
RED = "\x1b[31m"


def http(
    body: bytes, status: str = "200 OK", length: int | None = None, more: str = "Connection: close"
) -> bytes:
    """An answer with its length, or with the one that is given; 0 for none."""
    length = len(body) if length is None else length
    lines = [f"HTTP/1.1 {status}", *([f"Content-Length: {length}"] if length else []), more]
    return "".join(f"{line}\r\n" for line in lines if line).encode() + b"\r\n" + body


def to(address: str) -> bytes:
    return http(b"", "302 Found", more=f"Connection: close\r\nLocation: {address}")


def faulty() -> bytes:
    text = TEXT
    for number in ("245,683", "170,679", "75,004"):
        text = text.replace(number, "x", 1)
    return made(text)


CHUNKED = "Transfer-Encoding: chunked\r\nConnection: close"
# Of each path what is sent, and then the connection closed.
ANSWERS = {
    "book": http(BOOK),
    "without-length": http(BOOK, length=0),
    "chunks": http(b"%x\r\n%b\r\n0\r\n\r\n" % (len(BOOK), BOOK), length=0, more=CHUNKED),
    "half-in-chunks": http(b"%x\r\n%b" % (len(BOOK), BOOK[:1000]), length=0, more=CHUNKED),
    "half": http(BOOK[:1000], length=len(BOOK)),
    "half-without-length": http(BOOK[: len(BOOK) // 2], length=0),
    "drop": b"",
    "busy": http(HTML, "429 Too Many", more="Connection: close\r\nRetry-After: 7"),
    "page": http(HTML),
    "missing": http(HTML, "404 Not Found"),
    "gone": http(HTML, "410 Gone"),
    "failing": http(HTML, "503 Service Unavailable"),
    "in-part": http(BOOK, "206 Partial Content"),
    "red-reason": http(b"", f"400 {RED}red"),
    "long-reason": http(b"", f"400 {'x' * 60_000}"),
    "garbage": b"no HTTP at all\r\n\r\n",
    "large-without-length": http(bytes(21_000_000), length=0),
    "faulty": http(faulty()),
    "moved": to("/book"),
    "around": to("/around"),
    "to-ftp": to("ftp://me:secret@127.0.0.1/book"),
    # A byte now and then, for ever; nothing.
    "trickle": http(BOOK[:10], length=19_000_000),
    "silence": b"",
}


class Server(ThreadingHTTPServer):
    """Answers by path, and records the requests."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []
        self.headers: Message | None = None  # of the last request
        self.bundles: dict[str, bytes | str] = {}  # of a month YYMM; or which answer it has
        self.release = threading.Event()  # lets go those that are kept waiting

    def url(self, path: str, scheme: str = "http") -> str:
        return f"{scheme}://127.0.0.1:{self.server_port}/{path}"

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is no news."""


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.headers = self.headers
        name = self.path.strip("/")
        if name.endswith("-once"):
            is_first = self.server.asked.count(self.path) == 1
            name = name.removesuffix("-once") if is_first else "book"
        if name.isdecimal() or name.endswith(".zip"):
            found = self.server.bundles.get(name, "missing")
            if isinstance(found, bytes):
                self.wfile.write(http(found, more=""))
                return
            name = found
        self.close_connection = True
        self.wfile.write(ANSWERS[name])
        if name == "silence":
            self.server.release.wait()
        while name == "trickle" and not self.server.release.wait(0.02):
            self.wfile.write(b"x")


def fetch(folder: Path, *arguments: str) -> tuple[int, str, str]:
    """Status, output and error of the command; the folder's name is left out of them."""
    out, err = io.StringIO(), io.StringIO()
    given = ["--releases", str(folder), "--pause", "0", *arguments]
    with redirect_stdout(out), redirect_stderr(err):
        try:
            status = project.main(fetch_release.command, fetch_release.parser(), given)
        except SystemExit as stop:
            status = stop.code
    return status, *(told.getvalue().replace(f"{folder}{os.sep}", "") for told in (out, err))


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}
