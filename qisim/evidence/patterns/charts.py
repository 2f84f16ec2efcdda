"""P1 and P2: how soon, and how far, the charts of improvement collaboratives rise."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from qisim.evidence.band import of_mean, of_sd, of_share, told
from qisim.evidence.pattern import Figure, Pattern

if TYPE_CHECKING:
    from collections.abc import Callable

    from qisim.evidence.simulate import Simulated

SETTINGS = ("charts_easy", "charts", "charts_hard")
CHARTS_EACH = 45
N = CHARTS_EACH * len(SETTINGS)
"""135 charts make a study, a third of them on easy and a third on hard topics."""
FRANCO = "Franco and Marquez 2011, BMJ Quality & Safety 20:658"
HCI = "USAID Health Care Improvement project 2008, The improvement collaborative"
REACHED_80, REACHED_90 = round(0.87 * N), round(0.76 * N)


def charts(simulated: Simulated, column: str) -> np.ndarray:
    """The charts of each study as float64[studies, 135, M + 1]: mean score of ten teams by month, 0-1."""
    return np.concatenate([simulated.months(name, column, CHARTS_EACH) for name in SETTINGS], axis=1)


def first_month(paths: np.ndarray, level: float) -> np.ndarray:
    """The first month in which each path stands at a level; NaN where it never does."""
    at = paths >= level
    return np.where(at.any(axis=-1), at.argmax(axis=-1), np.nan)


def _reaching(simulated: Simulated, column: str, level: float) -> np.ndarray:
    return 100.0 * (charts(simulated, column) >= level).any(axis=-1).mean(axis=1)


def _months_to(simulated: Simulated, column: str, level: float, take: Callable[..., np.ndarray]) -> np.ndarray:
    return take(first_month(charts(simulated, column), level), axis=1)


def _gain(simulated: Simulated, column: str, take: Callable[..., np.ndarray]) -> np.ndarray:
    paths = charts(simulated, column)
    return 100.0 * take(paths[..., -1] - paths[..., 0], axis=1)


def _below_half(simulated: Simulated, column: str) -> np.ndarray:
    return 100.0 * (charts(simulated, column)[..., 0] < 0.5).mean(axis=1)


def _held(simulated: Simulated, column: str) -> np.ndarray:
    """Of the months after a chart first stood at 80%, the share in which it stood there, in per cent."""
    at = charts(simulated, column) >= 0.8
    after = np.cumsum(at, axis=-1) > 0
    return 100.0 * at.sum(axis=(1, 2)) / np.maximum(after.sum(axis=(1, 2)), 1)


CHARTS = Pattern(
    key="P1",
    title="charts of collaboratives",
    says="Most charts of collaboratives reach 80% within a year and many 90%; they differ widely.",
    settings=SETTINGS,
    figures=(
        Figure("P1.80", "charts that reach 80%", "87%", FRANCO, "reported", "%", of_share(87, N),
               partial(_reaching, level=0.8)),
        Figure("P1.90", "charts that reach 90%", "76%", FRANCO, "reported", "%", of_share(76, N),
               partial(_reaching, level=0.9)),
        Figure("P1.time80", "months to 80%, mean of those that get there", "9.2", FRANCO, "reported", "months",
               of_mean(9.2, 8.5, REACHED_80), partial(_months_to, level=0.8, take=np.nanmean)),
        Figure("P1.spread80", "months to 80%, standard deviation", "8.5", FRANCO, "reported", "months",
               of_sd(8.5, REACHED_80), partial(_months_to, level=0.8, take=np.nanstd)),
        Figure("P1.time90", "months to 90%, mean of those that get there", "14.4", FRANCO, "reported", "months",
               of_mean(14.4, 12.0, REACHED_90), partial(_months_to, level=0.9, take=np.nanmean)),
        Figure("P1.gain", "gain of a chart, mean", "51.9 points", FRANCO, "reported", "points", of_mean(51.9, 28.0, N),
               partial(_gain, take=np.mean)),
        Figure("P1.spread", "gain of a chart, standard deviation", "28.0 points", FRANCO, "reported", "points",
               of_sd(28.0, N), partial(_gain, take=np.std)),
        Figure("P1.start", "charts that begin below 50%", "two thirds", FRANCO, "reported", "%", of_share(66.7, N),
               _below_half),
        Figure("P1.held", "share of the months after reaching 80% at 80% or more", "69%", FRANCO, "reported", "%",
               of_share(69, REACHED_80), _held),
    ),
)  # fmt: skip


def _median_time(simulated: Simulated, column: str) -> np.ndarray:
    """Median month to 80% of a study's charts, those that never get there counting as later than any."""
    months = first_month(charts(simulated, column), 0.8)
    median = np.median(np.where(np.isnan(months), np.inf, months), axis=1)
    return np.where(np.isinf(median), np.nan, median)


TIME_TO_RESULTS = Pattern(
    key="P2",
    title="months to results",
    says="Collaboratives typically have significant results in 9 to 18 months.",
    settings=SETTINGS,
    figures=(
        Figure("P2.time", "months to 80%, median chart", "9-18", HCI, "reported", "months",
               told(9.0, 18.0, "the range that the source tells"), _median_time),
    ),
)  # fmt: skip
