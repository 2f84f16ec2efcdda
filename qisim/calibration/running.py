"""Parts of the simulations under way: on one processor or several, kept as they finish."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from qisim.calibration.simulations import Part, Question, simulate
from qisim.calibration.store import Store
from qisim.calibration.summaries import Array
from qisim.workers.pools import Halted, InThisProcess, LocalProcesses

SIMULATIONS_A_PART = 50
CRASHES = 2
"""How often a part may end its worker."""


@dataclass
class Told:
    """Whom a calibration tells what it does.

    `progress`: simulations finished, of how many; none once the work begins. `say`: a remark. `compiling`: the core is
    about to be compiled.
    """

    progress: Callable[[int, int], None] | None = None
    say: Callable[[str], None] | None = None
    compiling: Callable[[], None] | None = None


class Running:
    """Simulates parts on workers, and counts. Made by `running`."""

    def __init__(self, question: Question, store: Store, pool: Any, told: Told, of: int):
        self._question, self._store, self._pool, self._told, self._of = question, store, pool, told, of
        self._done = 0
        self._tell()

    def cells(self, first: int, values: Array) -> Array:
        """The observed cells of simulations with these parameters, numbered from `first`: float64[N, C]."""
        starts = range(0, len(values), SIMULATIONS_A_PART)
        parts = [Part(first + start, values[start : start + SIMULATIONS_A_PART]) for start in starts]
        found: dict[int, Array] = {}
        for part in parts:
            kept = self._store.read(self._question, part)
            if kept is not None:
                found[part.first] = kept
                self._done += len(part)
        self._tell()
        for part, cells in self._simulated([part for part in parts if part.first not in found]):
            self._store.write(self._question, part, cells)
            found[part.first] = cells
            self._done += len(part)
            self._tell()
        return np.concatenate([found[part.first] for part in parts])

    def _simulated(self, parts: Sequence[Part]) -> Iterator[tuple[Part, Array]]:
        """Each part with its cells, as they finish."""
        todo, crashes = deque(parts), Counter[int]()
        under_way: dict[Future[Array], Part] = {}
        deaths = 0  # of workers that had nothing to do yet
        while todo or under_way:
            broken = not self._submit(todo, under_way)
            deaths += broken and not under_way
            finished = wait(under_way, return_when=FIRST_COMPLETED).done
            for future in finished:
                part, error = under_way.pop(future), future.exception()
                if error is None:
                    yield part, future.result()
                elif not self._pool.crashed(error):
                    raise error
                else:
                    broken = True
                    crashes[part.first] += 1
                    todo.appendleft(part)
            if broken:
                todo.extendleft(under_way.values())
                under_way.clear()
                if max(deaths, *crashes.values(), 0) > CRASHES:
                    raise Halted("the workers died several times; there may be too little memory for so many")
                self._pool.rebuild()

    def _submit(self, todo: deque[Part], under_way: dict[Future[Array], Part]) -> bool:
        """Give the workers as much as they can do; False where one of them died before it took all."""
        while todo and len(under_way) < self._pool.width:
            try:
                future = self._pool.submit(simulate, self._question, todo[0])
            except Exception as error:
                if not self._pool.crashed(error):
                    raise
                return False
            under_way[future] = todo.popleft()
        return True

    def _tell(self) -> None:
        if self._told.progress:
            self._told.progress(self._done, self._of)


@contextmanager
def running(question: Question, store: Store, workers: int, told: Told, of: int) -> Iterator[Running]:
    """Workers for as long as it lasts: processes of this computer, or this process where there is one worker."""
    pool = LocalProcesses(workers) if workers > 1 else InThisProcess()
    orderly = False
    try:
        yield Running(question, store, pool, told, of)
        orderly = True
    finally:
        pool.close(at_once=not orderly)
