"""Where chunks run: in this process, in processes of this computer, on an executor handed in, on a Dask cluster.

A sweep needs `submit` of `concurrent.futures` only; the rest here is what to do when workers die.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Protocol

from qisim.scenario.errors import BadInput, Problem

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

SECONDS_TO_CONNECT = 20
QUEUED = 1
"""Chunks that wait beside those that run, so that no worker is idle between two."""


class Halted(Exception):
    """A sweep that cannot go on here and now; what was finished is kept."""


class Pool(Protocol):
    """Workers. `width` is how many chunks to have under way at a time."""

    @property
    def width(self) -> int: ...
    @property
    def takes_back(self) -> bool:
        """Whether chunks that wait can be taken back without stopping those that run."""
        ...

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]: ...
    def crashed(self, error: BaseException) -> bool:
        """Whether an error of a future means that a worker died, and that its chunk may be tried again."""
        ...

    def rebuild(self) -> None:
        """Put new workers in the place of those that died, when nothing is under way."""
        ...

    def check(self) -> None:
        """Raise Halted where the workers are gone for good."""
        ...

    def close(self, *, at_once: bool) -> None: ...


class InThisProcess:
    """No workers: each chunk runs when it is submitted."""

    width, takes_back = 1, False

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(function(*arguments))
        except Exception as error:  # noqa: BLE001 - as every executor does
            future.set_exception(error)
        return future

    def crashed(self, error: BaseException) -> bool:
        return False

    def rebuild(self) -> None:
        pass

    def check(self) -> None:
        pass

    def close(self, *, at_once: bool) -> None:
        pass


class LocalProcesses:
    """Processes of this computer, each of which runs one chunk at a time on one core."""

    takes_back = True

    def __init__(self, workers: int):
        self.workers = workers
        self._pool = self._start()

    def _start(self) -> ProcessPoolExecutor:
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        pool = ProcessPoolExecutor(self.workers, get_context("spawn"), initializer=begin_worker)
        with _deaf_to_ctrl_c():  # processes take it over before they run a line; all of them start here
            for _ in range(self.workers):
                pool.submit(os.getpid)
        return pool

    @property
    def width(self) -> int:
        return self.workers + QUEUED

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        return self._pool.submit(function, *arguments)

    def crashed(self, error: BaseException) -> bool:
        from concurrent.futures import BrokenExecutor

        return isinstance(error, BrokenExecutor)

    def rebuild(self) -> None:
        self._pool.shutdown(wait=True)
        self._pool = self._start()

    def check(self) -> None:
        pass

    def close(self, *, at_once: bool) -> None:
        if at_once:
            for process in list((getattr(self._pool, "_processes", None) or {}).values()):
                process.kill()
        self._pool.shutdown(wait=True, cancel_futures=True)


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


class HandedIn:
    """An executor of the caller's, who also ends it."""

    takes_back = False

    def __init__(self, executor: Executor):
        self._executor = executor

    @property
    def width(self) -> int:
        from qisim.model.batch.simulate import available_cores

        return int(getattr(self._executor, "_max_workers", 0) or available_cores()) + QUEUED

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        return self._executor.submit(function, *arguments)

    def crashed(self, error: BaseException) -> bool:
        return False

    def rebuild(self) -> None:
        pass

    def check(self) -> None:
        pass

    def close(self, *, at_once: bool) -> None:
        pass


class DaskCluster:
    """Workers of a Dask cluster: one at an address, or one started on this computer for as long as the sweep runs."""

    takes_back = False

    def __init__(self, address: str, workers: int):
        try:
            from distributed import Client, KilledWorker, LocalCluster
        except ImportError:
            what = "needs Dask, which is not installed; install it with: pip install 'qisim[cluster]'"
            raise BadInput(Problem("cluster", what)) from None
        self._killed, self._address, self._local = KilledWorker, address, None
        self._quiet = _without_chatter()
        if address == "local":
            self._local = LocalCluster(
                n_workers=workers, threads_per_worker=1, dashboard_address=None, silence_logs=logging.CRITICAL
            )
        try:
            self._client = Client(self._local or address, timeout=SECONDS_TO_CONNECT, set_as_default=False)
        except (OSError, ValueError) as error:
            what = f"no Dask scheduler answers at {address}: {str(error).splitlines()[0]}"
            raise BadInput(
                Problem("cluster", what, allowed="an address such as tcp://127.0.0.1:8786, or local")
            ) from None
        if self._local:
            self._client.run(_leave_ctrl_c)
        self._executor = self._client.get_executor(pure=False)

    @property
    def width(self) -> int:
        """Two chunks a thread, for the way there and back takes time; workers may come and go."""
        try:
            threads = sum(self._client.nthreads().values())
        except Exception:  # noqa: BLE001 - the connection may be gone; `check` tells
            threads = 0
        return max(2, 2 * threads)

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        return self._executor.submit(function, *arguments)

    def crashed(self, error: BaseException) -> bool:
        return isinstance(error, self._killed)

    def rebuild(self) -> None:
        pass

    def check(self) -> None:
        if self._client.status != "running":
            raise Halted(f"the connection to the Dask scheduler ({self._address}) is lost")

    def close(self, *, at_once: bool) -> None:
        for closing in (self._client, self._local):
            if closing is not None:
                with suppress(Exception):
                    closing.close(timeout=2 if at_once else 10)
        self._quiet()


def _leave_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _without_chatter() -> Callable[[], None]:
    """Keep Dask from printing tracebacks when workers come and go; returns what undoes it."""
    loggers = [logging.getLogger(name) for name in ("distributed", "tornado.application", "asyncio")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)

    def undo() -> None:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)

    return undo


def pool_of(executor: Executor | None, workers: int | None, cluster: str | None) -> Callable[[], Pool]:
    """How to make the workers that were asked for: an executor, a cluster, or processes; this process unless told."""
    if sum(given is not None for given in (executor, cluster)) > 1:
        raise BadInput(Problem("executor", "is given, and a cluster, too", allowed="one of them"))
    if executor is not None:
        return lambda: HandedIn(executor)
    if cluster is not None:
        from qisim.model.batch.simulate import available_cores

        return lambda: DaskCluster(cluster, workers or available_cores())
    if workers is not None and workers > 1:
        return lambda: LocalProcesses(workers)
    return InThisProcess


@contextmanager
def working(make: Callable[[], Pool]) -> Iterator[Pool]:
    """The workers, ended afterwards; at once where something went wrong."""
    pool, orderly = make(), False
    try:
        yield pool
        orderly = True
    finally:
        pool.close(at_once=not orderly)
