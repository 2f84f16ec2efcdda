"""The random numbers of a calibration: what is drawn for one purpose has nothing to do with what is for another."""

from __future__ import annotations

from enum import IntEnum

import numpy as np


class Purpose(IntEnum):
    """What random numbers are for. None is 0: numpy takes zeros at the end of a seed for nothing."""

    POINTS = 1
    ERRORS = 2
    RESAMPLING = 3


def luck(seed: int, number: int, purpose: Purpose) -> np.random.Generator:
    """The random numbers of a purpose; `number` is that of a round, of a simulation, or how many are drawn."""
    return np.random.default_rng([seed, number, int(purpose)])
