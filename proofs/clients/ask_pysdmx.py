# /// script
# dependencies = ["pysdmx[data,xml]==1.21.0"]
# [tool.us_trade]
# speaks = ["sdmx-ml", "sdmx-csv"]
# ///
"""pysdmx: validate the SDMX files by the schemas of SDMX, and read them."""

from importlib.metadata import version
from pathlib import Path

import client
from pysdmx.io import get_datasets, read_sdmx

request = client.request()
dist = Path(request["dist"])
structure = dist / "sdmx_structure.xml"


def ask(question: dict) -> list:
    if question["id"] == "code lists":
        found = read_sdmx(structure, validate=True).get_codelists()
        return sorted((one.id, code.id) for one in found for code in one)
    if question["id"] == "sums of all months":
        file = {"sdmx-ml": "sdmx_data.xml", "sdmx-csv": "sdmx_data.csv"}[question["language"]]
        (data,) = get_datasets(dist / file, structure, validate=True)
        columns = [data.data[name] for name in ("COMPONENT", "FLOW", "OBS_VALUE")]
        return client.sums(zip(*columns, strict=True))
    raise NotImplementedError(question)


client.reply(version("pysdmx"), request["questions"], ask)
