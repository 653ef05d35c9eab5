# /// script
# dependencies = ["duckdb"]
# [tool.us_trade]
# speaks = ["sql"]
# versions = ["1.2.2", "1.3.2", "1.4.5", "1.5.6", "2.0.1"]
# ///
"""DuckDB's Python package."""

import client
import duckdb

request = client.request()
connection = duckdb.connect(request.database, read_only=True)
ways = {"sql": lambda question: connection.execute(question["sql"]).fetchall()}
client.reply(request, duckdb.__version__, ways)
