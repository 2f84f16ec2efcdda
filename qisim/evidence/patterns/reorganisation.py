"""P13: how far a reorganisation sets things back."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

import numpy as np

from qisim.evidence.band import told
from qisim.evidence.pattern import Figure, Pattern
from qisim.evidence.patterns.charts import first_month

if TYPE_CHECKING:
    from qisim.evidence.simulate import Simulated

BRAITHWAITE = "Braithwaite 2018, BMJ 361:k2014"
LOOKED_AT = 24
"""The month whose undisturbed score is sought: a year after the reorganisation."""


def _delay(simulated: Simulated, column: str) -> np.ndarray:
    """Months later that the mean score of the second year's end is reached; the horizon where it never is."""
    calm, moved = (simulated.months(name, column)[:, 0] for name in ("reorganisation_none", "reorganisation"))
    level = calm[:, LOOKED_AT, None]
    months = first_month(moved - level, 0.0)
    return np.where(np.isnan(months), calm.shape[1] - 1, months) - first_month(calm - level, 0.0)


REORGANISATION = Pattern(
    key="P13",
    title="a reorganisation",
    says="Reorganising the health system sets things back by 18 months or more.",
    settings=("reorganisation_none", "reorganisation"),
    figures=(
        Figure("P13.delay", "months later that the score of the second year is reached", "18 or more", BRAITHWAITE,
               "true", "months", told(18.0, inf, "the bound that the source tells"), _delay),
    ),
)  # fmt: skip
