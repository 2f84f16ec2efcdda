"""How far a sweep has come, whether it is running, and how long it will take."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from qisim.sweeps.chunks import read_mark
from qisim.sweeps.manifest import read_manifest
from qisim.sweeps.store import LOCK, STARTED, load


@dataclass
class Status:
    """Chunks and runs, finished and in all, runs with an error, damaged files, and when the last chunk was finished.

    `first_error` is empty where there is none; `running` is None where that cannot be found out; `seconds_left`
    is None unless it runs and has finished a chunk.
    """

    chunks: int
    of_chunks: int
    runs: int
    of_runs: int
    failed: int
    damaged: int
    last: float | None  # seconds since 1970
    first_error: str
    running: bool | None
    seconds_left: float | None
    command: str

    @property
    def complete(self) -> bool:
        return self.chunks == self.of_chunks


def status(folder: str | Path) -> Status:
    """How far the sweep in `folder` has come. Raises BadInput where it holds none."""
    folder = Path(folder)
    manifest = read_manifest(folder)
    layout = manifest.layout
    marks = {path: read_mark(path) for path in load(folder).files().values()}
    times = _times(marks)
    marks = {path: mark for path, mark in marks.items() if path in times}
    ours = {path: mark for path, mark in marks.items() if mark is not None and mark.identity == manifest.identity}
    done = {path: mark for path, mark in ours.items() if not mark.crashed}
    runs = {path: layout.runs_of(mark.number) for path, mark in done.items()}
    running = is_running(folder)
    left = layout.runs - sum(runs.values())
    return Status(
        chunks=len(done),
        of_chunks=layout.chunks,
        runs=sum(runs.values()),
        of_runs=layout.runs,
        failed=sum(mark.failed for mark in ours.values()),
        damaged=len(marks) - len(ours),
        last=max(times.values(), default=None),
        first_error=next((mark.first_error for mark in ours.values() if mark.failed), ""),
        running=running,
        seconds_left=_seconds_left(folder, [(times[path], runs[path]) for path in done], left) if running else None,
        command=manifest.command,
    )


def _times(paths: Iterable[Path]) -> dict[Path, float]:
    """When files were written; without those that have gone, as a file of a crash does when its chunk is finished."""
    times = {}
    for path in paths:
        with suppress(FileNotFoundError):
            times[path] = path.stat().st_mtime
    return times


def is_running(folder: Path) -> bool | None:
    """Whether a process has the sweep in `folder` under way; None where that cannot be found out."""
    import filelock

    if not (folder / LOCK).exists():
        return False
    try:
        with filelock.FileLock(folder / LOCK, timeout=0):
            return False
    except filelock.Timeout:
        return True
    except (OSError, NotImplementedError):  # a folder of someone else's, or on a file system without locks
        return None


def _seconds_left(folder: Path, runs: list[tuple[float, int]], left: int) -> float | None:
    """What `left` runs will take, by the `runs` that were finished, at each time, since the sweep was last started."""
    started = next(iter(_times([folder / STARTED]).values()), None)
    if started is None:
        return None
    since = [(at, count) for at, count in runs if at > started]
    if not since:
        return None
    last = max(at for at, _ in since)
    each = (last - started) / sum(count for _, count in since)
    return max(0.0, left * each - (time.time() - last))
