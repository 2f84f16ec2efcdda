"""Running many replicates on the core: chunks of bounded memory, threads, progress."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

import numpy as np

from qisim.model.batch import arrays
from qisim.model.batch.arrays import Out
from qisim.model.machine import available_cores, check_free
from qisim.model.parameters import draw, parameters_of
from qisim.model.programme import Programme
from qisim.scenario.schema import Scenario
from qisim.world.groupings import groupings
from qisim.world.world import World

CHUNK_BYTES = 64 * 2**20
"""What the results of a chunk may take, beyond one replicate a thread."""

REPLICATES_AT_A_TIME = 8
"""Replicates that a thread runs before it reports."""


def simulate(
    scenario: Scenario,
    world: World,
    programme: Programme,
    replicates: range,
    seed: int,
    *,
    threads: int | None = None,
    detail: bool = False,
    by_group: bool = False,
    progress: Callable[[int], None] | None = None,
    kept_bytes: int = 0,
) -> Iterator[tuple[range, Out]]:
    """Yield the results of `replicates` in order, chunk by chunk, as (replicates of the chunk, arrays).

    `detail` records every facility and idea, `by_group` indicators in each group, too. Chunking and threads change
    nothing but speed and memory. `progress` is told how many replicates are done: none once the core is compiled.
    Arrays of a chunk are used again for the next: copy what is to be kept; `kept_bytes` is what the caller will keep.
    Raises BadInput, before any memory is taken, where the machine has too little, or where a rule was replaced.
    """
    check_rules()
    threads = min(threads or available_cores(), len(replicates))
    recorded = arrays.size(world, groupings(world, scenario), scenario, by_group)
    one = arrays.out_bytes(recorded, detail)
    size = min(len(replicates), max(threads, CHUNK_BYTES // one))
    _check_memory(scenario, world, programme, threads, size * one, detail, kept_bytes)
    run = _runner(scenario, world, programme, seed, threads)
    out = arrays.out(recorded, size, detail)
    run(range(0), rows_of(out, 0, 0))  # compile here, where Ctrl-C is heard
    if progress:
        progress(0)
    with ThreadPoolExecutor(threads) as pool:
        for first in range(replicates.start, replicates.stop, size):
            chunk = range(first, min(first + size, replicates.stop))
            used = rows_of(out, 0, len(chunk))
            clear(used)
            step = max(1, min(REPLICATES_AT_A_TIME, len(chunk) // threads))
            starts = range(0, len(chunk), step)
            parts = [rows_of(used, i, i + step) for i in starts]
            try:
                for done in pool.map(run, [chunk[i : i + step] for i in starts], parts):
                    if progress:
                        progress(done)
            except KeyboardInterrupt:
                pool.shutdown(cancel_futures=True)
                raise
            yield chunk, used


def _runner(
    scenario: Scenario, world: World, programme: Programme, seed: int, threads: int
) -> Callable[[range, Out], int]:
    """A function that runs some replicates into rows of results, on a workspace of its own for each thread."""
    from qisim.model.batch.core import replicates as run_replicates

    ideas, indicators = len(scenario.ideas), len(scenario.indicators)
    here = arrays.here(world, groupings(world, scenario))
    plan = arrays.plan(programme, draw(scenario, seed, 0)[1]["indicator"], indicators)
    workspaces: SimpleQueue[arrays.Work] = SimpleQueue()
    for _ in range(threads):
        workspaces.put(arrays.work(len(world), ideas, indicators, programme))

    def run(rows: range, out: Out) -> int:
        work = workspaces.get()
        try:
            parameters = parameters_of(scenario, seed, rows)
            run_replicates(
                np.arange(rows.start, rows.stop), seed, scenario.target.score, *parameters, here, plan, work, out
            )
        finally:
            workspaces.put(work)
        return len(rows)

    return run


def rows_of(out: Out, start: int, stop: int) -> Out:
    """The rows of some replicates, without a copy."""
    return Out(*(array[start:stop] for array in out))


def clear(out: Out) -> None:
    """Set every result to zero, as the core expects to find it."""
    for array in out:
        array.view("u1").fill(0) if array.dtype.names else array.fill(0)


def _check_memory(
    scenario: Scenario, world: World, programme: Programme, threads: int, out: int, detail: bool, kept: int
) -> None:
    """Raise BadInput when a run would need more memory than the machine has free."""
    room = arrays.work_bytes(len(world), len(scenario.ideas), len(scenario.indicators), programme)
    advice = "fewer replicates, facilities or months" + (", or no facility detail" if detail else "")
    check_free(threads * room + out + kept, scenario.origin.name, advice)


def cache_folder() -> Path | None:
    """Where compiled code of now is kept; None where no folder will do. Raises BadInput as `kept.cache_folder` does."""
    import qisim.model.batch.core  # noqa: F401 - what is kept is known by all modules of the core
    from qisim.model.batch import kept

    return kept.cache_folder()


def is_compiled() -> bool:
    """Whether compiled code of the core lies ready. Raises BadInput where it does not, and may not be made."""
    from qisim.model.batch.core import replicates
    from qisim.model.batch.kept import is_kept

    return bool(replicates.overloads) or is_kept()


def check_rules() -> None:
    """Raise BadInput where a rule was replaced since the core was compiled, which would count in one engine only."""
    from qisim.model.batch.core import replicates
    from qisim.model.batch.written import check_same

    if replicates.overloads:
        check_same(replicates._cache.code)
