"""Plain settings, in which only the mechanism under test acts, and what sampling theory allows.

`STILL` switches every mechanism off: facilities are alike, everybody stays, engagement never moves, a team meets in
every month and runs one cycle, which always ends in adoption. A test switches on what it is about.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from qisim.model.agents.model import QIModel
from qisim.scenario.load import from_document
from qisim.scenario.origin import Origin
from qisim.scenario.schema import Scenario
from qisim.study.run import run
from qisim.world.world import build_world

Z = 5.0
"""Standard errors that a mean may be off: a right model fails one comparison in 1.7 million."""

SMALLEST_P = 1e-5
"""Least p of a goodness-of-fit test."""

OFF = [
    "readiness_sd", "readiness_district_share", "trait_loading", "trait_sd", "workload_mean", "baseline_loading",
    "turnover_annual", "rotation_months", "head_turnover_annual", "coach_turnover_annual", "coach_learning",
    "visit_engagement", "visit_skill", "visit_data_quality", "visit_dependence", "visit_trains",
    "session_skill", "session_engagement", "session_tie", "session_workload", "recognition", "pressure",
    "exchange_engagement", "exchange_tie", "peer_influence", "invention_annual", "cycles_coached", "proper_base",
    "proper_skill", "proper_coached", "works_fit", "works_skill", "works_complexity", "fit_learning",
    "study_right_data", "abandon_per_failure", "lapse_monthly", "found_out", "engagement_rate",
    "engagement_leadership", "engagement_openness", "engagement_workload", "engagement_fatigue",
    "engagement_dependence", "engagement_no_head", "engagement_programme", "success_engagement",
    "failure_engagement", "fatigue_abandoned", "fatigue_imposed", "dropout_engagement", "skill_fading", "visit_meets",
    "imposed_loss", "attention_gap", "visit_attention", "session_attention", "meeting_attention", "training_attention",
    "agent_attention", "feedback_attention", "payment_attention", "upheaval_teams", "upheaval_lapse",
    "upheaval_fatigue",
]  # fmt: skip
CERTAIN = ["session_attendance", "meeting_alone", "meeting_untrained", "cycles_per_meeting", "optimism",
           "study_right", "reconsider_evidence", "care_own"]  # fmt: skip

# An inverse logit of 20 is 1 to nine digits: full engagement, and an idea that works everywhere.
STILL: dict[str, float] = {
    **dict.fromkeys(OFF, 0.0),
    **dict.fromkeys(CERTAIN, 1.0),
    "engagement_base": 20.0,
    "works_base": 20.0,
}


@dataclass
class Tables:
    """The tables of some replicates, from either engine."""

    months: pd.DataFrame
    idea_totals: pd.DataFrame
    facility_months: pd.DataFrame
    idea_months: pd.DataFrame


def scenario(
    months: int,
    facilities: int,
    *,
    districts: int = 1,
    ideas: list[dict[str, Any]] | None = None,
    indicators: list[dict[str, Any]] | None = None,
    programme: list[dict[str, Any]] | None = None,
    behaviour: dict[str, Any] | None = None,
    staff: int = 20,
    peers: int = 10,
) -> Scenario:
    """A scenario of one kind of facility, `facilities` in each district; one idea on one indicator unless told."""
    document = {
        "title": "a limiting case",
        "start": "2025-01-01",
        "months": months,
        "world": {
            "provinces": 1,
            "districts": districts,
            "kinds": [{"name": "health_centre", "per_district": facilities, "staff": staff}],
            "peers_per_facility": peers,
        },
        "indicators": indicators or [{"name": "indicator"}],
        "ideas": ideas or [idea()],
        "programme": programme or [],
        "behaviour": behaviour or {},
    }
    return from_document(document, Origin())


def idea(name: str = "idea", **keys: Any) -> dict[str, Any]:
    """An idea that nobody uses at the start, unless told."""
    return {"name": name, "indicator": "indicator", "effect": 0.5, "initial_users": 0.0, **keys}


def session(**keys: Any) -> dict[str, Any]:
    """One learning session in the first month, which everybody attends."""
    return {"kind": "collaborative", "waves": [{"start": 0}], "sessions": 1, "action_months": 1, **keys}


def simulate(engine: str, question: Scenario, replicates: int, seed: int = 1) -> Tables:
    """Replicates 0 to `replicates` - 1 on the engine "core" or "mesa"."""
    world = build_world(question)
    if engine == "core":
        results = run(question, world, replicates=replicates, seed=seed, detail=True)
        assert results.facility_months is not None and results.idea_months is not None
        return Tables(results.months, results.idea_totals, results.facility_months, results.idea_months)
    each = [QIModel(question, world, rng=seed, replicate=r).run() for r in range(replicates)]
    return Tables(*(pd.concat([getattr(t, name) for t in each], ignore_index=True) for name in Tables.__annotations__))


def wide(table: pd.DataFrame, column: str, **only: str) -> np.ndarray:
    """A column of `months` or `idea_totals` as float64[replicates, months + 1]."""
    for name, value in only.items():
        table = table[table[name] == value]
    return table.pivot(index="replicate", columns="month", values=column).to_numpy(dtype=float)


def assert_mean(samples: np.ndarray, expected: Any, spread: Any = None, rounding: float = 1e-9) -> None:
    """Means over the first axis, of independent samples, are within `Z` standard errors of what is expected.

    `spread` is the standard deviation of one sample; estimated from the samples unless theory tells it.
    """
    spread = samples.std(axis=0, ddof=1) if spread is None else np.asarray(spread)
    off = samples.mean(axis=0) - expected
    allowed = Z * spread / np.sqrt(len(samples)) + rounding
    assert (np.abs(off) <= allowed).all(), f"off by {off}, allowed {allowed}"


def assert_share(count: Any, n: Any, expected: Any) -> None:
    """Counts out of `n` are within `Z` standard errors of Binomial(n, expected)."""
    count, n, expected = (np.asarray(x, dtype=float) for x in (count, n, expected))
    off, allowed = count - n * expected, Z * np.sqrt(n * expected * (1 - expected)) + 1e-6
    assert (np.abs(off) <= allowed).all(), f"off by {off}, allowed {allowed}"


def assert_distributed(observed: np.ndarray, probabilities: np.ndarray) -> None:
    """Counts of classes follow the probabilities, which add up to 1: chi-square, classes of fewer than 5 pooled."""
    from scipy.stats import chisquare

    expected = probabilities * observed.sum()
    few = expected < 5
    if few.any():
        observed = np.append(observed[~few], observed[few].sum())
        expected = np.append(expected[~few], expected[few].sum())
    if expected[-1] < 1e-6:
        assert observed[-1] == 0
        observed, expected = observed[:-1], expected[:-1]
    result = chisquare(observed, expected * observed.sum() / expected.sum())
    assert result.pvalue > SMALLEST_P, f"p = {result.pvalue:.2g}: {observed} instead of {expected.round(1)}"
