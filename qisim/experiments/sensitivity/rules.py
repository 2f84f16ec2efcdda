"""Scenario discovery: a few plain rules that tell where in the space of the inputs an outcome is good or bad.

A regression tree (Breiman et al. 1984) on the mean outcome of each point, by scikit-learn. Its size is the smallest
that predicts points it has not seen about as well as the best does (the rule of one standard error).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from qisim.experiments.sensitivity.estimate import Estimate, mean_over
from qisim.experiments.sensitivity.factor import Factor
from qisim.experiments.sensitivity.sample import Sample, Untold

MOST_RULES = 6
PARTS, REPEATS = 5, 4
SMALLEST_PART = 0.05
FEWEST_POINTS = 20
FEWEST_IN_A_RULE = 3
SEED = 1


@dataclass(frozen=True)
class Condition:
    """What a rule asks of one factor: a range, with None where it is open, or some of its texts."""

    factor: Factor
    above: float | None = None
    below: float | None = None
    among: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """The condition in words, such as "turnover below 22%"."""
        name, say = self.factor.name, self.factor.said
        if self.among:
            return f"{name} {' or '.join(self.among)}"
        inside = [
            level for level in self.factor.levels
            if (self.above is None or level > self.above) and (self.below is None or level <= self.below)
        ]  # fmt: skip
        if self.factor.kind == "levels":
            if len(inside) == 1:
                return f"{name} {say(inside[0])}"
            if self.above is None:
                return f"{name} at most {say(inside[-1])}"
            return (
                f"{name} {say(inside[0])} or more"
                if self.below is None
                else f"{name} {say(inside[0])} to {say(inside[-1])}"
            )
        if self.factor.whole:
            least = None if self.above is None else say(math.floor(self.above) + 1)
            most = None if self.below is None else say(math.floor(self.below))
            if least is None or most is None:
                return f"{name} at most {most}" if least is None else f"{name} {least} or more"
            return f"{name} {least}" if least == most else f"{name} {least} to {most}"
        if self.above is not None and self.below is not None:
            return f"{name} between {say(self.above)} and {say(self.below)}"
        return f"{name} below {say(self.below)}" if self.above is None else f"{name} above {say(self.above)}"


@dataclass(frozen=True)
class Rule:
    """A part of the space of inputs: its conditions, which points lie in it (bool[P]), and the mean there."""

    conditions: tuple[Condition, ...]
    inside: np.ndarray
    mean: Estimate

    @property
    def share(self) -> float:
        """The share of points that lie in it."""
        return float(self.inside.mean())

    @property
    def said(self) -> str:
        """All its conditions in words."""
        return " and ".join(condition.said for condition in self.conditions)


@dataclass(frozen=True)
class Rules:
    """Rules that part the space, the highest mean first; `foretold` is the share of variance between points that they
    foretell of points they were not made from."""

    rules: list[Rule]
    foretold: float


def find_rules(sample: Sample) -> Rules:
    """Rules for the mean outcome of a sample's points. Raises Untold where nothing is to be found.

    Points of one block are either all learnt from or all foretold.
    """
    means, block = sample.means, sample.block
    if len(means) < FEWEST_POINTS or sample.blocks < 2 * PARTS:
        raise Untold(f"asks for {FEWEST_POINTS} points at least; there are {len(means)}")
    if means.max() == means.min():
        raise Untold("it is the same at all points")
    table, meaning = _features(sample.factors, [sample.column(factor) for factor in sample.factors])
    size, foretold = _size(table, means, block)
    if size < 2:
        raise Untold("no rule of these inputs foretells it better than its mean over all points")
    tree = _tree(size, len(means)).fit(table, means)
    leaf = tree.apply(table)
    rules = [
        Rule(_conditions(tree.tree_, int(node), meaning), leaf == node, mean_over(sample, leaf == node))
        for node in np.unique(leaf)
    ]
    return Rules(sorted(rules, key=lambda rule: -rule.mean.value), foretold)


def _tree(size: int, points: int) -> Any:
    from sklearn.tree import DecisionTreeRegressor

    fewest = max(FEWEST_IN_A_RULE, int(SMALLEST_PART * points))
    return DecisionTreeRegressor(max_leaf_nodes=size, min_samples_leaf=fewest, random_state=SEED)


def _features(factors: Sequence[Factor], columns: Sequence[np.ndarray]) -> tuple[np.ndarray, list[tuple[Factor, str]]]:
    """A column for each number and for each text of a factor, and what each means."""
    parts, meaning = [], []
    for factor, column in zip(factors, columns, strict=True):
        codes = factor.codes(column)
        if factor.kind != "words":
            parts.append(codes)
            meaning.append((factor, ""))
            continue
        for place, level in enumerate(factor.levels):
            parts.append((codes == place).astype(float))
            meaning.append((factor, level))
    return np.column_stack(parts), meaning


def _size(table: np.ndarray, means: np.ndarray, block: np.ndarray) -> tuple[int, float]:
    """How many rules to make, and what they foretell of unseen points; 1 where they foretell nothing."""
    rng, sizes = np.random.default_rng(SEED), range(2, MOST_RULES + 1)
    parts = [rng.permutation(int(block.max()) + 1)[block] % PARTS for _ in range(REPEATS)]
    missed = np.empty((REPEATS, PARTS, len(sizes)))
    without = np.empty((REPEATS, PARTS))
    for repeat, p in product(range(REPEATS), range(PARTS)):
        part = parts[repeat]
        seen, unseen = part != p, part == p
        without[repeat, p] = np.square(means[unseen] - means[seen].mean()).mean()
        for s, size in enumerate(sizes):
            guess = _tree(size, len(means)).fit(table[seen], means[seen]).predict(table[unseen])
            missed[repeat, p, s] = np.square(means[unseen] - guess).mean()
    missed /= without.mean()
    average = missed.mean(axis=(0, 1))
    best = int(average.argmin())
    margin = missed[:, :, best].std(ddof=1) / np.sqrt(PARTS)
    if average[best] + margin >= 1:
        return 1, 0.0
    chosen = int(np.flatnonzero(average <= average[best] + margin)[0])
    return sizes[chosen], float(1 - average[chosen])


def _conditions(tree: Any, leaf: int, meaning: Sequence[tuple[Factor, str]]) -> tuple[Condition, ...]:
    """What leads to a leaf, one condition a factor."""
    left, right = tree.children_left, tree.children_right
    above: dict[str, float] = {}
    below: dict[str, float] = {}
    allowed: dict[str, list[str]] = {}
    order: dict[str, Factor] = {}
    for node, is_left in _way(left, right, leaf):
        factor, level = meaning[tree.feature[node]]
        cut = float(tree.threshold[node])
        order[factor.name] = factor
        if level:
            was = allowed.get(factor.name, list(factor.levels))
            allowed[factor.name] = [one for one in was if (one == level) != is_left]
        elif is_left:
            below[factor.name] = min(cut, below.get(factor.name, np.inf))
        else:
            above[factor.name] = max(cut, above.get(factor.name, -np.inf))
    return tuple(Condition(factor, above.get(name), below.get(name), tuple(allowed.get(name, ())))
                 for name, factor in order.items())  # fmt: skip


def _way(left: np.ndarray, right: np.ndarray, leaf: int) -> list[tuple[int, bool]]:
    """The nodes from the root to a leaf, and whether the way goes left at each."""
    way: list[tuple[int, bool]] = []
    while leaf:
        is_left = leaf in left
        parent = int(np.flatnonzero((left if is_left else right) == leaf)[0])
        way.insert(0, (parent, is_left))
        leaf = parent
    return way
