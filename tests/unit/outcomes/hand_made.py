"""Tables of runs written by hand, for outcomes whose values are worked out by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from qisim.model.state import SOURCES
from qisim.scenario.costs import UNITS
from qisim.scenario.load import from_document
from qisim.scenario.origin import Origin
from qisim.scenario.schema import Scenario

COLLABORATIVE = {"kind": "collaborative", "waves": [{"start": 0}], "sessions": 2, "action_months": 3}
"""An element that supports in the first 6 months."""

COACHING = {"kind": "coaching", "coaches_per_district": 1, "whom": "all", "start": 2, "end": 4}
"""An element that supports in the third and the fourth month."""


def scenario(months: int = 24, **more: Any) -> Scenario:
    """A scenario of two ideas and no programme, `more` of which may be given."""
    document = {
        "title": "by hand",
        "start": "2024-01-01",
        "months": months,
        "world": {"provinces": 1, "districts": 2, "kinds": [{"name": "health_centre", "per_district": 5}]},
        "indicators": [{"name": "hand hygiene"}],
        "ideas": [{"name": name, "indicator": "hand hygiene", "effect": 0.5} for name in ("checklist", "poster")],
    }
    return from_document(document | more, Origin())


@dataclass
class HandMade:
    """Runs of which each table may be given; those that are not hold nothing of interest."""

    scenario: Scenario
    months: pd.DataFrame = field(default_factory=pd.DataFrame)
    idea_totals: pd.DataFrame = field(default_factory=pd.DataFrame)
    groups: pd.DataFrame = field(default_factory=pd.DataFrame)
    units: pd.DataFrame = field(default_factory=pd.DataFrame)
    adoptions: pd.DataFrame = field(default_factory=pd.DataFrame)


def grid(runs: int, months: int, *others: list[str]) -> pd.MultiIndex:
    """Every combination of replicate, month from 0, and others."""
    names = ["replicate", "month", *(f"other_{i}" for i in range(len(others)))]
    return pd.MultiIndex.from_product([range(runs), range(months + 1), *others], names=names)


def months_table(**columns: Any) -> pd.DataFrame:
    """A monthly table from columns [R, M + 1], with the rows in no particular order."""
    shape = np.shape(next(iter(columns.values())))
    table = grid(shape[0], shape[1] - 1).to_frame(index=False)
    return table.assign(**{name: np.ravel(values) for name, values in columns.items()}).sample(frac=1, random_state=1)


def units_table(scenario: Scenario, runs: int, **columns: Any) -> pd.DataFrame:
    """A table of units from columns [R, M + 1, elements]; units that are not given are 0."""
    names = [element.name for element in scenario.programme]
    table = grid(runs, scenario.months, names).to_frame(index=False).rename(columns={"other_0": "element"})
    table["element"] = pd.Categorical(table["element"], names)
    zero = np.zeros(len(table))
    return table.assign(**{unit: np.ravel(columns.get(unit, zero)).astype(float) for unit in UNITS})


def groups_table(grouping: str, names: list[str], score: Any, facilities: list[int] | None = None) -> pd.DataFrame:
    """A table of one grouping from mean scores [R, M + 1, groups], with no facility at the standard."""
    shape = np.shape(score)
    table = grid(shape[0], shape[1] - 1, names).to_frame(index=False).rename(columns={"other_0": "group"})
    table["group"] = pd.Categorical(table["group"], sorted(names))
    sizes = np.tile([5] * len(names) if facilities is None else facilities, len(table) // len(names))
    return table.assign(grouping=grouping, facilities=sizes, at_target=0, score=np.ravel(score))


def adoptions_table(counts: list[list[dict[str, int]]]) -> pd.DataFrame:
    """A table of adoptions from the counts by source of each replicate and month."""
    names = SOURCES[1:]
    table = grid(len(counts), len(counts[0]) - 1, names).to_frame(index=False).rename(columns={"other_0": "source"})
    table["adoptions"] = [month.get(name, 0) for run in counts for month in run for name in names]
    return table.assign(source=pd.Categorical(table["source"], names))
