"""The facilities and ties of a scenario as they are kept: in the files that it names, or whole where it makes others.

From Python a study may have any facilities and any network. Where the scenario does not make just these, all of them
go into one JSON file, which stands for what the scenario says of its world.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import NoneType
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ValidationError

from qisim.input.errors import BadInput, Problem, shown
from qisim.scenario.load import from_document
from qisim.scenario.origin import Origin
from qisim.scenario.schema import Scenario
from qisim.store.manifest import INPUTS
from qisim.world.columns import BASELINE, FACILITY_COLUMNS
from qisim.world.network import PeerNetwork, network_of
from qisim.world.world import World, build_world

WORLD = "inputs/world.json"
GIVEN = "the world and the names of indicators cannot be changed, for the facilities were given from Python"
KINDS: dict[str, Any] = {"number": np.float64, "whole": np.int64, "text": object}


class _Column(BaseModel):
    """A column of the table of facilities: null stands for what is not known."""

    kind: Literal["number", "whole", "text"]
    cells: list[Any]


class _Kept(BaseModel):
    """What `inputs/world.json` holds. Ties are numbered pairs of rows of the table."""

    facilities: dict[str, _Column]
    districts: list[str]
    provinces: list[str]
    kinds: list[str]
    district: list[int]
    province: list[int]
    kind: list[int]
    district_province: list[int]
    ties: list[str]
    source: list[int]
    target: list[int]
    weight: list[float]
    tie: list[int]


def with_world(scenario: Scenario, world: World, inputs: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files that a scenario names, and its whole world where these and the scenario make another one.

    `inputs` are as `qisim.store.folder.read_inputs` gives them. Raises BadInput for a world that no
    file can hold.
    """
    files = {name: content for name, content in inputs.items() if name != WORLD}
    try:
        made = built(scenario, files)
    except BadInput:
        made = None
    if made is not None and same(made, world):
        return files
    content = _content(world)
    if not same(read_world(content, WORLD), world):
        what = "has facilities or ties in a form that no file keeps"
        raise BadInput(Problem("world", what, allowed="columns of numbers and texts, and pairs of facilities"))
    return {**files, WORLD: content}


def check_changed(scenario: Scenario, world: World) -> None:
    """Raise BadInput where a world is not what its scenario makes, so that it would be lost if that made another."""
    if not same(build_world(scenario), world):
        raise BadInput(Problem("scenario", GIVEN))


def check_kept(world: World) -> None:
    """Raise BadInput where a column of the facilities is neither of numbers nor of texts, so that no file keeps it."""
    for name, column in world.facilities.items():
        if _kind(column) == "O" and not all(isinstance(cell, (str, bool)) for cell in column.dropna()):
            what = f"the column {name!r} holds {shown(column.dropna().iloc[0])}"
            raise BadInput(Problem("world", what, allowed="columns of numbers, texts, or true and false"))


def built(scenario: Scenario, inputs: Mapping[str, bytes]) -> World:
    """The world of a scenario, of what its files held, wherever they are now. Raises BadInput."""
    if WORLD in inputs:
        return read_world(inputs[WORLD], WORLD)
    if not inputs:
        return build_world(scenario)
    with tempfile.TemporaryDirectory(prefix="qisim-") as folder:
        document = scenario.model_dump(mode="json")
        for key, name in INPUTS.items():
            if name in inputs:
                path = Path(folder) / name
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(inputs[name])
                document["world"][key] = name
        return build_world(from_document(document, Origin(folder=Path(folder))))


def same(one: World, other: World) -> bool:
    """Whether two worlds hold the same facilities and the same ties, in the same order."""
    codes = ("district", "province", "kind", "district_province")
    arrays = ("source", "target", "weight", "tie", "start", "peer", "peer_weight", "total")
    return (
        _alike(one.facilities, other.facilities)
        and all(getattr(one, name) == getattr(other, name) for name in ("districts", "provinces", "kinds"))
        and all(np.array_equal(getattr(one, name), getattr(other, name)) for name in codes)
        and _alike(one.network.facilities, other.network.facilities)
        and all(np.array_equal(getattr(one.network, name), getattr(other.network, name)) for name in arrays)
        and tuple(one.network.ties) == tuple(other.network.ties)
    )


def _alike(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    if list(one.columns) != list(other.columns) or len(one) != len(other):
        return False
    for name in one.columns:
        a, b = (table[name].reset_index(drop=True) for table in (one, other))
        if "O" in (_kind(a), _kind(b)):  # texts, which pandas keeps in several types
            a, b = a.astype(object).where(a.notna(), None), b.astype(object).where(b.notna(), None)
        if _kind(a) != _kind(b) or not a.equals(b):
            return False
    return True


def _kind(column: pd.Series) -> str:
    """The letter of a column's type; "O" for all that is no number."""
    return column.dtype.kind if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iuf" else "O"


def _content(world: World) -> bytes:
    """The file of a world; the same world makes the same bytes."""
    network = world.network
    codes = {name: getattr(world, name).tolist() for name in ("district", "province", "kind", "district_province")}
    edges = {name: getattr(network, name).tolist() for name in ("source", "target", "weight", "tie")}
    document = {
        "facilities": {str(name): _column(world.facilities[name]) for name in world.facilities},
        "districts": world.districts, "provinces": world.provinces, "kinds": world.kinds,
        **codes, "ties": list(network.ties), **edges,
    }  # fmt: skip
    try:
        return json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise BadInput(Problem("world", f"cannot be kept in a file: {error}")) from None


def _column(column: pd.Series) -> dict[str, Any]:
    kind = {"f": "number", "i": "whole", "u": "whole"}.get(_kind(column), "text")
    return {"kind": kind, "cells": column.astype(object).where(column.notna(), None).tolist()}


def read_world(content: bytes, where: str) -> World:
    """A world from its file, called `where` in messages. Raises BadInput where it is damaged."""
    try:
        kept = _Kept.model_validate_json(content)
        columns = {name: np.array(column.cells, KINDS[column.kind]) for name, column in kept.facilities.items()}
        facilities = pd.DataFrame(columns)
        _check(kept, facilities)
    except (ValidationError, ValueError, TypeError, OverflowError, KeyError):
        raise BadInput(Problem(where, "is damaged, or holds no facilities and ties")) from None
    district, province, kind, above = (
        np.array(code, np.int32) for code in (kept.district, kept.province, kept.kind, kept.district_province)
    )
    edges = (np.array(kept.source, np.int64), np.array(kept.target, np.int64), np.array(kept.weight, np.float64))
    network: PeerNetwork = network_of(facilities, *edges, np.array(kept.tie, np.int8), tuple(kept.ties))
    return World(facilities, kept.districts, kept.provinces, kept.kinds, district, province, kind, above, network)


def _check(kept: _Kept, facilities: pd.DataFrame) -> None:
    """Raise ValueError where a number would lead beyond what there is: the core does not look again."""
    count = len(facilities)
    numbers = [name for name in facilities if name in NUMBERS or str(name).startswith(BASELINE)]
    whole = not set(FACILITY_COLUMNS) - set(facilities) and all(_kind(facilities[name]) != "O" for name in numbers)
    whole &= all(isinstance(value, (str, bool, NoneType)) for column in kept.facilities.values()
                 if column.kind == "text" for value in column.cells)  # fmt: skip
    whole &= all(isinstance(value, str) for name in TEXTS for value in kept.facilities[name].cells)
    codes = ((kept.district, kept.districts), (kept.province, kept.provinces), (kept.kind, kept.kinds))
    fit = all(len(code) == count and _within(code, len(names)) for code, names in codes)
    fit &= len(kept.district_province) == len(kept.districts) and _within(kept.district_province, len(kept.provinces))
    edges = list(zip(kept.source, kept.target, strict=True))
    fit &= all(a < b for a, b in edges) and edges == sorted(set(edges)) and _within(kept.source + kept.target, count)
    fit &= len(kept.weight) == len(kept.tie) == len(edges) and _within(kept.tie, len(kept.ties))
    if not (whole and fit and count and all(0 < weight < np.inf for weight in kept.weight)):
        raise ValueError


TEXTS = ("id", "name", "kind", "district", "province")
NUMBERS = ("lat", "lon", "staff", "travel_days", "connectivity", "leadership", "openness", "workload")


def _within(numbers: list[int], count: int) -> bool:
    return not numbers or (min(numbers) >= 0 and max(numbers) < count)
