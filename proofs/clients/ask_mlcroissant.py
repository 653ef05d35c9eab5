# /// script
# dependencies = ["mlcroissant[parquet]==1.1.1"]
# [tool.us_trade]
# speaks = ["croissant"]
# ///
"""mlcroissant: validate croissant.json, without a warning, and read its records."""

from collections.abc import Iterator
from importlib.metadata import version

import client
import mlcroissant

request = client.request()
dataset = mlcroissant.Dataset(request.dist / "croissant.json")
if dataset.metadata.issues.warnings:
    raise ValueError("; ".join(dataset.metadata.issues.warnings))


def records(mart: str) -> Iterator[dict]:
    for record in dataset.records(mart):
        cells = {name.removeprefix(f"{mart}/"): value for name, value in record.items()}
        yield {name: it.decode() if isinstance(it, bytes) else it for name, it in cells.items()}


marts = [one.uuid for one in dataset.metadata.record_sets]
client.reply(request, version("mlcroissant"), {"croissant": client.of_files(marts, records)})
