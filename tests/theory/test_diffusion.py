"""How awareness spreads: own invention alone, peers alone, and both."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from qisim.model.rules import monthly
from qisim.scenario.schema import Scenario

from tests.theory.settings import STILL, Tables, assert_mean, idea, scenario, simulate, wide

MONTHS = 30
ENGINES = [("core", 400), ("mesa", 8)]
SKILL = 0.4


def diffusion(facilities: int, own: float, peers: float, first: float) -> Scenario:
    """Every facility knows every other; whoever hears of the idea uses it in the same month.

    `own` is the annual probability of a fully skilled team's own invention, `peers` the monthly hazard when all use
    the idea, `first` the share of users at the start.
    """
    behaviour = {**STILL, "invention_annual": own, "skill_start": SKILL, "peer_influence": peers}
    return scenario(
        MONTHS, facilities, peers=1000, ideas=[idea(initial_users=first, needs_adapting=False)], behaviour=behaviour
    )


def invention(own: float) -> float:
    """Monthly probability of own invention at full engagement."""
    return monthly(own) * 0.5 * (SKILL + 1.0)


def chain(facilities: int, own: float, peers: float, first: float) -> np.ndarray:
    """Distribution of the number aware, float64[MONTHS + 1, facilities + 1], from the exact Markov chain."""
    aware = np.arange(facilities + 1)
    hearing = 1.0 - (1.0 - invention(own)) * np.exp(-peers * aware / (facilities - 1))
    step = binom.pmf(aware[None, :] - aware[:, None], (facilities - aware)[:, None], hearing[:, None])
    shares = [binom.pmf(aware, facilities, first)]
    for _ in range(MONTHS):
        shares.append(shares[-1] @ step)
    return np.array(shares)


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
    distribution, number = chain(facilities, own, peers, first), np.arange(facilities + 1)
    mean = distribution @ number
    deviation = number - mean[:, None]
    variance, fourth = ((distribution * deviation**power).sum(axis=1) for power in (2, 4))
    assert_mean(heard, mean, np.sqrt(variance))
    if replicates > 100:  # squared deviations are too skewed for a handful of replicates
        assert_mean((heard - mean) ** 2, variance, np.sqrt(np.maximum(fourth - variance**2, 0.0)))


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
