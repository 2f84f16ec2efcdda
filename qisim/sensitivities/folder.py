"""The folder of a sensitivity analysis: written whole or not at all.

manifest.json       what was analysed, versions, and a checksum of every file
report.html         what matters, in words and charts
variance.csv, indices.csv, effects.csv, interactions.csv, rules.csv, compared.csv, untold.csv
charts/             figures
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from qisim.input.spreadsheet import csv_bytes
from qisim.store import deciding
from qisim.store import manifest as manifests
from qisim.store.folder import check_destination, write_whole
from qisim.store.manifest import FileRecord

if TYPE_CHECKING:
    import pandas as pd


class SensitivityManifest(BaseModel):
    """`manifest.json` of a sensitivity analysis."""

    model_config = ConfigDict(frozen=True)

    format: Literal["qisim sensitivity"] = manifests.SENSITIVITY
    format_version: int = Field(manifests.FORMAT_VERSION, ge=1)
    versions: dict[str, str]
    sources: str
    command: str
    title: str
    sweep: str
    method: str
    points: int
    outcomes: list[str]
    files: dict[str, FileRecord]


def save(
    folder: str | Path,
    about: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    files: Mapping[str, bytes],
    command: str = "",
) -> Path:
    """Write an analysis to `folder`, replacing results that are there already, and return its path.

    Raises BadInput where `folder` holds anything else than results, OSError where writing fails.
    """
    check_destination(folder, manifests.SENSITIVITY)
    folder = Path(folder).resolve()
    contents = {f"{name}.csv": csv_bytes(table) for name, table in tables.items()} | dict(files)
    manifest = SensitivityManifest(
        versions=manifests.versions(),
        sources=deciding.sources("sweeps", "sensitivities"),
        command=command,
        files=manifests.records(contents),
        **about,
    )
    write_whole(folder, {**contents, manifests.NAME: manifests.as_file(manifest)}, manifests.SENSITIVITY)
    return folder
