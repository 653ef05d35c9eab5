"""Read the releases in the database, and describe the dataset as schema.org does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb

from export.marts import SCHEMA, Json
from project import ProjectError

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


@dataclass(frozen=True)
class Release:
    """A row of dim_release."""

    id: str
    title: str
    units_note: str
    sha256: str
    last_month: date
    released_on: date | None
    is_latest: bool

    @property
    def day(self) -> date:
        """Return the release date, or the last month if unknown, as the date in exported files.

        The date of writing would change their bytes.
        """
        return self.released_on or self.last_month


def read_releases(connection: duckdb.DuckDBPyConnection) -> list[Release]:
    """Return the loaded releases, in the order of their months."""
    columns = "release_id, title, units_note, sha256, last_month, released_on, is_latest"
    sql = f"select {columns} from {SCHEMA}.dim_release order by release_id"
    return [Release(*row) for row in connection.execute(sql).fetchall()]


def latest_release(connection: duckdb.DuckDBPyConnection) -> Release:
    """Return the latest of the loaded releases; raise ProjectError where there is none."""
    for release in read_releases(connection):
        if release.is_latest:
            return release
    raise ProjectError(f"{SCHEMA}.dim_release: no release is the latest")


def dataset_description(connection: duckdb.DuckDBPyConnection) -> Json:
    """Return the dataset in JSON-LD, as schema.org defines it; raise ProjectError.

    It stands in croissant.json and in the head of the report. There must be a latest release.
    """
    release = latest_release(connection)
    [months] = connection.execute(
        f"select min(month_date), max(month_date) from {SCHEMA}.dim_month"
    ).fetchall()
    series = connection.execute(
        f"select series_id, title, fred_series_id from {SCHEMA}.dim_series order by sort_order"
    ).fetchall()
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": TITLE,
        "alternateName": release.title,
        "description": DESCRIPTION,
        "url": SITE,
        "license": LICENCE["path"],
        "creator": [{"@type": "Organization", "name": name} for name in PUBLISHERS],
        "version": release.id,
        **({"datePublished": f"{release.released_on}"} if release.released_on else {}),
        "creditText": f"{PUBLISHER}, {release.title}, release of {release.id}",
        "temporalCoverage": "/".join(f"{month:%Y-%m}" for month in months),
        "spatialCoverage": "United States",
        "isAccessibleForFree": True,
        "variableMeasured": [
            {
                "@type": "PropertyValue",
                "name": name,
                "alternateName": fred_series_id,
                "description": title,
                "unitText": release.units_note,
            }
            for name, title, fred_series_id in series
        ],
    }
