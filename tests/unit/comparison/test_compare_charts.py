"""Charts of a comparison, looked at as a reader would: legible, in place, and true."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import FancyArrowPatch
from matplotlib.text import Text

import qisim
from qisim.comparison.charts.catalogue import CHARTS
from qisim.comparison.charts.sources import shares
from qisim.comparison.charts.time import reached_by
from qisim.comparison.comparison import Comparison
from qisim.comparison.experiment import TABLES, Strategy
from qisim.model.state import SOURCES
from qisim.outcomes.attribution import mean_shares
from qisim.outcomes.cost import total
from qisim.outcomes.equity import gap
from qisim.outcomes.time_to_target import time_to_target
from qisim.scenario.costs import Costs
from qisim.study.charts.facility_charts import reviewed
from qisim.study.charts.learning_flows import flows
from qisim.study.charts.learning_map import hubs
from qisim.study.typical import typical_future

FILE = Path(__file__).parents[3] / "scenarios" / "one_district.toml"
LONG = "Costs of $5 and of $6 a visit, <b>by</b> wave & year " * 3


@pytest.fixture(scope="module")
def eight() -> Comparison:
    study = qisim.load(FILE)
    days = (8, 1, 2, 4, 12, 16, 20, 8)
    return qisim.compare([study.changed({"programme.district coach.days_per_month": d}) for d in days], replicates=40)


def some(compared: Comparison, strategies: int, runs: int = 40, name: str = "") -> Comparison:
    """The first strategies of a comparison, their first runs, under another name."""

    def part(strategy: Strategy) -> Strategy:
        tables = {t: getattr(strategy, t) for t in TABLES}
        kept = {t: frame[frame["replicate"] < runs] for t, frame in tables.items()}
        return replace(strategy, name=name or strategy.name, **kept)

    known = {k: v for k, v in vars(compared).items() if k not in ("findings", "dominated")}
    return Comparison(
        **{**known, "strategies": [part(s) for s in compared.strategies[:strategies]], "replicates": runs}
    )


def priced(compared: Comparison) -> Comparison:
    """The same comparison with costs."""
    costs = Costs(sessions=1000, staff_days=20, coach_days=50)
    told = [replace(s, scenario=s.scenario.model_copy(update={"costs": costs})) for s in compared.strategies]
    known = {k: v for k, v in vars(compared).items() if k not in ("findings", "dominated")}
    return Comparison(**{**known, "strategies": told})


@pytest.mark.parametrize(("strategies", "runs", "name"), [(2, 40, ""), (3, 1, ""), (3, 5, LONG), (8, 40, LONG)])
@pytest.mark.parametrize("chart", CHARTS)
def test_text_is_large_enough_inside_the_picture_and_not_on_other_text(
    eight: Comparison, chart: str, strategies: int, runs: int, name: str
) -> None:
    figure = CHARTS[chart](some(eight, strategies, runs, name))
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    unseen = {id(label) for ax in figure.axes for axis in (ax.xaxis, ax.yaxis) for tick in axis.get_major_ticks()
              for label in (tick.label1, tick.label2)
              if not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())}  # fmt: skip
    texts = [t for t in figure.findobj(Text) if t.get_text().strip() and t.get_visible() and id(t) not in unseen]
    drawn = [(t, t.get_window_extent(canvas.get_renderer())) for t in texts if t is not figure._suptitle]  # type: ignore[attr-defined]
    assert min(t.get_fontsize() for t, _ in drawn) >= 11
    for text, box in drawn:
        assert box.x0 >= -1 and box.x1 <= figure.bbox.x1 + 1, text
        assert box.y0 >= -1 and box.y1 <= figure.bbox.y1 + 1, text
    for (text, box), (other, other_box) in combinations(drawn, 2):
        assert not box.shrunk(0.98, 0.8).overlaps(other_box.shrunk(0.98, 0.8)), (text, other)


def test_marks_show_the_runs(eight: Comparison) -> None:
    curves = {str(line.get_label())[0]: line.get_ydata() for line in eight.plot_time_to_target().lines}
    for strategy in eight.strategies:
        time = time_to_target(strategy.months, strategy.scenario.target.coverage)
        np.testing.assert_allclose(curves[strategy.label], reached_by(time))
        by_hand = [(time.reached & (time.month <= month)).mean() for month in range(time.horizon + 1)]
        np.testing.assert_allclose(reached_by(time), by_hand)
    gaps = eight.finding("time_to_target").by_run
    dots = [line for line in eight.plot_differences().lines if len(line.get_xdata()) == 40]
    assert len(dots) == 7
    for place, line in enumerate(dots, start=1):
        np.testing.assert_array_equal(line.get_xdata(), np.sort(gaps[place] - gaps[0]))


def test_costs_are_marked_at_the_means_with_the_range_of_nine_of_ten(eight: Comparison) -> None:
    told = priced(eight)
    ax = told.plot_costs()
    marks = {str(line.get_label())[0]: line for line in ax.lines if str(line.get_label())[1:2] == ":"}
    months, amounts = told.finding("time_to_target").by_run, [total(strategy) for strategy in told.strategies]
    assert ax.get_ylabel() == "thousand US$"
    for place, strategy in enumerate(told.strategies):
        x, y = marks[strategy.label].get_xydata()[0]  # type: ignore[index]
        assert (x, y) == pytest.approx((months[place].mean(), amounts[place].mean() / 1000))
        assert strategy.label in [text.get_text() for text in ax.texts] or place > 0
    across = [line.get_xdata() for line in ax.lines if len(line.get_xdata()) == 2]
    np.testing.assert_allclose(across[0], np.quantile(months[0], [0.05, 0.95]))


def test_without_costs_days_stand_for_them(eight: Comparison) -> None:
    ax = eight.plot_costs()
    assert ax.get_ylabel() == "days of staff and coaches"
    units = eight.strategies[0].units
    days = (units["staff_days"] + units["coach_days"]).sum() / 40
    mark = next(line for line in ax.lines if str(line.get_label()).startswith("A:"))
    assert float(mark.get_ydata()[0]) == pytest.approx(days)


def test_one_strategy_without_costs_leaves_all_in_days(eight: Comparison) -> None:
    told = priced(eight)
    mixed = replace(told, strategies=[*told.strategies[:2], eight.strategies[2]])
    assert mixed.plot_costs().get_ylabel() == "days of staff and coaches"


def test_gaps_are_drawn_as_they_are(eight: Comparison) -> None:
    three = some(eight, 3)
    (ax,) = three.plot_equity()
    lines = {str(line.get_label())[0]: line.get_ydata() for line in ax.lines}
    for strategy in three.strategies:
        np.testing.assert_allclose(lines[strategy.label], np.median(gap(strategy, "kind"), axis=0))
    assert len(ax.collections) == 3  # a band each
    (ax,) = eight.plot_equity()
    assert not ax.collections
    bars = [line for line in ax.lines if len(line.get_xdata()) == 2]
    np.testing.assert_allclose(bars[0].get_ydata(), np.quantile(gap(eight.strategies[0], "kind")[:, -1], [0.05, 0.95]))


def test_each_bar_of_sources_is_whole_and_told_by_colour_and_pattern(eight: Comparison) -> None:
    ax = eight.plot_sources()
    bars = [part for part in ax.patches if part.get_height() > 0.3]
    widths: dict[float, float] = {}
    for part in bars:
        middle = round(part.get_y() + part.get_height() / 2)
        widths[middle] = widths.get(middle, 0) + part.get_width()
    assert widths == {place: pytest.approx(1) for place in range(8)}
    looks = {(part.get_facecolor(), part.get_hatch()) for part in bars}
    assert len({color for color, _ in looks}) == len({hatch for _, hatch in looks}) == len(looks)
    table = shares(eight)
    session = mean_shares(eight.strategies[0])["mean"]["session"]
    assert table.loc["A", "a learning session"] == pytest.approx(session)


def test_small_and_many_sources_are_put_together(eight: Comparison) -> None:
    strategy = eight.strategies[0]
    sources = [source for source in SOURCES if source not in ("none", "initial")]
    rows = [(0, 1, source, 100 - place) for place, source in enumerate(sources)] + [(0, 1, "initial", 1)]
    adoptions = pd.DataFrame(rows, columns=["replicate", "month", "source", "adoptions"])
    told = replace(eight, strategies=[replace(strategy, adoptions=adoptions), eight.strategies[1]])
    table = shares(told)
    assert list(table.columns)[-1] == "other ways" and len(table.columns) == 7
    np.testing.assert_allclose(table.sum(axis=1), 1)


def test_maps_and_run_charts_are_of_typical_futures(eight: Comparison) -> None:
    two = some(eight, 2)
    maps = two.plot_learning()
    futures = [typical_future(strategy, two.world, two.seed) for strategy in two.strategies]
    for ax, future in zip(maps, futures, strict=True):
        told = flows(future)
        assert sum(isinstance(patch, FancyArrowPatch) for patch in ax.patches) == (told.passed > 0).sum()
        for name, count in hubs(told).items():
            assert f"{name}\n{count}" in [text.get_text() for text in ax.texts]
    panels = two.plot_run_charts()
    assert len(panels) == 4
    far = int(two.world.facilities["travel_days"].argmax())
    for ax, future in zip(panels[1::2], futures, strict=True):
        told = reviewed(future, far)
        np.testing.assert_array_equal(ax.lines[0].get_ydata(), told[~np.isnan(told)])
