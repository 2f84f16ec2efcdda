"""How near the model comes to a pattern: its figures with their intervals, and verdicts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from math import nan, sqrt
from typing import Literal

import numpy as np

from qisim.evidence.pattern import Figure, Pattern
from qisim.evidence.simulate import Simulated

Verdict = Literal["inside", "outside", "direction only", "direction missed"]
MOST_STUDIES = 0.9
"""Share of simulated studies that have to show a direction."""
NORMAL_QUANTILE = 1.2816
"""Standard deviations above 0 at which so large a share of a normal distribution lies above 0."""
INTERVAL = (0.05, 0.95)


@dataclass(frozen=True)
class Finding:
    """The model's figure: mean over simulated studies, and the 90% interval of single ones.

    `error` is the standard error of the mean, from simulating so few; `share_above` the share of studies above 0.
    """

    figure: Figure
    mean: float
    low: float
    high: float
    error: float
    share_above: float
    verdict: Verdict

    def is_clear(self, studies: int) -> bool:
        """Whether the verdict would hardly change with more simulated studies: three standard errors away.

        Of a direction, by the mean in standard deviations between studies, taking these as normal.
        """
        band = self.figure.band
        if band.direction:
            sd = self.error * sqrt(studies)
            if sd == 0.0:
                return True
            away = self.mean / sd
            return abs(away - NORMAL_QUANTILE) > 3.0 * sqrt((1.0 + 0.5 * away * away) / studies)
        return min(abs(self.mean - band.low), abs(self.mean - band.high)) > 3.0 * self.error


@dataclass(frozen=True)
class Judged:
    """A pattern with what was found of each of its figures."""

    pattern: Pattern
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        """Outside or missed if any figure is; inside if every figure with a size is; else the direction only."""
        verdicts = [finding.verdict for finding in self.findings]
        if "outside" in verdicts:
            return "outside"
        if "direction missed" in verdicts:
            return "direction missed"
        return "inside" if "inside" in verdicts else "direction only"

    @property
    def met(self) -> int:
        """How many of its figures are inside or have the published direction."""
        return sum(finding.verdict in ("inside", "direction only") for finding in self.findings)


def found(figure: Figure, values: np.ndarray) -> Finding:
    """What the figures of simulated studies, float64[studies], amount to; NaN stands for a study that tells none."""
    told = values[~np.isnan(values)]
    if not len(told):
        missed: Verdict = "direction missed" if figure.band.direction else "outside"
        return Finding(figure, nan, nan, nan, nan, 0.0, missed)
    mean, (low, high) = float(told.mean()), np.quantile(told, INTERVAL)
    error = float(told.std(ddof=1) / np.sqrt(len(told))) if len(told) > 1 else nan
    above = float((told > 0).mean())
    return Finding(figure, mean, float(low), float(high), error, above, _verdict(figure, mean, above))


def _verdict(figure: Figure, mean: float, above: float) -> Verdict:
    band = figure.band
    if band.direction:
        return "direction only" if above >= MOST_STUDIES else "direction missed"
    return "inside" if band.low <= mean <= band.high else "outside"


def judge(pattern: Pattern, simulated: Simulated) -> Judged:
    """Simulate a pattern's settings and compare."""
    return Judged(pattern, tuple(found(figure, figure.of(simulated)) for figure in pattern.figures))


def judge_all(
    patterns: Iterable[Pattern], simulated: Simulated, progress: Callable[[int, int], None] | None = None
) -> Iterator[Judged]:
    """One pattern after the other; `progress` is told how many are done, of how many.

    Runs are kept as long as the next pattern has use for them.
    """
    todo = list(patterns)
    for done, pattern in enumerate(todo):
        if progress:
            progress(done, len(todo))
        simulated.forget(but=pattern.settings)
        yield judge(pattern, simulated)
    if progress:
        progress(len(todo), len(todo))
