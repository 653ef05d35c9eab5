"""Open the report and the audit in a headless Chromium and use them as a reader would.

    dist/report.html, audit.html  --Chromium-->  what a reader sees  --this-->  faults, a line each

It asks what only a browser can tell: whether anything is said on the console or asked of a network;
whether axe-core finds anything, light, dark and on a phone; whether each picture of months answers
pointer, finger and keys, before and after a drag; whether links and what is copied and saved say
what is shown; and what is there on paper and without JavaScript.  The tests compare the numbers.

Chromium is Debian's: ``apt-get install chromium``.  The environment variable ``CHROMIUM`` names
another one.

Exit status: 0, or 1 where something is wrong; each fault is a line.
"""

from __future__ import annotations

import argparse
import itertools
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Error, Page, sync_playwright

from project import ROOT, ProjectError, main, shown
from proofs import parser_of

# As root in a container Chromium has no sandbox of its own; the rest keeps it off the network.
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip
PAGES = ("report.html", "audit.html")
# Where the day begins later than in UTC, a month must not slip into the one before.
DESK: dict[str, Any] = {
    "viewport": {"width": 1280, "height": 800},
    "timezone_id": "America/Los_Angeles",
}
PHONE = DESK | {"viewport": {"width": 390, "height": 844}, "has_touch": True}
VIEWS = {
    "desk": DESK,
    "desk, dark": DESK | {"color_scheme": "dark"},
    "phone": PHONE,
    "phone, dark": PHONE | {"color_scheme": "dark"},
    "paper": DESK | {"viewport": {"width": 680, "height": 900}},
    "no JavaScript": DESK | {"java_script_enabled": False},
}
# What may be wrong with a page, in which views, and a script that lists where it is.
SCREENS = ("desk", "desk, dark", "phone", "phone, dark")
SCRIPTS = [
    ("scrolls sideways, by pixels", VIEWS,
     "[document.documentElement.scrollWidth - innerWidth].filter(pixels => pixels > 0)"),
    ("has no picture", VIEWS,
     """[...document.querySelectorAll('figure')].filter(figure => {
       const box = figure.querySelector('.picture svg')?.getBoundingClientRect();
       return !box || box.width < 200 || box.height < 150;
     }).map(figure => figure.id)"""),
    ("cuts words", VIEWS,
     """[...document.querySelectorAll('.picture svg text')].filter(text => {
       const {left, right} = text.getBoundingClientRect();
       const edge = Math.max(innerWidth, text.closest('.picture').scrollWidth);
       return text.textContent.trim() && (left < -1 || right > edge + 1);
     }).map(text => text.textContent)"""),
    ("has not on its first screen", SCREENS,
     """['h1', '.cards', '#balance .picture'].filter(selector => {
       const box = document.querySelector(selector)?.getBoundingClientRect();
       return box && (box.bottom > innerHeight || box.width < 340);
     })"""),
    ("does not show the focus on", ("desk",),  # it is shown where keys are used, as they were
     """[...document.querySelectorAll('a[href], button, input, select, summary')].filter(one => {
       one.focus();
       const {outlineStyle, outlineWidth} = getComputedStyle(one);
       return one.checkVisibility() && (document.activeElement !== one
         || outlineStyle === 'none' || parseFloat(outlineWidth) < 2);
     }).map(one => one.outerHTML.slice(0, 80))"""),
]  # fmt: skip
# What is done with a picture of months, by keys and by the mouse at a part of its width, and what
# of it is then otherwise than before, or so.
CHANGED, AS_AT_FIRST = object(), object()
Steps = list[tuple[str, dict[str, object]]]
TOLD: Steps = [
    ("move 0.3, move 0.4", {"readout": CHANGED}),
    ("ArrowLeft", {"readout": CHANGED}),
    ("Escape", {"marks": 0}),
]
USE: dict[str, Steps] = {
    "phone": [("tap 0.5", {"readout": CHANGED})],
    "desk": [
        *TOLD,
        ("move 0.4, down, move 0.6", {"brushes": 1}),
        ("up", {"brushes": 0, "title": CHANGED, "address": CHANGED}),
        *TOLD,
        ("dblclick 0.5", {"title": AS_AT_FIRST}),
    ],
}
STATE = """figure => ({
  title: figure.querySelector('h3').innerText,
  address: location.hash,
  readout: figure.querySelector('.readout').innerText,
  marks: figure.querySelectorAll('.asked > *').length,
  brushes: figure.querySelectorAll('.asked rect').length,
})"""
# A link opens the page at what it names, and alone; what it does not know is left aside.
LINKS = [
    ("#balance?series=exports&unit=quarter&from=2008-03&to=2012-12",
     "Exports: total, goods, services; quarterly sums", True),
    ("#balance?unit=nonsense&from=nonsense", "The", True),
    ("#balance?only&series=balance_total&unit=average", "Balance of goods and services", False),
]  # fmt: skip


def opened(browser: Browser, path: Path, view: str, said: list[str], place: str = "") -> Page:
    """Return the page, drawn, at a place; add what it logs, or asks of a network, to ``said``."""
    page = browser.new_page(**VIEWS[view])
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.on("console", lambda message: said.append(f"console {message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    page.on("request", lambda request: said.append(f"request: {request.url[:80]}"))
    page.emulate_media(media="print" if view == "paper" else "screen")
    page.goto(path.as_uri() + place)
    if view != "no JavaScript":
        page.wait_for_selector("html[data-drawn]", state="attached", timeout=60_000)
    return page


def faults_of_access(page: Page) -> Iterator[str]:
    """Yield what axe-core finds, with all unfolded that unfolds."""
    unfold = "open => document.querySelectorAll('details').forEach(one => { one.open = open; })"
    page.evaluate(unfold, True)
    page.wait_for_timeout(200)
    for found in Axe().run(page).response["violations"]:
        place = found["nodes"][0]["target"]
        yield f"axe: {found['impact']}: {found['id']}: {len(found['nodes'])} times, as at {place}"
    page.evaluate(unfold, False)


def faults_of_use(page: Page, name: str, steps: Steps) -> Iterator[str]:
    """Yield what a picture of months does not answer to."""
    figure = page.locator(f"#{name}")
    picture = figure.locator(".picture")
    picture.scroll_into_view_if_needed()
    first = before = figure.evaluate(STATE)
    box = picture.bounding_box() or {"x": 0, "y": 0, "width": 0, "height": 0}
    for actions, expected in steps:
        for action, _, part in (one.partition(" ") for one in actions.split(", ")):
            x, y = box["x"] + box["width"] * float(part or 0), box["y"] + box["height"] / 2
            match action:
                case "move":
                    page.mouse.move(x, y, steps=6)
                case "down":
                    page.mouse.down()
                case "up":
                    page.mouse.up()
                case "dblclick":
                    page.mouse.dblclick(x, y)
                case "tap":
                    page.wait_for_timeout(500)  # two within less would be a double tap
                    page.touchscreen.tap(x, y)
                case _:
                    picture.press(action)
        now = figure.evaluate(STATE)
        for what, wanted in expected.items():
            right = first[what] if wanted is AS_AT_FIRST else wanted
            if now[what] == before[what] if wanted is CHANGED else now[what] != right:
                yield f"{name}: after {actions}, its {what} is {now[what]!r}"
        before = now


def faults_of_what_is_taken(page: Page, name: str) -> Iterator[str]:
    """Yield what is copied and saved, and is not what is shown, with its title and its source."""
    figure = page.locator(f"#{name}")
    figure.locator(".numbers summary").click()
    title, rows = figure.locator("h3").inner_text(), figure.locator("tbody tr").count()

    def copied(kind: str) -> str:
        figure.locator(f"button[data-take={kind}]").click()
        page.wait_for_timeout(50)
        return str(page.evaluate("navigator.clipboard.readText()"))

    def saved(kind: str) -> bytes:
        with page.expect_download() as download:
            figure.locator(f"button[data-take={kind}]").click()
        return Path(download.value.path()).read_bytes()

    svg = saved("svg").decode()
    right = {
        "link": f"#{name}" in copied("link"),
        "citation": title in copied("citation"),
        "numbers": len(copied("numbers").splitlines()) == rows + 1 > 1,
        "SQL": "select" in copied("sql"),
        "CSV": len(saved("csv").splitlines()) == rows + 1,
        "SVG": title.split()[0] in svg and "nominal" in svg and "var(" not in svg,
        "PNG": int.from_bytes(saved("png")[16:20]) >= 1360,
    }
    yield from (f"{name}: the {kind} is wrong" for kind, is_right in right.items() if not is_right)


def faults_of_links(browser: Browser, path: Path, said: list[str]) -> Iterator[str]:
    for place, words, is_whole in LINKS:
        page = opened(browser, path, "desk", said, place)
        title, is_seen = page.inner_text("#balance h3"), page.locator("h1").is_visible()
        if not title.startswith(words) or is_seen != is_whole:
            yield f"{place}: shows {title!r}, and the rest of the page: {is_seen}"
        page.close()


def faults_in_view(browser: Browser, path: Path, view: str) -> Iterator[str]:
    said: list[str] = []
    page = opened(browser, path, view, said)
    names = "all => all.map(one => one.id)"
    for name in page.locator("figure[data-numbers]").evaluate_all(names):
        yield from faults_of_use(page, name, USE.get(view, []))
    for words, views, script in SCRIPTS:
        if view in views:
            yield from (f"{words}: {one}" for one in page.evaluate(script))
    if view in SCREENS:
        yield from faults_of_access(page)
    if view == "desk":
        for name in page.locator("figure").evaluate_all(names):
            yield from faults_of_what_is_taken(page, name)
        if path.name == PAGES[0]:
            yield from faults_of_links(browser, path, said)
    page.close()
    own = (f"request: {path.as_uri()}"[:80], "request: data:", "request: blob:")
    yield from (line for line in said if not line.startswith(own))


def parser() -> argparse.ArgumentParser:
    what = "Open the report in a headless Chromium and use it as a reader would."
    parser = parser_of("browser", what, "--out dist")
    parser.add_argument("--out", type=Path, default=ROOT / "dist", metavar="FOLDER",
                        help="where the report is (default: dist)")  # fmt: skip
    return parser


def command(options: argparse.Namespace) -> None:
    paths = [(options.out / name).resolve() for name in PAGES]
    for path in paths:
        if not path.is_file():
            raise ProjectError(f"{shown(path)}: there is no such page; run make report first")
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not program:
        raise ProjectError("no Chromium: apt-get install chromium, or name one by CHROMIUM")
    faults: list[str] = []
    try:
        with (
            sync_playwright() as playwright,
            playwright.chromium.launch(executable_path=program, args=FLAGS) as browser,
        ):
            print(f"browser     Chromium {browser.version}")
            for path, view in itertools.product(paths, VIEWS):
                found = faults_in_view(browser, path, view)
                faults += [f"{path.name}: {view}: {fault}" for fault in found]
    except Error as error:
        raise ProjectError(f"the report could not be checked: {error}") from None
    said = f"report      {len(paths) * len(VIEWS)} views: {len(faults) or 'no'} faults"
    if faults:
        raise ProjectError("\n".join([*faults, said]))
    print(said)


if __name__ == "__main__":
    sys.exit(main(command, parser()))
