"""Reported and true scores: what facilities' own figures say beyond what is so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qisim.outcomes.equity import POINTS
from qisim.outcomes.outcome import Outcome, over_runs
from qisim.outcomes.runs import Runs, by_run
from qisim.words.numbers import points

if TYPE_CHECKING:
    import numpy as np


def excess(runs: Runs) -> np.ndarray:
    """The mean reported score less the true one, in points (of 100), month by month; float64[R, M + 1]."""
    return POINTS * (by_run(runs.months, "reported_score") - by_run(runs.months, "score"))


def outcome(runs: Runs) -> list[Outcome]:
    """By how much the reported score lies above the true one at the end, and where it did most."""
    by_month = excess(runs)
    means = by_month.mean(axis=0)
    most = int(abs(means).argmax())
    note = f"furthest apart in month {most}: {_signed(float(means[most]))}" if most else ""
    note += " on average" if note and len(by_month) > 1 else ""
    return [over_runs("reported_less_true", "reported less true score at the end, points", "points",
                      by_month[:, -1], _signed, note)]  # fmt: skip


def _signed(value: float) -> str:
    said = points(value)
    return f"+{said}" if float(said) > 0 else said
