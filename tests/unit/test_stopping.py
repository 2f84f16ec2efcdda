"""When a comparison has enough replicates."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import t

from qisim.experiments.stopping import BATCH, FIRST_BATCH, half_widths, look_ahead, next_batch, precise


def test_half_widths_are_those_of_each_number_of_replicates() -> None:
    times = np.random.default_rng(1).integers(10, 40, (2, 60)).astype(float)
    widths = half_widths(times)
    for runs in (2, 17, 60):
        gap = times[0, :runs] - times[1, :runs]
        assert widths[runs - 2] == pytest.approx(t.ppf(0.95, runs - 1) * gap.std(ddof=1) / np.sqrt(runs))


def test_only_differences_to_the_first_and_to_the_fastest_matter() -> None:
    rng = np.random.default_rng(2)
    luck = rng.normal(0, 1, 50)
    steady = np.array([30 + luck, 20 + luck, 40 + luck])  # B is the fastest
    assert half_widths(steady)[-1] == pytest.approx(0, abs=1e-6)
    wild = np.vstack([steady, 45 + 9 * rng.normal(0, 1, 50), 45 + 9 * rng.normal(0, 1, 50)])
    to_first = [t.ppf(1 - 0.1 / 10 / 2, 49) * (wild[0] - row).std(ddof=1) / np.sqrt(50) for row in wild[1:]]
    to_best = [t.ppf(1 - 0.1 / 10 / 2, 49) * (wild[1] - row).std(ddof=1) / np.sqrt(50) for row in wild]
    between = t.ppf(1 - 0.1 / 10 / 2, 49) * (wild[3] - wild[4]).std(ddof=1) / np.sqrt(50)
    assert half_widths(wild)[-1] == pytest.approx(max(to_first + to_best))
    assert between > half_widths(wild)[-1], "the pair that does not matter is the widest"


def test_precision_must_hold_over_the_look_ahead() -> None:
    rng = np.random.default_rng(4)
    times = np.array([np.zeros(60), rng.choice([-2.0, 2.0], 60)])
    widths = half_widths(times)
    assert precise(times, widths[-(look_ahead(60) + 1) :].max())
    assert not precise(times, widths[-(look_ahead(60) + 1) :].max() - 1e-9)
    # narrow for long, then wide for the last but two: met now, yet not over the look-ahead
    late = np.array([np.zeros(60), np.r_[np.zeros(57), 20, -20, 0]])
    assert not precise(late, half_widths(late)[-1])
    assert not precise(np.zeros((2, FIRST_BATCH - 1)), 1)
    assert precise(np.zeros((2, FIRST_BATCH)), 1)


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
