"""How facilities start out: positive deviants, told baselines, and what districts share."""

from __future__ import annotations

import numpy as np
import pytest

from qisim.model.agents.model import QIModel
from qisim.scenario.load import from_document
from qisim.scenario.origin import Origin
from qisim.scenario.schema import Target
from qisim.study.run import run
from tests.theory.settings import STILL, Z, assert_mean, idea, scenario, simulate, wide

SHARES = [0.0, 0.03, 0.2, 0.7, 1.0]


@pytest.mark.parametrize(("engine", "districts", "replicates"), [("core", 40, 500), ("mesa", 10, 20)])
@pytest.mark.parametrize("readiness_sd", [0.0, 3.0])
@pytest.mark.parametrize("district_share", [0.0, 0.35, 1.0])
def test_share_of_initial_users(engine, districts, replicates, readiness_sd, district_share):
    """Exactly the share told, however unlike facilities and districts are; replicates are independent."""
    ideas = [idea(str(share), initial_users=share) for share in SHARES]
    behaviour = {"readiness_sd": readiness_sd, "readiness_district_share": district_share}
    question = scenario(1, 5, districts=districts, ideas=ideas, behaviour=behaviour)
    tables = run(question, replicates=replicates) if engine == "core" else simulate(engine, question, replicates)
    for share in SHARES:
        users = wide(tables.idea_totals, "working", idea=str(share))[:, 0] / (5 * districts)
        assert_mean(users, share)
        assert users.std() > 0 or share in (0.0, 1.0)


@pytest.mark.parametrize(("engine", "replicates"), [("core", 50), ("mesa", 2)])
def test_start_at_the_baseline_the_indicator_tells(engine, replicates):
    """With or without users of an idea: what they gain or lose by it is part of their baseline."""
    ideas = [idea("a", effect=0.3, initial_users=0.5), idea("b", effect=-0.4, initial_users=0.5)]
    question = scenario(1, 20, ideas=ideas, indicators=[{"name": "indicator", "baseline": 0.4, "baseline_sd": 0.0}])
    tables = simulate(engine, question, replicates)
    start = tables.facility_months[tables.facility_months["month"] == 0]
    np.testing.assert_allclose(start["score"], 0.4, rtol=1e-12)
    assert 0 < wide(tables.idea_totals, "working", idea="a")[:, 0].mean() < 20


@pytest.mark.parametrize(("engine", "replicates"), [("core", 50), ("mesa", 2)])
def test_start_at_the_baselines_a_registry_tells(engine, replicates, tmp_path):
    told = np.linspace(0.25, 0.85, 12).round(3)
    rows = [f"F{i},health_centre,North,{value}" for i, value in enumerate(told)]
    (tmp_path / "registry.csv").write_text("\n".join(["id,kind,district,baseline_indicator", *rows]) + "\n")
    document = {
        "title": "told", "start": "2025-01-01", "months": 1, "world": {"facilities": "registry.csv"},
        "indicators": [{"name": "indicator", "baseline": 0.1, "baseline_sd": 0.4}],
        "ideas": [idea(effect=0.25, initial_users=0.5), idea("harmful", effect=-0.15, initial_users=0.5)],
    }  # fmt: skip
    tables = simulate(engine, from_document(document, Origin(folder=tmp_path)), replicates)
    start = tables.facility_months[tables.facility_months["month"] == 0]
    np.testing.assert_allclose(start["score"], np.tile(told, replicates), rtol=1e-12)


@pytest.mark.parametrize("engine", ["core", "mesa"])
@pytest.mark.parametrize(("effect", "baseline", "start"), [(0.9, 0.2, 0.9 * 0.8), (-0.5, 0.9, 1.0 - 0.5 * 0.8)])
def test_a_baseline_beyond_what_ideas_in_use_allow_is_met_as_nearly_as_can_be(engine, effect, baseline, start):
    """All use the idea, as far as it reaches: without it they would do nothing right, or everything."""
    indicator = {"name": "indicator", "baseline": baseline, "baseline_sd": 0.0}
    question = scenario(1, 4, ideas=[idea(effect=effect, initial_users=1.0)], indicators=[indicator],
                        behaviour={**STILL, "initial_reach": 0.8})  # fmt: skip
    assert wide(simulate(engine, question, 1).months, "score")[0, 0] == pytest.approx(start)


def test_drawn_baselines_have_the_mean_and_spread_told():
    """Well within the bounds, baselines are normal; they lean on readiness by their loading."""
    indicator = {"name": "indicator", "baseline": 0.5, "baseline_sd": 0.08}
    behaviour = {"readiness_district_share": 0.0, "baseline_loading": 0.6}
    tables = simulate("core", scenario(1, 100, indicators=[indicator], behaviour=behaviour), 100)
    start = tables.facility_months.query("month == 0")["score"].to_numpy()
    assert_mean(start, 0.5, 0.08)
    assert_mean((start - 0.5) ** 2, 0.08**2, np.sqrt(2.0) * 0.08**2)


def readiness(engine: str, districts: int, facilities: int, share: float, replicates: int) -> np.ndarray:
    """Readiness as float64[replicates x districts, facilities].

    The core does not show it, but engagement at the start does where it hangs on leadership alone, and leadership on
    readiness alone.
    """
    behaviour = {**STILL, "readiness_district_share": share, "readiness_sd": 0.7, "trait_loading": 1.0,
                 "engagement_base": 0.0, "engagement_leadership": 4.0}  # fmt: skip
    question = scenario(1, facilities, districts=districts, behaviour=behaviour)
    if engine == "mesa":
        models = [QIModel(question, rng=1, replicate=r) for r in range(replicates)]
        return np.array([f.ready for model in models for f in model.by_index]).reshape(-1, facilities)
    table = simulate("core", question, replicates).facility_months.query("month == 0")
    leadership = np.log(table["engagement"] / (1.0 - table["engagement"])) / 4.0 + 0.5
    return (np.log(leadership / (1.0 - leadership)) / 0.7).to_numpy().reshape(-1, facilities)


@pytest.mark.parametrize(("engine", "districts", "replicates"), [("core", 50, 60), ("mesa", 40, 3)])
@pytest.mark.parametrize("share", [0.0, 0.35, 0.8])
def test_intraclass_correlation_of_readiness(engine, districts, replicates, share):
    k = 8
    ready = readiness(engine, districts, k, share, replicates)
    groups = len(ready)
    assert_mean(ready.mean(axis=1), 0.0, np.sqrt(share + (1.0 - share) / k))
    between, within = k * ready.mean(axis=1).var(ddof=1), ready.var(axis=1, ddof=1).mean()
    correlation = (between - within) / (between + (k - 1) * within)
    # Standard error of the analysis-of-variance estimate (Fisher).
    error = (1.0 - share) * (1.0 + (k - 1) * share) * np.sqrt(2.0 / (k * (k - 1) * (groups - 1)))
    assert abs(correlation - share) < Z * error
    assert abs(between / k + within * (k - 1) / k - 1.0) < Z * np.sqrt(2.0 / groups)


def test_both_engines_draw_the_same_readiness():
    np.testing.assert_allclose(readiness("core", 5, 4, 0.35, 2), readiness("mesa", 5, 4, 0.35, 2), atol=1e-6)


@pytest.mark.parametrize("indicators", [1, 3, 6, 7, 10])
@pytest.mark.parametrize("engine", ["core", "mesa"])
def test_a_score_on_the_standard_is_at_the_standard(engine, indicators):
    """Half of everything right, and a standard of a half: a sum of weights that rounding may leave just below it."""
    half = [{"name": f"indicator {j}", "baseline": 0.5, "baseline_sd": 0.0} for j in range(indicators)]
    question = scenario(2, 4, indicators=half, ideas=[idea(indicator="indicator 0", effect=0.0)], behaviour=STILL)
    question = question.model_copy(update={"target": Target(score=0.5, coverage=1.0)})
    assert wide(simulate(engine, question, 1).months, "coverage").tolist() == [[1.0, 1.0, 1.0]]
