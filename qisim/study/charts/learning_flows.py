"""Who learnt from whom: change ideas that passed between places, and those that came another way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from qisim.study.results import Results

MOST_PLACES = 60
"""More places than this are put together: facilities to districts, districts to provinces."""

NOT_LEARNT = ("none", "initial")


@dataclass(frozen=True, eq=False)
class Flows:
    """Ideas learnt by the end of one future; each is counted once for each facility that learnt it.

    `level` is what the P places are: "facility", "district" or "province". `names`: str[P]; `points`: float64[P, 2],
    longitude and latitude; `passed`: int64[P, P], from the row's place to the column's, within a place on the
    diagonal. `otherwise` counts what was learnt of no facility, by source, the largest first.
    """

    level: str
    names: np.ndarray
    points: np.ndarray
    passed: np.ndarray
    otherwise: dict[str, int]

    @property
    def between(self) -> int:
        """Ideas that a facility learnt from another."""
        return int(self.passed.sum())

    @property
    def learnt(self) -> int:
        """All ideas learnt."""
        return self.between + sum(self.otherwise.values())


def flows(future: Results) -> Flows:
    """What facilities learnt in one future that was run with detail, and from whom."""
    ideas = future.idea_months
    if ideas is None:
        raise ValueError("the run has no table of ideas by facility; run it with detail")
    end = ideas[ideas["month"] == ideas["month"].max()]
    end = end[~end["source"].isin(NOT_LEARNT)]
    facilities = future.world.facilities
    number = {name: place for place, name in enumerate(facilities["id"].astype(str))}
    learner = end["facility"].astype(str).map(number).to_numpy(int)
    teacher = end["learnt_from"].astype(str).map(number).fillna(-1).to_numpy(int)
    of_facility = teacher >= 0
    level, names, place = _places(future)
    passed = np.zeros((len(names), len(names)), dtype=np.int64)
    np.add.at(passed, (place[teacher[of_facility]], place[learner[of_facility]]), 1)
    counts = end["source"][~of_facility].astype(str).value_counts()
    return Flows(level, names, _middles(future, place, len(names)), passed,
                 {str(source): int(count) for source, count in counts.items()})  # fmt: skip


def _places(future: Results) -> tuple[str, np.ndarray, np.ndarray]:
    """The smallest kind of place of which there are not too many; its names, and each facility's place."""
    world = future.world
    levels: dict[str, tuple[np.ndarray, np.ndarray]] = {
        "facility": (world.facilities["name"].to_numpy(str), np.arange(len(world))),
        "district": (np.array(world.districts), world.district),
        "province": (np.array(world.provinces), world.province),
    }
    told = [level for level, (names, _) in levels.items() if len(names) > 1 or level == "facility"]
    level = next((level for level in told if len(levels[level][0]) <= MOST_PLACES), told[-1])
    names, place = levels[level]
    return level, names, place


def _middles(future: Results, place: np.ndarray, places: int) -> np.ndarray:
    """The mean position of the facilities of each place."""
    points = future.world.facilities[["lon", "lat"]].to_numpy(float)
    size = np.bincount(place, minlength=places)
    return np.stack([np.bincount(place, points[:, i], places) / size for i in (0, 1)], axis=1)
