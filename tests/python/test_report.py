"""The report, drawn in process of one release and of three; and what it is made of.

`make check-report` opens it in a browser, asks its pictures, and compares all its numbers.
"""

from __future__ import annotations

import datetime
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import altair as alt
import duckdb
import pytest
import vl_convert
import yaml
from support.builds import Outcome, query

import build_report
from export.dataset import dataset_description
from project import ROOT, ProjectError, main, open_database
from report import marts, page
from report.captions import Captions
from report.marts import Marts
from report.pictures import PICTURES, Drawing, draw, drawn, one_decimal

REPORT = ROOT / "scripts" / "report"
QUERIES = sorted((REPORT / "queries").glob("*.sql"))
# What Vega's tooltip, which is no part of the page, gives its parts.
OF_THE_TOOLTIP = {"visible", "key", "value"}
# Of one release there is nothing to compare.
OF_SEVERAL = {"two_releases", "triangle"}
MINUS = "\N{MINUS SIGN}"


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


@pytest.fixture(scope="module")
def files(database: Path) -> dict[str, bytes]:
    return build_report.files(database)


@pytest.fixture(scope="module")
def of_one(files: dict[str, bytes]) -> Page:
    return Page(files["report.html"].decode())


@pytest.fixture(scope="module")
def drawings(three_releases: Outcome) -> dict[str, Drawing]:
    with open_database(three_releases.database) as connection:
        return drawn_of(Marts(connection), *(picture.name for picture in PICTURES))


@pytest.fixture(scope="module")
def of_three(three_releases: Outcome, drawings: dict[str, Drawing]) -> Page:
    return Page(rendered(three_releases.database, drawings))


@pytest.fixture
def queries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the queries, which the report asks instead, to be changed at will."""
    folder = shutil.copytree(REPORT / "queries", tmp_path / "queries")
    monkeypatch.setattr(marts, "QUERIES", folder)
    return folder


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def rendered(database: Path, drawings: dict[str, Drawing], *redrawn: str) -> str:
    """The page with these pictures, some of them drawn again."""
    with open_database(database) as connection:
        answering = Marts(connection)
        again = drawn_of(answering, *redrawn)
        return page.render(answering, Captions(answering), drawings | again)


def drawn_of(answering: Marts, *names: str) -> dict[str, Drawing]:
    captions = Captions(answering)
    return {p.name: draw(p, answering, captions.of(p.name)) for p in PICTURES if p.name in names}


# --------------------------------------------------------------------------- what is drawn


def test_the_page_of_one_release(of_one: Page, database: Path) -> None:
    names = {picture.name for picture in PICTURES} - OF_SEVERAL
    assert (
        names | {f"{name}-{part}" for name in names for part in ("picture", "numbers")}
        <= of_one.ids
    )
    assert not OF_SEVERAL & of_one.ids
    months = of_one.tables["thirteen_months"]
    assert months[1] == ["Total", "Goods", "Services"] * 3
    latest = f"{MINUS}68.9 {MINUS}91.4 22.5 263.0 176.7 86.4 331.9 268.1 63.8"
    assert months[2] == ["February 2024", *latest.split()]
    assert [row[0] for row in months[2:]][-1] == "February 2023"
    assert len(of_one.tables["records"]) == 1 + 9
    assert of_one.tables["records"][1][1] == f"{MINUS}68.9"
    heads, *families = of_one.tables["reconciliation"]
    assert (heads[0], heads[-1], len(families)) == ("Identity", "Off by rounding alone, %", 3)
    assert {"revisions", "release_changes"} & {*of_one.tables} == set()  # all was printed once
    assert "No release before 2024-02 is loaded." in of_one.text
    sentences = query(
        database,
        """
        select sentence from marts.mart_trade_highlights inner join marts.dim_month
        using (month_date) where is_latest and measure = 'level' and subject = 'deficit'
        """,
    )
    assert sentences[0][0] in of_one.text


def test_the_page_of_three_releases(
    three_releases: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It shows the revisions, and has then asked every query that there is."""
    asked: set[str] = set()
    ask = Marts.ask
    monkeypatch.setattr(Marts, "ask", lambda self, name: (asked.add(name), ask(self, name))[1])
    of_three = Page(rendered(three_releases.database, {}, *(picture.name for picture in PICTURES)))
    assert asked == {path.stem for path in QUERIES}
    heads, *rows = of_three.tables["revisions"]
    assert heads[:4] == ["component", "flow", "horizon", "observations"]
    [(summarised,)] = query(
        three_releases.database, "select count(*) from marts.mart_revision_summary"
    )
    assert len(rows) == summarised > 0
    assert ["goods", "exports", "1 to 3", "1", "400.00"] in [row[:5] for row in rows]
    assert of_three.ids >= OF_SEVERAL
    # February's release has December's exports 150 higher than January's had them.
    changed = of_three.tables["release_changes"][1]
    assert changed[:2] + changed[-1:] == [
        "Trade balance: goods and services", "December 2023", "150",
    ]  # fmt: skip
    heads, *months = of_three.tables["two_releases-numbers"]
    assert (heads[0], heads[-1]) == ("Month", "Balance revision, $ million")
    assert [row[0] for row in months[:2]] == ["January 2024", "December 2023"]
    cells = of_three.tables["triangle-numbers"]
    assert [row[-1] for row in cells[1:]].count("yes") == 3


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_a_picture_draws_columns_that_its_queries_return(
    picture: Any, drawings: dict[str, Drawing], three_releases: Outcome, queries: Path
) -> None:
    """Vega draws nothing, and says nothing, where a column is not there."""
    answer = drawings[picture.name].answers[0]
    for column in {*answer.columns} & drawn(drawings[picture.name].page):
        sql = f"select * exclude ({column}) from ({answer.sql.rstrip().rstrip(';')})"
        (queries / f"{answer.name}.sql").write_text(sql)
        with (
            open_database(three_releases.database) as connection,
            pytest.raises(ProjectError, match=rf"{answer.name}.sql: returns no {column}, which"),
        ):
            draw(picture, Marts(connection), drawings[picture.name].captions)


def test_a_picture_in_a_file_has_the_colours_of_the_light_page(files: dict[str, bytes]) -> None:
    svg = files["pictures/balance.svg"].decode()
    assert "var(" not in svg
    assert "#0067a5" in svg  # exports by day; #5ab4f0 by night
    assert files["pictures/balance.png"].startswith(b"\x89PNG")


@pytest.mark.parametrize("folder", ["/usr/share/fonts", "/dev/null"])
def test_a_picture_has_the_same_bytes_whatever_fonts_the_machine_has(
    files: dict[str, bytes], database: Path, tmp_path: Path, folder: str
) -> None:
    fonts = tmp_path / "fonts.conf"
    fonts.write_text(f"<fontconfig><dir>{folder}</dir></fontconfig>")
    subprocess.run(
        [sys.executable, ROOT / "scripts" / "build_report.py", "--database", database,
         "--out", tmp_path / "dist"],
        env=os.environ | {"FONTCONFIG_FILE": str(fonts), "HOME": str(tmp_path)},
        check=True, capture_output=True,
    )  # fmt: skip
    assert drawn_in(tmp_path / "dist") == files


def test_the_picture_of_readme_is_the_one_that_is_drawn(files: dict[str, bytes]) -> None:
    assert "](docs/balance.svg)" in (ROOT / "README.md").read_text()
    drawn = files[f"pictures/{build_report.README_PICTURE}"]
    assert (ROOT / "docs" / "balance.svg").read_bytes() == drawn, "run build_report.py --readme"


@pytest.mark.parametrize("places", [3, 6, 9])
def test_a_picture_writes_a_number_as_the_page_does(places: int) -> None:
    """To one decimal, half away from zero, though a tie may have no binary fraction."""
    unit = Decimal(1).scaleb(-places)
    near = [
        n + Decimal("0.05") + d for n in (0, 1, Decimal("0.3"), 68, 999) for d in (-unit, 0, unit)
    ]
    values = [sign * value for value in near for sign in (1, -1)]
    rows = [{"at": at, "busd": float(value)} for at, value in enumerate(values)]
    chart = alt.Chart(alt.InlineData(values=rows)).transform_calculate(text=one_decimal("busd"))
    svg = vl_convert.vegalite_to_svg(chart.mark_text().encode(x="at:Q", text="text:N").to_dict())
    written = re.findall(r"<text[^>]*>([^<]*\.\d)</text>", svg)
    assert written == [page.readable(value) for value in values]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "–"), ("exports", "exports"), (12564, "12,564"), (-3, f"{MINUS}3"), (0, "0"),
        (Decimal("-1234.45"), f"{MINUS}1,234.5"), (Decimal("-0.049"), "0.0"),
        (-1234.567, f"{MINUS}1,234.57"), (2.0, "2.00"),
    ],
)  # fmt: skip
def test_a_value_is_written_for_a_reader(value: object, words: str) -> None:
    assert page.readable(value) == words


JANUARY, JUNE = datetime.date(2024, 1, 1), datetime.date(2024, 6, 1)


def year_to_date(*sums: int) -> list[marts.Row]:
    """The deficits of January to June, the last of them of 2024."""
    years = enumerate(sums, 2025 - len(sums))
    return [
        {"subject": "deficit", "month_date": JUNE, "year": year, "sum_busd": Decimal(deficit)}
        for year, deficit in years
    ]


# Of a macro, what it is about, and what a query that it asks returns.
CASES = [
    ("card", {"subject": "deficit", "exact_busd": -1}, {}, "Surplus"),
    ("card_change", {"exact_busd": 5, "before_busd": 5, "month_before": "May"}, {},
     "unchanged from May"),
    ("card_change", {"exact_busd": -5, "before_busd": 6, "month_before": "May"}, {},
     "after a deficit of $6.0 billion in May"),
    ("balance_title", [{"balance_busd": 1, "month_date": JUNE}], {},
     "The surplus was $1.0 billion in June 2024"),
    ("balance_text",
     [{"balance_busd": 1, "exports_busd": 3, "imports_busd": 2, "month_date": JUNE}], {},
     "The one month June 2024: exports of $3.0 billion, imports of $2.0 billion,"
     " a surplus of $1.0 billion."),
    ("goods_services_title", [],
     {"span": "month", "month_date": JUNE, "paid_for_pct": None, "goods_busd": 1,
      "services_busd": -2},
     "Goods came to a surplus of $1.0 billion in June 2024, services to a deficit of $2.0 billion"),
    ("year_ago_title",
     [{"month_date": JUNE, "exports_pct": Decimal("0.04"), "imports_pct": -2}], {},
     "Exports in June 2024 were as a year before, imports 2.0 percent below a year before"),
    ("three_months_title", [],
     {"month_date": JUNE, "average_busd": -2, "month_before_busd": -2, "year_before_busd": 3},
     "The three-month average deficit was $2.0 billion in June 2024, unchanged on the month and"
     " after a surplus of $3.0 billion a year earlier"),
    ("three_months_title", [],
     {"month_date": JUNE, "average_busd": -2, "month_before_busd": Decimal("-2.01"),
      "year_before_busd": None},
     "The three-month average deficit was $2.0 billion in June 2024, down less than $0.1 billion on"
     " the month"),
    ("year_to_date_title", year_to_date(-4, -2, -3), {},
     "The surplus of January to June 2024 was $3.0 billion, smaller than in 1 of the 2 years"
     " before"),
    ("year_to_date_title", year_to_date(4, 5, 5), {},
     "The deficit of January to June 2024 was $5.0 billion, no smaller than in each of the 2 years"
     " before"),
    ("year_to_date_title", year_to_date(4, 3), {},
     "The deficit of January to June 2024 was $3.0 billion, smaller than in 2023"),
    ("year_to_date_text", year_to_date(-1), {},
     "Bars for exports, imports and the deficit of the same months of each year. The deficit,"
     " 2024: $1.0 billion (surplus)."),
    ("standing", {"streak_months": None, "highest_since": None, "lowest_since": None}, {},
     "no month before it"),
    ("standing",
     {"streak_months": 1, "flow": "exports", "highest_since": None, "lowest_since": JUNE,
      "is_record_high": None, "first_month": JANUARY}, {},
     "highest since January 2024"),
    ("movement", {"streak_months": 0}, {}, "did not change"),
    ("movement", {"streak_months": None}, {}, ""),
    ("two_releases_title",
     [{"month_date": JANUARY, "balance_musd": -5000, "balance_before_musd": -5000}],
     {"previous_last_month": JANUARY, "previous_release_id": "2024-01"},
     "January 2024: a deficit of $5,000 million, as 2024-01 printed it"),
    ("triangle_title", [], {"balances": 12, "up": 0, "down": 0},
     "None of 12 balances printed again was revised"),
    ("year_residuals_title", [],
     {"identity_family": "period", "breaks": 0, "largest_residual_musd": 0},
     "Every year sum is exact"),
    ("year_residuals_title",
     [{"residual_musd": -4, "identities": 1, "expected_identities": 0.01},
      {"residual_musd": 3, "identities": 9, "expected_identities": 9}],
     {"identity_family": "period", "breaks": 0, "largest_residual_musd": 4, "unlikely": 1,
      "unlikely_from_musd": 4, "identities": 10},
     "1 of 10 year sums misses by 4 million or more; rounding alone would put 0.01 so far off"),
    ("z_scores_title", [{"status": "unlikely", "year": 1992}], {},
     "The one unlikely year sum is of 1992"),
    ("z_scores_sentence", [{"status": "unlikely", "year": 1992, "z_score": 3.5}],
     {"units_note": "In millions"},
     "They need not be errors: each is within what rounding can do, though it seldom does. The mean"
     " square of z is 12.25; rounding alone makes it 1."),
]  # fmt: skip


@pytest.mark.parametrize(("name", "about", "asked", "words"), CASES, ids=[c[0] for c in CASES])
def test_what_is_said_where_the_golden_files_have_no_case(
    name: str, about: Any, asked: marts.Row, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering = Marts(duckdb.connect())
    answer = marts.Answer("asked", "", [*asked], [asked])
    monkeypatch.setattr(answering, "ask", lambda name: answer)
    assert Captions(answering).say(name, about) == words


# --------------------------------------------------------------------------- what is wrong is said


def test_a_query_that_fails_is_named_and_nothing_is_written(
    database: Path, tmp_path: Path, queries: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rewrite(queries / "goods_services.sql", "    month_date,", "    no_such_column,")
    arguments = ["--database", str(database), "--out", str(tmp_path / "dist")]
    assert main(build_report.command, build_report.parser(), arguments) == 1
    error = capsys.readouterr().err
    assert "goods_services.sql" in error
    assert "no_such_column" in error
    assert not (tmp_path / "dist").exists()


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("records", "as high_month", "as high_mouth", "high_month"),
        ("thirteen_months", "imports_goods_busd", "1 as imports_gods", "imports_goods_busd"),
        ("reconciliation", "summary.off_by_rounding_pct", "1 as off", "off_by_rounding_pct"),
        ("headline_numbers", "as exact_busd", "as exact", "captions.j2: card: .*exact_busd"),
        ("balance", "order by month_date", "where false order by month_date", "balance_title"),
        ("three_months", "order by month_date", "limit 0", "no rows"),
        ("release", "where dim_release.is_latest", "where false", "expected one row, found 0"),
    ],
)
def test_what_the_page_cannot_show_is_an_error_not_a_blank(
    database: Path, drawings: dict[str, Drawing], queries: Path,
    name: str, old: str, new: str, words: str,
) -> None:  # fmt: skip
    rewrite(queries / f"{name}.sql", old, new)
    with pytest.raises(ProjectError, match=words):
        rendered(database, drawings, "balance", "three_months")


def test_a_picture_of_which_there_is_nothing_to_say_is_left_out(
    database: Path, queries: Path
) -> None:
    """As of the change from a year before, in the first year."""
    rewrite(queries / "year_ago.sql", "order by exports.month_date", "limit 0")
    files = build_report.files(database)
    assert "pictures/year_ago.svg" not in files
    left = {*Page(files["report.html"].decode()).ids}
    assert "three_months" in left and not {"year_ago", "year_ago-picture"} & left


def test_what_a_query_returns_is_escaped(
    database: Path, drawings: dict[str, Drawing], queries: Path
) -> None:
    odd = """<b>"x" & 'y'</b>"""
    text = odd.replace("'", "''")
    rewrite(queries / "release.sql", "    dim_release.title,", f"    '{text}' as title,")
    rewrite(queries / "headline_numbers.sql", "levels.subject,", f"'{text}' as subject,")
    rewrite(queries / "z_scores.sql", "dim_series.label", f"'</script>{text}' as label")
    html = rendered(database, drawings, "z_scores")
    assert odd not in html
    assert html.count("</script>") == len(PICTURES) + 3
    read = Page(html)
    assert odd in read.text
    assert [given.get("class") for _, given in read.tags].count(f"card {odd}") == 3


def test_a_database_that_is_none_is_named_and_nothing_is_downloaded_to_read_it(
    tmp_path: Path,
) -> None:
    other = tmp_path / "other.sqlite"
    other.write_bytes(b"SQLite format 3\0" + bytes(100))
    for path, words in ((tmp_path / "none", "build it with make"), (other, "cannot be opened")):
        with pytest.raises(ProjectError, match=words) as error:
            build_report.files(path)
        assert "download" not in str(error.value).lower()


# --------------------------------------------------------------------------- the files


def drawn_in(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*") if path.is_file()
    }  # fmt: skip


def test_the_pictures_of_an_older_report_go_and_other_folders_stay(
    files: dict[str, bytes], tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "kept.csv").write_text("kept")
    older = {"pictures/older.svg": files["pictures/balance.svg"], "pictures/older.png": b"png"}
    build_report.write(files | older, tmp_path)
    assert drawn_in(tmp_path) == files | older | {"data/kept.csv": b"kept"}
    build_report.write(files, tmp_path)
    assert drawn_in(tmp_path) == files | {"data/kept.csv": b"kept"}


@pytest.mark.parametrize(
    "name", ["notes.txt", "holiday.png", "mine.svg", "sketches/a.svg", "link.svg"]
)
def test_what_else_stands_among_the_pictures_is_not_lost(
    files: dict[str, bytes], tmp_path: Path, name: str
) -> None:
    build_report.write(files, tmp_path)
    mine = tmp_path / "pictures" / name
    mine.parent.mkdir(exist_ok=True)
    if name.startswith("link"):
        mine.symlink_to(tmp_path / "pictures" / "balance.svg")
    else:
        mine.write_bytes(b"<svg>mine</svg>")
    before = drawn_in(tmp_path)
    with pytest.raises(ProjectError, match="holds what this did not write"):
        build_report.write(files | {"report.html": b"new"}, tmp_path)
    assert drawn_in(tmp_path) == before


def test_a_page_that_cannot_be_written_leaves_the_pictures(
    files: dict[str, bytes], tmp_path: Path
) -> None:
    (tmp_path / "report.html").mkdir()
    with pytest.raises(OSError):
        build_report.write(files, tmp_path, tmp_path / "readme.svg")
    assert not (tmp_path / "pictures").exists()


# --------------------------------------------------------------------------- what it is made of


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_a_query_says_what_it_is_for_and_reads_the_marts_alone(path: Path) -> None:
    sql = path.read_text(encoding="utf-8")
    assert sql.startswith("-- ")
    assert set(re.findall(r"(?:from|join)\s+(\w+)\.\w+", sql)) == {"marts"}


def test_the_exposure_names_what_the_report_reads() -> None:
    text = (ROOT / "models" / "marts" / "exposures.yml").read_text(encoding="utf-8")
    exposures = {exposure["name"]: exposure for exposure in yaml.safe_load(text)["exposures"]}
    listed = re.findall(r"'(\w+)'", " ".join(exposures["report"]["depends_on"]))
    read = marts.marts_read(marts.Answer(path.stem, path.read_text(), [], []) for path in QUERIES)
    assert sorted(listed) == sorted(name.removeprefix("marts.") for name in read)


def test_the_page_asks_for_nothing_outside_itself(of_one: Page) -> None:
    for name in ("page.html.j2", "page.css", "page.js"):
        text = (REPORT / name).read_text()
        assert not re.search(r"https?:|//[a-z]|@import|url\(|eval\(", text), name
    for tag, given in of_one.tags:
        assert "src" not in given and tag != "link", tag
        assert (given.get("href") or "#").removeprefix("#") in {*of_one.ids, ""}
    [policy] = [given["content"] for _, given in of_one.tags if "http-equiv" in given]
    assert str(policy).startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in str(policy)


def test_the_page_describes_its_data_as_the_export_does(
    files: dict[str, bytes], database: Path
) -> None:
    html = files["report.html"].decode()
    [described] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)
    with open_database(database) as connection:
        assert json.loads(described) == dataset_description(connection)
    tags = Page(html).tags
    [words] = [given["content"] for _, given in tags if given.get("name") == "description"]
    assert str(words).startswith(
        "The goods and services deficit was $68.9 billion in February 2024"
    )
    assert "<title>U.S. trade in goods and services, February 2024</title>" in html


def test_each_picture_can_be_taken_away(of_three: Page, drawings: dict[str, Drawing]) -> None:
    cited = of_three.text.count("release 2024-02 of 4 April 2024; tables by us_trade.")
    assert cited == 1 + len(PICTURES)
    for name, drawing in drawings.items():
        heads, *rows = of_three.tables[f"{name}-numbers"]
        assert (len(heads), len(rows)) == (
            len(drawing.answers[0].columns),
            len(drawing.answers[0].rows),
        )
    taken = [given.get("data-take") for _, given in of_three.tags if "data-take" in given]
    assert taken == ["csv", "svg", "png"] * len(PICTURES)


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


def test_the_script_calls_functions_that_are_there() -> None:
    """The library's bundler parses it, which also finds what is no JavaScript at all."""
    script = (REPORT / "page.js").read_text(encoding="utf-8")
    bundled = vl_convert.javascript_bundle(script)
    own = bundled[bundled.rindex('"use strict";') :]
    embed = re.search(r"window\.vegaEmbed=([\w$]+);", page.library())
    assert embed, "the library gives the page no vegaEmbed"
    called = set(re.findall(r"(?<![\w$.])([A-Za-z_$][\w$]*)\(", own))
    declared = set(re.findall(r"\b(?:function|const|let) ([\w$]+)", own))
    words = {"if", "for", "while", "switch", "catch", "function", "async"}
    in_browsers = {
        "Blob",
        "Date",
        "Map",
        "Number",
        "PointerEvent",
        "String",
        "atob",
        "decodeURIComponent",
    }
    assert embed[1] in called
    assert called - declared - words - in_browsers == {embed[1]}


def test_the_script_uses_signals_that_every_picture_of_months_has(
    drawings: dict[str, Drawing],
) -> None:
    script = (REPORT / "page.js").read_text(encoding="utf-8")
    used = set(re.findall(r'\.(?:signal|addSignalListener)\("(\w+)"', script))
    assert {"period_from", "period_to", "drag"} <= used
    for drawing in drawings.values():
        if drawing.picture.is_months:
            vega = vl_convert.vegalite_to_vega(drawing.page)
            assert used <= {signal["name"] for signal in vega["signals"]}
            assert "x" in {scale["name"] for scale in vega["scales"]}


def test_style_and_script_name_classes_and_ids_that_are_on_the_page(of_three: Page) -> None:
    style = re.sub(r"\{[^{}]*\}", "{}", (REPORT / "page.css").read_text())
    style = re.sub(r"/\*.*?\*/", "", style, flags=re.S)
    script = (REPORT / "page.js").read_text()
    classes = set(re.findall(r"\.([a-z][\w-]*)", style)) - OF_THE_TOOLTIP
    classes |= set(re.findall(r'querySelector(?:All)?\("\.(\w+)', script))
    assert len(classes) >= 20
    assert classes <= of_three.classes
    assert set(re.findall(r"#([a-z][\w-]*)", style)) <= of_three.ids
    attributes = {name for _, given in of_three.tags for name in given}
    assert set(re.findall(r"\[([a-z-]+)", style)) <= attributes


@pytest.mark.parametrize("group", ["report", "browser"])
def test_a_lock_names_exact_versions_with_hashes_and_no_host(group: str) -> None:
    lock = (ROOT / f"requirements-{group}.lock").read_text()
    pinned = dict(re.findall(r"^([a-z0-9-]+)(?:\[\w+\])?==(\S+)", lock, re.MULTILINE))
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    wanted = {re.split("[~=]", name)[0] for name in groups[group] if isinstance(name, str)}
    assert wanted and wanted <= set(pinned)
    assert lock.count("--hash=sha256:") >= len(pinned)
    assert "://" not in lock
    # The report reads the file with the DuckDB that wrote it.
    plain = re.search(r"^duckdb==(\S+)", (ROOT / "requirements.lock").read_text(), re.M)
    assert plain and pinned["duckdb"] == plain[1]
