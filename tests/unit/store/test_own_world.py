"""A study with facilities and ties given from Python keeps them wherever it is saved, loaded, swept or calibrated."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import qisim
from qisim.input.errors import BadInput
from qisim.outcomes.measures import measures
from qisim.replay.replay import replay
from qisim.store.kept_world import WORLD, read_world, same, with_world
from qisim.study.run import run
from qisim.study.study import Study
from qisim.sweeps.store import Sweep
from qisim.world.network import peer_network
from qisim.world.ties import Ties
from tests import small_sweeps

FACTORS = [{"key": "behaviour.peer_influence", "levels": [0.2, 1.0]}]


@pytest.fixture
def own(tmp_path: Path) -> Study:
    """A study whose facilities all know each other, the first of them large and slow to reach."""
    small_sweeps.write(tmp_path)
    study = qisim.load(tmp_path / "small.toml")
    facilities = study.world.facilities.copy()
    facilities.loc[0, ["staff", "travel_days"]] = [90, 2.5]
    facilities["note"] = ["=ክ"] * 5 + [None]
    a, b = np.triu_indices(len(facilities), 1)
    network = peer_network(facilities, [Ties("user", a, b, np.full(len(a), 1.75))])
    return Study(study.scenario, replace(study.world, facilities=facilities, network=network))


def in_its_world(study: Study, sweep: Sweep) -> None:
    """Hold that each point gives what a run of it in the study's world gives."""
    for point, cell in enumerate(sweep.points["behaviour.peer_influence"]):
        found = run(study.changed({"behaviour.peer_influence": cell}).scenario, study.world, replicates=3, seed=1)
        rows = sweep.runs[sweep.runs["point"] == point]
        for measure in measures([found]):
            assert np.array_equal(rows[measure.key], measure.values(found), equal_nan=True), measure.key


def test_saved_results_give_the_world_back(own: Study, tmp_path: Path) -> None:
    saved = own.run(replicates=2)
    qisim.save_results(saved, tmp_path / "out")
    loaded = qisim.load_results(tmp_path / "out")
    assert same(loaded.world, own.world)
    qisim.save_results(loaded, tmp_path / "again")
    assert (tmp_path / "again" / WORLD).read_bytes() == (tmp_path / "out" / WORLD).read_bytes()
    assert not replay(tmp_path / "out", 1).difference


def test_a_world_that_the_scenario_makes_is_not_kept_twice(own: Study, tmp_path: Path) -> None:
    plain = Study(own.scenario)
    assert with_world(plain.scenario, plain.world, {}) == {}
    plain.world.facilities.loc[0, "staff"] = 91  # in place, behind everyone's back
    assert set(with_world(plain.scenario, plain.world, {})) == {WORLD}


def test_a_sweep_runs_in_the_study_s_world_and_goes_on_in_it(own: Study, tmp_path: Path) -> None:
    design = qisim.Design(scenario=own, method="factorial", factors=FACTORS, replicates=3)
    found = qisim.sweep(design, out=tmp_path / "out", workers=2)
    in_its_world(own, found)
    with pytest.raises(BadInput, match="holds another sweep, with other facilities"):
        qisim.sweep(design.model_copy(update={"scenario": Study(own.scenario)}), out=tmp_path / "out")
    again = qisim.sweep(qisim.load_sweep(tmp_path / "out").design, out=tmp_path / "again")
    pd.testing.assert_frame_equal(again.runs, found.runs, check_exact=True)
    assert same(again.world, own.world)


def test_facilities_given_from_python_are_not_varied_or_changed(own: Study, tmp_path: Path) -> None:
    factors = [{"key": "world.districts", "levels": [2, 3]}]
    with pytest.raises(BadInput, match="the facilities were given from Python"):
        qisim.sweep(qisim.Design(scenario=own, method="factorial", factors=factors), out=tmp_path / "out")
    for changes in (
        {"world.districts": 3},
        {"indicators.hand hygiene.name": "a", "ideas.peer monitoring.indicator": "a"},
    ):
        with pytest.raises(BadInput, match="the facilities were given from Python"):
            own.changed(changes)
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("few_charts")
def test_comparison_and_tracking_keep_the_world(own: Study, tmp_path: Path) -> None:
    none = Ties("user", np.zeros(0, int), np.zeros(0, int), np.zeros(0))
    alone = replace(own.world, network=peer_network(own.world.facilities, [none]))
    compared = qisim.compare([own, Study(own.scenario, alone)], replicates=4)
    compared.save(tmp_path / "compared")
    for label, world in (("A", own.world), ("B", alone)):
        kept = (tmp_path / "compared" / "inputs" / label / "world.json").read_bytes()
        assert same(read_world(kept, WORLD), world)
    (tmp_path / "seen.csv").write_text("month,at_standard\n2024-02,1\n2024-05,2\n", encoding="utf-8")
    qisim.track(own, tmp_path / "seen.csv", replicates=100).save(tmp_path / "tracked", files={})
    assert same(read_world((tmp_path / "tracked" / WORLD).read_bytes(), WORLD), own.world)


def test_a_calibration_simulates_the_study_s_world(own: Study, tmp_path: Path) -> None:
    (tmp_path / "seen.csv").write_text("month,at_standard\n2024-02,1\n2024-05,2\n", encoding="utf-8")
    asked = {"parameters": ["works_base"], "simulations": 200, "rounds": 1, "out": tmp_path / "out"}
    ours = qisim.calibrate(own, tmp_path / "seen.csv", **asked)
    assert same(read_world((tmp_path / "out" / WORLD).read_bytes(), WORLD), own.world)
    with pytest.raises(BadInput, match="the facilities"):
        qisim.calibrate(Study(own.scenario), tmp_path / "seen.csv", **asked)
    other = qisim.calibrate(Study(own.scenario), tmp_path / "seen.csv", **{**asked, "out": None})
    assert not np.array_equal(ours.fitted.prior.cells, other.fitted.prior.cells)


@pytest.mark.parametrize(
    "change",
    [
        {"source": [5] * 15}, {"target": [99] * 15}, {"tie": [9] * 15}, {"weight": [-1.0] * 15}, {"district": [7] * 6},
        {"kind": [0]}, {"facilities": {}}, {"ties": 5}, {"district_province": []},
    ],
)  # fmt: skip
def test_a_damaged_world_is_refused(own: Study, change: dict[str, object]) -> None:
    content = with_world(own.scenario, own.world, {})[WORLD]
    with pytest.raises(BadInput, match="is damaged"):
        read_world(json.dumps({**json.loads(content), **change}).encode(), WORLD)


def test_a_world_that_no_file_can_hold_is_refused(own: Study) -> None:
    facilities = own.world.facilities.assign(visited=pd.Timestamp("2024-01-01"))
    with pytest.raises(BadInput, match=r"cannot be kept|no file keeps"):
        with_world(own.scenario, replace(own.world, facilities=facilities), {})
