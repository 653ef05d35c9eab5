"""latest.json: the latest month in a file small enough for a page, a bot or a phone to fetch.

month, release_id, released_on
sentences   those of the news release's first page
headline    its numbers by subject and measure, with one decimal: billions of US dollars, or
            percent where the measure ends in _pct
series      each of the nine: value, changes, and how it stands among the loaded months
"""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

from export.dataset import PUBLISHER, latest_release
from export.marts import SCHEMA, Json

FILE = "latest.json"

HIGHLIGHTS = f"""
select
    subject,
    measure,
    value,
    sentence,
    measure = 'level' or (
        subject in ('deficit', 'exports', 'imports')
        and measure in ('three_month_average', 'year_to_date')
    ) as is_on_first_page
from {SCHEMA}.mart_trade_highlights
where release_id = ? and month_date = ?
order by sort_order
"""
SERIES = f"""
select
    series.series_id,
    series.title,
    series.fred_series_id,
    trade.value_musd,
    trade.change_musd,
    round(trade.change_pct, 1) as change_pct,
    round(trade.change_from_year_ago_pct, 1) as change_from_year_ago_pct,
    records.streak_months,
    strftime(records.highest_since, '%Y-%m') as highest_since,
    strftime(records.lowest_since, '%Y-%m') as lowest_since,
    records.is_record_high,
    records.is_record_low
from {SCHEMA}.mart_trade_indicators as trade
inner join {SCHEMA}.dim_series as series using (component, flow)
inner join {SCHEMA}.mart_trade_records as records using (month_date, component, flow)
where trade.month_date = ?
order by series.sort_order
"""


def write_latest(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    release = latest_release(connection)
    headline: dict[str, Json] = {}
    sentences = []
    highlights = connection.execute(HIGHLIGHTS, [release.id, release.last_month]).fetchall()
    for subject, measure, value, sentence, is_on_first_page in highlights:
        headline.setdefault(subject, {})[measure] = value
        if is_on_first_page:
            sentences.append(sentence)
    found = connection.execute(SERIES, [release.last_month])
    names = [column[0] for column in found.description]
    described = {
        "month": f"{release.last_month:%Y-%m}",
        "release_id": release.id,
        "released_on": release.released_on and f"{release.released_on}",
        "source": f"{PUBLISHER}, {release.title}",
        "units": release.units_note,
        "sentences": sentences,
        "headline": headline,
        "series": [dict(zip(names, row, strict=True)) for row in found.fetchall()],
    }
    content = json.dumps(described, indent=2, ensure_ascii=False, default=float) + "\n"
    (folder / FILE).write_text(content, encoding="utf-8")
