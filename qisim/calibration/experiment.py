"""A calibration from beginning to end: rounds of draws, each from what of the prior the last has not excluded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qisim.calibration import store as stores
from qisim.calibration.errors import Errors
from qisim.calibration.luck import Purpose, luck
from qisim.calibration.posterior import LEAST_INSIDE, Posterior, next_box, posterior
from qisim.calibration.priors import values
from qisim.calibration.running import Running, Told, running
from qisim.calibration.settings import PREDICTIVE, Settings
from qisim.calibration.simulations import Question
from qisim.calibration.summaries import Array
from qisim.input.errors import BadInput, Problem, reading_failed, whole
from qisim.input.spreadsheet import csv_text
from qisim.observed.observed import Observed
from qisim.scenario.schema import Scenario
from qisim.store import deciding
from qisim.store.folder import portable, read_inputs
from qisim.store.kept_world import with_world
from qisim.store.manifest import versions
from qisim.world.world import World

MOST_WORKERS = 256
DATA = "inputs/observed.csv"
ENOUGH = 1000
"""Simulations in the last round from which so small a share is kept that all of them are near the data."""

COPIES = 6
"""How often the simulated cells lie in memory while a round is fitted: as drawn, joined, scaled, in parts."""


class TooFew(Exception):
    """Too few simulations for an estimate; says how many there are and how many are needed."""


@dataclass(frozen=True)
class Draws:
    """Simulations: `shares` float64[N, D] in the priors, `cells` float64[N, C] with errors."""

    shares: Array
    cells: Array

    def within(self, box: Array) -> Draws:
        """Those in a box, float64[D, 2]."""
        inside = ((self.shares >= box[:, 0]) & (self.shares <= box[:, 1])).all(axis=1)
        return Draws(self.shares[inside], self.cells[inside])

    def __len__(self) -> int:
        return len(self.shares)


@dataclass(frozen=True)
class Round:
    """A round: the box it drew from, float64[D, 2] of shares, how many draws lie in it, and the posterior by then.

    `inside`, int64[D]: how many of these draws lie in the posterior's interval of each parameter.
    """

    box: Array
    draws: int
    posterior: Posterior
    inside: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Fitted:
    """What came of a calibration. `prior` are the draws of the first round; `predictive`, float64[M, C], simulates the
    observed cells anew at `drawn`, float64[M, D], equally likely draws of the posterior in the parameters' units.
    """

    scenario: Scenario
    facilities: int
    observed: Observed
    settings: Settings
    prior: Draws
    rounds: list[Round]
    drawn: Array
    predictive: Array

    @property
    def posterior(self) -> Posterior:
        """The posterior of the last round, in shares of the priors."""
        return self.rounds[-1].posterior

    @cached_property
    def values(self) -> Array:
        """The posterior's weighted draws in the parameters' units, float64[K, D]."""
        return values(self.settings.priors, self.posterior.shares)

    @property
    def simulations(self) -> int:
        """How many simulations it took."""
        return self.settings.runs

    def check(self, misfit: bool) -> None:
        """Raise TooFew where the interval of a parameter holds too few simulations of the last round."""
        last, names = self.rounds[-1], self.settings.names
        worst = int(np.argmin(last.inside))
        if last.inside[worst] >= LEAST_INSIDE:
            return
        also = "What was seen is like nothing that the model does: look for mistakes in data or scenario first. "
        raise TooFew(
            f"there are too few simulations for an estimate: of {last.draws:,} in the last round "
            f"{last.inside[worst]} lie in the interval of {names[worst]}, and {LEAST_INSIDE} are needed. "
            f"{also * misfit}Simulate at least {max(ENOUGH, 2 * self.settings.simulations):,} per round"
        )


def fit(
    scenario: Scenario,
    world: World,
    observed: Observed,
    settings: Settings,
    *,
    folder: Path | None = None,
    workers: int = 1,
    command: str = "",
    told: Told | None = None,
) -> tuple[Fitted, stores.Store]:
    """Calibrate into `folder`, or go on where it was stopped there; without a folder nothing is kept.

    The number of workers changes nothing but the time it takes. Raises BadInput where the folder or the scenario cannot
    be used, Halted where workers die, KeyboardInterrupt and OSError as they come: what is finished is kept.
    """
    told = told or Told()
    workers = whole("workers", workers, 1, MOST_WORKERS)
    inputs = with_world(scenario, world, read_inputs(scenario))
    question = Question.of(portable(scenario), inputs, settings.seed, settings.names, observed)
    data = _data(observed)
    asked = _asked(scenario, inputs, observed, settings, data, command)
    _check_memory(scenario, observed, settings)
    _prepare(scenario, world, told)
    kept = {**inputs, **({DATA: data} if data else {})}
    with stores.opened(folder, asked, kept) as store:
        with running(question, store, workers, told, settings.runs) as simulating:
            prior, rounds = _rounds(scenario, observed, settings, simulating)
            drawn, predictive = _predicted(scenario, observed, settings, simulating, rounds[-1].posterior)
        return Fitted(scenario, len(world), observed, settings, prior, rounds, drawn, predictive), store


def _check_memory(scenario: Scenario, observed: Observed, settings: Settings) -> None:
    """Raise BadInput where what is simulated would not fit into the memory that is free."""
    from qisim.model.machine import check_free

    cells = len(observed)
    needed = 8 * (COPIES * settings.runs * cells + (cells**2 if settings.tolerance else 0))
    check_free(
        needed, scenario.origin.name, "fewer simulations or rounds, or leave out months or districts of the data"
    )


def _prepare(scenario: Scenario, world: World, told: Told) -> None:
    """Raise BadInput where the programme does not fit the facilities, and tell of compiling."""
    from qisim.model.batch.simulate import is_compiled
    from qisim.model.calendar import build_calendar

    build_calendar(scenario, world)
    if told.compiling and not is_compiled():
        told.compiling()


def _rounds(
    scenario: Scenario, observed: Observed, settings: Settings, simulating: Running
) -> tuple[Draws, list[Round]]:
    """Draw, simulate, fit, narrow; in each round with all draws so far that lie in its box.

    Within its box every draw is of the prior, cut but otherwise unchanged, so that none needs a weight. A parameter
    is narrowed only where enough draws lie in its interval.
    """
    errors = Errors(observed, scenario, settings.tolerance, settings.seed)
    box = np.tile([0.0, 1.0], (len(settings.names), 1))
    draws: list[Draws] = []
    rounds: list[Round] = []
    for number in range(settings.rounds):
        shares = points(settings, number, box)
        first = number * settings.simulations
        cells = simulating.cells(first, values(settings.priors, shares))
        numbers = np.arange(first, first + len(shares))
        draws.append(Draws(shares, errors.added(numbers, cells)))
        inside = joined(draws).within(box)
        found = posterior(inside.shares, inside.cells, observed.values, box)
        rounds.append(Round(box, len(inside), found, found.inside(inside.shares)))
        box = np.where((rounds[-1].inside >= LEAST_INSIDE)[:, None], next_box(found, box), box)
    return draws[0], rounds


def points(settings: Settings, number: int, box: Array) -> Array:
    """The shares of a round, float64[N, D]: a Latin hypercube in its box."""
    from scipy.stats import qmc

    rng = luck(settings.seed, number, Purpose.POINTS)
    shares = qmc.LatinHypercube(len(box), rng=rng).random(settings.simulations)
    return np.asarray(box[:, 0] + (box[:, 1] - box[:, 0]) * shares)


def joined(draws: list[Draws]) -> Draws:
    """All of them together."""
    return Draws(*(np.concatenate([getattr(one, name) for one in draws]) for name in ("shares", "cells")))


def _predicted(
    scenario: Scenario, observed: Observed, settings: Settings, simulating: Running, found: Posterior
) -> tuple[Array, Array]:
    """Parameters drawn from the posterior, and what new simulations with them say of the cells."""
    places = found.equal(PREDICTIVE, settings.seed)
    drawn = values(settings.priors, found.shares[places])
    first = settings.rounds * settings.simulations
    errors = Errors(observed, scenario, settings.tolerance, settings.seed)
    return drawn, errors.added(np.arange(first, first + PREDICTIVE), simulating.cells(first, drawn))


def _data(observed: Observed) -> bytes:
    """The file of the data as it is; nothing where the data come from no file."""
    path = Path(observed.file)
    if not observed.file or not path.exists():
        return b""
    try:
        return path.read_bytes()
    except OSError as error:
        raise reading_failed(path, error) from None


def _asked(
    scenario: Scenario, inputs: Mapping[str, bytes], observed: Observed, settings: Settings, data: bytes, command: str
) -> dict[str, Any]:
    """What was asked, by which a calibration is known again."""
    if not len(observed):
        raise BadInput(Problem("data", "tell of nothing that was seen"))
    cells = csv_text(observed.table).encode()
    return {
        "command": command,
        "versions": versions(),
        "deciding": {"sources": deciding.sources("calibration"), **deciding.versions()},
        "scenario": portable(scenario),
        "inputs": {name: sha256(content).hexdigest() for name, content in inputs.items()},
        "data": sha256(data or cells).hexdigest(),
        "priors": [prior.plain() for prior in settings.priors],
        "simulations": settings.simulations,
        "rounds": settings.rounds,
        "tolerance": settings.tolerance,
        "seed": settings.seed,
    }
