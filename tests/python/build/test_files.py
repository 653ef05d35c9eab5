"""How every command puts a file or a folder in its place, and what it leaves of killed ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import project
from project import PART, new_folder, put


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_put_where_a_link_leads_with_the_rights_of_the_old_one(tmp_path: Path) -> None:
    put(tmp_path / "new", b"1")
    (tmp_path / "other").touch()
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "other").stat().st_mode
    (tmp_path / "new").chmod(0o640)
    (tmp_path / "link").symlink_to("new")
    put(tmp_path / "link", b"2")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "new").read_bytes() == b"2"
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o640
    assert names(tmp_path) == ["link", "new", "other"]


def fill_it(path: Path, _: bytes) -> None:
    with new_folder(path, lambda _: True):
        pass


@pytest.mark.parametrize("make", [put, fill_it])
def test_what_a_killed_run_left_goes_and_nothing_else(
    tmp_path: Path, make: Callable[[Path, bytes], None]
) -> None:
    left, busy = tmp_path / f".it.1{PART}", tmp_path / f".it.2{PART}"
    (left / "new").mkdir(parents=True)
    busy.mkdir()
    others = [".it.next-mine", ".it.part", f".other.1{PART}"]
    for name in others:
        (tmp_path / name).touch()
    with project.locked(busy, ""):
        make(tmp_path / "it", b"1")
    assert names(tmp_path) == sorted([*others, busy.name, "it"])
    make(tmp_path / "it", b"1")
    assert names(tmp_path) == sorted([*others, "it"])
