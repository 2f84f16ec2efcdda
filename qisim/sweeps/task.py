"""What a worker does: it runs a chunk, some replicates of some points, and returns an outcome table.

Everything it needs comes with the task, so that workers need no files of the sweep, on whichever computer they are.
"""

from __future__ import annotations

import json
import threading
import time
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt

from qisim.input.errors import BadInput
from qisim.model.parameters import parameters_of
from qisim.scenario.load import from_document
from qisim.scenario.origin import Origin
from qisim.scenario.schema import Scenario
from qisim.store import deciding
from qisim.workers.structure import Structure, Structures

CRASHED = "the worker that ran it died each time; there may be too little memory"


class OtherCode(Exception):
    """A worker has another qisim, or other libraries, than the sweep was started with."""


@dataclass(frozen=True)
class Question:
    """What all tasks of a sweep share; `content` is the scenario, its files, the seed and the outcomes, packed."""

    digest: str
    content: bytes = field(compare=False, repr=False)

    @classmethod
    def of(cls, scenario: dict[str, Any], inputs: Mapping[str, bytes], seed: int, outcomes: Sequence[str]) -> Question:
        """`scenario` as JSON keeps it, `inputs` as `qisim.store.folder.read_inputs` gives them."""
        files = {name: b64encode(content).decode() for name, content in inputs.items()}
        told = {"scenario": scenario, "files": files, "seed": seed, "outcomes": list(outcomes),
                "sources": deciding.sources("sweeps"), "versions": deciding.versions()}  # fmt: skip
        content = json.dumps(told, sort_keys=True).encode()
        return cls(sha256(content).hexdigest(), zlib.compress(content))


@dataclass(frozen=True)
class Chunk:
    """A part of a sweep: these replicates of these points, each point with what it sets."""

    number: int
    points: range
    replicates: range
    settings: list[dict[str, Any]] = field(repr=False)

    def __len__(self) -> int:
        """How many runs it has."""
        return len(self.points) * len(self.replicates)


@dataclass(frozen=True)
class ChunkResult:
    """What came of a chunk of R runs, by replicate and point; `errors` by point. Seconds are of the core alone."""

    outcomes: dict[str, npt.NDArray[np.float64]]  # float64[R] each
    errors: dict[int, str]
    core_seconds: float
    seconds: float


class Asked:
    """A question unpacked; for one thread."""

    def __init__(self, question: Question):
        told = json.loads(zlib.decompress(question.content))
        _check_code(told)
        scenario = from_document(told["scenario"], Origin())
        inputs = {name: b64decode(content) for name, content in told["files"].items()}
        self.digest, self.seed, self.outcomes = question.digest, int(told["seed"]), list(told["outcomes"])
        self.structures = Structures(scenario, inputs)


def _check_code(told: Mapping[str, Any]) -> None:
    found = {"sources": deciding.sources("sweeps"), **deciding.versions()}
    asked = {"sources": told["sources"], **told["versions"]}
    other = [name for name in asked if found.get(name) != asked[name]]
    if other:
        said = ["other code of qisim" if n == "sources" else f"{n} {found.get(n)}, not {asked[n]}" for n in other]
        raise OtherCode("a worker has " + "; ".join(said))


_of_thread = threading.local()


def unpacked(question: Question) -> Asked:
    """The question unpacked, once in a thread; what is kept for it is let go of when another one comes."""
    kept: Asked | None = getattr(_of_thread, "asked", None)
    if kept is None or kept.digest != question.digest:
        kept = _of_thread.asked = Asked(question)
    return kept


def evaluate(question: Question, chunk: Chunk) -> ChunkResult:
    """Run a chunk. What is wrong with a point is told in the result; raises what keeps the worker from working."""
    return evaluate_with(unpacked(question), chunk)


Values = dict[str, npt.NDArray[np.float64]]
"""Outcomes by name, float64[replicates, points]."""


@dataclass
class _Group:
    """Points of one structure."""

    structure: Structure
    points: list[int]
    scenarios: list[Scenario]


def evaluate_with(asked: Asked, chunk: Chunk) -> ChunkResult:
    """Run a chunk of a question that is unpacked; see `evaluate`."""
    began = time.perf_counter()
    shape = (len(chunk.replicates), len(chunk.points))
    values: Values = {key: np.full(shape, np.nan) for key in asked.outcomes}
    errors: dict[int, str] = {}
    core = 0.0
    for group in _groups(asked, chunk, errors):
        core += _run_or_tell(asked, chunk, group, values, errors)
    flat = {key: array.ravel() for key, array in values.items()}
    return ChunkResult(flat, errors, core, time.perf_counter() - began)


def _groups(asked: Asked, chunk: Chunk, errors: dict[int, str]) -> Iterator[_Group]:
    """The points of a chunk by structure; what cannot be built goes to `errors`."""
    by_key: dict[str, tuple[list[int], list[Scenario]]] = {}
    for place, setting in enumerate(chunk.settings):
        try:
            scenario, key = asked.structures.point(setting)
        except BadInput as error:
            errors[chunk.points[place]] = str(error)
            continue
        places, scenarios = by_key.setdefault(key, ([], []))
        places.append(place)
        scenarios.append(scenario)
    for key, (places, scenarios) in by_key.items():
        try:
            structure = asked.structures.structure(scenarios[0], key)
        except BadInput as error:
            errors.update((chunk.points[place], str(error)) for place in places)
            continue
        yield _Group(structure, places, scenarios)


def _run_or_tell(asked: Asked, chunk: Chunk, group: _Group, values: Values, errors: dict[int, str]) -> float:
    """Run a group of points; where that fails, one by one, so that the error is told of the point that has it."""
    try:
        return _run(asked, chunk, group, values)
    except (OSError, MemoryError):
        raise  # of this computer, not of a point
    except Exception as error:  # noqa: BLE001 - whatever is wrong with a point is a result
        if len(group.points) == 1:
            errors[chunk.points[group.points[0]]] = f"{type(error).__name__}: {error}"
            for array in values.values():
                array[:, group.points[0]] = np.nan
            return 0.0
        alone = (_Group(group.structure, [p], [s]) for p, s in zip(group.points, group.scenarios, strict=True))
        return sum(_run_or_tell(asked, chunk, one, values, errors) for one in alone)


def _run(asked: Asked, chunk: Chunk, group: _Group, values: Values) -> float:
    """Run a group of points in as few calls of the core as memory allows; seconds that the core took."""
    structure, core = group.structure, 0.0
    structure.compile()
    whole = [_drawn(scenario, asked.seed, chunk.replicates) for scenario in group.scenarios]
    given = [np.concatenate(parts) for parts in zip(*whole, strict=True)]
    each = len(chunk.replicates)
    numbers = np.tile(np.arange(chunk.replicates.start, chunk.replicates.stop), len(group.points))
    columns = np.repeat(group.points, each)
    rows = np.tile(np.arange(each), len(group.points))
    for first in range(0, len(numbers), structure.at_a_time):
        part = slice(first, first + structure.at_a_time)
        out, seconds = structure.run(numbers[part], asked.seed, tuple(array[part] for array in given))
        core += seconds
        for key, found in structure.outcomes(out, asked.outcomes).items():
            values[key][rows[part], columns[part]] = found
    return core


def _drawn(scenario: Scenario, seed: int, replicates: range) -> list[npt.NDArray[Any]]:
    """Behaviour [R], ideas [R, K] and indicators [R, J] of these replicates of a point."""
    if scenario.has_uncertainty:
        return list(parameters_of(scenario, seed, replicates))
    return [np.repeat(one, len(replicates), axis=0) for one in parameters_of(scenario, seed, replicates[:1])]


def crashed(chunk: Chunk, outcomes: Sequence[str]) -> ChunkResult:
    """What is told of a chunk that no worker survived."""
    nothing = {key: np.full(len(chunk), np.nan) for key in outcomes}
    return ChunkResult(nothing, dict.fromkeys(chunk.points, CRASHED), 0.0, 0.0)
