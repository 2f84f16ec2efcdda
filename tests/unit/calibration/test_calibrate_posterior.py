"""The posterior of toy simulators whose posterior is known in closed form, and what makes it deterministic."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from qisim.calibration.posterior import adjust, next_box, posterior, quantile
from qisim.calibration.summaries import learn, varying
from qisim.input.errors import BadInput

DRAWS = 4000
AT = [0.05, 0.25, 0.5, 0.75, 0.95]
WHOLE = np.array([[0.0, 1.0]])


def rounds(simulate, observed, parameters, number=3, draws=DRAWS, seed=1):
    """The posterior after some rounds with a toy simulator `simulate(rng, shares)`, and the last box."""
    rng = np.random.default_rng(seed)
    box = np.tile([0.0, 1.0], (parameters, 1))
    shares, cells = np.empty((0, parameters)), None
    for last in range(number):
        new = box[:, 0] + (box[:, 1] - box[:, 0]) * rng.random((draws, parameters))
        shares = np.vstack([shares, new])
        simulated = simulate(rng, new)
        cells = simulated if cells is None else np.vstack([cells, simulated])
        inside = ((shares >= box[:, 0]) & (shares <= box[:, 1])).all(axis=1)
        shares, cells = shares[inside], cells[inside]
        found = posterior(shares, cells, observed, box)
        if last < number - 1:
            box = next_box(found, box)
    return found, box


@pytest.mark.parametrize("successes", [0, 3, 25, 48])
def test_binomial(successes):
    """Successes of 50 with an even prior: the posterior is a beta distribution."""
    found, _ = rounds(lambda rng, u: rng.binomial(50, u).astype(float), np.array([float(successes)]), 1)
    known = stats.beta(successes + 1, 51 - successes)
    assert found.quantiles(AT)[:, 0] == pytest.approx(known.ppf(AT), abs=0.3 * known.std())


def test_normal_with_many_cells():
    """Ten measurements of one value: the posterior is normal around their mean, cut at the ends of the prior."""
    seen = 0.4 + 0.15 * np.random.default_rng(7).standard_normal(10)
    found, box = rounds(lambda rng, u: u + 0.15 * rng.standard_normal((len(u), 10)), seen, 1)
    known = stats.norm(seen.mean(), 0.15 / np.sqrt(10))
    assert found.quantiles(AT)[:, 0] == pytest.approx(known.ppf(AT), abs=0.3 * known.std())
    assert box[0, 1] - box[0, 0] < 0.6
    assert box[0, 0] < known.ppf(0.001) and known.ppf(0.999) < box[0, 1]


def test_spread_that_differs_with_the_parameter():
    """A scale: how far values lie from 0. The posterior of sigma, even on 0.5 to 1.5, by integration on a grid."""
    seen = np.random.default_rng(3).standard_normal(20)
    grid = (np.arange(2000) + 0.5) / 2000
    likelihood = stats.norm(0, 0.5 + grid[:, None]).logpdf(seen).sum(axis=1)
    weights = np.exp(likelihood - likelihood.max())
    root = np.sqrt(np.mean(seen**2))  # the sufficient summary; raw values tell of it by their squares alone
    found, _ = rounds(_root_mean_square, np.array([root]), 1)
    known = quantile(grid, weights / weights.sum(), AT)
    assert found.quantiles(AT)[:, 0] == pytest.approx(known, abs=0.03)


def _root_mean_square(rng, shares):
    return np.sqrt(np.mean(((0.5 + shares) * rng.standard_normal((len(shares), 20))) ** 2, axis=1, keepdims=True))


def test_a_parameter_that_changes_nothing_keeps_its_prior():
    found, box = rounds(lambda rng, u: u[:, :1] + 0.05 * rng.standard_normal((len(u), 3)), np.full(3, 0.5), 2)
    low, high = found.quantiles([0.05, 0.95])
    assert high[0] - low[0] < 0.15
    assert high[1] - low[1] > 0.8
    assert found.explained[0] > 0.8 > 0.05 > found.explained[1]
    assert box[1].tolist() == [0.0, 1.0]


def test_only_the_sum_is_known():
    found, _ = rounds(lambda rng, u: u.sum(axis=1, keepdims=True) + 0.02 * rng.standard_normal((len(u), 2)),
                      np.full(2, 1.0), 2)  # fmt: skip
    assert stats.spearmanr(found.shares)[0] < -0.9
    low, high = found.quantiles([0.05, 0.95])
    assert low == pytest.approx(np.full(2, 0.05), abs=0.08)
    assert high == pytest.approx(np.full(2, 0.95), abs=0.08)


def test_intervals_cover_what_they_should():
    """Over 100 data sets of two parameters with known truth: 90% intervals hold it in about nine of ten."""
    rng = np.random.default_rng(11)
    time = np.linspace(0, 1, 12)

    def simulate(shares):
        return shares[:, [0]] * np.exp(-3 * shares[:, [1]] * time) + 0.05 * rng.standard_normal((len(shares), 12))

    shares = rng.random((1500, 2))
    cells, truth = simulate(shares), rng.random((100, 2))
    box = np.tile(WHOLE, (2, 1))
    found = [posterior(shares, cells, seen, box).quantiles([0.05, 0.95]) for seen in simulate(truth)]
    covered = np.mean([(low <= t) & (t <= high) for (low, high), t in zip(found, truth, strict=True)], axis=0)
    assert (covered > 0.80).all()  # below that in one of 500 trials of 100 at 0.9
    assert (covered < 1).all()


def test_the_same_draws_give_the_same_bits():
    rng = np.random.default_rng(2)
    shares = rng.random((600, 2))
    cells = shares @ rng.random((2, 5)) + 0.1 * rng.standard_normal((600, 5))
    box = np.tile(WHOLE, (2, 1))
    one, other = (posterior(shares, cells, cells[3], box) for _ in range(2))
    assert one.shares.tobytes() == other.shares.tobytes()
    assert one.weights.sum() == pytest.approx(1)
    assert (one.equal(50, 1) == other.equal(50, 1)).all()


def test_cells_that_never_differ_tell_nothing():
    rng = np.random.default_rng(5)
    shares = rng.random((500, 1))
    cells = np.hstack([np.full((500, 1), 52.0), shares + 0.1 * rng.standard_normal((500, 1))])
    assert varying(cells).tolist() == [False, True]
    assert np.isfinite(learn(shares, cells, np.array([52.0, 0.5])).differences).all()


@pytest.mark.parametrize("different", [0, 1])
def test_data_in_which_nothing_differs_are_refused(different):
    """No cell that differs, or one in a single draw, of which the regression for that draw's fold knows nothing."""
    cells = np.full((500, 3), 52.0)
    cells[:different, 0] = 53
    with pytest.raises(BadInput, match=r"data: tell of nothing that differs .* later months, or scores"):
        learn(np.random.default_rng(5).random((500, 1)), cells, np.full(3, 52.0))


def test_learning_from_nothing_tells_nothing():
    """A draw is never compared by a regression that knows it, so noise does not look like knowledge."""
    rng = np.random.default_rng(6)
    learnt = learn(rng.random((400, 1)), rng.standard_normal((400, 60)), rng.standard_normal(60))
    assert learnt.explained[0] < 0.05


def test_adjustment_takes_out_a_straight_line():
    rng = np.random.default_rng(8)
    away = rng.standard_normal((800, 1))
    logits = 0.3 + 0.8 * away + 0.2 * rng.standard_normal((800, 1))
    moved = adjust(1 / (1 + np.exp(-logits)), away, np.full(800, 1 / 800), WHOLE)
    back = np.log(moved / (1 - moved))
    assert back.mean() == pytest.approx(0.3, abs=0.03)
    assert back.std() == pytest.approx(0.2, abs=0.02)


def test_draws_of_equal_likelihood_follow_the_weights():
    rng = np.random.default_rng(9)
    shares = rng.random((1000, 1))
    cells = shares + 0.05 * rng.standard_normal((1000, 1))
    found = posterior(shares, cells, np.array([0.3]), WHOLE)
    drawn = found.shares[found.equal(400, 1)][:, 0]
    assert np.quantile(drawn, [0.1, 0.5, 0.9]) == pytest.approx(found.quantiles([0.1, 0.5, 0.9])[:, 0], abs=0.01)
