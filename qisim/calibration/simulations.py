"""What a worker does: it simulates the observed cells at some points, one replicate each, luck and all."""

from __future__ import annotations

import json
import threading
import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from typing import Any

import numpy as np

from qisim.calibration.summaries import Array
from qisim.input.errors import BadInput, Problem
from qisim.model.parameters import parameters_of
from qisim.observed.observed import Observed, simulated
from qisim.observed.series import series_of
from qisim.scenario.load import from_document
from qisim.scenario.origin import Origin
from qisim.store import deciding
from qisim.workers.structure import Batch, Structures


@dataclass(frozen=True)
class Question:
    """What all simulations of a calibration share, packed: scenario, its files, seed, parameters, observed cells."""

    digest: str
    content: bytes = field(compare=False, repr=False)

    @classmethod
    def of(
        cls, scenario: dict[str, Any], inputs: Mapping[str, bytes], seed: int, names: Sequence[str], observed: Observed
    ) -> Question:
        """`scenario` as JSON keeps it, `inputs` as `qisim.store.folder.read_inputs` gives them."""
        table = observed.table
        told = {
            "scenario": scenario,
            "files": {name: b64encode(content).decode() for name, content in inputs.items()},
            "seed": seed,
            "names": list(names),
            # What is simulated does not depend on the values that were seen.
            "cells": {name: table[name].tolist() for name in ("month", "district", "series")},
            "sources": deciding.sources("calibration"),
            "versions": deciding.versions(),
        }
        content = json.dumps(told, sort_keys=True).encode()
        return cls(sha256(content).hexdigest(), zlib.compress(content))


@dataclass(frozen=True)
class Part:
    """Some simulations of a round: the first has the number `first`, `parameters` float64[n, D] in their units."""

    first: int
    parameters: Array = field(repr=False)

    def __len__(self) -> int:
        return len(self.parameters)

    def identity(self, question: Question) -> str:
        """What decides its results."""
        return sha256(
            f"{question.digest} {self.first} {self.parameters.shape} ".encode() + self.parameters.tobytes()
        ).hexdigest()


class Simulator:
    """A question unpacked; for one thread."""

    def __init__(self, question: Question):
        import pandas as pd

        told = json.loads(zlib.decompress(question.content))
        inputs = {name: b64decode(content) for name, content in told["files"].items()}
        self.digest, self._seed = question.digest, int(told["seed"])
        self._keys = [f"behaviour.{name}" for name in told["names"]]
        scenario = from_document(told["scenario"], Origin())
        cells = pd.DataFrame({**told["cells"], "value": 0.0})
        self._observed = Observed("", cells, np.ones(len(cells), dtype=np.int64), series_of(scenario))
        self._structures = Structures(scenario, inputs, self._observed.by_group)

    def cells(self, part: Part) -> Array:
        """The observed cells of each simulation, float64[n, C]."""
        scenarios = [
            self._structures.point(dict(zip(self._keys, row, strict=True))) for row in part.parameters.tolist()
        ]
        structure = self._structures.structure(*scenarios[0])
        structure.compile()
        found = []
        for start in range(0, len(part), structure.at_a_time):
            numbers = range(part.first + start, part.first + min(start + structure.at_a_time, len(part)))
            given = [parameters_of(scenarios[n - part.first][0], self._seed, range(n, n + 1)) for n in numbers]
            joined = tuple(np.concatenate(rows) for rows in zip(*given, strict=True))
            out, _ = structure.run(np.arange(numbers.start, numbers.stop), self._seed, joined)
            found.append(simulated(self._observed, Batch(structure, out)))
        return np.concatenate(found)


_of_thread = threading.local()


def simulate(question: Question, part: Part) -> Array:
    """The observed cells of each simulation of a part, float64[n, C]. Raises BadInput where one cannot be told."""
    kept: Simulator | None = getattr(_of_thread, "simulator", None)
    if kept is None or kept.digest != question.digest:
        kept = _of_thread.simulator = Simulator(question)
    cells = kept.cells(part)
    if not np.isfinite(cells).all():
        raise BadInput(Problem("data", "hold a cell that the simulation cannot tell of"))
    return cells


def packed(part: Part, cells: Array, identity: str) -> bytes:
    """A file of a part that is simulated."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {f"cell_{i}": column for i, column in enumerate(cells.T)}
    table = pa.table({"number": np.arange(part.first, part.first + len(part)), **columns})
    buffer = BytesIO()
    table = table.replace_schema_metadata({b"qisim": identity.encode()})
    pq.write_table(table, buffer, write_page_checksum=True)
    return buffer.getvalue()


def unpacked(content: bytes, identity: str, part: Part) -> Array | None:
    """The cells of a part's file, float64[n, C]; None where it is damaged, or of something else."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(pa.BufferReader(content), page_checksum_verification=True)
    except (OSError, pa.ArrowException):
        return None
    if (table.schema.metadata or {}).get(b"qisim") != identity.encode() or table.num_rows != len(part):
        return None
    return np.column_stack([column.to_numpy() for column in table.columns[1:]])
