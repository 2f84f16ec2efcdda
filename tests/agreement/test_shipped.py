"""Both engines give the same trajectory, to the last bit, on every scenario that comes with qisim."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from qisim.study.study import load
from tests.agreement.engines import SHIPPED, assert_engines_agree

study = cache(load)


@pytest.mark.parametrize(("seed", "replicate"), [(1, 0), (2, 3)])
@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_both_engines_give_the_same_trajectory(file: Path, seed: int, replicate: int) -> None:
    shipped = study(file)
    model = assert_engines_agree(shipped.scenario, shipped.world, seed, [replicate])[0]
    assert model.month == shipped.scenario.months
    assert model.log


def test_there_are_shipped_scenarios() -> None:
    assert {"cambodia", "ethiopia", "natural_diffusion", "one_district"} <= {file.stem for file in SHIPPED}
