"""Comparisons of small real strategies: what is compared, what is refused, what is written."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

import qisim
from qisim.cli import app
from qisim.comparison.comparison import Comparison
from qisim.comparison.decision import dominated
from qisim.comparison.words import answer, futures_text, gap_text
from qisim.outcomes.measures import REACHED, TIME
from qisim.outcomes.time_to_target import time_to_target
from qisim.scenario.difference import scenario_changes
from qisim.study.run import run

SMALL = """
title = "Two small districts"
start = 2024-01-01
months = 24
[target]
score = 0.6
coverage = 0.5
[world]
provinces = 1
districts = 2
kinds = [{ name = "hospital", per_district = 1, staff = 40 }, { name = "health_centre", per_district = 4 }]
[[indicators]]
name = "hand hygiene"
[[ideas]]
name = "peer monitoring"
indicator = "hand hygiene"
effect = 0.9
initial_users = 0.2
[[programme]]
kind = "collaborative"
waves = [{ start = 0 }]
[[programme]]
kind = "coaching"
coaches_per_district = 1
"""
STRATEGIES = {
    "same": "",
    "without": 'title = "No coach"\n[[programme]]\nname = "coaching"\nremove = true\n',
    "late": 'title = "A year later"\n[[programme]]\nname = "collaborative"\nwaves = [{ start = 12 }]\n',
}

Qisim = Callable[..., Result]


@pytest.fixture(scope="module")
def strategies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `small.toml` and strategies that extend it."""
    folder = tmp_path_factory.mktemp("strategies")
    (folder / "small.toml").write_text(SMALL)
    for name, text in STRATEGIES.items():
        (folder / f"{name}.toml").write_text(f'extends = "small.toml"\n{text}')
    return folder


@pytest.fixture(scope="module")
def compared(strategies: Path) -> Comparison:
    files = [strategies / f"{name}.toml" for name in ("small", "without", "late", "same")]
    return qisim.compare(files, replicates=40, seed=3, precision=0.01)


@pytest.fixture
def command(strategies: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Qisim:
    """Runs a command in an empty folder that holds the strategies."""
    monkeypatch.chdir(tmp_path)
    for file in strategies.iterdir():
        (tmp_path / file.name).write_text(file.read_text())
    return lambda *arguments: CliRunner().invoke(app, [str(a) for a in arguments])


def test_batches_are_the_replicates_of_one_run(compared: Comparison) -> None:
    strategy = compared.strategies[1]
    whole = run(strategy.scenario, replicates=compared.replicates, seed=3)
    pd.testing.assert_frame_equal(strategy.months, whole.months)
    parts = [run(strategy.scenario, replicates=5, first=first, seed=3).groups for first in (0, 5)]
    pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), whole.groups[whole.groups["replicate"] < 10])


def test_equal_strategies_have_exactly_equal_outcomes(compared: Comparison) -> None:
    for finding in compared.findings:
        gap = finding.differences[3, 0]
        if finding.untold[0]:
            assert (finding.untold[3], gap.told, gap_text(finding, 3, 0)) == (
                finding.untold[0],
                False,
                "not told",
            )
            continue
        assert (gap.mean, gap.equal) == (0, 40), finding.measure.key
        if finding.measure.kind == "chance":
            assert (gap.low, gap.high) == (pytest.approx(-gap.high), pytest.approx(0.12, abs=0.06)), "rare luck is left"
            assert gap_text(finding, 3, 0).startswith("no difference in 40 futures; up to ")
        elif finding.measure.kind == "time":
            assert gap.high is not None and gap.high > 1, "rare luck is left"
        else:
            assert (gap.low, gap.high) == (0, 0), finding.measure.key
            assert gap_text(finding, 3, 0) == "the same in all 40 futures"
        assert finding.best_share[3] == pytest.approx(finding.best_share[0])


def test_measures_are_those_of_the_runs(compared: Comparison) -> None:
    for place, strategy in enumerate(compared.strategies):
        time = time_to_target(strategy.months, 0.5)
        np.testing.assert_array_equal(compared.finding(TIME).by_run[place], time.month)
        np.testing.assert_array_equal(compared.finding(REACHED).by_run[place], time.reached)
        assert compared.finding("reached_by_12").estimates[place].mean == pytest.approx(time.probability(12))
        visits = strategy.months.groupby("replicate")["visits"].sum()
        np.testing.assert_array_equal(compared.finding("visits").by_run[place], visits)
        last = compared.finding("last_district").by_run[place]
        for replicate in (0, 7):
            rows = strategy.groups[
                (strategy.groups["replicate"] == replicate) & (strategy.groups["grouping"] == "district")
            ]
            arrivals = [
                min([*group["month"][group["at_target"] / group["facilities"] >= 0.5], 24])
                for _, group in rows.groupby("group", observed=True)
            ]
            assert last[replicate] == max(arrivals)


def test_a_dominated_strategy_is_worse_somewhere_and_better_nowhere(compared: Comparison) -> None:
    found = dominated(compared.findings)
    assert 0 not in found.get(3, []) and 3 not in found.get(0, []), "equal strategies do not dominate each other"
    means = {f.measure.key: [e.mean for e in f.estimates] for f in compared.findings if f.measure.criterion}
    less = {f.measure.key: f.measure.less_is_better for f in compared.findings}
    for worse, better in ((w, b) for w, by in found.items() for b in by):
        for key, mean in means.items():
            assert mean[better] <= mean[worse] if less[key] else mean[better] >= mean[worse]
    by_hand = [f for f in compared.findings if f.measure.key == "visits"]
    assert dominated(by_hand) == {0: [1], 2: [1], 3: [1]}, "by visits alone, no coach dominates all others"


def test_words_tell_direction_size_and_futures(compared: Comparison) -> None:
    visits = compared.finding("visits")
    gap = visits.differences[1, 0]
    assert gap_text(visits, 1, 0).startswith(f"{-gap.mean:,.0f} fewer (")
    assert futures_text(visits.measure, gap) == "in 40 of 40 simulated futures fewer"
    assert futures_text(visits.measure, visits.differences[0, 1]) == "in 40 of 40 simulated futures more"
    assert not [sentence for sentence in answer(compared) if "nan" in sentence or "None" in sentence]


def test_strategies_that_are_alike_are_named_together(strategies: Path) -> None:
    told = qisim.compare([strategies / f"{name}.toml" for name in ("late", "small", "same")], replicates=40)
    assert told.finding(TIME).alike == [1, 2]
    together = "B (Two small districts (small)) and C (Two small districts (same)) are equally fast and the fastest"
    assert answer(told)[0].startswith(together)
    assert not [sentence for sentence in answer(told) if sentence.startswith("B against C")]


def test_tables_hold_every_number_once(compared: Comparison) -> None:
    outcomes, gaps, runs = compared.outcomes(), compared.differences(), compared.runs()
    assert len(outcomes) == 4 * len(compared.findings)
    assert len(gaps) == 12 * len(compared.findings)
    wide = runs.pivot(index="replicate", columns="strategy", values=TIME)
    row = gaps[(gaps["measure"] == TIME) & (gaps["strategy"] == "C") & (gaps["other"] == "A")].iloc[0]
    assert row["mean"] == pytest.approx((wide["C"] - wide["A"]).mean())
    assert row["runs_more"] == (wide["C"] > wide["A"]).sum()
    assert outcomes.groupby("measure")["share_best"].sum().to_numpy() == pytest.approx(1)


def test_replicates_are_added_until_the_precision_is_met(strategies: Path) -> None:
    files = [strategies / "small.toml", strategies / "late.toml"]
    loose, tight = (qisim.compare(files, precision=p, replicates=100, threads=1) for p in (6, 0.02))
    assert (loose.precise, loose.replicates) == (True, 40)
    assert (tight.precise, tight.replicates) == (False, 100)
    assert tight.half_width is not None and tight.half_width > 0.02
    same = qisim.compare([strategies / "small.toml", strategies / "same.toml"])
    assert same.precise and same.replicates > 100, "a rare difference may not have been seen in the first 40"
    assert same.half_width is not None and 0 < same.half_width <= 0.5


@pytest.mark.parametrize("replicates", [1, 2, 19])
def test_few_replicates_tell_what_they_can(strategies: Path, replicates: int) -> None:
    few = qisim.compare([strategies / "small.toml", strategies / "late.toml"], replicates=replicates)
    assert few.outcomes()["low"].isna().all()
    assert few.differences()["low"].isna().all()
    assert b"too few" in few.files()["report.html"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("months = 23", "other.toml, line 2: months: found 23, but 24 in small.toml"),
        ("start = 2024-02-01", "other.toml, line 2: start: found 2024-02-01, but 2024-01-01 in small.toml"),
        ("[target]\ncoverage = 0.7", "other.toml, line 3: target.coverage: found 0.7, but 0.5 in small.toml"),
        ("[target]\nscore = 0.7", "other.toml, line 3: target.score: found 0.7, but 0.6"),
        ("[world]\ndistricts = 3", "world: the facilities differ from those of small.toml: 15 instead of 10"),
        ("[world]\nseed = 9", "world: the facilities have the ids of those of small.toml, but differ in: lat, lon"),
    ],
)
def test_other_questions_are_refused(command: Qisim, text: str, message: str) -> None:
    Path("other.toml").write_text(f'extends = "small.toml"\n{text}\n')
    done = command("compare", "small.toml", "other.toml")
    assert done.exit_code == 2
    assert message in done.stderr
    assert "Traceback" not in done.output
    assert not Path("out").exists()


def test_every_difference_is_told_at_once(command: Qisim) -> None:
    Path("other.toml").write_text('extends = "small.toml"\nmonths = 9\nstart = 2025-01-01\n[target]\nscore = 0.5\n')
    done = command("compare", "small.toml", "other.toml")
    assert len(done.stderr.splitlines()) == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["small.toml"], "found 1 scenario (allowed: 2 to 8)"),
        (["small.toml"] * 9, "found 9 scenarios (allowed: 2 to 8)"),
        (["small.toml", "lat.toml"], "did you mean 'late.toml'?"),
        (["small.toml", "late.toml", "--precision", "0"], "precision: found 0.0 (allowed: a number of months above 0)"),
        (["small.toml", "late.toml", "--precision", "nan"], "precision: found nan"),
        (["small.toml", "late.toml", "--out", "."], "cannot be replaced as a whole"),
    ],
)
def test_bad_input_is_told_in_a_line(command: Qisim, arguments: list[str], message: str) -> None:
    done = command("compare", *arguments)
    assert done.exit_code == 2
    assert message in done.stderr
    assert not Path("out").exists()


def test_the_command_tells_and_keeps_the_comparison(command: Qisim) -> None:
    for _ in range(2):  # the second replaces the first
        done = command("compare", "small.toml", "without.toml", "late.toml", "--replicates", "40")
        assert done.exit_code == 0, done.stderr
    assert "A: Two small districts" in done.stdout
    assert "Results are in out/small_vs_without_vs_late:" in done.stdout
    out = Path("out/small_vs_without_vs_late")
    manifest = json.loads((out / "manifest.json").read_text())
    written = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert written == {"manifest.json", *manifest["files"]}
    assert {"report.html", "outcomes.csv", "outcomes.parquet", "differences.csv", "charts/coverage.svg"} <= written
    assert [s["scenario"]["title"] for s in manifest["strategies"]] == [
        "Two small districts",
        "No coach",
        "A year later",
    ]
    assert pd.read_csv(out / "outcomes.csv")["mean"].tolist() == pytest.approx(
        pd.read_parquet(out / "outcomes.parquet")["mean"].tolist(), nan_ok=True
    )
    with pytest.raises(qisim.BadInput, match="holds a comparison of strategies"):
        qisim.load_results(out)


@pytest.mark.usefixtures("few_charts")
def test_json_holds_the_whole_comparison(command: Qisim) -> None:
    told = json.loads(command("compare", "small.toml", "late.toml", "--replicates", "30", "--json").stdout)
    assert [strategy["label"] for strategy in told["strategies"]] == ["A", "B"]
    assert told["replicates"] == 30
    assert all(row["text"] for row in [*told["outcomes"], *told["differences"]])
    assert told["answer"] and told["certainty"]


def test_the_same_inputs_give_the_same_bytes(strategies: Path, tmp_path: Path) -> None:
    files = [strategies / "small.toml", strategies / "late.toml"]
    for name, threads in (("one", 1), ("two", 2)):
        qisim.compare(files, replicates=30, threads=threads).save(tmp_path / name)
    one, two = (
        {
            path.relative_to(tmp_path / name): path.read_bytes()
            for path in (tmp_path / name).rglob("*")
            if path.is_file()
        }
        for name in ("one", "two")
    )
    assert one == two


def test_pairing_saves_replicates(compared: Comparison) -> None:
    saved = compared.finding("score_at_end").differences[1, 0].saved
    assert math.isfinite(saved) and saved > 1.5


def test_what_differs_is_told_key_by_key(compared: Comparison) -> None:
    first, without, late, same = (strategy.scenario for strategy in compared.strategies)
    assert scenario_changes(first, same) == []
    (change,) = scenario_changes(first, without)
    assert (change.key, change.one, change.other) == ("programme.coaching", "present", "absent")
    (change,) = scenario_changes(first, late)
    assert change.key == "programme.collaborative.waves"
    assert change.other == "start 12"
