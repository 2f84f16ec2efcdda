"""P4 and P5: cycles and their successes under close mentoring, and what is left when dependent teams lose mentors."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from qisim.evidence.band import a_quarter, of_share, only_direction
from qisim.evidence.pattern import Figure, Pattern

if TYPE_CHECKING:
    from qisim.evidence.simulate import Simulated

MAGGE_17 = "Magge et al. 2017, BMJ Open Quality 6(Suppl 1):A4"
MAGGE_19 = "Magge et al. 2019, International Journal for Quality in Health Care 31(10):G180"
HILL = "Hill et al. 2023, Health Research Policy and Systems 21:48"
SUPPORT, COUNTED, LATER = 16, 9, 12
"""Months of support; those in which cycles were counted; those after support at which is looked again."""
QUARTER_YEAR = 3


def _successes(simulated: Simulated, _column: str) -> np.ndarray:
    """Of the ideas that teams have tested by the end of support, the share they have ever judged a success."""
    from qisim.model.rules import ADOPTED, AWARE, TESTING, UNAWARE
    from qisim.model.state import INITIAL

    stage = simulated.ideas("ethiopia", "stage")[:, : SUPPORT + 1]
    own = simulated.ideas("ethiopia", "source")[:, SUPPORT] != INITIAL
    tested = ((stage != UNAWARE) & (stage != AWARE)).any(axis=1) & (stage[:, -1] != TESTING) & own
    succeeded = (stage == ADOPTED).any(axis=1) & tested
    return 100.0 * succeeded.sum(axis=(1, 2)) / tested.sum(axis=(1, 2))


def _cycles(simulated: Simulated, _column: str) -> np.ndarray:
    """PDSA cycles of a team and month, in the first nine months."""
    cycles = simulated.months("ethiopia", "cycles", detail=True)[:, 0, 1 : COUNTED + 1]
    return cycles.mean(axis=1) / len(simulated.run("ethiopia", detail=True).world)


CYCLES = Pattern(
    key="P4",
    title="cycles and successes under close mentoring",
    says="Closely mentored teams run about three cycles a month and judge four of five tested ideas successful.",
    settings=("ethiopia", "ethiopia_handed_over"),
    figures=(
        Figure("P4.success", "tested ideas that teams judge successful", "81% (83 of 102)", MAGGE_19, "counted", "%",
               of_share(81.4, 102), _successes),
        Figure("P4.cycles", "PDSA cycles of a team and month", "2.8 (506 of 20 teams in 9 months)", MAGGE_17, "counted",
               "cycles", a_quarter(2.8), _cycles),
    ),
)  # fmt: skip


def lost(simulated: Simulated, name: str, column: str) -> np.ndarray:
    """Share lost, in per cent, from the last quarter of support to the one that ends a year later."""
    path = simulated.months(name, column, detail=name == "ethiopia")[:, 0]
    before, after = (path[:, end - QUARTER_YEAR + 1 : end + 1].mean(axis=1) for end in (SUPPORT, SUPPORT + LATER))
    return 100.0 * (1.0 - after / before)


def _lost(simulated: Simulated, _column: str, of: str) -> np.ndarray:
    return lost(simulated, "ethiopia", of)


def _lost_less(simulated: Simulated, _column: str, of: str) -> np.ndarray:
    return lost(simulated, "ethiopia", of) - lost(simulated, "ethiopia_handed_over", of)


DEPENDENCE = Pattern(
    key="P5",
    title="when mentors leave",
    says="Engagement and meetings collapse when mentors leave dependent teams, and hold where ownership was built.",
    settings=("ethiopia", "ethiopia_handed_over"),
    figures=(
        Figure("P5.meetings", "meetings lost a year after mentors left", "expected to stop", HILL,
               "counted", "%", only_direction(), partial(_lost, of="meetings")),
        Figure("P5.engagement", "engagement lost a year after mentors left", "reliance on mentors as drivers", HILL,
               "counted", "%", only_direction(), partial(_lost, of="engagement")),
        Figure("P5.held", "meetings lost, more than where it was handed over", "less owned as the mentors' project",
               HILL, "counted", "points", only_direction(), partial(_lost_less, of="meetings")),
    ),
)  # fmt: skip
