"""Download the current workbook of the release and put it into releases/, if it is a new one.

Source: the Census Bureau replaces the workbook at the address below with each monthly release, at
8:30 Eastern time, about 35 days after the month ends.  It is a few hundred thousand bytes, and
holds numbers in millions of US dollars.

Downloading and reading it have one time limit together, and there is a size limit; a connection
that drops is tried once more.  What came is read as every release is read, and goes into the
folder under its last month, such as 2024-03.xlsx: whole, and never over another file.  Which
releases are there already, the files themselves say, whatever they are called.

Exit status: 0 where a release was put there, or there is nothing new; 1 where that failed, with
the address and the reason, and nothing is changed; 2 for wrong usage.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import ssl
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from re import sub
from typing import IO, TypeVar
from urllib.parse import urlsplit

from project import ROOT, Progress, ProjectError, main, put, shown, visible
from release import Refused, Release, read_release, read_workbook

ADDRESS = "https://www.census.gov/foreign-trade/statistics/historical/exhibit_history.xlsx"
MOST_BYTES = 20_000_000
MOST_SECONDS = 86_400.0
ATTEMPTS = 2
T = TypeVar("T")


class SafeRedirects(urllib.request.HTTPRedirectHandler):
    """Follows a redirect from https to https only, and from http to http or https."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str,
        headers: http.client.HTTPMessage, newurl: str,
    ) -> urllib.request.Request | None:  # fmt: skip
        here, there = urlsplit(req.full_url).scheme, urlsplit(newurl).scheme
        if there not in (here, "https"):
            reason = f"is redirected from {here} to {there}, {newurl}, which is not followed"
            raise ProjectError(reason)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def printable(words: str) -> str:
    """Words from outside, for a message: on one line, with no escape codes and no password."""
    return visible(sub(r"//[^/\s]*@", "//", " ".join(words.split())))


# --------------------------------------------------------------------------- the download


def within(seconds: float, work: Callable[[], T], late: str) -> T:
    """What ``work`` returns or raises; raises ProjectError(late) where that takes longer.

    A thread does it, which is then left behind.  A socket's own timeout is for each wait of it: it
    does not end a name that is looked up, a byte that comes now and then, or a long workbook.
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
        raise ProjectError(late) from None


def download(url: str, timeout: float, told: Progress) -> bytes:
    """The bytes at ``url``; ``timeout`` is for each wait, in seconds.

    Raises ProjectError with what is to stand behind the address.
    """
    request = urllib.request.Request(url, headers={"User-Agent": "us_trade (Python)"})
    opener = urllib.request.build_opener(SafeRedirects)
    for _ in range(ATTEMPTS):
        data = bytearray()
        try:
            with opener.open(request, timeout=timeout) as response:
                if response.status != http.client.OK:
                    answer = f"{response.status} {response.reason}"
                    raise ProjectError(f"is answered with HTTP {answer}, not with a whole file")
                told.total = response.length
                while piece := response.read1(1 << 16):
                    data += piece
                    if max(len(data), told.total or 0) > MOST_BYTES:
                        raise ProjectError(f"is larger than {MOST_BYTES:,} bytes: no such workbook")
                    told(len(data), "bytes")
            if len(data) >= (told.total or 0):
                return bytes(data)
        except (OSError, http.client.HTTPException, ValueError) as error:
            if not is_drop(error):
                raise ProjectError(reason_of(error)) from error
    of_all = f" of {told.total:,}" if told.total else ""
    raise ProjectError(f"broke off after {len(data):,}{of_all} bytes, twice; try again later")


def is_drop(error: Exception) -> bool:
    """Whether the other side hung up; where nothing listens there is nothing to try again."""
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    hung_up = (ConnectionError, http.client.IncompleteRead, ssl.SSLEOFError)
    return isinstance(cause, hung_up) and not isinstance(cause, ConnectionRefusedError)


def reason_of(error: Exception) -> str:
    """What went wrong with a download, to stand behind its address."""
    if isinstance(error, urllib.error.HTTPError):
        return f"is answered with the HTTP error {error.code} {error.reason}"
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"has a certificate that is not trusted: {cause.verify_message}"
    if isinstance(cause, ssl.SSLError):
        return f"cannot be reached safely: {cause.reason or cause}"
    if isinstance(cause, OSError):
        return f"cannot be reached: {cause.strerror or cause}"
    return f"cannot be fetched: {cause or type(cause).__name__}"


# --------------------------------------------------------------------------- its place


def fetch(url: str, folder: Path, seconds: float) -> str:
    """Put the release at ``url`` into ``folder``, unless it is there, and say what was done.

    ``seconds`` are for its download and for reading it.  Raises ProjectError or OSError.
    """
    address = printable(url)

    def work() -> tuple[bytes, Release]:
        try:
            # The longer timeout, so that it is never the one that is reported.
            data = download(url, 2 * seconds, told)
        except ProjectError as error:
            raise ProjectError(f"{address} {printable(str(error))}") from error
        return data, read_workbook(address, data)

    again = "try again, or with a longer --time-limit"
    late = f"{address} took longer than {seconds:g} seconds; {again}"
    try:
        with Progress("fetch") as told:
            data, release = within(seconds, work, late)
    except Refused as refused:
        first, more = refused.faults[0], refused.count - 1
        and_more = f" (and {more:,} more faults)" if more else ""
        raise ProjectError(f"{first}{and_more}; nothing was kept") from refused
    return keep(data, release, address, folder)


def keep(data: bytes, release: Release, address: str, folder: Path) -> str:
    """Put a release into the folder, unless it is there, and say what was done.

    Raises ProjectError where another file of it is there, OSError where none can be written.
    """
    key = release.release_id
    entries = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    files = [path for path in entries if path.is_file()]
    for path in files:
        if path.stat().st_size == len(data) and path.read_bytes() == data:
            return f"nothing new: {shown(path)} is the same file ({key})"
    with Progress("compare", len(files)) as told:
        for path in files:
            told(detail=path.name)
            how = difference(release, path)
            if how == "":
                return f"nothing new: {shown(path)} has the same numbers ({key})"
            if how:
                raise ProjectError(
                    f"{address} is the release {key}, and {shown(path)} is another file of it, "
                    f"{how}; move that away to take the new one"
                )
    target = folder / f"{key}.xlsx"
    try:
        put(target, data, over=False)
    except FileExistsError:
        raise ProjectError(f"{shown(target)}: is in the way of the release; move it away") from None
    sha256 = hashlib.sha256(data).hexdigest()
    size = f"{len(data):,} bytes, {release.first_month} to {key}, SHA-256 {sha256}"
    return f"{shown(target)}: {size}"


def difference(release: Release, path: Path) -> str | None:
    """How a file of the same release differs: "" for not at all.  None: it is another release."""
    try:
        other = read_release(path)
    except Refused:  # what it is, then, only its name can say
        return "which cannot be read" if path.stem == release.release_id else None
    if other.release_id != release.release_id:
        return None
    count = len({place for place, _ in cells(release).items() ^ cells(other).items()})
    return f"with {count:,} other number{'s' * (count != 1)}" if count else ""


def cells(release: Release) -> dict[tuple[object, ...], object]:
    """Every number of a release by where it belongs: months or annual rows, period, series."""
    return {
        (kind, row.year, row.first, row.last, at): cell
        for kind, rows in (("month", release.months), ("annual", release.annuals))
        for row in rows
        for at, cell in enumerate(row.cells)
    }


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


def seconds_of(words: str) -> float:
    value = float(words)
    if not 0 < value <= MOST_SECONDS:
        raise ValueError
    return value


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description="Download the current workbook of the release into releases/.",
        epilog="example: .venv/bin/python scripts/fetch_release.py --time-limit 20",
    )
    parser.add_argument("--url", type=address_of, default=ADDRESS,
                        help="where the workbook is (default: %(default)s)")  # fmt: skip
    parser.add_argument("--releases", type=Path, default=ROOT / "releases", metavar="FOLDER",
                        help="where it goes (default: releases)")  # fmt: skip
    parser.add_argument("--time-limit", type=seconds_of, default=60.0, metavar="SECONDS",
                        help="for downloading and reading it (default: 60)")  # fmt: skip
    return parser


def command(options: argparse.Namespace) -> None:
    if not options.releases.is_dir():
        raise ProjectError(f"{shown(options.releases)}: is not a folder", status=2)
    print(fetch(options.url, options.releases, options.time_limit))


if __name__ == "__main__":
    sys.exit(main(command, parser()))
