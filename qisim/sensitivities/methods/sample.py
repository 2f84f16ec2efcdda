"""The runs of a sweep as a complete table of points and replicates, one outcome at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from qisim.input.errors import BadInput, Problem
from qisim.sensitivities.methods.factor import Factor, factors_of

if TYPE_CHECKING:
    import pandas as pd

    from qisim.outcomes.meaning import Meaning

MOST_LEFT_OUT = 0.2
"""The share of blocks of a Saltelli or Morris design that may be left out before its indices are refused."""

WHOLE_GRIDS = ("factorial", "one_at_a_time")
"""Designs whose points are all there are to be asked about."""

NAMED = 3
"""How many points a message names."""


class Untold(Exception):
    """Why an analysis cannot be made of this outcome, in words for the user."""


@dataclass(frozen=True)
class Sample:
    """One outcome at the points of a sweep.

    `points` has a row for each of P points, a column for each factor; its index is the number of the point in the
    sweep. `values` is float64[P, R]: replicate r had the same luck at every point. `block`, int64[P], numbers the
    points that belong together: a base point of a Saltelli design with its variations, or a trajectory of Morris.
    `notes` say what was left out of this outcome alone.
    """

    measure: Meaning
    method: str
    factors: tuple[Factor, ...]
    points: pd.DataFrame
    values: np.ndarray
    block: np.ndarray
    notes: tuple[str, ...] = ()

    @cached_property
    def means(self) -> np.ndarray:
        """The mean outcome at each point, float64[P]."""
        means: np.ndarray = self.values.mean(axis=1)
        return means

    @property
    def replicates(self) -> int:
        """Replicates at every point."""
        return int(self.values.shape[1])

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return int(self.block.max()) + 1

    @property
    def blocked(self) -> bool:
        """Whether points stand in blocks."""
        return self.blocks < len(self.block)

    @property
    def whole_grid(self) -> bool:
        """Whether the points are all there are to be asked about, not a sample of them."""
        return self.method in WHOLE_GRIDS

    @property
    def constant(self) -> bool:
        """Whether the outcome is the same in all runs."""
        return bool(self.values.max() == self.values.min())

    def column(self, factor: Factor) -> np.ndarray:
        """The values of a factor at the points; texts as they stand."""
        return self.points[factor.name].to_numpy()


@dataclass(frozen=True)
class Gathered:
    """A sweep's runs made even: at every point the same replicates.

    `values` is float64[P, R] by outcome, NaN where a run failed or an outcome could not be told. `failed` holds the
    error of each point that is left out because it failed, by number. `notes` say what is missing of all outcomes.
    """

    method: str
    factors: tuple[Factor, ...]
    points: pd.DataFrame
    outcomes: tuple[str, ...]
    values: Mapping[str, np.ndarray]
    failed: Mapping[int, str]
    block_size: int
    notes: tuple[str, ...]

    def sample(self, measure: Meaning) -> Sample:
        """The points at which an outcome can be told. Raises Untold where too few can."""
        values = self.values[measure.key]
        told = np.isfinite(values).all(axis=1)
        block = np.arange(len(values)) // self.block_size
        failed = np.isin(block, block[list(self.failed)])
        broken = np.isin(block, block[~told])
        notes = self._untold(~told & ~failed, broken & ~failed)
        if (~broken).sum() < 2:
            why = (*self.notes, *notes)
            raise Untold("; ".join(why) or "the sweep has a single point; there is nothing to compare")
        _, block = np.unique(block[~broken], return_inverse=True)
        points = self.points.loc[~broken]
        return Sample(measure, self.method, self.factors, points, values[~broken], block, notes)

    def left_out(self, sample: Sample) -> float:
        """The share of blocks that a sample lacks."""
        return 1 - sample.blocks * self.block_size / len(self.points)

    def _untold(self, untold: np.ndarray, lost: np.ndarray) -> tuple[str, ...]:
        """What to say of points, bool[P], at which an outcome cannot be told, and of those lost with them."""
        if not untold.any():
            return ()
        said = f"{untold.sum()} of {len(self.points)} points are left out here, for runs in which it cannot be told"
        return (said + _with_them(int((lost & ~untold).sum()), self.method),)


def _with_them(points: int, method: str) -> str:
    """What to say of points that are lost with others of their block."""
    block = "base points" if method == "saltelli" else "trajectories"
    return f", and {points} with them that belong to the same {block}" if points else ""


def gather(
    points: pd.DataFrame, runs: pd.DataFrame, *, method: str, keys: Mapping[str, str], base: int | None = None,
    replicates: int | None = None, where: str = "the sweep",
) -> Gathered:  # fmt: skip
    """The runs of a sweep, with the replicates that are finished at every point.

    `points` has columns `point` (0 to P - 1) and one a factor; `runs` has `point`, `replicate`, `error` and one an
    outcome. `keys` gives the scenario key of each factor by its name, `base` the base points of a Saltelli design or
    the trajectories of Morris, `replicates` how many were asked for. Raises BadInput where no replicate is finished at
    every point.
    """
    points = points.sort_values("point").set_index("point")
    number, each = len(points), runs["replicate"].to_numpy(np.int64)
    at = runs["point"].to_numpy(np.int64)
    done = np.zeros((int(each.max(initial=-1)) + 1, number), bool)
    done[each, at] = True
    whole = np.flatnonzero(done.all(axis=1))
    if not len(whole):
        raise BadInput(Problem(
            where, f"is not finished: {len(runs):,} runs are there, but no replicate is finished at all {number:,} "
            "points; run the same qisim sweep again, which goes on where it stopped",
        ))  # fmt: skip
    place = np.full(len(done), -1)
    place[whole] = np.arange(len(whole))
    kept = place[each] >= 0
    outcomes = tuple(column for column in runs if column not in ("point", "replicate", "error"))
    errors = np.full((number, len(whole)), "", object)
    errors[at[kept], place[each[kept]]] = runs["error"].fillna("").to_numpy(object)[kept]
    size = _block_size(method, number, len(points.columns), base, where)
    failed, there = evened(errors != "", size, whole_grid=method in WHOLE_GRIDS)
    values = {}
    for key in outcomes:
        table = np.full(errors.shape, np.nan)
        table[at[kept], place[each[kept]]] = runs[key].to_numpy(float)[kept]
        table[errors != ""] = np.nan
        values[key] = table[:, there]
    why = {int(point): next(error for error in errors[point] if error) for point in np.flatnonzero(failed)}
    notes = (*_unfinished(len(whole), max(replicates or 0, len(done))), *_failures(errors, why, there, method, size))
    return Gathered(method, factors_of(points, keys), points, outcomes, values, why, size, notes)


def evened(missing: np.ndarray, block_size: int = 1, *, whole_grid: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Which points to leave out, bool[P], and which replicates to keep, bool[R], so that all runs left are there.

    `missing`, bool[P, R], are runs that failed. A point without any run is left out. What is missing beside that costs
    either its points, with the blocks they belong to, or its replicates: whichever loses less; of a whole grid, of
    which no point can be spared, its replicates while half of them are left.
    """
    out = np.asarray(missing.all(axis=1))
    replicates = np.asarray(missing[~out].any(axis=0))
    points = np.asarray(missing.any(axis=1) & ~out)
    if not points.any():
        return out, np.logical_not(replicates)
    block = np.arange(len(missing)) // block_size
    lost_points = np.isin(block, block[points | out]).mean() - np.isin(block, block[out]).mean()
    spared = replicates.mean() <= 0.5 if whole_grid else replicates.mean() <= lost_points
    if spared and not replicates.all():
        return out, np.logical_not(replicates)
    return np.logical_or(out, points), np.ones(missing.shape[1], bool)


def _failures(
    errors: np.ndarray, failed: Mapping[int, str], there: np.ndarray, method: str, block_size: int
) -> Iterator[str]:
    """What to say of runs that failed: of points that are left out, and of replicates that are."""
    from qisim.sweeps.task import CRASHED

    left_out = list(failed)
    if left_out:
        block = np.arange(len(errors)) // block_size
        lost = int(np.isin(block, block[left_out]).sum()) - len(failed)
        named = "; ".join(f"point {point}: {why}" for point, why in list(failed.items())[:NAMED])
        yield (f"{_runs(errors[left_out])} failed, and {len(failed)} of {len(errors)} points are left out for it"
               f"{_with_them(lost, method)} ({named}{'; ...' if len(failed) > NAMED else ''})")  # fmt: skip
    if not there.all():
        others = np.delete(errors, left_out, axis=0)
        why = next(error for error in others.ravel() if error)
        yield (f"{_runs(others)} failed ({why}), and {(~there).sum()} of {len(there)} replicates "
               "are left out at all points for it")  # fmt: skip
    if (errors == CRASHED).any():
        yield "the same qisim sweep again runs what was lost when a worker died"


def _runs(errors: np.ndarray) -> str:
    count = int((errors != "").sum())
    return f"{count:,} run{'' if count == 1 else 's'}"


def _unfinished(whole: int, asked: int) -> tuple[str, ...]:
    if whole == asked:
        return ()
    return (f"the sweep is not finished: {whole} of {asked} replicates are there at every point, and are what this is"
            " made of",)  # fmt: skip


def _block_size(method: str, points: int, factors: int, base: int | None, where: str) -> int:
    if method == "saltelli":
        allowed: tuple[int, ...] = (2 * factors + 2, factors + 2)
    elif method == "morris":
        allowed = (factors + 1,)
    else:
        return 1
    size = points // base if base else next((size for size in allowed if points % size == 0), 0)
    if size not in allowed or points % size:
        raise BadInput(Problem(
            where, f"is no whole {method} design: it has {points} points of {factors} factors",
            allowed=f"a multiple of {' or '.join(map(str, allowed))} points",
        ))  # fmt: skip
    return size


def plain(value: Any) -> Any:
    """A value of NumPy as one of Python."""
    return value.item() if hasattr(value, "item") else value
