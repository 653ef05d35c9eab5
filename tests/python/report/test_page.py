"""The pages: of three releases, and of every situation; their numbers are the marts' own.

What is drawn on them is another test's.  `make check-report` opens them in a browser.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import lxml.html
import pytest
import vl_convert
from support.builds import Outcome
from support.situations import SITUATIONS

import build_report
from export.dataset import dataset_description
from project import ROOT, ProjectError, main, open_database
from report import QUERIES
from report.pictures import PICTURES

REPORT = ROOT / "scripts" / "report"
OF_THE_SCRIPT = {"asked", "live", "only", "alone", "goods", "services"}


class Page:
    """What a reader of the page's text would find: its words, its tables, and its classes."""

    def __init__(self, html: bytes) -> None:
        self.html = html.decode()
        self.root = lxml.html.fromstring(self.html)
        words = self.root.xpath("//text()[not(parent::script or parent::style)]")
        self.text = " ".join("".join(words).split())
        self.tables = {
            table.get("id"): [[cell.text_content() for cell in row] for row in table.iter("tr")]
            for table in self.root.iter("table")
        }
        self.classes = {name for names in self.root.xpath("//@class") for name in names.split()}
        self.ids = self.root.xpath("//@id")
        assert len({*self.ids}) == len(self.ids), "two parts of the page have one id"

    def json(self, kind: str) -> dict[str, Any]:
        """Return what a script that is no script holds."""
        [text] = self.root.xpath(f"//script[@type='application/{kind}']/text()")
        found: dict[str, Any] = json.loads(text)
        return found

    def numbers(self, name: str, column: str) -> list[float]:
        """Return what a picture draws of a column, without nulls and zeros."""
        data = self.json("json")
        if name in data["numbers"]:
            series = data["numbers"][name]["series"].values()
            return [value for one in series for value in one[column] if value]
        table = data["tables"][name]
        at = table["columns"].index(column)
        return [row[at] for row in table["rows"] if row[at]]


@pytest.fixture(scope="module", autouse=True)
def undrawn() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vl_convert, "vegalite_to_svg", lambda _: "<svg></svg>")
        patch.setattr(vl_convert, "svg_to_png", lambda *_, **__: b"")
        yield


def pages_of(database: Path) -> tuple[Page, Page]:
    """Return the report and the audit."""
    files = build_report.files(database)
    return Page(files["report.html"]), Page(files["audit.html"])


@pytest.fixture(scope="module")
def three(situation: Callable[[str], Outcome]) -> Outcome:
    """Three releases, of which there is all to ask that the report asks."""
    return situation("several_histories")


@pytest.fixture(scope="module")
def of_three(three: Outcome) -> tuple[Page, Page]:
    return pages_of(three.database)


@pytest.fixture
def rewrite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str, str], None]:
    """Return what changes a copy of a query, which the report asks instead."""
    folder = shutil.copytree(QUERIES, tmp_path / "queries")
    monkeypatch.setattr(build_report, "QUERIES", folder)

    def change(name: str, old: str, new: str) -> None:
        path = folder / f"{name}.sql"
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))

    return change


# --------------------------------------------------------------------------- situations


@pytest.mark.parametrize("name", [name for name, one in SITUATIONS.items() if one.has_marts])
def test_the_page_of_a_situation(situation: Callable[[str], Outcome], name: str) -> None:
    """A picture of which there is nothing to say is left out, as of revisions with one release."""
    outcome = situation(name)
    found, _ = pages_of(outcome.database)
    assert not re.search(r"\b(None|nan|NaN)\b|\d,0+ percent", found.text)
    [(months, is_compared, first)] = outcome.query(
        """
        select (select count(*) from marts.dim_month where month_date in
                   (select month_date from marts.fct_monthly_trade)),
            previous_release_id is not null, strftime(last_month, '%B %Y')
        from marts.dim_release where is_latest
        """
    )
    assert len(found.json("json")["numbers"]["balance"]["months"]) == months
    assert found.tables["thirteen_months"][2][0] == first
    assert re.search(rf"U.S. .* in {first}", found.text)
    assert ("against" in found.text) == is_compared
    assert "two_releases" in found.ids or not is_compared
    assert "is loaded" not in found.text


# --------------------------------------------------------------------------- numbers

# Of a table, its columns of numbers, and what the marts have there.
TABLES = {
    "thirteen_months": (slice(1, 10), """
        select round(columns('_busd$'), 1) from marts.mart_trade_wide
        order by month_date desc limit 13"""),
    "records": (slice(1, 2), """
        select round(value_busd, 1) from marts.mart_trade_records
        where month_date = (select max(month_date) from marts.dim_month) order by sort_order"""),
    "reconciliation": (slice(1, 7), """
        select identities, exact, rounding, unlikely, failed, largest_residual_musd
        from marts.mart_reconciliation_summary inner join marts.dim_release using (release_id)
        where is_latest order by sort_order"""),
    "release_changes": (slice(2, 5), """
        select previous_musd, value_musd, value_musd - previous_musd
        from marts.mart_release_changes inner join marts.dim_series using (series_id)
        where release_id = (select max(release_id) from marts.dim_release)
        order by abs(value_musd - previous_musd) desc, month_date desc, sort_order limit 20"""),
    "revisions": (slice(3, 4), """
        select observations from marts.mart_revision_summary order by sort_order"""),
    "headline_revisions": (slice(1, 2), """
        select observations from marts.mart_headline_revision_summary order by sort_order"""),
}  # fmt: skip


def test_a_table_has_the_numbers_of_the_marts(of_three: tuple[Page, Page], three: Outcome) -> None:
    tables = of_three[0].tables | of_three[1].tables
    assert tables.keys() == TABLES.keys()
    for name, (columns, sql) in TABLES.items():
        rows = tables[name][2 if name == "thirteen_months" else 1 :]
        plain = [[cell.replace("\N{MINUS SIGN}", "-").replace(",", "") for cell in row[columns]]
                 for row in rows]  # fmt: skip
        assert plain == [[*map(str, row)] for row in three.query(sql)] != []
    first = "Deficit$68.9 billion+1.3 billion (+1.9%) from Januarylargest deficit since April 2023"
    assert first in of_three[0].text


# Of a picture, a column of it and what it is in the marts.
DRAWN = {
    ("two_releases", "balance_revision_musd"): """select revision_musd
        from marts.mart_release_changes
        where release_id = (select max(release_id) from marts.dim_release)
        and series_id = 'balance_total'""",
    ("triangle", "revision_musd"): """select balance_revision_from_previous_musd
        from marts.fct_monthly_trade_vintages where component = 'total'""",
    ("z_scores", "z_score"): """select z_score
        from marts.fct_reconciliation inner join marts.dim_release using (release_id)
        where is_latest and identity_family = 'period'""",
    ("first_estimates", "level"): """select unnest([first_deficit_busd, current_deficit_busd])
        from marts.mart_headline_revisions where current_deficit_busd is not null""",
    **{("balance", unit): f"select {sql} from marts.mart_trade_indicators" for unit, sql in {
        "level": "value_musd * 0.001", "change": "change_musd * 0.001",
        "year_ago": "change_from_year_ago_pct", "average": "three_month_average_musd * 0.001",
        "year_to_date": "year_to_date_musd * 0.001",
        "quarter": """if(month(month_date) % 3 = 0, sum(value_musd) over (
            partition by component, flow order by month_date rows 2 preceding) * 0.001, null)""",
    }.items()},
}  # fmt: skip


@pytest.mark.parametrize(("name", "column"), DRAWN)
def test_a_picture_has_the_numbers_of_the_marts(
    of_three: tuple[Page, Page], three: Outcome, name: str, column: str
) -> None:
    expected = [float(value) for (value,) in three.query(DRAWN[name, column]) if value]
    found = of_three[name == "z_scores"].numbers(name, column)
    assert expected
    assert sorted(found) == pytest.approx(sorted(expected))


# --------------------------------------------------------------------------- what is wrong is said


def test_where_a_query_fails_it_is_named_and_the_report_of_before_stays(
    three: Outcome, tmp_path: Path, rewrite: Callable, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--database", str(three.database), "--out", str(tmp_path / "dist")]
    assert main(build_report.command, build_report.parser(), arguments) == 0
    assert capsys.readouterr().out.endswith("pictures: 6, as SVG and PNG\n")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "dist").rglob("*")}
    rewrite("recessions", "    peak_month,", "    no_such_column,")
    assert main(build_report.command, build_report.parser(), arguments) == 1
    assert re.search(r"recessions\.sql: .*no_such_column", capsys.readouterr().err)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "dist").rglob("*")} == before


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("records", "as high_month", "as high_mouth", "high_month"),
        ("reconciliation", "summary.off_by_rounding_pct", "1 as off", "off_by_rounding_pct"),
        ("headline_numbers", "as exact_busd", "as exact", "captions.j2: card: .*exact_busd"),
        ("balance", "order by", "where false order by", "balance_title"),
        ("first_estimates", "as level", "as lever", "returns no level, which is drawn"),
        ("release", "where dim_release.is_latest", "where false", "expected one row, found 0"),
    ],
)
def test_what_the_page_cannot_show_is_an_error_not_a_blank(
    three: Outcome, rewrite: Callable, name: str, old: str, new: str, words: str
) -> None:
    rewrite(name, old, new)
    with pytest.raises(ProjectError, match=words):
        build_report.files(three.database)


def test_what_a_query_returns_is_escaped(three: Outcome, rewrite: Callable) -> None:
    odd = """<b>"x" & 'y'</b>"""
    text = odd.replace("'", "''")
    rewrite("release", "    dim_release.title,", f"    '{text}' as title,")
    rewrite("z_scores", "dim_series.label", f"'</script>{text}' as label")
    report, audit = pages_of(three.database)
    for page in (report, audit):
        assert odd not in page.html
        assert page.html.count("</script>") == page.html.count("<script")
    assert odd in report.text


# --------------------------------------------------------------------------- what it is made of


def test_every_query_is_asked() -> None:
    texts = [path.read_text() for path in REPORT.glob("*.j2")] + [(REPORT / "page.py").read_text()]
    asked = {name for text in texts for name in re.findall(r'ask\("(\w+)"\)', text)}
    asked |= {picture.query for picture in PICTURES}
    assert asked == {path.stem for path in QUERIES.glob("*.sql")}


def test_a_page_asks_for_nothing_outside_itself(of_three: tuple[Page, Page]) -> None:
    for name in ("parts.html.j2", "page.html.j2", "audit.html.j2", "page.css", "page.js"):
        text = (REPORT / name).read_text().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?:|//[a-z]|@import|url\(|eval\(", text), name
    for page in of_three:
        assert not page.root.xpath("//link | //@src")
        links = {link.removeprefix("#") for link in page.root.xpath("//@href")}
        assert links <= {*page.ids, "report.html", "audit.html"}
        [policy] = page.root.xpath("//meta[@http-equiv]/@content")
        assert policy.startswith("default-src 'none'; script-src 'sha256-")
        assert "unsafe" not in policy
        assert len(page.html) < 600_000


def test_the_page_describes_its_data_as_the_export_does(
    of_three: tuple[Page, Page], three: Outcome
) -> None:
    report, _ = of_three
    with open_database(three.database) as connection:
        assert report.json("ld+json") == dataset_description(connection)
    assert '<meta name="description" content="The goods and services deficit was' in report.html
    assert "<title>U.S. trade in goods and services, February 2024</title>" in report.html


def test_words_can_be_read_on_their_ground_and_nothing_moves() -> None:
    """WCAG 2.2, level AA: a contrast of 4.5, which axe cannot tell of the words of a picture."""
    style = (REPORT / "page.css").read_text()
    assert not re.search(r"transition|animation|scroll-behavior", style)
    themes = re.findall(r":root \{(.*?)\}", style, re.S)
    assert len(themes) == 2
    for theme in themes:
        light = {name: luminance(colour) + 0.05
                 for name, colour in re.findall(r"--([\w-]+): #(\w{6});", theme)}  # fmt: skip
        words = ("ink", "quiet", "exports", "imports", "balance", "goods", "services")
        for word, ground in [*((word, "paper") for word in words), ("ink", "raised")]:
            low, high = sorted((light[word], light[ground]))
            assert high / low >= 4.5, word


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    light = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2]


def test_the_script_is_javascript_and_uses_classes_and_ids_that_are_on_the_page(
    of_three: tuple[Page, Page],
) -> None:
    """The library's bundler parses it."""
    script = (REPORT / "page.js").read_text(encoding="utf-8")
    assert vl_convert.javascript_bundle(script)
    style = re.sub(r"\{[^{}]*\}", "{}", (REPORT / "page.css").read_text())
    style = re.sub(r"/\*.*?\*/", "", style, flags=re.S)
    used = {*re.findall(r"\.([a-z][\w-]*)", style)}
    used |= {*re.findall(r'querySelector(?:All)?\("\.(\w+)', script)}
    assert len(used) >= 20
    assert used <= OF_THE_SCRIPT | of_three[0].classes | of_three[1].classes
    assert {*re.findall(r"#([a-z][\w-]*)", style)} <= {*of_three[0].ids, *of_three[1].ids}
