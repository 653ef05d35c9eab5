"""Write croissant.json, the description of the dataset for machine-learning loaders.

It is a dataset of schema.org (``dataset_description``) with its files and, for each mart, the
record set of its Parquet file: https://docs.mlcommons.org/croissant, version 1.0.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb

from export.dataset import dataset_description
from export.marts import Json

FILE = "croissant.json"
CONFORMS_TO = "http://mlcommons.org/croissant/1.0"
MEDIA_TYPES = {"csv": "text/csv", "parquet": "application/x-parquet"}
DATA_TYPES = {
    "string": "sc:Text",
    "boolean": "sc:Boolean",
    "date": "sc:Date",
    "datetime": "sc:DateTime",
    "time": "sc:Time",
    "integer": "sc:Integer",
    "number": "sc:Float",
    "any": "sc:Text",
}
# The specification's context, including terms that are not used here.
WORDS = (
    "citeAs column equivalentProperty extract field fileProperty fileObject fileSet format includes"
    " isLiveDataset jsonPath key md5 parentField path recordSet references regex repeated replace"
    " samplingRate separator source subField transform"
)
CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    **{word: f"cr:{word}" for word in WORDS.split()},
}


def write_croissant(
    connection: duckdb.DuckDBPyConnection, resources: list[Json], folder: Path
) -> None:
    """Describe the resources of the data package."""
    dataset = dataset_description(connection)
    year, month = dataset["version"].split("-")
    described = {
        **dataset,
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "citeAs": dataset["creditText"],
        "version": f"{year}.{int(month)}.0",  # the specification wants three numbers
        "distribution": [one for resource in resources for one in files_of(resource)],
        "recordSet": list(map(record_set_of, resources)),
    }
    content = json.dumps(described, indent=2, ensure_ascii=False) + "\n"
    (folder / FILE).write_text(content, encoding="utf-8")


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
    """Return the mart, without foreign keys: mlcroissant joins them, and fails on dates."""
    name, schema = resource["name"], resource["schema"]
    key = [{"@id": f"{name}/{column}"} for column in schema.get("primaryKey", ())]
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": resource["description"],
        **({"key": key} if key else {}),
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{name}/{field['name']}",
                "name": field["name"],
                "description": field["description"],
                "dataType": DATA_TYPES[field["type"]],
                "source": {
                    "fileObject": {"@id": resource["parquet"]["path"]},
                    "extract": {"column": field["name"]},
                },
            }
            for field in schema["fields"]
        ],
    }
