"""Runs in Sail's environment: what queries answer over the marts of a lake.

Reads, as JSON on standard input, ``{"lake": folder, "queries": [sql]}``; writes, as its last line,
the rows of each, every value as text.
"""

import json
import sys
from pathlib import Path

from pysail.spark import SparkConnectServer
from pyspark.sql import SparkSession

asked = json.load(sys.stdin)
server = SparkConnectServer()
server.start(background=True)
host, port = server.listening_address
spark = SparkSession.builder.remote(f"sc://{host}:{port}").getOrCreate()
spark.sql("create schema marts")
for files in sorted(Path(asked["lake"], "marts").iterdir()):
    spark.sql(f"create table marts.{files.name} using parquet location '{files}'")
answers = [[[str(value) for value in row] for row in spark.sql(sql).collect()]
           for sql in asked["queries"]]  # fmt: skip
spark.stop()
server.stop()
print(json.dumps(answers))
