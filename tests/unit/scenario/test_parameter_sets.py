"""Sets of behaviour parameters: how they are read, drawn, and give way to what a scenario tells."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from qisim.input.errors import BadInput
from qisim.model.parameters import draw
from qisim.scenario.behaviour import PARAMETERS
from qisim.scenario.edit import changed
from qisim.scenario.load import from_document, load_scenario
from qisim.scenario.origin import Origin
from qisim.scenario.parameter_sets import ParameterSets, read_parameter_sets
from qisim.scenario.plausible import PLAUSIBLE
from qisim.scenario.schema import Scenario
from qisim.study.study import Study, load
from qisim.workers.structure import Structures

FILE = Path(__file__).parents[3] / "scenarios" / "one_district.toml"
SETS = "turnover_annual,lapse_monthly\n0.1,0.01\n0.2,0.02\n0.3,0.03\n"


def written(folder: Path, text: str, name: str = "sets.csv") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def scenario_with(folder: Path, extra: str = "", sets: str = SETS) -> Scenario:
    written(folder, sets)
    scenario = folder / "mine.toml"
    scenario.write_text(f'extends = "{FILE.as_posix()}"\nparameters = "sets.csv"\n{extra}')
    return load_scenario(scenario)


def drawn(scenario: Scenario, names: tuple[str, ...], replicates: int = 300) -> np.ndarray:
    """The values of parameters in each of so many replicates."""
    records = [draw(scenario, 1, replicate)[0][0] for replicate in range(replicates)]
    return np.array([[float(record[name]) for name in names] for record in records])


def test_each_future_draws_one_whole_set(tmp_path: Path) -> None:
    values = drawn(scenario_with(tmp_path), ("turnover_annual", "lapse_monthly"))
    rows, counts = np.unique(values, axis=0, return_counts=True)
    assert rows.tolist() == [[0.1, 0.01], [0.2, 0.02], [0.3, 0.03]]
    assert counts.min() > 60, "each is as likely"


def test_strategies_draw_the_same_set(tmp_path: Path) -> None:
    one = scenario_with(tmp_path)
    other = changed(one, {"months": 12, "target.score": 0.7})
    names = ("turnover_annual", "lapse_monthly")
    assert np.array_equal(drawn(one, names, 20), drawn(other, names, 20))


def test_the_plausible_sets_yield_to_what_the_scenario_tells(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(f'extends = "{FILE.as_posix()}"\nparameters = "plausible"\n[behaviour]\nlapse_monthly = 0.05\n')
    told = load_scenario(path)
    assert set(drawn(told, ("lapse_monthly",), 20).ravel()) == {0.05}
    assert len(np.unique(drawn(told, ("visit_engagement",), 200))) > 5


def test_the_columns_of_ones_own_file_win(tmp_path: Path) -> None:
    told = scenario_with(tmp_path, "[behaviour]\nturnover_annual = 0.25\nworkload_mean = 0.2\n")
    assert set(drawn(told, ("turnover_annual",), 100).ravel()) == {0.1, 0.2, 0.3}
    assert set(drawn(told, ("workload_mean",), 20).ravel()) == {0.2}


def test_sets_named_on_a_scenario_written_out_in_full_are_drawn() -> None:
    """As results folders and sweeps keep it: every parameter stands there."""
    whole = changed(load_scenario(FILE), {"behaviour.lapse_monthly": 0.05})
    again = from_document({**whole.model_dump(mode="json"), "parameters": PLAUSIBLE}, Origin())
    assert set(drawn(again, ("lapse_monthly",), 20).ravel()) == {0.05}
    assert len(np.unique(drawn(again, ("visit_engagement",), 200))) > 5


@pytest.mark.parametrize("sets", [[[99.0]], [[float("nan")]], [[0.1, 0.2]], []])
def test_sets_written_into_a_scenario_are_held_to_the_ranges(sets: list[list[float]]) -> None:
    with pytest.raises(BadInput):
        changed(load_scenario(FILE), {"parameters": {"source": "here", "names": ["visit_skill"], "sets": sets}})


def test_what_is_told_in_the_same_change_is_not_drawn(tmp_path: Path) -> None:
    sets = {"source": "here", "names": ["works_base", "lapse_monthly"], "sets": [[1.0, 0.01]]}
    scenario = changed(load_scenario(FILE), {"parameters": sets, "behaviour.works_base": -5.0})
    assert drawn(scenario, ("works_base", "lapse_monthly"), 3).tolist() == [[-5.0, 0.01]] * 3
    with pytest.raises(BadInput):
        changed(scenario, {"behaviour": 5})


def test_a_sweep_varies_what_would_be_drawn(tmp_path: Path) -> None:
    scenario = scenario_with(tmp_path)
    points = Structures(scenario, {})
    for setting in ({"behaviour.lapse_monthly": 0.05}, {"behaviour.lapse_monthly": 0.05, "months": 12}):
        point = points.point(setting)[0]
        assert set(drawn(point, ("lapse_monthly",), 20).ravel()) == {0.05}
        assert len(np.unique(drawn(point, ("turnover_annual",), 50))) == 3


def test_what_is_changed_afterwards_is_not_drawn(tmp_path: Path) -> None:
    later = changed(scenario_with(tmp_path), {"behaviour.lapse_monthly": 0.05})
    assert set(drawn(later, ("lapse_monthly",), 20).ravel()) == {0.05}
    assert len(np.unique(drawn(later, ("turnover_annual",), 50))) == 3


def test_both_engines_draw_the_same_set(tmp_path: Path) -> None:
    study = Study(scenario_with(tmp_path))
    for replicate in range(3):
        model = study.model(replicate=replicate)
        assert float(model.behaviour.lapse_monthly) == drawn(study.scenario, ("lapse_monthly",), 3)[replicate, 0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("turnover_anual\n0.1\n", "did you mean 'turnover_annual'"),
        ("turnover_annual\n1.5\n", "found '1.5'"),
        ("turnover_annual\nmany\n", "found 'many'"),
        ("turnover_annual,lapse_monthly\n0.1\n", "has 1 values"),
        ("turnover_annual\n", "has no row"),
        ("", "is empty"),
    ],
)
def test_sets_that_cannot_be_used_are_refused(tmp_path: Path, text: str, says: str) -> None:
    written(tmp_path, text)
    with pytest.raises(BadInput) as caught:
        read_parameter_sets("sets.csv", tmp_path)
    assert says in str(caught.value) and "sets.csv" in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        FILE.read_text(encoding="utf-8"),  # a scenario
        "month,score\n0,0.4\n6,0.5\n",  # what was seen
        "# Sets, of parameters\n\nOne a line.\n",
    ],
)
def test_what_is_no_file_of_sets_is_told_once(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, text, "other.toml")
    with pytest.raises(BadInput) as caught:
        read_parameter_sets("other.toml", tmp_path)
    (told,) = str(caught.value).splitlines()
    assert told.startswith(f"{path}: is no file of parameter sets") and "a CSV file with a column a parameter" in told


def test_the_shipped_sets_are_plausible() -> None:
    sets = read_parameter_sets(PLAUSIBLE, Path())
    assert len(sets.sets) >= 10
    for name, values in zip(sets.names, np.array(sets.sets).T, strict=True):
        assert PARAMETERS[name].low <= values.min() <= values.max() <= PARAMETERS[name].high, name


def test_a_set_can_be_drawn_at_either_end() -> None:
    sets = ParameterSets(source="here", names=["lapse_monthly"], sets=[[0.01], [0.02]])
    assert sets.drawn(0.0) == {"lapse_monthly": 0.01} and sets.drawn(1.0 - 1e-12) == {"lapse_monthly": 0.02}


def test_results_keep_the_sets_they_were_drawn_from(tmp_path: Path) -> None:
    study = load(FILE).changed({"parameters": str(written(tmp_path, SETS)), "months": 6})
    again = Scenario.model_validate(study.scenario.model_dump(mode="json"))
    assert again.parameters == study.scenario.parameters and again.has_uncertainty
