"""A Dask cluster that runs the chunks of a sweep: one at an address, or one of this computer's own."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any
from uuid import uuid4
from weakref import WeakKeyDictionary

from qisim.input.errors import BadInput, Problem
from qisim.workers.pools import LOCAL, Halted, Pool, check_main

SECONDS_TO_CONNECT = 6
NOISY = ("distributed", "tornado", "asyncio")


class DaskCluster(Pool):
    """Workers of a Dask cluster; they may come and go.

    Raises BadInput where Dask is not installed, or where no scheduler answers at `address`.
    """

    def __init__(self, address: str, workers: int | None = None):
        try:
            from distributed import Client, KilledWorker
        except ImportError:
            what = "needs Dask, which is not installed; install it with: pip install 'qisim[cluster]'"
            raise BadInput(Problem("cluster", what)) from None
        self._killed, self._address, self.here = KilledWorker, address, address == LOCAL
        self._keys: WeakKeyDictionary[Future[Any], str] = WeakKeyDictionary()
        self._speak = _silence()
        self._local: Any = None
        self._client: Any = None
        try:
            if self.here:
                check_main()
                self._local = _start(workers)
            else:
                _reach(address)
            self._client = Client(self._local or address, timeout=SECONDS_TO_CONNECT, set_as_default=False)
            if self.here:
                self._client.run(_leave_ctrl_c)
            self._executor = self._client.get_executor(pure=False)
        except BaseException as error:
            self.close(at_once=True)
            if isinstance(error, Exception) and not isinstance(error, Halted):  # anything may listen at an address
                raise _unreachable(address, error) from None
            raise

    @property
    def workers(self) -> int:
        try:
            return sum(self._client.nthreads().values())
        except Exception:  # noqa: BLE001 - the connection may be gone; `check` tells
            return 0

    @property
    def width(self) -> int:
        """Two chunks a thread, for the way there and back takes time; none while there are no workers."""
        return 2 * self.workers

    @property
    def name(self) -> str:
        return self._address

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        key = f"qisim-{uuid4().hex}"
        future: Future[Any] = self._executor.submit(function, *arguments, key=key)
        self._keys[future] = key
        return future

    def take_back(self, futures: Iterable[Future[Any]]) -> list[Future[Any]]:
        """Dask would cancel what runs, too, so workers are asked what that is."""
        begun: set[str] = set()
        with suppress(Exception):  # a worker that is gone runs nothing
            begun = set().union(*self._client.run(_executing, on_error="ignore").values())
        return super().take_back(future for future in futures if self._keys.get(future) not in begun)

    def crashed(self, error: BaseException) -> bool:
        return isinstance(error, self._killed)

    def check(self) -> None:
        if self._client.status != "running":
            raise Halted(f"the connection to the Dask scheduler ({self._address}) is lost")

    def close(self, *, at_once: bool) -> None:
        for closing in (self._client, self._local):
            if closing is not None:
                with suppress(Exception):
                    closing.close(timeout=2 if at_once else 10)
        self._speak()


def _start(workers: int | None) -> Any:
    """A cluster of processes of this computer."""
    from distributed import LocalCluster

    from qisim.model.machine import available_cores

    count = workers or available_cores()
    return LocalCluster(n_workers=count, threads_per_worker=1, dashboard_address=None, silence_logs=logging.CRITICAL)


def _reach(address: str) -> None:
    """Raise an error unless a Dask scheduler answers; a client that fails to would try again when it is let go of."""
    from distributed.comm.core import connect
    from distributed.security import Security

    async def greet() -> None:
        arguments = Security().get_connection_args("client")
        async with asyncio.timeout(SECONDS_TO_CONNECT + 1):
            comm = await connect(address, timeout=SECONDS_TO_CONNECT, **arguments)
        comm.abort()

    with ThreadPoolExecutor(1) as thread:  # a notebook has a loop of its own in this one
        thread.submit(asyncio.run, greet()).result()


def _unreachable(address: str, error: Exception) -> BadInput:
    said = next(iter(str(error).splitlines()), "") if isinstance(error, (OSError, ValueError)) else ""
    told = "no Dask cluster can be started here" if address == LOCAL else f"no Dask scheduler answers at {address}"
    what = told + (f": {said}" if said else "")
    return BadInput(Problem("cluster", what, allowed=f"an address such as tcp://127.0.0.1:8786, or {LOCAL}"))


def _executing(dask_worker: Any) -> list[str]:
    """What a worker is at; runs there."""
    return [task.key for task in dask_worker.state.executing]


def _leave_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _silence() -> Callable[[], None]:
    """Keep Dask from printing tracebacks when schedulers and workers go; returns what undoes it."""
    names = {*NOISY, *(name for name in logging.root.manager.loggerDict if name.split(".")[0] in NOISY)}
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:  # each by itself, for Dask gives levels to many of them
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)

    def undo() -> None:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)

    return undo
