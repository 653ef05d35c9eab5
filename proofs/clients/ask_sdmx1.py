# /// script
# dependencies = ["sdmx1==2.28.0"]
# [tool.us_trade]
# speaks = ["sdmx-ml", "sdmx-csv"]
# ///
"""sdmx1: read the SDMX files with another library than pysdmx."""

import client
import sdmx

request = client.request()
structure = sdmx.read_sdmx(request.dist / "sdmx_structure.xml")
(flow,) = structure.dataflow.values()


def codes(question: dict) -> list:
    return sorted((one.id, code.id) for one in structure.codelist.values() for code in one)


def sums(file: str, structure: object) -> list:
    (data,) = sdmx.read_sdmx(request.dist / file, structure=structure).data
    return client.sums(
        (str(one.key["COMPONENT"].value), str(one.key["FLOW"].value), int(one.value))
        for one in data.obs
    )


ways = {
    "sdmx-ml": {
        "code lists": codes,
        "sums of all months": lambda _: sums("sdmx_data.xml", flow.structure),
    },
    "sdmx-csv": lambda _: sums("sdmx_data.csv", flow),
}
client.reply(request, sdmx.__version__, ways)
