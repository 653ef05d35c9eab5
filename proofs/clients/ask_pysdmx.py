# /// script
# dependencies = ["pysdmx[data,xml]==1.21.0"]
# [tool.us_trade]
# speaks = ["sdmx-ml", "sdmx-csv"]
# ///
"""pysdmx: validate the SDMX files by the schemas of SDMX, and read them."""

from importlib.metadata import version

import client
from pysdmx.io import get_datasets, read_sdmx

request = client.request()
structure = request.dist / "sdmx_structure.xml"


def codes(question: dict) -> list:
    found = read_sdmx(structure, validate=True).get_codelists()
    return sorted((one.id, code.id) for one in found for code in one)


def sums(file: str) -> list:
    (data,) = get_datasets(request.dist / file, structure, validate=True)
    columns = [data.data[name] for name in ("COMPONENT", "FLOW", "OBS_VALUE")]
    return client.sums(zip(*columns, strict=True))


ways = {
    "sdmx-ml": {"code lists": codes, "sums of all months": lambda _: sums("sdmx_data.xml")},
    "sdmx-csv": lambda _: sums("sdmx_data.csv"),
}
client.reply(request, version("pysdmx"), ways)
