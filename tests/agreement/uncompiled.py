"""A program: whether the core agrees with the Mesa model on a scenario without programme, run as plain Python.

It saves compiling; NUMBA_DISABLE_JIT is to be set. Compiled code reads fields of records and keeps to whole numbers of
its own accord, which is done here for it.
"""

import sys
from typing import Any

import numpy as np

import qisim
from qisim.model import chance, tables
from qisim.model.batch import arrays, bound, luck
from qisim.model.batch.core import replicates
from qisim.model.batch.simulate import clear
from qisim.model.calendar import build_calendar
from qisim.model.parameters import draw, parameters_of
from qisim.world.groupings import groupings


def _whole(philox: Any) -> Any:
    return lambda *numbers: philox(*map(int, numbers))


def _fields(group: Any) -> Any:
    return type(group)(*(array.view(np.recarray) if array.dtype.names else array for array in group))


bound.check()
chance.philox = luck._philox = _whole(chance.philox)
study = qisim.load(sys.argv[1]).changed({"months": 12, "world.districts": 3})
scenario, world = study.scenario, study.world
programme, indicators = build_calendar(scenario, world), len(scenario.indicators)
plan = arrays.plan(programme, draw(scenario, 1, 0)[1]["indicator"], indicators)
work = arrays.work(len(world), len(scenario.ideas), indicators, programme)
out = arrays.out(arrays.size(world, groupings(world, scenario), scenario, False), 1, False)
clear(out)
replicates(
    [0],
    1,
    scenario.target.score,
    *(array.view(np.recarray) for array in parameters_of(scenario, 1, range(1))),
    *map(_fields, (arrays.here(world, groupings(world, scenario)), plan, work, out)),
)
mesa = study.model(rng=1).run()
print(
    mesa.months.equals(tables.months_table(range(1), out.months, len(world)))
    and mesa.idea_totals.equals(tables.idea_totals_table(range(1), out.ideas, scenario))
)
