"""The inputs that a sweep varied, and how their values are told."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from qisim.scenario.behaviour import PARAMETERS
from qisim.words.numbers import target_percent

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

MOST_LEVELS = 10
"""A factor with more values than this was drawn from a range."""

IN_PERCENT = ("probability", "share")
DIGITS = 2
COARSEST = 25
"""Values are told so finely that a range has so many of them, at least."""


@dataclass(frozen=True)
class Factor:
    """An input that a sweep varied.

    A factor of the kind "range" was drawn from a range, one of "levels" has few numbers and one of "words" texts, both
    in `levels`, numbers rising; `whole` says that all values are whole numbers. `unit` is that of a behaviour
    parameter, else empty.
    """

    name: str
    key: str
    kind: Literal["range", "levels", "words"]
    levels: tuple[Any, ...]
    low: float
    high: float
    unit: str = ""
    whole: bool = False

    def codes(self, column: np.ndarray) -> np.ndarray:
        """The values as numbers, float64[P]: texts by their place among the levels."""
        import numpy as np

        if self.kind != "words":
            return column.astype(float)
        place = {level: float(i) for i, level in enumerate(self.levels)}
        return np.array([place[_text(value)] for value in column])

    def said(self, value: Any) -> str:
        """A value in words."""
        if self.kind == "words":
            return _text(value)
        if self.unit.startswith(IN_PERCENT):
            return target_percent(self._rounded(float(value)))
        return f"{self._rounded(float(value)):,g}"

    def _rounded(self, value: float) -> float:
        """So many digits as tell levels, or values within the range, apart."""
        apart = [b - a for a, b in zip(self.levels, self.levels[1:], strict=False)] or [self.high - self.low]
        if min(apart) <= 0:
            return value
        digits = DIGITS - math.ceil(math.log10(min(apart)))
        if self.kind == "range" and not self.whole and 10.0**-digits > (self.high - self.low) / COARSEST:
            digits += 1
        return round(value, digits) + 0.0  # no minus zero

    @property
    def axis(self) -> str:
        """The name with its unit, for an axis."""
        percent = self.unit.startswith(IN_PERCENT)
        return f"{self.name} ({self.unit})" if self.unit and not percent else self.name


def factors_of(points: pd.DataFrame, keys: Mapping[str, str]) -> tuple[Factor, ...]:
    """The factors of a table of points, a column each; `keys` are their scenario keys by name."""
    return tuple(_factor(str(name), keys.get(str(name), str(name)), points[name]) for name in points)


def _factor(name: str, key: str, column: pd.Series) -> Factor:
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    section, _, parameter = key.partition(".")
    unit = PARAMETERS[parameter].unit if section == "behaviour" and parameter in PARAMETERS else ""
    if not is_numeric_dtype(column) or is_bool_dtype(column):
        levels = tuple(dict.fromkeys(_text(value) for value in column))
        return Factor(name, key, "words", levels, 0.0, float(len(levels) - 1))
    numbers = sorted({float(value) for value in column})
    few = len(numbers) <= MOST_LEVELS
    return Factor(name, key, "levels" if few else "range", tuple(numbers) if few else (), numbers[0], numbers[-1], unit,
                  whole=all(number.is_integer() for number in numbers))  # fmt: skip


def _text(value: Any) -> str:
    value = value.item() if hasattr(value, "item") else value
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
