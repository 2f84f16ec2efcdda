"""What one scenario says otherwise than another, key by key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from qisim.input.lines import name_of
from qisim.scenario.origin import NAMED_LISTS
from qisim.scenario.schema import Scenario

NOT_COMPARED = ("title", "description")
ABSENT = "absent"
PRESENT = "present"


@dataclass(frozen=True)
class Change:
    """A dotted key as in a scenario file, with what stands in the one scenario and in the other."""

    key: str
    one: str
    other: str


def scenario_changes(one: Scenario, other: Scenario) -> list[Change]:
    """Every key in which two scenarios differ, titles and descriptions apart; defaults count as written."""
    documents = [scenario.model_dump(mode="json", exclude=set(NOT_COMPARED)) for scenario in (one, other)]
    return list(_changes("", *documents))


def _changes(key: str, one: Any, other: Any) -> Iterator[Change]:
    if one == other:
        return
    if _named(key) and isinstance(one, list) and isinstance(other, list):
        one, other = ({name_of(row) or "": row for row in rows} for rows in (one, other))
    if not (isinstance(one, dict) and isinstance(other, dict)):
        yield Change(key, _said(one), _said(other))
        return
    for part in dict.fromkeys((*one, *other)):
        below = f"{key}.{part}" if key else part
        if part not in one:
            yield Change(below, ABSENT, _said(other[part]) if not isinstance(other[part], dict) else PRESENT)
        elif part not in other:
            yield Change(below, _said(one[part]) if not isinstance(one[part], dict) else PRESENT, ABSENT)
        else:
            yield from _changes(below, one[part], other[part])


def _named(key: str) -> bool:
    return key.rpartition(".")[2] in NAMED_LISTS


def _said(value: Any) -> str:
    """A value as a reader would write it."""
    if value is None:
        return "not given"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        return ", ".join(_said(item) for item in value) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_said(item)}" for key, item in value.items() if item not in (None, []))
    return str(value)
