# /// script
# dependencies = ["polars==2.1.0", "pyarrow==26.0.1", "duckdb==1.5.6"]
# [tool.us_trade]
# speaks = ["sql", "parquet"]
# ///
"""Polars: data frames from the database, and from Parquet without DuckDB."""

import client
import duckdb
import polars as pl

request = client.request()
connection = duckdb.connect(request.database, read_only=True)


def sql(question: dict) -> list:
    return connection.execute(question["sql"]).pl().rows()


def parquet(mart: str) -> list[dict]:
    return pl.read_parquet(request.dist / f"{mart}.parquet").to_dicts()


marts = [file.stem for file in request.dist.glob("*.parquet")]
client.reply(request, pl.__version__, {"sql": sql, "parquet": client.of_files(marts, parquet)})
