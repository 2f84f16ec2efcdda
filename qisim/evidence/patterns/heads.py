"""P6: what the departure of a supportive head does to a team."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from qisim.evidence.band import only_direction
from qisim.evidence.pattern import Figure, Pattern

if TYPE_CHECKING:
    from qisim.evidence.simulate import Simulated

HILL = "Hill et al. 2023, Health Research Policy and Systems 21:48"
WITHIN, LATER = 12, 6
"""Heads who leave within so many months are looked at; and so many months later."""


def _set_back(simulated: Simulated, column: str, of: str = "") -> np.ndarray:
    """How much better facilities whose supportive head left would stand half a year later had the head stayed, points.

    Each is set beside itself with the same luck and a head who stays.
    """
    supports = simulated.facilities("heads_leave", "supportive_head") > 0
    first = np.where(supports[:, 0], (~supports).argmax(axis=1), 0)
    left = (first > 0) & (first <= WITHIN)
    month = np.where(left, first + LATER, 0)[:, None]
    leave, stay = (
        np.take_along_axis(simulated.facilities(name, of or column), month, axis=1)[:, 0]
        for name in ("heads_leave", "heads_stay")
    )
    count = left.sum(axis=1)
    return np.where(count, 100.0 * ((stay - leave) * left).sum(axis=1) / np.maximum(count, 1), np.nan)


HEADS = Pattern(
    key="P6",
    title="when a supportive head leaves",
    says="A facility whose supportive head leaves is set back.",
    settings=("heads_leave", "heads_stay"),
    figures=(
        Figure("P6.engagement", "engagement lost half a year after the head left", "improvement was set up again",
               HILL, "counted", "points", only_direction(), partial(_set_back, of="engagement")),
        Figure("P6.score", "score lost half a year after the head left", "improvement was set up again", HILL, "true",
               "points", only_direction(), _set_back),
    ),
)  # fmt: skip
