"""The pages: of one release, of three, and of every situation; their numbers are the marts' own.

`make check-report` opens them in a browser.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import vl_convert
import yaml
from support.builds import Build, Outcome, query
from support.situations import SITUATIONS, built

import build_report
from export.dataset import dataset_description
from marts import Marts
from project import ROOT, ProjectError, main, open_database
from report import page
from report.captions import Captions
from report.pictures import PICTURES, Drawing, draw

REPORT = ROOT / "scripts" / "report"
QUERIES = sorted((REPORT / "queries").glob("*.sql"))
OF_SEVERAL = {"two_releases", "triangle"}  # of one release there is nothing to compare
OF_THE_SCRIPT = {"asked", "live", "only", "alone", "goods", "services"}
LATEST = "(select max(month_date) from marts.dim_month)"


class Page(HTMLParser):
    """What a reader of the page's text would find: its words, its tables, and its classes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.text, self.inside = "", ""
        self.feed(html)
        self.close()
        self.classes = {
            name for _, given in self.tags for name in (given.get("class") or "").split()
        }
        ids = [given["id"] for _, given in self.tags if "id" in given]
        self.ids = {*ids}
        assert len(ids) == len(self.ids), "two parts of the page have one id"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.inside = tag
        if tag == "table":
            self.rows = self.tables.setdefault(str(dict(attrs)["id"]), [])
        elif tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.inside in ("script", "style"):
            return
        self.text += data
        if self.inside in ("td", "th"):
            self.rows[-1][-1] += data

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""


def pages_of(database: Path, *names: str, of: dict[str, Drawing] | None = None) -> dict[str, str]:
    """Return the pages with these pictures, drawn now, beside others."""
    with open_database(database) as connection:
        answering = Marts(connection, build_report.QUERIES)
        captions = Captions(answering)
        drawings = dict(of or {})
        for one in PICTURES:
            if one.name in names and (said := captions.of(one.name, one.query)):
                drawings[one.name] = draw(one, answering, said)
        return page.render(answering, captions, drawings)


@pytest.fixture(scope="module")
def of_three(three_releases: Outcome) -> dict[str, str]:
    return pages_of(three_releases.database, *(picture.name for picture in PICTURES))


@pytest.fixture
def queries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the queries, which the report asks instead, to be changed at will."""
    folder = shutil.copytree(REPORT / "queries", tmp_path / "queries")
    monkeypatch.setattr(build_report, "QUERIES", folder)
    return folder


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def data_of(html: str) -> dict[str, Any]:
    [text] = re.findall(r'<script type="application/json" id="data">(.*?)</script>', html)
    data: dict[str, Any] = json.loads(text)
    return data


# --------------------------------------------------------------------------- situations


@pytest.mark.parametrize("name", [name for name, one in SITUATIONS.items() if not one.is_stopped])
def test_the_page_of_a_situation(build: Build, name: str, tmp_path: Path) -> None:
    database = built(build, name, tmp_path / "built").database
    html = pages_of(database, "balance", "two_releases")["report.html"]
    found = Page(html)
    assert not re.search(r"\b(None|nan|NaN)\b|\d,0+ percent", found.text)
    [(months, is_compared, first)] = query(
        database,
        """
        select (select count(*) from marts.dim_month where month_date in
                   (select month_date from marts.fct_monthly_trade)),
            previous_release_id is not null, strftime(last_month, '%B %Y')
        from marts.dim_release where is_latest
        """,
    )
    assert len(data_of(html)["numbers"]["balance"]["months"]) == months
    assert found.tables["thirteen_months"][2][0] == first
    assert re.search(rf"U.S. .* in {first}", found.text)
    assert ("against" in found.text) == is_compared
    assert "is loaded" not in found.text


# --------------------------------------------------------------------------- numbers


def test_a_page_has_asked_every_query_there_is(
    three_releases: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: set[str] = set()
    ask = Marts.ask
    monkeypatch.setattr(Marts, "ask", lambda self, name: (asked.add(name), ask(self, name))[1])
    pages_of(three_releases.database, *(picture.name for picture in PICTURES))
    assert asked - {"releases"} == {path.stem for path in QUERIES}


BUSD = "replace(printf('%,.1f', round({}, 1)), '-', '\N{MINUS SIGN}')".format
MUSD = "replace(printf('%,d', {}), '-', '\N{MINUS SIGN}')".format
SERIES = [f"{flow}_{part}" for flow in ("balance", "exports", "imports")
          for part in ("total", "goods", "services")]  # fmt: skip
# Of a table, its columns, and what the marts have there.
TABLES = {
    "thirteen_months": (slice(0, 10), f"""
        select strftime(month_date, '%B %Y'), {', '.join(BUSD(f'{one}_busd') for one in SERIES)}
        from marts.mart_trade_wide order by month_date desc limit 13"""),
    "records": (slice(0, 2), f"""
        select title, {BUSD('value_busd')} from marts.mart_trade_records
        inner join marts.dim_series using (component, flow)
        where month_date = {LATEST} order by dim_series.sort_order"""),
    "reconciliation": (slice(1, 7), f"""
        select {', '.join(map(MUSD, ['identities', 'exact', 'rounding', 'unlikely', 'failed',
                                     'largest_residual_musd']))}
        from marts.mart_reconciliation_summary inner join marts.dim_release using (release_id)
        where is_latest order by sort_order"""),
    "release_changes": (slice(2, 5), f"""
        select {MUSD('previous_musd')}, {MUSD('value_musd')}, {MUSD('value_musd - previous_musd')}
        from marts.mart_release_changes inner join marts.dim_series using (series_id)
        where release_id = (select max(release_id) from marts.dim_release)
        order by abs(value_musd - previous_musd) desc, month_date desc, sort_order limit 20"""),
    "revisions": (slice(0, 4), f"""
        select component, flow, horizon, {MUSD('observations')}
        from marts.mart_revision_summary order by sort_order"""),
    "headline_revisions": (slice(0, 2), f"""
        select horizon, {MUSD('observations')}
        from marts.mart_headline_revision_summary order by sort_order"""),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_the_numbers_of_the_marts(
    of_three: dict[str, str], three_releases: Outcome, name: str
) -> None:
    columns, sql = TABLES[name]
    tables = {key: rows for html in of_three.values() for key, rows in Page(html).tables.items()}
    heads = 2 if name == "thirteen_months" else 1
    expected = [[*row] for row in three_releases.query(sql)]
    assert expected
    assert [row[columns] for row in tables[name][heads:]] == expected


def test_the_cards_have_the_numbers_of_the_front_page(of_three: dict[str, str]) -> None:
    text = " ".join(Page(of_three["report.html"]).text.split())
    assert "Deficit$68.9 billion+1.3 billion (+1.9%) from Januarylargest deficit since" in text
    assert "Exports$263.0 billion+5.8 billion (+2.3%) from Januaryhighest on record" in text


# Of a picture, a column of it and what it is in the marts, counted and added up.
DRAWN = [
    ("two_releases", "balance_revision_musd", "revision_musd", """marts.mart_release_changes
        where release_id = (select max(release_id) from marts.dim_release)
        and month_date > (select max(last_month) - interval 60 month from marts.dim_release)
        and series_id = 'balance_total'"""),
    ("triangle", "revision_musd", "balance_revision_from_previous_musd",
     """marts.fct_monthly_trade_vintages where component = 'total'
        and month_date > (select max(last_month) - interval 36 month from marts.dim_release)"""),
    ("z_scores", "z_score", "z_score", """marts.fct_reconciliation
        inner join marts.dim_release using (release_id)
        where is_latest and identity_family = 'period'"""),
]  # fmt: skip


@pytest.mark.parametrize(("name", "column", "value", "rows"), DRAWN, ids=[d[0] for d in DRAWN])
def test_a_picture_has_the_numbers_of_the_marts(
    of_three: dict[str, str], three_releases: Outcome, name: str, column: str, value: str, rows: str
) -> None:
    tables = data_of(of_three["report.html"])["tables"] | data_of(of_three["audit.html"])["tables"]
    numbers = [row[tables[name]["columns"].index(column)] for row in tables[name]["rows"]]
    [(count, total)] = three_releases.query(
        f"select count(nullif({value}, 0)), sum({value})::double from {rows}"
    )
    assert count and len([number for number in numbers if number]) == count
    assert sum(number or 0 for number in numbers) == pytest.approx(total)


UNITS = {
    "level": "value_musd * 0.001", "change": "change_musd * 0.001",
    "year_ago": "change_from_year_ago_pct", "average": "three_month_average_musd * 0.001",
    "year_to_date": "year_to_date_musd * 0.001",
    "quarter": """if(month(month_date) % 3 = 0, sum(value_musd) over (
        partition by component, flow order by month_date rows 2 preceding) * 0.001, null)""",
}  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_the_explorer_has_the_numbers_of_the_marts(
    of_three: dict[str, str], three_releases: Outcome, unit: str
) -> None:
    explored = data_of(of_three["report.html"])["numbers"]["balance"]
    rows = three_releases.query(
        f"""
        select flow || '_' || component, strftime(month_date, '%Y-%m'), ({UNITS[unit]})::double
        from marts.mart_trade_indicators
        """
    )
    assert len(rows) == 9 * len(explored["months"])
    place = {month: at for at, month in enumerate(explored["months"])}
    for series, month, value in rows:
        assert explored["series"][series][unit][place[month]] == pytest.approx(value), month


def test_the_first_estimates_are_those_of_the_marts(
    of_three: dict[str, str], three_releases: Outcome
) -> None:
    drawn = data_of(of_three["report.html"])["numbers"]["first_estimates"]["series"]
    [sums] = three_releases.query(
        "select sum(first_deficit_busd)::double, sum(current_deficit_busd)::double"
        " from marts.mart_headline_revisions where current_deficit_busd is not null"
    )
    assert [sum(drawn[one]["level"]) for one in ("first", "current")] == pytest.approx(sums)


# --------------------------------------------------------------------------- what is wrong is said


def test_a_query_that_fails_is_named_and_nothing_is_written(
    database: Path, tmp_path: Path, queries: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rewrite(queries / "balance.sql", "    months.month_date,", "    no_such_column,")
    arguments = ["--database", str(database), "--out", str(tmp_path / "dist")]
    assert main(build_report.command, build_report.parser(), arguments) == 1
    error = capsys.readouterr().err
    assert "balance.sql" in error
    assert "no_such_column" in error
    assert not (tmp_path / "dist").exists()


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("records", "as high_month", "as high_mouth", "high_month"),
        ("thirteen_months", "imports_goods_busd", "1 as imports_gods", "imports_goods_busd"),
        ("reconciliation", "summary.off_by_rounding_pct", "1 as off", "off_by_rounding_pct"),
        ("headline_numbers", "as exact_busd", "as exact", "captions.j2: card: .*exact_busd"),
        ("balance", "order by", "where false order by", "balance_title"),
        ("balance", "as level", "as lever", "level"),
        ("release", "where dim_release.is_latest", "where false", "expected one row, found 0"),
    ],
)
def test_what_the_page_cannot_show_is_an_error_not_a_blank(
    database: Path, queries: Path, name: str, old: str, new: str, words: str
) -> None:
    rewrite(queries / f"{name}.sql", old, new)
    with pytest.raises(ProjectError, match=words):
        pages_of(database, "balance")


def test_a_picture_of_which_there_is_nothing_to_say_is_left_out(database: Path) -> None:
    """As of revisions with one release; the announced deficits, kept by hand, have theirs."""
    html = pages_of(database, "first_estimates", *OF_SEVERAL)["report.html"]
    assert "first_estimates" in Page(html).ids
    assert not OF_SEVERAL & Page(html).ids


def test_what_a_query_returns_is_escaped(database: Path, queries: Path) -> None:
    odd = """<b>"x" & 'y'</b>"""
    text = odd.replace("'", "''")
    rewrite(queries / "release.sql", "    dim_release.title,", f"    '{text}' as title,")
    rewrite(queries / "z_scores.sql", "dim_series.label", f"'</script>{text}' as label")
    pages = pages_of(database, "z_scores")
    for html in pages.values():
        assert odd not in html
        assert html.count("</script>") == html.count("<script")
    assert odd in Page(pages["report.html"]).text


def test_a_database_that_is_none_is_named_and_nothing_is_downloaded_to_read_it(
    tmp_path: Path,
) -> None:
    other = tmp_path / "other.sqlite"
    other.write_bytes(b"SQLite format 3\0" + bytes(100))
    for path, words in ((tmp_path / "none", "build it with make"), (other, "cannot be opened")):
        with pytest.raises(ProjectError, match=words) as error:
            build_report.files(path)
        assert "download" not in str(error.value).lower()


# --------------------------------------------------------------------------- what it is made of


def marts_read(texts: Sequence[str]) -> set[str]:
    return {name for text in texts for name in re.findall(r"\bmarts\.(\w+)", text)}


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_a_query_says_what_it_is_for_and_reads_the_marts_alone(path: Path) -> None:
    sql = path.read_text(encoding="utf-8")
    assert sql.startswith("-- ")
    assert set(re.findall(r"(?:from|join)\s+(\w+)\.\w+", sql)) == {"marts"}


def test_the_exposure_names_what_the_report_reads() -> None:
    text = (ROOT / "models" / "marts" / "exposures.yml").read_text(encoding="utf-8")
    exposures = {exposure["name"]: exposure for exposure in yaml.safe_load(text)["exposures"]}
    listed = re.findall(r"'(\w+)'", " ".join(exposures["report"]["depends_on"]))
    assert sorted(listed) == sorted(marts_read([path.read_text() for path in QUERIES]))


def test_a_page_asks_for_nothing_outside_itself(of_three: dict[str, str]) -> None:
    for name in ("parts.html.j2", "page.html.j2", "audit.html.j2", "page.css", "page.js"):
        text = (REPORT / name).read_text().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?:|//[a-z]|@import|url\(|eval\(", text), name
    for html in of_three.values():
        found = Page(html)
        for tag, given in found.tags:
            assert "src" not in given and tag != "link", tag
            assert (given.get("href") or "#").removeprefix("#") in {*found.ids, *of_three, ""}
        [policy] = [given["content"] for _, given in found.tags if "http-equiv" in given]
        assert str(policy).startswith("default-src 'none'; script-src 'sha256-")
        assert "unsafe" not in str(policy)
        assert len(html) < 600_000


def test_the_page_describes_its_data_as_the_export_does(
    of_three: dict[str, str], three_releases: Outcome
) -> None:
    html = of_three["report.html"]
    [described] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)
    with open_database(three_releases.database) as connection:
        assert json.loads(described) == dataset_description(connection)
    [words] = [given["content"] for _, given in Page(html).tags
               if given.get("name") == "description"]  # fmt: skip
    assert str(words).startswith(
        "The goods and services deficit was $68.9 billion in February 2024"
    )
    assert "<title>U.S. trade in goods and services, February 2024</title>" in html


def test_words_can_be_read_on_their_ground_and_nothing_moves() -> None:
    """WCAG 2.2, level AA: a contrast of 4.5, which axe cannot tell of the words of a picture."""
    style = (REPORT / "page.css").read_text()
    assert not re.search(r"transition|animation|scroll-behavior", style)
    themes = re.findall(r":root \{(.*?)\}", style, re.S)
    assert len(themes) == 2
    for theme in themes:
        of = dict(re.findall(r"--([\w-]+): #(\w{6});", theme))
        for name in ("ink", "quiet", "exports", "imports", "balance", "goods", "services"):
            assert contrast(of[name], of["paper"]) >= 4.5, name
        assert contrast(of["ink"], of["raised"]) >= 4.5


def contrast(one: str, other: str) -> float:
    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    light = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2]


def test_the_script_is_javascript_and_uses_classes_and_ids_that_are_on_the_page(
    of_three: dict[str, str],
) -> None:
    """The library's bundler parses it."""
    script = (REPORT / "page.js").read_text(encoding="utf-8")
    assert vl_convert.javascript_bundle(script)
    found = [Page(html) for html in of_three.values()]
    classes = {name for one in found for name in one.classes} | OF_THE_SCRIPT
    style = re.sub(r"\{[^{}]*\}", "{}", (REPORT / "page.css").read_text())
    style = re.sub(r"/\*.*?\*/", "", style, flags=re.S)
    used = set(re.findall(r"\.([a-z][\w-]*)", style))
    used |= set(re.findall(r'querySelector(?:All)?\("\.(\w+)', script))
    assert len(used) >= 20
    assert used <= classes
    assert set(re.findall(r"#([a-z][\w-]*)", style)) <= {name for one in found for name in one.ids}
