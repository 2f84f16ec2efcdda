"""What points share: facilities, programme and outcomes; so that many points go through the core in one call.

Points that differ only in behaviour and in the numbers of ideas and indicators have the same structure.
"""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import TypeAdapter, ValidationError

from qisim.input.errors import BadInput, Problem
from qisim.model import tables
from qisim.model.batch import arrays
from qisim.model.batch.arrays import Out
from qisim.model.batch.kept import compiling_alone
from qisim.model.batch.simulate import check_rules, is_compiled, rows_of
from qisim.model.calendar import build_calendar
from qisim.model.parameters import parameters_of
from qisim.outcomes.measures import Measure, measures
from qisim.outcomes.recorded import FromCore
from qisim.scenario.behaviour import PARAMETERS
from qisim.scenario.edit import changed
from qisim.scenario.schema import Scenario
from qisim.scenario.uncertain import quantity
from qisim.store.kept_world import GIVEN, WORLD, built
from qisim.world.groupings import groupings
from qisim.world.world import World

OWN_NUMBERS = {
    "ideas": ("effect", "complexity", "needs_adapting", "initial_users"),
    "indicators": ("baseline", "baseline_sd", "ceiling", "weight", "trend_annual"),
}
"""Of the keys of ideas and indicators, those that the core takes for each run."""

BATCH_BYTES = 48 * 2**20
"""What the results of one call of the core may take, beyond one run; their tables take about twice as much."""

KEPT_STRUCTURES, KEPT_WORLDS = 8, 4


class Batch:
    """Some runs as outcomes read them, numbered from 0, arrays and tables; each is made when it is first asked for."""

    def __init__(self, structure: Structure, out: Out):
        self.scenario, self.world = structure.scenario, structure.world
        self._structure, self._out, self._rows = structure, out, range(len(out.months))

    @cached_property
    def recorded(self) -> FromCore:
        return FromCore(self._out, self._structure.groupings, len(self.world))

    @cached_property
    def months(self) -> pd.DataFrame:
        return tables.months_table(self._rows, self._out.months, len(self.world))

    @cached_property
    def idea_totals(self) -> pd.DataFrame:
        return tables.idea_totals_table(self._rows, self._out.ideas, self.scenario)

    @cached_property
    def groups(self) -> pd.DataFrame:
        return tables.groups_table(self._rows, self._out.groups, self._structure.groupings)

    @cached_property
    def indicators(self) -> pd.DataFrame:
        return tables.indicators_table(self._rows, self._out.indicators, len(self.world), self.scenario)

    @cached_property
    def group_indicators(self) -> pd.DataFrame | None:
        if not self._structure.size.by_group:
            return None
        structure = self._structure
        return tables.group_indicators_table(self._rows, self._out.indicators, structure.groupings, self.scenario)

    @cached_property
    def units(self) -> pd.DataFrame:
        return tables.units_table(self._rows, self._out.units, self.scenario)

    @cached_property
    def adoptions(self) -> pd.DataFrame:
        return tables.adoptions_table(self._rows, self._out.adoptions)


class Structure:
    """A scenario without its own numbers, ready to run any of the points that share it. For one thread.

    `by_group` records indicators in each group, too. Raises BadInput where the programme does not fit the facilities.
    """

    def __init__(self, scenario: Scenario, world: World, by_group: bool = False):
        self.scenario, self.world = scenario, world
        self.groupings = groupings(world, scenario)
        self.size = arrays.size(world, self.groupings, scenario, by_group)
        self._programme = build_calendar(scenario, world)
        self._here = arrays.here(world, self.groupings)
        names = [indicator.name for indicator in scenario.indicators]
        acts_on = np.array([names.index(idea.indicator) for idea in scenario.ideas], dtype=np.int64)
        self._plan = arrays.plan(self._programme, acts_on, len(names))

    @property
    def bytes_a_run(self) -> int:
        """Memory that the results of one run take."""
        return arrays.out_bytes(self.size, detail=False)

    @property
    def room(self) -> int:
        """Memory that a worker takes for this structure, its tables included."""
        ideas, indicators = len(self.scenario.ideas), len(self.scenario.indicators)
        working = arrays.work_bytes(len(self.world), ideas, indicators, self._programme)
        return working + 4 * max(BATCH_BYTES, self.bytes_a_run)

    @property
    def at_a_time(self) -> int:
        """How many runs go through the core in one call."""
        return max(1, BATCH_BYTES // self.bytes_a_run)

    @cached_property
    def _work(self) -> arrays.Work:
        ideas, indicators = len(self.scenario.ideas), len(self.scenario.indicators)
        return arrays.work(len(self.world), ideas, indicators, self._programme)

    @cached_property
    def measures(self) -> dict[str, Measure]:
        """The outcomes that can be told, listed from a run in which everything happens, so that no luck decides."""
        everything = arrays.out(self.size, 1, detail=False)
        for array in everything:
            array[...] = np.ones((), array.dtype) if not array.dtype.names else _ones(array.dtype)
        return {measure.key: measure for measure in measures([Batch(self, everything)])}

    def compile(self) -> None:
        """See to it that the core is compiled; of all processes of a computer one does it, the others wait for it."""
        if is_compiled():
            self.run(np.zeros(0, np.int64), 0, parameters_of(self.scenario, 0, range(0)))
            return
        with compiling_alone():
            self.run(np.zeros(0, np.int64), 0, parameters_of(self.scenario, 0, range(0)))

    def run(self, numbers: npt.NDArray[np.int64], seed: int, given: tuple[Any, ...]) -> tuple[Out, float]:
        """Run the replicates of these numbers, i8[R], each with its row of parameters; the results, and seconds.

        Raises BadInput where a rule was replaced since the core was compiled.
        """
        from qisim.model.batch.core import replicates

        check_rules()
        out = arrays.out(self.size, max(1, len(numbers)), detail=False)
        out = out if len(numbers) else rows_of(out, 0, 0)
        before = time.perf_counter()
        replicates(numbers, seed, self.scenario.target.score, *given, self._here, self._plan, self._work, out)
        return out, time.perf_counter() - before

    def outcomes(self, out: Out, wanted: Sequence[str]) -> dict[str, npt.NDArray[np.float64]]:
        """The outcomes of these runs, float64[R] each; NaN where one cannot be told of this structure."""
        batch, known = Batch(self, out), self.measures
        untold = np.full(len(out.months), np.nan)
        return {key: known[key].values(batch).astype(np.float64) if key in known else untold for key in wanted}


def _ones(dtype: np.dtype) -> Any:
    return np.array(tuple(1 for _ in dtype.names or ()), dtype)


class Structures:
    """The scenarios of points and their structures, of which the last few are kept. For one thread.

    `by_group` records indicators in each group, too.
    """

    def __init__(self, scenario: Scenario, inputs: Mapping[str, bytes], by_group: bool = False):
        self.scenario, self._inputs, self._by_group = scenario, inputs, by_group
        self._key = structure_key(scenario)
        self._structures: OrderedDict[str, Structure] = OrderedDict()
        self._worlds: OrderedDict[str, World] = OrderedDict()

    def point(self, setting: Mapping[str, Any]) -> tuple[Scenario, str]:
        """The scenario of a point, and what its structure is known by. Raises BadInput."""
        if all(key.startswith("behaviour.") for key in setting):
            try:
                return _with_behaviour(self.scenario, setting), self._key
            except (ValidationError, KeyError):
                pass  # the longer way tells what is wrong
        scenario = changed(self.scenario, setting)
        return scenario, structure_key(scenario)

    def structure(self, scenario: Scenario, key: str) -> Structure:
        """The structure of a point's scenario. Raises BadInput."""
        return _kept(
            self._structures, key, KEPT_STRUCTURES, lambda: Structure(scenario, self._world(scenario), self._by_group)
        )

    def _world(self, scenario: Scenario) -> World:
        key = _world_key(scenario)
        if WORLD in self._inputs and key != _world_key(self.scenario):
            raise BadInput(Problem("scenario", GIVEN))
        return _kept(self._worlds, key, KEPT_WORLDS, lambda: built(scenario, self._inputs))


def _world_key(scenario: Scenario) -> str:
    """What is equal for scenarios whose facilities are the same."""
    return json.dumps([scenario.world.model_dump(mode="json"), [one.name for one in scenario.indicators]])


def _kept(kept: OrderedDict[str, Any], key: str, most: int, make: Callable[[], Any]) -> Any:
    if key not in kept:
        kept[key] = make()
    kept.move_to_end(key)
    while len(kept) > most:
        kept.popitem(last=False)
    return kept[key]


def structure_key(scenario: Scenario) -> str:
    """What is equal for scenarios of one structure only."""
    document = scenario.model_dump(mode="json", exclude={"behaviour", "parameters", "title", "description"})
    for table, names in OWN_NUMBERS.items():
        document[table] = [{k: v for k, v in row.items() if k not in names} for row in document[table]]
    return json.dumps(document, sort_keys=True)


def _with_behaviour(scenario: Scenario, setting: Mapping[str, Any]) -> Scenario:
    """The scenario with other behaviour; only what is changed is validated."""
    values = {}
    for key, value in setting.items():
        name = key.removeprefix("behaviour.")
        values[name] = _parameter_type(name).validate_python(value)
    sets = scenario.parameters.but(set(values)) if scenario.parameters else None
    return scenario.model_copy(update={"behaviour": scenario.behaviour.model_copy(update=values), "parameters": sets})


@cache
def _parameter_type(name: str) -> TypeAdapter[Any]:
    parameter = PARAMETERS[name]
    return TypeAdapter(quantity(parameter.minimum, parameter.maximum))
