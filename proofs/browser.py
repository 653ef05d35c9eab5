#!/usr/bin/env python3
"""Open dist/report.html in a headless Chromium and see that it works and tells the truth.

    dist/report.html  --Chromium-->  what a reader sees  --this-->  compared with us_trade.duckdb

It asks whether the page opens from the disk with nothing on the console and nothing asked of a
network; whether every picture is drawn, wide and narrow, light and dark, and answers a pointer
and a zoom; and whether the numbers on it are those of the marts, by queries of its own.  Then it
draws the report a second time and compares the bytes, and README's picture with the one drawn.

Chromium is Debian's: ``apt-get install chromium``.  Another one is named by the environment
variable ``CHROMIUM`` or ``--chromium``.

Exit status: 0, or 1 where something is wrong; each fault is a line.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
from playwright.sync_api import Browser, Error, Page, sync_playwright

import build_report
from build_report import PICTURES, README_PICTURE, ROOT, shown, signed

# As root in a container Chromium has no sandbox of its own; the rest keeps it off the network.
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip
WIDE, NARROW = (1280, 900), (390, 844)
NAMES = [picture.name for picture in PICTURES]


@dataclass(frozen=True)
class View:
    """A way to look at the page: the size of the window, and light or dark."""

    size: tuple[int, int]
    scheme: str

    def __str__(self) -> str:
        return f"{self.size[0]} pixels wide, {self.scheme}"


VIEWS = [View(size, scheme) for size in (WIDE, NARROW) for scheme in ("light", "dark")]


# --------------------------------------------------------------------------- what a reader sees


def opened(browser: Browser, path: Path, view: View, said: list[str]) -> Page:
    """The page, drawn; what it says on the console or asks of a network is added to ``said``."""
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
            said.append(f"request: {request.url[:80]}") if request.url != path.as_uri() else None
        ),
    )
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-drawn]", state="attached", timeout=60_000)
    return page


def faults_of_layout(page: Page) -> Iterator[str]:
    width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    if width > 0:
        yield f"the page scrolls sideways by {width} pixels"
    for name in NAMES:
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


def faults_of_use(page: Page, marts: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """The month under the pointer is told; a button and a drag zoom; a double click undoes it."""
    for picture in PICTURES:
        if not picture.is_months:
            continue
        name = picture.name
        page.locator(f"#{name} .picture").scroll_into_view_if_needed()
        box = page.locator(f"#{name} .picture").bounding_box()
        middle = box["y"] + box["height"] / 2

        def months(name: str = name) -> int:
            return page.evaluate(
                """name => { const [from, to] = pictures[name].scale('x').domain().map(Number);
                             return Math.round((to - from) / 2629800000); }""",
                name,
            )

        page.mouse.move(box["x"] + box["width"] * 0.30, middle)
        page.mouse.move(box["x"] + box["width"] * 0.40, middle)
        page.wait_for_timeout(100)
        told = page.locator("#vg-tooltip-element").inner_text().split("\n")
        if told != expected_answer(name, told[0], marts):
            yield f"{name}: of the month under the pointer is told {told}"
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
        page.locator(f"#{name} button[data-years='']").click()
        page.wait_for_timeout(150)


def expected_answer(name: str, month: str, marts: duckdb.DuckDBPyConnection) -> list[str]:
    """What a picture should tell of a month, such as February 2004, by the marts."""
    columns = {
        "balance": "'Imports, $ bn', value('imports', 'total'), 'Exports, $ bn',"
        " value('exports', 'total'), 'Balance, $ bn', value('balance', 'total')",
        "goods_services": "'Services, $ bn', value('balance', 'services'), 'Goods, $ bn',"
        " value('balance', 'goods'), 'Both, $ bn', value('balance', 'total')",
        "year_ago": "'Exports, %', change('exports'), 'Imports, %', change('imports')",
        "three_months": "'Month, $ bn', value('balance', 'total'), 'Average, $ bn', average()",
    }[name]
    one = "select max(round({}, 1)::decimal(9, 1)) from marts.mart_trade_indicators where "
    month_is = "strftime(month_date, '%B %Y') = (select month from asked) and "
    marts.execute("create or replace temp table asked as select ?::varchar as month", [month])
    marts.execute(
        f"""
        create or replace temp macro value(f, c) as (
            {one.format("value_musd * 0.001")} {month_is} flow = f and component = c);
        create or replace temp macro change(f) as (
            {one.format("change_from_year_ago_pct")} {month_is} flow = f and component = 'total');
        create or replace temp macro average() as (
            {one.format("three_month_average_musd * 0.001")}
            {month_is} flow = 'balance' and component = 'total');
        """
    )
    values = marts.execute(f"select {columns}").fetchone()
    pairs = zip(values[::2], values[1::2], strict=True)
    return [month, *(f"{label}\t{shown(value)}" for label, value in pairs)]


# --------------------------------------------------------------------------- what the marts hold


def texts(page: Page, selector: str) -> list[str]:
    return [text.strip() for text in page.locator(selector).all_inner_texts()]


def faults_of_numbers(page: Page, marts: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Where a number on the page is not the marts', asked otherwise than the page asks."""
    latest = "(select max(month_date) from marts.fct_monthly_trade)"

    def differ(what: str, on_page: object, in_marts: object) -> Iterator[str]:
        if on_page != in_marts:
            yield f"{what}: the page has {on_page}, the marts {in_marts}"

    for subject in ("deficit", "exports", "imports"):
        highlights = dict(
            marts.execute(
                f"""
                select measure, value from marts.mart_trade_highlights
                where subject = ? and month_date = {latest}
                """,
                [subject],
            ).fetchall()
        )
        [card] = texts(page, f".card.{subject}")
        for expected in (
            f"${shown(highlights['level'])} billion",
            f"{signed(highlights['change'])} billion ({signed(highlights['change_pct'])} %)",
        ):
            if expected not in card.replace("\n", ""):
                yield f"front page: expected {expected!r} in {card!r}"

    cells = marts.execute(
        f"""
        select strftime(month_date, '%B %Y'), flow,
               list(round(value_musd * 0.001, 1)::decimal(9, 1) order by
                    list_position(['total', 'goods', 'services'], component))
        from marts.mart_trade_indicators
        where month_date > {latest} - interval 13 month
        group by month_date, flow
        order by month_date desc, list_position(['balance', 'exports', 'imports'], flow)
        """
    ).fetchall()
    rows = [row.split("\t") for row in texts(page, "#thirteen_months tbody tr")]
    expected_rows = [
        [cells[i][0], *(shown(value) for _, _, values in cells[i : i + 3] for value in values)]
        for i in range(0, len(cells), 3)
    ]
    yield from differ("thirteen months", rows, expected_rows)

    records = marts.execute(
        """
        select title, round(value_musd * 0.001, 1)::decimal(9, 1),
               (select round(max(value_musd) / 1000, 1)::decimal(9, 1)
                from marts.mart_trade_records as r
                where r.component = s.component and r.flow = s.flow),
               (select round(min(value_musd) / 1000, 1)::decimal(9, 1)
                from marts.mart_trade_records as r
                where r.component = s.component and r.flow = s.flow)
        from marts.mart_trade_records as s inner join marts.dim_series using (component, flow)
        where month_date = (select max(month_date) from marts.fct_monthly_trade)
        """
    ).fetchall()
    on_page = {
        (row[0], row[1], row[4].split(" in ")[0], row[5].split(" in ")[0])
        for row in (line.split("\t") for line in texts(page, "#records tbody tr"))
    }
    in_marts = {(title, *map(shown, values)) for title, *values in records}
    yield from differ("records", on_page, in_marts)

    summary = marts.execute(
        """
        select identities, exact, rounding, unlikely, breaks, largest_residual_musd
        from marts.mart_reconciliation_summary inner join marts.dim_release using (release_id)
        where is_latest order by identity_family
        """
    ).fetchall()
    audit = [row.split("\t")[1:7] for row in texts(page, "#reconciliation tbody tr")]
    yield from differ("audit", audit, [[shown(value) for value in row] for row in summary])

    yield from faults_of_pictures(page, marts)

    [(sha256, lines)] = marts.execute(
        "select sha256, line_count from marts.dim_release where is_latest"
    ).fetchall()
    [source] = texts(page, "#source")
    if sha256 not in source or f"{lines:,} lines" not in source:
        yield "source: the release's SHA-256 or its count of lines is not on the page"


def faults_of_pictures(page: Page, marts: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Where the rows behind a picture do not add up to what the marts do."""
    musd = "select count(*), sum({}) from marts.mart_trade_indicators where {}"
    total = "component = 'total'"
    latest_month = "month(month_date) = (select month_number from marts.dim_month where is_latest)"
    last_six = "year(month_date) > (select max(year) - 6 from marts.dim_month)"
    expected = {
        ("balance", "balance_busd", 1000): musd.format(
            "value_musd", f"{total} and flow = 'balance'"
        ),
        ("balance", "exports_busd", 1000): musd.format(
            "value_musd", f"{total} and flow = 'exports'"
        ),
        ("goods_services", "goods_busd", 1000): musd.format(
            "value_musd", "component = 'goods' and flow = 'balance'"
        ),
        ("year_ago", "imports_pct", 1): musd.format(
            "change_from_year_ago_pct",
            f"{total} and flow = 'imports' and change_from_year_ago_pct is not null",
        ),
        ("three_months", "average_busd", 1000): musd.format(
            "three_month_average_musd", f"{total} and flow = 'balance'"
        ),
        ("year_to_date", "sum_busd", 1000): musd.format(
            "year_to_date_musd * if(flow = 'balance', -1, 1)",
            f"{total} and {latest_month} and {last_six}",
        ),
        ("row_residuals", "identities", 1): """
            select count(distinct residual_musd), count(*) from marts.fct_reconciliation
            inner join marts.dim_release using (release_id)
            where is_latest and identity_family != 'period'
        """,
        ("z_scores", "z_score", 1): """
            select count(*), sum(z_score) from marts.fct_reconciliation
            inner join marts.dim_release using (release_id)
            where is_latest and identity_family = 'period'
        """,
    }  # fmt: skip
    for (name, column, factor), sql in expected.items():
        [(count, amount)] = marts.execute(sql).fetchall()
        rows, total_on_page = page.evaluate(
            """([name, column]) => { const rows = pictures[name].data(name);
               return [rows.length, rows.reduce((sum, row) => sum + row[column], 0)]; }""",
            [name, column],
        )
        # z is shown to two decimals, so that its sum may be off by half of one for each row.
        tolerance = count * 0.005 if column == "z_score" else 0.01
        if rows != count or abs(total_on_page * factor - float(amount)) > tolerance:
            yield (
                f"{name}: the page draws {rows} rows of {column}, {total_on_page * factor} in all;"
                f" the marts have {count}, {amount}"
            )


# --------------------------------------------------------------------------- all of it


def chromium() -> str:
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"


def faults_in_browser(
    program: str, path: Path, database: Path, shots: Path | None
) -> Iterator[str]:
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=program, args=FLAGS) as browser,
        duckdb.connect(str(database), read_only=True) as marts,
    ):
        print(f"browser     Chromium {browser.version}")
        for view in VIEWS:
            said: list[str] = []
            page = opened(browser, path, view, said)
            found = list(faults_of_layout(page))
            if view == VIEWS[0]:
                found += [*faults_of_numbers(page, marts), *faults_of_use(page, marts)]
            if shots:
                shots.mkdir(parents=True, exist_ok=True)
                name = f"report-{view.size[0]}-{view.scheme}.png"
                page.screenshot(path=shots / name, full_page=True)
            yield from (f"{view}: {fault}" for fault in [*said, *found])
            page.close()


def faults_of_files(database: Path, out: Path) -> Iterator[str]:
    """Where a second drawing has other bytes, or README's picture is not the one drawn."""
    with tempfile.TemporaryDirectory() as folder:
        again = Path(folder)
        build_report.write(build_report.build(database), again)
        for path in sorted(path for path in again.rglob("*") if path.is_file()):
            name = path.relative_to(again)
            if not (out / name).is_file() or (out / name).read_bytes() != path.read_bytes():
                yield f"{name}: a second drawing has other bytes; was the database built since?"
        readme = ROOT / "docs" / f"{README_PICTURE}.svg"
        if readme.read_bytes() != (again / "pictures" / f"{README_PICTURE}.svg").read_bytes():
            yield f"{readme.relative_to(ROOT)}: out of date; run scripts/build_report.py --readme"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description="Open the report in a headless Chromium and compare it with the marts.",
        epilog="example: scripts/check_report.py --screenshots dist/screenshots",
    )
    database = Path(os.environ.get("US_TRADE_DB") or ROOT / "us_trade.duckdb")
    parser.add_argument("--database", type=Path, default=database, metavar="FILE",
                        help="the database (default: US_TRADE_DB, or us_trade.duckdb)")  # fmt: skip
    parser.add_argument("--out", type=Path, default=ROOT / "dist", metavar="FOLDER",
                        help="where the report is (default: dist)")  # fmt: skip
    parser.add_argument("--chromium", default=chromium(), metavar="PROGRAM",
                        help="the browser (default: CHROMIUM, or chromium)")  # fmt: skip
    parser.add_argument("--screenshots", type=Path, metavar="FOLDER",
                        help="keep a picture of each view here")  # fmt: skip
    options = parser.parse_args(arguments)
    report = (options.out / "report.html").resolve()
    if not report.is_file():
        print(f"{report}: there is no such report; run make report first", file=sys.stderr)
        return 1
    if not Path(options.chromium).exists():
        print(
            f"{options.chromium}: there is no such browser; apt-get install chromium, or name one"
            " in CHROMIUM",
            file=sys.stderr,
        )
        return 1
    try:
        faults = [
            *faults_in_browser(options.chromium, report, options.database, options.screenshots),
            *faults_of_files(options.database, options.out),
        ]
    except (Error, build_report.ReportError, duckdb.Error, OSError) as error:
        print(f"the report could not be checked: {error}", file=sys.stderr)
        return 1
    for fault in faults:
        print(fault, file=sys.stderr)
    views = f"{len(VIEWS)} views, {len(NAMES)} pictures in each"
    print(f"report      {views}: {len(faults) or 'no'} fault{'s' * (len(faults) != 1)}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
