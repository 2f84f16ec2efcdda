"""One typical future of a run, simulated again with every facility's months."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qisim.outcomes.runs import by_run
from qisim.outcomes.time_to_target import time_to_target
from qisim.study.results import Results
from qisim.study.run import run

if TYPE_CHECKING:
    import pandas as pd

    from qisim.outcomes.runs import Runs
    from qisim.world.world import World


def typical_replicate(months: pd.DataFrame, coverage: float) -> int:
    """The replicate whose time to target is nearest the median; not reached counts as last.

    Of several, the one whose share of facilities at the standard stays nearest its median over all, month by month.
    """
    time, shares = time_to_target(months, coverage), by_run(months, "coverage")
    reached = np.where(time.reached, time.month, time.horizon + 1)
    apart = np.abs(reached - min(time.median, time.horizon + 1))
    strays = np.abs(shares - np.median(shares, axis=0)).sum(axis=1)
    return int(np.sort(months["replicate"].unique())[np.lexsort((strays, apart))[0]])


def typical_future(runs: Runs, world: World, seed: int) -> Results:
    """The typical replicate of `runs`, which had this `world` and `seed`, as a run of one replicate with detail.

    It has the number that it has among the runs.
    """
    replicate = typical_replicate(runs.months, runs.scenario.target.coverage)
    return run(runs.scenario, world, replicates=1, first=replicate, seed=seed, threads=1, detail=True)
