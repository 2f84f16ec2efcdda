"""The runs of a sweep as a complete table of points and replicates, one outcome at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from qisim.experiments.sensitivity.factor import Factor, factors_of
from qisim.scenario.errors import BadInput, Problem

if TYPE_CHECKING:
    import pandas as pd

    from qisim.outcomes.measures import Measure

MOST_LEFT_OUT = 0.2
"""The share of blocks of a Saltelli or Morris design that may be left out before its indices are refused."""

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
    `notes` say what was left out.
    """

    measure: Measure
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
        return self.method in ("factorial", "one_at_a_time")

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

    `values` is float64[K, P, R] by outcome, NaN where a point failed or an outcome could not be told. `failed` holds
    the error of each point that failed, by number.
    """

    method: str
    factors: tuple[Factor, ...]
    points: pd.DataFrame
    outcomes: tuple[str, ...]
    values: Mapping[str, np.ndarray]
    failed: Mapping[int, str]
    block_size: int
    notes: tuple[str, ...]

    def sample(self, measure: Measure) -> Sample:
        """The points at which an outcome can be told. Raises Untold where too few can."""
        values = self.values[measure.key]
        told = np.isfinite(values).all(axis=1)
        notes = list(self.notes)
        block = np.arange(len(values)) // self.block_size
        if not told.all():
            missing = np.flatnonzero(~told)
            broken = np.isin(block, block[missing])
            notes.append(self._missing(measure, missing))
            if self.block_size > 1:
                notes[-1] += (
                    f"; with them {broken.sum() - len(missing)} points that belong to the same {self._block_name()}"
                )
            told = ~broken
        if told.sum() < 2:
            raise Untold(notes[-1] if notes else "the sweep has a single point; there is nothing to compare")
        _, block = np.unique(block[told], return_inverse=True)
        points = self.points.loc[told]
        return Sample(measure, self.method, self.factors, points, values[told], block, tuple(notes))

    def left_out(self, sample: Sample) -> float:
        """The share of blocks that a sample lacks."""
        return 1 - sample.blocks * self.block_size / len(self.points)

    def _missing(self, measure: Measure, missing: np.ndarray) -> str:
        failed = [point for point in missing if point in self.failed]
        what = f"left out for {measure.name}: {len(missing)} of {len(self.points)} points"
        if failed:
            named = "; ".join(f"point {point}: {self.failed[point]}" for point in failed[:NAMED])
            what += f", of which {len(failed)} failed ({named}{'; ...' if len(failed) > NAMED else ''})"
        untold = len(missing) - len(failed)
        if untold:
            what += f", of which {untold} have runs in which it cannot be told"
        return what

    def _block_name(self) -> Literal["base point", "trajectory"]:
        return "base point" if self.method == "saltelli" else "trajectory"


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
    errors = runs["error"].fillna("").to_numpy(str)
    bad = np.unique(at[errors != ""], return_index=True)
    failed = {int(point): str(errors[errors != ""][first]) for point, first in zip(*bad, strict=True)}
    values = {}
    for key in outcomes:
        table = np.full((number, len(whole)), np.nan)
        table[at[kept], place[each[kept]]] = runs[key].to_numpy(float)[kept]
        table[list(failed)] = np.nan
        values[key] = table
    notes = _unfinished(len(whole), max(replicates or 0, len(done)))
    return Gathered(method, factors_of(points, keys), points, outcomes, values, failed,
                    _block_size(method, number, len(points.columns), base, where), notes)  # fmt: skip


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
