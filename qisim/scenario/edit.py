"""A scenario with some of its keys changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from numbers import Integral, Real
from typing import Any

from pydantic import BaseModel, ValidationError

from qisim.input.errors import BadInput, Problem, nearest, shown
from qisim.input.lines import name_of
from qisim.scenario.load import from_document
from qisim.scenario.origin import LONGEST_POSITION, NAMED_LISTS, Origin
from qisim.scenario.parameter_sets import ParameterSets
from qisim.scenario.schema import Scenario


def changed(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """The scenario with the values of some keys replaced. Raises BadInput with every problem found.

    No key may hold another, for one change would undo the other. Keys are dotted; a table of a list is called by its
    name, as in `programme.district coach.days_per_month`, or by its position from 0, as in `waves.0.sites`. Values are
    those of a scenario file, or parts of another scenario. As in a file, `remove` drops a named table; None takes a key
    away, so that its default holds again. A table in the place of a named one keeps its name unless it has another.
    Files that the scenario names are still sought where they were; messages name no line, for what they find stands in
    no file.
    """
    document = scenario.model_dump()
    document["behaviour"] = scenario.behaviour.model_dump(exclude_unset=True)
    origin = Origin(merged=document, folder=scenario.origin.folder)
    problems = [Problem(origin.name, undone(other), key) for key, other in _overlaps(document, map(str, changes))]
    if problems:
        raise BadInput(problems)
    for key, value in changes.items():
        problems += _change(document, str(key), _plain(value), origin.name)
    _told_not_drawn(document, changes)
    try:
        result = from_document(_without_removed(document), origin)
    except BadInput as error:
        raise BadInput([*problems, *error.problems], error.more) from None
    if problems:
        raise BadInput(problems)
    return result


def overlaps(scenario: Scenario, keys: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of dotted keys of which the second holds the first, or means the same."""
    return _overlaps(scenario.model_dump(), keys)


def undone(other: str) -> str:
    """What is wrong with a key where the key `other`, which holds it or means the same, is changed, too."""
    return f"cannot be changed together with {other!r}: one of the two would undo the other"


def _overlaps(document: dict[str, Any], keys: Iterable[str]) -> list[tuple[str, str]]:
    found: dict[tuple[Any, ...], str] = {}
    pairs = []
    for key in keys:
        place = _place(document, key)
        if place in found:
            pairs.append((key, found[place]))
        found.setdefault(place, key)
    for place, key in found.items():
        pairs += [(key, found[place[:depth]]) for depth in range(1, len(place)) if place[:depth] in found]
    return pairs


def _place(document: Any, key: str) -> tuple[Any, ...]:
    """Where a dotted key leads: the keys and positions on the way, so that a table's name and its number are one."""
    here, rest = document, key
    place: tuple[Any, ...] = ()
    part: Any
    while rest:
        part, below = _row(here, rest) if isinstance(here, list) else _first(rest)
        if part is None:  # no such row, which is told elsewhere
            return (*place, rest)
        place = (*place, part)
        here = here[part] if isinstance(here, list) else here.get(part) if isinstance(here, dict) else None
        rest = below
    return place


def _told_not_drawn(document: dict[str, Any], changes: Mapping[str, Any]) -> None:
    """A behaviour parameter that is told now is no longer drawn from sets."""
    given = [str(key) for key, value in changes.items() if value is not None]
    told = {key.partition(".")[2] for key in given if key.startswith("behaviour.")}
    if "behaviour" in changes and isinstance(document.get("behaviour"), dict):
        told |= set(document["behaviour"])
    try:
        if told and isinstance(document.get("parameters"), dict):
            document["parameters"] = ParameterSets.model_validate(document["parameters"]).but(told).model_dump()
    except ValidationError:
        pass  # what is wrong with the sets is told when the whole is validated


def current(scenario: Scenario, key: str) -> Any:
    """The value that a dotted key of `changed` has now, as a scenario file would hold it; None where it has none."""
    here: Any = scenario.model_dump()
    rest = key
    while True:
        part, below = _row(here, rest) if isinstance(here, list) else _first(rest)
        if part is None or (isinstance(here, dict) and part not in here):
            return None
        here = here[part]
        if not below or not isinstance(here, (dict, list)):
            return here if not below else None
        rest = below


def _change(document: Any, key: str, value: Any, where: str) -> list[Problem]:
    """Set a dotted key of the document in place; what is wrong with the key, if anything."""
    here, rest = document, key
    while True:
        part, below = _row(here, rest) if isinstance(here, list) else _first(rest)
        if part is None:
            return [_no_such_row(here, key, rest, where)]
        if not below:
            if value is None and isinstance(here, dict):
                here.pop(part, None)
            else:
                here[part] = value if isinstance(here, dict) else _still_named(here[part], value)
            return []
        if isinstance(here, dict):
            here.setdefault(part, {})  # validation knows what is allowed here, and says so
        here, rest = here[part], below
        if not isinstance(here, (dict, list)):
            return [Problem(where, f"there are no keys below {key.removesuffix('.' + rest)!r}", key)]


def _still_named(row: Any, value: Any) -> Any:
    """A table in the place of a row of a list, called as before unless it says otherwise."""
    named = isinstance(row, dict) and isinstance(row.get("name"), str)
    return {"name": row["name"], **value} if named and isinstance(value, dict) else value


def _first(rest: str) -> tuple[str, str]:
    """The first part of a dotted key, and what follows."""
    part, _, below = rest.partition(".")
    return (part, below) if below else (rest, "")


def _row(rows: list[Any], rest: str) -> tuple[int | None, str]:
    """The position of the row that `rest` begins with, by name or number, and what follows; None where there is none.

    Names may hold dots, so the longest that fits is taken.
    """
    names = _names(rows)
    for name in sorted(names, key=len, reverse=True):
        if rest == name or (rest.startswith(name + ".") and len(rest) > len(name) + 1):
            return names.index(name), rest[len(name) + 1 :]
    first, below = _first(rest)
    number = int(first) if first.isdecimal() and len(first) <= LONGEST_POSITION else len(rows)
    return (number, below) if number < len(rows) else (None, "")


def _names(rows: list[Any]) -> list[str]:
    """What the rows are called: names, or positions where they have none."""
    return [name_of(row) or str(position) for position, row in enumerate(rows)]


def _no_such_row(rows: list[Any], key: str, rest: str, where: str) -> Problem:
    names, sought = _names(rows), _first(rest)[0]
    return Problem(
        where, f"there is no {shown(sought)} here", key, allowed=", ".join(names), nearest=nearest(sought, names)
    )


def _without_removed(document: dict[str, Any]) -> dict[str, Any]:
    for tables in (document, document.get("world")):
        if not isinstance(tables, dict):
            continue
        for key in NAMED_LISTS:
            if isinstance(tables.get(key), list):
                tables[key] = [row for row in tables[key] if not _removed(row)]
    return document


def _removed(row: Any) -> bool:
    return isinstance(row, dict) and row.get("remove") is True


def _plain(value: Any) -> Any:
    """A value as a scenario file would hold it, in containers of its own."""
    if isinstance(value, BaseModel):
        return value.model_dump()
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, Integral) and not isinstance(value, bool):  # also NumPy's
        return int(value)
    if isinstance(value, Real) and not isinstance(value, bool):
        return float(value)
    return value
