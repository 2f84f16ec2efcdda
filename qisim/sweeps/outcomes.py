"""Which outcomes the points of a design can tell, found without running them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from qisim.input.errors import BadInput
from qisim.outcomes.meaning import Meaning, in_any_money, meaning_of
from qisim.sweeps.points import settings
from qisim.workers.structure import Structures

if TYPE_CHECKING:
    import pandas as pd

    from qisim.sweeps.design import Design, Factor

SAMPLED = 5
POINTS_A_LEVEL = 3
"""How many points of a level are tried before it is taken for one that cannot be run."""
MOST_TEXTS = 200
MOST_TRIED = 200
"""How many points are tried before all of them are taken for such that cannot be run."""


@dataclass
class Known:
    """Outcomes by name, and what they mean; `points` that can be run, and `keys` of the structures seen."""

    outcomes: dict[str, Meaning] = field(default_factory=dict)
    points: list[int] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    first_error: BadInput | None = None


def known_outcomes(design: Design, structures: Structures, factors: list[Factor], table: pd.DataFrame) -> Known:
    """Outcomes that points from all over the table, and a point of each level, can tell.

    Raises BadInput where no point can be run, of many that were tried.
    """
    known = Known()
    for place in spread(len(table), SAMPLED):
        _look(known, structures, factors, table, place)
    for places in _levels(table, factors):
        if not any(place in known.points for place in places):
            chosen = (places[i] for i in spread(len(places), POINTS_A_LEVEL))
            any(_look(known, structures, factors, table, int(place)) for place in chosen)
    tried = spread(len(table), MOST_TRIED)
    if not known.points and not any(_look(known, structures, factors, table, place) for place in tried):
        what = f"none of the {len(tried):,} points that were tried can be run"
        errors = known.first_error.problems if known.first_error else []
        raise BadInput([design.problem("factors", f"{what}; the first:"), *errors])
    return known


def _look(known: Known, structures: Structures, factors: list[Factor], table: pd.DataFrame, place: int) -> bool:
    """Find out what a point can tell; whether it can be run."""
    try:
        scenario, key = structures.point(settings(factors, table.iloc[[place]])[0])
        structure = None if key in known.keys else structures.structure(scenario, key)
    except BadInput as error:
        known.first_error = known.first_error or error
        return False
    known.points.append(place)
    if structure is None:
        return True
    known.keys.add(key)
    structure.compile()
    varied = [factor.key for factor in factors]
    for name, measure in structure.measures.items():
        found = meaning_of(measure, structure.scenario, varied)
        before = known.outcomes.setdefault(name, found)
        if before.unit != found.unit:  # points are told in different money
            known.outcomes[name] = in_any_money(before)
    return True


def _levels(table: pd.DataFrame, factors: list[Factor]) -> Iterator[Any]:
    """The places of the points of each level, int64[n]; of numbers without levels, of the least and the highest."""
    for factor in factors:
        column = table[factor.called].to_numpy()
        between = factor.levels is None and column.dtype.kind in "iuf"
        cells = (column.min(), column.max()) if between else list(dict.fromkeys(column.tolist()))[:MOST_TEXTS]
        for cell in cells:
            yield np.flatnonzero(column == cell)


def spread(count: int, most: int) -> list[int]:
    """Some places from all over a table of `count` rows, the first and the last among them."""
    return sorted({round(place) for place in np.linspace(0, count - 1, min(count, most))})
