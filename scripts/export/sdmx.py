"""Write the nine monthly series as SDMX: SDMX-ML 2.1, and the data as SDMX-CSV 2.0 too.

sdmx_structure.xml   concepts, a code list for each dimension but time, the data structure and
                     the dataflow: US_TRADE:US_TRADE(1.0)
sdmx_data.xml        the current number of each series and month, with the release and line
sdmx_data.csv        the same

The parts of the structure are those of sdmx.toml.
"""

from __future__ import annotations

import tomllib
from datetime import datetime, time
from pathlib import Path

import duckdb
import pandas as pd
from pysdmx import model
from pysdmx.io import write_sdmx as write
from pysdmx.io.format import Format
from pysdmx.io.pd import PandasDataset
from pysdmx.model import DataType, Role
from pysdmx.model.dataset import ActionType
from pysdmx.model.message import Header

from export.dataset import DESCRIPTION, QUERIES, TITLE, Json, latest_release
from marts import Marts, Row

STRUCTURE, DATA, CSV = "sdmx_structure.xml", "sdmx_data.xml", "sdmx_data.csv"
OURS = "US_TRADE"  # the id of the agency, the concept scheme, the data structure and the dataflow
PARTS: Json = tomllib.loads(Path(__file__).with_name("sdmx.toml").read_text(encoding="utf-8"))


def write_sdmx(connection: duckdb.DuckDBPyConnection, resources: list[Json], folder: Path) -> None:
    """Write the structure, and the data twice."""
    described = {
        f"{one['name']}.{field['name']}": field["description"]
        for one in resources for field in one["schema"]["fields"]
    }  # fmt: skip
    lists = {
        id: model.Codelist(f"CL_{id}", agency=OURS, name=part["name"],
                           items=[model.Code(code, name=name) for code, name in codes.items()])
        for id, part in PARTS.items() if (codes := part.get("codes"))
    }  # fmt: skip
    concepts = [
        model.Concept(id, name=part["name"], description=described.get(part.get("column")))
        for id, part in PARTS.items()
    ]
    components = model.Components([component_of(id, lists.get(id)) for id in PARTS])
    whole = model.DataStructureDefinition(OURS, agency=OURS, name=TITLE, components=components)
    structure = [
        *lists.values(),
        model.ConceptScheme(OURS, agency=OURS, name=TITLE, items=concepts),
        whole,
        model.Dataflow(OURS, agency=OURS, name=TITLE, description=DESCRIPTION, structure=whole),
    ]
    rows = Marts(connection, QUERIES).ask("observations").rows
    data = PandasDataset(
        structure=model.Schema("dataflow", OURS, OURS, components, "1.0"),
        action=ActionType.Replace,
        data=pd.DataFrame([{id: value_of(id, row) for id in PARTS} for row in rows]),
    )
    release = latest_release(connection)
    header = Header(
        id=f"{OURS}_{release['release_id']}",
        prepared=datetime.combine(release["day"], time()),
        sender=model.Organisation(OURS),
    )
    write(structure, Format.STRUCTURE_SDMX_ML_2_1, str(folder / STRUCTURE), header=header)
    write(data, Format.DATA_SDMX_ML_2_1_STR, str(folder / DATA), header=header,
          dimension_at_observation="TIME_PERIOD")  # fmt: skip
    write(data, Format.DATA_SDMX_CSV_2_0_0, str(folder / CSV))


def component_of(id: str, codes: model.Codelist | None) -> model.Component:
    """Return a part as a dimension, the measure or an attribute."""
    part = PARTS[id]
    role = Role.MEASURE if id == "OBS_VALUE" else Role.ATTRIBUTE if "of" in part else Role.DIMENSION
    concept = model.ItemReference("Concept", OURS, OURS, "1.0", id)
    kind = DataType(part["type"]) if "type" in part else None
    return model.Component(id, True, role, concept, local_dtype=kind,
                           local_codes=codes, attachment_level=part.get("of"))  # fmt: skip


def value_of(id: str, row: Row) -> object:
    """Return a part of an observation: of the row, or the same in each."""
    if id.lower() in row:
        return row[id.lower()]
    part = PARTS[id]
    return part["value"] if "value" in part else [*part["codes"]][0]
