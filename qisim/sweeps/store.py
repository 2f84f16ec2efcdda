"""The folder of a sweep, to which finished chunks are added one file at a time.

    sweep.json        design, scenario, versions, seed, layout of the chunks, and what decides the results
    points.parquet    a row a point: point, then a column a factor
    runs/             a file a finished chunk: point, replicate, error, then a column an outcome
    inputs/           the registry and the peers file as they were read; world.json where Python gave the facilities
    .lock, .started   held by the process that writes; when it began

A file appears under its name only when the whole of it is on disk. One process writes at a time.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from qisim.input.errors import BadInput, Problem
from qisim.scenario.origin import Origin
from qisim.store import manifest as manifests
from qisim.store.folder import LEFT_BY_SYSTEMS
from qisim.store.kept_world import WORLD, built
from qisim.store.manifest import INPUTS, FileRecord
from qisim.store.writing import check_place, is_unfinished, keep_names, whole_file
from qisim.sweeps import design as designs
from qisim.sweeps.chunks import FAILED, damaged, first_error, read_mark, table, verified_rows
from qisim.sweeps.manifest import NAME, POINTS, SweepManifest, differences, read_manifest
from qisim.sweeps.task import Chunk, ChunkResult

if TYPE_CHECKING:
    import pandas as pd

    from qisim.scenario.schema import Scenario
    from qisim.sweeps.design import Design
    from qisim.world.world import World

RUNS, LOCK = "runs", ".lock"
STARTED = ".started"
"""Its time tells when the sweep was last started; that of the lock moves whenever somebody looks at it."""
SECONDS_TO_LOOK = 1.0
"""How long a sweep waits for its folder, at which `status` may just be looking."""


@dataclass
class Placed:
    """A scenario with facilities that are not its own."""

    scenario: Scenario
    world: World


@dataclass
class Sweep:
    """A sweep as far as it has come. Point p of replicate r shares its luck with every other point of replicate r."""

    folder: Path
    manifest: SweepManifest

    @cached_property
    def design(self) -> Design:
        """What was varied, and how; its `scenario` is `self.scenario`, with its facilities where Python gave them."""
        placed = Placed(self.scenario, self.world) if WORLD in self.manifest.files else self.scenario
        document = {**self.manifest.design, "factors": self.manifest.factors, "scenario": placed}
        return designs.Design(Origin(folder=self.folder), **document)

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario that the factors change."""
        return self.manifest.rebuild_scenario(self.folder)

    @cached_property
    def world(self) -> World:
        """The facilities of the scenario, before any factor changes them. Raises BadInput where a file is damaged."""
        kept = {*INPUTS.values(), WORLD} & set(self.manifest.files)
        inputs = {name: manifests.verified(self.folder, name, self.manifest.files[name]) for name in kept}
        return built(self.scenario, inputs)

    @cached_property
    def points(self) -> pd.DataFrame:
        """A row a point: `point`, then a column a factor. Raises BadInput where the file is damaged."""
        import pandas as pd

        content = manifests.verified(self.folder, POINTS, self.manifest.files[POINTS])
        try:
            found = pd.read_parquet(BytesIO(content))
        except (OSError, ValueError):  # Arrow's errors are of these kinds
            found = pd.DataFrame()
        names = [factor.get("name") or factor["key"] for factor in self.manifest.factors]
        if list(found.columns) != ["point", *names] or len(found) != self.manifest.layout.points:
            raise BadInput(Problem(str(self.folder / POINTS), f"does not hold the points of {NAME}"))
        return found

    @cached_property
    def runs(self) -> pd.DataFrame:
        """A row a finished run, by replicate and point: point, replicate, error (empty where there is none), outcomes.

        Raises BadInput where a file of a chunk is damaged; the sweep, started again, runs that chunk anew.
        """
        import pandas as pd

        parts = [verified_rows(path, self.manifest, number) for number, path in self.files().items()]
        columns = ["point", "replicate", "error", *self.manifest.outcomes]
        runs = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
        return runs.sort_values(["replicate", "point"], ignore_index=True)

    @property
    def failures(self) -> pd.DataFrame:
        """The runs that failed, with their errors."""
        return self.runs[self.runs["error"] != ""].reset_index(drop=True)

    @property
    def complete(self) -> bool:
        """Whether every chunk is finished."""
        marks = map(read_mark, self.files().values())
        return sum(mark is not None and not mark.crashed for mark in marks) == self.manifest.layout.chunks

    def files(self) -> dict[int, Path]:
        """The file of each chunk that has one, by the chunk's number; of one that crashed if none is finished."""
        there = {path.name: path for path in (self.folder / RUNS).glob("chunk-*.parquet")}
        digits = (name.removeprefix("chunk-").partition(".")[0].removesuffix(FAILED) for name in there)
        found = {}
        for number in sorted({int(text) for text in digits if text.isdecimal()}):
            path = there.get(chunk_name(number)) or there.get(chunk_name(number, crashed=True))
            if path is not None and number < self.manifest.layout.chunks:
                found[number] = path
        return found


def load(folder: str | Path) -> Sweep:
    """A sweep from its folder, finished or not. Raises BadInput where `folder` holds none."""
    return Sweep(Path(folder), read_manifest(Path(folder)))


class Store:
    """The folder of a sweep while it is written to; made by `opened`."""

    def __init__(self, folder: Path, manifest: SweepManifest):
        self.folder, self.manifest = folder, manifest
        self.failed = 0
        self.first_error = ""

    def unfinished(self) -> Iterator[int]:
        """Numbers of the chunks that are still to be run, in order. Damaged files are taken away."""
        for number in range(self.manifest.layout.chunks):
            path = self.path(number)
            if not path.exists():
                yield number
            elif damaged(path, self.manifest, number):
                path.unlink()
                yield number
            else:
                mark = read_mark(path)
                assert mark is not None
                self._count(mark.failed, mark.first_error)

    def write(self, chunk: Chunk, result: ChunkResult, *, crashed: bool = False) -> None:
        """Add a chunk that is finished. Raises OSError where it cannot be written; then nothing of it is left.

        A chunk that `crashed` is kept for the record, and run again when the sweep is started again.
        """
        import pyarrow.parquet as pq

        try:
            with whole_file(self.path(chunk.number, crashed=crashed)) as stream:
                pq.write_table(table(chunk, result, self.manifest, crashed=crashed), stream, write_page_checksum=True)
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self.folder)) from None
        if not crashed:
            with suppress(OSError):
                self.path(chunk.number, crashed=True).unlink(missing_ok=True)
        self._count(len(result.errors) * len(chunk.replicates), first_error(result))

    def _count(self, failed: int, error: str) -> None:
        self.failed += failed
        self.first_error = self.first_error or error

    def path(self, number: int, *, crashed: bool = False) -> Path:
        """The file of a chunk."""
        return self.folder / RUNS / chunk_name(number, crashed=crashed)

    def put_away(self) -> None:
        """Take away what was left by processes that were killed while they wrote."""
        for number in range(self.manifest.layout.chunks):
            if self.path(number).exists():
                self.path(number, crashed=True).unlink(missing_ok=True)
        for path in (*self.folder.glob(".*.unfinished"), *(self.folder / RUNS).glob(".*.unfinished")):
            if is_unfinished(path):
                with suppress(OSError):
                    path.unlink()


def chunk_name(number: int, *, crashed: bool = False) -> str:
    """What the file of a chunk is called."""
    return f"chunk-{number:06d}{FAILED if crashed else ''}.parquet"


@contextmanager
def opened(folder: Path, manifest: SweepManifest, points: bytes, inputs: Mapping[str, bytes]) -> Iterator[Store]:
    """The store in `folder`, made where there is none, for this process alone.

    A sweep that is there already keeps its layout. Raises BadInput where the folder holds anything else than this
    sweep, where another process writes to it, or where it cannot be written to.
    """
    import filelock

    check(folder, manifest)
    _make(folder)
    lock = filelock.FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=SECONDS_TO_LOOK)
    except filelock.Timeout:
        raise BadInput(Problem(str(folder), "another process is running this sweep; wait for it, or stop it")) from None
    except (OSError, NotImplementedError) as error:
        raise _not_writable(folder, error) from None
    try:
        with suppress(OSError):
            (folder / STARTED).touch()
            os.utime(folder / STARTED)
        if (folder / NAME).exists():
            check(folder, manifest)
            manifest = read_manifest(folder)
            manifest = _put_back(folder, manifest, {**inputs, POINTS: points})
        else:
            _begin(folder, manifest, points, inputs)
        store = Store(folder, manifest)
        store.put_away()
        yield store
    finally:
        lock.release()


def check(folder: Path, manifest: SweepManifest) -> None:
    """Raise BadInput unless `folder` is new, empty, or holds this sweep."""
    check_kind(folder)
    if not (folder / NAME).exists():
        return
    other = differences(read_manifest(folder), manifest)
    if other:
        what = f"holds another sweep, with {'; '.join(other)}"
        raise BadInput(Problem(str(folder), what, allowed="another folder, or delete this one"))


def check_kind(folder: Path) -> None:
    """Raise BadInput unless `folder` is new, empty, or holds some sweep."""
    check_place(folder)
    if not folder.exists():
        return
    if not folder.is_dir():
        raise BadInput(Problem(str(folder), "is a file; choose a folder for the sweep"))
    if not (folder / NAME).exists():
        strangers = sorted(_strangers(folder))
        if strangers:
            named = ", ".join(strangers[:3])
            raise BadInput(Problem(str(folder), f"holds other files than a sweep: {named}; choose a new folder"))


def _strangers(folder: Path) -> Iterator[str]:
    """What a folder holds that a sweep which never began would not have left, the results of one included."""
    begun = {POINTS, LOCK, STARTED, *INPUTS.values(), WORLD}
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        left = path.name in LEFT_BY_SYSTEMS or path.name.endswith(".unfinished")
        if not path.is_dir() and not left and name not in begun:
            yield name


def _put_back(folder: Path, manifest: SweepManifest, contents: Mapping[str, bytes]) -> SweepManifest:
    """Write again what a sweep is about, where it was lost; the manifest, which records what was written.

    Other libraries write the same points in other bytes, so what is whole is left as it is.
    """
    for name, content in contents.items():
        path, record = folder / name, FileRecord.of(content)
        if path.is_file() and FileRecord.of(path.read_bytes()) == manifest.files[name]:
            continue
        _write(path, content)
        if record != manifest.files[name]:
            manifest = manifest.model_copy(update={"files": {**manifest.files, name: record}})
            _write(folder / NAME, _as_file(manifest))
    return manifest


def _as_file(manifest: SweepManifest) -> bytes:
    return (manifest.model_dump_json(indent=2) + "\n").encode()


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as stream:
        stream.write(content)


def _make(folder: Path) -> None:
    try:
        (folder / RUNS).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _not_writable(folder, error) from None


def _not_writable(folder: Path, error: Exception) -> BadInput:
    said = getattr(error, "strerror", None) or str(error)
    return BadInput(Problem(str(folder), f"cannot be written to: {said}; choose another place with --out"))


def _begin(folder: Path, manifest: SweepManifest, points: bytes, inputs: Mapping[str, bytes]) -> None:
    """Write what a sweep is about; the manifest last, for it makes the folder a sweep."""
    contents = {**inputs, POINTS: points, NAME: _as_file(manifest)}
    for name, content in contents.items():
        _write(folder / name, content)
    keep_names(folder.resolve().parent)
