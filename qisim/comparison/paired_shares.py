"""The difference of two chances from the same replicates: Tango's score interval and the test that agrees with it.

Student's t has no width where no replicate differs, and may reach beyond all and nothing; this does neither. Source:
Tango 1998, Statistics in Medicine 17:891-908; recommended by Fagerland, Lydersen and Laake 2014, Statistics in Medicine
33:2850-2875.
"""

from __future__ import annotations

import math

EDGE = 1e-12
"""How near to -1 and 1 an end is looked for; at both the statistic has no value."""


def score_interval(only_one: int, only_other: int, runs: int, level: float) -> tuple[float, float]:
    """The interval of the chance of one less that of the other, within -1 to 1.

    `only_one` and `only_other` are the replicates in which only the one and only the other came about.
    """
    from scipy.optimize import brentq
    from scipy.stats import norm

    z = float(norm.ppf((1 + level) / 2))

    def beyond(gap: float, end: float) -> float:
        return _statistic(only_one, only_other, runs, gap) - end

    low = -1.0 if only_other == runs else brentq(beyond, EDGE - 1, 1 - EDGE, args=(z,))
    high = 1.0 if only_one == runs else brentq(beyond, EDGE - 1, 1 - EDGE, args=(-z,))
    return float(low), float(high)


def chance_of_none(only_one: int, only_other: int) -> float:
    """How likely so unequal counts would be, were both chances the same; two-sided, McNemar's test."""
    from scipy.stats import norm

    if only_one == only_other:
        return 1.0
    return float(2 * norm.sf(abs(only_one - only_other) / math.sqrt(only_one + only_other)))


def _statistic(only_one: int, only_other: int, runs: int, gap: float) -> float:
    """The score statistic of a difference: standard normal if it is the true one; falls as `gap` rises."""
    linear = (2 * runs - only_one + only_other) * gap - only_one - only_other
    constant = -only_other * gap * (1 - gap)
    likely = (math.sqrt(max(linear**2 - 8 * runs * constant, 0.0)) - linear) / (4 * runs)
    variance = runs * (2 * likely + gap * (1 - gap))
    return (only_one - only_other - runs * gap) / math.sqrt(max(variance, 1e-300))
