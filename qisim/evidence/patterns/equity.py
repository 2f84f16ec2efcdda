"""P11: the gap between well and badly placed facilities, by how sites were chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qisim.evidence.band import a_quarter, only_direction
from qisim.evidence.pattern import Figure, Pattern

if TYPE_CHECKING:
    from qisim.evidence.simulate import Simulated

HIRSCHHORN = "Hirschhorn, Magge and Kiflie 2021, BMJ 374:n939"


def gap(simulated: Simulated, name: str, column: str) -> np.ndarray:
    """Agrarian less pastoralist facilities by month, in points; float64[studies, M + 1]."""
    run = simulated.run(name, detail=True)
    groups = run.groups[run.groups["grouping"] == "setting"]
    table = groups.pivot(index=["replicate", "month"], columns="group", values=column)
    return 100.0 * (table["agrarian"] - table["pastoralist"]).to_numpy(float).reshape(simulated.studies, -1)


def _fall(simulated: Simulated, column: str) -> np.ndarray:
    path = gap(simulated, "equity", column)
    return path[:, 0] - path[:, -1]


def _above_90(simulated: Simulated, column: str) -> np.ndarray:
    enrolled = simulated.facilities("equity", "enrolled")[:, -1] > 0
    good = (simulated.facilities("equity", column)[:, -1] >= 0.9) & enrolled
    return 100.0 * good.sum(axis=1) / enrolled.sum(axis=1)


def _wider(simulated: Simulated, column: str) -> np.ndarray:
    return gap(simulated, "convenience", column)[:, -1] - gap(simulated, "equity", column)[:, -1]


EQUITY = Pattern(
    key="P11",
    title="sites chosen for equity",
    says="With sites chosen for equity the gap halves and two thirds of teams exceed 90%; without, it can widen.",
    settings=("equity", "convenience"),
    figures=(
        Figure("P11.gap", "fall of the gap between places", "7 points (15 to 8)", HIRSCHHORN, "reported", "points",
               a_quarter(7.0), _fall),
        Figure("P11.teams", "teams above 90% adherence", "67%", HIRSCHHORN, "reported", "%", a_quarter(67.0),
               _above_90),
        Figure("P11.wider", "gap at the end where sites were chosen for convenience, less that with equity",
               "can widen", HIRSCHHORN, "reported", "points", only_direction(), _wider),
    ),
)  # fmt: skip
