"""The points of a design: which values the factors have together. A method is added by its function and its line."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from qisim.experiments.design import Design, Factor
from qisim.scenario.change import current
from qisim.scenario.errors import BadInput, reading_failed, shown
from qisim.scenario.files import check_file
from qisim.scenario.schema import Scenario

MOST_POINTS = 10_000_000
MOST_BYTES = 1_000_000_000
MORRIS_LEVELS = 4
TAIL = 0.05
"""Beyond which share a normal distribution is not gone to where its ends are asked for."""

Cells = dict[str, list[Any]]


def points(design: Design, scenario: Scenario) -> tuple[list[Factor], pd.DataFrame]:
    """The factors, and the table of points: `point` from 0, then a column a factor. Raises BadInput.

    The same design gives the same points.
    """
    if design.method == "points":
        factors, cells = _own(design)
    else:
        factors, cells = list(design.factors), METHODS[design.method](design, scenario)
    count = len(next(iter(cells.values())))
    return factors, pd.DataFrame({"point": np.arange(count), **cells})


def settings(factors: list[Factor], rows: pd.DataFrame) -> list[dict[str, Any]]:
    """What each of these points sets: the scenario's keys and their values."""
    columns = [[factor.value(cell) for cell in rows[factor.called].tolist()] for factor in factors]
    keys = [factor.key for factor in factors]
    return [dict(zip(keys, values, strict=True)) for values in zip(*columns, strict=True)]


def _check_count(design: Design, count: int) -> None:
    if count > MOST_POINTS:
        raise BadInput(design.problem("method", f"makes {count:,} points", f"{MOST_POINTS:,} at most"))


def _factorial(design: Design, scenario: Scenario) -> Cells:
    """Every combination of levels; the last factor changes fastest."""
    _check_count(design, prod(len(factor.shown) for factor in design.factors))
    rows = product(*(factor.shown for factor in design.factors))
    return dict(zip((f.called for f in design.factors), map(list, zip(*rows, strict=True)), strict=True))


def _at(design: Design, shares: npt.NDArray[np.float64]) -> Cells:
    """Cells for shares float64[points, factors], each in [0, 1]."""
    _check_count(design, len(shares))
    return {f.called: [f.at(u) for u in shares[:, i].tolist()] for i, f in enumerate(design.factors)}


def _latin_hypercube(design: Design, scenario: Scenario) -> Cells:
    from scipy.stats import qmc

    return _at(design, _inner(qmc.LatinHypercube(len(design.factors), rng=design.seed).random(design.points)))


def _sobol(design: Design, scenario: Scenario) -> Cells:
    """A scrambled Sobol sequence."""
    return _at(design, _sequence(design, len(design.factors)))


def _saltelli(design: Design, scenario: Scenario) -> Cells:
    """The points from which Sobol indices are worked out, up to those of pairs.

    For each base point: A, A with each factor in turn from B, B with each in turn from A, B; as SALib reads them.
    Source: Saltelli 2002, Comput Phys Commun 145:280-297.
    """
    d = len(design.factors)
    both = _sequence(design, 2 * d)
    one, other = both[:, :d], both[:, d:]
    exchanged = [np.where(np.arange(d) == i, b, a) for a, b in ((one, other), (other, one)) for i in range(d)]
    return _at(design, np.stack([one, *exchanged, other], axis=1).reshape(-1, d))


def _sequence(design: Design, dimensions: int) -> npt.NDArray[np.float64]:
    from scipy.stats import qmc

    assert design.points is not None
    _check_count(design, design.points)
    return _inner(qmc.Sobol(dimensions, rng=design.seed).random_base2(design.points.bit_length() - 1))


def _inner(shares: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Shares strictly between 0 and 1: normal distributions have no ends."""
    return np.clip(shares, 2.0**-33, 1 - 2.0**-33)


def _morris(design: Design, scenario: Scenario) -> Cells:
    """Trajectories that change one factor after the other by two thirds of its range, from four levels.

    Source: Morris 1991, Technometrics 33:161-174.
    """
    d, rng, step = len(design.factors), np.random.default_rng(design.seed), 2
    trajectories = []
    for _ in range(design.points or 0):
        level = rng.integers(0, MORRIS_LEVELS, d)
        rows = [level.copy()]
        for i in rng.permutation(d):
            level[i] += step if level[i] < step else -step
            rows.append(level.copy())
        trajectories += rows
    shares = np.array(trajectories) / (MORRIS_LEVELS - 1)
    bell = [factor.levels is None and factor.sd is not None for factor in design.factors]
    return _at(design, np.where(bell, TAIL + (1 - 2 * TAIL) * shares, shares))


def _one_at_a_time(design: Design, scenario: Scenario) -> Cells:
    """The base point, then each factor in turn at its other levels, or at the ends of its distribution."""
    base = [_base(factor, scenario) for factor in design.factors]
    rows = [list(base)]
    for i, factor in enumerate(design.factors):
        rows += [[*base[:i], cell, *base[i + 1 :]] for cell in _ends(factor) if cell != base[i]]
    return {factor.called: [row[i] for row in rows] for i, factor in enumerate(design.factors)}


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


def _own(design: Design) -> tuple[list[Factor], Cells]:
    """The points of the user's table; its columns are factors by name, or keys where the design names no factors."""
    assert design.file is not None
    path = design.origin.folder / design.file
    check_file(path, MOST_BYTES, "a table of points")
    try:
        table = pd.read_csv(path, encoding="utf-8-sig", keep_default_na=False, na_values=[""])
    except (UnicodeDecodeError, OSError) as error:
        raise reading_failed(path, error) from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError) as error:
        raise BadInput(design.problem("file", f"{design.file} cannot be read as a table: {error}")) from None
    table = table.rename(columns=str).drop(columns="point", errors="ignore")
    factors = list(design.factors) or [Factor.model_validate({"key": column}) for column in table.columns]
    _check_table(design, factors, table)
    return factors, {factor.called: table[factor.called].tolist() for factor in factors}


def _check_table(design: Design, factors: list[Factor], table: pd.DataFrame) -> None:
    columns = list(table.columns)
    problems = [
        design.problem("file", f"{design.file} has no column {shown(factor.called)}", ", ".join(columns))
        for factor in factors
        if factor.called not in columns
    ]
    names = {factor.called for factor in factors}
    problems += [
        design.problem("factors", f"{design.file} has a column {shown(column)} that is no factor", ", ".join(names))
        for column in columns
        if column not in names
    ]
    for column in columns:
        for row in np.flatnonzero(table[column].isna())[:3]:
            problems.append(design.problem("file", f"{design.file}, line {row + 2}: {column} is empty"))
    if not len(table) or not columns:
        problems.append(design.problem("file", f"{design.file} has no rows", "a row a point"))
    if problems:
        raise BadInput(problems)
    _check_count(design, len(table))


METHODS: dict[str, Callable[[Design, Scenario], Cells]] = {
    "factorial": _factorial,
    "latin_hypercube": _latin_hypercube,
    "sobol": _sobol,
    "saltelli": _saltelli,
    "morris": _morris,
    "one_at_a_time": _one_at_a_time,
}
