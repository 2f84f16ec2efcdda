"""The points of a design: which values the factors have together. A method is added by its function and its line."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from qisim.input.errors import BadInput
from qisim.scenario.edit import current
from qisim.scenario.schema import Scenario
from qisim.sweeps.design import Design, Factor
from qisim.sweeps.design_check import MOST_POINTS
from qisim.sweeps.own_points import own_points

MORRIS_LEVELS = 4
TAIL = 0.05
"""Beyond which share a normal distribution is not gone to where its ends are asked for."""

Cells = dict[str, npt.NDArray[Any]]
"""A column for each factor, by its name."""
Shares = Callable[[int], npt.NDArray[np.float64]]
"""The shares of a factor, by its position: float64[points], each in [0, 1]."""


def points(design: Design, scenario: Scenario) -> tuple[list[Factor], pd.DataFrame]:
    """The factors, and the table of points: `point` from 0, then a column a factor. Raises BadInput.

    The same design gives the same points.
    """
    if design.method == "points":
        factors, cells = own_points(design, scenario)
    else:
        factors, cells = list(design.factors), METHODS[design.method](design, scenario)
    count = len(next(iter(cells.values())))
    if count > MOST_POINTS:  # of a table of the user's own; all others are known before they are made
        raise BadInput(design.problem("file", f"holds {count:,} points", f"{MOST_POINTS:,} at most"))
    return factors, pd.DataFrame({"point": np.arange(count), **cells}, copy=False)


def settings(factors: list[Factor], rows: pd.DataFrame) -> list[dict[str, Any]]:
    """What each of these points sets: the scenario's keys and their values."""
    columns = [[factor.value(cell) for cell in rows[factor.called].tolist()] for factor in factors]
    keys = [factor.key for factor in factors]
    return [dict(zip(keys, values, strict=True)) for values in zip(*columns, strict=True)]


def _factorial(design: Design, scenario: Scenario) -> Cells:
    """Every combination of levels; the last factor changes fastest."""
    counts = [len(factor.shown) for factor in design.factors]
    return {
        factor.called: np.tile(np.repeat(_array(factor.shown), prod(counts[i + 1 :])), prod(counts[:i]))
        for i, factor in enumerate(design.factors)
    }


def _array(cells: list[Any]) -> npt.NDArray[Any]:
    """Numbers, or true and false, as such; texts as they are, each kept once."""
    return np.array(cells, dtype=object if isinstance(cells[0], str) else None)


def _at(design: Design, shares: Shares) -> Cells:
    """The cells of all points, one column after the other."""
    return {f.called: _cells(f, shares(i)) for i, f in enumerate(design.factors)}


def _cells(factor: Factor, shares: npt.NDArray[np.float64]) -> npt.NDArray[Any]:
    kind = _array(factor.shown).dtype if factor.levels is not None else np.dtype(int if factor.whole else float)
    return np.fromiter((factor.at(float(share)) for share in shares), kind, len(shares))


def _latin_hypercube(design: Design, scenario: Scenario) -> Cells:
    from scipy.stats import qmc

    assert design.points is not None
    shares = _inner(qmc.LatinHypercube(len(design.factors), rng=design.seed).random(design.points))
    return _at(design, lambda i: shares[:, i])


def _sobol(design: Design, scenario: Scenario) -> Cells:
    """A scrambled Sobol sequence."""
    shares = _sequence(design, len(design.factors))
    return _at(design, lambda i: shares[:, i])


def _saltelli(design: Design, scenario: Scenario) -> Cells:
    """The points from which Sobol indices are worked out, up to those of pairs.

    For each base point: A, A with each factor in turn from B, B with each in turn from A, B; as SALib reads them.
    Source: Saltelli 2002, Comput Phys Commun 145:280-297.
    """
    d = len(design.factors)
    both = _sequence(design, 2 * d)

    def shares(i: int) -> npt.NDArray[np.float64]:
        one, other = both[:, [i]], both[:, [d + i]]
        rows = np.repeat(np.hstack([one, other]), d + 1, axis=1)
        rows[:, 1 + i], rows[:, d + 1 + i] = other[:, 0], one[:, 0]
        return rows.ravel()

    return _at(design, shares)


def _sequence(design: Design, dimensions: int) -> npt.NDArray[np.float64]:
    from scipy.stats import qmc

    assert design.points is not None
    return _inner(qmc.Sobol(dimensions, rng=design.seed).random_base2(design.points.bit_length() - 1))


def _inner(shares: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Shares strictly between 0 and 1: normal distributions have no ends."""
    return np.clip(shares, 2.0**-33, 1 - 2.0**-33)


def _morris(design: Design, scenario: Scenario) -> Cells:
    """Trajectories that change one factor after the other by two thirds of its range, from four levels.

    Source: Morris 1991, Technometrics 33:161-174.
    """
    d, rng, step = len(design.factors), np.random.default_rng(design.seed), 2
    count = design.points or 0
    levels = np.empty((count, d + 1, d), np.int8)
    for trajectory in levels:
        trajectory[:] = rng.integers(0, MORRIS_LEVELS, d)
        for row, i in enumerate(rng.permutation(d), 1):
            trajectory[row:, i] += step if trajectory[0, i] < step else -step

    def shares(i: int) -> npt.NDArray[np.float64]:
        found = levels[:, :, i].ravel() / (MORRIS_LEVELS - 1)
        bell = design.factors[i].levels is None and design.factors[i].sd is not None
        return TAIL + (1 - 2 * TAIL) * found if bell else found

    return _at(design, shares)


def _one_at_a_time(design: Design, scenario: Scenario) -> Cells:
    """The base point, then each factor in turn at its other levels, or at the ends of its distribution."""
    base = [_base(factor, scenario) for factor in design.factors]
    rows = [list(base)]
    for i, factor in enumerate(design.factors):
        rows += [[*base[:i], cell, *base[i + 1 :]] for cell in _ends(factor) if cell != base[i]]
    return {factor.called: _array([row[i] for row in rows]) for i, factor in enumerate(design.factors)}


def _base(factor: Factor, scenario: Scenario) -> Any:
    """The scenario's own value where it is one of the levels or a number; else the first level, or the median."""
    now = current(scenario, factor.key)
    if factor.levels is not None:
        same = [cell for cell, level in zip(factor.shown, factor.levels, strict=True) if level == now]
        return same[0] if same else factor.shown[0]
    if isinstance(now, (int, float)) and not isinstance(now, bool):
        return now if factor.whole else float(now)
    return factor.at(0.5)


def _ends(factor: Factor) -> list[Any]:
    if factor.levels is not None:
        return factor.shown
    tail = TAIL if factor.sd is not None else 0.0
    return [factor.at(tail), factor.at(1 - tail)]


METHODS: dict[str, Callable[[Design, Scenario], Cells]] = {
    "factorial": _factorial,
    "latin_hypercube": _latin_hypercube,
    "sobol": _sobol,
    "saltelli": _saltelli,
    "morris": _morris,
    "one_at_a_time": _one_at_a_time,
}
