"""When strategies are said to differ, and which is called the best: measures with made-up values."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from qisim.comparison.decision import Finding, _of_values, dominated
from qisim.comparison.screen import cells_against_best
from qisim.comparison.words import gap_text, value_text
from qisim.outcomes import measures
from qisim.outcomes.measures import Measure

RUNS = 40
LUCK = np.random.default_rng(1).normal(0, 1, RUNS)
DAYS = measures._effort("staff_days", criterion=True)
TIME = measures._time("time_to_target", "months", 48, lambda runs: runs.months)
CHANCE = measures._chance("reached", "chance", 48)
COVERAGE = measures._level("coverage_at_end", "at the standard", "coverage", measures.percent, measures.share_points,
                           "percentage points")  # fmt: skip


def found(measure: Measure, *values: Any, idle: tuple[int, ...] = ()) -> Finding:
    """The finding of strategies with these values, some of them without a programme."""
    strategies: list[Any] = [
        SimpleNamespace(values=np.broadcast_to(row, RUNS).astype(float),
                        scenario=SimpleNamespace(programme=[] if place in idle else ["an element"]))
        for place, row in enumerate(values)
    ]  # fmt: skip
    return _of_values(replace(measure, values=lambda runs: runs.values), strategies)  # type: ignore[attr-defined]


def test_noise_in_a_large_amount_is_no_difference() -> None:
    days = found(DAYS, 23198 + LUCK, 23206.6 + LUCK)
    assert days.differences[0, 1].clear, "more than luck, but nothing that matters"
    assert not days.clear(0, 1)
    assert gap_text(days, 1, 0) == "practically the same"
    assert days.clear_best == [] and not dominated([days])
    assert gap_text(found(DAYS, 23198 + LUCK, 24000 + LUCK), 1, 0) == "802 more"


def test_an_interval_that_is_written_from_nothing_is_not_clear() -> None:
    low = 0.0004 + 1.684 * LUCK.std(ddof=1) / RUNS**0.5 * 0.1
    coverage = found(COVERAGE, np.full(RUNS, 0.5), 0.5 + low + 0.1 * (LUCK - LUCK.mean()))
    assert coverage.differences[1, 0].clear
    assert gap_text(coverage, 1, 0).startswith("no clear difference (0.0 higher to ")
    assert coverage.clear_best == []


def test_doing_nothing_is_never_the_best() -> None:
    days = found(DAYS, 900 + LUCK, 0, 700 + LUCK, idle=(1,))
    assert days.clear_best == [2], "those that do something are compared"
    assert cells_against_best(days)[1:] == ["700 fewer", "best"]
    assert days.best_share == [0, 0, 1]
    assert found(DAYS, 900 + LUCK, 0, 0, idle=(1,)).clear_best == [], "nobody to compare with"
    coverage = found(COVERAGE, 0.3 + 0.01 * LUCK, 0.5 + 0.01 * LUCK, idle=(1,))
    assert coverage.clear_best == [], "nor the programme that does harm"
    assert found(COVERAGE, 0.7 + 0.01 * LUCK, 0.5 + 0.01 * LUCK, idle=(1,)).clear_best == [0]


def test_those_that_are_alike_are_best_together() -> None:
    coverage = found(COVERAGE, 0.5 + 0.01 * LUCK, 0.7 + 0.01 * LUCK, 0.7 + 0.01 * LUCK)
    assert coverage.clear_best == [1, 2]
    assert cells_against_best(coverage)[1:] == ["best", "best"]
    unclear = found(COVERAGE, 0.5, 0.5 + 0.01 * LUCK)
    assert unclear.clear_best == [] and "best" not in cells_against_best(unclear)


def test_what_nobody_reached_is_not_the_same_but_rare() -> None:
    chance, time = found(CHANCE, 0, 0), found(TIME, 48, 48)
    assert value_text(chance, 0) == "0% (none of 40; up to 6% possible)"
    assert value_text(found(CHANCE, 1, 1), 0) == "100% (all of 40; at least 94%)"
    assert value_text(found(CHANCE, np.arange(RUNS) < 2, 0), 0) == "5% (2 of 40)"
    assert gap_text(chance, 0, 1) == "no difference in 40 futures; up to 6.3 percentage points possible"
    assert gap_text(time, 0, 1) == "neither is there before month 48 in any of 40 futures"
    assert time.differences[0, 1].high == pytest.approx(2.8, abs=0.1)


def test_no_interval_is_beyond_what_is_possible() -> None:
    most = np.r_[np.ones(RUNS - 1), 0]
    for measure, rows, least, largest in (
        (CHANCE, (1, 0, most), 0, 1),
        (COVERAGE, (most, 0.02 * (1 - most), 0), 0, 1),
        (TIME, (48, 0, 48 * most), 0, 48),
        (DAYS, (900 * (1 - most), 5, 3), 0, np.inf),
    ):
        finding = found(measure, *rows)
        for told in finding.estimates:
            assert told.low is not None and told.high is not None
            assert least <= told.low <= told.mean <= told.high <= largest, measure.key
        for gap in finding.differences.values():
            assert gap.low is not None and gap.high is not None
            assert -largest <= gap.low <= gap.mean <= gap.high <= largest, measure.key
