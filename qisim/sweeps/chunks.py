"""The chunks of a sweep: how runs are divided into them, and the file of each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qisim.input.errors import BadInput, Problem

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from qisim.sweeps.manifest import SweepManifest
    from qisim.sweeps.task import Chunk, ChunkResult

FAILED = "-failed"
MARK = b"qisim"


@dataclass(frozen=True)
class Mark:
    """What a chunk's file says of itself."""

    identity: str
    number: int
    failed: int
    crashed: bool
    first_error: str


def table(chunk: Chunk, result: ChunkResult, manifest: SweepManifest, *, crashed: bool) -> pa.Table:
    """The rows of a chunk, by replicate and point, marked with the sweep and the chunk they are of."""
    import numpy as np
    import pyarrow as pa

    point = np.tile(np.arange(chunk.points.start, chunk.points.stop, dtype=np.int64), len(chunk.replicates))
    replicates = np.arange(chunk.replicates.start, chunk.replicates.stop, dtype=np.int64)
    columns: dict[str, Any] = {
        "point": point,
        "replicate": np.repeat(replicates, len(chunk.points)),
        "error": pa.array([result.errors.get(p, "") for p in point.tolist()], pa.string()),
        **{key: result.outcomes[key] for key in manifest.outcomes},
    }
    mark = {
        "identity": manifest.identity,
        "number": chunk.number,
        "failed": len(result.errors) * len(chunk.replicates),
        "crashed": crashed,
        "first_error": first_error(result),
    }
    return pa.table(columns).replace_schema_metadata({MARK: json.dumps(mark).encode()})


def first_error(result: ChunkResult) -> str:
    """The first error of a chunk, with its point; empty where there is none."""
    return next((f"point {point}: {error}" for point, error in result.errors.items()), "")


def read_mark(path: Path) -> Mark | None:
    """What a chunk's file says of itself; None where it cannot be read or is none."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not path.is_file():  # a pipe might never end
        return None
    try:
        metadata = pq.read_metadata(path).metadata or {}
        return Mark(**json.loads(metadata[MARK]))
    except (OSError, pa.ArrowException, KeyError, ValueError, TypeError):
        return None


def damaged(path: Path, manifest: SweepManifest, number: int) -> bool:
    """Whether a chunk's file is not what was written for this chunk of this sweep."""
    mark = read_mark(path)
    if mark is None or (mark.identity, mark.number) != (manifest.identity, number):
        return True
    try:
        verified_rows(path, manifest, number)
    except BadInput:
        return True
    return False


def verified_rows(path: Path, manifest: SweepManifest, number: int) -> pd.DataFrame:
    """The rows of a chunk's file. Raises BadInput where it is damaged, or of another sweep or chunk."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    mark, rows = read_mark(path), None
    if mark is not None and mark.identity != manifest.identity:
        raise BadInput(Problem(str(path), "is of another sweep; take it away and start the sweep again"))
    try:
        if mark is not None:
            rows = pq.read_table(path, page_checksum_verification=True, partitioning=None).replace_schema_metadata()
    except (OSError, pa.ArrowException):
        pass
    whole = rows is not None and rows.num_rows == manifest.layout.runs_of(number)
    if mark is None or rows is None or mark.number != number or not whole or rows.column_names[3:] != manifest.outcomes:
        raise BadInput(Problem(str(path), "is damaged; start the sweep again, which runs this part anew"))
    return rows.to_pandas()
