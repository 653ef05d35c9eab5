"""Write croissant.json, the description of the dataset for machine-learning loaders.

It is a dataset of schema.org (``dataset_description``) with its files and, for each mart, the
record set of its Parquet file: https://docs.mlcommons.org/croissant, version 1.0.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from export.dataset import Json, dataset_description, write_json

FILE = "croissant.json"
CONFORMS_TO = "http://mlcommons.org/croissant/1.0"
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
    files = [
        file_of(file, kind)
        for one in resources
        for file, kind in ((one, "text/csv"), (one["parquet"], "application/x-parquet"))
    ]
    described = {
        **dataset,
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "citeAs": dataset["creditText"],
        "version": f"{year}.{int(month)}.0",  # the specification wants three numbers
        "distribution": files,
        "recordSet": list(map(record_set_of, resources)),
    }
    write_json(folder / FILE, described)


def file_of(file: Json, media_type: str) -> Json:
    path = file["path"]
    return {
        "@type": "cr:FileObject",
        **dict.fromkeys(("@id", "name", "contentUrl"), path),
        "contentSize": f"{file['bytes']} B",
        "encodingFormat": media_type,
        "sha256": file["hash"].removeprefix("sha256:"),
    }


def record_set_of(resource: Json) -> Json:
    """Return the mart, without foreign keys: mlcroissant joins them, and fails on dates."""
    mart, schema = resource["name"], resource["schema"]
    key = [{"@id": f"{mart}/{column}"} for column in schema.get("primaryKey", ())]
    fields = [
        {
            "@type": "cr:Field",
            "@id": f"{mart}/{field['name']}",
            "name": field["name"],
            "description": field["description"],
            "dataType": DATA_TYPES[field["type"]],
            "source": {
                "fileObject": {"@id": resource["parquet"]["path"]},
                "extract": {"column": field["name"]},
            },
        }
        for field in schema["fields"]
    ]
    return {
        "@type": "cr:RecordSet",
        "@id": mart,
        "name": mart,
        "description": resource["description"],
        **({"key": key} if key else {}),
        "field": fields,
    }
