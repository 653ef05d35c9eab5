"""Fetching the next release, from a server on this machine that does all that servers do."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from support.server import BOOK, NAME, RED, TEXT, Server, fetch, files, made
from urllib3.exceptions import URLSchemeUnknown
from urllib3.util import parse_url

import fetch_release
from project import ROOT

pytestmark = pytest.mark.usefixtures("no_network")

# --------------------------------------------------------------------------- what is kept


GOOD = {
    "book": 1, "without-length": 1, "chunks": 1, "moved": 2, "drop-once": 2, "half-once": 2,
    "failing-once": 2,
}  # fmt: skip


@pytest.mark.parametrize("path", GOOD)
def test_a_release_is_put_under_its_last_month(
    path: str, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no password is taken from the home folder."""
    (tmp_path / "releases").mkdir()
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    server.asked.clear()
    status, out, err = fetch(tmp_path / "releases", "--url", server.url(path))
    assert (status, err) == (0, "")
    assert out.startswith(f"{NAME}: {len(BOOK):,} bytes, 2022-01 to 2024-02, SHA-256 ")
    assert files(tmp_path / "releases") == {NAME: BOOK}
    assert len(server.asked) == GOOD[path]
    assert "Authorization" not in server.headers


def test_what_a_server_says_of_waiting_is_heard(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But not beyond the time limit."""
    server.asked.clear()
    check_late(server.url("busy-once"), tmp_path)
    pauses: list[float] = []
    monkeypatch.setattr(fetch_release.time, "sleep", pauses.append)
    server.asked.clear()
    assert fetch(tmp_path, "--url", server.url("busy-once"))[0] == 0
    assert [pause for pause in pauses if pause] == [7]


RETITLED = made(TEXT.replace("2022 - Present", "2022-Present"))
REVISED = TEXT.replace("170,679", "170,680")
SAME = "nothing new: {0} has the same numbers (2024-02)"
OTHER = "{0} holds the release 2024-02 already, {how}; move it away to take that of {1}"
UNREADABLE = OTHER.replace("{how}", "which cannot be read")
ANOTHER = OTHER.replace("{how}", "with other numbers")
HELD = [
    ("exhibit_history.xlsx", BOOK, SAME),
    (NAME, RETITLED, SAME),
    (NAME, b"", UNREADABLE),
    ("february.txt", REVISED.encode(), ANOTHER),
]


@pytest.mark.parametrize(("name", "held", "said"), HELD)
def test_a_month_that_is_there_is_never_overwritten(
    name: str, held: bytes, said: str, server: Server, tmp_path: Path
) -> None:
    """A release is what its file says, not what that is called."""
    (tmp_path / name).write_bytes(held)
    url = server.url("book")
    told = f"{said.format(name, url)}\n"
    assert fetch(tmp_path, "--url", url) == ((0, told, "") if said == SAME else (1, "", told))
    assert files(tmp_path) == {name: held}


IN_THE_WAY = f"{NAME}: File exists\n"


@pytest.mark.parametrize("make", [Path.mkdir, lambda path: path.symlink_to("nowhere")])
def test_what_is_no_file_is_left_in_its_place(
    make: Callable[[Path], None], server: Server, tmp_path: Path
) -> None:
    make(tmp_path / NAME)
    assert fetch(tmp_path, "--url", server.url("book")) == (1, "", IN_THE_WAY)
    assert [path.name for path in tmp_path.iterdir()] == [NAME]
    assert not (tmp_path / NAME).is_file()


def test_other_releases_stay_beside_it(server: Server, tmp_path: Path) -> None:
    (tmp_path / "2024-01.txt").write_text("whatever")
    (tmp_path / f".{NAME}").write_bytes(BOOK)  # hidden: the build does not look at it either
    assert fetch(tmp_path, "--url", server.url("book"))[0] == 0
    assert sorted(files(tmp_path)) == [f".{NAME}", "2024-01.txt", NAME]


# --------------------------------------------------------------------------- what is not


LARGE = "has more than 20,000,000 bytes: no workbook"
NOT_WHOLE = "is answered with HTTP {}, not with a whole file"
NO = "cannot be fetched: "
BROKEN = f"IncompleteRead(1000 bytes read, {len(BOOK) - 1000} more expected)"
# What is said behind the address, and how often it was asked for.
BAD = {
    **dict.fromkeys(["half", "half-in-chunks"], (f"{NO}{BROKEN}", 3)),
    "drop": (f"{NO}Remote end closed connection without response", 3),
    "failing": (NOT_WHOLE.format("503 Service Unavailable"), 3),
    "in-part": (NOT_WHOLE.format("206 Partial Content"), 1),
    "to-ftp": (f"{NO}Not supported URL scheme ftp", 1),
    "large-without-length": (LARGE, 1),
    "garbage": (f"{NO}no HTTP at all", 3),
    "red-reason": (NOT_WHOLE.format(r"400 \x1b[31mred"), 1),
    "long-reason": (f"is answered with HTTP 400 {'x' * 274}...", 1),
    "around": (f"{NO}too many redirects", 11),
}


@pytest.mark.parametrize("path", BAD)
def test_what_cannot_be_fetched(path: str, server: Server, tmp_path: Path) -> None:
    server.asked.clear()
    url, (said, times) = server.url(path), BAD[path]
    assert fetch(tmp_path, "--url", url) == (1, "", f"{url} {said}\n")
    assert files(tmp_path) == {}
    assert server.asked.count(f"/{path}") == times


def test_a_proxy_is_asked_and_no_redirect_from_https_to_http_is_followed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("no_proxy", "b")
    monkeypatch.setenv("https_proxy", "http://proxy:3128")
    for host, proxy in (("a", "http://proxy:3128"), ("b", None)):
        pool = fetch_release.connections("https", host)
        assert pool.proxy == (proxy and parse_url(proxy))
        with pytest.raises(URLSchemeUnknown):
            pool.connection_from_url("http://a/")


NO_RELEASE = {"half-without-length": "is damaged", "faulty": "exhibit_history!E13: "}


@pytest.mark.parametrize("path", NO_RELEASE)
def test_what_is_no_release(path: str, server: Server, tmp_path: Path) -> None:
    url = server.url(path)
    status, out, err = fetch(tmp_path, "--url", url)
    assert (status, out) == (1, "")
    assert err.startswith(f"{url}: {NO_RELEASE[path]}")
    more = " (and 2 more faults)" if path == "faulty" else ""
    assert err.endswith(f"{more}; nothing was kept\n")
    assert err.count("\n") == 1
    assert files(tmp_path) == {}


# --------------------------------------------------------------------------- the time limit


def check_late(url: str, folder: Path) -> None:
    late = f"{url} took longer than 0.3 seconds; try again, or with a longer --time-limit\n"
    assert fetch(folder, "--url", url, "--time-limit", "0.3") == (1, "", late)
    assert files(folder) == {}


@pytest.mark.parametrize("path", ["trickle", "silence"])
def test_the_time_limit_is_for_all_of_the_download(
    path: str, server: Server, tmp_path: Path
) -> None:
    check_late(server.url(path), tmp_path)


def test_the_time_limit_is_for_reading_too(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch_release, "read_workbook", lambda *_: threading.Event().wait())
    check_late(server.url("book"), tmp_path)


@pytest.mark.parametrize("address", ["http://a..b/", "http://[/", "http://127.0.0.1:1/", "tls"])
def test_a_server_that_cannot_be_reached(address: str, server: Server, tmp_path: Path) -> None:
    """No such name; nobody listens; one without TLS."""
    url = server.url("book", "https") if address == "tls" else address
    status, _, err = fetch(tmp_path, "--url", url)
    assert status == 1
    assert err.startswith(f"{url} cannot be fetched: ") and err.count("\n") == 1
    assert (address == "http://127.0.0.1:1/") == ("Connection refused" in err)


# --------------------------------------------------------------------------- the command


WRONG = (
    ("--url", "file:///etc/passwd"), ("--url", "book.xlsx"), ("--url", "http://"),
    ("--url", "http://a b/"), ("--url", "http://me:secret@127.0.0.1/"),
    ("--url", "ftp://me:secret@127.0.0.1/"), ("--url", f"http://{RED}/"),
    ("--bundle-url", "book.xlsx"), ("--archive-url", "ftp://127.0.0.1/YYMM"), ("more",),
    ("--time-limit", "-1"), ("--time-limit", "nan"), ("--time-limit", "1e99"), ("--pause", "-1"),
    ("--since", "2024-13"), ("--since", "1999-12"), ("--since", "2999-12"), ("--since", RED),
)  # fmt: skip


@pytest.mark.parametrize("arguments", WRONG)
def test_wrong_usage_is_status_2(arguments: tuple[str, ...], tmp_path: Path) -> None:
    status, out, err = fetch(tmp_path, *arguments)
    assert (status, out) == (2, "")
    assert err.startswith("usage: ")
    assert "secret" not in err
    assert RED not in err


def test_a_folder_and_a_month_that_are_none(tmp_path: Path) -> None:
    told = fetch(tmp_path / "nowhere")
    assert told == (2, "", f"{tmp_path / 'nowhere'}: is not a folder\n")
    told = fetch(tmp_path, "--archive-url", "https://127.0.0.1/ft900xlsx.zip")
    assert told == (2, "", "--archive-url has no YYMM for year and month\n")


# --------------------------------------------------------------------------- nothing else does


NETWORK = (
    r"^\s*(import|from) (aiohttp|asyncio|fetch_release|ftplib|http|httpx|requests|smtplib|socket|"
    r"socketserver|ssl|urllib3|urllib(?!\.parse)|websockets|xmlrpc)\b|__import__|import_module"
)


def test_nothing_but_fetch_touches_the_network() -> None:
    programs = {path.name: path.read_text() for path in (ROOT / "scripts").rglob("*.py")}
    found = {name for name, text in programs.items() if re.search(NETWORK, text, re.MULTILINE)}
    assert found == {"fetch_release.py"}
