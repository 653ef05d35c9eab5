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
engine = create_engine(f"duckdb:///{request.database}?access_mode=READ_ONLY")


def sql(question: dict) -> list:
    with engine.connect() as connection:
        return connection.execute(text(question["sql"])).fetchall()


def reflected(question: dict) -> list:
    metadata = MetaData()
    metadata.reflect(engine, schema="marts")
    tables = sorted(metadata.tables.values(), key=lambda table: table.name)
    if question["id"] == "primary keys":
        keys = ((table.name, [column.name for column in table.primary_key]) for table in tables)
        return [(name, ", ".join(key)) for name, key in keys]
    return [(table.name, one.name, one.comment) for table in tables for one in table.columns]


named = f"{version('sqlalchemy')}, duckdb-sqlalchemy {version('duckdb-sqlalchemy')}"
client.reply(request, named, {"sql": sql, "reflection": reflected})
