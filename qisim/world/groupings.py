"""The groups by which equity is told: districts, kinds of facility, remoteness, and columns of the registry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from qisim.input.errors import BadInput, nearest
from qisim.scenario.schema import Scenario
from qisim.world.places import Codes, codes
from qisim.world.world import World

REMOTENESS = {1: ["all"], 2: ["near", "remote"], 3: ["near", "middle", "remote"]}
"""What groups by travel days are called, by how many there are."""
UNTOLD = "untold"
SINGLE = ("id", "name", "lat", "lon")
MOST_GROUPS = 100


@dataclass(frozen=True, eq=False)
class Grouping:
    """One way to group facilities: `codes` (int32[F]) says which of the groups `names` each belongs to."""

    name: str
    names: list[str]
    codes: Codes


def groupings(world: World, scenario: Scenario) -> list[Grouping]:
    """Every grouping of a scenario's facilities. Raises BadInput where the registry lacks a column it asks for."""
    return [
        Grouping("district", world.districts, world.district),
        Grouping("kind", world.kinds, world.kind),
        remoteness(world.facilities["travel_days"].to_numpy(np.float64)),
        *_told(world, scenario),
    ]


def remoteness(travel_days: np.ndarray) -> Grouping:
    """Thirds of the facilities by travel days; those as far away as each other stay together, so there may be fewer."""
    ends = np.quantile(travel_days, [1 / 3, 2 / 3])
    third = np.searchsorted(ends, travel_days, side="left")
    present = np.unique(third)
    return Grouping("remoteness", REMOTENESS[len(present)], np.searchsorted(present, third).astype(np.int32))


def _told(world: World, scenario: Scenario) -> list[Grouping]:
    problems, found = [], []
    columns = [str(column) for column in world.facilities]
    taken: Sequence[str] = ("district", "kind", "remoteness")
    for i, name in enumerate(scenario.groups):
        key = f"groups.{i}"
        if name in taken or name in scenario.groups[:i]:
            problems.append(scenario.problem(key, f"found {name!r}, which is told anyway", "each column once"))
        elif name in SINGLE:
            problems.append(scenario.problem(key, f"found {name!r}, which tells single facilities apart, not groups"))
        elif name not in columns:
            problems.append(scenario.problem(key, f"found {name!r}", ", ".join(columns[:20]), nearest(name, columns)))
        else:
            grouping = _by_column(name, world.facilities[name])
            if len(grouping.names) > MOST_GROUPS:
                what = f"the column {name!r} has {len(grouping.names):,} different values"
                problems.append(scenario.problem(key, what, f"{MOST_GROUPS} groups at most"))
            found.append(grouping)
    if problems:
        raise BadInput(problems)
    return found


def _by_column(name: str, column: pd.Series) -> Grouping:
    which, names = codes(column.fillna(UNTOLD).astype(str).replace("", UNTOLD))
    return Grouping(name, names, which)
