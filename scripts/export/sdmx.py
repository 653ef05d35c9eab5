"""The nine monthly series as SDMX: structure and data in SDMX-ML 2.1, data in SDMX-CSV 2.0 too.

    sdmx_structure.xml   concepts, a code list for each dimension but time, the data structure and
                         the dataflow: US_TRADE:US_TRADE(1.0)
    sdmx_data.xml        the current number of each series and month, with the release and line
    sdmx_data.csv        the same

Not written by a library of SDMX's, which would bring pandas and lxml into every installation to
spare what is mostly the list of parts below.  Two of them read what is written, in `make clients`.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import duckdb

from export.dataset import DESCRIPTION, TITLE, Release, latest_release
from export.marts import SCHEMA, Mart

STRUCTURE, DATA, CSV = "sdmx_structure.xml", "sdmx_data.xml", "sdmx_data.csv"
OURS = "US_TRADE"  # the id of the agency, the concept scheme, the data structure and the dataflow
VERSION = {"agencyID": OURS, "version": "1.0"}
FLOW = f"{OURS}:{OURS}({VERSION['version']})"
URN = f"urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow={FLOW}:ObsLevelDim:TIME_PERIOD"
SPACES = {
    **{
        prefix: f"http://www.sdmx.org/resources/sdmxml/schemas/v2_1/{name}"
        for prefix, name in {
            "mes": "message", "str": "structure", "com": "common", "ss": "data/structurespecific",
        }.items()
    },
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "xml": "http://www.w3.org/XML/1998/namespace",
}  # fmt: skip

Element = ElementTree.Element


@dataclass(frozen=True)
class Part:
    """A dimension, the measure or an attribute; a column of a mart describes it, or none does."""

    id: str
    name: str
    column: tuple[str, str] | None = None
    # Of a dimension: its only code, with its name; those of a column are of the database.
    code: tuple[str, str] | None = None
    # Of an attribute: the dimensions that it goes with, or none where it is of an observation.
    goes_with: tuple[str, ...] = ()
    text_type: str = "Integer"


DIMENSIONS = (
    Part("FREQ", "Frequency", code=("M", "Monthly")),
    Part("ADJUSTMENT", "Seasonal adjustment", code=("S", "Seasonally adjusted")),
    Part("REF_AREA", "Reference area", code=("US", "United States")),
    Part("FLOW", "Flow", ("dim_series", "flow")),
    Part("COMPONENT", "Component", ("dim_component", "component")),
    Part("BASIS", "Basis", code=("BOP", "Balance of payments")),
    Part("UNIT_MEASURE", "Unit of measure", code=("USD", "US dollars, nominal")),
)
TIME = Part("TIME_PERIOD", "Month", ("dim_month", "month_date"), text_type="GregorianYearMonth")
MEASURE = Part("OBS_VALUE", "Value", ("mart_trade_indicators", "value_musd"))
ATTRIBUTES = (
    Part("UNIT_MULT", "Unit multiplier, a power of ten", goes_with=("UNIT_MEASURE",)),
    Part("TITLE", "Title", ("dim_series", "title"), goes_with=("FLOW", "COMPONENT"),
         text_type="String"),
    Part("RELEASE", "Release", ("fct_monthly_trade", "release_id"), text_type="String"),
    Part("LINE_NUMBER", "Line of the release", ("fct_monthly_trade", "line_number")),
)  # fmt: skip
UNIT_MULT = 6  # millions


def write_sdmx(connection: duckdb.DuckDBPyConnection, marts: list[Mart], folder: Path) -> None:
    message = Message(connection, latest_release(connection), {mart.name: mart for mart in marts})
    (folder / STRUCTURE).write_bytes(in_xml(message.structure()))
    (folder / DATA).write_bytes(in_xml(message.data()))
    (folder / CSV).write_bytes(message.csv())


@dataclass(frozen=True)
class Message:
    """What the files say, of one database."""

    connection: duckdb.DuckDBPyConnection
    release: Release
    marts: dict[str, Mart]

    @cached_property
    def observations(self) -> list[dict[str, Any]]:
        """Each number with all its parts by their ids, series by series in the order of months."""
        constant = {one.id: one.code[0] for one in DIMENSIONS if one.code}
        found = self.connection.execute(f"""
            select
                series.flow as "FLOW",
                series.component as "COMPONENT",
                series.title as "TITLE",
                strftime(trade.month_date, '%Y-%m') as "TIME_PERIOD",
                trade.value_musd as "OBS_VALUE",
                printed.release_id as "RELEASE",
                printed.line_number as "LINE_NUMBER"
            from {SCHEMA}.mart_trade_indicators as trade
            inner join {SCHEMA}.dim_series as series using (flow, component)
            inner join {SCHEMA}.fct_monthly_trade as printed using (month_date, component)
            order by series.sort_order, trade.month_date
            """)
        names = [column[0] for column in found.description]
        return [
            {**constant, "UNIT_MULT": UNIT_MULT, **dict(zip(names, row, strict=True))}
            for row in found.fetchall()
        ]

    def codes(self, dimension: Part) -> list[tuple[str, str, str | None]]:
        """The codes of a dimension, each with its name and the code that it is a part of."""
        if dimension.code:
            return [(*dimension.code, None)]
        sql = {
            "FLOW": "select flow, upper(flow[1]) || flow[2:], null from {}.dim_series"
            " group by flow order by min(sort_order)",
            "COMPONENT": "select component, label, parent_component from {}.dim_component"
            " order by sort_order",
        }[dimension.id]
        return self.connection.execute(sql.format(SCHEMA)).fetchall()

    def description(self, part: Part) -> str | None:
        if part.column is None:
            return None
        mart, name = part.column
        return next(one.description for one in self.marts[mart].columns if one.name == name)

    # ------------------------------------------------------------------- SDMX-ML

    def structure(self) -> Element:
        message = self.message("Structure")
        structures = add(message, "mes:Structures")
        flow = add(add(structures, "str:Dataflows"), "str:Dataflow", id=OURS, **VERSION)
        name(flow, TITLE, DESCRIPTION)
        reference(add(flow, "str:Structure"), OURS, "DataStructure", "datastructure")
        lists = add(structures, "str:Codelists")
        for dimension in DIMENSIONS:
            codes = add(lists, "str:Codelist", id=f"CL_{dimension.id}", **VERSION)
            name(codes, dimension.name)
            for code, label, parent in self.codes(dimension):
                one = add(codes, "str:Code", id=code)
                name(one, label)
                if parent:
                    add(add(one, "str:Parent"), "Ref", id=parent)
        concepts = add(add(structures, "str:Concepts"), "str:ConceptScheme", id=OURS, **VERSION)
        name(concepts, TITLE)
        for part in (*DIMENSIONS, TIME, MEASURE, *ATTRIBUTES):
            name(add(concepts, "str:Concept", id=part.id), part.name, self.description(part))
        whole = add(add(structures, "str:DataStructures"), "str:DataStructure", id=OURS, **VERSION)
        name(whole, TITLE)
        add_components(add(whole, "str:DataStructureComponents"))
        return message

    def data(self) -> Element:
        message = self.message("StructureSpecificData")
        structure = add(message[0], "mes:Structure", structureID=OURS, namespace=URN,
                        dimensionAtObservation=TIME.id)  # fmt: skip
        reference(add(structure, "com:StructureUsage"), OURS, "Dataflow", "datastructure")
        message.set("xmlns:flow", URN)
        dataset = add(message, "mes:DataSet", action="Replace", **{
            "ss:structureRef": OURS, "ss:dataScope": "DataStructure",
            "xsi:type": "flow:DataSetType",
        })  # fmt: skip
        of_series = [*(one.id for one in DIMENSIONS), *(o.id for o in ATTRIBUTES if o.goes_with)]
        series, key = dataset, None
        for observation in self.observations:
            values = {id: str(value) for id, value in observation.items()}
            own = {id: values.pop(id) for id in of_series}
            if own != key:
                series, key = add(dataset, "Series", **own), own
            add(series, "Obs", **values)
        return message

    def message(self, kind: str) -> Element:
        message = Element(qualified(f"mes:{kind}"))
        header = add(message, "mes:Header")
        add(header, "mes:ID", f"{OURS}_{self.release.id}")
        add(header, "mes:Test", "false")
        add(header, "mes:Prepared", f"{self.release.day}T00:00:00")
        add(header, "mes:Sender", id=OURS)
        return message

    # ------------------------------------------------------------------- SDMX-CSV

    def csv(self) -> bytes:
        columns = [one.id for one in (*DIMENSIONS, TIME, MEASURE, *ATTRIBUTES)]
        words = io.StringIO()
        writer = csv.writer(words, lineterminator="\n")
        writer.writerow(["STRUCTURE", "STRUCTURE_ID", "ACTION", *columns])
        for observation in self.observations:
            writer.writerow(["dataflow", FLOW, "R", *(observation[id] for id in columns)])
        return words.getvalue().encode()


# --------------------------------------------------------------------------- the structure's parts


def add_components(components: Element) -> None:
    dimensions = add(components, "str:DimensionList", id="DimensionDescriptor")
    for position, dimension in enumerate(DIMENSIONS, 1):
        one = add(dimensions, "str:Dimension", id=dimension.id, position=str(position))
        concept(one, dimension)
        codes = add(add(one, "str:LocalRepresentation"), "str:Enumeration")
        reference(codes, f"CL_{dimension.id}", "Codelist", "codelist")
    text(add(dimensions, "str:TimeDimension", id=TIME.id, position=str(position + 1)), TIME)
    attributes = add(components, "str:AttributeList", id="AttributeDescriptor")
    for attribute in ATTRIBUTES:
        one = add(attributes, "str:Attribute", id=attribute.id, assignmentStatus="Mandatory")
        text(one, attribute)
        relation = add(one, "str:AttributeRelationship")
        for id in attribute.goes_with:
            add(add(relation, "str:Dimension"), "Ref", id=id)
        if not attribute.goes_with:
            add(add(relation, "str:PrimaryMeasure"), "Ref", id=MEASURE.id)
    measures = add(components, "str:MeasureList", id="MeasureDescriptor")
    text(add(measures, "str:PrimaryMeasure", id=MEASURE.id), MEASURE)


def concept(element: Element, part: Part) -> None:
    add(
        add(element, "str:ConceptIdentity"), "Ref", id=part.id, agencyID=OURS,
        maintainableParentID=OURS, maintainableParentVersion=VERSION["version"],
        package="conceptscheme", **{"class": "Concept"},
    )  # fmt: skip


def text(element: Element, part: Part) -> None:
    """A part that has no list of codes, but text of a type."""
    concept(element, part)
    add(add(element, "str:LocalRepresentation"), "str:TextFormat", textType=part.text_type)


def reference(element: Element, id: str, kind: str, package: str) -> None:
    add(element, "Ref", id=id, package=package, **VERSION, **{"class": kind})


def name(element: Element, words: str, description: str | None = None) -> None:
    add(element, "com:Name", words, **{"xml:lang": "en"})
    if description:
        add(element, "com:Description", description, **{"xml:lang": "en"})


# --------------------------------------------------------------------------- XML


def qualified(tag: str) -> str:
    """``mes:Header`` as ElementTree has it; a name without a prefix stays."""
    prefix, _, local = tag.rpartition(":")
    return f"{{{SPACES[prefix]}}}{local}" if prefix else tag


def add(parent: Element, tag: str, words: str | None = None, **attributes: str) -> Element:
    named = {qualified(name): value for name, value in attributes.items()}
    child = ElementTree.SubElement(parent, qualified(tag), named)
    child.text = words
    return child


def in_xml(message: Element) -> bytes:
    for prefix, space in SPACES.items():
        ElementTree.register_namespace(prefix, space)
    ElementTree.indent(message)
    content: bytes = ElementTree.tostring(message, encoding="utf-8", xml_declaration=True)
    return content + b"\n"
