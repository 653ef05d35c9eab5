"""Fetching Exhibit 1: of the current release where the history is gone, and of the archive."""

from __future__ import annotations

import subprocess
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from proofs.made_up_releases import Published, as_bundle, made_up_exhibit, made_up_release
from support.server import BOOK, NAME, TEXT, Server, fetch, files, made

import fetch_release
from project import INTERRUPTED, ROOT

pytestmark = pytest.mark.usefixtures("no_network", "in_april")

PUBLISHED = Published((ROOT / "releases" / "2024-02.txt").read_text())
MONTHS = ["2023-11", "2023-12", "2024-01", "2024-02"]
EXHIBITS = {
    month: made(made_up_exhibit(PUBLISHED, (int(month[:4]), int(month[5:])))) for month in MONTHS
}
BUNDLES = {month: as_bundle(data) for month, data in EXHIBITS.items()}
SIZE = {
    month: f"{month}.xlsx: {len(data):,} bytes, {int(month[:4]) - 2}-01 to {month}, SHA-256 "
    for month, data in EXHIBITS.items()
}
ALL = {f"{month}.xlsx": data for month, data in EXHIBITS.items()}


def short(month: str) -> str:
    return month[2:4] + month[5:]


@pytest.fixture
def in_april(monkeypatch: pytest.MonkeyPatch) -> None:
    """On the first day on which the release for February may be out."""
    monkeypatch.setattr(fetch_release, "date", SimpleNamespace(today=lambda: date(2024, 4, 1)))


@pytest.fixture
def archive(server: Server) -> Server:
    """A server that has every month."""
    server.bundles = {short(month): data for month, data in BUNDLES.items()}
    server.asked.clear()
    return server


def since(month: str, archive: Server, folder: Path, *arguments: str) -> tuple[int, str, str]:
    """What a run says, its address in short."""
    url = archive.url("YYMM")
    status, out, err = fetch(folder, "--since", month, "--archive-url", url, *arguments)
    return status, *(told.replace(archive.url(""), "") for told in (out, err))


# --------------------------------------------------------------------------- the archive


def test_every_month_comes_and_a_run_goes_on_where_the_one_before_stopped(
    archive: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(fetch_release.time, "sleep", pause)
    status, out, err = since("2023-11", archive, tmp_path, "--pause", "7")
    assert (status, err) == (INTERRUPTED, "stopped\n")
    lines = [f"{line.rpartition(' ')[0]} " for line in out.splitlines()]
    assert lines == [SIZE["2023-11"], SIZE["2023-12"]]
    assert pauses == [0, 7, 7]
    status, out, err = since("2023-11", archive, tmp_path, "--pause", "7")
    assert (status, err) == (0, "")
    assert out.splitlines()[-1] == "2023-11 to 2024-02: 2 fetched, 2 there already"
    assert archive.asked == [f"/{short(month)}" for month in MONTHS]
    assert files(tmp_path) == ALL


def test_a_month_that_is_there_in_any_form_is_not_asked_for(
    archive: Server, tmp_path: Path
) -> None:
    (tmp_path / "february.txt").write_text(TEXT)
    (tmp_path / "mine.xlsx").write_bytes(EXHIBITS["2024-01"])
    (tmp_path / "ft900xlsx_2312.zip").write_bytes(BUNDLES["2023-12"])
    (tmp_path / "2023-11.txt").write_text("whatever")  # its name is taken
    (tmp_path / "notes.md").write_text("no release")
    said = "2023-11 to 2024-02: 4 there already\n"
    assert since("2023-11", archive, tmp_path) == (0, said, "")
    assert archive.asked == []


def test_a_month_that_the_archive_does_not_have_is_named(archive: Server, tmp_path: Path) -> None:
    """It has those before September 2020 under another name."""
    archive.bundles = {"ft900xls_2401.zip": BUNDLES["2024-01"], "ft900xls_2311.zip": "gone"}
    archive.bundles["ft900xlsx_2402.zip"] = BUNDLES["2024-02"]
    url = archive.url("ft900xlsx_YYMM.zip")
    status, out, err = fetch(tmp_path, "--since", "2023-11", "--archive-url", url)
    assert (status, err) == (0, "")
    assert out.startswith("2023-11: not in the archive\n2023-12: not in the archive\n2024-01.xlsx")
    assert out.endswith("\n2023-11 to 2024-02: 2 fetched, 2 not in the archive\n")
    asked = [
        f"/ft900{kind}_{month}.zip" for month in (2311, 2312, 2401) for kind in ("xlsx", "xls")
    ]
    assert archive.asked == [*asked, "/ft900xlsx_2402.zip"]
    assert files(tmp_path) == {name: ALL[name] for name in ("2024-01.xlsx", NAME)}


def test_an_archive_that_has_none_of_them_may_be_elsewhere(archive: Server, tmp_path: Path) -> None:
    archive.bundles.clear()
    status, _, err = since("2024-01", archive, tmp_path)
    said = "2024-01 to 2024-02: 2 not in the archive; is YYMM where it is?\n"
    assert (status, err) == (1, said)
    assert archive.asked == ["/2401", "/2402"]  # by another name only where that differs


BOMB = as_bundle(bytes(50_000_000))
FAILED: dict[str, tuple[bytes | str, str]] = {
    "an HTML page": ("page", " is answered with something that is no workbook (.xlsx)"),
    "another month": (BUNDLES["2023-12"], " is the release 2023-12, not 2024-01; nothing was kept"),
    "a zip bomb": (BOMB, "/exh1.xlsx: has 50,000,000 bytes; "),
    "no Exhibit 1": (as_bundle(BOOK, "exh14.xlsx"), ": holds no exh1.xlsx or exh1.xls; "),
}


@pytest.mark.parametrize("what", FAILED)
def test_a_month_that_fails_keeps_none_from_coming(
    what: str, archive: Server, tmp_path: Path
) -> None:
    archive.bundles["2401"], reason = FAILED[what]
    status, out, err = since("2024-01", archive, tmp_path)
    assert (status, out.startswith(SIZE["2024-02"])) == (1, True)
    line, last = err.splitlines()
    assert line.startswith(f"2401{reason}")
    assert last == "2024-01 to 2024-02: 1 fetched, 1 failed; run it again to go on"
    assert files(tmp_path) == {NAME: ALL[NAME]}


def test_after_three_without_an_answer_none_is_asked_for(
    archive: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch_release.time, "sleep", lambda _: None)
    archive.bundles |= {"2311": "failing", "2312": "busy", "2401": "silence"}
    status, out, err = since("2023-11", archive, tmp_path, "--time-limit", "0.3")
    assert (status, out) == (1, "")
    assert err.splitlines()[-1] == (
        "2023-11 to 2024-02: 3 without an answer, 1 not asked for; run it again to go on"
    )
    assert files(tmp_path) == {}


def test_make_says_since_when() -> None:
    command = ["make", "--dry-run", "--silent", "--old-file=.venv/requirements.lock", "fetch"]
    for given, options in (([], ""), (["SINCE=2020-09"], " --since '2020-09'")):
        run = subprocess.run([*command, *given], cwd=ROOT, capture_output=True, text=True)
        assert run.stdout.strip() == f".venv/bin/python scripts/fetch_release.py{options}"


# --------------------------------------------------------------------------- the current one


@pytest.mark.parametrize("history", ["gone", "page", "failing", "faulty"])
def test_where_the_history_is_not_found_but_not_where_it_fails_exhibit_1_is_taken(
    history: str, archive: Server, tmp_path: Path
) -> None:
    url, is_taken = archive.url(history), history in ("gone", "page")
    status, out, err = fetch(tmp_path, "--url", url, "--bundle-url", archive.url("2402"))
    assert (status == 0) == (err == "") == ("/2402" in archive.asked) == is_taken
    assert files(tmp_path) == ({NAME: ALL[NAME]} if is_taken else {})
    first, *second = out.splitlines() or [""]
    assert first.startswith(f"{url} is answered with ") == is_taken
    assert first.endswith("; Exhibit 1 is taken instead") == is_taken
    assert not is_taken or second[0].startswith(SIZE["2024-02"])


def test_a_month_whose_history_is_there_is_nothing_new(archive: Server, tmp_path: Path) -> None:
    """Exhibit 1 prints three years of it again, and the year to date; another number is told."""
    urls = "--url", archive.url("missing"), "--bundle-url", archive.url("2402")
    history = made_up_release(PUBLISHED.exactly(), (2024, 2))
    (tmp_path / "mine.txt").write_text(history)
    status, out, err = fetch(tmp_path, *urls)
    assert (status, err) == (0, "")
    assert out.splitlines()[1] == "nothing new: mine.txt has the same numbers (2024-02)"
    (tmp_path / "mine.txt").write_text(history.replace("170,679", "170,680"))
    status, _, err = fetch(tmp_path, *urls)
    assert status == 1
    assert "mine.txt holds the release 2024-02 already, with other numbers" in err
