"""The forecast of a programme, and the forecast updated by what was seen of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from qisim.input.errors import BadInput, Problem, whole
from qisim.model.chance import MOST_REPLICATES, MOST_SEED
from qisim.observed.agreement import TOLERANCE, Agreement, agreement
from qisim.observed.observed import paths, simulated
from qisim.observed.series import SERIES
from qisim.outcomes.time_to_target import TimeToTarget, time_to_target
from qisim.study.run import kept_bytes, run
from qisim.tracking.weights import WeightedTime, Weights

if TYPE_CHECKING:
    from qisim.observed.observed import Observed
    from qisim.scenario.schema import Scenario
    from qisim.study.results import Results
    from qisim.world.world import World

FEWEST, DEFAULT = 100, 3000
BATCH_BYTES = 200 * 2**20
"""What the tables of the replicates that are simulated at a time may take."""

LEAST_EFFECTIVE = 50
"""With fewer effective replicates the updated forecast would hang on a handful of them; the likelihood is tempered."""


@dataclass(frozen=True, eq=False)
class Tracked:
    """A forecast of R replicates and how each agrees with what was seen.

    `paths` holds float64[R, M + 1] for each of `qisim.observed.series.SERIES` and each series seen, over all
    facilities, numbers of facilities as shares; `simulated` (float64[R, cells]) what each replicate says of the
    observed cells.
    """

    scenario: Scenario
    world: World
    observed: Observed
    seed: int
    tolerance: float
    paths: dict[str, npt.NDArray[np.float64]]
    simulated: npt.NDArray[np.float64]
    time: TimeToTarget

    @property
    def replicates(self) -> int:
        return len(self.simulated)

    @cached_property
    def agreement(self) -> Agreement:
        """How far each replicate is from what was seen."""
        return agreement(self.observed, self.simulated, self.scenario, self.tolerance)

    @cached_property
    def before(self) -> Weights:
        """The forecast before anything was seen: every replicate counts alike."""
        return Weights.equal(self.replicates)

    @cached_property
    def untempered(self) -> Weights:
        """How much each replicate would count by all that was seen, were there enough of them."""
        return Weights.of(self.agreement.log_likelihood)

    @property
    def after(self) -> Weights:
        """The forecast updated by what was seen, tempered where too few replicates agree with it."""
        return self._tempered[0]

    @property
    def power(self) -> float:
        """The power to which the likelihood is taken: 1 unless it is tempered, then below."""
        return self._tempered[1]

    @cached_property
    def _tempered(self) -> tuple[Weights, float]:
        return Weights.tempered(self.agreement.log_likelihood, LEAST_EFFECTIVE)

    def arrival(self, weights: Weights) -> WeightedTime:
        """Time to target under `weights`."""
        return WeightedTime(self.time, weights)

    @property
    def collapsed(self) -> bool:
        """Whether so few replicates agree with what was seen that the updated forecast had to be tempered."""
        return self.power < 1

    def with_tolerance(self, tolerance: float) -> Tracked:
        """The same replicates weighed with another tolerance, a share above 0 and below 1. Raises BadInput."""
        return replace(self, tolerance=_tolerance(tolerance))


def track(
    scenario: Scenario,
    world: World,
    observed: Observed,
    *,
    replicates: int = DEFAULT,
    seed: int = 1,
    tolerance: float = TOLERANCE,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    compiling: Callable[[], None] | None = None,
) -> Tracked:
    """Simulate `replicates` replicates and weigh each by how well it agrees with what was seen.

    Replicate i is replicate i of a run with the same seed. Arguments are those of `run`; `tolerance`, a share above 0
    and below 1, is the standard deviation by which the model itself may be off. Raises BadInput.
    """
    replicates = whole("replicates", replicates, FEWEST, MOST_REPLICATES)
    seed = whole("seed", seed, 0, MOST_SEED)
    tolerance = _tolerance(tolerance)
    parts: list[_Part] = []
    for batch in _batches(scenario, world, replicates, observed.by_group):
        results = run(
            scenario, world, replicates=len(batch), first=batch.start, seed=seed, threads=threads, compiling=compiling,
            by_group=observed.by_group, progress=_within(progress, batch.start, replicates),
        )  # fmt: skip
        parts.append(_part(results, observed))
    return Tracked(
        scenario=scenario,
        world=world,
        observed=observed,
        seed=seed,
        tolerance=tolerance,
        paths={name: np.concatenate([part.paths[name] for part in parts]) for name in parts[0].paths},
        simulated=np.concatenate([part.simulated for part in parts]),
        time=TimeToTarget(
            np.concatenate([part.time.month for part in parts]),
            np.concatenate([part.time.reached for part in parts]),
            scenario.months,
        ),
    )


@dataclass(frozen=True, eq=False)
class _Part:
    """What is kept of a batch of replicates."""

    paths: dict[str, npt.NDArray[np.float64]]
    simulated: npt.NDArray[np.float64]
    time: TimeToTarget


def _part(results: Results, observed: Observed) -> _Part:
    found = paths(dict.fromkeys([*SERIES, *observed.names]), observed, results)
    shares = {name: path / (len(results.world) if observed.series[name].counts else 1) for name, path in found.items()}
    return _Part(shares, simulated(observed, results), time_to_target(results.months, results.scenario.target.coverage))


def _batches(scenario: Scenario, world: World, replicates: int, by_group: bool) -> list[range]:
    """The replicates in batches whose tables fit into memory."""
    size = max(8, BATCH_BYTES // kept_bytes(scenario, world, 1, detail=False, by_group=by_group))
    return [range(first, min(first + size, replicates)) for first in range(0, replicates, size)]


def _within(
    progress: Callable[[int, int], None] | None, before: int, replicates: int
) -> Callable[[int, int], None] | None:
    """The progress of one batch as that of all."""
    return None if progress is None else lambda done, _: progress(before + done, replicates)


def _tolerance(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1:
        raise BadInput(Problem("tolerance", f"found {value!r}", allowed="a share above 0 and below 1, such as 0.05"))
    return float(value)
