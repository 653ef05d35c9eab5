"""croissant.json: the description of the dataset that loaders of machine learning read.

It is a dataset of schema.org (``dataset_description``) with the files and, of each mart, the record
set that its Parquet file holds: https://docs.mlcommons.org/croissant, version 1.0.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from export.dataset import dataset_description
from export.marts import Json
from project import put

FILE = "croissant.json"
CONFORMS_TO = "http://mlcommons.org/croissant/1.0"
MEDIA_TYPES = {"csv": "text/csv", "parquet": "application/x-parquet"}
DATA_TYPES = {
    "string": "sc:Text",
    "boolean": "sc:Boolean",
    "date": "sc:Date",
    "integer": "sc:Integer",
    "number": "sc:Float",
}
# The context that the specification gives, but for what is not used here.
CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "key": "cr:key",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "source": "cr:source",
}


def write_croissant(
    connection: duckdb.DuckDBPyConnection, resources: list[Json], folder: Path
) -> None:
    """Write it of the resources of the data package."""
    described = {
        **dataset_description(connection),
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "distribution": [one for resource in resources for one in files_of(resource)],
        "recordSet": list(map(record_set_of, resources)),
    }
    content = json.dumps(described, indent=2, ensure_ascii=False) + "\n"
    put(folder / FILE, content.encode())


def files_of(resource: Json) -> Iterator[Json]:
    for file in (resource, resource["parquet"]):
        path = file["path"]
        yield {
            "@type": "cr:FileObject",
            "@id": path,
            "name": path,
            "contentUrl": path,
            "contentSize": f"{file['bytes']} B",
            "encodingFormat": MEDIA_TYPES[path.rpartition(".")[2]],
            "sha256": file["hash"].removeprefix("sha256:"),
        }


def record_set_of(resource: Json) -> Json:
    name, schema = resource["name"], resource["schema"]
    references = {
        one["fields"][0]: reference(one["reference"]["resource"], one["reference"]["fields"][0])
        for one in schema.get("foreignKeys", [])
    }

    def field(described: Json) -> Json:
        column = described["name"]
        refers = {"references": {"field": references[column]}} if column in references else {}
        return {
            "@type": "cr:Field",
            **reference(name, column),
            "name": f"{name}/{column}",
            "description": described["description"],
            "dataType": DATA_TYPES[described["type"]],
            "source": {
                "fileObject": {"@id": resource["parquet"]["path"]},
                "extract": {"column": column},
            },
            **refers,
        }

    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": resource["description"],
        "key": [reference(name, column) for column in schema["primaryKey"]],
        "field": list(map(field, schema["fields"])),
    }


def reference(mart: str, column: str) -> dict[str, Any]:
    return {"@id": f"{mart}/{column}"}
