"""What outcomes mean is kept as it is told elsewhere, and a name holds nothing that differs between points."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import qisim
from qisim.outcomes.meaning import meaning_of
from qisim.scenario.load import load_scenario
from qisim.workers.structure import Structure
from qisim.world.world import build_world

SCENARIOS = Path(__file__).parents[3] / "scenarios"
VALUES = (0.0, 0.004, 0.5, 1.0, 7.0, 23.46, 1234.5, 2_345_678.9)


@pytest.fixture(scope="module")
def structure() -> Structure:
    scenario = load_scenario(SCENARIOS / "cambodia.toml")
    return Structure(scenario, build_world(scenario))


def test_values_and_differences_read_as_in_a_comparison(structure: Structure) -> None:
    kinds = set()
    for measure in structure.measures.values():
        told = meaning_of(measure, structure.scenario)
        kinds.add(told.kind)
        assert (told.name, told.unit, told.less_is_better) == (measure.name, measure.unit, measure.less_is_better)
        for value in VALUES:
            assert (told.form(value), told.gap(value)) == (measure.form(value), measure.gap(value)), measure.key
    assert kinds == {"time", "chance", "level", "money", "gap", "share", "effort"}


@pytest.mark.parametrize(
    ("varied", "gone"),
    [("target.coverage", "25%"), ("target", "25%"), ("months", "48"), ("start", r"\(\w{3} \d{4}\)")],
)
def test_a_name_holds_nothing_that_differs_between_points(structure: Structure, varied: str, gone: str) -> None:
    plain = [meaning_of(measure, structure.scenario).name for measure in structure.measures.values()]
    told = [meaning_of(measure, structure.scenario, [varied]).name for measure in structure.measures.values()]
    assert any(re.search(gone, name) for name in plain)
    assert not any(re.search(gone, name) for name in told)


@pytest.mark.slow
def test_meanings_are_read_from_the_sweep_and_no_scenario_is_built(tmp_path: Path) -> None:
    design = qisim.Design(
        scenario=str(SCENARIOS / "one_district.toml"),
        method="factorial",
        replicates=3,
        outcomes=["time_to_target", "score_at_end"],
        factors=[
            {"name": "target", "key": "target.coverage", "levels": [0.4, 0.6]},
            {"name": "turnover", "key": "behaviour.turnover_annual", "levels": [0.1, 0.2, 0.4]},
        ],
    )
    qisim.sweep(design, out=tmp_path / "s")
    path = tmp_path / "s" / "sweep.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["scenario"] = {"extends": "nothing"}
    path.write_text(json.dumps(manifest), encoding="utf-8")
    found = qisim.sensitivity(tmp_path / "s")
    assert [one.measure.less_is_better for one in found.analyses] == [True, False]
    assert "the target share of facilities" in found.of("time_to_target").measure.name
    del manifest["meanings"]
    path.write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(qisim.BadInput, match="is damaged, or is no manifest of a sweep"):
        qisim.sensitivity(tmp_path / "s")
