"""Find the column of each series by the two header rows, and by nothing else."""

from __future__ import annotations

import re

FLOWS = ("balance", "exports", "imports")
COMPONENTS = ("total", "goods", "services")
SERIES = tuple(f"{flow}_{component}" for flow in FLOWS for component in COMPONENTS)
FOOTNOTE_MARK = re.compile(r"\s*\(\w\)$")


def is_header(fields: list[str]) -> bool:
    """Return whether a field after the first is a flow or a component."""
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
    its group, all of them stand one or two columns to the right of the group's first.
    """
    first_flow, first_component = (
        next((at for at, name in enumerate(names) if at and name), 0)
        for names in (flows, components)
    )
    shift = max(0, min(2, first_flow - first_component))
    starts = {at - shift: name for at, name in enumerate(flows) if at and name}
    columns: dict[str, int] = {}
    again, flow = 0, ""
    for at, component in enumerate(components):
        flow = starts.get(at, flow)
        if at and component and flow and columns.setdefault(f"{flow}_{component}", at) != at:
            again = again or at + 1
    if lacking := [spaced(series) for series in SERIES if series not in columns]:
        return columns, f"the header lacks {', '.join(lacking)}", 1
    return columns, "the header names a column twice" if again else "", again
