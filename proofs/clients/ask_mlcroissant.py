# /// script
# dependencies = ["mlcroissant[parquet]==1.1.1"]
# [tool.us_trade]
# speaks = ["croissant"]
# ///
"""mlcroissant: validate croissant.json, without a warning, and read its records."""

from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import client
import mlcroissant

request = client.request()
dataset = mlcroissant.Dataset(Path(request["dist"]) / "croissant.json")
if dataset.metadata.issues.warnings:
    raise ValueError("; ".join(dataset.metadata.issues.warnings))


def trade() -> Iterator[tuple[str, str, int]]:
    for record in dataset.records("fct_monthly_trade"):
        for flow in ("exports", "imports", "balance"):
            component = record["fct_monthly_trade/component"].decode()
            yield component, flow, record[f"fct_monthly_trade/{flow}_musd"]


def ask(question: dict) -> list:
    if question["id"] == "sums of all months":
        return client.sums(trade())
    if question["id"] == "row counts":
        marts = sorted(one.uuid for one in dataset.metadata.record_sets)
        return [(f"marts.{mart}", sum(1 for _ in dataset.records(mart))) for mart in marts]
    raise NotImplementedError(question)


client.reply(version("mlcroissant"), request["questions"], ask)
