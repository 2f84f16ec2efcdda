"""Weights of replicates: how much each counts once something was seen, and what the weighted replicates tell."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from qisim.outcomes.intervals import LEVEL, ends, supported

if TYPE_CHECKING:
    from qisim.outcomes.time_to_target import TimeToTarget

ROUNDING = 1e-9
HALVINGS = 50


@dataclass(frozen=True, eq=False)
class Weights:
    """How much each replicate counts: `shares`, float64[R], in all 1."""

    shares: npt.NDArray[np.float64]

    @classmethod
    def equal(cls, replicates: int) -> Weights:
        """Every replicate counts alike: nothing was seen yet."""
        return cls(np.full(replicates, 1 / replicates))

    @classmethod
    def of(cls, log_likelihood: npt.NDArray[np.float64]) -> Weights:
        """Importance weights from the log-likelihood of what was seen under each replicate, float64[R]."""
        relative = np.exp(log_likelihood - log_likelihood.max())
        return cls(relative / relative.sum())

    @classmethod
    def tempered(cls, log_likelihood: npt.NDArray[np.float64], effective: float) -> tuple[Weights, float]:
        """Weights by the likelihood to a power, and that power: 1 where so many effective replicates are left, else the
        greatest that leaves them, by bisection.

        A power below 1 takes what was seen for less evidence than it is, so that the answer lies between what was
        believed before and what all of it tells. `effective` is at most the number of replicates.
        """
        whole = cls.of(log_likelihood)
        if whole.effective >= effective:
            return whole, 1.0
        low, high = 0.0, 1.0
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            enough = cls.of(middle * log_likelihood).effective >= effective
            low, high = (middle, high) if enough else (low, middle)
        return (cls.of(low * log_likelihood) if low > 0 else cls.equal(len(log_likelihood))), low

    def __len__(self) -> int:
        """The number of replicates."""
        return len(self.shares)

    @cached_property
    def effective(self) -> float:
        """The effective sample size, 1 / sum(w^2) (Kish 1965): so many equal replicates would tell as much."""
        return float(1 / (self.shares**2).sum())

    def supports(self, level: float = LEVEL) -> bool:
        """Whether the weighted replicates can tell a central interval of `level`."""
        return supported(level, math.floor(self.effective + ROUNDING))

    def mean(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """The weighted mean over replicates of `values`, numbers[R, ...]."""
        return np.asarray(np.tensordot(self.shares, values, axes=1))

    def quantile(self, values: npt.NDArray[np.float64], q: float) -> npt.NDArray[np.float64]:
        """The least value that makes up, with those below it, the share `q` of the weight; over axis 0 of `values`.

        Infinite values, such as times beyond the horizon, count as later than any.
        """
        order = np.argsort(values, axis=0, kind="stable")
        shares = np.cumsum(self.shares[order], axis=0)
        enough = shares >= q * shares[-1] - ROUNDING
        place = np.expand_dims(enough.argmax(axis=0), 0)
        return np.asarray(np.take_along_axis(values, np.take_along_axis(order, place, 0), 0)[0])

    def interval(
        self, values: npt.NDArray[np.float64], level: float = LEVEL
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]] | None:
        """The central interval of `level` over axis 0 of `values`; None where too little weight is spread."""
        if not self.supports(level):
            return None
        low, high = ends(level)
        return self.quantile(values, low), self.quantile(values, high)


@dataclass(frozen=True, eq=False)
class WeightedTime:
    """Time to target of weighted replicates, right-censored at the horizon, in months."""

    time: TimeToTarget
    weights: Weights

    @cached_property
    def months(self) -> npt.NDArray[np.float64]:
        """First month at the target of each replicate, float64[R]; infinite where the horizon came first."""
        return np.where(self.time.reached, self.time.month, math.inf)

    def quantile(self, q: float) -> float:
        """The first month by which the share `q` of the weight is there; infinite where the horizon comes first."""
        return float(self.weights.quantile(self.months, q))

    @property
    def median(self) -> float:
        return self.quantile(0.5)

    def interval(self, level: float = LEVEL) -> tuple[float, float] | None:
        """The central interval, ends infinite beyond the horizon; None where too little weight is spread."""
        found = self.weights.interval(self.months, level)
        return None if found is None else (float(found[0]), float(found[1]))

    def probability(self, by: int) -> float:
        """The probability of being at the target in or before month `by`, which is at most the horizon."""
        if by > self.time.horizon:
            raise ValueError(f"nothing is known beyond month {self.time.horizon}")
        return float(min(self.weights.shares[self.months <= by].sum(), 1.0))
