"""What a pattern is: something published, the settings that mirror it, and figures with a band each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from qisim.evidence.band import Band

if TYPE_CHECKING:
    import numpy as np

    from qisim.evidence.simulate import Simulated

Measured = Literal["reported", "true", "counted"]
COLUMNS: dict[Measured, str] = {"reported": "reported_score", "true": "score", "counted": ""}
"""The score that a published figure is compared with: what teams report of themselves, or what is so. Figures that are
counted, such as cycles and months, need neither."""


@dataclass(frozen=True)
class Figure:
    """One published figure.

    `values` gives the model's, float64[studies], NaN where a simulated study tells none; it is handed the column of the
    score that `measured` calls for. `published` is the figure in words, `source` where it stands.
    """

    key: str
    what: str
    published: str
    source: str
    measured: Measured
    unit: str
    band: Band
    values: Callable[[Simulated, str], np.ndarray]

    def of(self, simulated: Simulated) -> np.ndarray:
        """The model's figure, one for each simulated study."""
        return self.values(simulated, COLUMNS[self.measured])


@dataclass(frozen=True)
class Pattern:
    """A pattern by its key, such as P7; `says` in one sentence, `settings` by their file names.

    `tuned` tells whether the defaults were tuned to it.
    """

    key: str
    title: str
    says: str
    settings: tuple[str, ...]
    figures: tuple[Figure, ...]
    tuned: bool = True
