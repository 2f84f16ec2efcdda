"""Run charts and p-charts: published tables, answers worked by hand, what must not matter, how often chance signals."""

from __future__ import annotations

from datetime import date
from itertools import combinations, pairwise
from math import comb, factorial, nan, sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from scipy.stats import binom

import qisim
from qisim.charts import style
from qisim.charts.run_chart import plot_p_chart, plot_run_chart
from qisim.input.errors import BadInput
from qisim.outcomes.run_chart import RunChart, have_signals, p_chart, run_chart, run_limits, run_ways
from qisim.study.charts.facility_charts import by_luck

# Swed and Eisenhart 1943: as few runs, or as many, are met with in at most 2.5% of orders of m points above and m below
PUBLISHED = {5: (2, 10), 6: (3, 11), 7: (3, 13), 8: (4, 14), 9: (5, 15), 10: (6, 16), 11: (7, 17), 12: (7, 19),
             13: (8, 20), 14: (9, 21), 15: (10, 22), 16: (11, 23), 17: (11, 25), 18: (12, 26), 19: (13, 27),
             20: (14, 28)}  # fmt: skip

# Perla, Provost and Murray 2011, table 1: the fewest and the most runs expected
IN_TEAMS_TABLE = {10: (3, 9), 14: (4, 12), 16: (5, 13), 24: (8, 18), 27: (10, 19), 30: (11, 21), 40: (15, 27),
                  50: (19, 33), 60: (24, 38)}  # fmt: skip

CHARTS, POINTS = 4000, 24

series = st.lists(st.integers(-4, 4), min_size=1, max_size=40)


def places(signals):
    return [(signal.points, signal.up) for signal in signals]


@pytest.mark.parametrize(("half", "critical"), PUBLISHED.items())
def test_limits_are_one_inside_the_published_critical_numbers_of_runs(half, critical):
    assert run_limits(half, half) == (critical[0] + 1, critical[1] - 1)


@pytest.mark.parametrize(("useful", "limits"), IN_TEAMS_TABLE.items())
def test_limits_are_those_of_the_table_that_teams_use(useful, limits):
    assert run_limits(useful // 2, useful - useful // 2) == limits


@pytest.mark.parametrize(("above", "below"), [(0, 0), (0, 3), (1, 1), (2, 2), (1, 6), (6, 6), (4, 7), (7, 4)])
def test_ways_are_those_counted_one_by_one(above, below):
    points = above + below
    counted = [0] * len(run_ways(above, below))
    for chosen in combinations(range(points), above):
        sides = [place in chosen for place in range(points)]
        counted[bool(sides) + sum(one != other for one, other in pairwise(sides))] += 1
    assert run_ways(above, below) == counted


def test_a_long_chart_has_limits_too():
    low, high = run_limits(1000, 1000)
    assert low + high == 2002
    assert low == pytest.approx(1001 - 1.96 * sqrt(1000 * 999 / 1999 * 2000 / 1999), abs=1)


def test_a_chart_worked_by_hand():
    chart = run_chart([4, 6, 5, 4, 4, 3, 5, 2, 4, 4, 1, 9, 8, 9, 7, 9, 8])  # 8 below 5, 7 above it
    assert chart.median == 5
    assert (chart.above, chart.below, chart.useful) == (7, 8, 15)
    assert chart.runs == 4  # 4 | 6 | 4 4 3 2 4 4 1, the 5s passed over | 9 8 9 7 9 8
    assert places(chart.shifts) == [((3, 4, 5, 7, 8, 9, 10), False), ((11, 12, 13, 14, 15, 16), True)]
    assert chart.trends == ()
    assert chart.run_limits == (5, 12)
    assert chart.too_few_runs and not chart.too_many_runs and chart.signal
    assert chart.findings() == [
        "shift: 7 in a row below the median, points 4 to 11",
        "shift: 6 in a row above the median, points 12 to 17",
        "too few runs: 4 runs of 15 points off the median, chance gives 5 to 12",
    ]


@pytest.mark.parametrize(
    ("values", "baseline", "median", "shifts"),
    [
        ([0, 1, 2, 2, 2, 2], 2, 0.5, []),
        ([0, 1, 2, 2, 2, 2, 2], 2, 0.5, [((1, 2, 3, 4, 5, 6), True)]),  # a shift may begin in the baseline
        ([0, 1, 0, 2, 2, 2, 2, 2], 3, 0, [((1, 3, 4, 5, 6, 7), True)]),
        ([0, 1, 0, 1, 2, 2, 0, 2, 2], 4, 0.5, []),
        ([5, 5, 5, 4, 4, nan, 4, 5, 4, 4, 4], 3, 5, [((3, 4, 6, 8, 9, 10), False)]),
        ([3, 3, 3, 3, 3, 3, 3], None, 3, []),
    ],
)
def test_shifts_about_the_median(values, baseline, median, shifts):
    chart = run_chart(values, baseline)
    assert chart.median == median
    assert places(chart.shifts) == shifts


@pytest.mark.parametrize(
    ("values", "trends"),
    [
        ([1, 2, 3, 4], []),
        ([1, 2, 3, 4, 5], [((0, 1, 2, 3, 4), True)]),
        ([5, 4, 3, 2, 1], [((0, 1, 2, 3, 4), False)]),
        ([1, 2, 2, 2, 3, 4, 4, 5, 5], [((0, 1, 4, 5, 7), True)]),
        ([1, 2, 2, 3, 4, 4], []),
        ([1, 2, nan, 3, 4, 5], [((0, 1, 3, 4, 5), True)]),
        ([1, 2, 3, 2, 3, 4, 5], []),
        ([9, 1, 2, 3, 4, 5, 4, 3, 2, 1], [((1, 2, 3, 4, 5), True), ((5, 6, 7, 8, 9), False)]),
        ([7, 7, 7, 7, 7], []),
    ],
)
def test_trends_worked_by_hand(values, trends):
    assert places(run_chart(values).trends) == trends


def test_a_seesaw_has_too_many_runs():
    chart = run_chart([0, 1] * 6)
    assert chart.runs == 12 and chart.run_limits == (4, 10)
    assert chart.too_many_runs and not chart.shifts
    assert chart.findings() == ["too many runs: 12 runs of 12 points off the median, chance gives 4 to 10"]


def test_few_points_are_not_judged_by_their_runs():
    chart = run_chart([0, 0, 0, 0, 9, 1, 1, 1, 1], baseline=9)
    assert chart.useful == 5  # 0 0 0 0 and 9 are off the median of 1
    assert chart.run_limits is None and not chart.signal
    assert "10 are needed" in chart.runs_in_words()
    assert run_chart([0] * 5 + [1] * 5).run_limits == (3, 9)


@given(series, st.integers(-100, 100), st.sampled_from([1, 2, 8]))
def test_another_unit_changes_no_signal(values, added, factor):
    before, after = run_chart(values), run_chart(np.array(values) * factor + added)
    assert after.median == before.median * factor + added
    assert (after.shifts, after.trends, after.runs, after.run_limits) == (
        before.shifts, before.trends, before.runs, before.run_limits)  # fmt: skip


@given(series)
def test_upside_down_and_backwards(values):
    chart, turned, back = run_chart(values), run_chart(-np.array(values)), run_chart(values[::-1])
    for found, mirrored in ((chart.shifts, turned.shifts), (chart.trends, turned.trends)):
        assert places(mirrored) == [(signal.points, not signal.up) for signal in found]
    assert (turned.above, turned.below, turned.runs) == (chart.below, chart.above, chart.runs)
    assert [s.points[::-1] for s in reversed(back.shifts)] == [
        tuple(len(values) - 1 - place for place in s.points) for s in chart.shifts
    ]
    assert [(len(t.points), t.up) for t in reversed(back.trends)] == [(len(t.points), not t.up) for t in chart.trends]
    assert turned.run_limits == back.run_limits == chart.run_limits


@given(series, st.data())
def test_points_on_the_median_and_missing_ones_change_no_rule_about_it(values, data):
    chart = run_chart(values)
    place = data.draw(st.integers(0, len(values)))
    for passed_over in (chart.median, nan):
        more = run_chart([*values[:place], passed_over, *values[place:]])
        assert (more.median, more.above, more.below, more.runs) == (chart.median, chart.above, chart.below, chart.runs)
        assert [len(s.points) for s in more.shifts] == [len(s.points) for s in chart.shifts]


@given(series)
def test_signals_are_what_the_rules_say(values):
    chart = run_chart(values)
    assert chart.above <= len(values) / 2 and chart.below <= len(values) / 2
    for shift in chart.shifts:
        between = values[shift.points[0] : shift.points[-1] + 1]
        assert len(shift.points) >= 6
        assert all((value > chart.median) == shift.up for value in between if value != chart.median)
    for trend in chart.trends:
        steps = np.diff(values[trend.points[0] : trend.points[-1] + 1])
        assert len(trend.points) >= 5
        assert all(steps >= 0 if trend.up else steps <= 0)
        assert np.count_nonzero(steps) == len(trend.points) - 1


@pytest.fixture(scope="module")
def of_chance() -> list[RunChart]:
    """Charts of independent measurements, about the median of their own 24 points."""
    return [run_chart(values) for values in np.random.default_rng(1).normal(size=(CHARTS, POINTS))]


def assert_rate(found: int, of: int, expected: float) -> None:
    """A rate of chance is within 4 standard errors of theory: a right one fails in 1 of 16,000 seeds."""
    assert found / of == pytest.approx(expected, abs=4 * sqrt(expected * (1 - expected) / of))


def orders_without_a_row(above: int, below: int, longest: int) -> int:
    """Orders of the points in which no more than `longest` neighbours lie on one side."""
    ways = {(0, 0, 0, 0): 1}  # points above and below so far, side of the last, length of its row
    for _ in range(above + below):
        after: dict[tuple[int, int, int, int], int] = {}
        for (up, down, side, row), number in ways.items():
            for new in (0, 1):
                length = row + 1 if new == side and row else 1
                state = (up + new, down + 1 - new, new, length)
                if length <= longest and state[0] <= above and state[1] <= below:
                    after[state] = after.get(state, 0) + number
        ways = after
    return sum(ways.values())


def orders_without_a_slope(points: int, longest: int) -> int:
    """Orders of different values in which no more than `longest` neighbours go one way."""
    ways = {(0, 0, 1): 1}  # rank of the last among those so far, whether it went up, length of the slope
    for so_far in range(1, points):
        after: dict[tuple[int, int, int], int] = {}
        for (rank, side, row), number in ways.items():
            for new_rank in range(so_far + 1):
                new = int(new_rank > rank)
                length = row + 1 if row == 1 or new == side else 2
                if length <= longest:
                    state = (new_rank, new, length)
                    after[state] = after.get(state, 0) + number
        ways = after
    return sum(ways.values())


def test_how_often_chance_alone_shifts(of_chance):
    expected = 1 - orders_without_a_row(12, 12, 5) / comb(24, 12)
    assert expected == pytest.approx(0.16, abs=0.005)
    assert_rate(sum(bool(chart.shifts) for chart in of_chance), CHARTS, expected)


def test_how_often_chance_alone_goes_one_way(of_chance):
    expected = 1 - orders_without_a_slope(POINTS, 4) / factorial(POINTS)
    assert expected == pytest.approx(0.25, abs=0.005)
    assert_rate(sum(bool(chart.trends) for chart in of_chance), CHARTS, expected)


@pytest.mark.parametrize("tail", ["too_few_runs", "too_many_runs"])
def test_how_often_chance_alone_has_few_or_many_runs(of_chance, tail):
    # 12 above, 12 below: 2k runs in 2 C(11,k-1)^2 orders, 2k+1 in 2 C(11,k) C(11,k-1); fewer than 8, or more than 18
    fewer = sum(2 * comb(11, k - 1) ** 2 for k in (1, 2, 3)) + sum(2 * comb(11, k) * comb(11, k - 1) for k in (1, 2, 3))
    expected = fewer / comb(24, 12)
    assert expected == pytest.approx(0.01, abs=0.005)
    assert_rate(sum(getattr(chart, tail) for chart in of_chance), CHARTS, expected)


@given(st.lists(series.filter(lambda row: len(row) >= 5), min_size=1, max_size=3), st.integers(1, 5) | st.none())
def test_signals_of_many_charts_are_those_of_each(rows, baseline):
    for values in rows:
        assert have_signals(np.array([values], float), baseline).tolist() == [run_chart(values, baseline).signal]


def test_the_chance_of_a_signal_is_that_of_the_charts_own_points(of_chance):
    assert_rate(sum(chart.signal for chart in of_chance), CHARTS, of_chance[0].chance)
    chances = [run_chart(np.random.default_rng(2).random(points)).chance for points in (8, 17, 25, 49)]
    assert chances == sorted(chances) and chances[1] < 0.25 and chances[3] > 0.6
    assert run_chart([*range(25)]).chance == pytest.approx(chances[2], abs=0.02)  # a trend is no more than its values
    missing = run_chart([nan, *range(17), nan])
    assert missing.chance == run_chart([*range(17)]).chance
    assert run_chart([3.0] * 20).chance == 0  # what never differs gives no signal


@pytest.mark.parametrize(("share", "records"), [(0.05, 40), (0.1, 30), (0.5, 100), (0.93, 25)])
def test_the_chance_of_a_point_outside_is_that_of_the_charts_own_share(share, records):
    rng = np.random.default_rng(3)
    seen = np.full(24, records) + np.arange(24) % 5
    right = rng.permutation(
        np.repeat([True, False], [round(share * seen.sum()), seen.sum() - round(share * seen.sum())])
    )
    charts = []
    for _ in range(CHARTS // 4):  # the same records in random order
        rng.shuffle(right)
        charts.append(p_chart(np.add.reduceat(right.astype(int), np.append(0, seen.cumsum()[:-1])), seen))
    assert_rate(sum(bool(chart.outside) for chart in charts), len(charts), charts[0].chance)


def test_chances_of_p_charts_worked_by_hand():
    # 1 of 2 records, then two points of one record each: limits reach from 0 to 1, so none can be outside
    assert p_chart([1, 1, 0], [2, 1, 1], baseline=1).chance == pytest.approx(0, abs=1e-12)
    assert p_chart([0, 0], [9, 9]).chance == 0
    kept = p_chart([50, 9], [100, 10], baseline=1)  # 10 of 10 lies outside 0.5 +- 0.474, as does 0 of 10
    assert kept.chance == pytest.approx(2 / 2**10)
    many = p_chart([5 * 10**8, 5 * 10**8], [10**9, 10**9])
    assert many.chance == pytest.approx(2 * 0.0027, rel=0.01)


def test_a_p_chart_worked_by_hand():
    chart = p_chart([50, 200, 36, 64, 0, 0], [100, 400, 100, 100, 0, 1], baseline=2)
    assert chart.centre == 0.5  # 250 of 500; standard errors 0.05, 0.025, 0.05, 0.05, none, 0.5
    np.testing.assert_allclose(chart.lower, [0.35, 0.425, 0.35, 0.35, nan, 0])
    np.testing.assert_allclose(chart.upper, [0.65, 0.575, 0.65, 0.65, nan, 1])
    np.testing.assert_allclose(chart.shares, [0.5, 0.5, 0.36, 0.64, nan, 0])
    assert chart.outside == ()
    assert p_chart([50, 200, 34, 66], [100, 400, 100, 100], baseline=2).outside == (2, 3)
    assert p_chart([1, 9], [100, 10]).centre == 10 / 110  # of the records, not the mean of shares


@pytest.mark.parametrize("share", [0.1, 0.2, 0.8, 0.9])
def test_a_share_on_its_limit_is_not_outside(share):
    on = round(100 * share + 300 * sqrt(share * (1 - share) / 100))
    chart = p_chart([round(100 * share), on, on + 1, 200 * share - on, 200 * share - on - 1], [100] * 5, baseline=1)
    assert chart.outside == (2, 4)


def test_one_record_of_a_million_beyond_the_limit_is_outside():
    assert p_chart([500_000, 501_500, 501_501], [10**6] * 3, baseline=1).outside == (2,)


def test_all_right_or_none_right_leaves_no_room():
    assert p_chart([5, 8, 7], [5, 8, 7]).outside == ()
    chart = p_chart([0, 0, 1], [9, 9, 9], baseline=2)
    assert chart.upper.max() == 0 and chart.outside == (2,)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=30))
def test_wrong_records_mirror_right_ones(pairs):
    right = np.array([low for low, _ in pairs])
    records = right + [more for _, more in pairs]
    if not records.any():
        return
    chart, mirrored = p_chart(right, records), p_chart(records - right, records)
    np.testing.assert_allclose(mirrored.lower, 1 - chart.upper, atol=1e-12)
    assert mirrored.outside == chart.outside
    known = records > 0
    assert (chart.lower[known] >= 0).all() and (chart.upper[known] <= 1).all()
    assert ((chart.lower <= chart.centre) & (chart.centre <= chart.upper))[known].all()
    assert (known == ~np.isnan(chart.shares)).all()


@pytest.mark.parametrize(("share", "records"), [(0.5, 200), (0.8, 30), (0.1, 30)])
def test_how_often_chance_alone_lies_outside(share, records):
    months, reach = 40_000, 3 * sqrt(share * (1 - share) / records)
    inside = [k for k in range(records + 1) if abs(k / records - share) <= reach + 1e-12]
    expected = binom.cdf(inside[0] - 1, records, share) + binom.sf(inside[-1], records, share)
    right = np.random.default_rng(2).binomial(records, share, months)
    chart = p_chart([round(share * 10**6), *right], [10**6] + [records] * months, baseline=1)
    assert_rate(len(chart.outside), months, expected)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: run_chart([]), "run chart: values: found no values"),
        (lambda: run_chart(3), "run chart: values: found one number"),
        (lambda: run_chart([[1, 2], [3, 4]]), "run chart: values: found a table of 2 by 2"),
        (lambda: run_chart(["many", 1]), "run chart: values: not all are numbers"),
        (lambda: run_chart([1, np.inf, 2, -np.inf]), "run chart: values: infinite: points 2, 4"),
        (lambda: run_chart([nan, nan]), "run chart: no point has a measurement"),
        (lambda: run_chart([nan, 1], 1), "run chart: no point has a measurement in the baseline"),
        (lambda: run_chart([1, 2], 0), "run chart: baseline: found 0 (allowed: 1 to 2)"),
        (lambda: run_chart([1, 2], 3), "run chart: baseline: found 3 (allowed: 1 to 2)"),
        (lambda: run_chart([1, 2], 1.5), "run chart: baseline: found 1.5"),
        (lambda: run_chart([1, 2], True), "run chart: baseline: found True"),
        (lambda: p_chart([1, 2], [3]), "p-chart: right: found 2 values and 1 of records"),
        (lambda: p_chart([4, 2], [3, 3]), "p-chart: right: more than records: point 1"),
        (lambda: p_chart([0], [0]), "p-chart: no point has a record"),
        (lambda: p_chart([0, 1], [0, 1], 1), "p-chart: no point has a record in the baseline"),
        (lambda: p_chart([-1] * 7, [3] * 7), "p-chart: right: not a count: points 1, 2, 3, 4, 5 ..."),
        (lambda: plot_run_chart([1, 2], dates=["2025-01-01"]), "run chart: dates: found 1 for 2 points"),
        (lambda: plot_run_chart([1], dates=["soon"]), "run chart: dates: not all are dates"),
        (lambda: plot_run_chart([1], dates=[None]), "run chart: dates: some are missing"),
        (
            lambda: plot_p_chart([1, 1], [2, 2], dates=["2025-02-01", "2025-01-01"]),
            "p-chart: dates: 2025-01-01 comes after 2025-02-01",
        ),
    ],
)
def test_what_cannot_be_charted_is_refused(make, told):
    with pytest.raises(BadInput) as caught:
        make()
    assert str(caught.value).startswith(told)


def test_every_problem_is_told_at_once():
    with pytest.raises(BadInput) as caught:
        p_chart([1.5, 2], [nan, 3])
    assert [problem.key for problem in caught.value.problems] == ["right", "records"]


def test_the_values_handed_in_stay_as_they_are():
    values = np.array([3.0, 1.0, 2.0])
    chart = run_chart(values)
    values[:] = 9
    np.testing.assert_array_equal(chart.values, [3, 1, 2])
    assert qisim.run_chart(pd.Series([3, 1, 2], index=[7, 8, 9])).median == 2


RISE = [50, 52, 49, 51, 55, 58, 60, 63, 66, 60, 57, nan, 52, 50, 48, 47, 49, 51, 50, 52]
DAYS = [date(2024 + month // 12, month % 12 + 1, 1) for month in range(20)]
RIGHT, RECORDS = [*range(9), 0, *range(10, 20)], [*range(30, 39), 0, *range(40, 50)]
PICTURES = {
    "plain": lambda ax=None: plot_run_chart([1, 3, 2], ax),
    "one point": lambda ax=None: plot_run_chart([1], ax),
    "all alike": lambda ax=None: plot_run_chart([1] * 12, ax, percent=True),
    "signals": lambda ax=None: plot_run_chart(RISE, ax, DAYS, baseline=8, label="wait, minutes", title="A $5 day"),
    "long": lambda ax=None: plot_run_chart(np.arange(300) % 7 / 7, ax, percent=True, label="a long label, " * 6 + "%"),
    "weeks": lambda ax=None: plot_run_chart(RISE, ax, pd.date_range("2025-01-01", periods=20, freq="7D")),
    "shares": lambda ax=None: plot_p_chart(RIGHT, RECORDS, ax, DAYS, baseline=6),
    "all right": lambda ax=None: plot_p_chart([9, 9], [9, 9], ax),
}  # fmt: skip


def seen(text, figure):
    """Whether a text is shown; labels of ticks beyond the ends of an axis are not."""
    for axis in (axis for ax in figure.axes for axis in (ax.xaxis, ax.yaxis)):
        low, high = axis.get_view_interval()
        for tick in axis.get_major_ticks():
            if text in (tick.label1, tick.label2) and not low <= tick.get_loc() <= high:
                return False
    return text.get_visible()


@pytest.mark.parametrize("name", PICTURES)
def test_text_is_large_enough_and_inside_the_picture_and_not_on_other_text(name):
    figure = style.owner(PICTURES[name]())
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    drawn = [text for text in figure.findobj(Text) if text.get_text().strip() and seen(text, figure)]
    boxes = [(text, text.get_window_extent(canvas.get_renderer())) for text in drawn]
    assert len(boxes) >= 6
    for text, box in boxes:
        assert text.get_fontsize() >= 11
        assert box.x0 >= -1 and box.x1 <= figure.bbox.x1 + 1 and box.y0 >= -1 and box.y1 <= figure.bbox.y1 + 1, text
    apart = [(text, box) for text, box in boxes if text is not figure._suptitle]
    for (text, box), (other, other_box) in combinations(apart, 2):
        assert not box.shrunk(0.98, 0.8).overlaps(other_box.shrunk(0.98, 0.8)), (text, other)


@pytest.mark.parametrize("name", PICTURES)
def test_a_chart_can_be_drawn_into_axes_of_ones_own(name):
    mine = Figure().subplots()
    assert PICTURES[name](mine) is mine
    assert mine.has_data() and mine.get_title(loc="left") and mine.get_legend() is not None


def marked(ax, label):
    line = next(line for line in ax.lines if str(line.get_label()).startswith(label))
    return list(zip(line.get_xdata(), line.get_ydata(), strict=True))


def test_what_is_marked_is_what_the_rules_found():
    ax = plot_run_chart(RISE, baseline=8)
    chart = run_chart(RISE, 8)
    assert chart.shifts and {trend.up for trend in chart.trends} == {True, False}
    for label, signals in (("shift", chart.shifts), ("trend: 5 or more in a row\ngoing up", [chart.trends[0]])):
        assert marked(ax, label) == [(place + 1, RISE[place]) for signal in signals for place in signal.points]
    shares = plot_p_chart([5, 5, 9], [10, 10, 10], baseline=2)
    assert not [line for line in shares.lines if line.get_label() == "outside the limits"]
    assert marked(plot_p_chart([5, 5, 10], [10, 10, 10], baseline=2), "outside") == [(3, 1.0)]


def test_the_heading_says_what_was_found():
    quiet = style.owner(plot_run_chart([1, 3, 2, 1, 3, 0] * 2)).get_suptitle()
    assert quiet.startswith("Nothing here that chance would not explain")
    assert style.owner(plot_run_chart([1, 3, 2, 1])).get_suptitle().startswith("No signal, but few points so far")
    assert (
        style.owner(plot_run_chart([0] * 10 + [1] * 10))
        .get_suptitle()
        .startswith("2 shifts, too few runs: look closer")
    )


def test_charts_say_how_often_luck_alone_makes_a_signal():
    def below(ax):
        return " ".join(" ".join(text.get_text() for text in style.owner(ax).artists).split())

    values = np.random.default_rng(4).random(25)
    assert f"Luck alone makes a signal in about {100 * run_chart(values).chance:.0f} of 100" in below(
        plot_run_chart(values)
    )
    assert "Luck alone puts a point outside in about 15 of 100" in below(plot_p_chart([3] * 24, [30] * 24))
    assert "Luck alone makes a signal in fewer than 1 of 100" in below(plot_run_chart([1, 2, 3, 2]))
    charts = [run_chart(values), run_chart(values[:12])]
    assert by_luck(charts) == f"Luck alone makes a signal in about {sum(c.chance for c in charts):.1f} of 2 such charts"
