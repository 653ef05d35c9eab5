"""Download releases into releases/: the current one, or the archive's, month by month.

Source: the U.S. Census Bureau. The history (--url) has every month since 1992 and is replaced with
each monthly release, at 8:30 Eastern time, about 35 days after the month ends. Where it is not
found, the current release's exhibits are asked for (--bundle-url), a zip file; with --since those
of every month (--archive-url, YYMM in the address): as ft900xlsx or, before September 2020, as
ft900xls. Of a bundle only Exhibit 1 is kept. All of them hold millions of US dollars.

What came is read as every release is read, and goes into the folder under its last month, such as
2024-03.xlsx: whole, and never over another file. A month that is there already, in any form, is
left as it is. What the connection or a busy server (HTTP 429, 500, 502, 503, 504) denies is asked
for three times, after a pause or as long as the server says. With --since every month that comes is
put there at once, so that the next run goes on where this one stopped.

Exit status: 0 where a release was put there, or there is nothing new; with --since, where every
month came, or was there, or is not in the archive, and then named. 1 where one failed, or where the
archive had none at all; what came is kept. 2 for wrong usage.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import http.client
import io
import itertools
import os
import re
import ssl
import sys
import threading
import time
import urllib.request
import zipfile
from collections.abc import Callable
from concurrent.futures import Future
from datetime import date
from pathlib import Path, PurePosixPath
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

import urllib3
from urllib3.exceptions import HTTPError, MaxRetryError

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # not there with PYTHONSAFEPATH

from project import ROOT, Progress, ProjectError, main, put, shown, visible
from release import Refused, Release, read_bundle, read_release, read_workbook
from release.reader import MONTH

SITE = "https://www.census.gov/foreign-trade"
HISTORY = f"{SITE}/statistics/historical/exhibit_history.xlsx"
BUNDLE = f"{SITE}/Press-Release/current_press_release/ft900xlsx.zip"
ARCHIVE = f"{SITE}/Press-Release/ft900/ft900xlsx_YYMM.zip"

MOST_BYTES = 20_000_000
MOST_SECONDS = 86_400.0
MOST_REDIRECTS = 10
MOST_LETTERS = 300  # of what a server says
ATTEMPTS, TIMES = 3, "three times"
BUSY = {429, 500, 502, 503, 504}
FETCHED, THERE, MISSING, FAILED = "fetched", "there already", "not in the archive", "failed"
IN_A_ROW = 3  # stop after so many months in a row without an answer
T = TypeVar("T")
Progressed = Callable[[int, int], None]
Kept = tuple[bytes, Release]


class NoWorkbook(ProjectError):
    """The download is neither a workbook nor a bundle, which are both zip files."""


class NotFound(NoWorkbook):
    """The server has nothing at the address."""


class NoAnswer(ProjectError):
    """Timeout, dropped connection, HTTP 429 or 5xx."""


def printable(words: str) -> str:
    """Return foreign text on one line, cut, without escape codes and passwords."""
    words = visible(re.sub(r"//[^/\s]*@", "//", " ".join(words.split())))
    return words if len(words) <= MOST_LETTERS else f"{words[:MOST_LETTERS]}..."


# --------------------------------------------------------------------------- the download


def within(seconds: float, work: Callable[[], T], late: ProjectError) -> T:
    """Run ``work`` in a thread; raise ``late`` after so many seconds and abandon the thread.

    A socket's own timeout limits each wait only: not a slow look-up of a name, a byte now and then,
    or a long workbook.
    """
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    try:
        return future.result(seconds)
    except TimeoutError:
        raise late from None


class Site:
    """Ask for one address after the other, with a pause in between.

    ``seconds`` limits a download and reading it; ``pause`` separates two requests.
    """

    def __init__(self, seconds: float, pause: float) -> None:
        self.seconds, self.pause, self.asked = seconds, pause, False
        self.pools: dict[str | None, urllib3.PoolManager] = {}

    def get(self, url: str, read: Callable[[str, bytes], Kept], progress: Progressed) -> Kept:
        """Return what ``read`` makes of the bytes at ``url``; raise ProjectError, with the address.

        ``progress`` is called with the bytes that came and, unless 0, how many there are.
        """
        time.sleep(self.pause * self.asked)
        self.asked = True
        address, over = printable(url), threading.Event()
        again = "try again, or with a longer --time-limit"
        late = NoAnswer(f"{address} took longer than {self.seconds:g} seconds; {again}")

        def still(done: int, total: int) -> None:
            if over.is_set():
                raise late  # nobody reads this: it ends the abandoned download
            progress(done, total)

        def work() -> Kept:
            try:
                data = self.download(url, still)
            except ProjectError as error:
                raise type(error)(f"{address} {printable(str(error))}") from error
            return read(address, data)

        try:
            return within(self.seconds, work, late)
        except Refused as refused:
            first, more = refused.faults[0], refused.count - 1
            and_more = f" (and {more:,} more faults)" if more else ""
            raise ProjectError(f"{first}{and_more}; nothing was kept") from refused
        finally:
            over.set()

    def download(self, url: str, progress: Progressed) -> bytes:
        """Return the workbook or bundle at ``url``; raise ProjectError with the reason."""
        for attempt in range(ATTEMPTS):
            if attempt:
                time.sleep(self.pause)
            data, total = bytearray(), 0
            try:
                with self.opened(url) as response:
                    total = response.length_remaining or 0
                    while piece := response.read1(1 << 16):
                        data += piece
                        if max(len(data), total) > MOST_BYTES:
                            raise ProjectError(f"is larger than {MOST_BYTES:,} bytes: no workbook")
                        progress(len(data), total)
                return checked(response, bytes(data))
            except (HTTPError, OSError, ValueError) as error:
                cause = root_of(error)
                if not is_drop(cause):
                    raise reason_of(cause) from error
                if isinstance(error, MaxRetryError):  # no answer after all attempts
                    break
        of_all = f" of {total:,}" if total else ""
        raise NoAnswer(f"broke off after {len(data):,}{of_all} bytes, {TIMES}; try again later")

    def opened(self, url: str) -> urllib3.BaseHTTPResponse:
        """Return the answer after all redirects, ready to read; raise ProjectError, HTTPError.

        A redirect from https is followed to https only, from http to http or https.
        """
        retries = urllib3.Retry(
            ATTEMPTS - 1, connect=0, other=0, redirect=False, raise_on_status=False,
            status_forcelist=BUSY, backoff_factor=self.pause, retry_after_max=int(self.seconds),
        )  # fmt: skip
        for _ in range(MOST_REDIRECTS + 1):
            parts = urlsplit(url)
            response = self.pool(parts.scheme, parts.hostname or "").request(
                "GET", url, preload_content=False, redirect=False, retries=retries,
                timeout=2 * self.seconds,  # so that this one is never reported
                headers={"User-Agent": "us_trade (Python)", "Accept-Encoding": "identity"},
            )  # fmt: skip
            if not (target := response.get_redirect_location()):
                return response
            response.close()  # the rest of the answer would be read, however long
            there = urljoin(url, target)
            if (scheme := urlsplit(there).scheme) not in (parts.scheme, "https"):
                reason = f"is redirected from {parts.scheme} to {scheme}, {target}"
                raise ProjectError(f"{reason}, which is not followed")
            url = there
        raise ProjectError(f"is redirected more than {MOST_REDIRECTS} times")

    def pool(self, scheme: str, host: str) -> urllib3.PoolManager:
        """Return the connections to a host, through the proxy that the environment names."""
        is_direct = urllib.request.proxy_bypass(host)
        proxy = None if is_direct else urllib.request.getproxies().get(scheme)
        if proxy not in self.pools:
            made = urllib3.ProxyManager(proxy) if proxy else urllib3.PoolManager()
            self.pools[proxy] = made
        return self.pools[proxy]


def checked(response: urllib3.BaseHTTPResponse, data: bytes) -> bytes:
    """Return the data of an answer that is whole and a zip file; raise ProjectError."""
    status, answer = response.status, f"{response.status} {response.reason}"
    if status >= 300:
        kinds = {404: NotFound, 410: NotFound, 429: NoAnswer}
        kind = NoAnswer if status >= 500 else kinds.get(status, ProjectError)
        raise kind(f"is answered with the HTTP error {answer}")
    if status != 200:
        raise ProjectError(f"is answered with HTTP {answer}, not with a whole file")
    if not data.startswith(b"PK"):
        raise NoWorkbook("is answered with something that is no workbook (.xlsx)")
    return data


def root_of(error: BaseException) -> BaseException:
    """Return the innermost exception of the chain; urllib3 keeps some as an argument."""
    while True:
        inner = [one for one in error.args if isinstance(one, BaseException)]
        if not (found := error.__cause__ or error.__context__ or (inner and inner[-1])):
            return error
        error = found


def is_drop(cause: BaseException) -> bool:
    """Return whether the other side hung up; if nothing listens, another try is no use."""
    hung_up = (ConnectionError, http.client.IncompleteRead, ssl.SSLEOFError)
    return isinstance(cause, hung_up) and not isinstance(cause, ConnectionRefusedError)


def reason_of(cause: BaseException) -> ProjectError:
    """Return why a download failed, in words that follow its address."""
    if isinstance(cause, ssl.SSLCertVerificationError):
        return NoAnswer(f"has a certificate that is not trusted: {cause.verify_message}")
    if isinstance(cause, ssl.SSLError):
        return NoAnswer(f"cannot be reached safely: {cause.reason or cause}")
    if isinstance(cause, OSError) and cause.strerror:
        return NoAnswer(f"cannot be reached: {cause.strerror}")
    return ProjectError(f"cannot be fetched: {cause or type(cause).__name__}")


# --------------------------------------------------------------------------- its place


def workbook(address: str, data: bytes) -> Kept:
    return data, read_workbook(address, data)


def exhibit(address: str, data: bytes) -> Kept:
    """Return the workbook of Exhibit 1 that is in a bundle; raise Refused."""
    release = read_bundle(address, data)
    with zipfile.ZipFile(io.BytesIO(data)) as bundle:
        return bundle.read(release.origin.member), release


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
    """Put a release into the folder, and say so; raise ProjectError or OSError."""
    key = release.release_id
    target = folder / f"{key}{PurePosixPath(release.origin.member).suffix.lower() or '.xlsx'}"
    try:
        put(target, data, over=False)
    except FileExistsError:
        raise ProjectError(f"{shown(target)}: is in the way of the release; move it away") from None
    size = f"{len(data):,} bytes, {release.months[0]} to {key}"
    return f"{shown(target)}: {size}, SHA-256 {hashlib.sha256(data).hexdigest()}"


def keep(data: bytes, release: Release, address: str, folder: Path) -> str:
    """Put a release into the folder, unless its month is there, and say what was done.

    Raises ProjectError where another file of it is there, and OSError.
    """
    key = release.release_id
    path = months_there(folder).get(key)
    if path is None:
        return save(data, release, folder)
    if path.read_bytes() == data:
        return f"nothing new: {shown(path)} is the same file ({key})"
    how = "which cannot be read"
    with contextlib.suppress(Refused):
        mine, other = cells(release), cells(read_release(path))
        count = sum(mine[place] != other[place] for place in mine.keys() & other.keys())
        if not count:
            return f"nothing new: {shown(path)} has the same numbers ({key})"
        how = f"with {count:,} other number{'s' * (count != 1)}"
    raise ProjectError(
        f"{shown(path)} holds the release {key} already, {how}; "
        f"move it away to take that of {address}"
    )


def cells(release: Release) -> dict[tuple[object, ...], int]:
    """Return each number of a release by its kind of row, period and series."""
    return {
        (row.period_type, row.year, row.first, row.last, at): cell
        for row in release.rows
        for at, cell in enumerate(row.cells)
    }


def fetch(site: Site, history: str, bundle: str, folder: Path) -> str:
    """Put the current release into ``folder``, unless it is there, and say what was done."""
    with Progress("fetch") as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar(done, "bytes")

        try:
            url, instead, kept = history, "", site.get(history, workbook, progress)
        except NoWorkbook as none:
            url, instead = bundle, f"{none}; Exhibit 1 is taken instead\n"
            try:
                kept = site.get(bundle, exhibit, progress)
            except ProjectError as error:
                raise ProjectError(f"{none}\n{error}") from error
    return instead + keep(*kept, printable(url), folder)


def fetch_month(site: Site, url: str, month: str, folder: Path, bar: Progress) -> str:
    """Put a month's Exhibit 1 into ``folder``, and say so; raise ProjectError or OSError."""

    def progress(size: int, _: int) -> None:
        bar(bar.done, f"{month}, {size:,} bytes")

    older = url.replace("ft900xlsx", "ft900xls")
    try:
        data, release = site.get(url, exhibit, progress)
    except NotFound:
        if older == url:
            raise
        url, (data, release) = older, site.get(older, exhibit, progress)
    if release.release_id != month:
        what = f"is the release {release.release_id}, not {month}"
        raise ProjectError(f"{printable(url)} {what}; nothing was kept")
    return save(data, release, folder)


def fetch_archive(site: Site, pattern: str, months: list[str], folder: Path) -> str:
    """Put into ``folder`` the archive's releases of the months that are missing there.

    Print each release that came, and each failure as an error; return a summary. Raises OSError,
    and ProjectError with the summary where a month failed or the archive had none.
    """
    there = months_there(folder)
    found: dict[str, list[str]] = {FETCHED: [], THERE: [], MISSING: [], FAILED: []}
    unanswered = 0
    with Progress("fetch", len(months)) as bar:
        for month in months:
            bar(detail=month)
            how = THERE
            if month not in there:
                try:
                    url = pattern.replace("YYMM", month[2:4] + month[5:])
                    line = fetch_month(site, url, month, folder, bar)
                    how, unanswered = FETCHED, 0
                    bar.clear()
                    print(line, flush=True)
                except NotFound:
                    how, unanswered = MISSING, 0
                except ProjectError as error:
                    how, unanswered = FAILED, unanswered + 1 if isinstance(error, NoAnswer) else 0
                    bar.clear()
                    print(error, file=sys.stderr)
            found[how].append(month)
            if unanswered == IN_A_ROW:
                break
    named = {how: f" ({runs(found[how], months)})" for how in (MISSING, FAILED)}
    words = [f"{len(of)} {how}{named.get(how, '')}" for how, of in found.items() if of]
    if left := len(months) - bar.done:
        words.append(f"{left} not asked for, after {IN_A_ROW} in a row without an answer")
    sentence = f"{months[0]} to {months[-1]}: {', '.join(words)}"
    if found[FAILED]:
        raise ProjectError(f"{sentence}; run it again to go on")
    if len(found[MISSING]) == len(months):
        raise ProjectError(f"{sentence}; is the address {printable(pattern)} right?")
    return sentence


def runs(some: list[str], months: list[str]) -> str:
    """Return some of the months in words: "2020-09, 2021-01 to 2021-03"."""
    numbered = itertools.groupby(enumerate(some), lambda at: months.index(at[1]) - at[0])
    ends = [[month for _, month in run] for _, run in numbered]
    return ", ".join(run[0] + f" to {run[-1]}" * (len(run) > 1) for run in ends)


# --------------------------------------------------------------------------- the command


def address_of(words: str) -> str:
    try:
        parts = urlsplit(words)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_address = False
    if not is_address or not words.isprintable() or " " in words or "@" in parts.netloc:
        wanted = "an address that begins with https:// or http://, without a password"
        raise argparse.ArgumentTypeError(f"{printable(words)} is not {wanted}")
    return words


def pattern_of(words: str) -> str:
    if "YYMM" not in words:
        raise argparse.ArgumentTypeError(f"{printable(words)} has no YYMM for year and month")
    return address_of(words)


def pause_of(words: str) -> float:
    if not 0 <= (value := float(words)) <= MOST_SECONDS:
        raise ValueError
    return value


def seconds_of(words: str) -> float:
    if not (value := pause_of(words)):
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
    parser = argparse.ArgumentParser(
        description="Download releases into releases/: the current one, or the archive's.",
        epilog="example: .venv/bin/python scripts/fetch_release.py --since 2020-09",
    )

    def add(name: str, kind: Callable[[str], object], default: object, words: str) -> None:
        metavar, words = name.rpartition("-")[2].upper(), f"{words} (default: %(default)s)"
        parser.add_argument(name, type=kind, default=default, metavar=metavar, help=words)

    parser.add_argument("--since", type=months_since, metavar="MONTH", dest="months",
                        help="fetch each month since this one from the archive")  # fmt: skip
    add("--url", address_of, HISTORY, "address of the history")
    add("--bundle-url", address_of, BUNDLE, "address of the current bundle")
    add("--archive-url", pattern_of, ARCHIVE, "address of a month's bundle, with YYMM")
    add("--releases", Path, ROOT / "releases", "folder for the releases")
    add("--time-limit", seconds_of, 60.0, "seconds for downloading and reading each release")
    add("--pause", pause_of, 1.0, "seconds between two requests")
    return parser


def command(options: argparse.Namespace) -> None:
    folder = options.releases
    if not folder.is_dir():
        raise ProjectError(f"{shown(folder)}: is not a folder", status=2)
    site = Site(options.time_limit, options.pause)
    if options.months:
        print(fetch_archive(site, options.archive_url, options.months, folder))
    else:
        print(fetch(site, options.url, options.bundle_url, folder))


if __name__ == "__main__":
    sys.exit(main(command, parser()))
