# /// script
# dependencies = ["mcp-server-motherduck==1.1.0"]
# [tool.us_trade]
# speaks = ["sql", "catalogue", "locked"]
# ///
"""mcp-server-motherduck, started as docs/mcp.md says, and asked as an assistant asks it."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import client
from fastmcp import Client

PAGE = Path(__file__).parents[2] / "docs" / "mcp.md"
# More than an assistant should read at once, but some questions need as much.
LIMITS = ["--max-rows", "10000", "--max-chars", "1000000"]


def configured(database: str) -> dict[str, Any]:
    """Return the page's configuration, with the installed program and this database."""
    (text,) = re.findall(r"```json\n(.*?)```", PAGE.read_text(), re.DOTALL)
    configuration = json.loads(text.replace("/path/to/us_trade.duckdb", database))
    server = configuration["mcpServers"]["us_trade"]
    package, *arguments = server["args"]
    program = Path(sys.executable).with_name(package.partition("@")[0])
    server |= {"command": str(program), "args": [*arguments, *LIMITS]}
    return configuration


async def call(server: Client, tool: str, **arguments: str) -> dict[str, Any]:
    """Return a tool's answer, or raise its error."""
    answer = await server.call_tool(tool, arguments)
    said = json.loads(answer.content[0].text)
    if not said["success"] or said.get("truncated"):
        raise RuntimeError(said.get("error") or said["warning"])
    return said


async def ask(server: Client, question: dict) -> list:
    if question["language"] != "catalogue":
        return (await call(server, "execute_query", sql=question["sql"]))["rows"]
    tables = (await call(server, "list_tables", schema="marts"))["tables"]
    if question["id"] == "table comments":
        return [(table["name"], table["comment"]) for table in tables]
    found = []
    for name in (table["name"] for table in tables):
        columns = (await call(server, "list_columns", table=name, schema="marts"))["columns"]
        found += [(name, column["name"], column["comment"]) for column in columns]
    return found


request = client.request()
with asyncio.Runner() as runner:
    server = Client(configured(request.database))
    runner.run(server.__aenter__())
    ways = dict.fromkeys(
        ("sql", "catalogue", "locked"), lambda question: runner.run(ask(server, question))
    )
    client.reply(request, version("mcp-server-motherduck"), ways)
    runner.run(server.__aexit__(None, None, None))
