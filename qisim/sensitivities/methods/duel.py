"""When is one choice better than the other: two levels of a factor compared, all other inputs and the luck equal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qisim.input.errors import BadInput, Problem, nearest
from qisim.sensitivities.methods.estimate import Estimate, jackknifed
from qisim.sensitivities.methods.factor import Factor
from qisim.sensitivities.methods.rules import Rules, find_rules
from qisim.sensitivities.methods.sample import Sample, Untold, plain

FEWEST_PAIRS = 4


@dataclass(frozen=True)
class Duel:
    """The paired differences of two levels: `one` less `other`, float64[Q, R] for Q pairs of points.

    `difference` is their mean; `rules` tell where it is high and low; without any, `why_no_rules`
    says why.
    """

    factor: Factor
    one: str
    other: str
    gaps: np.ndarray
    difference: Estimate
    rules: Rules | None
    why_no_rules: str = ""


def contender(factors: tuple[Factor, ...], name: str) -> Factor:
    """The factor of two levels called `name`. Raises BadInput where there is none."""
    names = [factor.name for factor in factors]
    if name not in names:
        raise BadInput(Problem("--compare", f"there is no factor {name!r} in this sweep", allowed=", ".join(names),
                               nearest=nearest(name, names)))  # fmt: skip
    factor = factors[names.index(name)]
    if len(factor.levels) != 2:
        found = f"{len(factor.levels)} levels" if factor.levels else "a range"
        raise BadInput(Problem("--compare", f"{name!r} has {found}; only a factor with two levels can be compared"))
    return factor


def duel(sample: Sample, factor: Factor) -> Duel:
    """The two levels of a factor compared at pairs of points that are equal in all other factors.

    Raises Untold where the design holds too few such pairs.
    """
    others = tuple(one for one in sample.factors if one is not factor)
    first, second = _pairs(sample, factor, others)
    if len(first) < FEWEST_PAIRS:
        raise Untold(
            f"asks for points that differ in {factor.name!r} alone, {FEWEST_PAIRS} pairs at least, and the sweep has "
            f"{len(first)}; a factorial design has them, or a file of points that has each row twice"
        )
    gaps = sample.values[first] - sample.values[second]
    _, block = np.unique(sample.block[first], return_inverse=True)
    pairs = Sample(sample.measure, sample.method, others, sample.points.iloc[first], gaps, block)
    difference = jackknifed(pairs, lambda rows, columns: np.array([gaps[np.ix_(rows, columns)].mean()]))[0]
    rules, why = None, "in all runs both do equally well"
    if pairs.values.any():
        try:
            rules = find_rules(pairs)
        except Untold as untold:
            why = str(untold)
    one, other = (factor.said(plain(level)) for level in factor.levels)
    return Duel(factor, one, other, gaps, difference, rules, why)


def _pairs(sample: Sample, factor: Factor, others: tuple[Factor, ...]) -> tuple[np.ndarray, np.ndarray]:
    """The places of points at the first and at the second level that agree in all other factors."""
    level = factor.codes(sample.column(factor))
    is_first = level == min(level)
    rest = np.column_stack([one.codes(sample.column(one)) for one in others]) if others else np.zeros((len(level), 1))
    sides: list[dict[bytes, int]] = [{}, {}]
    for place in range(len(level)):
        sides[0 if is_first[place] else 1].setdefault(rest[place].tobytes(), place)
    shared = [key for key in sides[0] if key in sides[1]]
    return np.array([sides[0][key] for key in shared], int), np.array([sides[1][key] for key in shared], int)


def futures(gaps: np.ndarray, less_is_better: bool) -> tuple[float, float, float]:
    """The shares of runs in which the first is better, as good, and worse."""
    better = gaps < 0 if less_is_better else gaps > 0
    same = gaps == 0
    return float(better.mean()), float(same.mean()), float(1 - better.mean() - same.mean())
