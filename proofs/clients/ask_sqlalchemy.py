# /// script
# dependencies = ["duckdb-sqlalchemy==1.5.6.5", "sqlalchemy==2.1.9", "duckdb==1.5.6"]
# [tool.us_trade]
# speaks = ["sql", "reflection"]
# ///
"""SQLAlchemy through duckdb-sqlalchemy: statements, and the catalogue reflected."""

from importlib.metadata import version

import client
from sqlalchemy import MetaData, create_engine, text

request = client.request()
engine = create_engine(f"duckdb:///{request['database']}?access_mode=READ_ONLY")


def reflected() -> list:
    metadata = MetaData()
    metadata.reflect(engine, schema="marts")
    return sorted(metadata.tables.values(), key=lambda table: table.name)


def ask(question: dict) -> list:
    if question["language"] == "sql":
        with engine.connect() as connection:
            return connection.execute(text(question["sql"])).fetchall()
    if question["id"] == "comments":
        return [
            (table.name, column.name, column.comment)
            for table in reflected()
            for column in table.columns
        ]
    if question["id"] == "primary keys":
        return [
            (table.name, ", ".join(column.name for column in table.primary_key))
            for table in reflected()
        ]
    raise NotImplementedError(question["id"])


named = f"{version('sqlalchemy')}, duckdb-sqlalchemy {version('duckdb-sqlalchemy')}"
client.reply(named, request["questions"], ask)
