"""P9: close coaching of birth attendants, and what counts of it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from qisim.evidence.band import a_quarter, only_direction
from qisim.evidence.pattern import Figure, Pattern

if TYPE_CHECKING:
    import numpy as np

    from qisim.evidence.simulate import Simulated

SEMRAU = "Semrau et al. 2017, New England Journal of Medicine 377:2313"
BARNHART = "Barnhart et al. 2020, Global Health: Science and Practice 8(1):38"
END_OF_COACHING = 8


def _difference(simulated: Simulated, column: str, month: int, one: str, other: str) -> np.ndarray:
    """Points more in one setting than in another, with the same luck."""
    first, second = (simulated.months(name, column)[:, 0, month] for name in (one, other))
    return 100.0 * (first - second)


CLOSELY_COACHED = Pattern(
    key="P9",
    title="close coaching",
    says="Close coaching raises practice at once; what counts is how often coaches come now, not the visits so far.",
    settings=("births", "births_coached", "births_coached_early", "births_coached_late"),
    figures=(
        Figure("P9.two_months", "practices done, coached less control, after 2 months", "31.1 points (72.8 and 41.7)",
               SEMRAU, "true", "points", a_quarter(31.1),
               partial(_difference, month=2, one="births_coached", other="births")),
        Figure("P9.twelve_months", "the same after 12 months, four after coaching", "17.8 points (61.7 and 43.9)",
               SEMRAU, "true", "points", a_quarter(17.8),
               partial(_difference, month=12, one="births_coached", other="births")),
        Figure("P9.current", "practices done under current coaching less those after as many visits before",
               "current visits count, cumulative do not", BARNHART, "true", "points", only_direction(),
               partial(_difference, month=END_OF_COACHING, one="births_coached_late", other="births_coached_early")),
    ),
)  # fmt: skip
