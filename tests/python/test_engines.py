"""Two engines: that whatever differs between their databases is seen. Nothing is installed."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import duckdb
import pytest
import yaml
from proofs.engines import __main__ as engines
from proofs.engines.comparing import compare
from proofs.engines.installing import LOCKS, Engine
from proofs.environments import run
from proofs.replay import run_unit_tests
from support.stand_ins import python_stand_in, stand_in

from project import ROOT, ProjectError

MADE = """
    create schema raw;
    create schema intermediate;
    create schema marts;
    create table marts.dim_month (month_date date primary key, year integer not null, share double);
    insert into marts.dim_month values ('2024-01-01', 2024, 0.5), ('2024-02-01', 2024, null);
    comment on table marts.dim_month is 'A month. Grain: month_date.';
    comment on column marts.dim_month.year is 'The year.';
    create view marts.months as select month_date from marts.dim_month;
    create macro marts.as_of(day) as table select * from marts.dim_month where month_date <= day;
"""
NAMES = "dbt 1.11", "dbt 2"


def made(folder: Path, *statements: str) -> Path:
    folder.mkdir(exist_ok=True)
    database = folder / "us_trade.duckdb"
    with duckdb.connect(database) as connection:
        for statement in (MADE, *statements):
            connection.execute(statement)
    return database


def differences(tmp_path: Path, *statements: str) -> list[str]:
    """What is found where statements changed the second of two databases."""
    one, other = made(tmp_path / "one"), made(tmp_path / "other", *statements)
    return compare((NAMES[0], one), (NAMES[1], other)).faults


def test_two_databases_that_are_alike_are_counted(tmp_path: Path) -> None:
    one, other = made(tmp_path / "one"), made(tmp_path / "other")
    compared = compare((NAMES[0], one), (NAMES[1], other))
    assert compared.faults == []
    assert compared.counts == {"table": 2, "column": 4, "key": 3, "table macro": 1, "row": 4}


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("drop view marts.months", "table marts.months: only dbt 1.11 has it"),
        ("create table raw.more (it integer)", "table raw.more: only dbt 2 has it"),
        (
            "drop view marts.months; "
            "create table marts.months as select month_date from marts.dim_month",
            "table marts.months: kind is 'view' in dbt 1.11, 'table' in dbt 2",
        ),
        (
            "alter table marts.dim_month alter share type decimal(18, 1)",
            "column marts.dim_month.share: type is 'DOUBLE' in dbt 1.11, 'DECIMAL(18,1)' in dbt 2",
        ),
        (
            "comment on table marts.dim_month is 'A month.'",
            "table marts.dim_month: comment is 'A month. Grain: month_date.' in dbt 1.11, "
            "'A month.' in dbt 2",
        ),
        (
            "comment on column marts.dim_month.year is null",
            "column marts.dim_month.year: comment is 'The year.' in dbt 1.11, None in dbt 2",
        ),
        (
            "alter table marts.dim_month alter year drop not null",
            "key marts.dim_month: not null (year): only dbt 1.11 has it",
        ),
        (
            "create or replace table marts.dim_month as from marts.dim_month",
            "key marts.dim_month: primary key (month_date): only dbt 1.11 has it",
        ),
        (
            "create or replace macro marts.as_of(till) as table select 1",
            "table macro marts.as_of: parameters is 'day' in dbt 1.11, 'till' in dbt 2",
        ),
        (
            "update marts.dim_month set share = 0.25 where share = 0.5",
            "marts.dim_month: 1 rows only in dbt 2, such as "
            "(datetime.date(2024, 1, 1), 2024, 0.25)",
        ),
        (
            "delete from marts.dim_month where share is null",
            "marts.months: 1 rows only in dbt 1.11, such as (datetime.date(2024, 2, 1),)",
        ),
    ],
)
def test_a_difference_is_seen(tmp_path: Path, statement: str, fault: str) -> None:
    assert fault in differences(tmp_path, statement)


def test_a_row_that_stands_twice_is_seen(tmp_path: Path) -> None:
    """Of a table without a key."""
    [one, other] = [
        made(tmp_path / name, "create table raw.twice as from range(3) as t (n)", more)
        for name, more in (("one", "select 1"), ("other", "insert into raw.twice values (2)"))
    ]
    assert compare((NAMES[0], one), (NAMES[1], other)).faults == [
        "raw.twice: 1 rows only in dbt 2, such as (2,)"
    ]


# ------------------------------------------------------------------- a build that stops

SUSPECT = "line 55, column 6: reads 64,882"


def stopped(tmp_path: Path, *, printed: str = SUSPECT, status: int = 1, more: str = "") -> None:
    """What is made of a dbt that finds a suspect, prints something, and ends."""
    dbt = python_stand_in(
        tmp_path,
        f"with duckdb.connect(new) as connection:\n"
        f"    connection.execute('create schema intermediate; create schema marts')\n"
        f"    connection.execute('create table intermediate.int_suspect_lines as '\n"
        f"                       'select 1 as part, 1 as place, $line as line',\n"
        f"                       {{'line': {SUSPECT!r}}})\n"
        f"    connection.execute({more or 'select 1'!r})\n"
        f"sys.exit(print({printed!r}) or {status})",
    )
    copy = engines.Copy(Engine("dbt 2", dbt), tmp_path / "copy")
    assert engines.message(copy, copy.stopped()[1]) == [SUSPECT]


def test_a_build_that_stops_says_which_number_is_broken(tmp_path: Path) -> None:
    stopped(tmp_path, more="create table marts.dim_series as select 1 as it")


@pytest.mark.parametrize(
    ("how", "fault"),
    [
        ({"status": 0}, "dbt 2: builds the marts from a broken number"),
        ({"printed": "something is wrong"}, "dbt 2: does not say which number is broken:"),
        (
            {"more": "create table marts.fct_monthly_trade as select 1 as it"},
            "dbt 2: builds fct_monthly_trade all the same",
        ),
    ],
)
def test_a_build_that_does_not_is_a_fault(tmp_path: Path, how: dict, fault: str) -> None:
    with pytest.raises(ProjectError, match=re.escape(fault)):
        stopped(tmp_path, **how)


# ------------------------------------------------------------------- what is measured


def test_parts_are_what_a_command_takes_longer_than_the_one_before() -> None:
    alone = {"build": 1.0, "whole": 2.0}
    dbt = {"start": 0.5, "parse": 1.0, "build": 2.5, "whole": 3.0, "stopped": 1.5}
    lines = engines.table({engines.ALONE: alone, "dbt 2": dbt}).splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")][1:] for line in lines[2:]]
    assert rows == [
        ["", "0.50 s", ""],
        ["", "0.50 s", ""],
        ["1.00 s", "1.50 s", "1.5"],
        ["1.00 s", "2.50 s", "2.5"],
        ["1.00 s", "0.50 s", "0.5"],
        ["2.00 s", "3.00 s", "1.5"],
        ["", "1.50 s", ""],
    ]
    assert engines.aims(dbt, alone) == (
        "without unit tests 2.5 times DuckDB alone (aim: 2.0, missed), "
        "with them 1.5 times DuckDB alone (aim: 1.5, met)"
    )


def test_the_file_says_its_format_and_its_writer(tmp_path: Path) -> None:
    database = made(tmp_path / "one")
    assert re.fullmatch(
        rf"\d+\.\d MiB in format \d+, by DuckDB v{duckdb.__version__}", engines.file_of(database)
    )


def test_duckdb_alone_runs_what_a_unit_test_ran(tmp_path: Path) -> None:
    place = "project/models/core/one.yml/models/core/a_unit_test.sql"
    for folder, sql in (("compiled", "select 1 as n"), ("run", "insert into ran values (1)")):
        path = tmp_path / folder / place
        path.parent.mkdir(parents=True)
        path.write_text(sql)
    with duckdb.connect() as connection:
        connection.execute("create table ran (n integer)")
        run_unit_tests(connection, tmp_path)
        assert connection.execute("from ran").fetchall() == [(1,)]


# ------------------------------------------------------------------- what is installed


def test_an_install_that_fails_says_why(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="dbt failed:\nno such package"):
        run([stand_in(tmp_path, "echo no such package; exit 1")])


def test_the_locks_name_exact_versions_with_hashes_and_no_host() -> None:
    lock = (LOCKS / "dbt2.lock").read_text()
    assert re.match(r"dbt-core==2\S+ \\\n    --hash=sha256:", lock)
    packages = json.loads((LOCKS / "package-lock.json").read_text())["packages"]
    wanted = json.loads((LOCKS / "package.json").read_text())["dependencies"]
    assert packages.pop("")["dependencies"] == wanted
    assert all(package["integrity"] and package["version"] for package in packages.values())
    assert not any("resolved" in package for package in packages.values())


# ------------------------------------------------------------------- what dbt 2 wants


def contracts() -> set[str]:
    return {path.stem for path in (ROOT / "models" / "marts").rglob("*.sql")}


def wanting(folder: Path) -> list[str]:
    """The rows given to unit tests that dbt 2 does not take, or not with a mart's types."""
    faults = []
    for path in sorted(folder.rglob("*.yml")):
        for test in yaml.safe_load(path.read_text()).get("unit_tests", []):
            for part in (*test["given"], {"input": "expected", **test["expect"]}):
                if part.get("format") != "csv":
                    continue
                if set(re.findall(r"ref\('(\w+)'\)", part["input"])) & contracts():
                    faults.append(f"{test['name']}: {part['input']} is a mart; give it as sql")
                header, *rows = part["rows"].splitlines()
                bare = [re.sub(r'"[^"]*"', "", row).count(",") for row in (header, *rows)]
                if len(set(bare)) > 1:
                    faults.append(f"{test['name']}: {part['input']} has rows of unlike lengths")
    return faults


def test_unit_tests_are_given_what_dbt_2_takes(tmp_path: Path) -> None:
    assert wanting(ROOT / "models") == []
    shutil.copytree(ROOT / "models" / "marts" / "core", tmp_path / "core")
    page = tmp_path / "core" / "fct_annual_trade.yml"
    [test] = [one for one in yaml.safe_load(page.read_text())["unit_tests"]][:1]
    for given in test["given"]:
        given.update(format="csv", rows="component,exports_musd\ngoods\n")
    page.write_text(yaml.safe_dump({"unit_tests": [test]}))
    assert len(wanting(tmp_path)) == 1 + len(test["given"])
