"""The folder of a calibration.

    calibration.json    what was asked, and the versions that answer it; where there are results, what they answer
    simulations/        a file a finished part of the simulations, so that an interrupted calibration goes on
    inputs/             the data, the registry and the peers file as they were read
    results.json        what came of it, with a checksum of itself and of every file below; written last
    report.html, charts/, and tables

A file appears under its name only when the whole of it is on disk. One process writes at a time.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from qisim.calibration.simulations import Part, Question, packed, unpacked
from qisim.calibration.summaries import Array
from qisim.input.errors import BadInput, Problem
from qisim.store.folder import LEFT_BY_SYSTEMS, MOST_NAMED
from qisim.store.manifest import FileRecord, is_as_written, is_sealed, records, sealed
from qisim.store.writing import check_place, is_unfinished, put_away_dead, whole_file, working_folder

QUESTION, RESULTS, SIMULATIONS, LOCK = "calibration.json", "results.json", "simulations", ".lock"
FORMAT = "qisim calibration"
UNIMPORTANT = ("command", "versions", "rounds", "tolerance")
"""What may differ between a calibration and the one that goes on with it: simulations know nothing of these."""

SAID = {
    "priors": "parameters or priors",
    "inputs": "the registry, the peers file or the facilities",
    "deciding": "the version of qisim or of a library",
}


class Store:
    """Where finished parts are kept: a folder, or nowhere."""

    def __init__(self, folder: Path | None, asked: Mapping[str, Any] | None = None):
        self.folder, self._asked = folder, asked

    def _path(self, part: Part) -> Path | None:
        return None if self.folder is None else self.folder / SIMULATIONS / f"from-{part.first:07d}.parquet"

    def read(self, question: Question, part: Part) -> Array | None:
        """The cells of a part, float64[n, C], where they are kept."""
        path = self._path(part)
        if path is None or not path.is_file():
            return None
        return unpacked(path.read_bytes(), part.identity(question), part)

    def write(self, question: Question, part: Part, cells: Array) -> None:
        """Keep a part. Raises OSError where it cannot be written."""
        path = self._path(part)
        if path is not None:
            path.parent.mkdir(exist_ok=True)
            _write(path, packed(part, cells, part.identity(question)))

    def finish(self, about: Mapping[str, Any], files: Mapping[str, bytes]) -> None:
        """Write the results; files of earlier ones that are no longer there go away."""
        assert self.folder is not None and self._asked is not None
        with _alone(self.folder):
            self._replace(self.folder, about, files)

    def _replace(self, folder: Path, about: Mapping[str, Any], files: Mapping[str, bytes]) -> None:
        before = _unchanged(folder, files)
        listed = {name: record.model_dump() for name, record in records(files).items()}
        results = sealed({**about, "files": listed})
        contents = {**files, QUESTION: _json(self._asked or {}), RESULTS: results}
        try:
            with working_folder(folder / SIMULATIONS) as new:
                # What may fail for want of room fails here; nothing is replaced before all is on disk.
                for name, content in contents.items():
                    for path in (new / name, folder / name):
                        path.parent.mkdir(parents=True, exist_ok=True)
                    _write(new / name, content)
                (folder / RESULTS).unlink(missing_ok=True)
                for name in before - set(files):
                    (folder / name).unlink(missing_ok=True)
                for name in contents:  # the results last
                    (new / name).replace(folder / name)
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(folder)) from None


@contextmanager
def opened(folder: Path | None, asked: Mapping[str, Any], inputs: Mapping[str, bytes]) -> Iterator[Store]:
    """The store in `folder`, made where there is none, for this process alone; one that keeps nothing without a folder.

    Raises BadInput where the folder holds anything else than this calibration, where another process writes to it, or
    where it cannot be written to.
    """
    if folder is None:
        yield Store(None)
        return
    asked = json.loads(json.dumps({"format": FORMAT, **asked}))
    check(folder, asked)
    _unchanged(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _not_writable(folder, error) from None
    with _alone(folder):
        put_away_dead(folder / SIMULATIONS)
        # Results stay beside the question that they answer; that of more rounds comes with theirs.
        question = {} if (folder / RESULTS).exists() else {QUESTION: _json(asked)}
        for name, content in {**question, **inputs}.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            _write(folder / name, content)
        for left in folder.rglob(".*.unfinished"):
            with suppress(OSError):
                if is_unfinished(left):
                    left.unlink()
        yield Store(folder, asked)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """While it lasts no other process writes to the folder. Raises BadInput where one does."""
    import filelock

    lock = filelock.FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        raise BadInput(Problem(str(folder), "another process is at work on this calibration; wait for it")) from None
    except (OSError, NotImplementedError) as error:
        raise _not_writable(folder, error) from None
    try:
        yield
    finally:
        lock.release()


def _not_writable(folder: Path, error: Exception) -> BadInput:
    said = getattr(error, "strerror", None) or str(error)
    return BadInput(Problem(str(folder), f"cannot be written to: {said}; choose another place with --out"))


def check(folder: Path, asked: Mapping[str, Any]) -> None:
    """Raise BadInput unless `folder` is new, empty, or holds this calibration."""
    check_place(folder)
    if not folder.exists():
        return
    if not folder.is_dir():
        raise BadInput(Problem(str(folder), "is a file; choose a folder for the calibration"))
    if not (folder / QUESTION).exists():
        strangers = sorted(path.name for path in folder.iterdir() if path.name not in {LOCK, *LEFT_BY_SYSTEMS})
        if strangers:
            named = ", ".join(strangers[:3])
            raise BadInput(Problem(str(folder), f"holds other files than a calibration: {named}; choose a new folder"))
        return
    there = _read(folder / QUESTION)
    if not there:
        what = "is damaged: what this calibration was asked cannot be read"
        raise BadInput(Problem(str(folder / QUESTION), what, allowed="another folder, or delete this one"))
    other = [key for key in asked if key not in UNIMPORTANT and there.get(key) != asked[key]]
    if other:
        what = f"holds another calibration: it differs in {', '.join(SAID.get(key, key) for key in other)}"
        raise BadInput(Problem(str(folder), what, allowed="another folder, or delete this one"))


def _unchanged(folder: Path, files: Collection[str] = ()) -> set[str]:
    """The files of the results that are there, all of them as they were written.

    Raises BadInput where any was changed since, or where one of `files` is there that is none of them.
    """
    listed = _listed(folder)
    there = {name for name in {*listed, *files} if os.path.lexists(folder / name)}
    if changed := sorted(n for n in there if n not in listed or not is_as_written(folder / n, listed[n])):
        named = ", ".join(changed[:MOST_NAMED]) + (" and more" if len(changed) > MOST_NAMED else "")
        what = f"would be replaced, but this is not as the calibration wrote it: {named}; move it away"
        raise BadInput(Problem(str(folder), what))
    return set(listed)


def _listed(folder: Path) -> dict[str, FileRecord]:
    """The files of the results that are there. Raises BadInput where their list is not as it was written."""
    if not (folder / RESULTS).exists():
        return {}
    document = _read(folder / RESULTS)
    try:
        listed = {name: FileRecord.model_validate(record) for name, record in document["files"].items()}
        inside = all((folder / name).resolve().is_relative_to(folder.resolve()) for name in listed)
        if is_sealed(document) and inside:
            return listed
    except (KeyError, AttributeError, ValueError):
        pass
    what = "is damaged, or was changed by hand; delete it, and the same command writes the results anew"
    raise BadInput(Problem(str(folder / RESULTS), what))


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
    except (OSError, ValueError, RecursionError):
        found = None
    return found if isinstance(found, dict) else {}


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def _write(path: Path, content: bytes) -> None:
    with whole_file(path) as stream:
        stream.write(content)
