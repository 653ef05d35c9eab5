"""Write the nine monthly series as SDMX: SDMX-ML 2.1, and the data as SDMX-CSV 2.0 too.

sdmx_structure.xml   concepts, a code list for each dimension but time, the data structure and
                     the dataflow: US_TRADE:US_TRADE(1.0)
sdmx_data.xml        the current number of each series and month, with the release and line
sdmx_data.csv        the same
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
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

from export.dataset import DESCRIPTION, TITLE, latest_release
from export.marts import SCHEMA, Mart

STRUCTURE, DATA, CSV = "sdmx_structure.xml", "sdmx_data.xml", "sdmx_data.csv"
OURS = "US_TRADE"  # the id of the agency, the concept scheme, the data structure and the dataflow
FLOWS = f"""
select flow, upper(flow[1]) || flow[2:] from {SCHEMA}.dim_series
group by flow order by min(sort_order)
"""
COMPONENTS = f"select component, label from {SCHEMA}.dim_component order by sort_order"


@dataclass(frozen=True)
class Part:
    """A dimension, the measure or an attribute."""

    id: str
    name: str
    _: KW_ONLY
    # The column whose description it takes.
    column: tuple[str, str] | None = None
    # Its codes, or the query for them; otherwise the type of its values.
    codes: dict[str, str] | str = ""
    kind: DataType | None = None
    # For an attribute: the dimensions it belongs to, or "O", the observation.
    of: str | None = None

    @property
    def role(self) -> Role:
        if self.of:
            return Role.ATTRIBUTE
        return Role.MEASURE if self.id == "OBS_VALUE" else Role.DIMENSION


PARTS = (
    Part("FREQ", "Frequency", codes={"M": "Monthly"}),
    Part("ADJUSTMENT", "Seasonal adjustment", codes={"S": "Seasonally adjusted"}),
    Part("REF_AREA", "Reference area", codes={"US": "United States"}),
    Part("FLOW", "Flow", column=("dim_series", "flow"), codes=FLOWS),
    Part("COMPONENT", "Component", column=("dim_component", "component"), codes=COMPONENTS),
    Part("BASIS", "Basis", codes={"BOP": "Balance of payments"}),
    Part("UNIT_MEASURE", "Unit of measure", codes={"USD": "US dollars, nominal"}),
    Part("TIME_PERIOD", "Month", column=("dim_month", "month_date"), kind=DataType.YEAR_MONTH),
    Part("OBS_VALUE", "Value", column=("mart_trade_indicators", "value_musd"),
         kind=DataType.INTEGER),
    Part("UNIT_MULT", "Unit multiplier, a power of ten", kind=DataType.INTEGER, of="UNIT_MEASURE"),
    Part("TITLE", "Title", column=("dim_series", "title"), kind=DataType.STRING,
         of="FLOW,COMPONENT"),
    Part("RELEASE", "Release", column=("fct_monthly_trade", "release_id"), kind=DataType.STRING,
         of="O"),
    Part("LINE_NUMBER", "Line of the release", column=("fct_monthly_trade", "line_number"),
         kind=DataType.INTEGER, of="O"),
)  # fmt: skip

OBSERVATIONS = f"""
select
    'M' as "FREQ",
    'S' as "ADJUSTMENT",
    'US' as "REF_AREA",
    series.flow as "FLOW",
    series.component as "COMPONENT",
    'BOP' as "BASIS",
    'USD' as "UNIT_MEASURE",
    strftime(trade.month_date, '%Y-%m') as "TIME_PERIOD",
    trade.value_musd as "OBS_VALUE",
    6 as "UNIT_MULT",
    series.title as "TITLE",
    printed.release_id as "RELEASE",
    printed.line_number as "LINE_NUMBER"
from {SCHEMA}.mart_trade_indicators as trade
inner join {SCHEMA}.dim_series as series using (flow, component)
inner join {SCHEMA}.fct_monthly_trade as printed using (month_date, component)
order by series.sort_order, trade.month_date
"""


def write_sdmx(connection: duckdb.DuckDBPyConnection, marts: list[Mart], folder: Path) -> None:
    """Write the structure, and the data twice."""
    described = {(mart.name, column.name): column.description or None
                 for mart in marts for column in mart.columns}  # fmt: skip
    lists = {part.id: codes_of(connection, part) for part in PARTS if part.codes}
    concepts = [
        model.Concept(part.id, name=part.name, description=part.column and described[part.column])
        for part in PARTS
    ]
    components = model.Components([component_of(part, lists.get(part.id)) for part in PARTS])
    whole = model.DataStructureDefinition(OURS, agency=OURS, name=TITLE, components=components)
    structure = [
        *lists.values(),
        model.ConceptScheme(OURS, agency=OURS, name=TITLE, items=concepts),
        whole,
        model.Dataflow(OURS, agency=OURS, name=TITLE, description=DESCRIPTION, structure=whole),
    ]
    found = connection.execute(OBSERVATIONS)
    data = PandasDataset(
        structure=model.Schema("dataflow", OURS, OURS, components, "1.0"),
        action=ActionType.Replace,
        data=pd.DataFrame(found.fetchall(), columns=[column[0] for column in found.description]),
    )
    release = latest_release(connection)
    header = Header(
        id=f"{OURS}_{release.id}",
        prepared=datetime.combine(release.day, time()),
        sender=model.Organisation(OURS),
    )
    write(structure, Format.STRUCTURE_SDMX_ML_2_1, str(folder / STRUCTURE), header=header)
    write(data, Format.DATA_SDMX_ML_2_1_STR, str(folder / DATA), header=header,
          dimension_at_observation="TIME_PERIOD")  # fmt: skip
    write(data, Format.DATA_SDMX_CSV_2_0_0, str(folder / CSV))


def codes_of(connection: duckdb.DuckDBPyConnection, part: Part) -> model.Codelist:
    codes = part.codes
    named = connection.execute(codes).fetchall() if isinstance(codes, str) else codes.items()
    items = [model.Code(code, name=name) for code, name in named]
    return model.Codelist(f"CL_{part.id}", agency=OURS, name=part.name, items=items)


def component_of(part: Part, codes: model.Codelist | None) -> model.Component:
    concept = model.ItemReference("Concept", OURS, OURS, "1.0", part.id)
    return model.Component(part.id, True, part.role, concept, local_dtype=part.kind,
                           local_codes=codes, attachment_level=part.of)  # fmt: skip
