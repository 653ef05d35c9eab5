"""Open the report and the audit in a headless Chromium and use them as a reader would.

    dist/report.html, audit.html  --Chromium-->  what a reader sees  --this-->  faults, a line each

It asks what only a browser can tell: whether anything is said on the console or asked of a network;
whether axe-core finds anything, light, dark and on a phone; whether each picture of months answers
pointer, finger and keys, before and after a drag; whether links and what is copied and saved say
what is shown; and what is there on paper and without JavaScript.  The tests compare the numbers.

Chromium is Debian's: ``apt-get install chromium``.  Another one is named by the environment
variable ``CHROMIUM`` or ``--chromium``.

Exit status: 0, or 1 where something is wrong; each fault is a line.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Error, Page, sync_playwright

from project import ROOT, Progress, ProjectError, main, shown

# As root in a container Chromium has no sandbox of its own; the rest keeps it off the network.
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip
PAGES = ("report.html", "audit.html")
SOURCE = "seasonally adjusted, balance of payments basis, nominal"


@dataclass(frozen=True)
class View:
    """A way to look at a page: the size of the window, light or dark, a finger or a mouse."""

    width: int = 1280
    height: int = 800
    scheme: Any = "light"
    is_phone: bool = False

    def __str__(self) -> str:
        return f"{self.width} pixels wide, {self.scheme}"


DESK, PHONE = View(), View(390, 844, is_phone=True)
VIEWS = [DESK, View(scheme="dark"), PHONE, View(390, 844, "dark", True)]


def opened(
    browser: Browser, path: Path, view: View, said: list[str], place: str = "", script: bool = True
) -> Page:
    """Return the page, drawn, at a place; add what it logs, or asks of a network, to ``said``."""
    page = browser.new_page(
        viewport={"width": view.width, "height": view.height},
        color_scheme=view.scheme,
        has_touch=view.is_phone,
        java_script_enabled=script,
        # Where the day begins later than in UTC: a month must not slip into the one before.
        timezone_id="America/Los_Angeles",
    )
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.on("console", lambda message: said.append(f"console {message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    page.on(
        "request",
        lambda request: (
            said.append(f"request: {request.url[:80]}")
            if not request.url.startswith((path.as_uri(), "data:", "blob:"))
            else None
        ),
    )
    page.goto(path.as_uri() + place)
    if script:
        page.wait_for_selector("html[data-drawn]", state="attached", timeout=60_000)
    return page


def names_of(page: Page, selector: str = "figure") -> list[str]:
    names: list[str] = page.locator(selector).evaluate_all("all => all.map(one => one.id)")
    return names


def faults_of_layout(page: Page) -> Iterator[str]:
    """What is cut: the page at its right, a picture, or a word of one."""
    width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    if width > 0:
        yield f"the page scrolls sideways by {width} pixels"
    for name in names_of(page):
        svg = page.locator(f"#{name} .picture svg")
        box = svg.bounding_box() if svg.count() == 1 else None
        if box is None or box["width"] < 200 or box["height"] < 150:
            yield f"{name}: is not drawn: {box}"
            continue
        cut = svg.evaluate(
            """svg => { const scrolls = svg.closest('.picture').scrollWidth;
              return [...svg.querySelectorAll('text')].filter(text => {
                const {left, right} = text.getBoundingClientRect();
                return text.textContent.trim()
                  && (left < -1 || right > Math.max(innerWidth, scrolls) + 1);
              }).map(text => text.textContent); }"""
        )
        if cut:
            yield f"{name}: is cut: {cut}"
        if SOURCE not in page.locator(f"#{name} figcaption").inner_text():
            yield f"{name}: does not say where it is from"


def faults_of_first_screen(page: Page, view: View) -> Iterator[str]:
    """The finding, the cards and the chart are seen without scrolling; a tap asks of a month."""
    for selector in ("h1", ".cards", "#balance .picture"):
        box = page.locator(selector).bounding_box() or {"x": 0, "y": 9999, "width": 0, "height": 0}
        if box["y"] + box["height"] > view.height or box["width"] < 340:
            yield f"{selector}: is not on the first screen, or narrower: {box}"
    if view.is_phone:
        readout = page.locator("#balance .readout")
        latest = readout.inner_text()
        page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        if readout.inner_text() == latest:
            yield "balance: a tap tells nothing"


def faults_of_access(page: Page) -> Iterator[str]:
    """What axe-core finds, with all unfolded that unfolds."""
    unfold = "is_open => document.querySelectorAll('details').forEach(d => { d.open = is_open; })"
    page.evaluate(unfold, True)
    page.wait_for_timeout(200)
    for found in Axe().run(page).response["violations"]:
        place = found["nodes"][0]["target"]
        yield f"axe: {found['impact']}: {found['id']}: {len(found['nodes'])} times, as at {place}"
    page.evaluate(unfold, False)


def faults_of_keyboard(page: Page) -> Iterator[str]:
    """Whatever can be pressed is reached by Tab and seen there."""
    page.evaluate(
        """() => { window.reached = new Set(); window.unseen = new Set();
          document.addEventListener('focusin', ({target}) => { reached.add(target);
            const outline = getComputedStyle(target);
            if (outline.outlineStyle === 'none' || parseFloat(outline.outlineWidth) < 2)
              unseen.add(target); }); }"""
    )
    everything = "[...document.querySelectorAll('a[href], button, input, select, summary')]"
    there = f"{everything}.filter(one => one.checkVisibility())"
    count = page.evaluate(f"{there}.length")
    for press in range(4 * count):  # a field of a month has several stops
        page.keyboard.press("Tab")
        if press % 20 == 0 and page.evaluate(f"{there}.every(one => reached.has(one))"):
            break
    for what, which in [
        ("is not reached by Tab", f"{there}.filter(one => !reached.has(one))"),
        ("does not show that it has the focus", "[...unseen]"),
    ]:
        for one in page.evaluate(f"{which}.map(one => one.outerHTML.slice(0, 80))"):
            yield f"keyboard: {one} {what}"


def faults_of_use(page: Page, name: str) -> Iterator[str]:
    """A month is told under the pointer and by keys; a drag shows a period, and tells still."""
    picture, readout = page.locator(f"#{name} .picture"), page.locator(f"#{name} .readout")
    picture.scroll_into_view_if_needed()
    title, latest = page.locator(f"#{name} h3").inner_text(), readout.inner_text()

    def at(part: float) -> tuple[float, float]:
        box = picture.bounding_box() or {"x": 0, "y": 0, "width": 0, "height": 0}
        return box["x"] + box["width"] * part, box["y"] + box["height"] / 2

    def told(what: str) -> Iterator[str]:
        """A month and its numbers, between hovering and pressing an arrow."""
        page.mouse.move(*at(0.30))
        page.mouse.move(*at(0.40))
        if (hovered := readout.inner_text()) == latest:
            yield f"{name}: {what}, of the month under the pointer is told {hovered!r}"
        picture.focus()
        page.keyboard.press("ArrowLeft")
        if (pressed := readout.inner_text()) in (hovered, latest):
            yield f"{name}: {what}, an arrow tells {pressed!r}"
        page.keyboard.press("Escape")
        if page.locator(f"#{name} .asked > *").count():
            yield f"{name}: {what}, Escape leaves {readout.inner_text()!r}"

    yield from told("at first")
    page.mouse.move(*at(0.40))
    page.mouse.down()
    page.mouse.move(*at(0.60), steps=6)
    if page.locator(f"#{name} .asked rect").count() != 1:
        yield f"{name}: what is dragged over is not shown"
    page.mouse.up()
    if page.locator(f"#{name} .asked rect").count():
        yield f"{name}: the brush stays after a drag"
    zoomed = page.locator(f"#{name} h3").inner_text()
    if zoomed == title or "from=" not in page.url or "to=" not in page.url:
        yield f"{name}: after a drag its title is {zoomed!r}, its address {page.url[-60:]}"
    latest = readout.inner_text()
    yield from told("after a drag")
    page.mouse.dblclick(*at(0.5))
    if page.locator(f"#{name} h3").inner_text() != title:
        yield f"{name}: a double click does not show all months"


def faults_of_what_is_taken(page: Page, name: str) -> Iterator[str]:
    """What is copied and saved is what is shown, with its title and its source."""

    def copied(kind: str) -> str:
        page.locator(f"#{name} button[data-take={kind}]").click()
        page.wait_for_timeout(50)
        return str(page.evaluate("navigator.clipboard.readText()"))

    title = page.locator(f"#{name} h3").inner_text()
    page.locator(f"#{name} .numbers summary").click()
    rows = page.locator(f"#{name} .numbers tbody tr").count()
    for kind, words in [("link", f"#{name}"), ("citation", title), ("sql", "select")]:
        if words not in (text := copied(kind)):
            yield f"{name}: the {kind} that is copied is {text[:80]!r}"
    if not rows or len(copied("numbers").split("\n")) != rows + 1:
        yield f"{name}: the numbers that are copied are not the {rows} rows of the table"
    for kind in ("csv", "svg", "png"):
        with page.expect_download() as download:
            page.locator(f"#{name} button[data-take={kind}]").click()
        taken = Path(download.value.path()).read_bytes()
        if kind == "csv" and len(list(csv.reader(io.StringIO(taken.decode())))) != rows + 1:
            yield f"{name}: the CSV has not the {rows} rows of the table"
        if kind == "svg" and (title.split()[0] not in taken.decode() or b"var(" in taken
                              or b"balance of payments basis" not in taken):  # fmt: skip
            yield f"{name}: the SVG is not the picture with its title, source and colours"
        if kind == "png" and int.from_bytes(taken[16:20]) < 1360:
            yield f"{name}: the PNG is {int.from_bytes(taken[16:20])} pixels wide"


def faults_of_links(browser: Browser, path: Path, said: list[str]) -> Iterator[str]:
    """A link opens the page at what it names; what it does not know is left aside."""
    place = "#balance?series=exports&unit=quarter&from=2008-03&to=2012-12"
    for asked, words in [
        (place, "Exports: total, goods, services; quarterly sums"),
        ("#balance?unit=nonsense&from=nonsense", "The"),
        ("#balance?only&series=balance_total&unit=average", "Balance of goods and services"),
    ]:
        page = opened(browser, path, DESK, said, asked)
        title = page.locator("#balance h3").inner_text()
        if not title.startswith(words):
            yield f"{asked}: shows {title!r}"
        if page.locator("h1").is_visible() == ("only" in asked):
            yield f"{asked}: shows the rest of the page, or does not"
        page.close()


def faults_in_view(browser: Browser, path: Path, view: View, shots: Path | None) -> Iterator[str]:
    said: list[str] = []
    page = opened(browser, path, view, said)
    if shots:
        shots.mkdir(parents=True, exist_ok=True)
        name = f"{path.stem}-{view.width}-{view.scheme}.png"
        page.screenshot(path=shots / name, full_page=True)
    is_report = path.name == PAGES[0]
    found = [*faults_of_layout(page)]
    found += faults_of_first_screen(page, view) if is_report else []
    found += faults_of_access(page)
    if view == DESK:
        for name in names_of(page, "figure[data-numbers]"):
            found += faults_of_use(page, name)
        for name in names_of(page):
            found += faults_of_what_is_taken(page, name)
        found += faults_of_keyboard(page)
        found += faults_of_links(browser, path, said) if is_report else []
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 680, "height": 900})
        found += [f"on paper: {fault}" for fault in faults_of_layout(page)]
        bare = opened(browser, path, view, said, script=False)
        found += [f"without JavaScript: {fault}" for fault in faults_of_layout(bare)]
        bare.close()
    page.close()
    yield from (f"{path.name}: {view}: {fault}" for fault in [*said, *found])


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m proofs.browser",
        description="Open the report in a headless Chromium and use it as a reader would.",
        epilog="example: .venv/bin/python -m proofs.browser --screenshots dist/screenshots",
    )
    made.add_argument("--out", type=Path, default=ROOT / "dist", metavar="FOLDER",
                      help="where the report is (default: dist)")  # fmt: skip
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
    made.add_argument("--chromium", default=chromium, metavar="PROGRAM",
                      help="the browser (default: CHROMIUM, or chromium)")  # fmt: skip
    made.add_argument("--screenshots", type=Path, metavar="FOLDER",
                      help="keep a picture of each view here")  # fmt: skip
    return made


def command(options: argparse.Namespace) -> None:
    paths = [(options.out / name).resolve() for name in PAGES]
    for path in paths:
        if not path.is_file():
            raise ProjectError(f"{shown(path)}: there is no such page; run make report first")
    if not Path(options.chromium).exists():
        raise ProjectError(
            f"{options.chromium}: there is no such browser; apt-get install chromium, or name one"
            " by CHROMIUM"
        )
    looks = [(path, view) for path in paths for view in VIEWS]
    faults: list[str] = []
    try:
        with (
            sync_playwright() as playwright,
            playwright.chromium.launch(executable_path=options.chromium, args=FLAGS) as browser,
            Progress("views", len(looks)) as progress,
        ):
            print(f"browser     Chromium {browser.version}")
            for done, (path, view) in enumerate(looks):
                progress(done, str(view))
                faults += faults_in_view(browser, path, view, options.screenshots)
    except Error as error:
        raise ProjectError(f"the report could not be checked: {error}") from None
    if faults:
        count = f"{len(faults)} fault{'s' * (len(faults) != 1)}"
        raise ProjectError("\n".join([*faults, f"report      {len(looks)} views: {count}"]))
    print(f"report      {len(looks)} views: no faults")


if __name__ == "__main__":
    sys.exit(main(command, parser()))
