# /// script
# dependencies = ["pandas==3.1.1", "pyarrow==26.0.1", "duckdb==1.5.6"]
# [tool.us_trade]
# speaks = ["sql", "parquet"]
# ///
"""pandas: data frames from the database, and from Parquet without DuckDB."""

import client
import duckdb
import pandas as pd

request = client.request()
connection = duckdb.connect(request.database, read_only=True)


def sql(question: dict) -> list:
    return list(connection.execute(question["sql"]).df().itertuples(index=False))


def parquet(mart: str) -> list[dict]:
    return pd.read_parquet(request.dist / f"{mart}.parquet").to_dict("records")


marts = [file.stem for file in request.dist.glob("*.parquet")]
client.reply(request, pd.__version__, {"sql": sql, "parquet": client.of_files(marts, parquet)})
