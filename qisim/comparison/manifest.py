"""`manifest.json` of a comparison."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from qisim.store.manifest import COMPARISON, FORMAT_VERSION, FileRecord


class ComparedStrategy(BaseModel):
    """One strategy of a comparison: its whole scenario, and what it was read from."""

    label: str
    name: str
    scenario: dict[str, Any]
    inputs: dict[str, FileRecord]


class ComparisonManifest(BaseModel):
    """`manifest.json` of a comparison. The CSV files its scenarios name are the copies in `inputs/`."""

    model_config = ConfigDict(frozen=True)

    format: Literal["qisim comparison"] = COMPARISON
    format_version: int = Field(FORMAT_VERSION, ge=1)
    versions: dict[str, str]
    sources: str
    command: str
    seed: int = Field(ge=0)
    replicates: int = Field(ge=1)
    precision: float
    limit: int
    precise: bool
    strategies: list[ComparedStrategy]
    files: dict[str, FileRecord]
