"""Open dist/report.html in a headless Chromium and see that it works and tells the truth.

    dist/report.html  --Chromium-->  what a reader sees  --this-->  compared with us_trade.duckdb

It asks whether the page opens from the disk with nothing on the console and nothing asked of a
network; whether axe-core finds anything of any severity; whether every picture is drawn, wide and
narrow, light and dark and on paper, answers a pointer, the keyboard and a zoom, and gives away its
numbers and itself; and whether the numbers on it are those of the marts, by queries of its own and
written as it would write them itself.  Then it draws the report again and compares the bytes.

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
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Error, Page, sync_playwright

import build_report
from project import NO_EXTENSIONS, ROOT, Progress, ProjectError, add_database_option, main, shown
from report.marts import QUERIES
from report.pictures import PICTURES

Marts = duckdb.DuckDBPyConnection

# As root in a container Chromium has no sandbox of its own; the rest keeps it off the network.
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip
WIDE, NARROW = (1280, 900), (390, 844)


@dataclass(frozen=True)
class View:
    """A way to look at the page: the size of the window, and light or dark."""

    size: tuple[int, int]
    scheme: str

    def __str__(self) -> str:
        return f"{self.size[0]} pixels wide, {self.scheme}"


VIEWS = [View(size, scheme) for size in (WIDE, NARROW) for scheme in ("light", "dark")]


# --------------------------------------------------------------------------- what a reader sees


def opened(browser: Browser, path: Path, view: View, said: list[str], place: str = "") -> Page:
    """The page, drawn, at a place such as #balance.

    What it says on the console or asks of a network is added to ``said``.
    """
    width, height = view.size
    page = browser.new_page(
        viewport={"width": width, "height": height},
        color_scheme=view.scheme,
        # Where the day begins later than in UTC: a month must not slip into the one before.
        timezone_id="America/Los_Angeles",
    )
    page.on("console", lambda message: said.append(f"console {message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    page.on(
        "request",
        lambda request: (
            said.append(f"request: {request.url[:80]}")
            if request.url.split("#")[0] != path.as_uri()
            else None
        ),
    )
    page.goto(path.as_uri() + place)
    try:
        page.wait_for_selector("html[data-drawn]", state="attached", timeout=60_000)
    except Error:
        undrawn = f"{view}: not every picture is drawn within a minute"
        raise ProjectError("\n".join([*said, undrawn])) from None
    return page


def faults_of_layout(page: Page) -> Iterator[str]:
    width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    if width > 0:
        yield f"the page scrolls sideways by {width} pixels"
    for name in names_on(page):
        box = page.evaluate(
            """name => {
              const svg = document.querySelector(`#${name} .picture svg`);
              if (!svg) return null;
              const outer = svg.getBoundingClientRect();
              const texts = [...svg.querySelectorAll('text')].filter(text =>
                text.textContent.trim() && getComputedStyle(text).opacity !== '0');
              const clipped = texts.filter(text => {
                const inner = text.getBoundingClientRect();
                return inner.left < outer.left - 2 || inner.right > outer.right + 2
                  || inner.top < outer.top - 2 || inner.bottom > outer.bottom + 2;
              }).map(text => text.textContent);
              const marks = svg.querySelectorAll(
                '.role-mark path[d]:not([d=""]), .role-mark line').length;
              return {width: outer.width, height: outer.height, marks, clipped,
                      label: svg.parentElement.closest('[role=img]')?.getAttribute('aria-label')};
            }""",
            name,
        )
        if box is None or box["width"] < 200 or box["height"] < 150 or box["marks"] < 3:
            yield f"{name}: is not drawn: {box}"
        elif box["clipped"]:
            yield f"{name}: is clipped: {box['clipped']}"
        elif not box["label"]:
            yield f"{name}: has no alternative text"


def names_on(page: Page) -> list[str]:
    names: list[str] = page.evaluate(
        "[...document.querySelectorAll('figure[data-picture]')].map(figure => figure.id)"
    )
    return names


def faults_of_access(page: Page) -> Iterator[str]:
    """What axe-core finds, with all unfolded that unfolds."""
    unfold = "is_open => document.querySelectorAll('details').forEach(d => { d.open = is_open; })"
    page.evaluate(unfold, True)
    for found in Axe().run(page).response["violations"]:
        nodes = found["nodes"]
        place = nodes[0]["target"]
        yield f"axe: {found['impact']}: {found['id']}: {len(nodes)} times, as at {place}"
    page.evaluate(unfold, False)


def faults_of_keyboard(page: Page, marts: Marts) -> Iterator[str]:
    """Whatever can be pressed is reached by Tab and seen there; the arrows ask of a month."""
    page.evaluate(
        """() => { window.reached = new Set(); window.unseen = new Set();
          document.addEventListener('focusin', ({target}) => { reached.add(target);
            const outline = getComputedStyle(target);
            if (outline.outlineStyle === 'none' || parseFloat(outline.outlineWidth) < 2)
              unseen.add(target); }); }"""
    )
    everything = "[...document.querySelectorAll('a[href], button, input, summary, [tabindex]')]"
    there = f"{everything}.filter(one => one.checkVisibility())"
    count = page.evaluate(f"{there}.length")
    for press in range(5 * count):  # a field of a month has several stops
        page.keyboard.press("Tab")
        if press % 20 == 0 and page.evaluate(f"{there}.every(one => reached.has(one))"):
            break
    name = "one => one.outerHTML.slice(0, 80)"
    for what, which in [
        ("is not reached by Tab", f"{there}.filter(one => !reached.has(one))"),
        ("does not show that it has the focus", "[...unseen]"),
    ]:
        for one in page.evaluate(f"{which}.map({name})"):
            yield f"keyboard: {one} {what}"
    for picture in (one.name for one in PICTURES if one.is_months):
        page.locator(f"#{picture} .picture").focus()
        for key in ("Home", "ArrowRight", "End", "ArrowLeft"):
            page.keyboard.press(key)
            page.wait_for_timeout(50)
            told = page.locator("#vg-tooltip-element").inner_text().split("\n")
            if told != expected_answer(picture, told[0], marts):
                yield f"{picture}: at {key} is told {told}"
        [month] = marts.execute(
            f"select strftime({LATEST} - interval 1 month, '%B %Y')"
        ).fetchone() or [""]
        if told[0] != month:
            yield f"{picture}: the month before the last is told as {told[0]}"
        page.keyboard.press("Escape")
        if page.locator("#vg-tooltip-element").is_visible():
            yield f"{picture}: Escape does not put the answer away"


def faults_of_links(browser: Browser, path: Path, said: list[str]) -> Iterator[str]:
    """A link opens the page at its picture with the period shown, and is the one shown there."""
    for place, period in [
        ("#three_months?from=2019-01&to=2020-12", ["2019-01", "2020-12"]),
        ("#three_months?from=nonsense", None),
    ]:
        page = opened(browser, path, VIEWS[0], said, place)
        page.wait_for_timeout(200)
        fields = page.locator("#three_months input")
        shown = [fields.nth(at).input_value() for at in range(2)]
        everything = [fields.nth(0).get_attribute("min"), fields.nth(0).get_attribute("max")]
        if shown != (period or everything):
            yield f"{place}: shows {shown}"
        top = page.locator("#three_months").evaluate("one => one.getBoundingClientRect().top")
        if not -1 <= top < 300:
            yield f"{place}: the picture is {top} pixels below the top"
        link = page.locator("#three_months .take a").evaluate("one => one.hash")
        if period and link != place:
            yield f"{place}: the link there is {link}"
        page.close()


def faults_of_what_is_taken(page: Page, marts: Marts) -> Iterator[str]:
    """The CSV has what the query returns, the SVG the title and the PNG its size."""
    for name in names_on(page):
        taken = {}
        for kind in ("csv", "svg", "png"):
            with page.expect_download() as download:
                page.locator(f"#{name} button[data-take={kind}]").click()
            if download.value.suggested_filename != f"{name}.{kind}":
                yield f"{name}: the {kind} is called {download.value.suggested_filename}"
            taken[kind] = Path(download.value.path()).read_bytes()
        cursor = marts.execute((QUERIES / f"{name}.sql").read_text())
        columns = [column[0] for column in cursor.description]
        expected = [[in_csv(value) for value in row] for row in cursor.fetchall()]
        heads, *rows = csv.reader(io.StringIO(taken["csv"].decode()))
        if heads != columns or [[*map(in_csv, row)] for row in rows] != expected:
            yield f"{name}: the CSV is not what {name}.sql returns"
        title = page.locator(f"#{name} h3").inner_text()
        svg = " ".join(taken["svg"].decode().split())
        if title.split(";")[0][:40] not in svg or "var(" in svg or not svg.startswith("<svg"):
            yield f"{name}: the SVG is not the picture with its title and colours"
        width = int.from_bytes(taken["png"][16:20])
        if not taken["png"].startswith(b"\x89PNG") or width < 1360:
            yield f"{name}: the PNG is none, or {width} pixels wide"


def in_csv(value: object) -> object:
    """A value, or its words in a CSV, to compare: numbers as such, nothing as nothing."""
    try:
        return float(str(value))
    except ValueError:
        return "" if value is None else str(value).lower()


def faults_on_paper(page: Page) -> Iterator[str]:
    page.emulate_media(media="print")
    for name in names_on(page):
        box = page.locator(f"#{name} .picture svg").bounding_box()
        if box is None or box["height"] < 150:
            yield f"{name}: is not drawn on paper: {box}"
        if page.locator(f"#{name} .take").is_visible():
            yield f"{name}: has buttons on paper"
    page.emulate_media(media="screen")


def faults_of_use(page: Page, marts: Marts) -> Iterator[str]:
    """The month under the pointer is told; a button and a drag zoom; a double click undoes it."""
    for name in (picture.name for picture in PICTURES if picture.is_months):
        page.locator(f"#{name} .picture").scroll_into_view_if_needed()
        box = page.locator(f"#{name} .picture").bounding_box()
        middle = box["y"] + box["height"] / 2

        def months(name: str = name) -> int:
            return int(
                page.evaluate(
                    """name => { const [from, to] = pictures[name].scale('x').domain().map(Number);
                                 return Math.round((to - from) / 2629800000); }""",
                    name,
                )
            )

        page.mouse.move(box["x"] + box["width"] * 0.30, middle)
        page.mouse.move(box["x"] + box["width"] * 0.40, middle)
        page.wait_for_timeout(100)
        told = page.locator("#vg-tooltip-element").inner_text().split("\n")
        if told != expected_answer(name, told[0], marts):
            yield f"{name}: of the month under the pointer is told {told}"
        under = [box["x"] + box["width"] * 0.4, middle]
        cursor = "([x, y]) => getComputedStyle(document.elementFromPoint(x, y)).cursor"
        if (seen := page.evaluate(cursor, under)) != "crosshair":
            yield f"{name}: the pointer is {seen!r}, which does not say that one can drag"
        everything = months()
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.6, middle, steps=8)
        page.mouse.up()
        page.wait_for_timeout(150)
        if not 24 < months() < everything / 2:
            yield f"{name}: a drag shows {months()} months of {everything}"
        page.mouse.dblclick(box["x"] + box["width"] * 0.5, middle)
        page.wait_for_timeout(150)
        if months() != everything:
            yield f"{name}: a double click shows {months()} months of {everything}"
        page.locator(f"#{name} button[data-years='5']").click()
        page.wait_for_timeout(150)
        if months() != 60:
            yield f"{name}: the button for 5 years shows {months()} months"
        for part in (0.31, 0.32, 0.33):  # between two months, the nearer is told
            page.mouse.move(box["x"] + box["width"] * part, middle)
            page.wait_for_timeout(100)
            told = page.locator("#vg-tooltip-element").inner_text().split("\n")
            if told != expected_answer(name, told[0], marts):
                yield f"{name}: zoomed in, of the month under the pointer is told {told}"
        page.locator(f"#{name} button[data-years='']").click()
        page.wait_for_timeout(150)


BILLIONS, CHANGE = "value_musd * 0.001", "change_from_year_ago_pct"
AVERAGE = "three_month_average_musd * 0.001"


def series(flow: str, component: str = "total") -> str:
    return f"marts.mart_trade_indicators where flow = '{flow}' and component = '{component}'"


HEADLINES = "marts.mart_headline_revisions where current_busd is not null"
# What pictures of months draw and tell: picture, column, label; value, and the rows it is of.
LINES = [
    ("balance", "imports_busd", "Imports, $ bn", BILLIONS, series("imports")),
    ("balance", "exports_busd", "Exports, $ bn", BILLIONS, series("exports")),
    ("balance", "balance_busd", "Balance, $ bn", BILLIONS, series("balance")),
    ("goods_services", "services_busd", "Services, $ bn", BILLIONS, series("balance", "services")),
    ("goods_services", "goods_busd", "Goods, $ bn", BILLIONS, series("balance", "goods")),
    ("goods_services", "total_busd", "Both, $ bn", BILLIONS, series("balance")),
    ("year_ago", "exports_pct", "Exports, %", CHANGE, series("exports")),
    ("year_ago", "imports_pct", "Imports, %", CHANGE, series("imports")),
    ("three_months", "month_busd", "Month, $ bn", BILLIONS, series("balance")),
    ("three_months", "average_busd", "Average, $ bn", AVERAGE, series("balance")),
    ("first_prints", "first_print_busd", "First print, $ bn", "first_print_busd", HEADLINES),
    ("first_prints", "current_busd", "Now, $ bn", "current_busd", HEADLINES),
]


def expected_answer(name: str, month: str, marts: Marts) -> list[str]:
    """What a picture should tell of a month, such as February 2004, by the marts."""
    told = [month]
    for _, _, label, value, rows in (line for line in LINES if line[0] == name):
        found = marts.execute(
            f"""
            select round({value}, 1)::decimal(9, 1) from {rows}
            and strftime(month_date, '%B %Y') = ?
            """,
            [month],
        ).fetchall()
        told += [f"{label}\t{'–' if n is None else written(n)}" for (n,) in found]
    return told


# --------------------------------------------------------------------------- what the marts hold


def written(value: Decimal | float, places: int = 1, plus: str = "") -> str:
    """A number as a reader should see it: thousands parted, a real minus, so many decimals."""
    return ("\N{MINUS SIGN}" if value < 0 else plus) + f"{abs(value):,.{places}f}"


def texts(page: Page, selector: str) -> list[str]:
    return [text.strip() for text in page.locator(selector).all_inner_texts()]


def rows_of(page: Page, table: str) -> list[list[str]]:
    return [row.split("\t") for row in texts(page, f"#{table} tbody tr")]


def differ(what: str, on_page: object, in_marts: object) -> Iterator[str]:
    if on_page != in_marts:
        yield f"{what}: the page has {on_page}, the marts {in_marts}"


LATEST = "(select max(month_date) from marts.fct_monthly_trade)"


def front_page(page: Page, marts: Marts) -> Iterator[str]:
    for subject in ("deficit", "exports", "imports"):
        measures = "select measure, value from marts.mart_trade_highlights where subject = ?"
        highlights: dict[str, Decimal] = dict(
            marts.execute(f"{measures} and month_date = {LATEST}", [subject]).fetchall()
        )
        change, percent = (written(highlights[m], plus="+") for m in ("change", "change_pct"))
        [card] = texts(page, f".card.{subject}")
        for expected in (
            f"${written(abs(highlights['level']))} billion", f"{change} billion ({percent} %)"
        ):  # fmt: skip
            if expected not in card.replace("\n", ""):
                yield f"front page: expected {expected!r} in {card!r}"


def thirteen_months(page: Page, marts: Marts) -> Iterator[str]:
    cells = marts.execute(
        f"""
        select strftime(month_date, '%B %Y'), list(round(value_musd * 0.001, 1)::decimal(9, 1)
            order by list_position(['balance', 'exports', 'imports'], flow),
                     list_position(['total', 'goods', 'services'], component))
        from marts.mart_trade_indicators
        where month_date > {LATEST} - interval 13 month
        group by month_date
        order by month_date desc
        """
    ).fetchall()
    expected = [[month, *map(written, values)] for month, values in cells]
    yield from differ("thirteen months", rows_of(page, "thirteen_months"), expected)


def records(page: Page, marts: Marts) -> Iterator[str]:
    extremes = marts.execute(
        """
        select title, list_transform(
            [arg_max(value_musd, month_date), max(value_musd), min(value_musd)],
            lambda musd: round(musd * 0.001, 1)::decimal(9, 1))
        from marts.mart_trade_records inner join marts.dim_series using (component, flow)
        group by title order by title
        """
    ).fetchall()
    rows = [
        [row[0], row[1], *(cell.split(" in ")[0] for cell in row[4:])]
        for row in rows_of(page, "records")
    ]
    expected = [[title, *map(written, values)] for title, values in extremes]
    yield from differ("records", sorted(rows), expected)


def audit(page: Page, marts: Marts) -> Iterator[str]:
    summary = marts.execute(
        """
        select identities, exact, rounding, unlikely, breaks, largest_residual_musd
        from marts.mart_reconciliation_summary inner join marts.dim_release using (release_id)
        where is_latest order by identity_family
        """
    ).fetchall()
    expected = [[written(value, 0) for value in row] for row in summary]
    yield from differ("audit", [row[1:7] for row in rows_of(page, "reconciliation")], expected)


def revisions(page: Page, marts: Marts) -> Iterator[str]:
    """A table where a month was printed twice, and a dash where there was nothing to observe."""
    summary = marts.execute(
        """
        select * exclude (sort_order) from marts.mart_revision_summary
        where exists (
            from marts.fct_monthly_trade_vintages
            where print_number > 1 and balance_revision_from_first_musd is not null
        )
        order by sort_order
        """
    ).fetchall()
    expected = [
        [*words, *("–" if n is None else written(n, 2 * isinstance(n, float)) for n in numbers)]
        for *words, numbers in ((*row[:3], row[3:]) for row in summary)
    ]
    yield from differ("revisions", rows_of(page, "revisions"), expected)


def source(page: Page, marts: Marts) -> Iterator[str]:
    [(sha256, lines)] = marts.execute(
        "select sha256, line_count from marts.dim_release where is_latest"
    ).fetchall()
    [words] = texts(page, "#source")
    if sha256 not in words or f"{lines:,} lines" not in words:
        yield "source: the release's SHA-256 or its count of lines is not on the page"


def faults_of_pictures(page: Page, marts: Marts) -> Iterator[str]:
    """Every picture of which there is something to say is there, and no other."""
    needed = [
        ("year_ago", CHANGE, series("exports")),
        ("three_months", "three_month_average_musd", series("balance")),
        ("two_releases", "previous_release_id", "marts.mart_release_summary"),
        ("triangle", "balance_revision_from_previous_musd", "marts.fct_monthly_trade_vintages"),
        ("first_prints", "current_busd", HEADLINES),
    ]
    expected = {one.name for one in PICTURES}
    for name, column, rows in needed:
        if marts.execute(f"select count({column}) from {rows}").fetchone() == (0,):
            expected.remove(name)
    yield from differ("pictures", sorted(names_on(page)), sorted(expected))


def pictures(page: Page, marts: Marts) -> Iterator[str]:
    """Where the rows behind a picture do not add up to what the marts do."""
    so_far = """marts.mart_trade_indicators inner join marts.dim_month using (month_date)
        where component = 'total' and year > (select max(year) - 6 from marts.dim_month)
        and month_number = (select month_number from marts.dim_month where is_latest)"""
    audited = """marts.fct_reconciliation inner join marts.dim_release using (release_id)
        where is_latest and identity_family {} 'period'"""
    latest = """marts.mart_release_changes
        where release_id = (select max(release_id) from marts.dim_release)
        and month_date > (select max(last_month) - interval 60 month from marts.dim_release)
        and series_id"""
    printed_again = """marts.fct_monthly_trade_vintages
        where component = 'total' and month_date > (
            select max(last_month) - interval 36 month from marts.dim_release
        ) and release_id in (select release_id from marts.dim_release
            order by release_id desc limit 24)"""
    residuals = f"(select count(*) as found from {audited.format('!=')} group by residual_musd)"
    deficit = "year_to_date_musd * 0.001 * if(flow = 'balance', -1, 1)"
    drawn = [
        *((name, column, value, rows) for name, column, _, value, rows in LINES),
        ("year_to_date", "sum_busd", deficit, so_far),
        ("row_residuals", "identities", "found", residuals),
        ("z_scores", "z_score", "z_score", audited.format("=")),
        ("two_releases", "balance_revision_musd", "revision_musd", f"{latest} = 'balance_total'"),
        ("triangle", "revision_musd", "balance_revision_from_previous_musd", printed_again),
    ]  # fmt: skip
    drawn = [one for one in drawn if one[0] in names_on(page)]
    for name, column, value, rows in drawn:
        sums = f"select count(nullif({value}, 0)), sum({value}) from {rows}"
        [(count, amount)] = marts.execute(sums).fetchall()
        numbers, total = page.evaluate(
            """([name, column]) => {
                 const numbers = pictures[name].data(name).map(row => row[column]);
                 const there = numbers.filter(number => number);
                 return [there.length, there.reduce((sum, number) => sum + number, 0)]; }""",
            [name, column],
        )
        if numbers != count or abs(total - float(amount)) > 1e-5:
            yield (
                f"{name}: the page draws {numbers} of {column}, {total} in all; the marts have"
                f" {count}, {amount}"
            )


def first_prints(page: Page, marts: Marts) -> Iterator[str]:
    """The means of the revisions, by sums over the months; to one decimal, as it shows them."""
    expected = marts.execute(
        """
        select count(revision), sum(revision) / count(revision),
            sum(abs(revision)) / count(revision)
        from (
            select revision_to_current_busd as revision
            from marts.mart_headline_revisions
        )
        """
    ).fetchall()[0]
    [current] = [row[1:4] for row in rows_of(page, "headline_revisions") if row[0] == "current"]
    told = [written(expected[0], 0), *(written(mean) for mean in expected[1:])]
    yield from differ("first prints", current, told)


def changes(page: Page, marts: Marts) -> Iterator[str]:
    [(sentence,)] = marts.execute(
        "select sentence from marts.mart_release_summary order by release_id desc limit 1"
    ).fetchall()
    if f"{sentence}." not in texts(page, "#revised > p"):
        yield f"revisions: the page does not say {sentence!r}"
    found = marts.execute(
        """
        select previous_musd, value_musd, value_musd - previous_musd
        from marts.mart_release_changes
        where release_id = (select max(release_id) from marts.dim_release)
        order by abs(value_musd - previous_musd) desc limit 20
        """
    ).fetchall()
    sizes = sorted(row[-1].lstrip("\N{MINUS SIGN}") for row in rows_of(page, "release_changes"))
    yield from differ("changes", sizes, sorted(written(abs(size), 0) for *_, size in found))


NUMBERS = (
    first_prints,
    changes,
    front_page,
    thirteen_months,
    records,
    audit,
    revisions,
    pictures,
    source,
)


# --------------------------------------------------------------------------- all of it


def faults_in_browser(
    program: str, path: Path, database: Path, shots: Path | None
) -> Iterator[str]:
    settings: dict[str, Any] = dict(NO_EXTENSIONS)
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=program, args=FLAGS) as browser,
        duckdb.connect(str(database), read_only=True, config=settings) as marts,
        Progress("views", len(VIEWS)) as told,
    ):
        print(f"browser     Chromium {browser.version}")
        for done, view in enumerate(VIEWS):
            told(done, str(view))
            said: list[str] = []
            page = opened(browser, path, view, said)
            found = list(faults_of_layout(page))
            found += faults_of_access(page)
            found += faults_on_paper(page)
            if view == VIEWS[0]:
                found += faults_of_pictures(page, marts)
                found += [fault for part in NUMBERS for fault in part(page, marts)]
                found += faults_of_use(page, marts)
                found += faults_of_what_is_taken(page, marts)
                found += faults_of_keyboard(page, marts)
                found += faults_of_links(browser, path, said)
            if shots:
                shots.mkdir(parents=True, exist_ok=True)
                name = f"report-{view.size[0]}-{view.scheme}.png"
                page.screenshot(path=shots / name, full_page=True)
            yield from (f"{view}: {fault}" for fault in [*said, *found])
            page.close()


def faults_of_files(database: Path, out: Path) -> Iterator[str]:
    """Where a second drawing has other bytes."""
    for name, data in build_report.files(database).items():
        if not (out / name).is_file() or (out / name).read_bytes() != data:
            yield f"{name}: a second drawing has other bytes; was the database built since?"


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m proofs.browser",
        description="Open the report in a headless Chromium and compare it with the marts.",
        epilog="example: .venv/bin/python -m proofs.browser --screenshots dist/screenshots",
    )
    add_database_option(made)
    made.add_argument("--out", type=Path, default=ROOT / "dist", metavar="FOLDER",
                      help="where the report is (default: dist)")  # fmt: skip
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
    made.add_argument("--chromium", default=chromium, metavar="PROGRAM",
                      help="the browser (default: CHROMIUM, or chromium)")  # fmt: skip
    made.add_argument("--screenshots", type=Path, metavar="FOLDER",
                      help="keep a picture of each view here")  # fmt: skip
    return made


def command(options: argparse.Namespace) -> None:
    report, program = (options.out / "report.html").resolve(), options.chromium
    if not report.is_file():
        raise ProjectError(f"{shown(report)}: there is no such report; run make report first")
    if not Path(program).exists():
        raise ProjectError(
            f"{program}: there is no such browser; apt-get install chromium, or name one by"
            " CHROMIUM"
        )
    try:
        faults = [
            *faults_in_browser(program, report, options.database, options.screenshots),
            *faults_of_files(options.database, options.out),
        ]
    except (Error, duckdb.Error) as error:
        raise ProjectError(f"the report could not be checked: {error}") from None
    views = f"report      {len(VIEWS)} views"
    if faults:
        count = f"{len(faults)} fault{'s' * (len(faults) != 1)}"
        raise ProjectError("\n".join([*faults, f"{views}: {count}"]))
    print(f"{views}: no faults")


if __name__ == "__main__":
    sys.exit(main(command, parser()))
