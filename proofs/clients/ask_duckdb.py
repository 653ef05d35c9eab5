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
