"""What a results folder says about itself: the question, the versions that answered it, and its files."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from qisim.scenario.errors import BadInput, Problem, nearest, reading_failed
from qisim.scenario.load import from_document
from qisim.scenario.origin import Origin
from qisim.scenario.version import __version__

if TYPE_CHECKING:
    from qisim.scenario.schema import Scenario

NAME = "manifest.json"
FORMAT: Literal["qisim results"] = "qisim results"
COMPARISON: Literal["qisim comparison"] = "qisim comparison"
SENSITIVITY: Literal["qisim sensitivity"] = "qisim sensitivity"
TRACKING: Literal["qisim tracking"] = "qisim tracking"
FORMAT_VERSION = 1
LIBRARIES = ("numpy", "numba", "mesa", "pandas", "pyarrow")
INPUTS = {"facilities": "inputs/facilities.csv", "peers": "inputs/peers.csv"}  # keys of [world] that name files


class FileRecord(BaseModel):
    """A file as it was written: size in bytes and SHA-256."""

    size: int
    sha256: str

    @classmethod
    def of(cls, content: bytes) -> FileRecord:
        return cls(size=len(content), sha256=hashlib.sha256(content).hexdigest())


class Manifest(BaseModel):
    """`manifest.json`. `scenario` is the whole scenario; the CSV files it names are the copies in `inputs/`."""

    model_config = ConfigDict(frozen=True)

    format: Literal["qisim results"]
    format_version: int = Field(ge=1)
    versions: dict[str, str]
    command: str
    seed: int = Field(ge=0)
    replicates: int = Field(ge=1)
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
    command: str
    seed: int = Field(ge=0)
    replicates: int = Field(ge=1)
    precision: float
    limit: int
    precise: bool
    strategies: list[ComparedStrategy]
    files: dict[str, FileRecord]


class _Listing(BaseModel):
    """What every manifest has."""

    format: Literal["qisim results", "qisim comparison", "qisim sensitivity", "qisim tracking"]
    files: dict[str, FileRecord]


def versions() -> dict[str, str]:
    """Versions of everything that a result may depend on."""
    found = {"qisim": __version__, "python": platform.python_version(), "machine": platform.machine()}
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found


def written_files(folder: Path) -> set[str]:
    """The files that qisim wrote to a folder of results or of a comparison. Raises BadInput where it is none."""
    return {NAME, *_listing(folder, _text(folder)).files}


def read(folder: Path) -> Manifest:
    """The manifest of a results folder. Raises BadInput where `folder` is none."""
    text = _text(folder)
    found = _listing(folder, text).format
    if found == COMPARISON:
        raise BadInput(Problem(str(folder), "holds a comparison of strategies, not the results of one scenario"))
    if found == SENSITIVITY:
        raise BadInput(Problem(str(folder), "holds a sensitivity analysis, not the results of one scenario"))
    if found == TRACKING:
        raise BadInput(Problem(str(folder), "holds a forecast beside what was seen, not the results of one scenario"))
    try:
        manifest = Manifest.model_validate_json(text)
    except ValidationError:
        raise _damaged(folder) from None
    if manifest.format_version > FORMAT_VERSION:
        raise BadInput(
            Problem(
                str(folder),
                f"was written by a later qisim ({manifest.versions.get('qisim', 'unknown')}), in a form that this one"
                f" ({__version__}) cannot read; update qisim",
            )
        )
    return manifest


def _text(folder: Path) -> str:
    if not folder.is_dir():
        what = "is a file, not a results folder" if folder.exists() else "there is no such results folder"
        raise BadInput(Problem(str(folder), what, nearest=nearest(folder.name, _results_beside(folder))))
    try:
        return (folder / NAME).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BadInput(Problem(str(folder), f"is not a results folder of qisim: it holds no {NAME}")) from None
    except (OSError, UnicodeDecodeError):
        raise _damaged(folder) from None


def _listing(folder: Path, text: str) -> _Listing:
    try:
        return _Listing.model_validate_json(text)
    except ValidationError:
        raise _damaged(folder) from None


def verified(folder: Path, name: str, record: FileRecord) -> bytes:
    """The content of a file of a results folder. Raises BadInput unless it is as it was written."""
    try:
        content = (folder / name).read_bytes()
    except FileNotFoundError:
        raise BadInput(
            Problem(str(folder / name), "is missing; copy the whole results folder, or run the scenario again")
        ) from None
    except OSError as error:
        raise reading_failed(folder / name, error) from None
    if FileRecord.of(content) != record:
        raise BadInput(
            Problem(
                str(folder / name),
                f"is not as it was written ({len(content)} bytes, {record.size} when it was written); copy the results"
                " folder again, or run the scenario again",
            )
        )
    return content


def _damaged(folder: Path) -> BadInput:
    return BadInput(
        Problem(str(folder / NAME), "is not a manifest of qisim results, or is damaged; run the scenario again")
    )


def _results_beside(folder: Path) -> list[str]:
    beside: list[Path] = sorted(folder.parent.glob(f"*/{NAME}")) if folder.parent.is_dir() else []
    return [path.parent.name for path in beside]


def records(contents: Mapping[str, bytes]) -> dict[str, FileRecord]:
    """The record of each file."""
    return {name: FileRecord.of(content) for name, content in contents.items()}
