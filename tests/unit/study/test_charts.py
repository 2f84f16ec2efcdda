"""Charts and the outcome table of a small real run, looked at as a reader would: legible, in place, and true."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
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

from qisim.charts import style
from qisim.charts.districts import AT_EACH_END
from qisim.outcomes import outcomes
from qisim.outcomes.groups import group_times
from qisim.outcomes.runs import by_run
from qisim.scenario.load import load_scenario
from qisim.study.charts.adoption import plot_adoption
from qisim.study.charts.catalogue import CHARTS, charts
from qisim.study.charts.costs import plot_costs
from qisim.study.charts.coverage import plot_coverage
from qisim.study.charts.district_times import plot_district_times
from qisim.study.charts.facility_map import plot_map
from qisim.study.charts.sources import plot_sources
from qisim.study.results import Results
from qisim.study.run import run
from qisim.study.screen import outcome_rows, outcome_table

ROOT = Path(__file__).parents[3]
RUNS = 20


@pytest.fixture(scope="module")
def results() -> Results:
    return run(load_scenario(ROOT / "scenarios" / "one_district.toml"), replicates=RUNS, seed=1)


def first_runs(results: Results, runs: int) -> Results:
    """The same results with fewer replicates."""
    return run(results.scenario, results.world, replicates=runs, seed=results.seed)


def aiming_at(results: Results, coverage: float) -> Results:
    """The same results with another share of facilities to be reached."""
    target = results.scenario.target.model_copy(update={"coverage": coverage})
    return replace(results, scenario=results.scenario.model_copy(update={"target": target}))


def in_districts(results: Results, districts: int) -> Results:
    """The same facilities in this many districts, side by side from west to east, and their map alone."""
    order = results.facility_summary["lon"].rank(method="first").to_numpy() - 1
    names = [f"District {int(place) * districts // len(order) + 1}" for place in order]
    return replace(results, facility_summary=results.facility_summary.assign(district=names))


def first_ideas(results: Results, ideas: int) -> Results:
    """The same results with the first few ideas only."""
    return replace(results, scenario=results.scenario.model_copy(update={"ideas": results.scenario.ideas[:ideas]}))


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
    "a target out of reach": lambda results: aiming_at(results, 1),
    "three ideas": lambda results: first_ideas(results, 3),
    "three districts": lambda results: in_districts(results, 3),
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
    assert len(drawn) > 5
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
    code = "import sys, qisim.study.charts.catalogue, qisim.study.screen; print('matplotlib.pyplot' in sys.modules)"
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


def test_swatches_of_bands_have_the_shade_that_is_drawn(results: Results) -> None:
    figure = CHARTS["coverage"](results)
    through = np.cumprod([1 - float(band.get_alpha()) for band in figure.axes[0].collections])  # type: ignore[arg-type]
    assert [1 - float(key.get_alpha()) for key in figure.legends[0].get_patches()] == pytest.approx(through)  # type: ignore[arg-type]


def test_ticks_and_table_name_the_same_months(results: Results) -> None:
    ticks = {label.get_text() for label in plot_coverage(results).get_xticklabels()}
    assert results.scenario.start == date(2025, 1, 1)
    assert {"0\nstart of\nJan 2025", "12\nend of\nDec 2025", "24\nend of\nDec 2026"} <= ticks
    names = [str(row["name"]) for row in outcome_rows(aiming_at(results, 0.25))]
    assert "at the target by month 12 (Dec 2025)" in names
    assert "at the target by month 24 (Dec 2026)" in names


@pytest.mark.parametrize(("ideas", "panels"), [(1, 1), (2, 2), (3, 4), (4, 4)])
def test_columns_of_ideas_end_alike(results: Results, ideas: int, panels: int) -> None:
    axes = plot_adoption(first_ideas(results, ideas))
    assert len(axes) == ideas
    figure = style.owner(axes[0])
    assert len(figure.axes) == panels
    bottom = [ax for ax in axes if ax.get_xlabel()]
    assert len(bottom) == min(ideas, 2)
    assert len({ax.get_subplotspec().rowspan.stop for ax in bottom}) == 1  # type: ignore[union-attr]
    assert all(ax.get_ylabel() == "% of 12 facilities" for ax in axes if ax.get_subplotspec().is_first_col())  # type: ignore[union-attr]


def test_the_map_colours_every_facility_by_how_often_it_is_at_the_standard(results: Results) -> None:
    points = [c for c in plot_map(results).collections if c.get_array() is not None]
    shown = pd.concat([pd.DataFrame(c.get_offsets()).assign(often=c.get_array()) for c in points])
    summary = results.facility_summary
    assert sorted(shown.itertuples(index=False, name=None)) == sorted(
        summary[["lon", "lat", "at_target"]].itertuples(index=False, name=None)
    )
    end = results.months[results.months["month"] == results.scenario.months]
    assert shown["often"].mean() == pytest.approx(end["coverage"].mean())
    for collection in points:
        assert collection.get_clim() == (0, 1)
        light = collection.to_rgba(np.linspace(0, 1, 20))[:, :3] @ [0.2126, 0.7152, 0.0722]
        assert (np.diff(light) < 0).all()


def test_the_map_of_one_run_has_two_colours(results: Results) -> None:
    ax = plot_map(first_runs(results, 1))
    figure = style.owner(ax)
    assert figure.axes == [ax]
    keys = {text.get_text() for text in figure.legends[0].get_texts()}
    assert {"at the standard", "below it"} <= keys


@pytest.mark.parametrize("districts", [2, 3, 4])
def test_names_on_the_map_are_off_the_points(results: Results, districts: int) -> None:
    ax = plot_map(in_districts(results, districts))
    figure = style.owner(ax)
    FigureCanvasAgg(figure).draw()
    assert [text.get_text() for text in ax.texts] == [f"District {number + 1}" for number in range(districts)]
    for collection in ax.collections:
        if collection.get_array() is not None:
            radius = np.sqrt(collection.get_sizes().max()) / 2 * figure.dpi / 72  # type: ignore[attr-defined]
            for x, y in ax.transData.transform(collection.get_offsets()):
                for text in ax.texts:
                    assert not text.get_window_extent().padded(radius).contains(x, y)


def half_arrive(results: Results, coverage: float) -> bool:
    """Whether the median of the runs lies before the horizon, and the interval beyond."""
    time = group_times(results.groups, "district", coverage)["District 01"]
    return time.median < time.interval()[1] == np.inf  # type: ignore[index]


def test_every_interval_past_the_horizon_ends_in_an_arrow(results: Results) -> None:
    coverage = next(share for share in np.linspace(0.1, 0.9, 81) if half_arrive(results, share))
    ax = plot_district_times(aiming_at(results, coverage))
    arrows = [line for line in ax.lines if line.get_marker() == ">"]
    assert [tuple(map(float, line.get_xydata()[0])) for line in arrows] == [(24, 0)]  # type: ignore[index]


def test_districts_are_told_by_coverage_where_none_arrives(results: Results) -> None:
    figure = CHARTS["district_times"](aiming_at(results, 1))
    title = " ".join(figure.get_suptitle().split())
    assert title == "No district reaches 100% within 24 months in half of the runs: where districts stand at the end"
    (ax,) = figure.axes
    end = results.months[results.months["month"] == results.scenario.months]["coverage"]
    marks = [float(line.get_xdata()[0]) for line in ax.lines if line.get_marker() == "o"]  # type: ignore[index]
    assert marks == [end.median()]
    lines = [line for line in ax.lines if line.get_color() in (style.BLUE, style.GREY)]
    bars = [np.asarray(line.get_xdata(), float) for line in lines]
    np.testing.assert_allclose(bars, [np.quantile(end, ends) for ends in ((0.05, 0.95), (0.25, 0.75))])


def test_many_districts_are_told_by_the_first_and_the_last(results: Results) -> None:
    ax = plot_district_times(many_districts(results, 100))
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert len(names) == 2 * AT_EACH_END + 1
    assert names[AT_EACH_END] == "… 70 between …"


@pytest.mark.parametrize("plot", [plot_coverage, plot_district_times, plot_map, plot_costs, plot_sources])
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


def printed(results: Results, width: int) -> str:
    screen = StringIO()
    Console(file=screen, width=width).print(outcome_table(results))
    return screen.getvalue()


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_word_of_the_table_is_cut_on_a_narrow_screen(results: Results, width: int) -> None:
    shown = printed(results, width)
    assert max(map(len, shown.splitlines())) <= width
    said = {word for part in outcomes(results).values() for row in part
            for word in f"{row.name} {row.value} {row.spread} {row.note}".split()}  # fmt: skip
    assert said <= set(shown.split())
    assert ("note" in shown.split()) == (width >= 100)


def test_too_few_runs_for_an_interval_are_said_once(results: Results) -> None:
    shown = printed(first_runs(results, 5), 120)
    assert shown.count("Too few runs for an interval: 20 are needed for 90%") == shown.lower().count("too few") == 1
    assert "90% interval" not in shown
    assert "oo few" not in printed(results, 120)
