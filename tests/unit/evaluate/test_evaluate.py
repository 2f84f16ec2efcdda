"""Evaluations find what is known to be true where they should, and are wrong where theory says so."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import qisim
from qisim import evaluate
from qisim.cli import app
from qisim.evaluate import command, futures, judge, observe, roll_out, sites
from qisim.evaluate.charts import power
from qisim.evaluate.designs import DESIGNS, interrupted_time_series, stepped_wedge
from qisim.evaluate.designs.panel import Panel
from qisim.evaluate.futures import Future
from qisim.evaluate.plan import Plan, make_plan
from qisim.input.errors import BadInput
from qisim.model.batch import simulate

SCENARIOS = Path(__file__).resolve().parents[3] / "scenarios"
SCENARIO = str(SCENARIOS / "sessions_and_coaching.toml")
PLAN = Plan(sites=20, comparison=20)
TWO_GROUPS = [name for name, design in DESIGNS.items() if not design.stepped]
STEPPED = [name for name, design in DESIGNS.items() if design.stepped]


@pytest.fixture(scope="module")
def study():
    return qisim.load(SCENARIO)


def evaluated(study, designs, replicates=40, **options):
    faultless = {"sites": 20, "spill_over": False}
    found = evaluate.evaluation(study, designs=designs, replicates=replicates, seed=3, **faultless | options)
    return found.table().set_index("design")


# --- designs on made-up panels --------------------------------------------------------------------------------------


def a_panel(effect, plan=PLAN, noise=0.0, trend=0.0, seed=1, autocorrelation=0.0):
    """A panel of the plan's sites and comparison sites, with an effect float64[M] on the sites."""
    rng = np.random.default_rng(seed)
    facilities = plan.sites + plan.comparison
    launch = np.full(facilities, sites.NEVER)
    launch[: plan.sites] = plan.before
    data = rng.normal(0.4, 0.1, facilities) + trend * np.arange(plan.months)[:, None]
    luck = rng.normal(0, noise, (plan.months, facilities))
    for month in range(1, plan.months):
        luck[month] = autocorrelation * luck[month - 1] + (1 - autocorrelation**2) ** 0.5 * luck[month]
    return Panel(plan, data + np.where(launch >= 0, 1, 0) * effect[:, None] + luck, launch)


def a_wedge(growth, plan=PLAN, noise=0.0):
    """A stepped wedge with an effect that has been `growth[k]` since the k-th period in the programme."""
    lots = np.random.default_rng(2).random(40)
    launch = sites.stepped(plan, 40, np.arange(40), lots)
    bare = Panel(plan, np.zeros((plan.months, 40)), launch)
    effect = np.zeros((plan.months, 40))
    for months, time in zip(stepped_wedge.periods(plan), stepped_wedge.time_in_programme(bare), strict=True):
        effect[months] = np.concatenate([[0.0], growth])[time]
    rng = np.random.default_rng(3)
    base = rng.normal(0.4, 0.1, 40) + 0.002 * np.arange(plan.months)[:, None]
    return Panel(plan, base + effect + rng.normal(0, noise, effect.shape), launch), effect


SLOPED = np.concatenate([np.zeros(12), 0.05 + 0.01 * np.arange(18)])
"""At the end, months 27 to 29: 0.05 + 0.01 * 16 = 0.21."""


@pytest.mark.parametrize("name", TWO_GROUPS)
def test_each_design_is_right_where_its_assumptions_hold(name):
    found = DESIGNS[name].estimate(a_panel(SLOPED, noise=1e-6))
    assert found.effect == pytest.approx(0.21, abs=1e-4)
    assert found.p < 0.001
    assert found.low <= found.effect <= found.high


def test_a_trend_fools_before_after_alone():
    trend = 0.004
    found = {name: DESIGNS[name].estimate(a_panel(SLOPED, noise=1e-6, trend=trend)).effect for name in TWO_GROUPS}
    assert found.pop("before_after") == pytest.approx(0.21 + trend * 18, abs=1e-4)  # from months 9-11 to 27-29
    assert list(found.values()) == pytest.approx([0.21] * 3, abs=1e-4)


@pytest.mark.parametrize("name", STEPPED)
def test_stepped_wedge_finds_a_constant_effect(name):
    panel, effect = a_wedge([0.1, 0.1, 0.1], noise=1e-5)
    found = DESIGNS[name].estimate(panel)
    assert found.effect == pytest.approx(0.1, abs=1e-3)  # differences between facilities leak in a little
    assert DESIGNS[name].truth(panel, effect) == pytest.approx(0.1)


def test_only_the_effect_by_time_copes_with_an_effect_that_grows():
    """Sites are in the programme for one period three times, for two twice and for three once."""
    panel, effect = a_wedge([0.0, 0.1, 0.2], noise=1e-5)
    truth = stepped_wedge.while_launched(panel, effect)
    groups = np.bincount(panel.launch)[np.unique(panel.launch)]
    times = np.array([groups.sum(), groups[:2].sum(), groups[0]])
    assert truth == pytest.approx((times @ [0.0, 0.1, 0.2]) / times.sum())
    assert DESIGNS["stepped_wedge_by_time"].estimate(panel).effect == pytest.approx(truth, abs=1e-3)
    assert DESIGNS["stepped_wedge"].estimate(panel).effect < truth / 2


def test_difference_in_differences_by_hand():
    plan = Plan(sites=2, comparison=2, before=1, after=1, window=1)
    data = np.array([[0.2, 0.4, 0.3, 0.5], [0.5, 0.9, 0.4, 0.6]])
    found = DESIGNS["did"].estimate(Panel(plan, data, np.array([1, 1, -1, -1])))
    assert found.effect == pytest.approx((0.3 + 0.5) / 2 - 0.1)


@pytest.mark.parametrize("plan", [PLAN, Plan(sites=20, comparison=2), Plan(sites=3, comparison=7)])
def test_difference_in_differences_is_the_interaction_of_a_regression(plan):
    """The same estimate as site x after; on the changes, the same errors as HC2."""
    from statsmodels.api import OLS

    panel = a_panel(SLOPED, plan, noise=0.05)
    found = DESIGNS["did"].estimate(panel)
    before, end = (panel.data[months].mean(axis=0) for months in (plan.baseline, plan.end))
    site, after = np.tile(panel.sites, 2), np.repeat([0, 1], len(before))
    long = OLS(np.concatenate([before, end]), np.column_stack([np.ones(len(site)), site, after, site * after])).fit()
    assert found.effect == pytest.approx(long.params[3], abs=1e-12)
    changes = OLS(end - before, np.column_stack([np.ones(len(before)), panel.sites])).fit(cov_type="HC2")
    assert found.se == pytest.approx(changes.bse[1])


@pytest.mark.parametrize(("few", "many"), [(2, 1), (1, 2)])
def test_one_facility_tells_no_interval(few, many):
    plan = Plan(sites=few, comparison=many)
    found = DESIGNS["did"].estimate(a_panel(SLOPED, plan))
    assert found.effect == pytest.approx(0.21)
    assert np.isnan([found.low, found.high, found.p]).all()


def test_changes_that_are_all_the_same_are_certain():
    launch = np.array([1, 1, sites.NEVER, sites.NEVER])
    data = np.array([[0.0] * 4, [1.0, 1.0, 0.0, 0.0]])
    found = DESIGNS["did"].estimate(Panel(Plan(sites=2, comparison=2, before=1, after=1, window=1), data, launch))
    assert (found.effect, found.se, found.low, found.high, found.p) == (1, 0, 1, 1, 0)


def test_facilities_outside_the_evaluation_change_nothing():
    panel = a_panel(SLOPED, noise=0.01)
    more = Panel(PLAN, np.column_stack([panel.data, np.ones(30)]), np.append(panel.launch, sites.OUTSIDE))
    for name in TWO_GROUPS:
        assert DESIGNS[name].estimate(more) == DESIGNS[name].estimate(panel)


def test_the_line_goes_on_as_it_was():
    fitted, projected = interrupted_time_series.fitted(a_panel(SLOPED, trend=0.004))
    assert fitted - projected == pytest.approx(SLOPED)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("level", [0.0, 0.3, 0.7, 1.0])
@pytest.mark.parametrize("name", DESIGNS)
def test_nothing_is_found_in_data_that_never_change(name, level):
    """Rounding is no effect; where all data are the same, some designs give no estimate at all."""
    panel = a_wedge([0.0] * 3)[0] if DESIGNS[name].stepped else a_panel(np.zeros(30))
    found = DESIGNS[name].estimate(replace(panel, data=np.full(panel.data.shape, level)))
    assert found.p == 1 or np.isnan(found.p)
    if not DESIGNS[name].stepped:
        unlike = replace(panel, data=np.tile(panel.data[0], (PLAN.months, 1)))
        assert DESIGNS[name].estimate(unlike).p == 1


@pytest.mark.filterwarnings("error")
def test_data_that_are_missing_are_no_finding():
    for name, design in DESIGNS.items():
        panel = a_wedge([0.0] * 3)[0] if design.stepped else a_panel(np.zeros(30))
        assert np.isnan(DESIGNS[name].estimate(replace(panel, data=np.full(panel.data.shape, np.nan))).p)


@pytest.mark.parametrize(("name", "low", "high"), [("before_after", 0.03, 0.08), ("did", 0.03, 0.08),
                                                   ("its_ar", 0.02, 0.10), ("its", 0.10, 0.30)])  # fmt: skip
def test_false_alarms_of_independent_data(name, low, high):
    """Near 5%; far above with Newey and West's errors, which are too small in short series."""
    assert low <= false_alarms(name, 200) <= high


def false_alarms(name, times, plan=PLAN, **options):
    """Share of panels without an effect in which a design finds one."""
    panels = (a_panel(np.zeros(plan.months), plan, noise=0.05, seed=seed, **options) for seed in range(times))
    return sum(DESIGNS[name].estimate(panel).p < 0.05 for panel in panels) / times


@pytest.mark.parametrize(("many", "few", "low", "high"), [(20, 20, 0.035, 0.065), (5, 5, 0.035, 0.065),
                                                          (20, 4, 0.03, 0.065), (20, 2, 0, 0.02)])  # fmt: skip
def test_false_alarms_of_differences_with_few_on_either_side(many, few, low, high):
    """With the usual clustered errors 12% at 20 and 4, and 26% at 20 and 2."""
    for plan in (Plan(sites=many, comparison=few), Plan(sites=few, comparison=many)):
        assert low <= false_alarms("did", 1500, plan) <= high


@pytest.mark.parametrize(("autocorrelation", "low", "high"), [(0.4, 0.06, 0.14), (0.8, 0.14, 0.25)])
def test_autocorrelation_makes_false_alarms_even_where_it_is_modelled(autocorrelation, low, high):
    assert low <= false_alarms("its_ar", 150, Plan(sites=2, comparison=2), autocorrelation=autocorrelation) <= high


# --- known answers from simulated programmes ------------------------------------------------------------------------


def test_without_faults_before_after_and_differences_are_unbiased(study):
    table = evaluated(study, ["before_after", "did", "stepped_wedge_by_time"])
    assert (table["true_effect"] > 0.05).all()
    assert (table["bias"].abs() < 3 * table["bias_se"]).all()
    assert (table["coverage"] > 0.9).all()


def test_when_all_have_the_programme_before_after_is_unbiased(study):
    table = evaluated(study, ["before_after"], sites=60, replicates=30)
    assert abs(table.loc["before_after", "bias"]) < 3 * table.loc["before_after", "bias_se"]


def test_false_alarms_of_differences_are_near_5_percent(study):
    found = evaluated(study, ["did"], replicates=200).loc["did"]
    assert found["type_1_error_low"] < 0.05 < found["type_1_error_high"]
    assert abs(found["null_estimate"]) < 3 * found["null_estimate_se"]


def test_weakest_sites_by_a_noisy_measure_seem_to_improve(study):
    noisy, exact = (evaluated(study, ["before_after", "did"], choose="weakest", records=n) for n in (10, 100_000))
    assert (noisy["null_estimate"] > 5 * noisy["null_estimate_se"]).all()
    assert (noisy["bias"] > 0.02).all()
    assert (exact["bias"].abs() < 0.005).all()
    lots = evaluated(study, ["before_after", "did"], choose="weakest", records=10, lottery=True)
    assert lots.loc["before_after", "bias"] > 5 * lots.loc["before_after", "bias_se"]
    assert abs(lots.loc["did", "null_estimate"]) < 3 * lots.loc["did", "null_estimate_se"]


@pytest.mark.parametrize("stepped", [False, True])
def test_lots_are_fair_to_facilities_that_are_alike_in_a_coarse_measure(study, stepped):
    """Five records in one month: many are tied at the cut-off, and must start early no more often than others."""
    plan = {"sites": 10, "window": 1, "records": 5, "after": 4, "steps": 2}
    found = evaluate.evaluation(study, designs=["did"], replicates=1, choose="weakest", lottery=True, **plan)
    apart = []
    for replicate in range(60):
        panel = found.example(replicate, stepped=stepped).null
        first = panel.data[found.plan.baseline].mean(axis=0)
        apart.append(first[panel.launch == 12].mean() - first[(panel.launch == 14) | (panel.launch == -1)].mean())
    assert abs(np.mean(apart)) < 3 * np.std(apart, ddof=1) / len(apart) ** 0.5


def test_a_trend_counts_as_an_effect_only_before_and_after(study):
    table = evaluated(study, ["before_after", "did"], trend=0.04, replicates=30)
    assert table.loc["before_after", "null_estimate"] == pytest.approx(0.04 * 18 / 12, abs=0.01)
    assert abs(table.loc["did", "bias"]) < 3 * table.loc["did", "bias_se"]


def test_claims_are_taken_for_an_effect(study):
    table = evaluated(study, ["did"], data="reported", over_reporting=0.2, replicates=10)
    assert table.loc["did", "null_estimate"] == pytest.approx(0.2 * (1 - 0.47), abs=0.03)
    assert table.loc["did", "type_1_error"] == 1


def test_differences_miss_what_comparison_sites_gain(study):
    """By as much as the comparison sites gain in the last months, where facilities learn fast from each other."""
    peers = study.changed({"behaviour.peer_influence": 1.0})
    options = {"designs": ["did"], "sites": 20, "after": 36, "replicates": 10}
    heard, isolated = (evaluate.evaluation(peers, spill_over=spill, **options) for spill in (True, False))
    examples = [heard.example(r) for r in range(10)]
    gain = np.mean([one.effect[heard.plan.end, one.real.launch == sites.NEVER].mean() for one in examples])
    bias = [found.table()["bias"].iloc[0] for found in (heard, isolated)]
    assert gain > 0.002
    assert bias[0] - bias[1] == pytest.approx(-gain, abs=0.0015)


# --- the simulated evaluation itself --------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_estimates_however_many_are_made(study):
    few, many = (evaluate.evaluation(study, replicates=n, seed=5, sites=6, after=6).estimates for n in (2, 4))
    pd.testing.assert_frame_equal(few, many[many["replicate"] < 2].reset_index(drop=True))
    other = evaluate.evaluation(study, replicates=2, seed=6, sites=6, after=6).estimates
    assert not np.array_equal(few["estimate"], other["estimate"])


def test_memory_does_not_grow_with_replicates(study, monkeypatch):
    """Futures are told one after another, not all at once."""
    import tracemalloc

    monkeypatch.setattr(simulate, "CHUNK_BYTES", 2**18)
    plan, peaks = make_plan(study.scenario, study.world, {}), []
    for replicates in (20, 200):
        tracemalloc.start()
        assert sum(1 for _ in futures.without(study.scenario, study.world, plan, range(replicates), 1)) == replicates
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0]


def test_nothing_happens_before_the_launch_or_where_nobody_is_told(study):
    found = evaluate.evaluation(study, replicates=1, sites=10, designs=["did", "stepped_wedge"], spill_over=False)
    for stepped in (False, True):
        one = found.example(stepped=stepped)
        assert (one.effect[: found.plan.before] == 0).all()
        assert one.effect[-1, one.real.launch >= 0].mean() > 0.1
        untouched = ~observe.in_programme(one.real.launch, found.plan.months)
        assert np.array_equal(one.real.data[untouched], one.null.data[untouched])


def test_truth_of_an_example_is_that_of_the_table(study):
    found = evaluate.evaluation(study, replicates=3, sites=10, designs=["did"])
    one = found.example(2)
    row = found.estimates.query("replicate == 2 and not null").iloc[0]
    assert DESIGNS["did"].truth(one.real, one.effect) == row["true_effect"]
    assert DESIGNS["did"].estimate(one.real).effect == row["estimate"]


@pytest.mark.parametrize("choose", ["random", "weakest", "strongest", "volunteers"])
def test_sites_are_who_they_are_said_to_be(study, choose):
    found = evaluate.evaluation(study, replicates=1, sites=8, comparison=9, choose=choose, designs=["did"])
    one = found.example()
    launch = one.real.launch
    assert [(launch == code).sum() for code in (found.plan.before, sites.NEVER, sites.OUTSIDE)] == [8, 9, 43]
    seen = one.null.data[found.plan.baseline].mean(axis=0)
    ready = sites.readiness(study.scenario, study.world, 0, 1)
    measure = {"weakest": -seen, "strongest": seen, "volunteers": ready}.get(choose)
    if measure is not None:
        assert measure[launch >= 0].min() >= measure[launch < 0].max()


def test_volunteers_are_those_of_the_model(study):
    """The readiness of `select = "volunteers"`, as the facilities of the Mesa model have it."""
    model = study.model(rng=1, replicate=4)
    ready = sites.readiness(study.scenario, study.world, 4, 1)
    assert ready == pytest.approx([facility.ready for facility in model.facilities])


def test_records_are_counted_without_bias():
    plan = replace(PLAN, records=8)
    score = np.full((200, 500), 0.3)
    luck = np.random.default_rng(1).random(score.shape)
    seen = observe.observed(plan, Future(score, score), luck)
    assert set(np.unique(seen * 8)) <= set(range(9))
    assert seen.mean() == pytest.approx(0.3, abs=4 * (0.21 / 8 / score.size) ** 0.5)
    assert (observe.observed(plan, Future(score + 0.1, score), luck) >= seen).all()


def test_steps_share_out_the_facilities():
    plan = Plan(sites=7, comparison=6)
    launch = sites.stepped(plan, 30, np.arange(30), np.random.default_rng(1).random(30))
    months, counts = np.unique(launch[launch >= 0], return_counts=True)
    assert list(months) == [12, 18, 24]
    assert sorted(counts) == [4, 4, 5]
    assert (launch[13:] == sites.OUTSIDE).all()


def test_what_serves_the_enrolled_is_there_once_and_all_else_at_each_step(study):
    plan = make_plan(study.scenario, study.world, {"sites": 30})
    launch = np.repeat([12, 18, -1], 20)
    programme = {e.name: e for e in roll_out.launched(study.scenario, study.world, plan, launch).programme}
    ids = list(study.world.facilities["id"])
    assert list(programme) == ["district collaboratives, step 1", "district collaboratives, step 2", "district coaches"]
    first, second, coaches = programme.values()
    assert (first.facilities, second.facilities, coaches.facilities) == (ids[:20], ids[20:40], ids[:40])
    assert [first.waves[0].start, second.waves[0].start] == [12, 18]
    assert (coaches.start, coaches.end) == (12, 24 + 18)


def test_what_is_not_evaluated_happens_anyway():
    study = qisim.load(SCENARIOS / "reorganisation.toml")
    plan = make_plan(study.scenario, study.world, {})
    shock = next(e.name for e in study.scenario.programme if e.kind == "shock")
    assert shock not in plan.elements
    assert [e.name for e in roll_out.without_programme(study.scenario, plan).programme] == [shock]


def test_what_was_over_before_the_data_is_left_out_and_the_rest_is_as_long_as_it_was():
    """The programme begins in month 30 of the scenario and in month 12 of the data: all is 18 months earlier."""
    policy = {"kind": "policy", "rounds": 4, "every_months": 3}
    told = [
        {"kind": "shock", "name": "long past", "what": "reorganisation", "start": 0, "months": 6},
        {"kind": "shock", "name": "going on", "what": "other", "start": 16, "months": 6},
        {"kind": "shock", "name": "to come", "what": "other", "start": 20, "months": 6},
        {"kind": "campaign", "name": "ended", "start": 0, "end": 18},
        {"kind": "campaign", "name": "ends soon", "start": 0, "end": 20},
        {"kind": "audit_feedback", "name": "told once", "start": 3, "once": True},
        {**policy, "name": "past circulars", "start": 8},
        {**policy, "name": "circulars", "start": 14},
        {"kind": "coaching", "name": "coaches who left", "coaches": 3, "start": 0, "end": 12},
        {"kind": "capacity_transfer", "name": "hand over", "to": "coaches who left", "start": 0},
        {"kind": "collaborative", "name": "two waves", "sessions": 2, "action_months": 3,
         "waves": [{"start": 2, "sites": 3}, {"start": 16, "sites": 3}]},
        {"kind": "collaborative", "name": "evaluated", "waves": [{"start": 30}]},
    ]  # fmt: skip
    study = qisim.load(SCENARIO).changed({"months": 48, "programme": told})
    plan = make_plan(study.scenario, study.world, {"elements": ["evaluated"], "after": 6})
    left = {element.name: element for element in roll_out.without_programme(study.scenario, plan).programme}
    assert list(left) == ["going on", "to come", "ends soon", "circulars", "hand over", "two waves"]
    assert [(left[name].start, left[name].months) for name in ("going on", "to come")] == [(0, 4), (2, 6)]
    assert (left["ends soon"].start, left["ends soon"].end) == (0, 2)
    assert (left["circulars"].start, left["circulars"].rounds) == (2, 2)
    assert left["hand over"].to == ""
    assert [wave.start for wave in left["two waves"].waves] == [0]
    found = evaluate.evaluation(study, replicates=1, designs=["did"], elements="evaluated", after=6)
    assert np.isfinite(found.estimates["estimate"]).all()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["cambodia", "full_scale_sequence", "mentors_hand_over", "michigan", "one_district"])
def test_programmes_of_many_kinds_can_be_evaluated(name):
    found = evaluate.evaluation(
        SCENARIOS / f"{name}.toml", replicates=2, after=4, steps=2, designs=["did", "stepped_wedge"]
    )
    assert np.isfinite(found.estimates["estimate"]).all()
    assert found.table()["true_effect"].abs().max() > 0


# --- tables and charts ----------------------------------------------------------------------------------------------


def test_the_table_by_hand():
    estimates = pd.DataFrame({
        "replicate": [0, 1, 0, 1], "design": "did", "null": [False, False, True, True],
        "true_effect": [0.1, 0.2, 0.0, 0.0], "estimate": [0.2, 0.2, 0.1, -0.1], "se": [0.02, 0.04, 0.1, 0.1],
        "low": [0.15, 0.1, -0.1, -0.3], "high": [0.25, 0.3, 0.3, 0.1], "p": [0.01, 0.2, 0.3, 0.04],
    })  # fmt: skip
    row = judge.table(estimates).iloc[0]
    assert list(row.index) == judge.COLUMNS
    assert row[["true_effect", "estimate", "bias", "bias_se"]].tolist() == pytest.approx([0.15, 0.2, 0.05, 0.05])
    assert row[["coverage", "coverage_of_mean", "power", "type_1_error"]].tolist() == [0.5, 1.0, 0.5, 0.5]
    assert row[["power_low", "power_high"]].tolist() == pytest.approx([0.0945, 0.9055], abs=1e-4)  # Wilson, 1 of 2
    assert judge.half_width(row) == pytest.approx(12.706 * 0.05, abs=1e-3)  # t with 1 degree of freedom
    assert (row["se"], row["null_estimate"]) == pytest.approx((0.03, 0.0))


@pytest.mark.filterwarnings("error")
def test_estimates_that_failed_are_counted_and_left_out():
    estimates = pd.DataFrame({
        "replicate": [0, 1, 2, 0, 1, 2], "design": "did", "null": [False] * 3 + [True] * 3, "true_effect": 0.1,
        "estimate": [0.2, 0.1, np.nan, 0.1, np.nan, np.nan], "se": 0.1, "low": 0.0, "high": 0.3,
        "p": [0.01, 0.2, np.nan, 0.01, np.nan, np.nan],
    })  # fmt: skip
    row = judge.table(estimates).iloc[0]
    assert row[["replicates", "failed", "null_failed"]].tolist() == [3, 1, 2]
    assert row[["bias", "bias_se", "power", "type_1_error"]].tolist() == pytest.approx([0.05, 0.05, 0.5, 1.0])
    assert judge.half_width(row) == pytest.approx(12.706 * 0.05, abs=1e-3)
    none = judge.table(estimates.assign(p=np.nan)).iloc[0]
    assert none[["replicates", "failed", "null_failed"]].tolist() == [3, 3, 3]
    assert none.iloc[4:].isna().all()


def test_circumstances_and_numbers_of_sites(study):
    told = []
    cases = {"no fault": {}, "trend": {"trend": 0.05}}
    found = evaluate.circumstances(study, cases, replicates=2, sites=6, after=6, progress=lambda *at: told.append(at))
    assert told == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]
    assert list(found.table()["circumstance"].unique()) == list(cases)
    assert len(found.plot_bias()) == len(DESIGNS)
    by_sites = evaluate.power(study, [4, 8], replicates=2, designs=["did", "its"], after=6)
    assert by_sites.table()[["sites", "comparison"]].to_numpy().tolist() == [[4, 4]] * 2 + [[8, 8]] * 2
    assert len(by_sites.plot_power().get_legend_handles_labels()[0]) == 2


def test_a_further_design_has_a_look_of_its_own(monkeypatch):
    for number in range(12):
        monkeypatch.setitem(DESIGNS, f"further {number}", replace(DESIGNS["did"], title=f"further {number}"))
    assert len({power.look(name) for name in DESIGNS}) == len(DESIGNS)
    rows = [{"design": name, "sites": 5, "comparison": 5, "replicates": 9, "power": 0.5, "power_low": 0.3,
             "power_high": 0.7} for name in DESIGNS]  # fmt: skip
    axes = power.plot_power(pd.DataFrame(rows), "A title")
    assert axes.get_legend_handles_labels()[1] == [design.title for design in DESIGNS.values()]


@pytest.mark.parametrize("replicates", [1, 3])
def test_charts_of_an_evaluation(study, replicates):
    found = evaluate.evaluation(study, replicates=replicates, sites=6, after=6)
    axes = found.plot_bias()
    assert [label.get_text().replace("\n", " ") for label in axes.get_yticklabels()] == [
        design.title.replace("-in-", "-in- ") if "-in-" in design.title else design.title for design in DESIGNS.values()
    ]
    shown = found.plot_example(replicates - 1)
    assert shown.get_xlim() == (0.5, 18.5)
    assert "comparison sites, data" in shown.get_legend_handles_labels()[1]


def test_what_there_is_no_estimate_of_is_left_open_in_tables_and_charts(study):
    found = evaluate.evaluation(study, replicates=2, sites=6, after=6, designs=["its", "did"])
    lost = found.estimates["design"] == "did"
    columns = ["estimate", "se", "low", "high", "p"]
    estimates = found.estimates.assign(**{name: found.estimates[name].mask(lost) for name in columns})
    failed = replace(found, estimates=estimates)
    assert [text.get_text() for text in failed.plot_bias().texts][1] == "-"
    assert len(evaluate.Circumstances("All lost", {"one": replace(failed, estimates=estimates[lost])}).plot_bias()) == 1
    (told,) = command._failures(failed)
    assert "estimates of did that the data did not allow" in told
    assert "2 of 2 with the programme, 2 of 2 with one that does nothing" in told
    rows = list(zip(*(column.cells for column in command._table(failed).columns), strict=True))
    assert [row[2:] for row in rows if row[0] == "difference-in-differences"] == [("-",) * 5]


# --- what cannot be done --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"sites": 1}, "sites: found 1 (allowed: a whole number from 2 to 60)"),
        ({"sites": 40, "comparison": 21}, "comparison: found 21 (allowed: a whole number from 0 to 20)"),
        ({"window": 13}, "window: found 13 (allowed: a whole number from 1 to 12)"),
        ({"choose": "weekest"}, "did you mean 'weakest'?"),
        ({"data": "measure"}, "did you mean 'measured'?"),
        ({"trend": 2}, "trend: found 2 (allowed: a number from -1 to 1)"),
        ({"spill_over": 1}, "spill_over: found 1 (allowed: True or False)"),
        ({"elements": "district coach"}, "did you mean 'district coaches'?"),
        ({"elements": 3}, "elements: found 3"),
        ({"site": 3}, "there is no option 'site'; did you mean 'sites'?"),
        ({"designs": ["itss"]}, "there is no design 'itss'; did you mean 'its'?"),
        ({"designs": []}, "designs: there is none"),
        ({"designs": ["did"], "comparison": 0}, "'did' needs at least 2 comparison sites"),
        ({"designs": ["its"], "before": 2}, "'its' needs at least 3 months"),
        ({"designs": ["stepped_wedge"], "before": 3}, "'stepped_wedge' needs 6 months before the launch"),
        ({"designs": ["stepped_wedge"], "steps": 1}, "'stepped_wedge' needs at least 2 steps"),
        ({"replicates": 0}, "replicates: found 0"),
    ],
)
def test_what_cannot_be_done_is_said(study, options, told):
    with pytest.raises(BadInput) as refused:
        evaluate.evaluation(study, **options)
    assert told in str(refused.value)


@pytest.mark.parametrize(("options", "window", "steps"), [({}, 3, 3), ({"before": 2}, 2, 3), ({"after": 2}, 2, 2),
                                                          ({"after": 5, "window": 1}, 1, 3)])  # fmt: skip
def test_what_is_not_told_fits_what_is(study, options, window, steps):
    plan = make_plan(study.scenario, study.world, options)
    assert (plan.window, plan.steps) == (window, steps)


@pytest.mark.parametrize("options", [{"before": 0}, {"before": 0, "window": 6}, {"after": 0}, {"before": "x"},
                                     {"after": 0, "window": 6, "steps": 6}])  # fmt: skip
def test_what_lies_within_a_number_that_is_refused_is_no_problem_of_its_own(study, options):
    with pytest.raises(BadInput) as refused:
        make_plan(study.scenario, study.world, options)
    assert [problem.where for problem in refused.value.problems] == [next(iter(options))]


def test_all_problems_are_told_at_once_and_no_programme_is_one(study):
    with pytest.raises(BadInput) as refused:
        evaluate.evaluation(study, sites=1, choose="best", trend="up")
    assert len(refused.value.problems) == 3
    with pytest.raises(BadInput, match="there is no programme to evaluate"):
        evaluate.evaluation(SCENARIOS / "natural_diffusion.toml")


def test_designs_that_cannot_be_used_are_left_out_and_told(study):
    found = evaluate.evaluation(study, sites=60, replicates=1, after=6)
    assert list(found.untold) == ["did"]
    assert "did" not in set(found.estimates["design"])


@pytest.mark.parametrize(("make", "told"), [
    (lambda study: evaluate.circumstances(study, {}), "cases: there is none"),
    (lambda study: evaluate.circumstances(study, {"a": 1}), "found 1"),
    (lambda study: evaluate.power(study, []), "a list of numbers"),
    (lambda study: evaluate.power(study, 5), "a list of numbers"),
])  # fmt: skip
def test_several_evaluations_of_nothing(study, make, told):
    with pytest.raises(BadInput, match=told):
        make(study)


# --- the command ----------------------------------------------------------------------------------------------------


def test_the_command_tells_what_the_library_does(study, tmp_path):
    out = tmp_path / "estimates.csv"
    options = ["--sites", "8", "--after", "6", "--replicates", "2", "--design", "did", "--design", "its"]
    done = CliRunner().invoke(app, ["evaluate", SCENARIO, *options, "--out", str(out), "--json"])
    assert done.exit_code == 0, done.output
    found = evaluate.evaluation(study, sites=8, after=6, replicates=2, designs=["did", "its"])
    pd.testing.assert_frame_equal(pd.read_csv(out), found.estimates)
    told = json.loads(done.stdout)
    assert [row["bias"] for row in told["designs"]] == pytest.approx(list(found.table()["bias"]))
    assert told["plan"]["comparison"] == 8


def test_the_command_prints_a_table_and_what_it_left_out():
    done = CliRunner().invoke(app, ["evaluate", SCENARIO, "--out", "estimates.xlsx"])
    assert done.exit_code == 2
    assert "the name of a CSV file" in done.stderr
    done = CliRunner().invoke(app, ["evaluate", SCENARIO, "--before", "0"])
    assert done.exit_code == 2
    assert "before: found 0" in done.stderr
    assert "window" not in done.stderr
    done = CliRunner().invoke(app, ["evaluate", SCENARIO, "--sites", "60", "--before", "2", "--replicates", "2"])
    assert done.exit_code == 0
    assert "before-after" in done.stdout
    assert "Left out: did needs at least 2 comparison sites; with fewer there is no interval." in done.stderr
    assert "Left out: stepped_wedge needs 6 months" in done.stderr
