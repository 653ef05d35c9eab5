"""The two header rows: which series stands in which column.  Columns go by their headers only."""

from __future__ import annotations

import re

FLOWS = ("balance", "exports", "imports")
COMPONENTS = ("total", "goods", "services")
SERIES = tuple(f"{flow}_{component}" for flow in FLOWS for component in COMPONENTS)
FOOTNOTE_MARK = re.compile(r"\s*\(\w\)$")


def is_header(fields: list[str]) -> bool:
    """Return whether a flow or a component stands in a field behind the first."""
    return any(header_name(field) in FLOWS + COMPONENTS for field in fields[1:])


def header_name(field: str) -> str:
    """Return a header without its footnote mark, in lower case: ``Goods (1)`` is ``goods``."""
    return FOOTNOTE_MARK.sub("", field).casefold()


def spaced(series: str) -> str:
    return series.replace("_", " ")


def series_columns(flows: list[str], components: list[str]) -> tuple[dict[str, int], str, int]:
    """Return where each series stands; what is wrong with the two header rows, or ""; and in
    which column that is, counted from 1.

    A flow heads the columns from its own to the next flow's.  Where a workbook centred it over
    its group, it stands one or two columns to the right of the group's first: so the flows are
    tried as they stand, then moved left, till they head all nine series.
    """
    found: list[dict[str, int]] = []
    for shift in range(3):
        starts = {at - shift: name for at, name in enumerate(flows) if at and name}
        columns: dict[str, int] = {}
        flow = ""
        for at, component in enumerate(components):
            flow = starts.get(at, flow)
            if at and component and flow:
                columns.setdefault(f"{flow}_{component}", at)
        if columns.keys() == set(SERIES) and len(columns) == sum(map(bool, components[1:])):
            return columns, "", 0
        found.append(columns)
    # What is wrong is told of the columns as they were meant: the first flow over the first one.
    first_flow, first_component = (
        next((at for at, name in enumerate(names) if at and name), 0)
        for names in (flows, components)
    )
    best = found[max(0, min(2, first_flow - first_component))]
    lacking = [spaced(series) for series in SERIES if series not in best]
    if lacking:
        return best, f"the header lacks {', '.join(lacking)}", 1
    again = (at for at, name in enumerate(components) if at and name and at not in best.values())
    return best, "the header names a column twice", next(again, 0) + 1
