# /// script
# dependencies = ["duckdb"]
# [tool.us_trade]
# speaks = ["sql"]
# with = ["duckdb==1.2.2", "duckdb==1.3.2", "duckdb==1.4.5", "duckdb==1.5.6", "duckdb==2.0.1"]
# ///
"""DuckDB's Python package."""

import client
import duckdb

request = client.request()
connection = duckdb.connect(request["database"], read_only=True)
client.reply(
    duckdb.__version__,
    request["questions"],
    lambda question: connection.execute(question["sql"]).fetchall(),
)
