"""`manifest.json` of the results of a scenario."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from qisim.input.errors import BadInput, Problem
from qisim.model.chance import MOST_REPLICATES, MOST_SEED
from qisim.scenario.load import from_document
from qisim.scenario.origin import Origin
from qisim.scenario.schema import Scenario
from qisim.scenario.version import __version__
from qisim.store.manifest import (
    FORMAT,
    FORMAT_VERSION,
    INPUTS,
    NAME,
    FileRecord,
    check_kind,
    check_seal,
    damaged,
    listing_of,
    text_of,
)


class Manifest(BaseModel):
    """`manifest.json`. `scenario` is the whole scenario; the CSV files it names are the copies in `inputs/`.

    `versions` and `sources`, a digest of the code, tell what answered the question.
    """

    model_config = ConfigDict(frozen=True)

    format: Literal["qisim results"] = FORMAT
    format_version: int = Field(ge=1)
    versions: dict[str, str]
    sources: str
    command: str
    seed: int = Field(ge=0, le=MOST_SEED)
    replicates: int = Field(ge=1, le=MOST_REPLICATES)
    detail: bool
    scenario: dict[str, Any]
    inputs: dict[str, FileRecord]
    files: dict[str, FileRecord]

    def rebuild_scenario(self, folder: Path) -> Scenario:
        """The scenario, reading the copies of its CSV files in `folder`. Raises BadInput."""
        world = self.scenario.get("world")
        for key, name in INPUTS.items():
            if isinstance(world, dict) and world.get(key) not in (None, name):
                raise BadInput(
                    Problem(str(folder / NAME), f"found {world[key]!r}", f"scenario.world.{key}", allowed=name)
                )
        return from_document(self.scenario, Origin(files=[(folder / NAME, "")], folder=folder))


def read(folder: Path) -> Manifest:
    """The manifest of a results folder. Raises BadInput where `folder` is none."""
    text = text_of(folder)
    listing = listing_of(folder, text)
    check_kind(folder, listing.format, FORMAT)
    if listing.format_version > FORMAT_VERSION:
        raise BadInput(
            Problem(
                str(folder),
                f"was written by a later qisim ({listing.versions.get('qisim', 'unknown')}), in a form that this one"
                f" ({__version__}) cannot read; update qisim",
            )
        )
    check_seal(folder, text)
    try:
        return Manifest.model_validate_json(text)
    except ValidationError:
        raise damaged(folder) from None
