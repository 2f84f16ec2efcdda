"""What a sweep's folder says about itself: the design, the scenario, and all that decides the results."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from qisim.input.errors import BadInput, Problem, nearest
from qisim.input.files import check_file
from qisim.model.chance import MOST_REPLICATES
from qisim.outcomes.meaning import Meaning
from qisim.scenario.difference import scenario_changes
from qisim.scenario.load import from_document
from qisim.scenario.origin import Origin
from qisim.scenario.version import __version__
from qisim.store import deciding
from qisim.store.kept_world import WORLD
from qisim.store.manifest import INPUTS, MOST_BYTES, FileRecord, versions
from qisim.sweeps.layout import Layout

if TYPE_CHECKING:
    from qisim.scenario.schema import Scenario
    from qisim.sweeps.design import Design, Factor

NAME, POINTS = "sweep.json", "points.parquet"
FORMAT: Literal["qisim sweep"] = "qisim sweep"
FORMAT_VERSION = 1
MOST_TOLD = 4
MOST_CHUNKS = 10_000_000


class SweepManifest(BaseModel):
    """`sweep.json`. `scenario` is the whole scenario; the CSV files it names are the copies in `inputs/`.

    `factors` are those of the points; `meanings` tell what each outcome means; `files` records what stands beside it;
    `deciding` are digests of all that decides the results, and `identity` is one of them together.
    """

    model_config = ConfigDict(frozen=True)

    format: Literal["qisim sweep"] = FORMAT
    format_version: int = Field(FORMAT_VERSION, ge=1)
    versions: dict[str, str]
    command: str
    design: dict[str, Any]
    factors: list[dict[str, Any]]
    scenario: dict[str, Any]
    outcomes: list[str]
    meanings: dict[str, Meaning]
    seed: int = Field(ge=0)
    layout: Layout
    files: dict[str, FileRecord]
    deciding: dict[str, Any]
    identity: str

    def rebuild_scenario(self, folder: Path) -> Scenario:
        """The scenario, reading the copies of its CSV files in `folder`. Raises BadInput."""
        world = self.scenario.get("world")
        for key, name in INPUTS.items():
            if isinstance(world, dict) and world.get(key) not in (None, name):
                raise BadInput(
                    Problem(str(folder / NAME), f"found {world[key]!r}", f"scenario.world.{key}", None, name)
                )
        return from_document(self.scenario, Origin(files=[(folder / NAME, "")], folder=folder))


def make_manifest(
    design: Design,
    factors: list[Factor],
    scenario: dict[str, Any],
    outcomes: Mapping[str, Meaning],
    layout: Layout,
    contents: Mapping[str, bytes],
    points_digest: str,
    command: str,
) -> SweepManifest:
    """The manifest of a sweep; `outcomes` by what they mean, `contents` are the files beside it."""
    files = {name: FileRecord.of(content) for name, content in contents.items()}
    varied = [factor.model_dump(mode="json", exclude_none=True) for factor in factors]
    decides = {
        "scenario": _without_words(scenario),
        "inputs": {name: record.sha256 for name, record in files.items() if name in (*INPUTS.values(), WORLD)},
        "method": design.method,
        "factors": varied,
        "points": points_digest,
        "replicates": design.replicates,
        "seed": design.seed,
        "outcomes": list(outcomes),
        "sources": deciding.sources("sweeps"),
        "versions": deciding.versions(),
    }
    return SweepManifest(
        format_version=FORMAT_VERSION,
        versions=versions(),
        command=command,
        design=design.document(),
        factors=varied,
        scenario=scenario,
        outcomes=list(outcomes),
        meanings=dict(outcomes),
        seed=design.seed,
        layout=layout,
        files=files,
        deciding=decides,
        identity=sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest(),
    )


def _without_words(scenario: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in scenario.items() if key not in ("title", "description")}


def differences(one: SweepManifest, other: SweepManifest) -> list[str]:
    """In what two sweeps differ that decides results, in words; nothing where they are the same."""
    if one.identity == other.identity:
        return []
    said = []
    for key in (*one.deciding, *(key for key in other.deciding if key not in one.deciding)):
        was, now = one.deciding.get(key), other.deciding.get(key)
        if was != now:
            said += _said(key, was, now)
    return said or ["other contents"]


def _said(key: str, was: Any, now: Any) -> list[str]:
    if key == "scenario":
        return _changes(was, now)
    if key == "versions" and isinstance(was, dict) and isinstance(now, dict):
        return [
            f"{name} {was.get(name)}, now {now.get(name)}" for name in {**was, **now} if was.get(name) != now.get(name)
        ]
    if key in ("method", "seed", "replicates"):
        return [f"{key} {was}, now {now}"]
    words = {
        "sources": "another state of qisim's code",
        "inputs": "other facilities, or another registry or peers file",
    }
    return [words.get(key, f"other {key}")]


def _changes(was: Any, now: Any) -> list[str]:
    """What two scenarios say otherwise."""
    try:
        one, other = (from_document({**told, "title": "scenario"}, Origin()) for told in (was, now))
        found = [f"{c.key} {c.one}, now {c.other}" for c in scenario_changes(one, other)]
    except (BadInput, TypeError):
        found = []
    more = [f"{len(found) - MOST_TOLD} more keys of the scenario"] if len(found) > MOST_TOLD else []
    return [*found[:MOST_TOLD], *more] or ["another scenario"]


def _check(folder: Path, manifest: SweepManifest) -> None:
    """Raise BadInput where a manifest does not hold together, as only one does that was edited or damaged."""
    from qisim.sweeps import design_check
    from qisim.sweeps.design import Design

    layout, where = manifest.layout, str(folder / NAME)
    told = {name: meaning.key for name, meaning in manifest.meanings.items()}
    fits = (
        told == {name: name for name in manifest.outcomes}
        and len(told) == len(manifest.outcomes)
        and POINTS in manifest.files
        and layout.points <= design_check.MOST_POINTS
        and layout.replicates <= MOST_REPLICATES
        and layout.chunks <= MOST_CHUNKS
    )
    try:
        design = Design(Origin(), **{**manifest.design, "factors": manifest.factors})
        design_check.check(design)
    except BadInput as error:
        raise BadInput(Problem(where, f"is damaged: {error.problems[0]}")) from None
    if not fits or design.replicates != layout.replicates:
        raise BadInput(Problem(where, "is damaged: what it says does not hold together"))


def read_manifest(folder: Path) -> SweepManifest:
    """The manifest of a sweep's folder. Raises BadInput where `folder` is none."""
    if not folder.is_dir():
        what = "is a file, not the folder of a sweep" if folder.exists() else "there is no such folder"
        beside = sorted(path.parent.name for path in folder.parent.glob(f"*/{NAME}")) if folder.parent.is_dir() else []
        raise BadInput(Problem(str(folder), what, nearest=nearest(folder.name, beside)))
    try:
        if (folder / NAME).exists():
            check_file(folder / NAME, MOST_BYTES, "a manifest of a sweep")
        text = (folder / NAME).read_text(encoding="utf-8")
        manifest = SweepManifest.model_validate_json(text)
    except FileNotFoundError:
        raise BadInput(Problem(str(folder), f"is not the folder of a sweep: it holds no {NAME}")) from None
    except (OSError, UnicodeDecodeError, ValidationError):
        raise BadInput(Problem(str(folder / NAME), "is damaged, or is no manifest of a sweep")) from None
    if manifest.format_version <= FORMAT_VERSION:
        _check(folder, manifest)
    else:
        found = manifest.versions.get("qisim", "unknown")
        what = f"was written by a later qisim ({found}), which this one ({__version__}) cannot read; update qisim"
        raise BadInput(Problem(str(folder), what))
    return manifest
