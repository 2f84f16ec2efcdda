"""Scenario discovery: a few plain rules that tell where in the space of the inputs an outcome is good or bad.

A regression tree (Breiman et al. 1984) on the mean outcome of each point, by scikit-learn. Its size is the smallest
that foretells, about as well as the best does (the rule of one standard error), points it has not seen in replicates
it has not seen: points share their luck, and what foretells other points in the same replicates may foretell luck.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from qisim.sensitivities.methods.condition import Condition
from qisim.sensitivities.methods.estimate import Estimate, gap_over, mean_over
from qisim.sensitivities.methods.factor import Factor
from qisim.sensitivities.methods.sample import Sample, Untold

MOST_RULES = 6
PARTS, REPEATS = 5, 4
FEWEST_GROUPS = 2 * PARTS
SMALLEST_PART = 0.05
FEWEST_POINTS = 20
FEWEST_IN_A_RULE = 3
SEED = 1


@dataclass(frozen=True)
class Rule:
    """A part of the space of inputs: its conditions, which points lie in it (bool[P]), and the mean there.

    `gap` is how much that is above the mean of all points, replicate by replicate, so that luck which all points share
    does not widen its interval.
    """

    conditions: tuple[Condition, ...]
    inside: np.ndarray
    mean: Estimate
    gap: Estimate

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
    """Rules for the mean outcome of a sample's points. Raises Untold where nothing is to be found."""
    means = sample.means
    if len(means) < FEWEST_POINTS:
        raise Untold(f"asks for {FEWEST_POINTS} points at least; there are {len(means)}")
    if means.max() == means.min():
        raise Untold("it is the same at all points")
    table, meaning = _features(sample.factors, [sample.column(factor) for factor in sample.factors])
    group, same = _groups(table, sample)
    if group.max() + 1 < FEWEST_GROUPS:
        raise Untold(f"asks for {FEWEST_GROUPS} base points, trajectories or different points at least; there are "
                     f"{group.max() + 1}")  # fmt: skip
    size, foretold = _size(table, sample.values, group, same)
    if size < 2:
        raise Untold("no rule of these inputs foretells it better than its mean over all points")
    tree = _tree(size, len(means)).fit(table, means)
    leaf = tree.apply(table)
    rules = [
        Rule(_conditions(tree.tree_, int(node), meaning), inside, mean_over(sample, inside), gap_over(sample, inside))
        for node in np.unique(leaf) for inside in [leaf == node]
    ]  # fmt: skip
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


def _groups(table: np.ndarray, sample: Sample) -> tuple[np.ndarray, np.ndarray]:
    """What is learnt from or foretold as a whole, and which points are the same, int64[P] each.

    Points of a block are near copies of each other, and points with the same inputs are copies.
    """
    _, same = np.unique(table, axis=0, return_inverse=True)
    same = same.reshape(-1)
    copied = same.max() + 1 < len(table) / 2
    return (sample.block if sample.blocked and not copied else same), same


def _size(table: np.ndarray, values: np.ndarray, group: np.ndarray, same: np.ndarray) -> tuple[int, float]:
    """How many rules to make, and what they foretell of what they have not seen; 1 where they foretell nothing."""
    rng, sizes = np.random.default_rng(SEED), range(2, MOST_RULES + 1)
    missed = np.empty((REPEATS, PARTS, len(sizes)))
    without = np.empty((REPEATS, PARTS))
    for repeat in range(REPEATS):
        part = rng.permutation(int(group.max()) + 1)[group] % PARTS
        learnt, foretold = _halves(values, rng)
        for p in range(PARTS):
            unseen = part == p
            seen = ~np.isin(same, same[unseen])
            without[repeat, p] = np.square(foretold[unseen] - learnt[seen].mean()).mean()
            for s, size in enumerate(sizes):
                guess = _tree(size, len(table)).fit(table[seen], learnt[seen]).predict(table[unseen])
                missed[repeat, p, s] = np.square(foretold[unseen] - guess).mean()
    if without.mean() <= 0:
        return 1, 0.0
    missed /= without.mean()
    average = missed.mean(axis=(0, 1))
    best = int(average.argmin())
    margin = missed[:, :, best].std(ddof=1) / np.sqrt(PARTS)
    if average[best] + margin >= 1:
        return 1, 0.0
    chosen = int(np.flatnonzero(average <= average[best] + margin)[0])
    return sizes[chosen], float(1 - average[chosen])


def _halves(values: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The means of points over either half of the replicates, less the mean over all points; of a single one, both."""
    replicates = values.shape[1]
    if replicates < 2:
        return values[:, 0], values[:, 0]
    order = rng.permutation(replicates)
    one, other = (values[:, half].mean(axis=1) for half in (order[: replicates // 2], order[replicates // 2 :]))
    return one - one.mean(), other - other.mean()


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
