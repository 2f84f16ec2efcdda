"""Single indicators, of all facilities and of districts: tracked, calibrated, drawn and told one by one."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.text import Annotation

import qisim
from qisim.calibration.errors import Errors
from qisim.calibration.simulations import Part, Question, simulate
from qisim.charts.chart import drawn
from qisim.charts.panels import MOST_PANELS
from qisim.input.errors import BadInput
from qisim.observed.agreement import agreement, correlation
from qisim.observed.observed import Observed, read_observed, simulated
from qisim.observed.series import SERIES
from qisim.scenario.load import load_scenario
from qisim.store.folder import read_inputs
from qisim.study.run import run
from qisim.tracking import standing
from qisim.tracking.charts.catalogue import CHARTS
from qisim.tracking.experiment import Tracked, track
from qisim.world.world import World, build_world

SCENARIO = """
title = "Two indicators"
start = 2024-01-01
months = 18
[world]
provinces = 1
districts = 2
kinds = [{ name = "health_centre", per_district = 12 }]
[[indicators]]
name = "hand hygiene"
[[indicators]]
name = "partograph used"
[[ideas]]
name = "peer monitoring"
indicator = "hand hygiene"
effect = { low = 0.05, high = 0.95 }
initial_users = 0.5
[[ideas]]
name = "partograph checked"
indicator = "partograph used"
effect = 0.5
[[programme]]
kind = "coaching"
coaches_per_district = 2
days_per_month = 10
whom = "all"
"""
MONTHS, LATER = (0, 6, 12), 18
WEAK = 0.1


def seen_future(folder: Path) -> qisim.Run:
    """A future in which the idea on hand hygiene is weak."""
    weak = qisim.load(folder / "s.toml").changed({"ideas.peer monitoring.effect": WEAK})
    return weak.run(replicates=1, seed=99, detail=True)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a scenario, and what was seen of each indicator in one district and in all facilities."""
    folder = tmp_path_factory.mktemp("indicators")
    (folder / "s.toml").write_text(SCENARIO)
    truth = seen_future(folder)
    district = truth.world.districts[0]
    lines = ["month,district,hand hygiene,hand hygiene_measured,partograph used"]
    for month in MONTHS:
        for name in ("", district):
            rows = truth.group_indicators[truth.group_indicators["group"] == name] if name else truth.indicators
            rows = rows[rows["month"] == month].set_index("indicator")
            hygiene, partograph = rows.loc["hand hygiene"], rows.loc["partograph used"]
            lines.append(f"{month},{name},{hygiene.reported},{hygiene.performance},{partograph.reported}")
    (folder / "seen.csv").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture(scope="module")
def tracked(place: Path) -> Tracked:
    scenario, world, observed = read(place)
    return track(scenario, world, observed, replicates=300, seed=3)


def read(place: Path) -> tuple[qisim.Scenario, World, Observed]:
    scenario = load_scenario(place / "s.toml")
    world = build_world(scenario)
    return scenario, world, read_observed(place / "seen.csv", scenario, world)


def titles(axes: Iterable[Axes]) -> list[str]:
    return [ax.get_title(loc="left").replace("\n", " ") for ax in axes]


def test_each_indicator_is_forecast_by_what_was_seen_of_it(tracked, place):
    """The idea on hand hygiene is weak; nothing is wrong with partographs, so that only hand hygiene moves much."""
    forecast, updated = {}, {}
    for name in ("hand hygiene_measured", "partograph used"):
        at_end = tracked.paths[name][:, LATER]
        forecast[name], updated[name] = at_end.mean(), np.average(at_end, weights=tracked.after.shares)
    later = seen_future(place).indicators.query("month == @LATER").set_index("indicator")["performance"]
    off = forecast["hand hygiene_measured"] - later["hand hygiene"]
    assert off > 0.02
    assert abs(updated["hand hygiene_measured"] - later["hand hygiene"]) < off / 2
    assert abs(updated["partograph used"] - forecast["partograph used"]) < off / 4


def test_words_and_charts_tell_indicators(tracked):
    said = standing.verdict(tracked)
    assert ". Hand hygiene as measured from outside at the end of Dec 2024: 0." in said
    assert {"indicators", "districts"} <= set(drawn(CHARTS, tracked))
    names = ["hand hygiene", "hand hygiene_measured", "partograph used"]
    assert titles(CHARTS["indicators"](tracked).axes) == [tracked.observed.series[name].words for name in names]
    label = CHARTS["districts"](tracked).axes[0].get_xlabel()
    assert label.startswith("hand hygiene as measured from outside (0-1)")


def told(place: Path, folder: Path, text: str) -> Tracked:
    scenario, world, _ = read(place)
    (folder / "seen.csv").write_text(text.replace("North", world.districts[0]).replace("South", world.districts[1]))
    return track(scenario, world, read_observed(folder / "seen.csv", scenario, world), replicates=100, seed=3)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("month,hand hygiene,partograph used,enrolled\n0,.4,.4,0\n12,0,1,0\n",
         "Means as facilities report them at the end of Dec 2024: of 2 indicators 1 behind the forecast, 0 on track, "
         "1 ahead."),
        ("month,district,hand hygiene,partograph used\n0,North,.4,.4\n12,North,0,1\n",
         "Means as facilities report them at the end of Dec 2024: of 2 indicators of districts 1 behind the forecast, "
         "0 on track, 1 ahead."),
        ("month,district,hand hygiene\n0,North,.4\n12,North,0\n12,South,0\n",
         "Hand hygiene as facilities report it at the end of Dec 2024: of 2 districts 2 behind the forecast, "
         "0 on track, 0 ahead."),
    ],
)  # fmt: skip
def test_several_are_counted(place, tmp_path, text, said):
    assert standing.verdict(told(place, tmp_path, text)) == said


def test_the_last_figure_is_that_of_its_own_indicator(place, tmp_path):
    """With gaps the indicator seen last is told of, not the first one of the file."""
    found = told(place, tmp_path, "month,hand hygiene,partograph used\n0,.4,.4\n6,.4,\n12,,.95\n")
    said = standing.verdict(found)
    assert said.startswith(
        "Ahead of the forecast. Partograph used as facilities report it at the end of Dec 2024: 0.95;"
    )


def test_districts_of_which_other_series_were_seen_are_told_of(place, tmp_path):
    text = "month,district,hand hygiene,partograph used\n0,North,.4,\n12,South,,.4\n"
    figure = CHARTS["districts"](told(place, tmp_path, text))
    assert "1 more of the districts seen tells of other series only" in "".join(
        text.get_text() for text in figure.findobj(Annotation)
    )


def test_only_what_was_seen_is_kept_by_month(place, tmp_path):
    found = told(place, tmp_path, "month,partograph used\n0,.4\n12,.4\n")
    assert list(found.paths) == [*SERIES, "partograph used"]


def test_no_indicator_no_chart(place, tmp_path):
    (tmp_path / "seen.csv").write_text("month,score\n0,.4\n12,.5\n")
    tracking = qisim.track(qisim.load(place / "s.toml"), tmp_path / "seen.csv", replicates=100)
    with pytest.raises(BadInput, match="tells of no single indicator over all facilities"):
        tracking.plot_indicators()


def test_errors_of_two_indicators_go_half_together(place):
    scenario, _, observed = read(place)
    cells = np.flatnonzero((observed.kinds == "reported") & (observed.table["month"].to_numpy() == 0))
    assert observed.table["series"].iloc[cells].tolist() == ["hand hygiene", "partograph used"] * 2
    assert correlation(observed, cells).tolist() == [
        [1, 0.5, 0.5, 0.25], [0.5, 1, 0.25, 0.5], [0.5, 0.25, 1, 0.5], [0.25, 0.5, 0.5, 1]
    ]  # fmt: skip
    runs = np.full((1, len(observed)), 0.5)
    runs[:, cells] = observed.values[cells] + [[0.1, -0.05, 0.02, 0.2]]
    found = agreement(some(observed, cells), runs[:, cells], scenario, 0.05)
    off = np.array([-0.1, 0.05, -0.02, -0.2])
    luck = found.error_sd**2 - 0.05**2
    covariance = 0.05**2 * correlation(observed, cells) + np.diag(luck)
    assert found.distance[0] == pytest.approx(off @ np.linalg.solve(covariance, off))


def test_calibration_s_errors_of_two_indicators_go_half_together(place):
    scenario, _, observed = read(place)
    cells = np.flatnonzero(observed.table["month"].to_numpy() == 6)
    errors = Errors(some(observed, cells), scenario, 0.05, seed=1)
    drawn = errors.added(np.arange(4000), np.full((4000, len(cells)), 0.5)) - 0.5
    found = np.corrcoef(drawn.T)
    names = observed.table["series"].iloc[cells].tolist()
    assert names[:3] == ["hand hygiene", "hand hygiene_measured", "partograph used"]
    assert found[0, 2] == pytest.approx(0.5, abs=0.05)  # two indicators as reported
    assert found[0, 3] == pytest.approx(0.5, abs=0.05)  # two places
    assert found[0, 5] == pytest.approx(0.25, abs=0.05)  # both
    assert found[0, 1] == pytest.approx(0.0, abs=0.05)  # reported and measured


def some(observed: Observed, cells: np.ndarray) -> Observed:
    return Observed("", observed.table.iloc[cells], observed.facilities[cells], observed.series)


def test_calibration_simulates_the_cells_that_a_run_tells(place):
    scenario, _, observed = read(place)
    names = ["works_base", "turnover_annual"]
    parameters = np.array([[-1.0, 0.2], [-0.2, 0.4], [-2.0, 0.3]])
    question = Question.of(scenario.model_dump(mode="json"), read_inputs(scenario), 7, names, observed)
    found = simulate(question, Part(4, parameters))
    for i, row in enumerate(parameters.tolist()):
        changes = {f"behaviour.{name}": value for name, value in zip(names, row, strict=True)}
        study = qisim.load(place / "s.toml").changed(changes)
        runs = run(study.scenario, study.world, replicates=1, first=4 + i, seed=7, by_group=True)
        assert found[i].tolist() == simulated(observed, runs)[0].tolist()


def test_calibration_tells_each_indicator(place, tmp_path):
    found = qisim.calibrate(place / "s.toml", place / "seen.csv", parameters=["works_base"], simulations=200, rounds=1)
    assert found.table("series")["series"].tolist() == [
        name for _ in range(2) for name in ("hand hygiene", "hand hygiene_measured", "partograph used")
    ]
    assert titles(found.plot_fit())[0] == "hand hygiene as facilities report it"


def test_many_indicators_are_told_as_the_first_ones(tmp_path):
    names = [f"indicator {i}" for i in range(MOST_PANELS + 1)]
    tables = "".join(f'[[indicators]]\nname = "{name}"\n[[ideas]]\nname = "idea for {name}"\nindicator = "{name}"\n'
                     "effect = 0.3\n" for name in names)  # fmt: skip
    head, programme = SCENARIO.partition("[[indicators]]")[0], SCENARIO.partition("[[programme]]")
    (tmp_path / "s.toml").write_text(head + tables + "".join(programme[1:]))
    (tmp_path / "seen.csv").write_text(
        f"month,{','.join(names)}\n" + "".join(f"{month}{',.4' * len(names)}\n" for month in (0, 12))
    )
    tracking = qisim.track(qisim.load(tmp_path / "s.toml"), tmp_path / "seen.csv", replicates=100)
    axes = tracking.plot_indicators()
    assert len(axes) == MOST_PANELS
    assert "the first 12 of 13 series" in "".join(text.get_text() for text in axes[0].figure.findobj(Annotation))
