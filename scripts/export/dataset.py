"""What the whole is: its names, its releases, and its description as schema.org has it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb

from marts import Marts, Row

Json = dict[str, Any]

QUERIES = Path(__file__).with_name("queries")
NAME = "us_trade"
TITLE = "U.S. international trade in goods and services, monthly and annual, from 1992"
DESCRIPTION = (
    "Exports, imports and balance of goods and services, seasonally adjusted, on a"
    " balance-of-payments basis, nominal, as printed in the release; each number checked"
    " against every other that it must agree with, and traceable to its line."
)
PUBLISHERS = ("U.S. Census Bureau", "U.S. Bureau of Economic Analysis")
PUBLISHER = " and ".join(PUBLISHERS)
SITE = "https://www.census.gov/foreign-trade/"
LICENCE = {
    "name": "other-pd",
    "path": "https://creativecommons.org/publicdomain/mark/1.0/",
    "title": "Public domain: a work of the United States government (17 U.S.C. 105)",
}


def write_json(path: Path, content: Json) -> None:
    text = json.dumps(content, indent=2, ensure_ascii=False, default=float)
    path.write_text(text + "\n", encoding="utf-8")


def latest_release(connection: duckdb.DuckDBPyConnection) -> Row:
    """Return the latest of the loaded releases; raise ProjectError where there is none."""
    return Marts(connection, QUERIES).ask("release").only()


def dataset_description(connection: duckdb.DuckDBPyConnection) -> Json:
    """Return the dataset in JSON-LD, as schema.org defines it; raise ProjectError.

    It stands in croissant.json and in the head of the report.
    """
    release = latest_release(connection)
    [months] = connection.execute(
        "select min(month_date), max(month_date) from marts.dim_month"
    ).fetchall()
    series = connection.execute(
        "select series_id, title, fred_series_id from marts.dim_series order by sort_order"
    ).fetchall()
    day = release["released_on"]
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": TITLE,
        "alternateName": release["title"],
        "description": DESCRIPTION,
        "url": SITE,
        "license": LICENCE["path"],
        "creator": [{"@type": "Organization", "name": name} for name in PUBLISHERS],
        "version": release["release_id"],
        **({"datePublished": f"{day}"} if day else {}),
        "creditText": f"{PUBLISHER}, {release['title']}, release of {release['release_id']}",
        "temporalCoverage": "/".join(f"{month:%Y-%m}" for month in months),
        "spatialCoverage": "United States",
        "isAccessibleForFree": True,
        "variableMeasured": [
            {
                "@type": "PropertyValue",
                "name": name,
                "alternateName": fred_series_id,
                "description": title,
                "unitText": release["units_note"],
            }
            for name, title, fred_series_id in series
        ],
    }
