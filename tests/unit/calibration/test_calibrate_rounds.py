"""Rounds of a calibration on a model whose answer is known, and the errors of what assessors measure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from qisim.calibration.errors import Errors
from qisim.calibration.experiment import _rounds
from qisim.calibration.priors import values
from qisim.calibration.settings import settings
from qisim.observed.observed import Observed
from qisim.observed.series import SERIES, series_of
from tests.unit.outcomes.hand_made import scenario as scenario_by_hand


class _Toy:
    """A model whose cells are straight lines in two parameters, with noise; each simulation has its own."""

    def __init__(self, low, high):
        self._low, self._width = low, high - low

    def cells(self, first, values):
        noise = [np.random.default_rng([77, first + i]).standard_normal(4) for i in range(len(values))]
        shares = (values - self._low) / self._width
        return 0.3 + 0.2 * shares @ np.array([[1, 1, 0, 0.5], [0, 1, 1, -0.5]]) + 0.01 * np.array(noise)


def test_intervals_after_three_rounds_hold_the_truth_as_often_as_they_say():
    scenario = scenario_by_hand()
    asked = settings(scenario, ["works_base", "reporting_bias"], simulations=300, rounds=3)
    low, high = (values(asked.priors, np.full((1, 2), share))[0] for share in (0.0, 1.0))
    held = []
    for number in range(40):
        truth = np.random.default_rng([5, number]).random((1, 2))
        seen = _Toy(low, high).cells(10**6 + number, values(asked.priors, truth))[0]
        table = pd.DataFrame({"month": range(4), "district": "", "series": "score", "value": seen})
        observed = Observed("", table, np.full(4, 10), SERIES)
        _, rounds = _rounds(scenario, observed, replace(asked, seed=number), _Toy(low, high))
        assert np.ptp(rounds[-1].box, axis=1).max() < 0.7, "the box narrowed"
        ends = rounds[-1].posterior.quantiles([0.05, 0.95])
        held.append((ends[0] <= truth[0]) & (truth[0] <= ends[1]))
    assert 0.79 < np.mean(held) < 0.99  # 0.9 of 80, within 3.3 standard deviations


@pytest.mark.parametrize("true", [0.5, 0.9, 0.0])
def test_assessors_err_by_the_records_of_each_indicator(true):
    """Drawn as they draw: so many records of each indicator in each facility, whatever was seen."""
    indicators = [{"name": "hand hygiene", "weight": 1.0}, {"name": "TB screening", "weight": 3.0}]
    scenario = scenario_by_hand(indicators=indicators)
    table = pd.DataFrame({"month": 3, "district": "", "series": ["score_measured", "hand hygiene_measured"],
                          "value": [0.0, 1.0]})  # fmt: skip
    observed = Observed("", table, np.full(2, 5), series_of(scenario))
    rng, records = np.random.default_rng(8), scenario.behaviour.records
    shares = rng.binomial(records, true, (6000, 5, 2)) / records
    drawn = [(shares @ [0.25, 0.75]).mean(axis=1).std(), shares[..., 0].mean(axis=1).std()]
    cells = np.full((6000, 2), true)
    noisy = Errors(observed, scenario, 0.0, 1).added(np.arange(6000), cells)
    assert noisy.std(axis=0) == pytest.approx(drawn, rel=0.06)
