"""What a sweep survives: processes killed, disks full, files damaged. Nothing finished is lost, and the bits stay."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

import qisim
from qisim.input.errors import BadInput
from qisim.sweeps import experiment
from qisim.sweeps.experiment import Told
from qisim.sweeps.store import Sweep
from qisim.workers.pools import Halted, Pool
from tests import small_sweeps
from tests.small_sweeps import LAYOUT, design, same

ROOT = Path(__file__).parents[2]
DRIVER = """
import json
import sys
import time
from pathlib import Path
from qisim.sweeps.design import load_design
from qisim.workers.pools import Halted
from qisim.sweeps.experiment import SweepStopped, Told, sweep
from tests.small_sweeps import LAYOUT

if __name__ == "__main__":
    folder, options = Path(sys.argv[1]), json.loads(sys.argv[2])
    slowly = lambda done, total: time.sleep(0.1)  # so that chunks can be caught
    told = Told(say=lambda text: print(text, flush=True), progress=slowly)
    try:
        sweep(load_design(folder / "design.toml"), folder / "out", layout=LAYOUT, told=told, **options)
    except (Halted, SweepStopped) as error:
        sys.exit(f"{type(error).__name__}: {error}")
"""
PATIENCE = 180.0


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    """The small sweep, undisturbed."""
    folder = tmp_path_factory.mktemp("whole")
    return experiment.sweep(design(folder), folder / "out", layout=LAYOUT)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    small_sweeps.write(tmp_path)
    (tmp_path / "driver.py").write_text(DRIVER)
    return tmp_path


def started(folder: Path, **options: object) -> subprocess.Popen[str]:
    """A process that runs the small sweep."""
    command = [sys.executable, str(folder / "driver.py"), str(folder), json.dumps(options)]
    return subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def finished_chunks(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in (folder / "out" / "runs").glob("*.parquet")}


def until(there: Callable[[], object]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE
    while not there():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.002)


def goes_on(folder: Path, whole: Sweep, kept: dict[Path, bytes]) -> None:
    """Hold that the sweep, started again, keeps what was finished and gives the bits of an undisturbed one."""
    found = experiment.sweep(design(folder), folder / "out")
    assert {path: path.read_bytes() for path in kept} == kept
    same(found.runs, whole.runs)
    assert list((folder / "out").rglob("*.unfinished")) == []


def gone(processes: list[psutil.Process]) -> bool:
    return not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in processes)


@pytest.mark.parametrize("workers", [1, 2])
def test_the_main_process_killed_again_and_again(folder: Path, whole: Sweep, workers: int) -> None:
    moment = random.Random(workers)
    for share in (0.0, 0.5):
        before = len(finished_chunks(folder))
        aim = before + moment.randint(0, 5) if share else 0
        main = started(folder, workers=workers)
        until(lambda aim=aim: (folder / "out" / "sweep.json").exists() and len(finished_chunks(folder)) >= aim)
        time.sleep(moment.random() * 0.05)
        children = psutil.Process(main.pid).children(recursive=True)
        main.kill()
        main.communicate()
        until(lambda children=children: gone(children))
        kept = finished_chunks(folder)
        layout = whole.manifest.layout
        numbers = [int(path.stem.split("-")[1]) for path in kept]
        assert len(qisim.load_sweep(folder / "out").runs) == sum(layout.runs_of(number) for number in numbers)
    goes_on(folder, whole, kept)


def test_killed_while_a_chunk_is_written(folder: Path, whole: Sweep) -> None:
    """What is left of it is put away; of a folder that is not yet a sweep, too."""
    runs = folder / "out" / "runs"
    runs.mkdir(parents=True)
    (folder / "out" / ".sweep.json.0123abcd.unfinished").write_text("{")
    (runs / ".chunk-000000.parquet.0123abcd.unfinished").write_bytes(b"PAR1")
    goes_on(folder, whole, {})


def test_a_worker_killed(folder: Path, whole: Sweep) -> None:
    main = started(folder, workers=2)
    until(lambda: len(finished_chunks(folder)) >= 2)
    workers = [p for p in psutil.Process(main.pid).children() if "spawn_main" in " ".join(p.cmdline())]
    workers[0].kill()
    _, errors = main.communicate(timeout=PATIENCE)
    assert main.returncode == 0, errors
    same(qisim.load_sweep(folder / "out").runs, whole.runs)


def test_a_chunk_that_kills_its_worker_is_recorded_and_tried_again(folder: Path, whole: Sweep) -> None:
    """The memory of the computer may have been too little for one chunk; others are not harmed."""
    pool = DyingPool(7)
    ready = experiment.plan(design(folder))
    layout = whole.manifest.layout
    manifest, points = ready.manifest(layout, "")
    with experiment.opened(folder / "out", manifest, points, {}) as store:
        experiment._Running(ready, store, pool, False, lambda: False, Told()).run(list(store.unfinished()))
    sweep = qisim.load_sweep(folder / "out")
    died = sweep.failures[sweep.failures["error"].str.contains("died")]
    places, replicates = layout.part(7)
    assert set(died["point"]) == set(places) and set(died["replicate"]) == set(replicates)
    assert not sweep.complete and pool.rebuilt >= 2
    goes_on(folder, whole, {})


class DyingPool(Pool):
    """Workers of which one dies each time it runs a certain chunk, and takes the others with it."""

    workers = width = 3

    def __init__(self, deadly: int):
        self.deadly, self.rebuilt, self.dead = deadly, 0, False

    def submit(self, function: Callable[..., object], *arguments: object) -> object:
        from concurrent.futures import Future
        from concurrent.futures.process import BrokenProcessPool

        future: Future[object] = Future()
        self.dead = self.dead or arguments[1].number == self.deadly
        if self.dead:
            future.set_exception(BrokenProcessPool())
        else:
            future.set_result(function(*arguments))
        return future

    def crashed(self, error: BaseException) -> bool:
        from concurrent.futures.process import BrokenProcessPool

        return isinstance(error, BrokenProcessPool)

    def rebuild(self) -> None:
        self.rebuilt += 1
        self.dead = False


Started = subprocess.Popen[bytes]
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


@pytest.fixture
def scheduler_process(tmp_path: Path) -> Iterator[tuple[str, Started]]:
    """A Dask scheduler: its address and its process."""
    pytest.importorskip("distributed")
    told = tmp_path / "scheduler.json"
    process = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0",
         "--no-dashboard", "--scheduler-file", str(told)], **QUIET,
    )  # fmt: skip
    until(told.exists)
    until(lambda: told.read_text().endswith("}"))
    yield json.loads(told.read_text())["address"], process
    end(process)


@pytest.fixture
def scheduler(scheduler_process: tuple[str, Started]) -> str:
    """The address of a Dask scheduler that no worker has joined."""
    return scheduler_process[0]


@pytest.fixture
def cluster(tmp_path: Path, scheduler_process: tuple[str, Started]) -> Iterator[tuple[str, Started, Started]]:
    """A Dask scheduler, and a process with two workers: address, scheduler, workers."""
    address, scheduler = scheduler_process
    workers = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nworkers", "2", "--nthreads", "1",
         "--no-dashboard", "--local-directory", str(tmp_path / "dask"), "--death-timeout", "20"],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, **QUIET,
    )  # fmt: skip
    yield address, scheduler, workers
    end(workers)


def end(process: Started) -> None:
    """End a process and those below it."""
    below = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    for each in (*below, process):
        with suppress(psutil.NoSuchProcess):
            each.kill()
    process.wait()


def test_dask_workers_and_the_scheduler_killed(
    folder: Path, whole: Sweep, cluster: tuple[str, subprocess.Popen[bytes], subprocess.Popen[bytes]]
) -> None:
    address, scheduler, workers = cluster
    main = started(folder, cluster=address)
    until(lambda: len(finished_chunks(folder)) >= 2)
    below = [p for p in psutil.Process(workers.pid).children(recursive=True) if "spawn_main" in " ".join(p.cmdline())]
    below[0].kill()
    _, errors = main.communicate(timeout=PATIENCE)
    assert main.returncode == 0, errors
    same(qisim.load_sweep(folder / "out").runs, whole.runs)

    for path in list(finished_chunks(folder))[1:]:
        path.unlink()
    main = started(folder, cluster=address)
    until(lambda: len(finished_chunks(folder)) >= 2)
    scheduler.kill()
    _, errors = main.communicate(timeout=PATIENCE)
    assert main.returncode == 1 and "Halted: the connection to the Dask scheduler" in errors, errors
    assert len(errors.splitlines()) == 1, errors
    kept = finished_chunks(folder)
    assert 2 <= len(kept) < whole.manifest.layout.chunks
    goes_on(folder, whole, kept)


def test_ctrl_c_when_all_dask_workers_have_left(
    folder: Path, whole: Sweep, cluster: tuple[str, Started, Started]
) -> None:
    """What waits for workers is taken back."""
    address, _, workers = cluster
    main = started(folder, cluster=address)
    until(lambda: len(finished_chunks(folder)) >= 2)
    end(workers)
    assert main.stdout is not None
    until(lambda: "Waiting for workers of" in main.stdout.readline())
    main.send_signal(signal.SIGINT)
    _, errors = main.communicate(timeout=PATIENCE)
    assert main.returncode == 1 and "SweepStopped" in errors and len(errors.splitlines()) == 1, errors
    goes_on(folder, whole, finished_chunks(folder))


def test_a_cluster_that_nobody_has_joined(folder: Path, scheduler: str) -> None:
    """It is said that workers are waited for, and Ctrl-C ends that."""
    main = started(folder, cluster=scheduler)
    assert main.stdout is not None
    assert main.stdout.readline().startswith(f"Waiting for workers of {scheduler} to join.")
    main.send_signal(signal.SIGINT)
    _, errors = main.communicate(timeout=PATIENCE)
    assert main.returncode == 1 and errors == "SweepStopped: 0 of 960 runs are finished and kept\n"


def test_a_cluster_that_is_not_there(folder: Path) -> None:
    main = started(folder, cluster="tcp://127.0.0.1:1")
    _, errors = main.communicate(timeout=PATIENCE)
    assert "no Dask scheduler answers at tcp://127.0.0.1:1" in errors and "__del__" not in errors, errors


@pytest.mark.parametrize("how", ["spawn", "fork"])
def test_workers_handed_in_end_with_the_script_that_was_killed(tmp_path: Path, how: str) -> None:
    if how not in multiprocessing.get_all_start_methods():
        pytest.skip("processes cannot be started so here")
    (tmp_path / "script.py").write_text(HANDED_IN)
    main = subprocess.Popen(
        [sys.executable, str(tmp_path / "script.py"), how], env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert main.stdout is not None
    workers = [psutil.Process(int(pid)) for pid in main.stdout.readline().split()]
    assert len(workers) == 2
    main.kill()
    main.communicate()
    until(lambda: gone(workers))


HANDED_IN = """
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from qisim.workers.pools import begin_worker

if __name__ == "__main__":
    with ProcessPoolExecutor(2, get_context(sys.argv[1]), initializer=begin_worker) as pool:
        for done in [pool.submit(time.sleep, 0.2) for _ in range(2)]:
            done.result()
        print(*pool._processes, flush=True)
        time.sleep(600)
"""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, of half a megabyte; only where one may be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(place)]
    mounted = subprocess.run(mount, capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    small_sweeps.write(place)
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk(small_disk: Path, whole: Sweep) -> None:
    filler = small_disk / "filler"

    def fill(done: int, total: int) -> None:
        if done >= total / 3 and not filler.exists():
            with filler.open("wb", buffering=0) as stream:
                try:
                    while stream.write(bytes(4096)) == 4096:
                        pass
                except OSError:
                    pass

    with pytest.raises(OSError, match="No space left on device") as full:
        experiment.sweep(design(small_disk), small_disk / "out", layout=LAYOUT, told=Told(progress=fill))
    assert full.value.filename == str(small_disk / "out")
    kept = finished_chunks(small_disk)
    assert 10 <= len(kept) < whole.manifest.layout.chunks
    filler.unlink()
    goes_on(small_disk, whole, kept)


def test_files_may_grow_no_further(folder: Path, whole: Sweep) -> None:
    """A quota, where no file system can be mounted."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(done: int, total: int) -> None:
        if done >= total / 3:
            resource.setrlimit(resource.RLIMIT_FSIZE, (1024, before[1]))

    try:
        with pytest.raises(OSError, match="File too large"):
            experiment.sweep(design(folder), folder / "out", layout=LAYOUT, told=Told(progress=fill))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    kept = finished_chunks(folder)
    assert 10 <= len(kept) < whole.manifest.layout.chunks
    goes_on(folder, whole, kept)


def test_damaged_files_of_chunks(folder: Path, whole: Sweep) -> None:
    experiment.sweep(design(folder), folder / "out", layout=LAYOUT)
    paths = sorted(finished_chunks(folder))
    content = paths[0].read_bytes()
    paths[0].write_bytes(content[: len(content) // 2])
    paths[1].write_bytes(b"")
    scores = paths[2].read_bytes()
    paths[2].write_bytes(scores[:200] + bytes([scores[200] ^ 1]) + scores[201:])  # one bit of the data
    paths[3].write_bytes(paths[4].read_bytes())  # another chunk's
    for path in paths[:3]:
        path.chmod(0o644)
    with pytest.raises(BadInput, match="damaged"):
        assert qisim.load_sweep(folder / "out").runs is None
    kept = {path: content for path, content in finished_chunks(folder).items() if path not in paths[:4]}
    goes_on(folder, whole, kept)


def test_two_sweeps_on_one_folder(folder: Path, whole: Sweep) -> None:
    main = started(folder, workers=1)
    until(lambda: len(finished_chunks(folder)) >= 1)
    with pytest.raises(BadInput, match="another process is running this sweep"):
        experiment.sweep(design(folder), folder / "out", layout=LAYOUT)
    _, errors = main.communicate(timeout=PATIENCE)
    assert main.returncode == 0, errors
    same(qisim.load_sweep(folder / "out").runs, whole.runs)


def test_a_folder_that_is_read_only(small_disk: Path, whole: Sweep) -> None:
    _remount(small_disk, "ro")
    with pytest.raises(BadInput, match="Read-only file system"):
        experiment.sweep(design_of(small_disk), small_disk / "out")
    _remount(small_disk, "rw")
    experiment.sweep(design(small_disk), small_disk / "out", layout=LAYOUT)
    kept = finished_chunks(small_disk)
    (small_disk / "out" / "runs" / "chunk-000003.parquet").unlink()
    _remount(small_disk, "ro")
    with pytest.raises(BadInput, match="cannot be written"):
        experiment.sweep(design_of(small_disk), small_disk / "out")
    assert len(qisim.load_sweep(small_disk / "out").runs) == len(whole.runs) - whole.manifest.layout.runs_of(3)
    _remount(small_disk, "rw")
    kept.pop(small_disk / "out" / "runs" / "chunk-000003.parquet")
    goes_on(small_disk, whole, kept)


def design_of(folder: Path) -> qisim.Design:
    from qisim.sweeps.design import load_design

    return load_design(folder / "design.toml")


def _remount(place: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(place)], check=True)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only to the administrator")
def test_a_folder_without_permission(folder: Path) -> None:
    (folder / "out").mkdir(mode=0o500)
    with pytest.raises(BadInput, match="cannot be written"):
        experiment.sweep(design(folder), folder / "out")


def test_ctrl_c_from_the_terminal(folder: Path, whole: Sweep) -> None:
    """It goes to all processes; workers finish what they do."""
    main = started(folder, workers=2)
    until(lambda: len(finished_chunks(folder)) >= 2)
    children = psutil.Process(main.pid).children(recursive=True)
    for process in (*children, main):
        process.send_signal(signal.SIGINT)
    _, errors = main.communicate(timeout=PATIENCE)
    assert main.returncode == 1 and re.search(r"SweepStopped: \d+ of 960 runs are finished and kept", errors), errors
    until(lambda: gone(children))
    goes_on(folder, whole, finished_chunks(folder))


def test_the_executor_of_a_caller_that_breaks(folder: Path, whole: Sweep) -> None:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        pool.submit(os.getpid).result()

        def kill(done: int, total: int) -> None:
            if done >= total / 3:
                for process in list(pool._processes.values()):
                    process.kill()

        with pytest.raises(Halted, match="handed in is broken"):
            experiment.sweep(design(folder), folder / "out", layout=LAYOUT, executor=pool, told=Told(progress=kill))
    goes_on(folder, whole, finished_chunks(folder))
