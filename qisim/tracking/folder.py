"""The folder of a tracked programme: tables are written whole or not at all, report and charts are added.

manifest.json       scenario in full, seed, versions, and a checksum of every file
report.html         on track or not, and what to expect now
outcomes.csv, seen.csv, forecasts.csv, tolerances.csv, runs.csv
charts/             figures
inputs/             what was seen, and the registry and the peers file, as they were read
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from qisim.input.errors import reading_failed
from qisim.input.spreadsheet import csv_bytes
from qisim.store import deciding
from qisim.store import manifest as manifests
from qisim.store.folder import check_destination, input_records, portable, read_inputs, write_whole
from qisim.store.kept_world import with_world
from qisim.store.manifest import FileRecord
from qisim.tracking.tables import TABLES

if TYPE_CHECKING:
    from qisim.scenario.schema import Scenario
    from qisim.tracking.experiment import Tracked

OBSERVED = "inputs/observed.csv"


class TrackManifest(BaseModel):
    """`manifest.json` of a tracked programme. The CSV files its scenario names are the copies in `inputs/`."""

    model_config = ConfigDict(frozen=True)

    format: Literal["qisim tracking"] = manifests.TRACKING
    format_version: int = Field(manifests.FORMAT_VERSION, ge=1)
    versions: dict[str, str]
    sources: str
    command: str
    seed: int
    replicates: int
    tolerance: float
    scenario: dict[str, Any]
    observed: str
    inputs: dict[str, FileRecord]
    files: dict[str, FileRecord]


def read_files(scenario: Scenario, observed: str | Path) -> dict[str, bytes]:
    """What was seen and the CSV files of the scenario, by their names in the folder. Raises BadInput."""
    path = Path(observed)
    try:
        return {OBSERVED: path.read_bytes(), **read_inputs(scenario)}
    except OSError as error:
        raise reading_failed(path, error) from None


def save(
    tracked: Tracked,
    folder: str | Path,
    files: Mapping[str, bytes],
    inputs: Mapping[str, bytes],
    command: str = "",
) -> Path:
    """Write `files` (report and charts), tables and `inputs` to `folder`, replacing results there, and return its path.

    Raises BadInput where `folder` holds anything else than results, OSError where writing fails.
    """
    check_destination(folder, manifests.TRACKING)
    folder = Path(folder).resolve()
    inputs = with_world(tracked.scenario, tracked.world, inputs)
    contents = {f"{name}.csv": csv_bytes(table(tracked)) for name, table in TABLES.items()} | {**files, **inputs}
    manifest = TrackManifest(
        format_version=manifests.FORMAT_VERSION,
        versions=manifests.versions(),
        sources=deciding.sources("study", "tracking"),
        command=command,
        seed=tracked.seed,
        replicates=tracked.replicates,
        tolerance=tracked.tolerance,
        scenario=portable(tracked.scenario),
        observed=Path(tracked.observed.file).name,
        inputs=input_records(tracked.scenario, inputs),
        files=manifests.records(contents),
    )
    write_whole(folder, {**contents, manifests.NAME: manifests.as_file(manifest)}, manifests.TRACKING)
    return folder
