"""Designs: what a design file may say, the points it makes, and what is refused before anything runs."""

from __future__ import annotations

import json
import tracemalloc
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import qisim
from qisim.input.errors import BadInput
from qisim.scenario.edit import changed, current
from qisim.scenario.load import load_scenario
from qisim.scenario.origin import Origin
from qisim.sweeps.design import Design, Factor, load_design
from qisim.sweeps.design_check import check, check_factors
from qisim.sweeps.plan import plan
from qisim.sweeps.points import points, settings
from tests import small_sweeps

TURNOVER = {"key": "behaviour.turnover_annual", "name": "turnover", "low": 0.05, "high": 0.45}
TRAIT = {"key": "behaviour.trait_mean", "mean": 0.5, "sd": 0.2}
COACHES = {"key": "programme.coaching.coaches_per_district", "name": "coaches", "levels": [1, 2, 4]}
SITES = {"key": "programme.collaborative.waves.0.sites", "name": "sites", "low": 2, "high": 5, "whole": True}
FACTORS = [TURNOVER, TRAIT, COACHES, SITES]


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    small_sweeps.write(tmp_path)
    return tmp_path / "small.toml"


def made(scenario: Path, method: str, count: int | None = None, factors: list[dict] | None = None, **more: object):
    design = Design(scenario=scenario, method=method, points=count, factors=factors or FACTORS, **more)
    check(design)
    base = design.base()
    check_factors(design, base)
    return points(design, base)


def test_a_factorial_has_every_combination_once(scenario: Path) -> None:
    factors, table = made(
        scenario, "factorial", None, [COACHES, {**TURNOVER, "low": None, "high": None, "levels": [0.1, 0.2]}]
    )
    assert list(table.columns) == ["point", "coaches", "turnover"]
    assert list(zip(table["coaches"], table["turnover"], strict=True)) == [
        (c, t) for c in (1, 2, 4) for t in (0.1, 0.2)
    ]
    assert settings(factors, table.iloc[[3]]) == [
        {"programme.coaching.coaches_per_district": 2, "behaviour.turnover_annual": 0.2}
    ]


@pytest.mark.parametrize(("method", "count", "rows"), [
    ("latin_hypercube", 30, 30), ("sobol", 32, 32), ("saltelli", 8, 8 * 10), ("morris", 6, 6 * 5),
    ("one_at_a_time", None, 1 + 2 + 2 + 2 + 2),
])  # fmt: skip
def test_points_lie_where_the_design_says(scenario: Path, method: str, count: int | None, rows: int) -> None:
    factors, table = made(scenario, method, count)
    assert len(table) == rows and list(table["point"]) == list(range(rows))
    assert table["turnover"].between(0.05, 0.45).all()
    assert table["behaviour.trait_mean"].between(0, 1).all()
    assert set(table["coaches"]) <= {1, 2, 4} and set(table["sites"]) <= {2, 3, 4, 5}
    base = load_scenario(scenario)
    for setting in settings(factors, table):
        changed(base, setting)
    again = made(scenario, method, count)[1]
    small_sweeps.same(table, again)


def test_another_seed_chooses_other_points(scenario: Path) -> None:
    one, other = (made(scenario, "latin_hypercube", 8, seed=seed)[1] for seed in (1, 2))
    assert not one.equals(other)


def test_a_latin_hypercube_has_one_point_in_each_slice(scenario: Path) -> None:
    table = made(scenario, "latin_hypercube", 20, [TURNOVER])[1]
    slices = np.floor((table["turnover"] - 0.05) / 0.4 * 20)
    assert sorted(slices) == list(range(20))


def test_saltelli_points_are_read_by_salib_as_they_are_meant(scenario: Path) -> None:
    sobol = pytest.importorskip("SALib.analyze.sobol")
    names = ["behaviour.turnover_annual", "behaviour.trait_mean", "behaviour.visit_skill"]
    table = made(scenario, "saltelli", 1024, [{"key": name, "low": 0, "high": 0.9} for name in names])[1]
    x = table[names].to_numpy() / 0.9 * 2 * np.pi - np.pi
    y = np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])  # Ishigami
    found = sobol.analyze({"num_vars": 3, "names": names, "bounds": [[0, 0.9]] * 3}, y, calc_second_order=True, seed=1)
    assert found["S1"] == pytest.approx([0.314, 0.442, 0], abs=0.03)
    assert found["ST"] == pytest.approx([0.558, 0.442, 0.244], abs=0.03)
    assert found["S2"][0, 2] == pytest.approx(0.244, abs=0.05)


def test_morris_changes_one_factor_a_step(scenario: Path) -> None:
    table = made(scenario, "morris", 5)[1].drop(columns="point").to_numpy().reshape(5, 5, 4)
    moved = (np.diff(table, axis=1) != 0).sum(axis=1)
    assert (moved == 1).all()


def test_one_at_a_time_starts_from_the_scenario(scenario: Path) -> None:
    table = made(scenario, "one_at_a_time")[1]
    base = load_scenario(scenario)
    assert table.loc[0, "turnover"] == current(base, "behaviour.turnover_annual")
    assert (table.loc[0, "coaches"], table.loc[0, "sites"]) == (1, 4)
    others = table.iloc[1:].drop(columns="point")
    assert ((others != others.columns.map(table.iloc[0]).to_numpy()).sum(axis=1) == 1).all()


def test_points_of_ones_own(scenario: Path) -> None:
    (scenario.parent / "own.csv").write_text("turnover,coaches\n0.1,1\n0.3,2\n")
    design = {"scenario": "small.toml", "method": "points", "file": "own.csv"}
    path = scenario.parent / "own.toml"
    path.write_text("\n".join(f"{k} = {json.dumps(v)}" for k, v in design.items())
                    + '\n[[factors]]\nname = "turnover"\nkey = "behaviour.turnover_annual"\n'
                    '[[factors]]\nname = "coaches"\nkey = "programme.coaching.coaches_per_district"\n')  # fmt: skip
    table = plan(load_design(path)).points
    assert table["turnover"].tolist() == [0.1, 0.3] and table["coaches"].tolist() == [1, 2]
    (scenario.parent / "own.csv").write_text("behaviour.turnover_annual\n0.1\n2.5\n")
    with pytest.raises(BadInput, match="no column"):
        plan(load_design(path))


OWN = """
scenario = "small.toml"
method = "points"
file = "own.csv"
[[factors]]
name = "turnover"
key = "behaviour.turnover_annual"
[[factors]]
name = "coaches"
key = "programme.coaching.coaches_per_district"
[[factors]]
name = "policy"
key = "programme.coaching.policy"
"""


def own(scenario: Path, rows: str, design: str = OWN) -> Design:
    """A design whose points are a user's table."""
    (scenario.parent / "own.csv").write_text(rows)
    path = scenario.parent / "own.toml"
    path.write_text(design)
    return load_design(path)


@pytest.mark.parametrize(("rows", "told"), [
    ("0.1,1,weakest\n0.3,2,weakst\n", [(3, "policy", "found 'weakst'", "weakest")]),
    ("0.1,1,weakest\nmany,2,weakest\n0.2,1,weakest\n", [(3, "turnover", "found 'many'", "")]),
    ("0.1,1,weakest\n\n0.2,1.5,weakest\n7,2,weakest\n",
     [(4, "coaches", "found 1.5", ""), (5, "turnover", "found 7", "")]),
    ("0.1,1,weakest\n0.2,,weakest\n0.3,-2,weakest\n",
     [(3, "coaches", "is empty", ""), (4, "coaches", "found -2", "")]),
    ("0.1,1,weakest\n0.1,1,weakest,4\n", [(3, "", "has 4 values", "")]),
    ("9,0.1,1,weakest\n9,0.3,2,weakest\n", [(2, "", "has 4 values", ""), (3, "", "has 4 values", "")]),
])  # fmt: skip
def test_what_is_wrong_in_a_users_table_is_told_with_line_and_column(scenario: Path, rows: str, told: list) -> None:
    with pytest.raises(BadInput) as refused:
        plan(own(scenario, "turnover,coaches,policy\n" + rows))
    found = refused.value.problems
    assert [(p.line, p.key, p.nearest) for p in found] == [(line, column, near) for line, column, _, near in told]
    for problem, (_, _, what, _) in zip(found, told, strict=True):
        assert problem.what.startswith(what) and problem.where == str(scenario.parent / "own.csv")


def test_a_users_table_as_spreadsheets_write_it(scenario: Path) -> None:
    table = plan(own(scenario, "turnover;coaches;policy\n0.1;1.0;weakest \n0.3;2.0; nearest\n")).points
    assert table["coaches"].tolist() == [1, 2] and table["policy"].tolist() == ["weakest", "nearest"]


def test_separators_at_the_ends_of_rows_are_no_values(scenario: Path) -> None:
    table = plan(own(scenario, "turnover,coaches,policy\n0.1,1,weakest,\n0.3,2,nearest,\n")).points
    assert table["turnover"].tolist() == [0.1, 0.3] and table["policy"].tolist() == ["weakest", "nearest"]


def test_parameter_sets_of_ones_own_are_no_level(scenario: Path) -> None:
    """Their file would be neither kept with the sweep nor part of what it is known by."""
    (scenario.parent / "sets.csv").write_text("works_base\n-1.2\n-0.8\n")
    with pytest.raises(BadInput, match="keeps no file of parameter sets"):
        plan(Design(scenario=scenario, method="factorial", factors=[{"key": "parameters", "levels": ["sets.csv"]}]))
    with pytest.raises(BadInput, match="keeps no file of parameter sets"):
        plan(own(scenario, "parameters\nplausible\nsets.csv\n", OWN[: OWN.index("[[factors]]")]))
    assert len(made(scenario, "factorial", None, [{"key": "parameters", "levels": ["plausible"]}])[1]) == 1


def test_a_wrong_key_in_a_users_table_is_told_once(scenario: Path) -> None:
    with pytest.raises(BadInput) as refused:
        plan(own(scenario, "behaviour.turnovr_annual,months\n0.1,5\n0.2,6\n", OWN[: OWN.index("[[factors]]")]))
    assert [(p.line, p.key, p.nearest) for p in refused.value.problems] == [
        (1, "behaviour.turnovr_annual", "behaviour.turnover_annual")
    ]


def test_a_scenario_is_no_design(scenario: Path) -> None:
    with pytest.raises(BadInput, match="is a scenario, not a design") as refused:
        load_design(scenario)
    assert len(refused.value.problems) == 1


@pytest.mark.parametrize(("factor", "key"), [
    ({"low": 0.1, "high": 7}, "high"), ({"low": -1, "high": 0.3}, "low"), ({"low": 0.1, "mode": 3, "high": 5}, "mode"),
])  # fmt: skip
def test_the_end_that_is_out_of_range_is_named(scenario: Path, factor: dict, key: str) -> None:
    with pytest.raises(BadInput) as refused:
        made(scenario, "sobol", 4, [{"key": "behaviour.turnover_annual", **factor}])
    assert refused.value.problems[0].key.endswith(f".{key}")


def test_every_bad_level_is_told(scenario: Path) -> None:
    with pytest.raises(BadInput) as refused:
        made(scenario, "factorial", None, [{"key": "behaviour.turnover_annual", "levels": [0.1, 3, 5]}])
    assert [problem.what.partition(": ")[2].partition(";")[0] for problem in refused.value.problems] == [
        "found 3", "found 5"
    ]  # fmt: skip


@pytest.mark.parametrize("method", ["latin_hypercube", "saltelli", "morris", "factorial"])
def test_many_points_take_little_memory(scenario: Path, method: str) -> None:
    """A million points and four factors are to fit beside all else."""
    levels = [{"key": "months", "levels": list(range(1, 41))}, {"key": "target.score", "levels": [0.01 * i for i in
              range(1, 51)]}, {"key": "behaviour.trait_mean", "levels": [0.1, 0.2]}]  # fmt: skip
    count = {"latin_hypercube": 4096, "saltelli": 512, "morris": 800, "factorial": None}[method]
    made(scenario, method, 4 if count else None, levels if not count else None)  # what is loaded once
    tracemalloc.start()
    try:
        table = made(scenario, method, count, levels if not count else None)[1]
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    cells = len(table) * (len(table.columns) - 1)
    assert len(table) >= 4000 and most < 48 * cells + 200_000


def test_levels_of_any_kind_stand_in_the_table_by_a_name() -> None:
    assert Factor(key="a", levels=[1, 2.5]).shown == [1.0, 2.5]
    assert Factor(key="a", levels=[True, False]).shown == [True, False]
    assert Factor(key="start", levels=[date(2020, 1, 1), date(2021, 1, 1)]).shown == ["2020-01-01", "2021-01-01"]
    mixed = Factor(key="programme.coaching", levels=[{"remove": True}, {"kind": "coaching"}], labels=["none", "some"])
    assert mixed.value("none") == {"remove": True}
    unnamed = Factor(key="a", levels=[[1, 2], "x"])
    assert [unnamed.value(cell) for cell in unnamed.shown] == [[1, 2], "x"]


@given(st.floats(0, 1), st.integers(1, 7))
def test_every_share_has_a_level(u: float, count: int) -> None:
    factor = Factor(key="a", levels=list(range(count)))
    assert factor.at(u) in range(count)
    assert Factor(key="a", low=2, high=1 + count, whole=True).at(u) in range(2, 2 + count)


REFUSED = [
    ({"method": "sobl"}, "method: found 'sobl'; did you mean 'sobol'"),
    ({"method": "sobol", "points": 5}, "a power of 2, such as 4 or 8"),
    ({"method": "latin_hypercube", "points": None}, "points: is missing"),
    ({"method": "factorial", "points": None}, "needs levels"),
    ({"scenario": "smal.toml"}, "did you mean 'small.toml'"),
    ({"factors": []}, "factors: is missing"),
    ({"factors": [{"key": "behaviour.turnovr_annual", "levels": [1]}]}, "did you mean 'behaviour.turnover_annual'"),
    ({"factors": [{"key": "programme.coachin.policy", "levels": ["weakest"]}]},
     "did you mean 'programme.coaching.policy'"),
    ({"factors": [{"key": "programme.coaching.policy", "levels": ["weakst"]}]}, "found 'weakst'; did you mean"),
    ({"factors": [{"key": "months", "low": 4.5, "high": 9}]}, "whole = true"),
    ({"factors": [{"key": "behaviour.trait_mean", "low": 0.5, "high": 1.5}]}, "found 1.5"),
    ({"factors": [{"key": "behaviour.trait_mean", "low": 0.9, "high": 0.5}]}, "rising order"),
    ({"factors": [{"key": "target.score", "mean": 0.5, "sd": 0.1}]}, "a normal distribution is for"),
    ({"factors": [{"key": "behaviour.trait_mean"}]}, "give one of levels"),
    ({"factors": [{"key": "behaviour.trait_mean", "levels": [0.1, 0.1]}]}, "a level twice"),
    ({"factors": [TURNOVER, TURNOVER]}, "'behaviour.turnover_annual' twice"),
    ({"factors": [{**TURNOVER, "name": "replicate"}]}, "a column of every sweep"),
    ({"factors": [{"ky": "months"}]}, "did you mean 'key'"),
    ({"factors": [{"key": "world.facilities", "levels": ["a.csv"]}]}, "cannot be varied"),
    ({"outcomes": ["time_to_targt"]}, "did you mean 'time_to_target'"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "told"), REFUSED, ids=lambda value: value if isinstance(value, str) else "")
def test_what_is_wrong_is_told_before_anything_runs(scenario: Path, said: dict, told: str) -> None:
    kept = {"scenario": "small.toml", "method": "latin_hypercube", "points": 4, "factors": [TURNOVER], **said}
    with pytest.raises(BadInput) as refused:
        plan(Design(Origin(folder=scenario.parent), **kept))
    assert told in str(refused.value)


def test_a_problem_names_file_and_line(tmp_path: Path) -> None:
    path = small_sweeps.write(tmp_path)
    path.write_text(small_sweeps.DESIGN.replace("0.45]", "45]"))
    with pytest.raises(BadInput) as refused:
        plan(load_design(path))
    line = path.read_text().splitlines().index("levels = [0.1, 0.2, 0.3, 45]") + 1
    problem = refused.value.problems[0]
    assert (problem.where, problem.line) == (str(path), line)
    assert problem.key == "factors (number 3).levels"


@pytest.mark.parametrize("path", sorted((Path(__file__).parents[3] / "scenarios" / "designs").glob("*.toml")), ids=str)
def test_shipped_designs_can_be_run(path: Path) -> None:
    assert len(plan(load_design(path)).points) > 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("programme.coaching", "programme.coaching.days_per_month"),
        ("programme.1.days_per_month", "programme.coaching.days_per_month"),
        ("programme", "programme.coaching"),
        ("behaviour", "behaviour.turnover_annual"),
    ],
)
def test_keys_of_which_one_holds_another_are_refused(tmp_path: Path, one: str, other: str) -> None:
    """By a design, by a table of points, and by changes to a study, in whatever order they stand."""
    small_sweeps.write(tmp_path)
    study = qisim.load(tmp_path / "small.toml")
    levels = {key: current(study.scenario, key) for key in (one, other)}
    for keys in ((one, other), (other, one)):
        factors = [{"key": key, "levels": [levels[key]]} for key in keys]
        with pytest.raises(BadInput) as error:
            check_factors(Design(scenario=study.scenario, method="factorial", factors=factors), study.scenario)
        assert all(key in str(error.value) for key in keys)
        with pytest.raises(BadInput, match="would undo"):
            study.changed({key: levels[key] for key in keys})
        (tmp_path / "points.csv").write_text(",".join(keys) + "\n1,2\n", encoding="utf-8")
        with pytest.raises(BadInput, match=r"points\.csv, line 1: .*would undo"):
            plan(load_design(_points_design(tmp_path)))


def test_a_table_in_the_place_of_an_element_keeps_its_name(tmp_path: Path) -> None:
    small_sweeps.write(tmp_path)
    study = qisim.load(tmp_path / "small.toml").changed({"programme.coaching.name": "district coach"})
    for table in ({"kind": "coaching", "coaches_per_district": 2}, {"kind": "campaign"}):
        assert study.changed({"programme.district coach": table}).scenario.programme[1].name == "district coach"
    renamed = study.changed({"programme.district coach": {"kind": "coaching", "name": "peers", "coaches": 1}})
    assert renamed.scenario.programme[1].name == "peers"
    idea = {"indicator": "hand hygiene", "effect": 0.3}
    assert study.changed({"ideas.peer monitoring": idea}).scenario.ideas[0].effect == 0.3


def _points_design(folder: Path) -> Path:
    path = folder / "own.toml"
    path.write_text('scenario = "small.toml"\nmethod = "points"\nfile = "points.csv"\n', encoding="utf-8")
    return path
