"""When a comparison has enough replicates."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import t

from qisim.comparison.paired import Means, differences
from qisim.comparison.stopping import BATCH, FIRST_BATCH, half_widths, look_ahead, next_batch, precise


def test_half_widths_are_those_of_each_number_of_replicates() -> None:
    times = np.random.default_rng(1).integers(10, 40, (2, 60)).astype(float)
    widths = half_widths(times, 48)
    for runs in (2, 17, 60):
        assert widths[runs - 2] == pytest.approx(wide(times[0, :runs] - times[1, :runs], 0.95))
    found = differences(times, gaps=Means(48, rare=True))[0, 1]
    assert found.low is not None and found.high is not None
    assert found.high - found.low == pytest.approx(2 * widths[-1]), "the interval that is reported"


def wide(gap: np.ndarray, end: float) -> float:
    """The half-width with a replicate more at either end of 48 months."""
    gap = np.append(gap, (-48, 48))
    return float(t.ppf(end, len(gap) - 1) * gap.std(ddof=1) / np.sqrt(len(gap)))


def test_only_differences_to_the_first_and_to_the_fastest_matter() -> None:
    rng = np.random.default_rng(2)
    luck = rng.normal(0, 1, 50)
    steady = np.array([30 + luck, 20 + luck, 40 + luck])  # B is the fastest
    alone = max(wide(steady[1] - row, 1 - 0.1 / 3 / 2) for row in steady)
    assert half_widths(steady, 48)[-1] == pytest.approx(alone)
    wild = np.vstack([steady, 45 + 9 * rng.normal(0, 1, 50), 45 + 9 * rng.normal(0, 1, 50)])
    end = 1 - 0.1 / 10 / 2
    matter = [wide(wild[first] - row, end) for first in (0, 1) for row in wild]
    assert half_widths(wild, 48)[-1] == pytest.approx(max(matter))
    assert wide(wild[3] - wild[4], end) > max(matter), "the pair that does not matter is the widest"


def test_precision_must_hold_over_the_look_ahead() -> None:
    rng = np.random.default_rng(4)
    times = np.array([np.zeros(60), rng.choice([-2.0, 2.0], 60)])
    widths = half_widths(times, 48)
    assert precise(times, 48, widths[-(look_ahead(60) + 1) :].max())
    assert not precise(times, 48, widths[-(look_ahead(60) + 1) :].max() - 1e-9)
    # wide for long, then narrow: met now, yet not over the look-ahead
    assert not precise(times, 48, widths[-1])
    assert not precise(np.zeros((2, FIRST_BATCH - 1)), 48, 9)
    assert precise(np.zeros((2, FIRST_BATCH)), 48, 9)


def test_replicates_without_variance_are_not_certain() -> None:
    """Nobody arrives in 40 replicates: the first who does may be among the next."""
    nobody = np.full((2, 240), 48.0)
    assert not precise(nobody[:, :40], 48, 0.5)
    assert not precise(nobody[:, :200], 48, 0.5)
    assert precise(nobody, 48, 0.5), "1.68 * 48 * sqrt(2 / 241 / 242) = 0.47 months"


@pytest.mark.parametrize(("runs", "more"), [(40, 5), (100, 5), (200, 10), (390, 19)])
def test_the_look_ahead_grows_with_the_replicates(runs: int, more: int) -> None:
    assert look_ahead(runs) == more


def test_batches_end_at_the_limit() -> None:
    for limit in (1, 39, 40, 41, 100, 407):
        done, batches = 0, []
        while done < limit:
            batches.append(next_batch(done, limit))
            done += batches[-1]
        assert done == limit
        assert batches[0] == min(limit, FIRST_BATCH)
        assert all(batch == BATCH for batch in batches[1:-1])


def test_intervals_hold_the_truth_after_stopping_where_arrivals_are_rare() -> None:
    """2% arrive with the one strategy, none with the other; those 12.5 months before the horizon on average."""
    rng, held, alone = np.random.default_rng(5), 0, 0
    for _ in range(100):
        times = np.full((2, 400), 48.0)
        times[0] -= (rng.random(400) < 0.02) * rng.integers(1, 25, 400)
        runs = 0
        while runs < 400:
            runs += next_batch(runs, 400)
            if precise(times[:, :runs], 48, 0.5):
                break
        gap = differences(times[:, :runs], gaps=Means(48, rare=True))[0, 1]
        plain = differences(times[:, :40])[0, 1]
        assert gap.low is not None and gap.high is not None and plain.low is not None and plain.high is not None
        held += gap.low <= -0.02 * 12.5 <= gap.high
        alone += plain.low <= -0.02 * 12.5 <= plain.high
    assert held >= 90
    assert alone < 60, "what Student's t alone would say after 40"
