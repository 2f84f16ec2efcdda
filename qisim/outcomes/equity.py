"""Equity: how far the worst group is behind the best, and whether the programme narrows or widens that gap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qisim.outcomes.outcome import Outcome, over_runs
from qisim.outcomes.recorded import Groups, recorded
from qisim.outcomes.runs import Runs
from qisim.words.numbers import points
from qisim.world.groupings import UNTOLD

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

POINTS = 100.0
"""Points of score in a score of 1."""

CHANGE = 2.0
"""A gap that moves by no more than so many points is kept: narrower than what planners act on. Assumed."""

WORDS = {"district": "district", "kind": "kind of facility"}
"""What facilities are grouped by, where the grouping's own name does not say it."""

NARROWED, KEPT, WIDENED = -1, 0, 1
VERDICTS = {NARROWED: "narrowed", KEPT: "kept", WIDENED: "widened"}


def groupings(runs: Runs) -> list[str]:
    """The groupings that have a gap: those with at least two groups, remoteness first, then the scenario's own."""
    found = recorded(runs).groupings()
    named = ["remoteness", *runs.scenario.groups, "kind", "district"]
    return [name for name in named if name in found and len(counting(found[name])) > 1]


def gap(runs: Runs, grouping: str) -> np.ndarray:
    """The mean score of the best group less that of the worst, in points (of 100), month by month; float64[R, M + 1].

    Which group is best and which worst may change from month to month. Facilities whose group is not told do not count.
    """
    arrays = recorded(runs)
    scores = arrays.group_months(grouping, "score")[..., counting(arrays.groupings()[grouping])]
    return POINTS * (scores.max(axis=-1) - scores.min(axis=-1))


def change(gaps: np.ndarray) -> np.ndarray:
    """Whether each replicate's gap in points, from `gap`, was NARROWED, KEPT or WIDENED by the end; int64[R]."""
    import numpy as np

    moved = gaps[:, -1] - gaps[:, 0]
    return np.where(moved < -CHANGE, NARROWED, np.where(moved > CHANGE, WIDENED, KEPT))


def verdict(gaps: np.ndarray) -> int:
    """The same of the mean gap over replicates."""
    return int(change(gaps.mean(axis=0, keepdims=True))[0])


def title(grouping: str) -> str:
    """What a grouping is by, in words."""
    return WORDS.get(grouping, grouping)


def outcome(runs: Runs) -> list[Outcome]:
    """For each grouping the gap at the end, what it was at the start, and whether it was narrowed, kept or widened."""
    return [_gap(grouping, gap(runs, grouping)) for grouping in groupings(runs)]


def _gap(grouping: str, gaps: np.ndarray) -> Outcome:
    name = f"gap by {title(grouping)} at the end, points of score"
    before, after = (points(float(gaps[:, month].mean())) for month in (0, -1))
    note = f"{VERDICTS[verdict(gaps)]} ({before} at the start)"
    if len(gaps) > 1:
        note = f"{VERDICTS[verdict(gaps)]} (on average {before} at the start, {after} at the end)"
        moved = change(gaps)
        narrowed, widened = ((moved == which).sum() for which in (NARROWED, WIDENED))
        note += f"; narrowed in {narrowed} of {len(gaps)} runs, widened in {widened}"
    return over_runs(f"gap_{grouping}", name, "points", gaps[:, -1], points, note)


def counting(groups: Groups) -> list[int]:
    """The places of groups with facilities, of which it is told which they are."""
    return [i for i, name in enumerate(groups.names) if groups.facilities[i] > 0 and name != UNTOLD]


def told(rows: pd.DataFrame) -> pd.DataFrame:
    """Groups with facilities, of which it is told which they are."""
    return rows[(rows["facilities"] > 0) & (rows["group"] != UNTOLD)]
