# /// script
# dependencies = ["polars==2.1.0", "pyarrow==26.0.1", "duckdb==1.5.6"]
# [tool.us_trade]
# speaks = ["sql", "parquet"]
# ///
"""Polars: data frames from the database, and from Parquet without DuckDB."""

from pathlib import Path

import client
import duckdb
import polars as pl

request = client.request()
connection = duckdb.connect(request["database"], read_only=True)


def parquet(mart: str) -> pl.LazyFrame:
    return pl.scan_parquet(Path(request["dist"]) / f"{mart}.parquet")


def ask_parquet(question: str) -> pl.DataFrame:
    if question == "row counts":
        marts = sorted(path.stem for path in Path(request["dist"]).glob("*.parquet"))
        counts = [
            (f"marts.{mart}", parquet(mart).select(pl.len()).collect().item()) for mart in marts
        ]
        return pl.DataFrame(counts, orient="row")
    trade = parquet("fct_monthly_trade")
    if question == "latest goods deficit":
        both = trade.join(parquet("dim_month"), on="month_date")
        found = both.filter("is_latest", pl.col("component") == "goods")
        return found.select("month_date", deficit=-pl.col("balance_musd")).collect()
    if question == "sums of all months":
        flows = pl.col("exports_musd", "imports_musd", "balance_musd")
        return trade.group_by("component").agg(pl.len(), flows.sum()).sort("component").collect()
    raise NotImplementedError(question)


def ask(question: dict) -> list:
    if question["language"] == "parquet":
        return ask_parquet(question["id"]).rows()
    return connection.execute(question["sql"]).pl().rows()


client.reply(pl.__version__, request["questions"], ask)
