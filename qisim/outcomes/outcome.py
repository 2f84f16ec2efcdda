"""One line of the outcome table, in numbers and in words."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qisim.outcomes.intervals import LEVEL, interval, quantile

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Outcome:
    """An outcome over all replicates.

    `median`, `low` and `high` (the central 90% interval) are in `unit`; None where they cannot be told, such as with
    too few replicates, infinite where the horizon came first or a cost brought nothing. `value`, `spread` and `note`
    say the same to a reader; `is_median` tells whether `value` is the median of several replicates.
    """

    key: str
    name: str
    unit: str
    median: float | None
    low: float | None
    high: float | None
    value: str
    spread: str = ""
    note: str = ""
    is_median: bool = False

    @property
    def text(self) -> str:
        """The outcome as a sentence."""
        said = f"{self.name}: {'median ' if self.is_median else ''}{self.value}"
        if self.spread:
            said += f", 90% interval {self.spread}"
        return f"{said}; {self.note}" if self.note else said

    def row(self) -> dict[str, Any]:
        """The outcome as plain values for machines; infinite ones are None and named in `infinite`, times also in
        `beyond_horizon`.
        """
        numbers = {"median": self.median, "low": self.low, "high": self.high}
        infinite = [name for name, value in numbers.items() if value == math.inf]
        finite = {name: None if name in infinite else value for name, value in numbers.items()}
        told = {"key": self.key, "name": self.name, "unit": self.unit}
        beyond = infinite if self.unit == "month" else []
        return {**told, **finite, "infinite": infinite, "beyond_horizon": beyond, "text": self.text}


def over_runs(
    key: str, name: str, unit: str, values: np.ndarray, form: Callable[[float], str], note: str = ""
) -> Outcome:
    """The outcome told by one number a replicate, which may be infinite; `form` puts a number into words."""
    median, ends = quantile(values, 0.5), interval(values, LEVEL)
    low, high = ends or (None, None)
    spread = f"{form(ends[0])} to {form(ends[1])}" if ends else ""
    return Outcome(key, name, unit, median, low, high, form(median), spread, note, is_median=len(values) > 1)


def untold(key: str, name: str, unit: str, why: str) -> Outcome:
    """An outcome that cannot be told, and why."""
    return Outcome(key, name, unit, None, None, None, "not told", note=why)
