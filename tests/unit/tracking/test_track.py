"""Tracking: weights and what they tell, the measurement model, the updated forecast, its words, folder and command."""

from __future__ import annotations

import inspect
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from typer.testing import CliRunner

import qisim
from qisim.charts.chart import drawn
from qisim.cli import app
from qisim.input.errors import BadInput
from qisim.observed import agreement as model
from qisim.observed.agreement import agreement
from qisim.observed.observed import Observed, read_observed
from qisim.observed.series import SERIES
from qisim.outcomes.time_to_target import censored, time_to_target
from qisim.scenario.load import load_scenario
from qisim.study.run import run
from qisim.tracking import standing, tables
from qisim.tracking import target as track_target
from qisim.tracking import words as track_words
from qisim.tracking.charts.catalogue import CHARTS
from qisim.tracking.command import track as command
from qisim.tracking.experiment import DEFAULT, Tracked, track
from qisim.tracking.report import track_report
from qisim.tracking.tracking import Tracking
from qisim.tracking.weights import WeightedTime, Weights
from qisim.words.numbers import percent
from qisim.world.world import build_world

RUNS = 200
SCENARIO = """
title = "Two <b>districts</b>"
start = 2024-01-01
months = 14
[target]
score = 0.5
coverage = 0.5
[world]
provinces = 1
districts = 2
kinds = [{ name = "health_centre", per_district = 20 }]
[[indicators]]
name = "hand hygiene"
[[ideas]]
name = "peer monitoring"
indicator = "hand hygiene"
effect = { low = 0.1, high = 0.9 }
initial_users = 0.6
[[programme]]
kind = "coaching"
name = "coaches"
coaches_per_district = 2
days_per_month = 10
whom = "all"
"""


def seen_future(folder: Path) -> qisim.Run:
    """A future in which the effect is small."""
    return qisim.load(folder / "s.toml").changed({"ideas.peer monitoring.effect": 0.2}).run(replicates=1, seed=99)


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    """A folder with a scenario, and what was seen of it by month 8."""
    folder = tmp_path_factory.mktemp("track")
    (folder / "s.toml").write_text(SCENARIO)
    truth = seen_future(folder)
    rows = truth.months[truth.months["month"].isin([0, 4, 8])].itertuples()
    lines = ["month,at_standard,score_measured,score"]
    lines += [f"{row.month},{row.at_target},{row.score:.3f},{row.reported_score:.3f}" for row in rows]
    (folder / "seen.csv").write_text("\n".join(lines) + "\n")
    (folder / "districts.csv").write_text(
        "month,district,at_standard\n0,District 01,2\n8,District 01,2\n8,District 02,20\n"
    )
    return folder


@pytest.fixture(scope="module")
def tracked(place) -> Tracked:
    scenario = load_scenario(place / "s.toml")
    world = build_world(scenario)
    return track(scenario, world, read_observed(place / "seen.csv", scenario, world), replicates=RUNS, seed=3)


def seen_instead(tracked: Tracked, values: list[float]) -> Tracked:
    """The same runs, had these values been seen in place of the others."""
    observed = replace(tracked.observed, table=tracked.observed.table.assign(value=np.array(values, float)))
    return replace(tracked, observed=observed)


# --- Weights ----------------------------------------------------------------------------------------------------------


def test_weights_are_relative_likelihoods_and_never_overflow():
    weights = Weights.of(np.array([-2000.0, -2000.0 + math.log(3), -9000.0]))
    assert weights.shares == pytest.approx([0.25, 0.75, 0])
    assert weights.effective == pytest.approx(1 / (0.25**2 + 0.75**2))


@given(arrays(float, st.integers(60, 200), elements=st.floats(-1e4, 0)))
def test_weights_are_tempered_as_little_as_need_be(log_likelihood):
    weights, power = Weights.tempered(log_likelihood, 50)
    assert 0 <= power <= 1 and weights.effective >= 50 - 1e-6
    assert power == 1 or Weights.of(min(1.001 * power + 1e-9, 1.0) * log_likelihood).effective < 50 + 1e-6


def test_tempered_intervals_are_not_narrower_than_they_should_be():
    """Known truth, 30 places that each tell of it with an error of their own, and luck that runs share with none."""
    rng, runs, places = np.random.default_rng(5), 2000, 30
    held, widths = [], []
    for _ in range(80):
        truth, own = rng.normal(), rng.normal(size=places)
        seen = truth + own + 0.3 * rng.normal(size=places)
        values = rng.normal(size=runs)
        simulated = values[:, None] + rng.normal(size=(runs, places))
        log_likelihood = -(((seen - simulated) / 0.3) ** 2).sum(axis=1) / 2
        tempered, power = Weights.tempered(log_likelihood, 50)
        raw = Weights.of(log_likelihood)
        ends = [[weights.quantile(values, q) for q in (0.05, 0.95)] for weights in (tempered, raw)]
        held.append([low <= truth <= high for low, high in ends])
        widths.append([high - low for low, high in ends])
        assert power < 1 and raw.effective < 20
    # the exact interval after seeing 30 places: the mean of them, with 1 + 0.3^2 for each
    exact = 2 * 1.645 / np.sqrt(1 + places / 1.09)
    assert np.mean(held, axis=0)[0] >= 0.85 > 0.7 > np.mean(held, axis=0)[1]
    assert np.median(widths, axis=0)[0] > exact > np.median(widths, axis=0)[1]


def test_equal_weights_count_whole():
    assert Weights.equal(7).effective == pytest.approx(7)
    assert not Weights.equal(19).supports(0.9) and Weights.equal(20).supports(0.9)


def test_weighted_quantiles_by_hand():
    weights = Weights(np.array([0.1, 0.2, 0.3, 0.4]))
    values = np.array([[4.0, 1.0], [3.0, math.inf], [2.0, 5.0], [1.0, math.inf]])
    assert weights.quantile(values, 0.4).tolist() == [1.0, 5.0]
    assert weights.quantile(values, 0.41).tolist() == [2.0, math.inf]
    assert weights.mean(values[:, :1]).tolist() == pytest.approx([2.0])


@given(
    arrays(int, st.integers(1, 30), elements=st.integers(0, 12)),
    st.integers(0, 4),
    st.floats(0.01, 1, allow_nan=False),
)
def test_with_equal_weights_times_are_those_of_an_unweighted_run(months, repeats, q):
    first = np.where(months > 10, np.nan, months.astype(float))
    time = censored(first, 10)
    weighted = WeightedTime(time, Weights.equal(len(first)))
    assert weighted.quantile(q) == time.quantile(q)
    assert weighted.probability(7) == pytest.approx(time.probability(7))
    # a replicate of twice the weight is the replicate twice
    double = np.concatenate([first, np.repeat(first[:1], repeats)])
    share = np.ones(len(first))
    share[0] += repeats
    same = WeightedTime(time, Weights(share / share.sum()))
    assert same.median == censored(double, 10).median


# --- The measurement model --------------------------------------------------------------------------------------------


def observed_of(rows: list[tuple[int, str, str, float]], facilities: int) -> Observed:
    import pandas as pd

    table = pd.DataFrame(rows, columns=["month", "district", "series", "value"])
    return Observed("by hand", table, np.full(len(rows), facilities, dtype=np.int64), SERIES)


def test_the_error_of_one_count_is_tolerance_and_luck(tracked):
    one = observed_of([(3, "", "at_standard", 10)], 40)
    found = agreement(one, np.array([[10.0], [14.0]]), tracked.scenario, tolerance=0.1)
    p = (11 + 0.5) / 41  # half way between 10 and the mean of 12
    variance = 0.1**2 + 2 * p * (1 - p) / 40
    assert found.error_sd == pytest.approx([math.sqrt(variance)])
    assert found.distance == pytest.approx([0, (4 / 40) ** 2 / variance])


def test_what_is_off_alike_in_all_months_counts_little_more_than_once(tracked):
    """Errors of the model last, so that a monthly series is no twelve years of data."""
    off = {}
    for many in (1, 12):
        cells = observed_of([(month, "", "score_measured", 0.6) for month in range(many)], 10_000)
        off[many] = agreement(cells, np.full((1, many), 0.5), tracked.scenario, tolerance=0.05).distance[0]
    assert off[1] < off[12] < 2 * off[1]


def test_places_and_series_add_to_the_distance(tracked):
    def distance(rows):
        cells = observed_of(rows, 1000)
        return agreement(cells, np.zeros((1, len(rows))), tracked.scenario, tolerance=0.05).distance[0]

    score, other = (3, "", "score", 0.1), (3, "", "score_measured", 0.1)
    district = (3, "District 1", "score", 0.1)
    one, two = distance([score]), distance([score, other])
    assert two == pytest.approx(2 * one, rel=0.01)  # apart from the records of the reported score alike: two series
    assert one < distance([score, district]) < 1.5 * one  # the model's error is shared by places


# --- The updated forecast ---------------------------------------------------------------------------------------------


def test_replicates_are_those_of_a_run_whatever_the_batches(tracked, monkeypatch):
    whole = run(tracked.scenario, tracked.world, replicates=RUNS, seed=3)
    assert tracked.time.month.tolist() == time_to_target(whole.months, 0.5).month.tolist()
    monkeypatch.setattr("qisim.tracking.experiment.BATCH_BYTES", 1)
    done: list[tuple[int, int]] = []
    parts = track(tracked.scenario, tracked.world, tracked.observed, replicates=100, seed=3,
                  progress=lambda *told: done.append(told))  # fmt: skip
    assert np.array_equal(parts.simulated, tracked.simulated[:100])
    for name, path in parts.paths.items():
        assert np.array_equal(path, tracked.paths[name][:100])
    assert done[-1] == (100, 100) and [d for d, _ in done] == sorted(d for d, _ in done)


def test_the_updated_forecast_is_nearer_to_the_future_that_was_seen(place, tracked):
    """What comes after the last observation was not seen."""
    true = seen_future(place).months["score"].iloc[-1]
    ends = tracked.paths["score_measured"][:, -1]
    before, after = (float(weights.mean(ends)) for weights in (tracked.before, tracked.with_tolerance(0.02).after))
    assert abs(after - true) < abs(before - true)
    assert 1 < tracked.after.effective < RUNS


def test_a_larger_tolerance_weighs_more_evenly(tracked):
    effective = [tracked.with_tolerance(t).untempered.effective for t in (0.01, 0.05, 0.2, 0.9)]
    assert effective == sorted(effective) and effective[-1] > 0.9 * RUNS


def test_what_nothing_explains_is_told(tracked):
    impossible = seen_instead(tracked, [40, 0.1, 0.1, 0, 0.9, 0.9, 40, 0.1, 0.1])
    assert impossible.agreement.missed and impossible.collapsed
    (warning,) = track_words.warnings(impossible)
    assert "count as only" in warning and "even the closest run misses what was seen" in warning
    assert warning.count(" seen, ") == track_words.MOST_OFF


def test_few_runs_that_agree_are_tempered_and_said_to_be(tracked):
    few = tracked.with_tolerance(0.002)
    assert few.collapsed and few.untempered.effective < 50 and 0 < few.power < 1
    assert few.after.effective == pytest.approx(50, abs=1e-6)
    words = f"the power {track_words.power(few.power)}"
    assert words in track_words.warnings(few)[0] and words in track_words.basis(few)
    assert words in track_report(few, {}).decode()
    table = tables.tolerances(few)
    assert table["effective_runs"][1] == few.untempered.effective == Tracking(few, {}).effective
    assert table["power"].tolist() == sorted(table["power"]) and table["power"][1] == few.power
    enough = tracked.with_tolerance(0.2)
    assert enough.power == 1 and np.array_equal(enough.after.shares, enough.untempered.shares)
    assert "tempered" not in track_words.basis(enough) + track_report(enough, {}).decode().partition("<table")[0]


def test_known_quantities_are_told_of(tracked):
    known = replace(
        tracked, scenario=qisim.Study(tracked.scenario).changed({"ideas.peer monitoring.effect": 0.5}).scenario
    )
    assert any("only luck was weighed" in warning for warning in track_words.warnings(known))
    assert not any("only luck was weighed" in warning for warning in track_words.warnings(tracked))


@pytest.mark.parametrize(
    ("value", "said"),
    [(10, "on track"), (8, "on track"), (7, "a little behind"), (5, "behind"), (13, "a little ahead"), (15, "ahead")],
)
def test_standing_in_words(value, said):
    assert tables.standing(value, 8, 12, slack=2) == said


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.5, "On track."), (0.12, "On track, but on the low side of the forecast."), (1.0, "Ahead of the forecast.")],
)
def test_the_verdict_says_on_which_side(tracked, share, said):
    cell = tracked.observed.table.query("series == 'at_standard' and month == 8").index[0]
    values = tracked.observed.table["value"].to_numpy().copy()
    values[cell] = np.quantile(tracked.simulated[:, cell], share, method="inverted_cdf") + 12 * (share == 1)
    assert standing.verdict(seen_instead(tracked, values)).startswith(said)


def test_the_table_of_what_was_seen_tells_where_each_value_lies(tracked):
    table = tables.seen(tracked)
    row = table[(table["series"] == "at_standard") & (table["month"] == 8)].iloc[0]
    cell = row.name
    values = tracked.simulated[:, cell]
    assert row["runs_below"] == pytest.approx((values < row["value"]).mean() + (values == row["value"]).mean() / 2)
    assert row["forecast_low"] == np.quantile(values, 0.05, method="inverted_cdf")
    order = np.argsort(values, kind="stable")
    assert row["updated"] == values[order][np.cumsum(tracked.after.shares[order]) >= 0.5][0]


def test_words_agree_with_the_tables(tracked):
    outcomes = tables.outcomes(tracked).set_index("key")
    assert outcomes.loc["chance_by_month_14", "updated"] == pytest.approx(
        tracked.after.shares[tracked.time.reached].sum()
    )
    verdict, target = track_words.answer(tracked)
    assert "Facilities at the standard at the end of Aug 2024: " in verdict
    assert f"the forecast was month {outcomes.loc['time_to_target', 'forecast']:.0f} " in target
    table = tracked.observed.table.replace({"series": {"at_standard": "enrolled"}})
    uncounted = replace(tracked, observed=replace(tracked.observed, table=table))
    time, chance = track_target.target(uncounted)
    again = tables.outcomes(uncounted).set_index("key")["updated"]
    assert f"month {again['time_to_target']:.0f} " in time and percent(again["chance_by_month_14"]) in chance
    other = tables.tolerances(tracked)
    assert other["tolerance"].tolist() == [0.025, 0.05, 0.1]
    assert other["time_to_target"][1] == outcomes.loc["time_to_target", "updated"]


def test_districts_alone_are_counted(place, tracked):
    observed = read_observed(place / "districts.csv", tracked.scenario, tracked.world)
    apart = track(tracked.scenario, tracked.world, observed, replicates=100)
    assert standing.verdict(apart).startswith("Facilities at the standard at the end of Aug 2024: of 2 districts ")
    shown = drawn(CHARTS, apart)
    assert shown == [name for name in CHARTS if name not in ("indicators", "enrolled")]
    assert all(CHARTS[name](apart).axes for name in shown)


# --- From Python and from the command line ----------------------------------------------------------------------------


def test_the_folder_is_whole_and_safe(place, tracked, tmp_path):
    inputs = {"inputs/observed.csv": (place / "seen.csv").read_bytes()}
    folder = Tracking(tracked, inputs).save(tmp_path / "out", "qisim track")
    manifest = json.loads((folder / "manifest.json").read_text())
    kept = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert manifest["format"] == "qisim tracking" and set(manifest["files"]) == kept - {"manifest.json"}
    assert (folder / "inputs" / "observed.csv").read_bytes() == (place / "seen.csv").read_bytes()
    page = (folder / "report.html").read_text()
    assert "Two &lt;b&gt;districts&lt;/b&gt;" in page and "<b>districts" not in page
    assert "<svg" in page and "http:" not in page.replace("http://www.w3.org", "") and "https:" not in page
    with pytest.raises(BadInput, match="a forecast beside what was seen"):
        qisim.load_results(folder)
    Tracking(tracked, inputs).save(folder)  # results may be replaced
    (folder / "mine.txt").write_text("kept")
    with pytest.raises(BadInput, match=r"mine\.txt"):
        Tracking(tracked, inputs).save(folder)


@pytest.mark.usefixtures("few_charts")
def test_the_command_tells_where_the_programme_stands(place, tmp_path):
    hard = tmp_path / "hard.toml"
    hard.write_text(SCENARIO.replace("coverage = 0.5", "coverage = 1.0"))
    arguments = ["track", str(hard), "--data", str(place / "seen.csv"), "--replicates", "100"]
    done = CliRunner().invoke(app, [*arguments, "--out", str(tmp_path / "a"), "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["replicates"] == 100 and len(told["seen"]) == 9 and len(told["answer"]) == 4
    assert (tmp_path / "a" / "report.html").is_file()
    again = qisim.track(hard, place / "seen.csv", replicates=100)
    assert again.rows()["outcomes"][0]["key"] == told["outcomes"][0]["key"] == "time_to_target"
    assert again.effective == told["effective_runs"]
    never = tables.outcomes(again.tracked).set_index("key").loc["time_to_target", "updated_high"] == math.inf
    assert never and "updated_high" in told["outcomes"][0]["beyond_horizon"]
    assert told["outcomes"][0]["updated_high"] is None
    shown = CliRunner().invoke(app, [*arguments, "--out", str(tmp_path / "b")])
    assert shown.exit_code == 0 and "What was seen, and the forecast of it" in shown.stdout


def test_the_command_and_python_ask_for_the_same_unless_told():
    asked = inspect.signature(command).parameters
    assert (asked["replicates"].default, asked["tolerance"].default) == (DEFAULT, model.TOLERANCE)


def test_the_command_refuses_before_it_simulates(place, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text("month,scores\n0,62\n")
    done = CliRunner().invoke(app, ["track", str(place / "s.toml"), "--data", str(bad), "--out", str(tmp_path / "o")])
    assert done.exit_code == 2 and "did you mean 'score'?" in done.output and not (tmp_path / "o").exists()
    for tolerance in ("0", "1.5", "nan"):
        done = CliRunner().invoke(app, ["track", str(place / "s.toml"), "--data", str(place / "seen.csv"),
                                        "--tolerance", tolerance, "--out", str(tmp_path / "o")])  # fmt: skip
        assert done.exit_code == 2 and "a share above 0 and below 1" in done.output


@pytest.mark.parametrize(
    ("counts", "says"),
    [([2, 12, 30], "were seen at the end of Aug 2024"), ([2, 12, 19], "were not yet seen at the end of Aug 2024")],
)
def test_what_the_data_settle_is_told(tracked, counts, says):
    """Of 40 facilities 50% are the target; the forecast beside it is only near what was seen."""
    values = tracked.observed.table["value"].to_numpy().copy()
    values[(tracked.observed.table["series"] == "at_standard").to_numpy()] = counts
    sentence = track_target.target(seen_instead(tracked, values.tolist()))[0]
    assert sentence.startswith("50% of facilities at the standard") and says in sentence
