"""A server on this machine that does all that servers do, and the command that asks it."""

from __future__ import annotations

import gzip
import io
import os
import socket
import sys
import threading
from contextlib import redirect_stderr, redirect_stdout
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import openpyxl

import fetch_release
import project
from project import ROOT


def value(field: str) -> int | str | None:
    """A field of a text as a workbook has it."""
    digits = field.replace(",", "")
    return int(digits) if digits.removeprefix("-").isdecimal() else field or None


def made(text: str) -> bytes:
    """A workbook with a row for each line of a text."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "exhibit_history"
    for line in text.split("\n"):
        sheet.append([value(field) for field in line.split("\t")])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


# The last years of the committed release, on one page, as a workbook is.
LINES = (ROOT / "releases" / "2024-02.txt").read_bytes().decode("ascii").split("\n")
HEAD = [line.replace("1992 - Present", "2022 - Present") for line in LINES[:8]]
TABLE = [line for line in LINES[LINES.index("2022" + 9 * "\t") : -3] if line not in LINES[:8]]
TEXT = "\n".join([*HEAD, *TABLE, *LINES[-3:]])
BOOK = made(TEXT)
LAST_YEAR = TABLE.index("2024" + 9 * "\t")
HTML = b"<!DOCTYPE html><html><body>Under maintenance</body></html>"
NAME = "2024-02.xlsx"
MANY = 19_000_000
RED = "\x1b[31m"


class Server(ThreadingHTTPServer):
    """Answers by path, and records the requests."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []
        self.headers: Message | None = None  # of the last request
        self.connections = 0
        self.keeps_open = False
        self.bundles: dict[str, bytes | str] = {}  # of a month YYMM; or which page is sent instead
        self.release = threading.Event()  # lets go those that are kept waiting
        self.left = threading.Event()  # somebody went away in the middle of a trickle

    def url(self, path: str, scheme: str = "http") -> str:
        return f"{scheme}://127.0.0.1:{self.server_port}/{path}"

    def get_request(self) -> tuple[socket.socket, object]:
        self.connections += 1
        return super().get_request()

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
        self.close_connection = not self.server.keeps_open
        name = self.path.partition("?")[0].strip("/")
        is_bundle = name.isdecimal() or name.endswith(".zip")
        found = self.server.bundles.get(name, "missing") if is_bundle else name.replace("-", "_")
        self.send(found) if isinstance(found, bytes) else getattr(self, found)()

    def send(
        self, body: bytes, *, status: int = 200, length: int | None = None, **headers: str
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection |= length is not None

    def book(self) -> None:
        packed = "gzip" in self.headers["Accept-Encoding"]
        self.send(gzip.compress(BOOK) if packed else BOOK)

    def without_length(self) -> None:
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(BOOK)

    def chunks(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for part in (BOOK[:1000], BOOK[1000:]):
            self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
        self.wfile.write(b"0\r\n\r\n")

    def half_in_chunks(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"%x\r\n%b" % (len(BOOK), BOOK[:1000]))

    def half(self) -> None:
        self.send(BOOK[:1000], length=len(BOOK))

    def half_without_length(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(BOOK[: len(BOOK) // 2])

    def drop(self) -> None:
        """No answer at all."""
        self.close_connection = True

    def reset(self) -> None:
        self.send(BOOK[:1000], length=len(BOOK))
        self.wfile.flush()
        on = (1).to_bytes(4, sys.byteorder) + bytes(4)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, on)
        self.connection.close()

    def is_first(self) -> bool:
        return self.server.asked.count(self.path) == 1

    def drop_once(self) -> None:
        self.drop() if self.is_first() else self.book()

    def half_once(self) -> None:
        self.half() if self.is_first() else self.book()

    def reset_once(self) -> None:
        self.reset() if self.is_first() else self.book()

    def busy_once(self) -> None:
        wait = {"Retry-After": "7"}
        self.send(HTML, status=429, **wait) if self.is_first() else self.book()

    def failing_once(self) -> None:
        self.failing() if self.is_first() else self.book()

    def page(self) -> None:
        self.send(HTML)

    def missing(self) -> None:
        self.send(HTML, status=404)

    def gone(self) -> None:
        self.send(HTML, status=410)

    def failing(self) -> None:
        self.send(HTML, status=503)

    def moved(self) -> None:
        self.send(b"", status=301, Location="/book")

    def moved_with_more(self) -> None:
        """It says more than anybody would wait for."""
        self.send(b"x", status=301, length=30_000_000, Location="/book")
        self.wfile.flush()
        self.server.release.wait()

    def around(self) -> None:
        self.send(b"", status=302, Location="/around")

    def to_ftp(self) -> None:
        self.send(b"", status=302, Location="ftp://127.0.0.1/book")

    def to_file(self) -> None:
        self.send(b"", status=302, Location="file:///etc/passwd")

    def to_secret(self) -> None:
        self.send(b"", status=302, Location="ftp://me:secret@127.0.0.1/book")

    def to_http(self) -> None:
        self.send(b"", status=302, Location=self.server.url("book"))

    def to_https(self) -> None:
        self.send(b"", status=302, Location=self.server.url("book", "https"))

    def in_part(self) -> None:
        self.send(BOOK, status=206)

    def nothing(self) -> None:
        self.send_response(204)
        self.end_headers()

    def red_reason(self) -> None:
        self.wfile.write(f"HTTP/1.1 400 {RED}red\r\nContent-Length: 0\r\n\r\n".encode())

    def long_reason(self) -> None:
        self.wfile.write(f"HTTP/1.1 400 {'x' * 60_000}\r\nContent-Length: 0\r\n\r\n".encode())

    def red_part(self) -> None:
        self.wfile.write(f"HTTP/1.1 206 {RED}red\r\nContent-Length: 0\r\n\r\n".encode())

    def red_garbage(self) -> None:
        self.wfile.write(f"{RED}red\r\n\r\n".encode())

    def red_ftp(self) -> None:
        self.send(b"", status=302, Location=f"ftp://h/{RED}red")

    def large(self) -> None:
        self.send(b"PK", length=30_000_000)

    def large_without_length(self) -> None:
        self.send_response(200)
        self.end_headers()
        for _ in range(400):
            self.wfile.write(bytes(100_000))

    def garbage(self) -> None:
        self.wfile.write(b"no HTTP at all\r\n\r\n")

    def faulty(self) -> None:
        bad = TEXT
        for number in ("245,683", "170,679", "75,004"):
            bad = bad.replace(number, "x", 1)
        self.send(made(bad))

    def trickle(self) -> None:
        """A byte now and then, for ever."""
        self.send(BOOK[:10], length=MANY)
        try:
            while not self.server.release.wait(0.02):
                self.wfile.write(b"x")
                self.wfile.flush()
        except OSError:
            self.server.left.set()

    def trickled_header(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not self.server.release.wait(0.02):
            self.wfile.write(b"X")
            self.wfile.flush()

    def silence(self) -> None:
        self.server.release.wait()


class Output(io.StringIO):
    """A stream of which a test may say that it is a terminal."""


def fetch(folder: Path, *arguments: str) -> tuple[int, str, str]:
    """Status, output and error of the command; the folder's name is left out of them."""
    out, err = Output(), Output()
    given = ["--releases", str(folder), "--pause", "0", *arguments]
    with redirect_stdout(out), redirect_stderr(err):
        try:
            status = project.main(fetch_release.command, fetch_release.parser(), given)
        except SystemExit as stop:
            status = stop.code
    return status, *(told.getvalue().replace(f"{folder}{os.sep}", "") for told in (out, err))


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}
