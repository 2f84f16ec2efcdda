"""How far the model's figures lie from their bands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isfinite

import numpy as np

from qisim.evidence.judge import NORMAL_QUANTILE, judge
from qisim.evidence.pattern import Figure
from qisim.evidence.patterns import PATTERNS
from qisim.evidence.simulate import Simulated

FIGURES = {figure.key: figure for pattern in PATTERNS.values() for figure in pattern.figures}
MOST = 4.0
"""Half-widths of a band beyond which a figure is simply far off."""
CLEAR = 1.5
"""Standard deviations by which a mean should be above 0 where only a direction is published: nine of ten studies are
above 0 from 1.28 on, and a margin is left for the few studies simulated."""
OPEN = 0.3
"""Half-width of a band with one end, as a share of that end."""


def figures_of(behaviour: Mapping[str, float], studies: int, seed: int, but: Iterable[str]) -> dict[str, list[float]]:
    """Mean and standard deviation over simulated studies of each figure of all patterns but some."""
    simulated = Simulated(studies, seed, threads=1, behaviour=behaviour)
    told: dict[str, list[float]] = {}
    for key, pattern in PATTERNS.items():
        if key in but:
            continue
        simulated.forget(but=pattern.settings)
        for finding in judge(pattern, simulated).findings:
            told[finding.figure.key] = [finding.mean, finding.error * studies**0.5]
    return told


def miss(figure: Figure, mean: np.ndarray, sd: np.ndarray | float, margin: float = 0.0) -> np.ndarray:
    """How many half-widths of its band a figure lies outside, 0 inside, at most `MOST`; float64[points].

    Of a direction, by how many standard deviations the mean falls short of being clearly above 0. With a `margin`, less
    than so many half-widths or standard deviations inside counts as outside.
    """
    band = figure.band
    if band.direction:
        short = (CLEAR * sd - mean) / np.maximum(sd, 1e-6) + margin
    else:
        half = (band.high - band.low) / 2 if isfinite(band.high - band.low) else OPEN * abs(band.low)
        short = np.maximum(band.low - mean, mean - band.high) / half + margin
    return np.clip(np.nan_to_num(short, nan=MOST), 0.0, MOST)


def weight(key: str, weights: Mapping[str, float]) -> float:
    """What a figure counts: the weight of its pattern, 1 unless told."""
    return weights.get(key.split(".")[0], 1.0)


def total(means: Mapping[str, np.ndarray], sds: Mapping[str, np.ndarray], weights: Mapping[str, float]) -> np.ndarray:
    """Weighted sum of misses over all figures, float64[points]."""
    return np.sum([weight(key, weights) * miss(FIGURES[key], means[key], sds[key]) for key in means], axis=0)


def met(key: str, mean: float, sd: float) -> bool:
    """Whether a figure lies in its band, or shows its direction in nine of ten studies as of a normal distribution."""
    band = FIGURES[key].band
    return mean > NORMAL_QUANTILE * sd if band.direction else band.low <= mean <= band.high
