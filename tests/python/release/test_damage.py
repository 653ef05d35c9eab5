"""Damage to every kind of file: it is read, and then the whole of its own text; or it is refused,
each fault with its place.  It never ends in a traceback."""

from __future__ import annotations

import io
import random
import zipfile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from proofs.made_up_releases import as_bundle, as_workbook
from support.old_workbook import cells_of, old_workbook
from support.reading import COMMITTED, EXHIBIT, HISTORY, damaged, edited, read_or_refused

from release import MONTHS
from release.reader import read

TEXTS = st.sampled_from([HISTORY, EXHIBIT])
LINES = sorted({
    *HISTORY.split("\n"), *EXHIBIT.split("\n"), *COMMITTED.split("\n")[:8], *MONTHS, "1992",
    "Jan. -", "Jan. - Foo",
})  # fmt: skip


@pytest.mark.parametrize(
    ("text", "end"), [(HISTORY, "Source: U.S. Census Bureau"), (EXHIBIT, "NOTE: F")]
)
def test_truncated_at_any_byte(text: str, end: str) -> None:
    """A cut text is read only where no more is lost than the end of its last line."""
    whole = text.index(end) + len(end)
    for size in [*range(0, len(text), 3), whole - 1, whole]:
        assert (read_or_refused(text[:size]) is not None) == (size >= whole)


@damaged(200)
@given(st.binary(max_size=400))
@example(b"\xef\xbb\xbf\xef\xbb\xbf")
@example(b"\r\n\r")
def test_random_bytes(data: bytes) -> None:
    assert read_or_refused(data) is None


@damaged(200)
@given(st.data(), TEXTS)
def test_bytes_flipped(data: st.DataObject, of: str) -> None:
    text = bytearray(of.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(0, 255))
    read_or_refused(bytes(text))


@damaged(200)
@given(st.data(), TEXTS)
def test_characters_inserted(data: st.DataObject, text: str) -> None:
    """The characters that mean something to the reader, the format strings or CSV."""
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(text)))
        odd = data.draw(
            st.sampled_from('"{}\t\n\r,- \u00a0\u2212\u2013\u2028\x85\x0c\ufeff0\u0663(R).NA')
        )
        text = text[:place] + odd + text[place:]
    read_or_refused(text)


@damaged(200)
@given(st.data(), TEXTS)
def test_lines_dropped_doubled_and_moved(data: st.DataObject, text: str) -> None:
    for kind in data.draw(st.lists(st.sampled_from(["drop", "copy", "move"]), max_size=3)):
        number, other, place = (data.draw(st.integers(1, 50)) for _ in range(3))
        what = {"drop": [number], "copy": [number, other, place], "move": [number, place]}[kind]
        try:
            text = edited(text, [kind, *what])
        except AssertionError:  # it changes nothing
            continue
    read_or_refused(text)


@damaged(200)
@given(st.lists(st.sampled_from(LINES), max_size=40), TEXTS)
def test_lines_in_any_order(lines: list[str], text: str) -> None:
    read_or_refused("\n".join([*text.split("\n")[:8], *lines]))


@damaged(200)
@given(
    TEXTS, st.integers(2, 50), st.integers(1, 10),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)  # fmt: skip
def test_any_text_in_any_field(text: str, number: int, column: int, words: str) -> None:
    lines = text.split("\n")
    fields = (lines[number - 1] + "\t" * 9).split("\t")
    fields[column - 1] = words
    lines[number - 1] = "\t".join(fields[: max(10, column)])
    read_or_refused("\n".join(lines))


# --------------------------------------------------------------------------- other files

BOOK = as_workbook(EXHIBIT)
FILES = {
    ".xlsx": BOOK,
    ".xls": old_workbook(cells_of(EXHIBIT), "1"),
    ".zip": as_bundle(BOOK),
}


CELLS = [row.cells for row in read("some.txt", EXHIBIT.encode(), ".txt").rows]


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("suffix", FILES)
def test_bytes_of_a_file_flipped_or_cut_off(suffix: str, seed: int) -> None:
    """Beneath a checksum what is read has the same cells."""
    chance = random.Random(f"{suffix}{seed}")
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
    chance = random.Random(seed)
    name = ("xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels")[seed % 3]
    zipped = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(BOOK)) as old, zipfile.ZipFile(zipped, "w") as new:
        for part in old.namelist():
            xml = bytearray(old.read(part))
            for _ in range(chance.randint(1, 3) if part == name else 0):
                xml[chance.randrange(len(xml))] = chance.choice(b'<>"/0159=ABsr \t&;\x00\xff')
            new.writestr(part, bytes(xml))
    read_or_refused(zipped.getvalue(), ".xlsx")
