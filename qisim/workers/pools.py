"""Where chunks run: in this process, in processes of this computer, on an executor handed in, on a Dask cluster.

A sweep needs `submit` of `concurrent.futures` only; the rest here is what to do when workers die.
"""

from __future__ import annotations

import os
import signal
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

LOCAL = "local"
"""The cluster that is started on this computer for one sweep."""
NOT_BEGUN = (
    "the worker processes ended before they began. Each of them imports the main script first: put what the script "
    'does below the line `if __name__ == "__main__":`, or take workers=1'
)
QUEUED = 1
"""Chunks that wait beside those that run, so that no worker is idle between two."""


class Halted(Exception):
    """A sweep that cannot go on here and now; what was finished is kept."""


class Pool(ABC):
    """Workers. This one holds what most kinds have in common; methods without a body are for kinds that need them."""

    here = True
    """Whether all of them are on this computer."""

    @property
    @abstractmethod
    def workers(self) -> int:
        """How many chunks run at a time; 0 while no worker is there."""

    @property
    def width(self) -> int:
        """How many chunks to have under way at a time."""
        return self.workers + QUEUED

    @property
    def name(self) -> str:
        """Whose workers they are, where they may be waited for."""
        return "this computer"

    @abstractmethod
    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Give the workers something to do."""

    def take_back(self, futures: Iterable[Future[Any]]) -> list[Future[Any]]:
        """Cancel what has not begun; those that were cancelled."""
        return [future for future in futures if future.cancel()]

    def crashed(self, error: BaseException) -> bool:
        """Whether an error of a future means that a worker died, and that its chunk may be tried again."""
        return False

    def rebuild(self) -> None:  # noqa: B027
        """Put new workers in the place of those that died, when nothing is under way."""

    def check(self) -> None:  # noqa: B027
        """Raise Halted where the workers are gone for good."""

    def close(self, *, at_once: bool) -> None:  # noqa: B027
        """Let the workers go; in the middle of what they do where it is to be `at_once`."""


class InThisProcess(Pool):
    """No workers: each chunk runs when it is submitted."""

    workers = width = 1

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(function(*arguments))
        except Exception as error:  # noqa: BLE001 - as every executor does
            future.set_exception(error)
        return future


class LocalProcesses(Pool):
    """Processes of this computer, each of which runs one chunk at a time on one core; started when first needed."""

    def __init__(self, workers: int):
        self._workers = workers
        self._pool: ProcessPoolExecutor | None = None
        self._first: list[Future[int]] = []
        self._began = False

    def _start(self) -> ProcessPoolExecutor:
        from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
        from multiprocessing import get_context

        pool = self._pool = ProcessPoolExecutor(self._workers, get_context("spawn"), initializer=begin_worker)
        self._first = []
        with _deaf_to_ctrl_c(), suppress(BrokenExecutor):  # which what is submitted next will meet, too
            # Processes take it over before they run a line; all of them start here.
            for _ in range(self._workers):
                self._first.append(pool.submit(os.getpid))
        return pool

    @property
    def workers(self) -> int:
        return self._workers

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        self._pool = self._pool or self._start()
        return self._pool.submit(function, *arguments)

    def crashed(self, error: BaseException) -> bool:
        from concurrent.futures import BrokenExecutor

        return isinstance(error, BrokenExecutor)

    def rebuild(self) -> None:
        """Put new workers in the place of those that died. Raises Halted where none of them has ever begun."""
        self.close(at_once=False)  # after which all futures are done
        self._began = self._began or not all(future.cancelled() or future.exception() for future in self._first)
        if not self._began:
            raise Halted(NOT_BEGUN)

    def close(self, *, at_once: bool) -> None:
        pool, self._pool = self._pool, None
        if pool is None:
            return
        if at_once:
            for process in list((getattr(pool, "_processes", None) or {}).values()):
                process.kill()
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def begin_worker() -> None:
    """What a worker process does first: leave Ctrl-C to the main process, and end when that is gone."""
    from multiprocessing import parent_process
    from multiprocessing.connection import wait

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is None:
        return

    def follow() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()


def leave_main_alone() -> None:
    """End a worker process that runs the main script again, without a word: the process that started it speaks.

    New processes import the main script. Where that starts workers outside of `if __name__ == "__main__":`, each
    worker would start workers of its own instead of beginning its work.
    """
    from multiprocessing import current_process

    if getattr(current_process(), "_inheriting", False):  # what multiprocessing itself goes by
        os._exit(1)


def check_main() -> None:
    """Raise Halted where a new process cannot import the main script."""
    from multiprocessing import get_context

    process = get_context("spawn").Process(target=os.getpid)
    process.start()
    process.join()
    if process.exitcode:
        raise Halted(NOT_BEGUN)


class HandedIn(Pool):
    """An executor of the caller's, who also ends it; it runs `width` chunks at a time, or as many as it says itself."""

    here = False

    def __init__(self, executor: Executor, width: int | None):
        self._executor, self._width = executor, width
        self._given: WeakSet[Future[Any]] = WeakSet()

    @property
    def workers(self) -> int:
        from qisim.model.machine import available_cores

        told = (getattr(self._executor, name, None) for name in ("num_workers", "_max_workers"))  # nothing better has
        return self._width or next((n for n in told if isinstance(n, int) and n > 0), 0) or available_cores()

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        future = self._executor.submit(function, *arguments)
        self._given.add(future)
        return future

    def close(self, *, at_once: bool) -> None:
        """Take back what waits, so that the executor is free for something else."""
        self.take_back(list(self._given))


@contextmanager
def working(pool: Pool) -> Iterator[Pool]:
    """Let the workers go afterwards; at once where something went wrong."""
    orderly = False
    try:
        yield pool
        orderly = True
    finally:
        pool.close(at_once=not orderly)
