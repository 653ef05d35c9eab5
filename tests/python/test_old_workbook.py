"""The old workbook (.xls): read to the cells of its text, or refused, whatever it holds.

No program at hand writes one; those here are written from scratch (support/old_workbook.py).
"""

from __future__ import annotations

import random
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from proofs.made_up_releases import Published, as_workbook, made_up_exhibit, made_up_release
from support.old_workbook import DIVISION_BY_ZERO, Cells, old_workbook, record

from project import ROOT
from release import Refused, read_release, read_workbook
from release.reader import read_old_workbook, read_text

PUBLISHED = Published((ROOT / "releases" / "2024-02.txt").read_text()).exactly()
HISTORY = made_up_release(PUBLISHED, (2015, 11))
EXHIBIT = made_up_exhibit(PUBLISHED, (2015, 11))


def cells_of(text: str) -> dict[tuple[int, int], int | float | str | bytes]:
    """The cells of a sheet that the text was saved from; blank lines above are not there."""
    cells: dict[tuple[int, int], int | float | str | bytes] = {}
    for row, line in enumerate(text.lstrip("\n").split("\n"), 1):
        for column, field in enumerate(line.split("\t"), 1):
            digits = field.removeprefix("-").replace(",", "")
            if field:
                is_number = digits.isdecimal()
                cells[row, column] = int(field.replace(",", "")) if is_number else field
    return cells


CELLS = cells_of(HISTORY)
SOUND = old_workbook(CELLS)


def faults(data: bytes) -> list[str]:
    with pytest.raises(Refused) as refused:
        read_old_workbook("some.xls", data)
    told = [str(fault) for fault in refused.value.faults]
    assert all(fault.startswith("some.xls: ") for fault in told)
    return [fault.removeprefix("some.xls: ") for fault in told]


def test_a_history_is_read_to_the_cells_of_its_text(tmp_path: Path) -> None:
    path = tmp_path / "2015-11.XLS"
    path.write_bytes(SOUND)
    release = read_release(path)
    plain = read_text("some.txt", HISTORY.encode())
    assert (release.release_table, release.release_id) == ("history", "2015-11")
    assert [row.cells for row in release.rows()] == [row.cells for row in plain.rows()]
    origin = release.origin
    assert (origin.source_format, origin.sheet_name) == ("workbook", "exhibit_history")


def test_an_exhibit_is_read_to_the_text_of_its_new_workbook() -> None:
    release = read_old_workbook("some.xls", old_workbook(cells_of(f"x\n{EXHIBIT}"), "1"))
    assert release.release_table == "exhibit_1"
    new = read_workbook("some.xlsx", as_workbook(f"x\n{EXHIBIT}"))
    assert release.text.lines == new.text.lines


def changed(**edits: int | float | str | bytes) -> bytes:
    """The history with other values in cells such as F13."""
    places = {(int(name[1:]), "ABCDEFGHIJKL".index(name[0]) + 1): edits[name] for name in edits}
    return old_workbook(dict(sorted((dict(CELLS) | places).items())))


WHOLE = "is not a whole number of millions"
HALF = "the row is half printed: no number for exports goods"
CELL_FAULTS: dict[str, tuple[bytes, str]] = {
    "words": (changed(F13="n/a"), f'exhibit_history!F13: exports goods: "n/a" {WHOLE}'),
    "a fraction": (changed(F13=1.5), f'exhibit_history!F13: exports goods: "1.5" {WHOLE}'),
    "no number": (
        changed(F13=float("inf")), f'exhibit_history!F13: exports goods: "inf" {WHOLE}'),
    "a truth": (changed(F13=b"\1\0"), f'exhibit_history!F13: exports goods: "TRUE" {WHOLE}'),
    "an error": (changed(F13=bytes([DIVISION_BY_ZERO, 1])), f"exhibit_history!F13: {HALF}"),
    "no label": (
        changed(A9=""),
        "exhibit_history!B9: a row without a label is neither a month, an annual label nor a year"),
    "a terminal's escape code": (
        changed(A2="In millions\x9b"), "exhibit_history!A2: holds the control character 0x9b"),
    "a note beside": (
        changed(L9="x"), 'exhibit_history!L9: column L has no header, yet reads "x"'),
    "no title": (
        changed(A1="Exhibit"),
        'exhibit_history!A1: reads "Exhibit"; no cell of the sheet has the title "U.S. '
        'International Trade in Goods and Services"'),
    "another exhibit": (
        changed(A1="Exhibit 12. U.S. Trade in Goods"),
        'exhibit_history!A1: "Exhibit 12. U.S. Trade in Goods" is another table; those that are '
        'read are "Exhibit 1. U.S. International Trade in Goods and Services" and "U.S. '
        'International Trade in Goods and Services, 1992 - Present"'),
}  # fmt: skip


@pytest.mark.parametrize("name", CELL_FAULTS)
def test_a_fault_is_named_by_its_sheet_and_cell(name: str) -> None:
    data, expected = CELL_FAULTS[name]
    assert faults(data) == [expected]


def with_cell(row: int, column: int, size: tuple[int, int] | None = None) -> bytes:
    cells: Cells = CELLS | {(row, column): 5}
    return old_workbook(cells, size=size)


TOO_MUCH = "is damaged, or has a cell far from the table: it takes too much memory or time to read"
MANY_WORDS = record(0x00FC, struct.pack("<ii", 2**31 - 1, 2**31 - 1))
FILES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is empty"),
    "a page": (b"<html>", 'is no old workbook (.xls): it begins with "<html>"'),
    "a new workbook": (
        as_workbook(EXHIBIT),
        'is no old workbook (.xls): it begins with "PK\\x03\\x04'),
    "a new workbook behind the first bytes of an old one": (
        SOUND[:512] + as_workbook(EXHIBIT), "is no old workbook (.xls): it begins with"),
    "a password of a new one": (
        SOUND + "EncryptedPackage".encode("utf-16-le"),
        "is protected by a password; save it without one"),
    "a password": (
        old_workbook(CELLS, in_globals=record(0x002F, b"\1\0\1\0")),
        "is protected by a password; save it without one"),
    "half a file": (SOUND[: len(SOUND) // 2], "is damaged, or no workbook: "),
    "a cell far below": (
        with_cell(20_000, 3),
        "exhibit_history: more than 10,000 rows or 1,000,000 cells are in use"),
    "a cell far to the right": (
        with_cell(5000, 150),
        "exhibit_history!ET5000: is not blank; the table ends before column CV"),
    "a cell in the last corner": (with_cell(65_536, 256), TOO_MUCH),
    "a cell beyond it": (with_cell(65_536, 65_535), TOO_MUCH),
    "a size beyond all bounds": (old_workbook(CELLS, size=(2**31, 65_000)), TOO_MUCH),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_sound_old_workbook(name: str) -> None:
    data, expected = FILES[name]
    [fault] = faults(data)
    assert fault[: len(expected)] == expected


def circle(data: bytearray) -> None:
    """The chain of sectors leads from the second of the stream back to itself."""
    tables = struct.unpack_from("<I", data, 44)[0]
    at = 512 + 4 * (tables + 2)
    struct.pack_into("<I", data, at, tables + 2)


def many_tables(data: bytearray) -> None:
    struct.pack_into("<I", data, 44, 2**32 - 1)


def words_without_end(data: bytearray) -> None:
    at = data.index(record(0x0085, b"")[:2], 512)
    data[at : at + len(MANY_WORDS)] = MANY_WORDS


@pytest.mark.parametrize("damage", [circle, many_tables, words_without_end])
def test_what_would_take_all_memory_is_refused(damage: Callable[[bytearray], None]) -> None:
    data = bytearray(SOUND)
    damage(data)
    try:
        release = read_old_workbook("some.xls", bytes(data))
    except Refused as refused:
        [fault] = refused.faults
        assert str(fault).startswith("some.xls: is damaged, or ")
    else:
        assert release.release_id == "2015-11"


@pytest.mark.parametrize("seed", range(60))
def test_bytes_flipped_or_cut_off(seed: int) -> None:
    """A damaged workbook is refused, or it is read to a release; it never ends in a traceback."""
    chance = random.Random(seed)
    data = bytearray(SOUND)
    if seed % 5 == 0:
        del data[chance.randrange(len(data)) :]
    else:
        first, last = ((0, len(data)), (0, 2500))[seed % 2]
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(first, last)] = chance.randrange(256)
    try:
        read_old_workbook("some.xls", bytes(data))
    except Refused as refused:
        assert all(str(fault).startswith("some.xls: ") for fault in refused.faults)


def test_without_calamine(tmp_path: Path) -> None:
    path = tmp_path / "2015-11.xls"
    path.write_bytes(SOUND)
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT / 'scripts')!r}); from pathlib import Path; "
        f"sys.modules['python_calamine'] = None; import release; "
        f"release.read_release(Path({str(path)!r}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1] == (
        f"release.faults.Refused: {path}: a workbook is read with python_calamine, which is not "
        "installed; install requirements.lock, or save the sheet as text (tab-separated)"
    )
