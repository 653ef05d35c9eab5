# /// script
# dependencies = ["duckdb-cli==1.5.6"]
# [tool.us_trade]
# speaks = ["sql"]
# ///
"""DuckDB's command line, one process for each question."""

import json
import sys
from pathlib import Path

import client

request = client.request()


def duckdb(*arguments: str) -> str:
    return client.run(Path(sys.executable).with_name("duckdb"), *arguments)


def ask(question: dict) -> list:
    output = duckdb("-readonly", "-json", request.database, question["sql"])
    return [row.values() for row in json.loads(output or "[]")]


version = duckdb("--version").split()[0].removeprefix("v")
client.reply(request, version, {"sql": ask})
