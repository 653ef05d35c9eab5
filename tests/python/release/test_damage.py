"""Damage to every kind of file: it is read, and then the whole of its own text; or it is refused,
each fault with its place.  It never ends in a traceback."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from random import Random

import pytest
from proofs.made_up_releases import as_bundle, as_workbook
from support.old_workbook import cells_of, old_workbook
from support.reading import EXHIBIT, HISTORY, edited, read_or_refused

from release import MONTHS
from release.reader import read

LINES = [*HISTORY.split("\n"), *EXHIBIT.split("\n"), *MONTHS, "1992", "Jan. -", "Jan. - Foo"]
# What means something to the reader, the format strings or CSV.
ODD = '"{}\t\n\r,- \u00a0\u2212\u2013\u2028\x85\x0c\ufeff0\u0663(R).NA'


@pytest.mark.parametrize(
    ("text", "end"), [(HISTORY, "Source: U.S. Census Bureau"), (EXHIBIT, "NOTE: F")]
)
def test_truncated_at_any_byte(text: str, end: str) -> None:
    """A cut text is read only where no more is lost than the end of its last line."""
    whole = text.index(end) + len(end)
    for size in [*range(0, len(text), 3), whole - 1, whole]:
        assert (read_or_refused(text[:size]) is not None) == (size >= whole)


def bytes_flipped(chance: Random, text: str) -> bytes:
    data = bytearray(text.encode())
    for _ in range(chance.randint(1, 4)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


def characters_inserted(chance: Random, text: str) -> str:
    for _ in range(chance.randint(1, 4)):
        place = chance.randint(0, len(text))
        text = text[:place] + chance.choice(ODD) + text[place:]
    return text


def lines_moved(chance: Random, text: str) -> str:
    for kind in chance.choices(["drop", "copy", "move"], k=3):
        number, other, place = (chance.randint(1, 50) for _ in range(3))
        what = {"drop": [number], "copy": [number, other, place], "move": [number, place]}[kind]
        try:
            text = edited(text, [kind, *what])
        except AssertionError:  # it changes nothing
            continue
    return text


def lines_in_any_order(chance: Random, text: str) -> str:
    return "\n".join([*text.split("\n")[:8], *chance.choices(LINES, k=chance.randint(0, 40))])


def a_field_changed(chance: Random, text: str) -> str:
    lines = text.split("\n")
    number, column = chance.randint(1, 49), chance.randint(0, 9)
    fields = (lines[number] + "\t" * 9).split("\t")
    fields[column] = "".join(
        chance.choice([*ODD, *"Goods 123", chr(chance.randrange(0xD800))]) for _ in range(6)
    )
    lines[number] = "\t".join(fields[: max(10, column + 1)])
    return "\n".join(lines)


@pytest.mark.parametrize(
    "damage",
    [bytes_flipped, characters_inserted, lines_moved, lines_in_any_order, a_field_changed],
)
def test_a_damaged_text(damage: Callable[[Random, str], str | bytes]) -> None:
    for seed in range(300):
        chance = Random(seed)
        read_or_refused(damage(chance, chance.choice([HISTORY, EXHIBIT])))


# --------------------------------------------------------------------------- other files

BOOK = as_workbook(EXHIBIT)
FILES = {".xlsx": BOOK, ".xls": old_workbook(cells_of(EXHIBIT)), ".zip": as_bundle(BOOK)}
CELLS = [row.cells for row in read("some.txt", EXHIBIT.encode(), ".txt").rows]


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("suffix", FILES)
def test_bytes_of_a_file_flipped_or_cut_off(suffix: str, seed: int) -> None:
    """Beneath a checksum what is read has the same cells."""
    chance = Random(f"{suffix}{seed}")
    data = bytearray(FILES[suffix])
    if seed % 5 == 0:
        del data[chance.randrange(len(data)) :]
    else:
        # Half of them where no checksum protects: the list of parts, the head of an old workbook.
        few = (0, 2500) if suffix == ".xls" else (len(data) - 600, len(data))
        first, last = few if seed % 2 else (0, len(data))
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(first, last)] = chance.randrange(256)
    release = read_or_refused(bytes(data), suffix)
    if release and suffix != ".xls":
        assert [row.cells for row in release.rows] == CELLS


@pytest.mark.parametrize("seed", range(40))
def test_the_xml_of_a_sheet_damaged_in_a_valid_file(seed: int) -> None:
    chance = Random(seed)
    name = ("xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels")[seed % 3]
    zipped = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(BOOK)) as old, zipfile.ZipFile(zipped, "w") as new:
        for part in old.namelist():
            xml = bytearray(old.read(part))
            for _ in range(chance.randint(1, 3) if part == name else 0):
                xml[chance.randrange(len(xml))] = chance.choice(b'<>"/0159=ABsr \t&;\x00\xff')
            new.writestr(part, bytes(xml))
    read_or_refused(zipped.getvalue(), ".xlsx")
