"""Which pool of workers a command or a caller gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qisim.input.errors import BadInput, Problem, whole
from qisim.workers.pools import LOCAL, HandedIn, InThisProcess, LocalProcesses, Pool, leave_main_alone

if TYPE_CHECKING:
    from concurrent.futures import Executor

MOST_WIDTH = 100_000


def pool_of(executor: Executor | None, workers: int | None, cluster: str | None, width: int | None) -> Pool:
    """The workers that were asked for: an executor, a cluster, or processes; this process unless told.

    Raises BadInput where more than one was asked for, or where the cluster cannot be reached.
    """
    if executor is not None and (workers, cluster) != (None, None):
        other = "workers are given, too" if cluster is None else "a cluster is given, too"
        raise BadInput(Problem("executor", other, allowed="one of them"))
    if width is not None and executor is None:
        raise BadInput(Problem("width", "is for an executor that is handed in", allowed="workers, or an executor"))
    if workers is not None and cluster not in (None, LOCAL):
        what = f"found {workers}; the cluster at {cluster} has its own workers"
        raise BadInput(Problem("workers", what, allowed=f"no workers, or the cluster {LOCAL}"))
    if cluster == LOCAL or (workers is not None and workers > 1):
        leave_main_alone()
    if executor is not None:
        return HandedIn(executor, None if width is None else whole("width", width, 1, MOST_WIDTH))
    if cluster is not None:
        from qisim.workers.dask_cluster import DaskCluster

        return DaskCluster(cluster, workers)
    return LocalProcesses(workers) if workers is not None and workers > 1 else InThisProcess()
