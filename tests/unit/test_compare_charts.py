"""Charts of a comparison, looked at as a reader would: legible, in place, and true."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

import qisim
from qisim.comparison import Comparison
from qisim.experiments.compare import Strategy
from qisim.outcomes.time_to_target import time_to_target
from qisim.show.compare_charts import CHARTS
from qisim.show.compare_time import reached_by

FILE = Path(__file__).parents[2] / "scenarios" / "one_district.toml"
LONG = "Costs of $5 and of $6 a visit, <b>by</b> wave & year " * 3


@pytest.fixture(scope="module")
def eight() -> Comparison:
    study = qisim.load(FILE)
    days = (8, 1, 2, 4, 12, 16, 20, 8)
    return qisim.compare([study.changed({"programme.district coach.days_per_month": d}) for d in days], replicates=40)


def some(compared: Comparison, strategies: int, runs: int = 40, name: str = "") -> Comparison:
    """The first strategies of a comparison, their first runs, under another name."""

    def part(strategy: Strategy) -> Strategy:
        tables = {t: getattr(strategy, t) for t in ("months", "idea_totals", "groups")}
        kept = {t: frame[frame["replicate"] < runs] for t, frame in tables.items()}
        return replace(strategy, name=name or strategy.name, **kept)

    known = {k: v for k, v in vars(compared).items() if k not in ("findings", "dominated")}
    return Comparison(
        **{**known, "strategies": [part(s) for s in compared.strategies[:strategies]], "replicates": runs}
    )


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
