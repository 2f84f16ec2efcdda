"""Which facilities a programme covers: those among which an evaluation finds its sites."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from qisim.scenario.schema import Scenario
    from qisim.world.world import World

COLUMNS = {"provinces": "province", "districts": "district", "kinds": "kind", "facilities": "id"}


def covers(narrowed: Any, world: World) -> np.ndarray:
    """The facilities that an element or a wave is not narrowed away from, bool[F]."""
    mask = np.ones(len(world), dtype=bool)
    for key, column in COLUMNS.items():
        names = getattr(narrowed, key, [])
        if names:
            mask &= world.facilities[column].isin(names).to_numpy()
    return mask


def covered(scenario: Scenario, world: World, names: Iterable[str]) -> np.ndarray:
    """The facilities that any of these elements of the programme covers, bool[F]."""
    wanted = set(names)
    masks = [covers(element, world) for element in scenario.programme if element.name in wanted]
    return np.logical_or.reduce(masks) if masks else np.zeros(len(world), dtype=bool)
