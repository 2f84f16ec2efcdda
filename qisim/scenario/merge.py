"""Laying what an extending scenario file says over the file it extends."""

from __future__ import annotations

from typing import Any

from qisim.input.lines import name_of
from qisim.scenario.origin import NAMED_LISTS
from qisim.scenario.uncertain import Uncertain

ALTERNATIVES: dict[str, list[tuple[set[str], set[str]]]] = {
    "programme": [({"coaches"}, {"coaches_per_district"})],
    "kinds": [({"count"}, {"per_district"})],
    "world": [({"facilities"}, {"provinces", "districts", "kinds"})],
}
"""Keys of a table of which one set or the other is given; giving the whole of one replaces the other."""


def merge(base: dict[str, Any], over: dict[str, Any], name: str = "") -> dict[str, Any]:
    """The table `base`, called `name`, with what `over` changes and adds."""
    result = _without_alternatives(base, over, name)
    for key, value in over.items():
        if isinstance(value, dict) and isinstance(result.get(key), dict) and not _is_quantity(value):
            result[key] = merge(result[key], value, key)
        elif key in NAMED_LISTS and _are_tables(value) and _are_tables(result.get(key)):
            result[key] = _merge_list(key, result[key], value)
        else:
            result[key] = value
    return result


def _without_alternatives(base: dict[str, Any], over: dict[str, Any], name: str) -> dict[str, Any]:
    """`base` without the keys in whose place `over` gives another way of saying the same."""
    gone: set[str] = set()
    for one, other in ALTERNATIVES.get(name, []):
        for given, instead in ((one, other), (other, one)):
            if given <= over.keys() and not instead & over.keys():
                gone |= instead
    return {key: value for key, value in base.items() if key not in gone}


def _is_quantity(table: dict[str, Any]) -> bool:
    """Whether a table is a distribution, which is replaced as a whole: its shape is told by its keys."""
    return bool(table) and table.keys() <= Uncertain.model_fields.keys()


def _are_tables(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(table, dict) for table in value)


def _merge_list(key: str, base: list[Any], over: list[Any]) -> list[Any]:
    """The tables of `base`, each with what the first table of its name in `over` changes, then the others of `over`.

    Two tables of one name in either of them stay two, so that they are refused.
    """
    result: list[Any] = list(base)
    places = {name_of(table): place for place, table in reversed(list(enumerate(base))) if name_of(table)}
    free = set(places)
    for table in over:
        name = name_of(table)
        if name in free and table.get("remove") is True:
            result[places.pop(name)] = None
        elif name in free:
            result[places[name]] = merge(base[places[name]], table, key)
        else:
            result.append(merge(base[places[name]], table, key) if name in places else table)
        free.discard(name)
    return [table for table in result if table is not None]
