"""What the commands share: the project's places, its messages, its files, one Markdown table."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import glob
import hashlib
import io
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    import duckdb

ROOT = Path(__file__).resolve().parent.parent
DBT = Path(sys.executable).parent / "dbt"
INTERRUPTED = 130
# DuckDB may neither load nor download an extension that nobody asked for.
NO_EXTENSIONS = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}


class ProjectError(Exception):
    """Why a command did not do its work, for who called it: the place, what was found, what to do.

    ``status`` is the command's exit status.
    """

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.status = status


def main(command: Callable[[argparse.Namespace], None], parser: argparse.ArgumentParser,
         arguments: Sequence[str] | None = None) -> int:  # fmt: skip
    """Parse the arguments, run the command, and return its exit status.

    SIGTERM and SIGHUP end it as Ctrl-C does, so that cleaning up still happens.
    """
    open_streams()
    options = parser.parse_args(arguments)
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as it is under nohup
            signal.signal(number, signal.default_int_handler)
    try:
        command(options)
    except (ProjectError, OSError) as error:
        print(in_words(error) if isinstance(error, OSError) else error, file=sys.stderr)
        return getattr(error, "status", 1)
    except (KeyboardInterrupt, RuntimeError) as error:
        if str(error) not in ("", "Query interrupted"):  # which is DuckDB's word for Ctrl-C
            raise
        print("stopped", file=sys.stderr)
        return INTERRUPTED
    return 0


class Unbroken(io.FileIO):
    """A stream whose reader may leave, as in `make | head -1`; the rest of the output is lost."""

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:
            return len(data)


def open_streams() -> None:
    """Keep printing from stopping a command: a closed stream, a letter, a reader that left."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one
        stream = getattr(sys, name)
        if number and stream is getattr(sys, f"__{name}__"):
            buffer = io.BufferedWriter(Unbroken(number, "w", closefd=False))
            encoding = getattr(stream, "encoding", "utf-8")
            new = io.TextIOWrapper(buffer, encoding, "backslashreplace", line_buffering=True)
            setattr(sys, name, new)


def in_words(error: OSError) -> str:
    """Return the system's error in words, with the file where it names one."""
    reason = error.strerror or str(error) or type(error).__name__
    return f"{shown(Path(os.fsdecode(error.filename)))}: {reason}" if error.filename else reason


def shown(path: Path) -> str:
    """Return the path as a person would write it: relative to the project's root, if below it."""
    absolute = Path(os.path.abspath(path))  # a link is shown by its own name, not its target's
    return str(absolute.relative_to(ROOT)) if absolute.is_relative_to(ROOT) else str(path)


def quoted(words: str) -> str:
    """Return a found text in quotes for a message: shortened, with invisible characters escaped."""
    words = words if len(words) <= 60 else f"{words[:57]}..."
    return f'"{visible(words)}"'


def visible(words: str) -> str:
    """Return foreign text with control characters and escape codes spelled out."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in words)


def database() -> Path:
    """Return the database's path: US_TRADE_DB, or the default in the project's root."""
    return Path(os.environ.get("US_TRADE_DB") or ROOT / "us_trade.duckdb")


def add_database_option(parser: argparse.ArgumentParser) -> None:
    """Let a command be told where the database is."""
    where = "the database (default: US_TRADE_DB, or us_trade.duckdb)"
    parser.add_argument("--database", type=Path, default=database(), metavar="FILE", help=where)


@contextlib.contextmanager
def open_database(path: Path, *, read_only: bool = True,
                  **settings: str) -> Iterator[duckdb.DuckDBPyConnection]:  # fmt: skip
    """Yield a connection that fetches no extension; raise ProjectError for DuckDB's errors."""
    import duckdb  # only here: not every command opens the database

    if not path.is_file():
        raise ProjectError(f"{shown(path)}: there is no such database; build it with make")
    try:
        with duckdb.connect(path, read_only, dict(NO_EXTENSIONS, **settings)) as connection:
            yield connection
    except duckdb.Error as error:
        reason = str(error).partition("\n")[0]  # the rest is advice for other databases
        raise ProjectError(f"{shown(path)}: {reason}") from None


# --------------------------------------------------------------------------- files

PART = ".us_trade-part"  # the suffix of folders for unfinished files


def put(path: Path, data: bytes, *, over: bool = True) -> None:
    """Write a file whole, as ``written`` does."""
    with written(path, over=over) as file:
        file.write(data)


@contextlib.contextmanager
def written(path: Path, *, over: bool = True) -> Iterator[BinaryIO]:
    """Yield a file to write; put it at ``path``, whole and on the disk, with one rename.

    Follow a link to its file; keep mode and, where permitted, owner and group of the one that was
    there. With ``over=False`` it is left alone: FileExistsError. Raises OSError.
    """
    path = Path(os.path.realpath(path)) if over else path
    with scratch(path) as folder, (folder / "new").open("xb") as file:
        if path.exists():
            old = path.stat()
            with contextlib.suppress(OSError):
                os.fchown(file.fileno(), -1, old.st_gid)
                os.fchown(file.fileno(), old.st_uid, -1)
            os.fchmod(file.fileno(), old.st_mode & 0o777)
        yield file
        file.flush()
        os.fsync(file.fileno())
        if not over:
            path.open("xb").close()  # the name is ours, or somebody's: FileExistsError
        os.replace(file.name, path)


@contextlib.contextmanager
def new_folder(target: Path, is_ours: Callable[[Path], bool]) -> Iterator[Path]:
    """Yield a folder to fill, which then takes the place of ``target``; raise ProjectError.

    What stands there is replaced only if it is an empty folder or ``is_ours`` says so. Of a link
    to a folder, the folder it leads to is replaced.
    """
    target = Path(os.path.realpath(target))
    if target.exists() and not target.is_dir():
        raise ProjectError(f"{shown(target)}: is not a folder; move it away")
    if target.exists() and any(target.iterdir()) and not is_ours(target):
        raise ProjectError(f"{shown(target)}: holds what this did not write; name another folder")
    target.parent.mkdir(parents=True, exist_ok=True)
    with scratch(target) as folder:
        (folder / "new").mkdir()
        yield folder / "new"
        if target.exists():
            target.rename(folder / "old")
        (folder / "new").rename(target)


@contextlib.contextmanager
def scratch(path: Path) -> Iterator[Path]:
    """Yield an empty folder beside ``path``; remove it at the end, and those of killed runs."""
    for left in path.parent.glob(f".{glob.escape(path.name)}.*{PART}"):
        with contextlib.suppress(OSError, ProjectError), locked(left, "in use"):
            shutil.rmtree(left)
    with (
        tempfile.TemporaryDirectory(prefix=f".{path.name}.", suffix=PART, dir=path.parent) as name,
        locked(Path(name), name),
    ):
        yield Path(name)


@contextlib.contextmanager
def locked(path: Path, busy: str) -> Iterator[int]:
    """Lock a folder or file that is there; yield the descriptor, for a child process to inherit.

    The kernel ends the lock with the last process that has it. Raises ProjectError(busy) while
    another holds it, and OSError where nothing is there, or a link.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ProjectError(busy) from None
        yield descriptor
    finally:
        os.close(descriptor)


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file; raise OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# --------------------------------------------------------------------------- words


def one_decimal(number: Decimal | float) -> Decimal:
    """Return an exact number of the marts as people read it: rounded half away from zero."""
    return Decimal(number).quantize(Decimal("0.1"), ROUND_HALF_UP) + 0  # a zero has no minus


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]],
                   numbers: Sequence[bool] = ()) -> str:  # fmt: skip
    """Return a table with aligned columns; those that are ``numbers`` to the right."""
    cells = [[cell.replace("|", r"\|") for cell in row] for row in (header, *rows)]
    columns = list(zip(*cells, strict=True))
    # A single column of sentences needs no padding, and reads better without.
    widths = [max(3, *map(len, column)) if len(columns) > 1 else 3 for column in columns]
    sides = [*zip([*numbers, *[False] * len(columns)], widths, strict=False)]
    specs = [f"{'>' if right else '<'}{width}" for right, width in sides]
    rule = [f"{':' if right else '-':->{width}}" for right, width in sides]
    lines = [list(map(format, row, specs)) for row in cells]
    return "\n".join(f"| {' | '.join(line)} |" for line in (lines[0], rule, *lines[1:]))
