# /// script
# dependencies = ["sdmx1==2.28.0"]
# [tool.us_trade]
# speaks = ["sdmx-ml", "sdmx-csv"]
# ///
"""sdmx1: read the SDMX files with another library than pysdmx."""

from pathlib import Path

import client
import sdmx

request = client.request()
dist = Path(request["dist"])
structure = sdmx.read_sdmx(dist / "sdmx_structure.xml")
(flow,) = structure.dataflow.values()


def ask(question: dict) -> list:
    if question["id"] == "code lists":
        return sorted((one.id, code.id) for one in structure.codelist.values() for code in one)
    if question["id"] == "sums of all months":
        if question["language"] == "sdmx-ml":
            message = sdmx.read_sdmx(dist / "sdmx_data.xml", structure=flow.structure)
        else:
            message = sdmx.read_sdmx(dist / "sdmx_data.csv", structure=flow)
        (data,) = message.data
        return client.sums(
            (str(one.key["COMPONENT"].value), str(one.key["FLOW"].value), int(one.value))
            for one in data.obs
        )
    raise NotImplementedError(question)


client.reply(sdmx.__version__, request["questions"], ask)
