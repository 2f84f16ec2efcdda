"""Charts and the outcome table of a small real run, looked at as a reader would: legible, in place, and true."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from itertools import combinations
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from rich.console import Console

from qisim.experiments.results import Results
from qisim.experiments.run import run
from qisim.outcomes.runs import by_run
from qisim.scenario.load import load_scenario
from qisim.show import style
from qisim.show.adoption import plot_adoption
from qisim.show.charts import CHARTS, charts
from qisim.show.coverage import plot_coverage
from qisim.show.district_times import AT_EACH_END, plot_district_times
from qisim.show.facility_map import plot_map
from qisim.show.table import outcome_rows, outcome_table

ROOT = Path(__file__).parents[2]
RUNS = 20


@pytest.fixture(scope="module")
def results() -> Results:
    return run(load_scenario(ROOT / "scenarios" / "one_district.toml"), replicates=RUNS, seed=1)


def first_runs(results: Results, runs: int) -> Results:
    """The same results with fewer replicates."""
    tables = {
        name: frame[frame["replicate"].isin(sorted(frame["replicate"].unique())[:runs])]
        for name, frame in (
            ("months", results.months),
            ("idea_totals", results.idea_totals),
            ("groups", results.groups),
        )
    }
    return replace(results, replicates=runs, **tables)


def many_districts(results: Results, districts: int) -> Results:
    """The same results with the groups of the one district under many names, each a month later than the one before."""
    one = results.groups[results.groups["grouping"] == "district"]
    horizon = results.scenario.months
    copies = []
    for number in range(districts):
        later = one.assign(group=f"District {number:03d}", month=one["month"] + number % horizon)
        start = one[one["month"] == 0].assign(group=f"District {number:03d}")
        copies += [start.assign(month=month) for month in range(number % horizon)] + [later[later["month"] <= horizon]]
    kinds = results.groups[results.groups["grouping"] == "kind"]
    return replace(results, groups=pd.concat([*copies, kinds]))


def renamed(results: Results, title: str) -> Results:
    return replace(results, scenario=results.scenario.model_copy(update={"title": title}))


VARIANTS: dict[str, Callable[[Results], Results]] = {
    "as run": lambda results: results,
    "one run": lambda results: first_runs(results, 1),
    "five runs": lambda results: first_runs(results, 5),
    "a hundred districts": lambda results: many_districts(results, 100),
    "a long title": lambda results: renamed(
        results, "Costs of $5 and of $6 a visit, <b>by</b> [bold]wave[/bold] & year " * 3
    ),
}


def texts(figure: Figure) -> list[Text]:
    """The texts that are seen; labels of ticks beyond the ends of an axis are not."""
    unseen = {
        id(label)
        for ax in figure.axes
        for axis in (ax.xaxis, ax.yaxis)
        for tick in axis.get_major_ticks()
        for label in (tick.label1, tick.label2)
        if not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())
    }
    found = [text for text in figure.findobj(Text) if isinstance(text, Text) and id(text) not in unseen]
    return [text for text in found if text.get_text().strip() and text.get_visible()]


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("name", CHARTS)
def test_text_is_large_enough_inside_the_picture_and_not_on_other_text(
    results: Results, name: str, variant: str
) -> None:
    figure = CHARTS[name](VARIANTS[variant](results))
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    drawn = [(text, text.get_window_extent(canvas.get_renderer())) for text in texts(figure)]
    assert len(drawn) > 8
    assert min(text.get_fontsize() for text, _ in drawn) >= 11
    for text, box in drawn:
        assert box.x0 >= -1 and box.x1 <= figure.bbox.x1 + 1, text
        assert box.y0 >= -1 and box.y1 <= figure.bbox.y1 + 1, text
    # the heading keeps empty lines for what stands under it
    apart = [(text, box) for text, box in drawn if text is not figure._suptitle]  # type: ignore[attr-defined]
    for (text, box), (other, other_box) in combinations(apart, 2):
        assert not box.shrunk(0.98, 0.8).overlaps(other_box.shrunk(0.98, 0.8)), (text, other)


def test_charts_leave_no_trace_in_matplotlib(results: Results) -> None:
    before = dict(matplotlib.rcParams)
    assert list(charts(first_runs(results, 4))) == list(CHARTS)
    assert dict(matplotlib.rcParams) == before


def test_drawing_loads_no_windows() -> None:
    code = "import sys, qisim.show.charts, qisim.show.table; print('matplotlib.pyplot' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("form", ["svg", "png"])
@pytest.mark.parametrize("name", CHARTS)
def test_the_same_results_give_the_same_file(results: Results, name: str, form: str) -> None:
    first, second = (style.figure_bytes(CHARTS[name](results), form) for _ in range(2))  # type: ignore[arg-type]
    assert first == second
    assert first.startswith(b"<?xml" if form == "svg" else b"\x89PNG")
    assert b"<dc:date>" not in first


@pytest.mark.parametrize(
    ("runs", "keys"),
    [
        (1, ["one run"]),
        (3, ["3 single runs", "one run", "median of runs"]),
        (19, ["19 single runs", "one run", "50% of runs", "median of runs"]),
        (20, ["20 single runs", "one run", "90% of runs", "50% of runs", "median of runs"]),
    ],
)
def test_only_bands_that_the_runs_support_are_drawn(results: Results, runs: int, keys: list[str]) -> None:
    figure = CHARTS["coverage"](first_runs(results, runs))
    assert [text.get_text().split(" (")[0] for text in figure.legends[0].get_texts()] == keys


def test_lines_show_the_results(results: Results) -> None:
    lines = {line.get_label(): line.get_ydata() for line in plot_coverage(results).lines}
    coverage = by_run(results.months, "coverage")
    np.testing.assert_array_equal(lines["median of runs"], np.median(coverage, axis=0))
    picked = next(label for label in lines if str(label).startswith("one run"))
    number = int(str(picked).split()[-1].rstrip(")"))
    own = results.months[results.months["replicate"] == number].sort_values("month")["coverage"]
    np.testing.assert_array_equal(lines[picked], own)

    for ax, idea in zip(plot_adoption(results), results.scenario.ideas, strict=True):
        working = results.idea_totals[results.idea_totals["idea"] == idea.name].groupby("month")["working"].median()
        shown = {line.get_label(): line.get_ydata() for line in ax.lines}["in use and working"]
        np.testing.assert_allclose(shown, working / len(results.world))


def test_the_map_shows_every_facility_and_changes_colour_at_the_standard(results: Results) -> None:
    ax = plot_map(results)
    points = [c for c in ax.collections if c.get_offsets().size and c.get_array() is not None]
    assert sum(len(c.get_offsets()) for c in points) == len(results.world)
    standard = results.scenario.target.score
    below, above = points[0].to_rgba(np.array([standard - 0.01, standard + 0.01]))
    assert below[0] > below[2]  # more red than blue
    assert above[2] > above[0]


@pytest.mark.parametrize("standard", [0.0, 1.0])
def test_the_map_has_a_standard_at_either_end(results: Results, standard: float) -> None:
    target = results.scenario.target.model_copy(update={"score": standard})
    extreme = replace(results, scenario=results.scenario.model_copy(update={"target": target}))
    points = [c for c in plot_map(extreme).collections if c.get_array() is not None]
    red, _, blue, _ = points[0].to_rgba(0.5)
    assert (red > blue) == (standard == 1)


def test_many_districts_are_told_by_the_first_and_the_last(results: Results) -> None:
    ax = plot_district_times(many_districts(results, 100))
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert len(names) == 2 * AT_EACH_END + 1
    assert names[AT_EACH_END] == "… 70 between …"


@pytest.mark.parametrize("plot", [plot_coverage, plot_district_times, plot_map])
def test_charts_can_be_drawn_into_axes_of_ones_own(results: Results, plot: Callable[..., object]) -> None:
    mine = Figure().subplots()
    assert plot(results, mine) is mine
    assert mine.has_data()


def test_ideas_need_an_axes_each(results: Results) -> None:
    with pytest.raises(ValueError, match="4 ideas need as many axes, found 1"):
        plot_adoption(results, [Figure().subplots()])


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_table_says_what_its_rows_say(results: Results, variant: str) -> None:
    changed = VARIANTS[variant](results)
    rows = outcome_rows(changed)
    assert json.loads(json.dumps(rows, allow_nan=False)) == rows
    screen = StringIO()
    Console(file=screen, width=250).print(outcome_table(changed))
    shown = screen.getvalue()
    assert changed.scenario.title[:50] in shown
    for row in rows:
        assert str(row["text"]).split(":")[0] in shown
