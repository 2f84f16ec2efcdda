"""How awareness spreads: own invention alone, peers alone, and both."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from qisim.model.rules import monthly
from qisim.scenario.schema import Scenario
from tests.theory.settings import STILL, Tables, assert_mean, idea, scenario, session, simulate, wide

MONTHS = 30
ENGINES = [("core", 400), ("mesa", 8)]
SKILL = 0.4


def diffusion(facilities: int, own: float, peers: float, first: float, **more: float) -> Scenario:
    """Every facility knows every other; whoever hears of the idea uses it in the same month.

    `own` is the annual probability of a fully skilled team's own invention, `peers` the monthly hazard when all use
    the idea, `first` the share of users at the start.
    """
    behaviour = {**STILL, "invention_annual": own, "skill_start": SKILL, "peer_influence": peers, **more}
    return scenario(
        MONTHS, facilities, peers=1000, ideas=[idea(initial_users=first, needs_adapting=False)], behaviour=behaviour
    )


def invention(own: float) -> float:
    """Monthly probability of own invention at full engagement."""
    return monthly(own) * 0.5 * (SKILL + 1.0)


def hearing(facilities: int, own: float, peers: float) -> np.ndarray:
    """Monthly probability of becoming aware when so many facilities, 0 to all, use the idea."""
    share = np.arange(facilities + 1) / (facilities - 1)
    return 1.0 - (1.0 - invention(own)) * np.exp(-peers * share)


def chain(hears: np.ndarray, first: float) -> np.ndarray:
    """Distribution of the number aware, float64[MONTHS + 1, facilities + 1], from the exact Markov chain."""
    facilities, aware = len(hears) - 1, np.arange(len(hears))
    step = binom.pmf(aware[None, :] - aware[:, None], (facilities - aware)[:, None], hears[:, None])
    shares = [binom.pmf(aware, facilities, first)]
    for _ in range(MONTHS):
        shares.append(shares[-1] @ step)
    return np.array(shares)


def assert_follows(heard: np.ndarray, distribution: np.ndarray) -> None:
    """Numbers by replicate and month have the mean of the chain, and its spread."""
    number = np.arange(distribution.shape[1])
    mean = distribution @ number
    deviation = number - mean[:, None]
    variance, fourth = ((distribution * deviation**power).sum(axis=1) for power in (2, 4))
    assert_mean(heard, mean, np.sqrt(variance))
    if len(heard) > 100:  # squared deviations are too skewed for a handful of replicates
        assert_mean((heard - mean) ** 2, variance, np.sqrt(np.maximum(fourth - variance**2, 0.0)))


def aware(tables: Tables) -> np.ndarray:
    """Facilities aware by replicate and month; all of them use the idea."""
    heard, adopted = (wide(tables.idea_totals, name) for name in ("aware", "adopted"))
    np.testing.assert_array_equal(heard, adopted)
    return heard


@pytest.mark.parametrize(("engine", "replicates"), ENGINES)
def test_own_invention_alone_is_an_exponential_approach(engine, replicates):
    facilities, p = 30, invention(0.7)
    heard = aware(simulate(engine, diffusion(facilities, 0.7, 0.0, 0.0), replicates))
    expected = 1.0 - (1.0 - p) ** np.arange(MONTHS + 1)
    assert expected[-1] > 0.8
    assert_mean(heard / facilities, expected, np.sqrt(expected * (1.0 - expected) / facilities))


def test_a_team_invents_one_idea_after_another():
    ideas, p = 3, invention(0.7)
    question = diffusion(500, 0.7, 0.0, 0.0)
    question = question.model_copy(
        update={"ideas": [question.ideas[0].model_copy(update={"name": str(k)}) for k in range(ideas)]}
    )
    totals = simulate("core", question, 20).idea_totals
    known = totals.groupby(["replicate", "month"], as_index=False)["aware"].sum()
    inventions = np.arange(ideas + 1)
    month = np.arange(MONTHS + 1)[:, None]
    expected = (np.minimum(inventions, ideas) * binom.pmf(inventions, month, p)).sum(axis=1)
    expected += ideas * binom.sf(ideas, month[:, 0], p)
    assert_mean(wide(known, "aware") / 500, expected)
    for k in range(ideas):  # which one a team thinks of is left to chance
        assert_mean(wide(totals, "aware", idea=str(k)) / 500, expected / ideas)


@pytest.mark.parametrize(("engine", "replicates"), ENGINES)
@pytest.mark.parametrize(("own", "peers", "first"), [(0.0, 0.35, 0.1), (0.1, 0.25, 0.0), (0.3, 0.1, 0.05)])
def test_peers_and_invention_follow_the_exact_chain(engine, replicates, own, peers, first):
    facilities = 30
    heard = aware(simulate(engine, diffusion(facilities, own, peers, first), replicates))
    assert_follows(heard, chain(hearing(facilities, own, peers), first))


@pytest.mark.parametrize(("engine", "replicates"), ENGINES)
def test_complex_contagion_waits_for_the_threshold(engine, replicates):
    """Below the threshold nobody hears of the idea; from it on, everybody with the full hazard."""
    facilities, peers, first, threshold = 30, 0.2, 0.3, 0.25
    question = diffusion(facilities, 0.0, peers, first, peer_threshold=threshold)
    enough = np.arange(facilities + 1) / (facilities - 1) >= threshold
    distribution = chain(np.where(enough, 1.0 - np.exp(-peers), 0.0), first)
    assert 0.05 < distribution[-1][~enough].sum() < 0.95
    assert_follows(aware(simulate(engine, question, replicates)), distribution)


@pytest.mark.parametrize(("engine", "replicates"), ENGINES)
def test_a_cohort_is_a_complete_graph(engine, replicates):
    """Full ties made at one session, which tells of another idea; no peers besides."""
    facilities, peers, first = 30, 0.35, 0.1
    behaviour = {**STILL, "peer_influence": peers, "session_tie": 1.0, "tie_fading": 0.0, "ideas_in_hand": 2}
    ideas = [idea("told"), idea("passed on", initial_users=first)]
    question = scenario(MONTHS, facilities, peers=0, ideas=ideas, programme=[session(package=["told"])],
                        behaviour=behaviour)  # fmt: skip
    tables = simulate(engine, question, replicates)
    assert (wide(tables.idea_totals, "adopted", idea="told")[:, 1:] == facilities).all()
    heard = wide(tables.idea_totals, "aware", idea="passed on")
    np.testing.assert_array_equal(heard, wide(tables.idea_totals, "adopted", idea="passed on"))
    assert_follows(heard, chain(hearing(facilities, 0.0, peers), first))


@pytest.mark.parametrize(("own", "peers", "first"), [(0.0, 0.3, 0.1), (0.1, 0.25, 0.0)], ids=["logistic", "Bass"])
def test_large_populations_follow_the_logistic_and_the_bass_curve(own, peers, first):
    facilities, x = 1000, first
    share = aware(simulate("core", diffusion(facilities, own, peers, first), 60)) / facilities
    curve = [x]
    for _ in range(MONTHS):
        x += (1.0 - x) * (1.0 - (1.0 - invention(own)) * np.exp(-peers * x * facilities / (facilities - 1)))
        curve.append(x)
    assert curve[-1] > 0.95
    # The mean of a finite population departs from the curve by a few divided by its size.
    assert_mean(share, np.array(curve), rounding=5.0 / facilities)
