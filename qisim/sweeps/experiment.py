"""A sweep: many points of a design, each many times, on whatever workers there are; stopped and picked up at will."""

from __future__ import annotations

import signal
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from qisim.input.errors import BadInput, whole
from qisim.sweeps import store as sweep_store
from qisim.sweeps.design import Design
from qisim.sweeps.layout import Layout
from qisim.sweeps.manifest import MOST_CHUNKS, NAME, read_manifest
from qisim.sweeps.plan import Estimate, Plan, bytes_on_disk, check_disk, check_memory, memory_of, plan, trial
from qisim.sweeps.store import Store, Sweep, opened
from qisim.sweeps.task import Chunk, ChunkResult, OtherCode, crashed, evaluate
from qisim.workers.choose import pool_of
from qisim.workers.pools import Halted, Pool, working

POLL_SECONDS = 0.5
CRASHES = 2
"""How often a chunk that runs alone may end its worker before it counts as failed."""
MOST_WORKERS = 1024
STOPS = "Ctrl-C stops; what is finished is kept, and the same command goes on."


class SweepStopped(KeyboardInterrupt):
    """A sweep that was asked to stop, with how far it came."""

    def __init__(self, done: int, runs: int):
        self.done, self.runs = done, runs
        super().__init__(f"{done:,} of {runs:,} runs are finished and kept")


class PointFailed(Exception):
    """A point that cannot be run, where that is to stop the sweep."""


@dataclass
class Told:
    """Whom a sweep tells what it does.

    `progress`: runs that this call has finished, of how many it has to do. `say`: a remark. `estimated`: what the
    sweep takes, before it begins. `resumed`: how many runs were finished before, of how many. `compiling`: the core is
    about to be compiled. `timed`: seconds that a chunk took in the core, and in all.
    """

    progress: Callable[[int, int], None] | None = None
    say: Callable[[str], None] | None = None
    estimated: Callable[[Estimate], None] | None = None
    resumed: Callable[[int, int], None] | None = None
    compiling: Callable[[], None] | None = None
    timed: Callable[[float, float], None] | None = None


def sweep(
    design: Design,
    folder: str | Path,
    *,
    executor: Executor | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    strict: bool = False,
    layout: tuple[int, int] | None = None,
    width: int | None = None,
    command: str = "",
    told: Told | None = None,
) -> Sweep:
    """Run a design into `folder`, or what is left to do of it there, and return the sweep.

    Chunks run in this process, unless there is an `executor`, which runs `width` of them at a time, a number of
    `workers` above 1 (processes of this computer), or a Dask `cluster` (its scheduler's address, or "local"). None of
    these, and no interruption, changes a bit of the results; neither does `layout`, points and replicates a chunk,
    chosen by a short trial unless told.
    A point that cannot be run is recorded with its error; `strict` raises PointFailed instead.

    Raises BadInput for a design or a folder that cannot be used, Halted where the workers are lost, SweepStopped when
    stopped with Ctrl-C, OSError where the disk fails: finished chunks are kept, and the same call goes on.
    """
    told = told or Told()
    folder = Path(folder)
    sweep_store.check_kind(folder)
    if workers is not None:
        workers = whole("workers", workers, 1, MOST_WORKERS)
    with working(pool_of(executor, workers, cluster, width)) as pool:
        ready = plan(design, told.compiling)
        found = begun(ready, folder)
        chosen = found or _layout(ready, folder, layout, pool, told)
        manifest, points = ready.manifest(chosen, command)
        with opened(folder, manifest, points, ready.inputs) as store, stopping(told.say) as asked_to_stop:
            left = list(store.unfinished())
            if strict and store.failed:
                raise PointFailed(store.first_error)
            if left:
                runs = sum(store.manifest.layout.runs_of(number) for number in left)
                check_disk(folder, bytes_on_disk(ready, runs, len(left)))
                if found and pool.here:
                    check_memory(ready, pool.workers, memory_of(ready))
                _Running(ready, store, pool, strict, asked_to_stop, told).run(left)
    return sweep_store.load(folder)


def _layout(ready: Plan, folder: Path, given: tuple[int, int] | None, pool: Pool, told: Told) -> Layout:
    """The chunks of a new sweep, whose needs are told."""
    layout, estimate = estimated(ready, pool)
    if given is not None:
        deep = min(whole("replicates a chunk", given[1], 1, 10**9), layout.replicates)
        across = min(whole("points a chunk", given[0], 1, 10**9), layout.points)
        layout = layout.model_copy(update={"points_a_chunk": across, "replicates_a_chunk": deep})
    check_disk(folder, estimate.bytes)
    if told.estimated:
        told.estimated(estimate)
    return layout


def begun(ready: Plan, folder: Path) -> Layout | None:
    """The chunks of the sweep that is in `folder`, if there is one of this size."""
    if not (folder / NAME).exists():
        return None
    found = read_manifest(folder).layout
    return found if (found.points, found.replicates) == (len(ready.points), ready.design.replicates) else None


def estimated(ready: Plan, pool: Pool) -> tuple[Layout, Estimate]:
    """How to divide a sweep into chunks, and what it takes of these workers. Raises BadInput for want of memory."""
    layout, estimate = trial(ready)
    if layout.chunks > MOST_CHUNKS:
        found = f"makes {layout.runs:,} runs of {len(ready.points):,} points, in more files than a folder can hold"
        raise BadInput(ready.design.problem("replicates", found, "fewer points or replicates"))
    estimate.workers = pool.workers
    if pool.here:
        check_memory(ready, pool.workers, estimate.memory)
    return layout, estimate


class _Running:
    """The chunks of a sweep under way."""

    def __init__(
        self, ready: Plan, store: Store, pool: Pool, strict: bool, asked_to_stop: Callable[[], bool], told: Told
    ):
        self.ready, self.store, self.pool, self.strict = ready, store, pool, strict
        self.asked_to_stop, self.told = asked_to_stop, told
        self.layout = store.manifest.layout
        self.under_way: dict[Future[Any], Chunk] = {}
        self.suspects: deque[Chunk] = deque()  # chunks that were under way when a worker died
        self.crashes: Counter[int] = Counter()
        self.alone = self.broken = False
        self.waiting = self.taken_back = False
        self.done = 0

    def run(self, numbers: list[int]) -> None:
        """Run these chunks. Raises what `sweep` raises."""
        self.to_do = sum(self.layout.runs_of(number) for number in numbers)
        before = self.layout.runs - self.to_do
        if before and self.told.resumed:
            self.told.resumed(before, self.layout.runs)
        self._tell()
        todo = iter(numbers)
        while True:
            exhausted = self._submit(todo)
            if not self.under_way:
                if self.asked_to_stop() or (exhausted and not self.suspects):
                    break
                time.sleep(POLL_SECONDS if self.waiting else 0)
                self._look_after_workers()
                continue
            finished, _ = wait(self.under_way, timeout=POLL_SECONDS, return_when=FIRST_COMPLETED)
            if not finished:
                self._look_after_workers()
            for future in finished:
                self._take(self.under_way.pop(future), future)
            if self.asked_to_stop() and not self.taken_back:
                self._take_back()
        if self.done < self.to_do:
            raise SweepStopped(before + self.done, self.layout.runs)

    def _submit(self, todo: Iterator[int]) -> bool:
        """Give the workers as much as they can do; whether nothing new is left."""
        if self.asked_to_stop():
            return False
        if self.broken or self.suspects or self.alone:
            if self.under_way:
                return False
            if self.broken:
                self.pool.rebuild()
            self.broken = self.alone = False
            if self.suspects:
                self.alone = True
                self._start(self.suspects.popleft())
                return False
        width = self.pool.width
        while len(self.under_way) < width and not self.broken:
            number = next(todo, None)
            if number is None:
                return True
            self._start(self.ready.chunk(self.layout, number))
            if width == 1:  # in this process, where it is finished already
                break
        return False

    def _start(self, chunk: Chunk) -> None:
        try:
            self.under_way[self.pool.submit(evaluate, self.ready.question, chunk)] = chunk
        except Exception as error:
            if not self.pool.crashed(error):
                raise _halted(error) from error
            self.broken = True
            self.suspects.append(chunk)

    def _take(self, chunk: Chunk, future: Future[Any]) -> None:
        """Write down what came of a chunk, or see to it that it is run again."""
        try:
            result: ChunkResult = future.result()
        except CancelledError:
            if self.asked_to_stop():
                return
            self.pool.check()
            raise Halted("the workers let go of what they were given") from None
        except Exception as error:
            if not self.pool.crashed(error):
                raise _halted(error) from error
            self._after_a_crash(chunk)
            return
        self._finish(chunk, result)

    def _after_a_crash(self, chunk: Chunk) -> None:
        self.broken = True
        self.crashes[chunk.number] += self.alone
        if self.crashes[chunk.number] >= CRASHES:
            self._finish(chunk, crashed(chunk, self.store.manifest.outcomes), died=True)
        else:
            self.suspects.append(chunk)

    def _finish(self, chunk: Chunk, result: ChunkResult, *, died: bool = False) -> None:
        self.store.write(chunk, result, crashed=died)
        self.done += len(chunk)
        self._tell()
        if self.told.timed:
            self.told.timed(result.core_seconds, result.seconds)
        if self.strict and result.errors:
            point, error = next(iter(result.errors.items()))
            raise PointFailed(f"point {point}: {error}")

    def _take_back(self) -> None:
        """Cancel the chunks that have not begun."""
        self.taken_back = True
        for future in self.pool.take_back(list(self.under_way)):
            del self.under_way[future]

    def _look_after_workers(self) -> None:
        """Tell when nobody is there to work; raises Halted where nobody will be."""
        self.pool.check()
        workers = self.pool.workers
        if self.waiting == (workers == 0):
            return
        self.waiting = workers == 0
        if self.told.say:
            joined = f"{workers:,} {'worker has' if workers == 1 else 'workers have'} joined."
            self.told.say(f"Waiting for workers of {self.pool.name} to join. {STOPS}" if self.waiting else joined)

    def _tell(self) -> None:
        if self.told.progress:
            self.told.progress(self.done, self.to_do)


def _halted(error: BaseException) -> BaseException:
    """What a worker could not do, as it is told."""
    from concurrent.futures import BrokenExecutor

    if isinstance(error, (BadInput, OSError, MemoryError)):
        return error
    if isinstance(error, OtherCode):
        return Halted(f"{error}; install the same on all computers")
    if isinstance(error, BrokenExecutor):
        return Halted("the executor that was handed in is broken: one of its workers died")
    if isinstance(error, ImportError):
        return Halted(f"the workers cannot load qisim: {error}; install the same qisim on all computers")
    return Halted(f"{type(error).__name__}: {error}")


@contextmanager
def stopping(say: Callable[[str], None] | None) -> Iterator[Callable[[], bool]]:
    """While it lasts, a first Ctrl-C (or a request to end) is remembered; a second one interrupts at once."""
    asked, told = threading.Event(), threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked.is_set
        return

    def remember(number: int, frame: FrameType | None) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    def asked_to_stop() -> bool:
        """Tells the user, too: a signal may come in the middle of other output, where nothing can be said."""
        if asked.is_set() and say and not told.is_set():
            told.set()
            say("Stopping when the parts that are running are finished; once more stops at once.")
        return asked.is_set()

    heard = [number for number in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, remember) for number in heard}
    try:
        yield asked_to_stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
