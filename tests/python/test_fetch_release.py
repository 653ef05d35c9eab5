"""Fetching the next release, from a server on this machine that does all that servers do."""

from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import fetch_release
import pytest
from conftest import ROOT
from test_workbook import COMMITTED, ONE_PAGE, made, put

HTML = b"<!DOCTYPE html><html><body>Under maintenance</body></html>"
BOOK = made()
TEXT = "\n".join(ONE_PAGE)
NAME = "2024-02.xlsx"


class Server(ThreadingHTTPServer):
    """Answers by the path that is asked for; remembers what was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []
        self.release = threading.Event()  # lets go those that are kept waiting

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{path}"

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is no news."""


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.close_connection = True
        getattr(self, self.path.strip("/").replace("-", "_"))()

    def send(
        self, body: bytes, *, status: int = 200, length: int | None = None, **headers: str
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def book(self) -> None:
        self.send(BOOK)

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

    def page(self) -> None:
        self.send(HTML)

    def missing(self) -> None:
        self.send(HTML, status=404)

    def failing(self) -> None:
        self.send(HTML, status=503)

    def moved(self) -> None:
        self.send(b"", status=301, Location="/book")

    def around(self) -> None:
        self.send(b"", status=302, Location="/around")

    def to_ftp(self) -> None:
        self.send(b"", status=302, Location="ftp://127.0.0.1/book")

    def to_file(self) -> None:
        self.send(b"", status=302, Location="file:///etc/passwd")

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
        self.send(made(put("F55", "x"), put("F56", "y"), put("F57", "z")))

    def trickle(self) -> None:
        """A byte now and then, for ever."""
        self.send(BOOK[:10], length=len(BOOK))
        while not self.server.release.wait(0.02):
            self.wfile.write(b"x")
            self.wfile.flush()

    def trickled_header(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not self.server.release.wait(0.02):
            self.wfile.write(b"X")
            self.wfile.flush()

    def silence(self) -> None:
        self.server.release.wait()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.release.set()
        server.shutdown()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")


class Output(io.StringIO):
    """A stream of which a test may say that it is a terminal."""


def fetch(folder: Path, *arguments: str) -> tuple[int, str, str]:
    """Status, output and error of the command; the folder's name is left out of them."""
    out, err = Output(), Output()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            status = fetch_release.main(["--releases", str(folder), *arguments])
        except SystemExit as stop:
            status = stop.code
    return status, *(told.getvalue().replace(f"{folder}{os.sep}", "") for told in (out, err))


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# --------------------------------------------------------------------------- what is kept


GOOD = ("book", "without-length", "chunks", "moved", "drop-once", "half-once", "reset-once")


@pytest.mark.parametrize("path", GOOD)
def test_a_release_is_put_under_its_last_month(path: str, server: Server, tmp_path: Path) -> None:
    server.asked.clear()
    status, out, err = fetch(tmp_path, "--url", server.url(path))
    assert (status, err) == (0, "")
    assert out.startswith(f"{NAME}: {len(BOOK):,} bytes, 1992-01 to 2024-02, SHA-256 ")
    assert files(tmp_path) == {NAME: BOOK}
    assert len(server.asked) == (1 if path in GOOD[:3] else 2)


def test_the_file_has_the_rights_of_any_other(server: Server, tmp_path: Path) -> None:
    fetch(tmp_path, "--url", server.url("book"))
    (tmp_path / "other").touch()
    assert (tmp_path / NAME).stat().st_mode == (tmp_path / "other").stat().st_mode


def test_what_a_killed_run_left_behind_does_not_matter(server: Server, tmp_path: Path) -> None:
    (tmp_path / f".{NAME}.part").write_bytes(b"half")
    assert fetch(tmp_path, "--url", server.url("book"))[0] == 0
    assert files(tmp_path) == {NAME: BOOK}


@pytest.mark.parametrize("name", [NAME, "exhibit_history.xlsx"])
def test_nothing_new(name: str, server: Server, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(BOOK)
    told = fetch(tmp_path, "--url", server.url("book"))
    assert told == (0, f"nothing new: {name} is the same file (2024-02)\n", "")
    assert files(tmp_path) == {name: BOOK}


def test_nothing_new_where_the_text_is(server: Server, tmp_path: Path) -> None:
    (tmp_path / "2024-02.txt").write_text(COMMITTED)
    told = fetch(tmp_path, "--url", server.url("book"))
    assert told == (0, "nothing new: 2024-02.txt has the same numbers\n", "")
    assert [*files(tmp_path)] == ["2024-02.txt"]


OTHERS = {
    "2024-02.xlsx": [
        (made(put("A1", "U.S. International Trade in Goods and Services, 1992-Present")),
         "with the same numbers"),
        (made(put("F51", 46883)), "with 1 other number"),
        (made(put("F51", 46883), put("G51", 1)), "with 2 other numbers"),
        (b"", "which cannot be read"),
    ],
    "2024-02.txt": [
        (TEXT.replace("46,882", "46,883").encode(), "with 1 other number"),
        (b"", "which cannot be read"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("name", "other", "how"), [(n, *o) for n in OTHERS for o in OTHERS[n]])
def test_another_file_of_that_name_is_never_overwritten(
    name: str, other: bytes, how: str, server: Server, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(other)
    url = server.url("book")
    assert fetch(tmp_path, "--url", url) == (
        1,
        "",
        f"{url} is the release 2024-02, and {name} is another file of it, {how}; "
        "move that away to take the new one\n",
    )
    assert files(tmp_path) == {name: other}


def test_an_older_release_stays_beside_it(server: Server, tmp_path: Path) -> None:
    (tmp_path / "2024-01.txt").write_text("whatever")
    assert fetch(tmp_path, "--url", server.url("book"))[0] == 0
    assert sorted(files(tmp_path)) == ["2024-01.txt", NAME]


# --------------------------------------------------------------------------- what is not


LARGE = "is larger than 20,000,000 bytes: no such workbook"
BAD = {
    "half": f"broke off after 1,000 of {len(BOOK):,} bytes, twice; try again later",
    "half-in-chunks": "broke off after 1,000 bytes, twice; try again later",
    "drop": "broke off after 0 bytes, twice; try again later",
    "missing": "is answered with the HTTP error 404 Not Found",
    "failing": "is answered with the HTTP error 503 Service Unavailable",
    "to-ftp": "is redirected from http to ftp, ftp://127.0.0.1/book, which is not followed",
    "to-file": "is answered with the HTTP error 302 Found - Redirection to url "
    "'file:///etc/passwd' is not allowed",
    "large": LARGE,
    "large-without-length": LARGE,
    "garbage": "cannot be fetched: no HTTP at all",
}
TWICE = {"half", "half-in-chunks", "drop"}


@pytest.mark.parametrize("path", BAD)
def test_what_cannot_be_fetched(path: str, server: Server, tmp_path: Path) -> None:
    server.asked.clear()
    url = server.url(path)
    assert fetch(tmp_path, "--url", url) == (1, "", f"{url} {BAD[path]}\n")
    assert files(tmp_path) == {}
    assert len(server.asked) == (2 if path in TWICE else 1)


def test_a_reset_is_a_drop(server: Server, tmp_path: Path) -> None:
    """How many bytes arrive before a reset is up to the system."""
    url = server.url("reset")
    status, out, err = fetch(tmp_path, "--url", url)
    assert (status, out) == (1, "")
    assert err.startswith(f"{url} broke off after ")
    assert err.endswith(" bytes, twice; try again later\n")


def test_a_circle_of_redirects(server: Server, tmp_path: Path) -> None:
    url = server.url("around")
    status, _, err = fetch(tmp_path, "--url", url)
    assert status == 1
    assert err.startswith(f"{url} is answered with the HTTP error 302 ")
    assert err.count("\n") == 1


UNREADABLE = {
    "page": 'is no workbook (.xlsx): it begins with "<!DOCTYPE html><html"; nothing was kept',
    "half-without-length": "is damaged: File is not a zip file; nothing was kept",
    "faulty": 'exhibit_history!F55: exports goods: "x" is not a whole number of millions '
    "(and 2 more faults); nothing was kept",
}


@pytest.mark.parametrize("path", UNREADABLE)
def test_what_is_no_release(path: str, server: Server, tmp_path: Path) -> None:
    url = server.url(path)
    assert fetch(tmp_path, "--url", url) == (1, "", f"{url}: {UNREADABLE[path]}\n")
    assert files(tmp_path) == {}


@pytest.mark.parametrize("path", ["trickle", "trickled-header", "silence"])
def test_the_time_limit_is_for_all_of_it(path: str, server: Server, tmp_path: Path) -> None:
    url = server.url(path)
    status, out, err = fetch(tmp_path, "--url", url, "--time-limit", "0.3")
    assert (status, out) == (1, "")
    assert err.startswith(f"{url} took longer than 0.3 seconds (")
    assert err.endswith(" bytes came); try again, or with a longer --time-limit\n")
    assert files(tmp_path) == {}


def test_nobody_listens(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
    assert fetch(tmp_path, "--url", url) == (
        1, "", f"{url} cannot be reached: Connection refused\n"
    )  # fmt: skip


def test_no_such_name(tmp_path: Path) -> None:
    status, _, err = fetch(tmp_path, "--url", "https://nowhere.invalid/book")
    assert status == 1
    assert err.startswith("https://nowhere.invalid/book ")
    assert err.count("\n") == 1


def test_a_server_without_tls(server: Server, tmp_path: Path) -> None:
    url = server.url("book").replace("http", "https")
    status, _, err = fetch(tmp_path, "--url", url)
    assert status == 1
    assert err.startswith(f"{url} cannot be reached safely: ")
    assert err.count("\n") == 1


def test_a_folder_that_takes_no_file(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(fetch_release.os, "fsync", full)
    status, out, err = fetch(tmp_path, "--url", server.url("book"))
    assert (status, out, err) == (1, "", f"{tmp_path}: No space left on device\n")
    assert files(tmp_path) == {}


# --------------------------------------------------------------------------- the command


WRONG = (
    ("--url", "ftp://127.0.0.1/book"), ("--url", "file:///etc/passwd"), ("--url", "book.xlsx"),
    ("--url", "http://"), ("--url", "http://a b/"), ("--url", "http://[/"),
    ("--time-limit", "0"), ("--time-limit", "-1"), ("--time-limit", "soon"),
    ("--time-limit", "nan"), ("--time-limit", "1e99"), ("--releases", "nowhere"), ("more",),
)  # fmt: skip


@pytest.mark.parametrize("arguments", WRONG)
def test_wrong_usage_is_status_2(arguments: tuple[str, ...], tmp_path: Path) -> None:
    status, out, err = fetch(tmp_path, *arguments)
    assert (status, out) == (2, "")
    assert err.startswith("usage: ")


def test_help_shows_an_example(tmp_path: Path) -> None:
    status, out, _ = fetch(tmp_path, "--help")
    assert status == 0
    assert "example: scripts/fetch_release.py --time-limit 20" in out


def test_the_bar() -> None:
    assert fetch_release.bar(0, 4000) == f"\r[{'.' * 30}] 0 of 4,000 bytes"
    assert fetch_release.bar(2000, 4000) == f"\r[{'#' * 15}{'.' * 15}] 2,000 of 4,000 bytes"
    assert fetch_release.bar(5000, 4000) == f"\r[{'#' * 30}] 5,000 of 4,000 bytes"
    assert fetch_release.bar(1234, None) == "\r1,234 bytes"


def test_the_bar_is_for_a_terminal_alone(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Output, "isatty", lambda self: True)
    status, _, err = fetch(tmp_path, "--url", server.url("book"))
    assert status == 0
    assert err.startswith(f"\r[{'.' * 30}] 0 of ")
    assert err.endswith(f"\r[{'#' * 30}] {len(BOOK):,} of {len(BOOK):,} bytes\n")


def test_interrupted(server: Server, tmp_path: Path) -> None:
    server.asked.clear()
    command = [sys.executable, ROOT / "scripts" / "fetch_release.py", "--releases", tmp_path]
    with subprocess.Popen(
        [*command, "--url", server.url("silence")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as run:
        while not server.asked:
            threading.Event().wait(0.02)
        run.send_signal(signal.SIGINT)
        out, err = run.communicate()
    assert (run.returncode, out, err) == (1, "", "interrupted; nothing was kept\n")
    assert files(tmp_path) == {}


def test_nothing_else_touches_the_network() -> None:
    network = ("urllib", "http.client", "socket", "ftplib", "requests", "httpx")
    for path in (ROOT / "scripts").glob("*.py"):
        if path.name != "fetch_release.py":
            assert [name for name in network if f"import {name}" in path.read_text()] == []
