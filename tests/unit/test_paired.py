"""Paired differences against worked examples, and what must hold for any values."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import t, ttest_rel

from qisim.outcomes.paired import differences, estimate, holm_levels, saved, share, share_best

MONTHS = arrays(float, (3, 24), elements=st.integers(0, 48).map(float))


def test_a_difference_worked_by_hand() -> None:
    # differences: twelve of 1 and twelve of 3; mean 2, variance 24 / 23, so standard error sqrt(1 / 23)
    other = np.arange(24.0)
    one = other + np.tile([1.0, 3.0], 12)
    gap = differences(np.array([one, other]))[0, 1]
    half = t.ppf(0.95, 23) / math.sqrt(23)
    assert (gap.mean, gap.less, gap.equal, gap.more, gap.level) == (2, 0, 0, 24, pytest.approx(0.9))
    assert (gap.low, gap.high) == (pytest.approx(2 - half), pytest.approx(2 + half))
    assert gap.clear


def test_equal_strategies_differ_by_exactly_nothing() -> None:
    values = np.random.default_rng(1).normal(20, 5, 40)
    gap = differences(np.array([values, values]))[1, 0]
    assert (gap.mean, gap.low, gap.high, gap.less, gap.more, gap.equal) == (0, 0, 0, 0, 0, 40)
    assert not gap.clear
    assert gap.saved == math.inf


def test_holms_steps_worked_by_hand() -> None:
    # 0.04 > 0.1 / 3 would fail as the smallest; here the order is 0.01, 0.04, 0.2 with 0.1 / 3, 0.1 / 2, 0.1
    levels = holm_levels(np.array([0.04, 0.2, 0.01]), 0.9)
    np.testing.assert_allclose(levels, [1 - 0.1 / 2, 0.9, 1 - 0.1 / 3])
    # the first already fails: its step holds for all
    np.testing.assert_allclose(holm_levels(np.array([0.06, 0.05, 0.04]), 0.9), [1 - 0.1 / 3] * 3)


@given(MONTHS)
def test_intervals_agree_with_holms_decisions(values: np.ndarray) -> None:
    found = differences(values)
    pairs = [(0, 1), (0, 2), (1, 2)]
    with np.errstate(all="ignore"):
        chances = [ttest_rel(values[i], values[j]).pvalue if np.ptp(values[i] - values[j]) else
                   float((values[i] == values[j]).all()) for i, j in pairs]  # fmt: skip
    rejected = 0
    for chance in sorted(chances):
        if chance >= 0.1 / (3 - rejected):
            break
        rejected += 1
    assert sum(found[pair].clear for pair in pairs) == rejected
    for i, j in pairs:
        assert found[j, i].mean == -found[i, j].mean
        assert found[i, j].low <= found[i, j].mean <= found[i, j].high
        assert found[i, j].runs == 24


def test_few_replicates_tell_no_interval() -> None:
    gap = differences(np.array([np.zeros(19), np.ones(19)]))[0, 1]
    assert (gap.mean, gap.low, gap.clear) == (-1, None, False)
    assert estimate(np.arange(19.0)).low is None


def test_pairing_saves_what_the_covariance_takes_out() -> None:
    one, other = np.array([0.0, 2, 4, 6]), np.array([1.0, 2, 5, 6])
    # variances 20/3 and 17/3; differences -1, 0, -1, 0 have 1/3
    assert saved(one, other) == pytest.approx(37)
    assert saved(one, one[::-1]) == pytest.approx(0.5)
    assert math.isnan(saved(np.ones(3), np.ones(3)))
    assert math.isnan(saved(np.ones(1), np.ones(1)))


def test_ties_are_shared() -> None:
    values = np.array([[1.0, 2, 3, 5], [1, 3, 2, 5], [1, 4, 4, 6]])
    np.testing.assert_allclose(share_best(values, True), np.array([1 / 3 + 1 + 0.5, 1 / 3 + 1 + 0.5, 1 / 3]) / 4)
    np.testing.assert_allclose(share_best(values, False), np.array([1 / 3, 1 / 3, 1 / 3 + 3]) / 4)


@given(MONTHS, st.booleans())
def test_shares_of_being_best_add_up(values: np.ndarray, less: bool) -> None:
    assert share_best(values, less).sum() == pytest.approx(1)


def test_estimates_worked_by_hand() -> None:
    told = estimate(np.arange(21.0))
    half = t.ppf(0.95, 20) * math.sqrt(38.5 / 21)
    assert (told.mean, told.low, told.high) == (10, pytest.approx(10 - half), pytest.approx(10 + half))
    assert (told.range_low, told.range_high) == (pytest.approx(1), pytest.approx(19))
    # Wilson, 20 of 20: the lower end is n / (n + z^2)
    everyone = share(np.ones(20, dtype=bool))
    assert (everyone.mean, everyone.high) == (1, 1)
    assert everyone.low == pytest.approx(20 / (20 + 1.6448536269514722**2))


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(3)
    luck = rng.normal(30, 8, (2000, 30))
    own = rng.normal(0, 1, (2000, 2, 30))
    covered = 0
    for shared, apart in zip(luck, own, strict=True):
        gap = differences(np.array([shared + apart[0], shared + 1 + apart[1]]))[0, 1]
        covered += gap.low <= -1 <= gap.high
    assert covered / 2000 == pytest.approx(0.9, abs=0.02)
