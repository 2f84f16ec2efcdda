"""Sweeps of a small design: the same bits however they are run, what is stored, what is refused."""

from __future__ import annotations

import importlib
import json
import logging
import os
import shutil
import stat
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

import qisim
from qisim.cli import app
from qisim.input.errors import BadInput
from qisim.outcomes.measures import measures
from qisim.scenario.edit import changed
from qisim.study.run import run
from qisim.sweeps import experiment, plan
from qisim.sweeps.experiment import PointFailed, SweepStopped, Told
from qisim.sweeps.layout import Layout
from qisim.sweeps.status import Status, status
from qisim.sweeps.store import Store, Sweep
from qisim.sweeps.task import Chunk, OtherCode, Question, crashed, evaluate
from qisim.workers.choose import pool_of
from qisim.workers.pools import Halted
from qisim.workers.structure import structure_key
from tests import small_sweeps
from tests.small_sweeps import LAYOUT, design, same


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    """The small sweep, undisturbed."""
    folder = tmp_path_factory.mktemp("whole")
    return experiment.sweep(design(folder), folder / "out", layout=LAYOUT)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    small_sweeps.write(tmp_path)
    return tmp_path


class Backwards:
    """An executor that finishes the last that it was given first, late."""

    _max_workers = 5

    def __init__(self) -> None:
        self.waiting: list[tuple[Future[Any], Callable[..., Any], tuple[Any, ...]]] = []

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.waiting.append((future, function, arguments))
        if len(self.waiting) == 6 or arguments[1].number >= 28:
            for other, work, given in reversed(self.waiting):
                other.set_result(work(*given))
            self.waiting.clear()
        return future


@pytest.mark.parametrize("layout", [(1, 1), (48, 20), (7, 3), (5, 20), (48, 1)])
def test_division_into_chunks_changes_nothing(whole: Sweep, folder: Path, layout: tuple[int, int]) -> None:
    made = design(folder, replicates=20 if layout != (1, 1) else 2)
    found = experiment.sweep(made, folder / "out", layout=layout)
    assert found.complete
    same(found.runs, whole.runs[whole.runs["replicate"] < made.replicates])


@pytest.mark.parametrize("how", ["threads", "processes", "backwards"])
def test_who_runs_it_changes_nothing(whole: Sweep, folder: Path, how: str) -> None:
    if how == "threads":
        with ThreadPoolExecutor(3) as pool:
            found = experiment.sweep(design(folder), folder / "out", layout=LAYOUT, executor=pool)
    elif how == "processes":
        found = experiment.sweep(design(folder), folder / "out", layout=LAYOUT, workers=2)
    else:
        found = experiment.sweep(design(folder), folder / "out", layout=LAYOUT, executor=Backwards())
    same(found.runs, whole.runs)


def test_a_point_gives_what_a_run_of_its_scenario_gives(whole: Sweep) -> None:
    """Factors of behaviour, of ideas and of the programme: each as if it had been run alone."""
    for point in (0, 13, 31):
        setting = {f.key: whole.points.loc[point, f.called].item() for f in whole.design.factors}
        alone = run(changed(whole.scenario, setting), replicates=20, seed=3)
        rows = whole.runs[whole.runs["point"] == point]
        for measure in measures([alone]):
            assert rows[measure.key].tolist() == measure.values(alone).tolist(), measure.key


def test_points_share_their_luck(folder: Path) -> None:
    """Two points that differ in nothing that matters give the same futures."""
    made = design(folder, factors=[{"key": "title", "levels": ["one", "other"]}])
    runs = experiment.sweep(made, folder / "out").runs
    one, other = (runs[runs["point"] == point].drop(columns="point").reset_index(drop=True) for point in (0, 1))
    same(one, other)
    assert one["score_at_end"].nunique() > 5


def test_uncertain_quantities_are_drawn_anew_in_each_replicate(folder: Path) -> None:
    path = folder / "small.toml"
    path.write_text(path.read_text() + "[behaviour]\nworks_base = { low = -3, high = 0 }\n")
    made = design(folder)
    path.write_text(path.read_text() + "[behaviour]\nworks_base = { low = -3, high = 0 }\n")
    found = experiment.sweep(made, folder / "out", layout=(11, 3))
    setting = {f.key: found.points.loc[0, f.called].item() for f in found.design.factors}
    alone = run(changed(found.scenario, setting), replicates=20, seed=3)
    assert found.runs.query("point == 0")["score_at_end"].tolist() == alone.months.query("month == 6")["score"].tolist()


def test_what_has_the_same_structure_goes_through_the_core_together(whole: Sweep) -> None:
    same_structure = {"behaviour.turnover_annual": 0.3, "ideas.peer monitoring.effect": 0.2, "title": "other",
                      "indicators.hand hygiene.baseline": 0.1}  # fmt: skip
    assert structure_key(changed(whole.scenario, same_structure)) == structure_key(whole.scenario)
    for key, value in (
        ("target.score", 0.3),
        ("programme.coaching.days_per_month", 3),
        ("world.seed", 5),
        ("months", 3),
    ):
        assert structure_key(changed(whole.scenario, {key: value})) != structure_key(whole.scenario)


def test_a_point_that_cannot_be_run_is_recorded(whole: Sweep) -> None:
    failing = set(whole.points[whole.points["sites"] == 60]["point"])
    assert len(failing) == small_sweeps.FAILING
    assert set(whole.failures["point"]) == failing and len(whole.failures) == 20 * len(failing)
    assert whole.failures["error"].str.contains("sites: found 60").all()
    outcomes = whole.manifest.outcomes
    assert whole.failures[outcomes].isna().all(axis=None)
    assert whole.runs.loc[whole.runs["error"] == "", outcomes].notna().all(axis=None)


def test_strict_stops_at_such_a_point_each_time(folder: Path) -> None:
    for _ in range(2):
        with pytest.raises(PointFailed, match="sites: found 60"):
            experiment.sweep(design(folder), folder / "out", layout=LAYOUT, strict=True)


def test_a_finished_sweep_runs_nothing(whole: Sweep) -> None:
    before = {path: path.stat().st_mtime_ns for path in (whole.folder / "runs").iterdir()}
    told: list[tuple[int, int]] = []
    again = experiment.sweep(design(whole.folder.parent), whole.folder, told=Told(progress=lambda *n: told.append(n)))
    assert again.complete and not told
    assert before == {path: path.stat().st_mtime_ns for path in (whole.folder / "runs").iterdir()}


def test_a_sweep_that_was_stopped_goes_on(whole: Sweep, folder: Path) -> None:
    class Enough(Exception):
        pass

    def stop(done: int, total: int) -> None:
        if 0 < done < total and len(list((folder / "out" / "runs").glob("*.parquet"))) % 7 == 0:
            raise Enough

    times = 0
    for _ in range(9):
        try:
            found = experiment.sweep(design(folder), folder / "out", layout=LAYOUT, told=Told(progress=stop))
            break
        except Enough:
            times += 1
            assert not qisim.load_sweep(folder / "out").complete
    assert times >= 3
    same(found.runs, whole.runs)


def test_an_interrupted_sweep_has_run_all_points_about_equally_often() -> None:
    layout = Layout(points=10, replicates=9, points_a_chunk=4, replicates_a_chunk=2)
    seen: list[tuple[int, int]] = []
    for number in range(layout.chunks):
        points, replicates = layout.part(number)
        seen += [(p, r) for p in points for r in replicates]
        counts = pd.Series([p for p, _ in seen]).value_counts().reindex(range(10), fill_value=0)
        assert counts.max() - counts.min() <= 2
    assert sorted(seen) == [(p, r) for p in range(10) for r in range(9)]


@pytest.mark.parametrize(("other", "told"), [
    ({"seed": 4}, "seed 3, now 4"), ({"replicates": 21}, "replicates 20, now 21"),
    ({"outcomes": ["score_at_end"]}, "other outcomes"),
    ({"factors": [{"key": "months", "levels": [3]}]}, "other factors"),
])  # fmt: skip
def test_another_design_is_not_mixed_in(whole: Sweep, other: dict[str, Any], told: str) -> None:
    with pytest.raises(BadInput, match=told):
        experiment.sweep(design(whole.folder.parent, **other), whole.folder)


def test_another_scenario_or_code_is_not_mixed_in(whole: Sweep, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = design(folder)
    (folder / "small.toml").write_text(small_sweeps.SCENARIO.replace("months = 6", "months = 7"))
    with pytest.raises(BadInput, match="months 6, now 7"):
        experiment.sweep(made, whole.folder)
    monkeypatch.setattr("qisim.store.deciding.sources", lambda *rooms: "other")
    with pytest.raises(BadInput, match="another state of qisim's code"):
        experiment.sweep(design(folder), whole.folder)


def test_a_worker_with_other_code_is_refused(whole: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    question = Question.of(whole.manifest.scenario, {}, 3, ["score_at_end"])
    monkeypatch.setattr("qisim.store.deciding.sources", lambda *rooms: "other")
    with pytest.raises(OtherCode, match="other code"):
        evaluate(question, Chunk(0, range(1), range(1), [{}]))


def test_the_way_points_were_chosen_is_part_of_a_sweep(folder: Path) -> None:
    """The same points by another method give the same runs, but another analysis."""
    made = design(folder, method="one_at_a_time", factors=[{"key": "behaviour.turnover_annual", "levels": [0.1, 0.2]}])
    experiment.sweep(made, folder / "out", layout=LAYOUT)
    (folder / "own.csv").write_text("behaviour.turnover_annual\n0.1\n0.2\n")
    other = design(folder, method="points", factors=None, file="own.csv")
    with pytest.raises(BadInput, match="method one_at_a_time, now points"):
        experiment.sweep(other, folder / "out")


SITES = "programme.collaborative.waves.0.sites"


def test_points_that_fail_do_not_hide_one_that_runs(folder: Path) -> None:
    """All of the few points that are tried first fail."""
    sites = [60 + i for i in range(9)]
    made = design(folder, replicates=2, factors=[{"key": SITES, "levels": [*sites[:3], 3, *sites[3:]]}])
    found = experiment.sweep(made, folder / "out")
    assert found.complete and set(found.runs.query("error == ''")["point"]) == {3}
    assert found.runs.query("point == 3")["score_at_end"].notna().all()


def test_outcomes_that_one_level_alone_has_are_kept(folder: Path) -> None:
    """Costs are told where there are prices."""
    levels = [None] * 3 + [{"currency": "USD", "coach_days": 30.0}] + [None] * 5
    costs = {"key": "costs", "levels": levels, "labels": [f"list {i}" for i in range(9)]}
    found = experiment.sweep(design(folder, replicates=2, factors=[costs]), folder / "out").runs
    assert found["cost"].notna().tolist() == (found["point"] == 3).tolist()


def test_outcomes_of_a_level_between_others_are_kept(folder: Path) -> None:
    """A chance by month 12 is told where 12 months are passed, but of very many months fewer chances are told."""
    made = design(folder, replicates=1, factors=[{"key": "months", "levels": [3, 14, 4, 5, 6, 7, 8, 9, 74]}])
    found = experiment.sweep(made, folder / "out").runs
    assert found["reached_by_12"].notna().tolist() == (found["point"] == 1).tolist()


def test_money_that_differs_between_points_is_told_as_such(folder: Path) -> None:
    path = folder / "small.toml"
    costs = [{"currency": money, "coach_days": 30.0} for money in ("USD", "KES", "KES")]
    made = design(folder, replicates=1, factors=[{"key": "costs", "levels": costs[:2]}])
    path.write_text(path.read_text() + "[costs]\ncurrency = 'USD'\ncoach_days = 5\n")
    meanings = experiment.sweep(made, folder / "out").manifest.meanings
    for key in ("cost", "cost_per_facility"):
        told = meanings[key]
        assert told.name.endswith(", each point's own currency")
        assert told.unit == told.gap_unit == "each point's own currency"
    other = {"key": "costs", "levels": [costs[1], {**costs[2], "coach_days": 20.0}]}
    told = experiment.sweep(design(folder, replicates=1, factors=[other]), folder / "other").manifest.meanings["cost"]
    assert (told.name, told.unit) == ("cost, KES", "KES")


def test_a_run_in_which_nothing_is_spent_does_not_hang_on_others(folder: Path) -> None:
    """What a facility costs must not depend on which runs go through the core together."""
    made = design(folder, factors=[{"key": "behaviour.session_attendance", "levels": [0.0, 0.2]}])
    text = small_sweeps.SCENARIO.replace("sites = 4", "sites = 1")
    (folder / "small.toml").write_text(text + "[costs]\nattendances = 3\n")
    together = experiment.sweep(made, folder / "together", layout=(2, 20)).runs
    alone = experiment.sweep(made, folder / "alone", layout=(1, 1)).runs
    assert together["cost"].eq(0).any() and together["cost"].gt(0).any()
    same(together, alone)
    assert (together["cost_per_facility"].isna() == together["cost"].eq(0)).all()


def test_a_design_of_which_no_point_can_be_run_is_refused(folder: Path) -> None:
    made = design(folder, factors=[{"key": SITES, "levels": [60, 61]}])
    with pytest.raises(BadInput, match=r"none of the 2 points that were tried can be run[^$]*sites: found 60"):
        experiment.sweep(made, folder / "out")


def test_a_folder_with_other_things_is_left_alone(folder: Path) -> None:
    (folder / "out").mkdir()
    (folder / "out" / "thesis.txt").write_text("mine")
    with pytest.raises(BadInput, match=r"other files than a sweep: thesis\.txt"):
        experiment.sweep(design(folder), folder / "out")
    with pytest.raises(BadInput, match=r"holds no sweep\.json"):
        qisim.load_sweep(folder / "out")


def test_a_disk_without_room_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "BYTES_A_FILE", 2**60)
    with pytest.raises(BadInput, match="MB on disk"):
        experiment.sweep(design(folder), folder / "out")
    assert not (folder / "out").exists()


def test_memory_is_looked_at_before_going_on(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    experiment.sweep(design(folder), folder / "out", layout=LAYOUT)
    (folder / "out" / "runs" / "chunk-000003.parquet").unlink()
    monkeypatch.setattr(plan, "free_memory", lambda: 1_000)
    with pytest.raises(BadInput, match=r"1 worker needs .* GiB of memory"):
        experiment.sweep(design(folder), folder / "out")
    monkeypatch.undo()
    experiment.sweep(design(folder), folder / "out")
    monkeypatch.setattr(plan, "free_memory", lambda: 1_000)
    assert experiment.sweep(design(folder), folder / "out").complete, "what is finished needs no memory"


def test_points_that_another_library_would_write_otherwise_are_left(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment.sweep(design(folder), folder / "out", layout=LAYOUT)
    (folder / "out" / "runs" / "chunk-000003.parquet").unlink()
    table = folder / "out" / "points.parquet"
    before = table.read_bytes()

    def otherwise(frame: pd.DataFrame) -> bytes:
        frame.to_parquet(folder / "other.parquet", index=False, compression="gzip")
        return (folder / "other.parquet").read_bytes()

    monkeypatch.setattr(plan, "_parquet", otherwise)
    found = experiment.sweep(design(folder), folder / "out")
    points = found.points
    assert found.complete and table.read_bytes() == before
    table.unlink()
    for _ in range(2):
        same(experiment.sweep(design(folder), folder / "out").points, points)
        assert table.read_bytes() != before


def test_a_disk_that_has_filled_up_is_found_before_going_on(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    experiment.sweep(design(folder), folder / "out", layout=LAYOUT)
    (folder / "out" / "runs" / "chunk-000003.parquet").unlink()
    monkeypatch.setattr(plan, "BYTES_A_FILE", 2**60)
    with pytest.raises(BadInput, match="MB on disk"):
        experiment.sweep(design(folder), folder / "out")


@pytest.mark.skipif(os.name == "nt", reason="folders are not synchronised there")
def test_names_of_finished_chunks_are_on_disk_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a loss of power could take the files that were said to be finished."""
    synchronise, folders = os.fsync, []

    def note(opened: int) -> None:
        synchronise(opened)
        if stat.S_ISDIR(os.fstat(opened).st_mode):
            folders.append(os.fstat(opened).st_ino)

    monkeypatch.setattr(os, "fsync", note)
    found = experiment.sweep(design(folder), folder / "out", layout=LAYOUT)
    assert folders.count((folder / "out" / "runs").stat().st_ino) == found.manifest.layout.chunks
    assert (folder / "out").stat().st_ino in folders and folder.stat().st_ino in folders


class Counting:
    """An executor that says nothing about itself, and runs a chunk when it is waited for."""

    def __init__(self) -> None:
        self.pool, self.given, self.most = ThreadPoolExecutor(1), 0, 0

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        self.given += 1
        self.most = max(self.most, self.given)
        future = self.pool.submit(function, *arguments)
        future.add_done_callback(lambda _: setattr(self, "given", self.given - 1))
        return future


def test_the_width_of_an_executor_is_told(folder: Path, whole: Sweep) -> None:
    executor = Counting()
    found = experiment.sweep(design(folder), folder / "out", layout=LAYOUT, executor=executor, width=7)
    assert executor.most == 8  # and one that waits
    same(found.runs, whole.runs)


@pytest.mark.parametrize(("workers", "told"), [
    ({"executor": Counting(), "workers": 2}, "workers are given, too"), ({"width": 3}, "for an executor"),
    ({"executor": Counting(), "cluster": "local"}, "a cluster is given, too"),
    ({"executor": Counting(), "width": 0}, "a whole number from 1"),
    ({"cluster": "tcp://127.0.0.1:1", "workers": 2}, "has its own workers"),
])  # fmt: skip
def test_workers_of_two_kinds_are_refused(folder: Path, workers: dict[str, Any], told: str) -> None:
    with pytest.raises(BadInput, match=told):
        experiment.sweep(design(folder), folder / "out", **workers)


def test_an_executor_that_breaks_halts_the_sweep(folder: Path) -> None:
    class Broken:
        def submit(self, *given: Any) -> Future[Any]:
            raise RuntimeError("no more")

    with pytest.raises(Halted, match="no more"):
        experiment.sweep(design(folder), folder / "out", executor=Broken())


def test_a_sweep_that_ends_takes_back_what_waits(folder: Path) -> None:
    """The executor is the caller's, who may have something else to do."""
    given: list[Future[Any]] = []

    class FirstFails:
        def submit(self, *_: Any) -> Future[Any]:
            given.append(Future())
            if len(given) == 1:
                given[0].set_exception(ValueError("no more"))
            return given[-1]

    with pytest.raises(Halted, match="no more"):
        experiment.sweep(design(folder), folder / "out", layout=LAYOUT, executor=FirstFails(), width=4)
    assert len(given) > 1 and all(future.cancelled() for future in given[1:])


def test_a_registry_goes_with_the_sweep(folder: Path) -> None:
    registry = "id,name,kind,district,province,lat,lon,staff\n" + "".join(
        f"f{i},F {i},health_centre,d{i % 2},p,{i / 100},0,10\n" for i in range(6)
    )
    (folder / "registry.csv").write_text(registry)
    text = small_sweeps.SCENARIO
    start, end = text.index("[world]"), text.index("[[indicators]]")
    made = design(folder)
    (folder / "small.toml").write_text(text[:start] + '[world]\nfacilities = "registry.csv"\n' + text[end:])
    found = experiment.sweep(made, folder / "out", layout=(20, 20))
    (folder / "registry.csv").unlink()
    assert len(found.failures) < len(found.runs)
    assert qisim.load_sweep(folder / "out").scenario.path("inputs/facilities.csv").exists()


def test_others_read_the_folder_without_us(whole: Sweep) -> None:
    files = str(whole.folder / "runs" / "*.parquet")
    assert len(pd.read_parquet(whole.folder / "runs")) == len(whole.runs)
    duckdb = pytest.importorskip("duckdb")
    query = f"select point, avg(score_at_end) as score from '{files}' where error = '' group by point order by point"
    found = duckdb.sql(query).df()
    ours = whole.runs[whole.runs["error"] == ""].groupby("point")["score_at_end"].mean()
    assert found["score"].tolist() == pytest.approx(ours.tolist())


Qisim = Callable[..., Result]


@pytest.fixture
def command(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Qisim:
    monkeypatch.chdir(folder)
    return lambda *arguments: CliRunner().invoke(app, [str(a) for a in arguments])


def test_the_command_runs_tells_and_goes_on(command: Qisim, whole: Sweep) -> None:
    done = command("sweep", "design.toml", "--workers", 1)
    assert done.exit_code == 0, done.output
    assert "48 points, 20 replicates each: 960 runs, about" in done.stderr
    assert "960 runs are finished, in out/design." in done.stdout and "320 runs failed" in done.stdout
    same(qisim.load_sweep("out/design").runs, whole.runs)
    told = command("sweep", "status", "out/design")
    assert "960 of 960 runs are finished (100%)" in told.stdout and "320 runs failed" in told.stdout
    as_json = json.loads(command("sweep", "status", "out/design", "--json").stdout)
    assert as_json["complete"] and as_json["runs"] == 960
    sorted(Path("out/design/runs").iterdir())[0].unlink()
    part = command("sweep", "status", "out/design")
    assert "It is not running; the last part was finished" in part.stdout and "To go on:" in part.stdout
    dry = json.loads(command("sweep", "design.toml", "--dry-run", "--json").stdout)
    assert 0 < dry["finished"] < dry["runs"] == 960
    assert (
        f"{dry['finished']} of these runs are finished already" in command("sweep", "design.toml", "--dry-run").stdout
    )
    again = command("sweep", "design.toml", "--workers", 1)
    assert "runs are finished already" in again.stderr
    assert command("sweep", "design.toml", "--workers", 1, "--strict").exit_code == 1


def test_a_dry_run_writes_nothing(command: Qisim) -> None:
    told = json.loads(command("sweep", "design.toml", "--dry-run", "--json").stdout)
    assert (told["points"], told["replicates"], told["runs"]) == (48, 20, 960)
    assert told["seconds"] > 0 and told["bytes"] > 0 and told["factors"] == ["coaches", "sites", "turnover", "effect"]
    assert not Path("out").exists()


@pytest.mark.parametrize(("arguments", "told"), [
    (["desgn.toml"], "did you mean 'design.toml'"), (["design.toml", "b.toml"], "one design file"),
    (["status", "nowhere"], "no such folder"), (["design.toml", "--cluster", "tcp://127.0.0.1:1"], "no Dask scheduler"),
])  # fmt: skip
def test_the_command_says_what_is_wrong(
    command: Qisim, monkeypatch: pytest.MonkeyPatch, arguments: list[str], told: str
) -> None:
    monkeypatch.setattr("qisim.workers.dask_cluster.SECONDS_TO_CONNECT", 1)
    done = command("sweep", *arguments)
    assert done.exit_code == 2 and told in done.stderr


def test_the_command_tells_what_crashed_and_what_memory_was_short_of(
    command: Qisim, monkeypatch: pytest.MonkeyPatch
) -> None:
    command("sweep", "design.toml", "--workers", 1)
    done = qisim.load_sweep("out/design")
    number = 0
    points, replicates = done.manifest.layout.part(number)
    store = Store(done.folder, done.manifest)
    store.path(number).unlink()
    chunk = Chunk(number, points, replicates, [])
    store.write(chunk, crashed(chunk, done.manifest.outcomes), crashed=True)

    def short(*_: Any) -> None:
        raise MemoryError

    monkeypatch.setattr("qisim.sweeps.experiment.evaluate", short)
    stopped = command("sweep", "design.toml", "--workers", 1)
    assert stopped.exit_code == 1 and "take fewer --workers. What is finished is kept" in stopped.stderr
    monkeypatch.setattr("qisim.sweeps.experiment.sweep", lambda *_, **__: done)
    told = command("sweep", "design.toml", "--workers", 1).stdout
    left = done.manifest.layout.runs - len(chunk)
    assert f"{left} of 960 runs are finished, in out/design; the same command tries the others again." in told
    assert "the first, point 0: the worker that ran it died each time" in told


def test_one_run_is_finished(command: Qisim, folder: Path) -> None:
    text = small_sweeps.DESIGN[: small_sweeps.DESIGN.index("[[factors]]")].replace("replicates = 20", "replicates = 1")
    (folder / "one.toml").write_text(text + '[[factors]]\nkey = "target.score"\nlevels = [0.5]\n')
    assert "1 run is finished, in out/one." in command("sweep", "one.toml", "--workers", 1).stdout
    assert "1 of 1 run is finished (100%)" in command("sweep", "status", "out/one").stdout


def test_ctrl_c_stops_after_what_is_running(folder: Path, whole: Sweep) -> None:
    import os
    import signal

    said: list[str] = []

    def stop(done: int, total: int) -> None:
        if 0 < done < total / 2:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.01)

    with pytest.raises(SweepStopped, match="runs are finished and kept"):
        experiment.sweep(design(folder), folder / "out", layout=LAYOUT, told=Told(progress=stop, say=said.append))
    assert said == ["Stopping when the parts that are running are finished; once more stops at once."]
    same(experiment.sweep(design(folder), folder / "out").runs, whole.runs)


def test_status_tells_whether_a_sweep_runs_and_how_long_it_will(folder: Path) -> None:
    seen: list[Status] = []

    def look(done: int, total: int) -> None:
        if done in (0, total // 2):
            (folder / "out" / ".lock").touch()  # as locks of some versions do when they are tried
            seen.append(status(folder / "out"))

    experiment.sweep(design(folder), folder / "out", layout=(48, 2), told=Told(progress=look))
    begun, half = seen
    assert begun.running and begun.seconds_left is None and begun.runs == 0
    assert half.running and half.seconds_left is not None and half.seconds_left >= 0 and half.runs == 480
    done = status(folder / "out")
    assert done.running is False and done.seconds_left is None and done.complete


def test_a_file_that_goes_while_status_looks_is_left_out(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = experiment.sweep(design(folder), folder / "out", layout=LAYOUT)
    files = Sweep.files

    def then_one_goes(sweep: Sweep) -> dict[int, Path]:
        found = files(sweep)
        found[0].unlink(missing_ok=True)
        return found

    monkeypatch.setattr(Sweep, "files", then_one_goes)
    found = status(folder / "out")
    assert (found.chunks, found.damaged) == (done.manifest.layout.chunks - 1, 0)


def test_a_benchmark_page_keeps_what_others_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(Path(__file__).parents[3] / "benchmarks")
    engines = importlib.import_module("engines")
    page = "# Benchmarks\n\n<!-- measured -->\nold\n<!-- end of measured -->\n\n<!-- sweeps measured -->\nmine\n"
    new = engines.replaced(page, "new\n")
    assert new == page.replace("old", "new") and engines.replaced(new, "new") == new
    assert engines.END in engines.PAGE.read_text()


def test_a_cluster_that_cannot_be_started_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed")
    logger = logging.getLogger("distributed")
    before = logger.level

    def no(*_: Any, **__: Any) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr(distributed, "LocalCluster", no)
    with pytest.raises(BadInput, match="no Dask cluster can be started here: no more processes"):
        pool_of(None, 1, "local", None)
    assert logger.level == before


@pytest.mark.parametrize("name", ["runs/thesis.txt", "inputs/letters.csv", "runs/chunk-000001.parquet"])
def test_what_no_sweep_left_is_neither_taken_away_nor_taken_over(folder: Path, name: str) -> None:
    """A folder without the manifest of a sweep may hold anything, the only results of another one included."""
    mine = folder / "s" / name
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    with pytest.raises(BadInput, match=mine.name):
        experiment.sweep(design(folder), folder / "s", layout=LAYOUT)
    assert mine.read_text() == "mine"


@pytest.mark.parametrize("name", ["sweep.json", "runs/chunk-000000.parquet"])
def test_a_pipe_in_the_folder_is_not_waited_for(whole: Sweep, tmp_path: Path, name: str) -> None:
    shutil.copytree(whole.folder, tmp_path / "out")
    (tmp_path / "out" / name).unlink()
    os.mkfifo(tmp_path / "out" / name)
    with pytest.raises(BadInput, match=Path(name).name):
        qisim.load_sweep(tmp_path / "out").runs  # noqa: B018 - reads the chunks


def test_a_chunk_is_read_once_whatever_lies_beside_it(folder: Path) -> None:
    done = experiment.sweep(design(folder), folder / "s", layout=LAYOUT)
    whole, points = done.runs, done.points
    first = sorted((folder / "s" / "runs").glob("chunk-*.parquet"))[0]
    shutil.copy(first, first.with_name("chunk-000000 (1).parquet"))
    shutil.copy(first, first.with_name(first.stem + "-failed.parquet"))
    pd.testing.assert_frame_equal(qisim.load_sweep(folder / "s").runs, whole)
    (folder / "s" / "points.parquet").unlink()
    pd.testing.assert_frame_equal(experiment.sweep(design(folder), folder / "s", layout=LAYOUT).points, points)
