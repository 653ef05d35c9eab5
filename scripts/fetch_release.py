"""Download releases into releases/: the current one, or the archive's, month by month.

Source: the U.S. Census Bureau. The history (--url) has every month since 1992 and is replaced with
each monthly release, at 8:30 Eastern time, about 35 days after the month ends. Where it is not
found, Exhibit 1 is taken from the current release (--bundle-url, a zip file); with --since from
that of every month (--archive-url), as ft900xlsx or, before September 2020, as ft900xls.

What came is read as every release is, and put under its last month, such as 2024-03.xlsx: whole,
and never over another file. A month that is there already, in any form, is left as it is. What the
connection or a busy server denies is asked for three times, as long as it says apart.

Exit status: 0 where all that there is came or was there; 1 where something failed, or the archive
had nothing, and what came is kept; 2 for wrong usage.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import hashlib
import io
import os
import re
import signal
import sys
import time
import urllib.request
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import NoReturn
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError, ProtocolError

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # not there with PYTHONSAFEPATH

from project import ROOT, ProjectError, main, put, shown, visible
from release import Refused, Release, read_bundle, read_release, read_workbook
from release.reader import MONTH

SITE = "https://www.census.gov/foreign-trade"
HISTORY = f"{SITE}/statistics/historical/exhibit_history.xlsx"
BUNDLE = f"{SITE}/Press-Release/current_press_release/ft900xlsx.zip"
ARCHIVE = f"{SITE}/Press-Release/ft900/ft900xlsx_YYMM.zip"

MOST_BYTES, MOST_SECONDS, MOST_REDIRECTS, MOST_LETTERS = 20_000_000, 86_400, 10, 300
BUSY = {429, 500, 502, 503, 504}
HEADERS = {"User-Agent": "us_trade (Python)", "Accept-Encoding": "identity"}
# What becomes of a month; after so many without an answer, the server is left alone.
FETCHED, THERE, MISSING, FAILED, UNANSWERED, LEFT = BECOMES = (
    "fetched", "there already", "not in the archive", "failed", "without an answer", "not asked for"
)  # fmt: skip
MOST_UNANSWERED = 3


class NoWorkbook(ProjectError):
    """The download is neither a workbook nor a bundle, which are both zip files."""


class NotFound(NoWorkbook):
    """The server has nothing at the address."""


class NoAnswer(ProjectError):
    """The server cannot be reached, breaks off, is too slow, or says HTTP 429 or 5xx."""


def printable(words: str) -> str:
    """Return foreign text on one line, cut, without escape codes and passwords."""
    words = visible(re.sub(r"//[^/\s]*@", "//", " ".join(words.split())))
    return words if len(words) <= MOST_LETTERS else f"{words[:MOST_LETTERS]}..."


@contextlib.contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raise NoAnswer after so many seconds: a socket's own timeout is for each wait of it."""

    def ring(*_: object) -> NoReturn:
        late = f"took longer than {seconds:g} seconds"
        raise NoAnswer(f"{late}; try again, or with a longer --time-limit")

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


@dataclass
class Site:
    """Where one address is asked for after the other, with a pause between two requests."""

    seconds: float
    pause: float
    is_asked: bool = False

    def get(self, url: str, read: Callable[[str, bytes], Release]) -> tuple[bytes, Release]:
        """Return the bytes at ``url``, and what ``read`` makes of them; raise ProjectError."""
        time.sleep(self.pause * self.is_asked)
        self.is_asked = True
        address = printable(url)
        try:
            with within(self.seconds):
                data = download(url, self.pause)
                return data, read(address, data)
        except Refused as refused:
            more = f" (and {refused.count - 1:,} more faults)" if refused.count > 1 else ""
            raise ProjectError(f"{refused.faults[0]}{more}; nothing was kept") from refused
        except ProjectError as error:
            raise type(error)(f"{address} {printable(str(error))}") from error


def download(url: str, pause: float) -> bytes:
    """Return the workbook or bundle at ``url``; raise ProjectError with what ails it."""
    retries = urllib3.Retry(
        None, connect=2, read=2, status=2, other=2, redirect=MOST_REDIRECTS,
        status_forcelist=BUSY, raise_on_status=False, backoff_factor=pause,
    )  # fmt: skip
    try:
        while True:
            response = connections(*urlsplit(url)[:2]).request(
                "GET", url, headers=HEADERS, retries=retries, preload_content=False
            )
            try:
                with response:
                    return checked(response, response.read(MOST_BYTES + 1))
            except ProtocolError as error:  # in the middle of the answer
                retries = (response.retries or retries).increment("GET", url, error=error)
                retries.sleep()
    except (HTTPError, OSError, ValueError) as error:
        raise NoAnswer(f"cannot be fetched: {words_of(error)}") from error


@functools.cache
def connections(scheme: str, host: str) -> urllib3.PoolManager:
    """Return the connections to a host, through the proxy that the environment names."""
    is_direct = urllib.request.proxy_bypass(host)
    proxy = None if is_direct else urllib.request.getproxies().get(scheme)
    pool = urllib3.ProxyManager(proxy) if proxy else urllib3.PoolManager()
    if scheme == "https":  # no redirect from it to http is followed
        pool.key_fn_by_scheme = {"https": pool.key_fn_by_scheme["https"]}
    return pool


def checked(response: urllib3.BaseHTTPResponse, data: bytes) -> bytes:
    """Return the data of an answer that is whole and a zip file; raise ProjectError."""
    if (status := response.status) != 200:
        kinds = {404: NotFound, 410: NotFound, 429: NoAnswer}
        kind = NoAnswer if status >= 500 else kinds.get(status, ProjectError)
        raise kind(f"is answered with HTTP {status} {response.reason}, not with a whole file")
    if len(data) > MOST_BYTES:
        raise ProjectError(f"has more than {MOST_BYTES:,} bytes: no workbook")
    if not data.startswith(b"PK"):
        raise NoWorkbook("is answered with something that is no workbook (.xlsx)")
    return data


def words_of(error: BaseException) -> str:
    """Return what the innermost exception of the chain says; urllib3 keeps some as an argument."""
    for inner in (error.__cause__ or error.__context__, *error.args):
        if isinstance(inner, BaseException):
            return words_of(inner)
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


# --------------------------------------------------------------------------- its place


def months_there(folder: Path) -> dict[str, Path]:
    """Return the file of each month that is there, whatever its name.

    A file named for a month holds that month or cannot be read: it need not be opened.
    """
    there: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.is_file() and not path.name.startswith("."):
            with contextlib.suppress(Refused):
                is_named = MONTH.fullmatch(path.stem)
                there[path.stem if is_named else read_release(path).release_id] = path
    return there


def save(data: bytes, release: Release, folder: Path) -> str:
    """Put a release, of a bundle its Exhibit 1, into the folder, and say so; raise OSError."""
    if release.member:
        with zipfile.ZipFile(io.BytesIO(data)) as bundle:
            data = bundle.read(release.member)
    key = release.release_id
    target = folder / f"{key}{PurePosixPath(release.member).suffix.lower() or '.xlsx'}"
    put(target, data, over=False)
    size = f"{len(data):,} bytes, {release.months[0]} to {key}"
    return f"{shown(target)}: {size}, SHA-256 {hashlib.sha256(data).hexdigest()}"


def fetch(site: Site, history: str, bundle: str, folder: Path) -> str:
    """Put the current release into ``folder``, unless its month is there; say what was done.

    Raises ProjectError where another release of the month is there, and OSError.
    """
    url = history
    try:
        data, release = site.get(url, read_workbook)
    except NoWorkbook as none:
        print(f"{none}; Exhibit 1 is taken instead", flush=True)
        url = bundle
        data, release = site.get(url, read_bundle)
    key = release.release_id
    if (path := months_there(folder).get(key)) is None:
        return save(data, release, folder)
    how = "which cannot be read"
    with contextlib.suppress(Refused):
        mine, other = (
            {(row.period_type, row.year, row.first, row.last): row.cells for row in one.rows}
            for one in (release, read_release(path))
        )
        if all(mine[row] == other[row] for row in mine.keys() & other.keys()):
            return f"nothing new: {shown(path)} has the same numbers ({key})"
        how = "with other numbers"
    move = f"move it away to take that of {printable(url)}"
    raise ProjectError(f"{shown(path)} holds the release {key} already, {how}; {move}")


def fetch_month(site: Site, url: str, month: str, folder: Path) -> str:
    """Put a month's Exhibit 1 into ``folder``, and say so; raise ProjectError or OSError."""
    try:
        data, release = site.get(url, read_bundle)
    except NotFound:
        older = url.replace("ft900xlsx", "ft900xls")
        if older == url:
            raise
        url, (data, release) = older, site.get(older, read_bundle)
    if release.release_id != month:
        what = f"is the release {release.release_id}, not {month}"
        raise ProjectError(f"{printable(url)} {what}; nothing was kept")
    return save(data, release, folder)


def fetch_archive(site: Site, pattern: str, months: list[str], folder: Path) -> str:
    """Put into ``folder`` the archive's releases of the months that are missing there.

    Print each release that came, and each failure as an error; return a summary. Raises OSError,
    and ProjectError with the summary where a month failed or the archive had none.
    """
    there, counts = months_there(folder), Counter[str]()
    for month in months:
        how = THERE if month in there else LEFT
        if how == LEFT and counts[UNANSWERED] < MOST_UNANSWERED:
            url = pattern.replace("YYMM", month[2:4] + month[5:])
            try:
                how, said = FETCHED, fetch_month(site, url, month, folder)
                print(said, flush=True)
            except NotFound:
                how = MISSING
                print(f"{month}: {MISSING}")
            except ProjectError as error:
                how = UNANSWERED if isinstance(error, NoAnswer) else FAILED
                print(error, file=sys.stderr)
        counts[how] += 1
    words = ", ".join(f"{counts[how]} {how}" for how in BECOMES if counts[how])
    sentence = f"{months[0]} to {months[-1]}: {words}"
    if counts[FAILED] or counts[UNANSWERED]:
        raise ProjectError(f"{sentence}; run it again to go on")
    if counts[MISSING] == len(months):
        raise ProjectError(f"{sentence}; is {printable(pattern)} where it is?")
    return sentence


# --------------------------------------------------------------------------- the command


def address(words: str) -> str:
    """Return an address that can be asked for; raise ArgumentTypeError."""
    if not re.fullmatch(r"https?://[^\s@/?]+([/?]\S*)?", words) or not words.isprintable():
        wanted = "an address that begins with https:// or http://, without a password"
        raise argparse.ArgumentTypeError(f"{printable(words)} is not {wanted}")
    return words


def seconds(words: str) -> float:
    """Return a number of seconds; raise ValueError."""
    if not 0 <= (value := float(words)) <= MOST_SECONDS:
        raise ValueError
    return value


def months_since(words: str) -> list[str]:
    """Return the months from that on whose release can be out, from the second month after it.

    An archive's address has two digits for the year, so that it begins with 2000.
    """
    if not MONTH.fullmatch(words) or words < "2000":
        raise argparse.ArgumentTypeError(f"{printable(words)} is not a month such as 2020-09")
    first, now = (12 * int(month[:4]) + int(month[5:7]) - 1 for month in (words, str(date.today())))
    if first > now - 2:
        raise argparse.ArgumentTypeError(f"the release for {words} cannot be out yet")
    return [f"{month // 12}-{month % 12 + 1:02}" for month in range(first, now - 1)]


def parser() -> argparse.ArgumentParser:
    """Return what the command line may say."""
    made = argparse.ArgumentParser(
        description="Download releases into releases/: the current one, or the archive's.",
        epilog="example: .venv/bin/python scripts/fetch_release.py --since 2020-09",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = made.add_argument
    since = "fetch every month from this one on"
    add("--since", type=months_since, default=argparse.SUPPRESS, metavar="MONTH", help=since)
    add("--url", type=address, default=HISTORY, help="where the history is")
    add("--bundle-url", type=address, default=BUNDLE, help="where the current bundle is")
    add("--archive-url", type=address, default=ARCHIVE, help="where that of a month YYMM is")
    add("--releases", type=Path, default=ROOT / "releases", help="the folder where they go")
    add("--time-limit", type=seconds, default=60.0, help="seconds for each; 0 for no limit")
    add("--pause", type=seconds, default=1.0, help="seconds between two requests")
    return made


def command(options: argparse.Namespace) -> None:
    """Fetch what the arguments ask for, and print what was done; raise ProjectError or OSError."""
    folder, site = options.releases, Site(options.time_limit, options.pause)
    if not folder.is_dir():
        raise ProjectError(f"{shown(folder)}: is not a folder", status=2)
    if "YYMM" not in options.archive_url:
        raise ProjectError("--archive-url has no YYMM for year and month", status=2)
    if "since" in options:
        print(fetch_archive(site, options.archive_url, options.since, folder))
    else:
        print(fetch(site, options.url, options.bundle_url, folder))


if __name__ == "__main__":
    sys.exit(main(command, parser()))
