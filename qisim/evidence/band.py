"""The band in which the model's figure is to lie, told by the published spread before anything is simulated.

Four rules, and no others: the sampling interval of a study of known size; a range that the source itself tells; a
quarter either side where it tells no spread; and the direction alone where it tells no size.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, sqrt

Z = 1.96
"""Standard errors of a 95% interval."""
IQR_OF_NORMAL = 1.349
"""Interquartile range of a normal distribution, in standard deviations."""
QUARTER = 0.25


@dataclass(frozen=True)
class Band:
    """From `low` to `high`, in the unit of the figure, by a rule in words.

    `direction` means that only the sign is published: the figure is to be above 0.
    """

    low: float
    high: float
    rule: str
    direction: bool = False


def of_share(percent: float, n: int) -> Band:
    """95% sampling interval of a share, in per cent, of `n` things."""
    half = Z * sqrt(percent * (100.0 - percent) / n)
    return Band(max(percent - half, 0.0), min(percent + half, 100.0), f"95% sampling interval, {n} observations")


def of_mean(mean: float, sd: float, n: int) -> Band:
    """95% sampling interval of a mean of `n` observations with a published standard deviation."""
    half = Z * sd / sqrt(n)
    return Band(mean - half, mean + half, f"95% sampling interval, {n} observations")


def of_sd(sd: float, n: int) -> Band:
    """95% sampling interval of a standard deviation, as of a normal distribution."""
    half = Z * sd / sqrt(2.0 * n)
    return Band(sd - half, sd + half, f"95% sampling interval, {n} observations")


def of_quantile(value: float, share: float, lower: float, upper: float, n: int) -> Band:
    """95% sampling interval of a median or quartile (`share` 0.5, 0.25 or 0.75) of `n` studies.

    As of a normal distribution with the published quartiles `lower` and `upper`.
    """
    sd = (upper - lower) / IQR_OF_NORMAL
    density = {0.25: 0.3178, 0.5: 0.3989, 0.75: 0.3178}[share] / sd
    half = Z * sqrt(share * (1.0 - share) / n) / density
    return Band(value - half, value + half, f"95% sampling interval, {n} studies, from their quartiles")


def told(low: float, high: float, rule: str) -> Band:
    """A range that the source itself tells."""
    return Band(low, high, rule)


def a_quarter(value: float) -> Band:
    """A quarter either side, where no spread is published."""
    half = QUARTER * abs(value)
    return Band(value - half, value + half, "a quarter either side, as no spread is published")


def only_direction() -> Band:
    """Above 0, where no size is published."""
    return Band(0.0, inf, "above 0, as no size is published", direction=True)
