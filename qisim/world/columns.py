"""The columns of a table of facilities."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qisim.scenario.schema import Indicator

TRAITS = ("leadership", "openness", "workload")
FACILITY_COLUMNS = (
    "id", "name", "kind", "district", "province", "lat", "lon", "staff", "travel_days", "connectivity", *TRAITS,
)  # fmt: skip
REFERS_TO = "refers_to"
BASELINE = "baseline_"


def slug(name: str) -> str:
    """`name` in lower case, with an underscore for each run of characters that are neither letters nor digits."""
    kept = (c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in unicodedata.normalize("NFKC", name))
    return "_".join("".join(kept).lower().split())


def baseline_columns(indicators: Sequence[Indicator]) -> list[str]:
    """The column of each indicator's baseline, in order; `_2` and so on where two names make the same one."""
    columns: list[str] = []
    for indicator in indicators:
        first = BASELINE + (slug(indicator.name) or "indicator")
        column, number = first, 1
        while column in columns:
            number += 1
            column = f"{first}_{number}"
        columns.append(column)
    return columns
