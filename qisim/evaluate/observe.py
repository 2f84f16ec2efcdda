"""What an evaluator sees of a future: the records that were measured, or what facilities reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qisim.evaluate.plan import Plan

if TYPE_CHECKING:
    from qisim.evaluate.futures import Future

LOTS, RECORDS, TIES = 1, 2, 3
"""What random numbers are for; each has numbers of its own."""


def numbers(seed: int, replicate: int, purpose: int) -> np.random.Generator:
    """Random numbers of one replicate for one purpose, the same whatever else is drawn."""
    return np.random.default_rng((seed, replicate, purpose))


def observed(plan: Plan, future: Future, luck: np.ndarray) -> np.ndarray:
    """The data of every facility in every month, float64[M, F], without what the programme makes facilities claim.

    `luck` is uniform between 0 and 1: the same luck, and a higher score, never give a lower count of records.
    """
    if plan.data == "reported":
        return future.reported
    from scipy.stats import binom

    return binom.ppf(luck, plan.records, future.score) / plan.records


def claimed(plan: Plan, data: np.ndarray, launch: np.ndarray) -> np.ndarray:
    """The data, float64[M, F], where facilities in the programme report too much."""
    if plan.data != "reported" or plan.over_reporting == 0:
        return data
    raised = data + plan.over_reporting * (1 - data)
    return np.where(in_programme(launch, len(data)), raised, data)


def in_programme(launch: np.ndarray, months: int) -> np.ndarray:
    """Whether the programme has been launched in a facility by a month, bool[M, F]."""
    return (launch >= 0) & (np.arange(months)[:, None] >= launch)
