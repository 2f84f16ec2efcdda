"""Charts of costs, equity, sources, learning and single facilities: what they show is what came of a real run."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import FancyArrowPatch
from matplotlib.text import Text

import qisim
from qisim.charts.chart import drawn
from qisim.outcomes.attribution import mean_shares
from qisim.outcomes.cost import total
from qisim.outcomes.equity import gap
from qisim.outcomes.runs import by_run
from qisim.scenario.costs import Costs
from qisim.scenario.load import load_scenario
from qisim.study.charts import learning_flows
from qisim.study.charts.catalogue import CHARTS
from qisim.study.charts.costs import by_period, calendar, period, plot_costs
from qisim.study.charts.equity import plot_equity
from qisim.study.charts.facility_charts import by_facility, plot_run_charts, reviewed, typical_facilities
from qisim.study.charts.indicators import plot_indicators
from qisim.study.charts.learning import plot_learning
from qisim.study.charts.learning_flows import flows
from qisim.study.charts.learning_map import hubs
from qisim.study.charts.sources import plot_sources
from qisim.study.results import Results
from qisim.study.run import run
from qisim.study.typical import typical_future

ROOT = Path(__file__).parents[3]
RUNS = 20


@pytest.fixture(scope="module")
def results() -> Results:
    return run(load_scenario(ROOT / "scenarios" / "one_district.toml"), replicates=RUNS, seed=1)


def priced(results: Results) -> Results:
    costs = Costs(sessions=1000, staff_days=20, coach_days=50)
    return replace(results, scenario=results.scenario.model_copy(update={"costs": costs}))


def test_each_indicator_has_a_panel_with_its_medians() -> None:
    found = run(load_scenario(ROOT / "scenarios" / "natural_diffusion.toml"), replicates=RUNS, seed=1)
    axes = plot_indicators(found)
    names = [indicator.name for indicator in found.scenario.indicators]
    assert [" ".join(ax.get_title(loc="left").split()) for ax in axes] == names
    for name, ax in zip(names, axes, strict=True):
        rows = found.indicators[found.indicators["indicator"] == name]
        lines = {line.get_label(): line.get_ydata() for line in ax.lines}
        for label, column in (("median of runs", "performance"), ("as facilities report it: median", "reported")):
            np.testing.assert_allclose(lines[label], rows.groupby("month")[column].median())
    assert any(text.get_text().startswith(("From", "All")) for text in axes[0].figure.findobj(Text))


def test_the_only_indicator_has_no_chart_of_its_own(results: Results) -> None:
    only = results.scenario.model_copy(update={"indicators": results.scenario.indicators[:1]})
    assert "indicators" in drawn(CHARTS, results)
    assert "indicators" not in drawn(CHARTS, replace(results, scenario=only))


def test_bars_of_costs_add_up_to_the_whole(results: Results) -> None:
    told = priced(results)
    ax = plot_costs(told)
    assert ax.get_ylabel() == "thousand US$"
    assert sum(part.get_height() for part in ax.patches) == pytest.approx(total(told).mean() / 1000)
    assert [label.get_text() for label in ax.get_xticklabels()] == [
        "Jan to Jun\n2025", "Jul to Dec\n2025", "Jan to Jun\n2026", "Jul to Dec\n2026"]  # fmt: skip
    amounts, names = by_period(told, "US$")
    assert amounts.shape == (len(names), RUNS, 4)
    whiskers = [line for line in ax.lines if len(line.get_xdata()) == 2]
    np.testing.assert_allclose(whiskers[0].get_ydata(), np.quantile(amounts.sum(axis=0)[:, 0], [0.05, 0.95]) / 1000)
    looks = {(part.get_facecolor(), part.get_hatch()) for part in ax.patches}
    assert len(looks) == len(names)


def test_without_costs_bars_are_days(results: Results) -> None:
    ax = plot_costs(results)
    days = results.units[["staff_days", "coach_days"]].to_numpy().sum() / RUNS
    assert ax.get_ylabel() == "days of staff and coaches"
    assert sum(part.get_height() for part in ax.patches) == pytest.approx(days)


def test_without_a_programme_there_is_no_chart_of_costs(results: Results) -> None:
    idle = replace(results, scenario=results.scenario.model_copy(update={"programme": []}))
    assert "costs" in drawn(CHARTS, results) and "costs" not in drawn(CHARTS, idle)
    with pytest.raises(ValueError, match="no programme"):
        plot_costs(idle)


@pytest.mark.parametrize(
    ("months", "length"), [(1, 1), (6, 1), (7, 3), (24, 6), (36, 6), (37, 12), (72, 12), (144, 24), (600, 120)]
)
def test_few_bars_hold_all_months(months: int, length: int) -> None:
    assert period(months) == length
    assert -(-months // length) <= 6


@pytest.mark.parametrize(
    ("start", "first", "last", "said"),
    [
        (date(2025, 1, 1), 1, 12, "Jan to Dec\n2025"),
        (date(2025, 7, 1), 1, 12, "Jul 2025 to\nJun 2026"),
        (date(2025, 11, 1), 3, 3, "Jan\n2026"),
    ],
)
def test_periods_have_their_calendar_months(start: date, first: int, last: int, said: str) -> None:
    assert calendar(start, first, last) == said


def test_lines_of_groups_are_their_median_scores(results: Results) -> None:
    (ax,) = plot_equity(results)
    kinds = results.groups[results.groups["grouping"] == "kind"]
    for name, label in (("hospital", "hospital"), ("health_centre", "health centre")):
        expected = np.median(by_run(kinds[kinds["group"] == name], "score"), axis=0)
        shown = {line.get_label(): line.get_ydata() for line in ax.lines}[label]
        np.testing.assert_allclose(shown, expected)
    gaps = gap(results, "kind").mean(axis=0)
    assert f"gap {gaps[0]:.1f} to {gaps[-1]:.1f} points" in " ".join(ax.get_title(loc="left").split())


def test_of_many_groups_the_best_and_the_worst_are_named(results: Results) -> None:
    kinds = results.groups[results.groups["grouping"] == "kind"]
    one = kinds[kinds["group"] == "hospital"]
    many = [one.assign(group=f"hospital {n}", score=(one["score"] + n / 100).where(one["month"] > 0)) for n in range(9)]
    groups = pd.concat([part.fillna({"score": one["score"]}) for part in many])
    only = replace(results, groups=groups)
    (ax,) = plot_equity(only)
    assert [text.get_text() for text in ax.get_legend().get_texts()][-1] == "7 between"  # type: ignore[union-attr]
    assert len(ax.lines) == 9 + 1


def test_bars_of_sources_are_their_shares(results: Results) -> None:
    ax = plot_sources(results)
    told = mean_shares(results)
    assert [part.get_width() for part in ax.patches] == pytest.approx(list(told["mean"]))
    assert [label.get_text() for label in ax.get_yticklabels()] == list(told["words"])


def test_a_map_of_districts_tells_what_the_map_of_facilities_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    study = qisim.load(ROOT / "scenarios" / "one_district.toml").changed({
        "world.districts": 3, "programme": [], "months": 60, "world.neighbour_km": 100,
        "behaviour.peer_influence": 0.3, "ideas.checklist inside the antenatal card.initial_users": 0.5,
    })  # fmt: skip
    future = study.run(replicates=1, detail=True)
    assert future.idea_months is not None
    end = future.idea_months[future.idea_months["month"] == 60]
    by_facility = flows(future)
    assert by_facility.level == "facility" and by_facility.between > 0
    assert by_facility.between == (end["learnt_from"] != "").sum()
    assert by_facility.learnt == (~end["source"].isin(["none", "initial"])).sum()
    monkeypatch.setattr(learning_flows, "MOST_PLACES", 5)
    by_district = flows(future)
    assert by_district.level == "district" and list(by_district.names) == study.world.districts
    district = study.world.district
    inside = district[:, None] == district[None, :]
    assert np.diag(by_district.passed).sum() == by_facility.passed[inside].sum()
    assert by_district.passed.sum() == by_facility.passed.sum()
    assert by_district.otherwise == by_facility.otherwise


def test_the_map_of_learning_draws_every_flow(results: Results) -> None:
    ax = plot_learning(results)
    told = flows(typical_future(results, results.world, results.seed))
    arrows = [patch for patch in ax.patches if isinstance(patch, FancyArrowPatch)]
    assert len(arrows) == (told.passed > 0).sum()
    (west, south), (east, north) = ax.transData.transform([(0, 0), (1, 1)])
    places = results.facility_summary
    middle = np.radians((places["lat"].max() + places["lat"].min()) / 2)
    assert (east - west) / (north - south) == pytest.approx(np.cos(middle))  # a degree of longitude is shorter
    squares = [line for line in ax.lines if line.get_marker() == "s"]
    assert len(squares) == len(hubs(told)) > 0
    assert sum(hubs(told).values()) == sum(told.otherwise.values())


def test_facilities_of_run_charts_are_what_they_are_called(results: Results) -> None:
    future = typical_future(results, results.world, results.seed)
    chosen = typical_facilities(future)
    assert len(set(chosen.values())) == len(chosen)
    there = by_facility(future, "score") >= results.scenario.target.score
    if "Never at the standard" in chosen:
        assert not there[chosen["Never at the standard"]].any()
    first = chosen["First at the standard"]
    assert not there[first, 0] and there[first].any()
    end = by_facility(future, "score")[:, -1]
    assert (end < end[chosen["In the middle"]]).sum() <= len(end) / 2 <= (end <= end[chosen["In the middle"]]).sum()


def test_run_charts_have_a_point_for_each_review_of_records(results: Results) -> None:
    future = typical_future(results, results.world, results.seed)
    chosen = typical_facilities(future)
    for ax, row in zip(plot_run_charts(results), chosen.values(), strict=True):
        told = reviewed(future, row)
        np.testing.assert_array_equal(ax.lines[0].get_ydata(), told[~np.isnan(told)])
        np.testing.assert_array_equal(ax.lines[0].get_xdata(), np.flatnonzero(~np.isnan(told)) + 1)
    enrolled = by_facility(future, "enrolled")[:, 1:] > 0
    points = np.array([reviewed(future, row) for row in range(len(future.world))])
    assert not np.isnan(points[enrolled]).any()
    assert np.isnan(points[~enrolled]).any()
