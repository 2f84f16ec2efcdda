"""Paired differences against worked examples, and what must hold for any values."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import minimize_scalar
from scipy.stats import beta, norm, t, ttest_rel

from qisim.comparison.paired import (
    Means,
    Shares,
    differences,
    estimate,
    holm_levels,
    ratio_estimate,
    saved,
    share,
    share_best,
)
from qisim.comparison.paired_shares import chance_of_none, score_interval
from qisim.comparison.ratio import linearised, steady

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
    # Clopper and Pearson: none of 40 is as likely as 1 in 10 where the chance is 1 - 0.1^(1/40)
    nobody, everyone = share(np.zeros(40, dtype=bool)), share(np.ones(40, dtype=bool))
    assert (nobody.mean, nobody.low, nobody.high) == (0, 0, pytest.approx(1 - 0.1 ** (1 / 40)))
    assert (everyone.mean, everyone.low, everyone.high) == (1, pytest.approx(0.1 ** (1 / 40)), 1)
    some = share(np.arange(40) < 2)
    assert (some.low, some.high) == (pytest.approx(beta.ppf(0.05, 2, 39)), pytest.approx(beta.ppf(0.95, 3, 38)))


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(3)
    luck = rng.normal(30, 8, (2000, 30))
    own = rng.normal(0, 1, (2000, 2, 30))
    covered = 0
    for shared, apart in zip(luck, own, strict=True):
        gap = differences(np.array([shared + apart[0], shared + 1 + apart[1]]))[0, 1]
        covered += gap.low <= -1 <= gap.high
    assert covered / 2000 == pytest.approx(0.9, abs=0.02)


def test_a_ratio_of_means_worked_by_hand() -> None:
    cost, brought = np.array([10.0, 20, 30]), np.array([1.0, 1, 4])
    linear = linearised(cost, brought, 0)
    # 20 / 2 = 10; residuals 0, 10, -10 by 2
    assert linear == pytest.approx([10, 15, 5])
    assert np.isnan(linearised(cost, -brought, 0)).all()
    assert np.isnan(linearised(cost, brought - 2, 0)).all(), "nothing on average below the line"


@given(
    arrays(float, 30, elements=st.floats(0, 100, allow_subnormal=False)),
    arrays(float, 30, elements=st.integers(1, 50).map(float)),
)
def test_the_interval_of_a_ratio_is_that_of_the_delta_method(top: np.ndarray, bottom: np.ndarray) -> None:
    told, ratio = ratio_estimate(linearised(top, bottom, 0), top / bottom, steady=True), top.mean() / bottom.mean()
    variance = np.var(top - ratio * bottom, ddof=1) / bottom.mean() ** 2 / 30
    assert told.mean == pytest.approx(ratio)
    assert told.low is not None and told.high is not None
    assert told.high - told.low == pytest.approx(2 * t.ppf(0.95, 29) * math.sqrt(variance), abs=1e-6)


def test_a_ratio_covers_the_true_one_as_often_as_it_says() -> None:
    drawn = np.random.default_rng(1)
    hit = 0
    for _ in range(500):
        bottom = drawn.poisson(12, 40).astype(float)
        top = 3 * bottom + drawn.normal(40, 10, 40)
        told = ratio_estimate(linearised(top, bottom, 0), top, steady=True)
        assert told.low is not None and told.high is not None
        hit += told.low <= (36 + 40) / 12 <= told.high
    assert 0.86 < hit / 500 < 0.94  # 3 standard errors of 0.9


@pytest.mark.parametrize(
    ("bottom", "firm"),
    [([10.0] * 20, True), ([0.0] * 19 + [10.0], False), ([1.0], False), ([-5.0] * 20, False), ([9.0, 11.0] * 10, True)],
)
def test_no_interval_over_a_shaky_mean(bottom: list[float], firm: bool) -> None:
    assert steady(np.array(bottom)) is firm


def test_ratios_that_are_not_told_have_no_difference() -> None:
    # the third strategy brings nothing at all, the fourth too rarely to be sure of
    brought = np.array([np.full(20, 2.0), np.full(20, 4.0), np.zeros(20), np.r_[np.zeros(19), 20.0]])
    cost = np.full((4, 20), 12.0)
    with np.errstate(divide="ignore"):
        each = cost / brought
    linear = np.array([linearised(c, b, 0) for c, b in zip(cost, brought, strict=True)])
    found = differences(each, linear=linear, steady=[steady(b) for b in brought])
    assert (found[0, 1].mean, found[0, 1].low, found[0, 1].clear, found[0, 1].more) == (3, 3, True, 20)
    assert (found[2, 0].told, found[2, 0].clear, found[2, 0].low, found[2, 0].more) == (False, False, None, 20)
    assert (found[3, 0].mean, found[3, 0].low, found[3, 0].clear) == (6, None, False)
    assert (found[3, 0].less, found[3, 0].more) == (1, 19)
    assert not found[2, 2 - 1].same
    told = ratio_estimate(linear[2], each[2], steady=False)
    assert math.isnan(told.mean) and told.low is None and told.range_low is None
    told = ratio_estimate(linear[3], each[3], steady=False)
    assert (told.mean, told.low, told.range_low, told.range_high) == (12, None, 0.6, math.inf)


def test_replicates_that_do_not_tell_are_left_out() -> None:
    values = np.array([[1.0, np.nan, np.nan, 4], [2, 5, np.nan, 3], [np.nan, np.nan, np.nan, np.nan]])
    assert share_best(values, less_is_better=True) == pytest.approx([1 / 3, 2 / 3, 0])
    assert share_best(values, less_is_better=False) == pytest.approx([1 / 3, 2 / 3, 0])
    assert share_best(values[2:], less_is_better=True).tolist() == [0]
    endless = np.array([[np.inf, 1.0], [np.inf, np.inf]])
    assert share_best(endless, less_is_better=True) == pytest.approx([0.75, 0.25])


def test_differences_of_chances_are_those_published() -> None:
    """As in Fagerland, Lydersen and Laake 2014 (Bentur 2009; Cavo 2012), 95%."""
    assert score_interval(1, 7, 21, 0.95) == (pytest.approx(-0.517, abs=5e-4), pytest.approx(-0.026, abs=5e-4))
    assert score_interval(6, 16, 161, 0.95) == (pytest.approx(-0.1240, abs=5e-5), pytest.approx(-0.0054, abs=5e-5))
    assert chance_of_none(6, 16) == pytest.approx(0.033006, abs=5e-7)


COUNTS = st.integers(20, 300).flatmap(
    lambda runs: st.integers(0, runs).flatmap(
        lambda one: st.tuples(st.just(one), st.integers(0, runs - one), st.just(runs))
    )
)


@given(COUNTS, st.sampled_from([0.9, 0.95, 0.99]))
def test_differences_of_chances_stay_within_what_is_possible(counts: tuple[int, int, int], level: float) -> None:
    one, other, runs = counts
    low, high = score_interval(one, other, runs, level)
    assert -1 <= low <= (one - other) / runs <= high <= 1
    assert high - low > 0.001, "no certainty from luck"
    assert score_interval(other, one, runs, level) == (pytest.approx(-high, abs=1e-9), pytest.approx(-low, abs=1e-9))
    excluded, test = not low <= 0 <= high, chance_of_none(one, other)
    assert excluded == (test < 1 - level) or test == pytest.approx(1 - level, abs=1e-6)


@pytest.mark.parametrize(("one", "other", "runs"), [(0, 0, 40), (3, 0, 40), (5, 2, 25), (39, 1, 60)])
def test_the_score_interval_ends_where_the_score_test_of_the_likelihood_rejects(
    one: int, other: int, runs: int
) -> None:
    """The chances that are likeliest under the difference at an end, found by search, give the test's variance."""

    def unlikely(only_other: float, gap: float) -> float:
        parts = np.array([only_other + gap, only_other, 1 - 2 * only_other - gap])
        counts = np.array([one, other, runs - one - other])
        return -float((counts * np.log(np.maximum(parts, 1e-300))).sum())

    for gap, z in zip(score_interval(one, other, runs, 0.9), (norm.ppf(0.95), -norm.ppf(0.95)), strict=True):
        bounds = (max(0.0, -gap), (1 - gap) / 2)
        likely = minimize_scalar(unlikely, bounds=bounds, args=(gap,), method="bounded", options={"xatol": 1e-12}).x
        variance = runs * (2 * likely + gap - gap**2)
        assert (one - other - runs * gap) / math.sqrt(variance) == pytest.approx(z, rel=1e-3)


def test_chances_near_none_and_all_cover_the_truth() -> None:
    """With 40 replicates, where Student's t would hold the truth in a third: it has no width if nobody arrives."""
    rng = np.random.default_rng(2)
    for one, other in ((0.01, 0.0), (0.99, 0.9), (0.5, 0.45)):
        there = (rng.random((400, 2, 40)) < np.array([[one], [other]])).astype(float)
        found = [differences(runs, gaps=Shares())[0, 1] for runs in there]
        held = [gap.low - 1e-9 <= one - other <= gap.high for gap in found]  # type: ignore[operator]
        assert np.mean(held) >= 0.87, (one, other)


def test_means_stay_within_what_is_possible() -> None:
    level = np.r_[np.zeros(20), 0.9]
    told = estimate(level, (0.0, 1.0))
    assert told.low == 0 and estimate(level).low < 0  # type: ignore[operator]
    gap = differences(np.array([level, np.zeros(21)]), gaps=Means(0.05))[0, 1]
    assert gap.high == 0.05
    late = estimate(np.full(40, 48.0), (0.0, 48.0), rare=True)
    assert (late.mean, late.high) == (48, 48) and late.low == pytest.approx(44.9, abs=0.1)


@given(MONTHS)
def test_a_replicate_at_either_end_is_all_that_rare_adds(values: np.ndarray) -> None:
    found = differences(values[:2], gaps=Means(48, rare=True))[0, 1]
    by_hand = differences(np.array([np.r_[values[0], 48, 0], np.r_[values[1], 0, 48]]))[0, 1]
    assert (found.low, found.high) == (pytest.approx(max(by_hand.low, -48)), pytest.approx(min(by_hand.high, 48)))  # type: ignore[type-var]
    assert found.low < found.mean < found.high or abs(found.mean) == 48  # type: ignore[operator]
