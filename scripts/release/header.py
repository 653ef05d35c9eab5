"""Find the column of each series by the two header rows, and by nothing else."""

from __future__ import annotations

import re

FLOWS = ("balance", "exports", "imports")
COMPONENTS = ("total", "goods", "services")
SERIES = tuple(f"{flow}_{component}" for flow in FLOWS for component in COMPONENTS)
NAMES = {*FLOWS, *COMPONENTS}
FOOTNOTE_MARK = re.compile(r"\s*\(\w\)$")


def is_header(fields: list[str]) -> bool:
    """Return whether a field after the first is a flow or a component."""
    return any(header_name(field) in NAMES for field in fields[1:])


def header_name(field: str) -> str:
    """Return a header without its footnote mark, in lower case: ``Goods (1)`` is ``goods``."""
    return FOOTNOTE_MARK.sub("", field).casefold()


def series_columns(flows: list[str], components: list[str]) -> tuple[dict[str, int], str, int]:
    """Return the position of each series, the fault of the two header rows or "", and its column.

    Columns are counted from 1. A flow heads the columns from its own to the next flow's. If a
    workbook centers a flow over its group, all flows are one or two columns to the right.
    """
    starts = {at: name for at, name in enumerate(flows) if at and name}
    below = {at: name for at, name in enumerate(components) if at and name}
    shift = max(0, min(2, min(starts) - min(below)))
    columns: dict[str, int] = {}
    again, flow = 0, ""
    for at, component in enumerate(components):
        flow = starts.get(at + shift, flow)
        if at in below and flow and columns.setdefault(f"{flow}_{component}", at) != at:
            again = again or at + 1
    if lacking := [series.replace("_", " ") for series in SERIES if series not in columns]:
        return columns, f"the header lacks {', '.join(lacking)}", 1
    columns = {series: columns[series] for series in columns if series in SERIES}
    return columns, "the header names a column twice" if again else "", again
