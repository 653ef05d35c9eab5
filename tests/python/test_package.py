"""The project as a package of another dbt project, which has names of its own."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from support.builds import dbt, query

from project import DBT, ROOT

# `series`, `components` and `dim_month` are names of this project too.
CONSUMER = {
    "dbt_project.yml": "{name: analyst, version: '1.0', profile: analyst}",
    "profiles.yml": """
analyst:
  target: dev
  outputs:
    dev: {type: duckdb, path: "{{ env_var('US_TRADE_DB') }}", threads: 2}
""",
    "packages.yml": json.dumps({"packages": [{"local": str(ROOT)}]}),
    "models/series.sql": "select 'mine' as series_id",
    "models/dim_month.sql": "select 'mine' as month_date",
    "seeds/components.csv": "component\nmine\n",
    "models/deficit.sql": """
{{ config(schema='answers') }}
select trade.component, -trade.balance_musd as deficit_musd
from {{ ref('fct_monthly_trade') }} as trade
where trade.month_date = date '2024-02-01'
order by trade.component
""",
}

# Few models and no data test: what they read is asserted below.
SELECTED = ["--select", "+deficit", "+fred", "series", "--indirect-selection", "empty"]


@pytest.mark.ci
def test_another_project_builds_on_this_one(tmp_path: Path) -> None:
    for name, text in CONSUMER.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    database = tmp_path / "made" / "analyst.duckdb"
    database.parent.mkdir()

    subprocess.run([DBT, "--quiet", "deps"], cwd=tmp_path, check=True)
    built = dbt("build", *SELECTED, project=tmp_path, database=database)
    assert built.returncode == 0, built.stdout

    # Its schema is called as dbt calls it, ours as we call them.
    answer = query(database, "from main_answers.deficit")
    assert answer == [("goods", 91_428), ("services", -22_527), ("total", 68_901)]
    assert query(database, "from main.series") == [("mine",)]
    sql = "select value from marts.fred('BOPGSTB') order by date desc limit 1"
    assert query(database, sql) == [(-68_901,)]

    manifest = json.loads((database.parent / "target" / "manifest.json").read_text())
    assert not manifest["unit_tests"] and not manifest["exposures"]
    ours = {key: node for key, node in manifest["nodes"].items() if ".us_trade." in key}
    needs = {need for node in ours.values() for need in node["depends_on"].get("nodes", [])}
    assert not {need for need in needs if ".us_trade." not in need}
