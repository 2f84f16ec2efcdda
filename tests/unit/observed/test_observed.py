"""Observed data: what a file says, what is wrong with it, and what a simulation says of the same cells."""

import importlib.util
import os
from pathlib import Path

import numpy as np
import pytest

from qisim.input.errors import BadInput
from qisim.model.agents.model import QIModel
from qisim.observed import file
from qisim.observed.observed import Observed, read_observed, simulated
from qisim.observed.series import SERIES, series_of
from qisim.scenario.load import load_scenario
from qisim.scenario.schema import Scenario
from qisim.study.run import run
from qisim.world.world import build_world
from tests.unit.outcomes.hand_made import scenario as scenario_by_hand

ROOT = Path(__file__).parents[3]
DATA = ROOT / "tests" / "data" / "synthetic_observed.csv"


@pytest.fixture(scope="module")
def scenario():
    """Two districts of five facilities, from January 2024, with indicators of weights 1 and 3."""
    indicators = [{"name": "hand hygiene"}, {"name": "TB screening", "weight": 3.0}]
    return scenario_by_hand(months=24, indicators=indicators)


@pytest.fixture(scope="module")
def world(scenario):
    return build_world(scenario)


@pytest.fixture
def read(tmp_path, scenario, world):
    def reading(text: str, scenario=scenario) -> Observed:
        path = tmp_path / "seen.csv"
        path.write_text(text, encoding="utf-8")
        return read_observed(path, scenario, world)

    return reading


def cells(observed: Observed) -> list[tuple]:
    return list(observed.table.itertuples(index=False, name=None))


def test_cells_come_in_the_order_of_the_file_without_gaps(read, world):
    one = world.districts[1]
    observed = read(f"month,district,score,enrolled,at_standard\n6,,0.5,,4\n0,{one},,2,0\n\n3,,,,\n")
    assert cells(observed) == [(6, "", "at_standard", 4), (6, "", "score", 0.5), (0, one, "enrolled", 2),
                               (0, one, "at_standard", 0)]  # fmt: skip
    assert observed.facilities.tolist() == [10, 10, 5, 5]
    assert observed.counts.tolist() == [True, False, True, True]
    assert (observed.names, observed.districts, observed.last_month) == (
        ["enrolled", "at_standard", "score"],
        [one],
        6,
    )
    assert [block.tolist() for block in observed.blocks()] == [[0], [1], [2], [3]]


@pytest.mark.parametrize(
    ("text", "month"), [("2023-12", 0), ("2024-01", 1), ("2025-12", 24), ("2024-03-31", 3), ("12.0", 12)]
)
def test_months_may_be_calendar_months(read, text, month):
    assert cells(read(f"month,score\n7,0.4\n{text},0.5\n"))[1][0] == month


def test_indicators_count_one_by_one_gaps_and_all(read, world):
    one = world.districts[1]
    observed = read("month;district;Hand_Hygiene;tb screening_measured;hand hygiene_measured;score\n"
                    f"0;;0.4;;;0.7\n2;{one};;0.1;0.5;\n")  # fmt: skip
    assert cells(observed) == [(0, "", "score", 0.7), (0, "", "hand hygiene", 0.4),
                               (2, one, "hand hygiene_measured", 0.5),
                               (2, one, "TB screening_measured", 0.1)]  # fmt: skip
    assert observed.kinds.tolist() == ["reported", "reported", "measured", "measured"] and observed.by_group
    assert not read("month,hand hygiene\n0,.1\n1,.2\n").by_group


def test_a_single_indicator_is_the_score(read):
    assert cells(read("month,hand hygiene\n0,0.25\n1,0.5\n", scenario_by_hand()))[1] == (1, "", "score", 0.5)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("month,score\n0,62\n1,.5", ["line 2: score: found 62; is it a percentage? write 0.62"]),
        ("month,score\n0,62%\n1,.5", ["write 0.62"]),
        ("month;score\n0;0,62\n1;.5", ["with a decimal point: 0.62"]),
        ("month,score\n0,-1\n1,nan", ["line 2", "found -1", "line 3", "found nan"]),
        ("month,enrolled\n0,11\n1,2.5\n2,-1", ["more than the 10 facilities there are", "found 2.5", "found -1"]),
        ("month,district,enrolled\n0,District 1,6\n1,Distrikt 2,2", ["more than the 5", "no district is called"]),
        ("month,scor\n0,1", ["scor: is not a column", "did you mean 'score'?", "TB screening_measured"]),
        ("month,score,Score\n0,1,1", ["means the same as 'score'"]),
        ("monat,score\n0,1", ["month: is missing", "monat"]),
        ("month,score\n25,0.5\n2023-11,0.5\n-1,0.1", ["line 2", "found 2023-11, which", "0 to 24, or 2023-12"]),
        ("month,score\nMay,0.5\n,0.5\n2024-13,.2", ["found 'May'", "line 3: month: is empty", "found '2024-13'"]),
        ("month,score\n3,0.5\n2024-03,0.6", ["line 3: month: tells of month 3 in all facilities again", "line 2"]),
        ("month,score\n3,\n4,", ["every cell is empty"]),
        ("month,score\n3,0.5\n4,", ["tells of month 3 alone"]),
        ("month,district\n3,\n4,", ["no column holds anything"]),
        ("month,hand hygiene\n0,50\n1,0.6", ["line 2: hand hygiene: found 50", "write 0.5"]),
        ("month,hand hygeine\n0,0.5", ["did you mean 'hand hygiene'?"]),
        ("month,hand hygiene,TB screening,score\n0,.1,,.1\n1,.1,.1,.1",
         ["line 3: score: tells the same as all indicators of this row together", "one or the other"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(read, world, text, told):
    with pytest.raises(BadInput) as error:
        read(text.replace("District 1", world.districts[0]))
    assert all(part in str(error.value) for part in told), str(error.value)


def test_a_misspelt_district_is_told_once(read, world):
    rows = "".join(f"{month},Distrikt 01,3\n{month},Nowhere,3\n" for month in range(3))
    with pytest.raises(BadInput) as error:
        read(f"month,district,enrolled\n{rows}")
    assert [problem.line for problem in error.value.problems] == [2, 3]
    assert "no district is called 'Distrikt 01', here and in 2 more rows" in str(error.value)
    assert f"did you mean {world.districts[0]!r}" in str(error.value)


def test_a_district_with_a_word_left_out_is_offered(read, world):
    one = world.districts[0]
    with pytest.raises(BadInput, match=f"no district is called '{one.split()[1]}'; did you mean '{one}'"):
        read(f"month,district,enrolled\n0,{one.split()[1]},3\n1,,3\n")


@pytest.mark.parametrize("name", ["pipe", "/dev/zero", "map.geojson", "nosuch.csv"])
def test_what_is_no_table_is_refused_unread(tmp_path, scenario, world, name):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "map.geojson").write_text('{"type": "FeatureCollection"}')
    with pytest.raises(BadInput, match=r"not an ordinary file|is GeoJSON, not a table|no such file"):
        read_observed(tmp_path / name, scenario, world)


def test_more_than_can_be_compared_is_refused_before_anything_is_simulated(read, world, monkeypatch):
    monkeypatch.setattr(file, "MOST_CELLS", 2)
    assert len(read("month,score,score_measured\n0,.5,.5\n1,.5,.5\n")) == 4
    with pytest.raises(BadInput, match=r"tells 3 values of means as measured.*2 at most: leave out months"):
        read(f"month,district,score,score_measured\n0,,.5,.5\n1,,,.5\n1,{world.districts[0]},,.5\n")
    with pytest.raises(BadInput, match="tells 4 values of means as facilities report them"):
        read("month,hand hygiene,TB screening\n0,.5,.5\n1,.5,.5\n")


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("score", "month,score,hand hygiene\n0,.1,.1\n1,.1,.1", ["score", "mean score as facilities report it"]),
        ("score", "month,score_measured\n0,.1\n1,.1", ["'score_measured', which means mean score as measured"]),
        ("enrolled", "month,enrolled,score\n0,1,.1\n1,1,.1", ["'enrolled', which means facilities enrolled"]),
        (
            "hand hygiene_measured",
            "month,hand hygiene_measured\n0,.1\n1,.1",
            ["'hand hygiene_measured', which means 'hand hygiene' as measured from outside"],
        ),
        ("month", "month,hand hygiene\n0,.1\n1,.1", ["means the month of a row"]),
    ],
)
def test_an_indicator_cannot_share_its_column_with_a_series(read, name, text, told):
    scenario = scenario_by_hand(indicators=[{"name": name}, {"name": "hand hygiene"}])
    with pytest.raises(BadInput) as error:
        read(text, scenario)
    assert all(part in str(error.value) for part in [*told, "another name for that indicator"])


def test_an_indicator_that_is_called_like_a_series_that_was_not_seen_is_no_problem(read):
    scenario = scenario_by_hand(indicators=[{"name": "enrolled"}, {"name": "hand hygiene"}])
    assert read("month,hand hygiene\n0,.1\n1,.1", scenario).names == ["hand hygiene"]


def only_indicator(name: str) -> Scenario:
    ideas = [{"name": "checklist", "indicator": name, "effect": 0.5}]
    return scenario_by_hand(indicators=[{"name": name}], ideas=ideas)


def test_the_only_indicator_may_be_called_score(read):
    observed = read("month,score,score_measured\n0,.1,.2\n1,.3,.4", only_indicator("score"))
    assert observed.values.tolist() == [0.1, 0.2, 0.3, 0.4]


@pytest.mark.parametrize(
    ("name", "means"),
    [
        ("enrolled", "facilities enrolled"),
        ("score_measured", "mean score as measured"),
        ("month", "the month of a row"),
    ],
)
def test_the_only_indicator_cannot_be_called_like_another_column(read, name, means):
    with pytest.raises(BadInput, match=f"the column '{name}', which means {means}"):
        read(f"month,{name}\n0,0\n1,1" if name != "month" else "month,score\n0,.1\n1,.1", only_indicator(name))


def test_a_score_may_stand_in_rows_that_do_not_tell_all_indicators(read):
    observed = read("month,score,hand hygiene,TB screening\n0,.3,,\n1,.3,.2,\n2,,.3,.4\n")
    assert len(observed) == 5


def test_a_header_that_may_mean_two_indicators_is_refused(read):
    scenario = scenario_by_hand(indicators=[{"name": "Hand hygiene"}, {"name": "hand-hygiene"}], ideas=[
        {"name": name, "indicator": name, "effect": 0.5} for name in ("Hand hygiene", "hand-hygiene")
    ])  # fmt: skip
    assert read("month,hand-hygiene\n0,.1\n1,.1", scenario).names == ["hand-hygiene"]
    with pytest.raises(
        BadInput, match=r"HAND_HYGIENE: may mean several columns .allowed: exactly Hand hygiene or hand-hygiene.$"
    ):
        read("month,HAND_HYGIENE\n0,.1\n1,.1", scenario)


@pytest.mark.parametrize("order", [1, -1])
def test_what_may_mean_two_series_is_none(order):
    names = ["A", "A_measured"][::order]
    found = series_of(scenario_by_hand(indicators=[{"name": name} for name in names], ideas=[
        {"name": name, "indicator": name, "effect": 0.5} for name in names]))  # fmt: skip
    assert set(found) - set(SERIES) == {"A", "A_measured_measured"}


def test_all_problems_come_at_once(read):
    with pytest.raises(BadInput) as error:
        read("month,district,score,colour\n99,,0.5,red\n1,nowhere,7,red\n1,,0.1,\n1,,0.1,\n")
    assert len(error.value.problems) == 5


def test_simulated_values_are_those_of_the_tables(read, scenario, world):
    one = world.districts[1]
    observed = read(f"month,district,at_standard,score,score_measured\n20,,1,.5,.5\n5,{one},0,.5,.5\n4,{one},1,,.2\n")
    runs = run(scenario, world, replicates=3, first=4, seed=5)
    values = simulated(observed, runs)
    assert values.shape == (3, 8)
    for (month, district, series, _), column in zip(cells(observed), values.T, strict=True):
        told = runs.groups[(runs.groups["grouping"] == "district") & (runs.groups["group"] == district)]
        rows = told if district else runs.months
        rows = rows[rows["month"] == month].sort_values("replicate")
        assert column.tolist() == rows[SERIES[series].column].tolist()


def test_simulated_indicators_are_the_means_over_the_facilities_of_a_place(read, scenario, world):
    """Worked out from single facilities, which Mesa's agents tell."""
    one, names = world.districts[1], ["hand hygiene", "TB screening_measured", "TB screening", "hand hygiene_measured"]
    cell = "5,{},.5,.5,.5,.5\n"
    observed = read(f"month,district,{','.join(names)}\n" + cell.format("") + cell.format(one) + "4,,,,,.1\n")
    values = simulated(observed, run(scenario, world, replicates=2, seed=5, by_group=True))
    model = QIModel(scenario, world, rng=5, replicate=1)
    for _ in range(5):
        model.step()
    for (month, district, series, _), column in zip(cells(observed), values.T, strict=True):
        if month == 5:
            j = [i.name for i in scenario.indicators].index(series.removesuffix("_measured"))
            means = [
                (facility.performance if series.endswith("_measured") else facility.reported)[j]
                for facility in model.by_index
                if district in ("", world.districts[facility.district_code])
            ]
            assert column[1] == pytest.approx(np.mean(means), rel=1e-12)
    assert len(set(values[1])) == len(observed)


def test_the_score_is_the_weighted_mean_of_the_indicators(scenario, world):
    runs = run(scenario, world, replicates=2, seed=5)
    means = runs.indicators.pivot(index=["replicate", "month"], columns="indicator", values=["performance", "reported"])
    weights = np.array([1, 3]) / 4
    for column, score in (("performance", "score"), ("reported", "reported_score")):
        found = means[column][[i.name for i in scenario.indicators]].to_numpy() @ weights
        np.testing.assert_allclose(found, runs.months[score].to_numpy(), rtol=1e-12)


def test_the_synthetic_file_fits_its_scenario_and_is_what_its_script_makes():
    scenario = load_scenario(ROOT / "scenarios" / "cambodia_both.toml")
    observed = read_observed(DATA, scenario, build_world(scenario))
    assert observed.names == list(SERIES) and len(observed.districts) == 3
    assert np.isfinite(observed.values).all() and observed.last_month == 24
    spec = importlib.util.spec_from_file_location("make", ROOT / "tests" / "data" / "make.py")
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    assert make.observations().to_csv(index=False, lineterminator="\n") == DATA.read_text(encoding="utf-8")
