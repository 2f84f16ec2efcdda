"""What a results folder says about itself: the question, the versions that answered it, and its files."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError

from qisim.input.errors import BadInput, Problem, nearest, reading_failed
from qisim.input.files import check_file
from qisim.scenario.version import __version__

NAME = "manifest.json"
FORMAT: Literal["qisim results"] = "qisim results"
COMPARISON: Literal["qisim comparison"] = "qisim comparison"
SENSITIVITY: Literal["qisim sensitivity"] = "qisim sensitivity"
TRACKING: Literal["qisim tracking"] = "qisim tracking"
KINDS = {
    FORMAT: "the results of one scenario",
    COMPARISON: "a comparison of strategies",
    SENSITIVITY: "a sensitivity analysis",
    TRACKING: "a forecast beside what was seen",
}
FORMAT_VERSION = 1
MOST_BYTES = 200_000_000
SEAL = "seal"
"""A checksum of all else that a manifest says; without the right one it is damaged, or was changed by hand."""
LIBRARIES = ("numpy", "numba", "scipy", "networkx", "mesa", "pandas", "pyarrow")
INPUTS = {"facilities": "inputs/facilities.csv", "peers": "inputs/peers.csv"}  # keys of [world] that name files


class FileRecord(BaseModel):
    """A file as it was written: size in bytes and SHA-256."""

    size: int
    sha256: str

    @classmethod
    def of(cls, content: bytes) -> FileRecord:
        return cls(size=len(content), sha256=hashlib.sha256(content).hexdigest())


class _Listing(BaseModel):
    """What every manifest has."""

    format: Literal["qisim results", "qisim comparison", "qisim sensitivity", "qisim tracking"]
    format_version: int = Field(ge=1)
    versions: dict[str, str]
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


def as_file(manifest: BaseModel) -> bytes:
    """A manifest as the file that says it, sealed."""
    return sealed(manifest.model_dump(mode="json"))


def sealed(document: dict[str, Any]) -> bytes:
    """A document as a JSON file that tells when somebody has changed it."""
    return (json.dumps({**document, SEAL: _seal(document)}, indent=2, ensure_ascii=False) + "\n").encode()


def is_sealed(document: Any) -> bool:
    """Whether a document, as read from a JSON file, says what was written there."""
    return isinstance(document, dict) and document.get(SEAL) == _seal(document)


def _seal(document: dict[str, Any]) -> str:
    said = {key: value for key, value in document.items() if key != SEAL}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def written_files(folder: Path, kind: str) -> dict[str, FileRecord]:
    """The files beside the manifest of a folder of this kind, as they were written. Raises BadInput where it is none.

    The manifest itself is as it was written, too.
    """
    text = text_of(folder)
    listing = listing_of(folder, text)
    check_kind(folder, listing.format, kind)
    check_seal(folder, text)
    return listing.files


def with_files(folder: Path, contents: Mapping[str, bytes]) -> bytes:
    """The manifest of a folder with further files. Raises BadInput where there is no whole one."""
    text = text_of(folder)
    document = check_seal(folder, text)
    added = {name: record.model_dump() for name, record in records(contents).items()}
    return sealed({**document, "files": {**document["files"], **added}})


def check_kind(folder: Path, found: str, wanted: str) -> None:
    """Raise BadInput where a folder holds results of another kind."""
    if found != wanted:
        raise BadInput(Problem(str(folder), f"holds {KINDS[found]}, not {KINDS[wanted]}"))


def check_seal(folder: Path, text: str) -> dict[str, Any]:
    """What a manifest says. Raises BadInput where it is not as it was written."""
    try:
        document: Any = json.loads(text)
    except (ValueError, RecursionError):  # a number of very many digits, lists within lists within lists
        raise damaged(folder) from None
    if isinstance(document, dict) and SEAL not in document:
        raise BadInput(Problem(str(folder / NAME), "was written by an earlier qisim; run the command again elsewhere"))
    if not is_sealed(document):
        what = "is not as it was written; copy the folder again, or run the command again into another folder"
        raise BadInput(Problem(str(folder / NAME), what))
    return document


def text_of(folder: Path) -> str:
    """The manifest of a folder as text. Raises BadInput where there is none."""
    if not folder.is_dir():
        what = "is a file, not a results folder" if folder.exists() else "there is no such results folder"
        raise BadInput(Problem(str(folder), what, nearest=nearest(folder.name, _results_beside(folder))))
    try:
        if (folder / NAME).exists():
            check_file(folder / NAME, MOST_BYTES, "a manifest of qisim results")
        return (folder / NAME).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BadInput(Problem(str(folder), f"is not a results folder of qisim: it holds no {NAME}")) from None
    except (OSError, UnicodeDecodeError):
        raise damaged(folder) from None


def listing_of(folder: Path, text: str) -> _Listing:
    """What every manifest has. Raises BadInput where the text is none."""
    try:
        return _Listing.model_validate_json(text)
    except ValidationError:
        raise damaged(folder) from None


def verified(folder: Path, name: str, record: FileRecord) -> bytes:
    """The content of a file of a results folder. Raises BadInput unless it is as it was written."""
    path = folder / name
    try:
        size = path.stat().st_size
        content = path.read_bytes() if path.is_file() and size == record.size else None  # a pipe might never end
    except FileNotFoundError:
        raise BadInput(
            Problem(str(path), "is missing; copy the whole results folder, or run the scenario again")
        ) from None
    except OSError as error:
        raise reading_failed(path, error) from None
    if content is None or FileRecord.of(content) != record:
        raise BadInput(
            Problem(
                str(path),
                f"is not as it was written ({size} bytes, {record.size} when it was written); copy the results"
                " folder again, or run the scenario again",
            )
        )
    return content


def is_as_written(path: Path, record: FileRecord) -> bool:
    """Whether a file holds what was written. Raises OSError where it cannot be read."""
    if path.is_symlink() or not path.is_file() or path.stat().st_size != record.size:
        return False
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == record.sha256


def damaged(folder: Path) -> BadInput:
    """What to raise where the manifest of a folder cannot be read as one."""
    return BadInput(
        Problem(str(folder / NAME), "is not a manifest of qisim results, or is damaged; run the scenario again")
    )


def _results_beside(folder: Path) -> list[str]:
    beside: list[Path] = sorted(folder.parent.glob(f"*/{NAME}")) if folder.parent.is_dir() else []
    return [path.parent.name for path in beside]


def records(contents: Mapping[str, bytes]) -> dict[str, FileRecord]:
    """The record of each file."""
    return {name: FileRecord.of(content) for name, content in contents.items()}
