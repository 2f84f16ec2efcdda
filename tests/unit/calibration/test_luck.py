"""Luck drawn for many facilities at once is the luck drawn one by one."""

import numpy as np
import pytest

from qisim.model import chance
from qisim.model.batch.arrays import AT_A_TIME
from qisim.model.batch.luck import draw


@pytest.mark.parametrize(
    ("first", "last", "seed", "replicate", "month", "numbers"),
    [
        (0, AT_A_TIME, 1, 0, 0, 4),
        (64, 101, 20240229, 7, 59, 6),
        (399, 400, chance.MOST_SEED, chance.MOST_REPLICATES - 1, 600, 12),
    ],
)
def test_luck_of_many_is_the_luck_of_each(
    first: int, last: int, seed: int, replicate: int, month: int, numbers: int
) -> None:
    luck = np.full((numbers + 4, AT_A_TIME), -1.0)
    draw(first, last, seed, replicate, month, chance.PRACTICE, numbers, luck)
    for f in range(first, last):
        for n in range(numbers):
            four = chance.uniforms(seed, replicate, f, month, chance.PRACTICE, n // 4)
            assert luck[n, f - first] == chance.lane(four, n)
    drawn = 4 * ((numbers + 3) // 4)
    assert np.all(luck[:, last - first :] == -1.0), "luck of facilities that are not dealt with was touched"
    assert np.all(luck[drawn:] == -1.0), "more was drawn than asked for"
