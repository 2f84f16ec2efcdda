"""What a sweep is going to do, known before it does it: points, runs, chunks, and what they take."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qisim.input.errors import BadInput, Problem
from qisim.model.batch.simulate import is_compiled
from qisim.model.machine import available_cores, free_memory
from qisim.outcomes.meaning import Meaning
from qisim.store.folder import portable, read_inputs
from qisim.store.kept_world import with_world
from qisim.sweeps import design_check
from qisim.sweeps.layout import Layout
from qisim.sweeps.manifest import SweepManifest, make_manifest
from qisim.sweeps.outcomes import known_outcomes
from qisim.sweeps.points import points, settings
from qisim.sweeps.task import Chunk, Question, evaluate_with, unpacked
from qisim.workers.structure import Structures

if TYPE_CHECKING:
    import pandas as pd

    from qisim.scenario.schema import Scenario
    from qisim.sweeps.design import Design, Factor

CHUNK_SECONDS = 3.0
MOST_RUNS_A_CHUNK = 20_000
LEAST_CHUNKS, LEAST_SECONDS = 16, 1.0
"""A small sweep is divided into so many chunks, but not into shorter ones than that."""

OUTCOMES = 1.1
"""A run's time with its outcomes, relative to the core alone."""

SECONDS_A_CHUNK = 0.02
"""What a chunk takes beside the core."""
LEAST_ROUNDS = 5
"""In how many rounds through all points the replicates are run at least, so that what is stopped is balanced."""

PREPARING = 0.03
"""What of a run's time may go to its point's scenario, programme and tables."""

TRIAL_SECONDS = 1.5
TRIAL_POINTS = 5
BYTES_A_FILE = 4096
ROWS_AT_A_TIME = 10_000


@dataclass
class Estimate:
    """What a sweep takes: points, runs, seconds of one worker, bytes on disk, bytes of memory of each worker."""

    points: int
    replicates: int
    seconds: float
    bytes: int
    memory: int
    workers: int = 1

    @property
    def runs(self) -> int:
        return self.points * self.replicates


@dataclass
class Plan:
    """A sweep that was checked and is ready to run."""

    design: Design
    scenario: Scenario
    factors: list[Factor]
    points: pd.DataFrame
    inputs: Mapping[str, bytes]
    outcomes: dict[str, Meaning]
    question: Question
    examples: list[int]
    """Some points that can be run."""

    def chunk(self, layout: Layout, number: int) -> Chunk:
        """A chunk with what its points set."""
        places, replicates = layout.part(number)
        return Chunk(number, places, replicates, settings(self.factors, self.points.iloc[places.start : places.stop]))

    def manifest(self, layout: Layout, command: str) -> tuple[SweepManifest, bytes]:
        """What the sweep's folder says about it, and its file of points."""
        content = _parquet(self.points)
        contents = {**self.inputs, "points.parquet": content}
        manifest = make_manifest(
            self.design, self.factors, portable(self.scenario), self.outcomes, layout, contents, _digest(self.points),
            command,
        )  # fmt: skip
        return manifest, content


def plan(design: Design, compiling: Callable[[], None] | None = None) -> Plan:
    """Check a design and work out its points. Raises BadInput with every problem found.

    `compiling` is called before the core is compiled for the first time.
    """
    design_check.check(design)
    scenario = design.base()
    design_check.check_factors(design, scenario)
    inputs = read_inputs(scenario)
    if design.world is not None:
        inputs = with_world(scenario, design.world, inputs)
        design_check.check_world(design, inputs)
    factors, table = points(design, scenario)
    if design.method == "points":
        named = design.model_copy(update={"factors": factors})
        named._origin = design.origin
        design_check.check_factors(named, scenario)
    structures = Structures(scenario, inputs)
    if compiling and not is_compiled():
        compiling()
    known = known_outcomes(design, structures, factors, table)
    outcomes = {key: known.outcomes[key] for key in design_check.check_outcomes(design, list(known.outcomes))}
    question = Question.of(portable(scenario), inputs, design.seed, list(outcomes))
    return Plan(design, scenario, factors, table, inputs, outcomes, question, known.points)


def trial(plan: Plan) -> tuple[Layout, Estimate]:
    """Run a few points for a moment; how to divide the runs into chunks, and what all of them take."""
    each, preparing, memory = _timed(plan)
    count, replicates = len(plan.points), plan.design.replicates
    runs = count * replicates
    small = max(ceil(runs / LEAST_CHUNKS), int(LEAST_SECONDS / each))
    most = max(1, min(MOST_RUNS_A_CHUNK, int(CHUNK_SECONDS / each), small))
    deep = min(ceil(replicates / LEAST_ROUNDS), most, max(1, ceil(preparing / (PREPARING * each))))
    layout = Layout(
        points=count, replicates=replicates, points_a_chunk=min(count, max(1, most // deep)), replicates_a_chunk=deep
    )
    seconds = runs * (OUTCOMES * each + preparing / deep) + layout.chunks * SECONDS_A_CHUNK
    return layout, Estimate(count, replicates, seconds, bytes_on_disk(plan, runs, layout.chunks), memory)


def bytes_on_disk(plan: Plan, runs: int, chunks: int) -> int:
    """What so many runs take in so many files, at most."""
    return runs * 8 * (len(plan.outcomes) + 1) + chunks * BYTES_A_FILE


def _timed(plan: Plan) -> tuple[float, float, int]:
    """Seconds of a run and of preparing a point, and bytes of memory that a worker takes.

    Points of one structure share what takes longest to prepare.
    """
    asked = unpacked(plan.question)
    tried = range(min(2, plan.design.replicates))
    spent: list[float] = []
    running, runs, room = 0.0, 0, 0
    keys: set[str] = set()
    began = time.perf_counter()
    for place in plan.examples[:TRIAL_POINTS]:
        setting = settings(plan.factors, plan.points.iloc[[place]])
        before = time.perf_counter()
        scenario, key = asked.structures.point(setting[0])
        structure = asked.structures.structure(scenario, key)
        building = time.perf_counter() - before if keys else 0.0  # the first builds the facilities, too
        room, seen = max(room, structure.room), key in keys
        keys.add(key)
        evaluate_with(asked, Chunk(0, range(1), range(1), setting))  # what is done once is not counted
        result = evaluate_with(asked, Chunk(0, range(1), tried, setting))
        running += result.core_seconds
        runs += len(tried)
        spent.append(0.0 if seen else building + result.seconds - result.core_seconds)
        if time.perf_counter() - began > TRIAL_SECONDS:
            break
    shared = len(keys) <= 1 < len(spent)
    return max(running / max(runs, 1), 1e-6), 0.0 if shared else sum(spent) / max(len(spent), 1), room


def memory_of(plan: Plan) -> int:
    """Bytes that a worker takes, by a few points."""
    structures, room = unpacked(plan.question).structures, 0
    for place in plan.examples[:TRIAL_POINTS]:
        scenario, key = structures.point(settings(plan.factors, plan.points.iloc[[place]])[0])
        room = max(room, structures.structure(scenario, key).room)
    return room


def check_memory(plan: Plan, workers: int, each: int) -> None:
    """Raise BadInput where so many workers would need more memory than this computer has free, `each` so many bytes."""
    free, needed = free_memory(), workers * each
    if free is not None and needed > free:
        what = f"{workers} {'worker needs' if workers == 1 else 'workers need'} {needed / 2**30:.1f} GiB of memory"
        raise BadInput(Problem(plan.design.title, what, allowed=f"the {free / 2**30:.1f} GiB that are free"))


def check_disk(folder: Path, needed: int) -> None:
    """Raise BadInput where the disk of `folder` has no room for the bytes that are `needed`."""
    above = next(place for place in (folder, *folder.resolve().parents) if place.exists())
    free = shutil.disk_usage(above).free
    if needed > free:
        found = f"the sweep needs about {needed / 1e6:,.0f} MB on disk"
        raise BadInput(Problem(str(folder), found, allowed=f"the {free / 1e6:,.0f} MB that are free"))


def default_workers() -> int:
    """As many as there are processor cores to use."""
    return available_cores()


def _parquet(frame: pd.DataFrame) -> bytes:
    buffer = BytesIO()
    frame.to_parquet(buffer, index=False)
    return buffer.getvalue()


def _digest(frame: pd.DataFrame) -> str:
    """A digest of what a table says, however a file of it is written."""
    digest = sha256()
    for name in frame.columns:
        digest.update(repr(str(name)).encode())
        for first in range(0, len(frame), ROWS_AT_A_TIME):
            values: Any = frame[name].iloc[first : first + ROWS_AT_A_TIME].tolist()
            digest.update(repr(values).encode())
    return digest.hexdigest()
