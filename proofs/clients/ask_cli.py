# /// script
# dependencies = ["duckdb-cli==1.5.6"]
# [tool.us_trade]
# speaks = ["sql"]
# ///
"""DuckDB's command line, one process for each question."""

import json
import subprocess
import sys
from pathlib import Path

import client

request = client.request()
duckdb = Path(sys.executable).with_name("duckdb")


def run(*arguments: str) -> str:
    done = subprocess.run([duckdb, *arguments], check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return done.stdout


def ask(question: dict) -> list:
    output = run("-readonly", "-json", request["database"], question["sql"])
    return [row.values() for row in json.loads(output or "[]")]


version = run("--version").split()[0].removeprefix("v")
client.reply(version, request["questions"], ask)
