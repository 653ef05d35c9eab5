#!/usr/bin/env python3
"""Download the current workbook of the release and put it into releases/, if it is one.

Source: the Census Bureau replaces the workbook at the address below with each monthly release, at
8:30 Eastern time, about 35 days after the month ends.  It is a few hundred thousand bytes.

The whole download has a time limit and a size limit, and a connection that drops is tried once
more.  What was downloaded is read as the normaliser reads it (numbers in millions of US dollars)
and goes into the folder under its last month, such as 2024-03.xlsx, in one rename: never half a
file, and never over another one.

Exit status: 0 where a release was put there, or there is nothing new; 1 where that failed, with
the address and the reason, and nothing is changed; 2 for wrong usage.
"""

from __future__ import annotations

import argparse
import contextlib
import email.message
import hashlib
import http.client
import os
import queue
import ssl
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import IO

from normalize_release import ROOT, Refused, Release, read_release, read_workbook, shown

ADDRESS = "https://www.census.gov/foreign-trade/statistics/historical/exhibit_history.xlsx"
MOST_BYTES = 20_000_000
TIME_LIMIT = 60.0  # seconds, for all of it
ATTEMPTS = 2
PIECE = 1 << 16
BAR = 30

Progress = Callable[[int, int | None], None]


class NotFetched(Exception):
    """The release could not be had; says why, in a sentence that names the address or the file."""


class Dropped(Exception):
    """The connection ended before the file did."""


class SameScheme(urllib.request.HTTPRedirectHandler):
    """Follows a redirect from https to https only, and from http to http or https."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: email.message.Message,
        newurl: str,
    ) -> urllib.request.Request | None:
        here, there = (urllib.parse.urlsplit(url).scheme for url in (req.full_url, newurl))
        if there not in (here, "https"):
            raise NotFetched(
                f"is redirected from {here} to {there}, {newurl}, which is not followed"
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


# --------------------------------------------------------------------------- the download


def download(url: str, *, time_limit: float, most_bytes: int, progress: Progress) -> bytes:
    """The bytes at ``url``; ``progress`` is told how many there are, and of how many if known.

    A thread does it, so that nothing that a server holds back, be it a name, a handshake or a
    header, can outlast the time limit (seconds), and Ctrl-C is obeyed at once.
    Raises NotFetched.
    """
    news: queue.Queue[tuple[int, int | None] | bytes | Exception] = queue.Queue()

    def work() -> None:
        try:
            # Its own time limit is the longer one, so that it is never the one that is reported.
            news.put(attempts(url, time_limit + 10, most_bytes, lambda *at: news.put(at)))
        except Exception as error:
            news.put(error)

    threading.Thread(target=work, daemon=True).start()
    deadline = time.monotonic() + time_limit
    count = 0
    while True:
        told = None
        if (left := deadline - time.monotonic()) > 0:
            with contextlib.suppress(queue.Empty):
                told = news.get(timeout=left)
        if told is None:
            reason = f"took longer than {time_limit:g} seconds ({count:,} bytes came)"
            raise NotFetched(f"{url} {reason}; try again, or with a longer --time-limit")
        if isinstance(told, bytes):
            return told
        if isinstance(told, Exception):
            raise NotFetched(f"{url} {' '.join(reason_of(told).split())}") from told
        count = told[0]
        progress(*told)


def attempts(url: str, time_limit: float, most_bytes: int, progress: Progress) -> bytes:
    """The bytes at ``url``, tried once more if the connection drops."""
    for _ in range(ATTEMPTS - 1):
        with contextlib.suppress(Dropped):
            return attempt(url, time_limit, most_bytes, progress)
    return attempt(url, time_limit, most_bytes, progress)


def attempt(url: str, time_limit: float, most_bytes: int, progress: Progress) -> bytes:
    """The bytes at ``url``, in one go; raises Dropped, NotFetched, or what urllib raises."""
    request = urllib.request.Request(url, headers={"User-Agent": "us_trade (Python)"})
    opener = urllib.request.build_opener(SameScheme)
    data = bytearray()
    try:
        with opener.open(request, timeout=time_limit) as response:
            length = response.headers.get("Content-Length", "")
            total = int(length) if length.isdecimal() else None
            progress(0, total)
            while piece := response.read1(PIECE):
                data += piece
                if max(len(data), total or 0) > most_bytes:
                    raise NotFetched(f"is larger than {most_bytes:,} bytes: no such workbook")
                progress(len(data), total)
    except (OSError, http.client.IncompleteRead) as error:
        if is_drop(error):
            raise Dropped(dropped(len(data), None)) from error
        raise
    if total is not None and len(data) < total:
        raise Dropped(dropped(len(data), total))
    return bytes(data)


def is_drop(error: Exception) -> bool:
    """Whether the other side hung up; where nothing listens there is nothing to try again."""
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, ConnectionRefusedError):
        return False
    return isinstance(cause, ConnectionError | http.client.IncompleteRead | ssl.SSLEOFError)


def dropped(count: int, total: int | None) -> str:
    of_all = f" of {total:,}" if total else ""
    return f"broke off after {count:,}{of_all} bytes, twice; try again later"


def reason_of(error: Exception) -> str:
    """What went wrong with a download, to stand behind its address."""
    if isinstance(error, NotFetched | Dropped):
        return str(error)
    if isinstance(error, urllib.error.HTTPError):
        return f"is answered with the HTTP error {error.code} {error.reason}".rstrip()
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"has a certificate that is not trusted: {cause.verify_message}"
    if isinstance(cause, ssl.SSLError):
        return f"cannot be reached safely: {cause.reason or cause}"
    if isinstance(cause, OSError):
        return f"cannot be reached: {cause.strerror or cause}"
    return f"cannot be fetched: {cause or type(cause).__name__}"


# --------------------------------------------------------------------------- its place


def keep(data: bytes, url: str, folder: Path) -> str:
    """Put the workbook ``data`` into ``folder``, unless it is there, and say what was done.

    Raises NotFetched if it is no release or another file has its place, OSError if the folder
    cannot be written.
    """
    try:
        release = read_workbook(url, data)
    except Refused as refused:
        first, *more = refused.faults
        and_more = f" (and {len(more):,} more faults)" if more else ""
        raise NotFetched(f"{first}{and_more}; nothing was kept") from refused
    sha256 = hashlib.sha256(data).hexdigest()
    files = sorted(path for path in folder.iterdir() if path.is_file())
    for path in files:
        if path.stat().st_size == len(data) and path.read_bytes() == data:
            return f"nothing new: {shown(path)} is the same file ({release.release_id})"
    target = folder / f"{release.release_id}.xlsx"
    for path in files:
        if path.stem == release.release_id and path.suffix.lower() in (".txt", ".xlsx"):
            differences = compare(release, path)
            if path.suffix.lower() == ".txt" and differences == 0:
                return f"nothing new: {shown(path)} has the same numbers"
            raise NotFetched(
                f"{url} is the release {release.release_id}, and {shown(path)} is another file of "
                f"it, {in_words(differences)}; move that away to take the new one"
            )
    put(data, target)
    return (
        f"{shown(target)}: {len(data):,} bytes, {release.first_month} to {release.release_id}, "
        f"SHA-256 {sha256}"
    )


def compare(release: Release, path: Path) -> int | None:
    """How many numbers of a release are other ones in a file, or only in one of the two.

    None if the file cannot be read.
    """
    try:
        other = read_release(path)
    except Refused:
        return None
    cells, other_cells = (
        {
            (row.year, row.first, row.last, is_month, at): cell
            for is_month, rows in ((True, one.months), (False, one.annuals))
            for row in rows
            for at, cell in enumerate(row.cells)
        }
        for one in (release, other)
    )
    return sum(cells.get(key) != other_cells.get(key) for key in cells.keys() | other_cells.keys())


def in_words(differences: int | None) -> str:
    if differences is None:
        return "which cannot be read"
    if differences == 0:
        return "with the same numbers"
    return f"with {differences:,} other number{'s' * (differences != 1)}"


def put(data: bytes, target: Path) -> None:
    """Write a file by way of a hidden one beside it, which the normaliser does not look at."""
    part = target.with_name(f".{target.name}.part")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)


# --------------------------------------------------------------------------- the command


def bar(count: int, total: int | None) -> str:
    """A line that shows how far the download is."""
    if not total:
        return f"\r{count:,} bytes"
    share = min(1.0, count / total)
    filled = round(BAR * share)
    return f"\r[{'#' * filled}{'.' * (BAR - filled)}] {count:,} of {total:,} bytes"


def seconds(words: str) -> float:
    value = float(words)
    if not 0 < value <= threading.TIMEOUT_MAX:
        raise ValueError
    return value


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description="Download the current workbook of the release into releases/.",
        epilog="example: scripts/fetch_release.py --time-limit 20",
    )
    parser.add_argument(
        "--url", default=ADDRESS, help=f"where the workbook is (default: {ADDRESS})"
    )
    parser.add_argument("--releases", type=Path, default=ROOT / "releases", metavar="FOLDER",
                        help="where it goes (default: releases)")  # fmt: skip
    parser.add_argument("--time-limit", type=seconds, default=TIME_LIMIT, metavar="SECONDS",
                        help="for the whole download (default: 60)")  # fmt: skip
    options = parser.parse_args(arguments)
    try:
        address = urllib.parse.urlsplit(options.url)
        is_address = address.scheme in ("http", "https") and bool(address.hostname)
    except ValueError:
        is_address = False
    if not is_address or not options.url.isprintable() or " " in options.url:
        parser.error(f"{options.url!r} is not an address that begins with https:// or http://")
    if not options.releases.is_dir():
        parser.error(f"{shown(options.releases)} is not a folder")

    on_terminal = sys.stderr.isatty()

    def progress(count: int, total: int | None) -> None:
        if on_terminal:
            print(bar(count, total), end="", file=sys.stderr, flush=True)

    try:
        try:
            data = download(
                options.url,
                time_limit=options.time_limit,
                most_bytes=MOST_BYTES,
                progress=progress,
            )
        finally:
            if on_terminal:
                print(file=sys.stderr)
        done = keep(data, options.url, options.releases)
    except NotFetched as error:
        failure = str(error)
    except OSError as error:
        failure = f"{error.filename or shown(options.releases)}: {error.strerror or error}"
    except KeyboardInterrupt:
        failure = "interrupted; nothing was kept"
    else:
        print(done)
        return 0
    print(failure, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
