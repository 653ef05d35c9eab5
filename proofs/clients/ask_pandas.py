# /// script
# dependencies = ["pandas==3.1.1", "pyarrow==26.0.1", "duckdb==1.5.6"]
# [tool.us_trade]
# speaks = ["sql", "parquet"]
# ///
"""pandas: data frames from the database, and from Parquet without DuckDB."""

from pathlib import Path

import client
import duckdb
import pandas as pd

request = client.request()
connection = duckdb.connect(request["database"], read_only=True)


def parquet(mart: str) -> pd.DataFrame:
    return pd.read_parquet(Path(request["dist"]) / f"{mart}.parquet")


def ask_parquet(question: str) -> pd.DataFrame:
    if question == "row counts":
        marts = sorted(path.stem for path in Path(request["dist"]).glob("*.parquet"))
        return pd.DataFrame([(f"marts.{mart}", len(parquet(mart))) for mart in marts])
    trade = parquet("fct_monthly_trade")
    if question == "latest goods deficit":
        both = trade.merge(parquet("dim_month"), on="month_date")
        found = both[both["is_latest"] & (both["component"] == "goods")]
        return found.assign(deficit=-found["balance_musd"])[["month_date", "deficit"]]
    if question == "sums of all months":
        return trade.groupby("component", as_index=False).agg(
            months=("month_date", "count"),
            exports=("exports_musd", "sum"),
            imports=("imports_musd", "sum"),
            balance=("balance_musd", "sum"),
        )
    raise NotImplementedError(question)


def ask(question: dict) -> list:
    if question["language"] == "parquet":
        frame = ask_parquet(question["id"])
    else:
        frame = connection.execute(question["sql"]).df()
    return list(frame.itertuples(index=False))


client.reply(pd.__version__, request["questions"], ask)
