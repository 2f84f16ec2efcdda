"""The programme as an evaluation has it: launched in some facilities in some month, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from qisim.evaluate.plan import Plan
from qisim.scenario.elements import AnyElement
from qisim.scenario.schema import Scenario
from qisim.world.covered import covers

if TYPE_CHECKING:
    from qisim.world.world import World


def without_programme(scenario: Scenario, plan: Plan) -> Scenario:
    """The scenario as it would have been: with its background, and without what is evaluated."""
    return _scenario(scenario, plan, list(_background(scenario, plan)))


def launched(scenario: Scenario, world: World, plan: Plan, launch: np.ndarray) -> Scenario:
    """The scenario with the programme launched in facility f in month `launch[f]`, int64[F]; below 0 for never.

    What serves enrolled facilities only, such as their coaches, is there once, from the first launch on; all else once
    for those that are launched together. What covers none of them is left out.
    """
    first, months = launch_of(scenario, plan), [int(month) for month in np.unique(launch[launch >= 0])]
    copied = {one.name for one in _evaluated(scenario, plan) if len(months) > 1 and not one.for_enrolled}
    programme = list(_background(scenario, plan))
    for element in _evaluated(scenario, plan):
        if element.for_enrolled:
            moved = _moved(element, scenario, months[0] - first, months[-1] - first)
            programme += _at(moved, world, launch >= 0)
            continue
        for number, month in enumerate(months, start=1):
            moved = _moved(element, scenario, month - first, month - first)
            programme += _at(_renamed(moved, copied, number), world, launch == month)
    return _scenario(scenario, plan, programme)


def launch_of(scenario: Scenario, plan: Plan) -> int:
    """The month in which the programme begins in the scenario itself, from 0."""
    return min(element.span(scenario)[0] for element in _evaluated(scenario, plan))


def _evaluated(scenario: Scenario, plan: Plan) -> list[AnyElement]:
    return [element for element in scenario.programme if element.name in plan.elements]


def _background(scenario: Scenario, plan: Plan) -> Iterator[AnyElement]:
    """The elements that are not evaluated, as many months later as the programme is, but not before the first month.

    What would be over by then is left out; what would still go on begins in the first month, and ends when it would.
    """
    later = plan.before - launch_of(scenario, plan)
    for element in scenario.programme:
        if element.name not in plan.elements and _over(element, scenario) + later > 0:
            yield _moved(_rest(element, scenario, later), scenario, later, later)


def _over(element: AnyElement, scenario: Scenario) -> int:
    """The first month after an element, in the scenario itself."""
    first, last = element.span(scenario)
    return first + 1 if getattr(element, "once", False) else last


def _rest(element: AnyElement, scenario: Scenario, later: int) -> AnyElement:
    """An element without the months, rounds and waves that lie before the first month once it is moved."""
    changes: dict[str, Any] = {}
    lost = max(-element.span(scenario)[0] - later, 0)
    if element.kind == "shock":
        changes["months"] = element.months - lost
    if hasattr(element, "rounds"):
        past = min(-(-lost // element.every_months), element.rounds - 1)
        changes["rounds"] = element.rounds - past
        changes["start"] = scenario.step(element.start) + past * element.every_months
    if hasattr(element, "waves"):
        long = element.sessions * element.action_months
        changes["waves"] = [wave for wave in element.waves if scenario.step(wave.start) + long + later > 0]
    return element.model_copy(update=changes)


def _scenario(scenario: Scenario, plan: Plan, programme: list[AnyElement]) -> Scenario:
    """The scenario with this programme and the plan's trend, long enough for all of it to begin."""
    names = {element.name for element in programme}
    programme = [_without_lost(element, names) for element in programme]
    indicators = [one.model_copy(update={"trend_annual": one.trend_annual + plan.trend}) for one in scenario.indicators]
    starts = [int(start) for element in programme for start in _starts(element)]
    months = max([plan.months, *(start + 1 for start in starts)])
    return scenario.model_copy(update={"months": months, "programme": programme, "indicators": indicators})


def _starts(element: AnyElement) -> list[Any]:
    """The months in which an element and its waves begin, once moved."""
    waves = [wave.start for wave in getattr(element, "waves", [])]
    start = getattr(element, "start", None)
    return waves if start is None else [start, *waves]


def _at(element: AnyElement, world: World, chosen: np.ndarray) -> list[AnyElement]:
    """An element at those of the chosen facilities, bool[F], that it covers; nothing where it covers none."""
    mask = covers(element, world) & chosen
    changes: dict[str, Any] = {"facilities": list(world.facilities["id"][mask])}
    if hasattr(element, "waves"):
        sizes = [int((mask & covers(wave, world)).sum()) for wave in element.waves]
        changes["waves"] = [_within(wave, size) for wave, size in zip(element.waves, sizes, strict=True) if size]
    return [element.model_copy(update=changes)] if all(changes.values()) else []


def _within(wave: Any, size: int) -> Any:
    """A wave that takes no more facilities than there are."""
    return wave.model_copy(update={"sites": wave.sites if wave.sites is None else min(wave.sites, size)})


def _without_lost(element: AnyElement, names: set[str]) -> AnyElement:
    """An element that names no other that has been left out."""
    lost = getattr(element, "to", "") and getattr(element, "to", "") not in names
    return element.model_copy(update={"to": ""}) if lost else element


def _renamed(element: AnyElement, copied: set[str], number: int) -> AnyElement:
    """An element of a group, called by a name of its own where there is one for each group; so what it names, too."""
    names = {key: getattr(element, key, None) for key in ("name", "to")}
    return element.model_copy(update={key: f"{name}, step {number}" for key, name in names.items() if name in copied})


def _moved(element: AnyElement, scenario: Scenario, start: int, end: int) -> AnyElement:
    """An element that starts and ends so many months later, but not before the first month."""
    changes: dict[str, Any] = {}
    if getattr(element, "start", None) is not None:
        changes["start"] = _step(scenario, element.start, start)
    if getattr(element, "end", None) is not None:
        changes["end"] = _step(scenario, element.end, end)
    if hasattr(element, "waves"):
        changes["waves"] = [
            wave.model_copy(update={"start": _step(scenario, wave.start, start)}) for wave in element.waves
        ]
    return element.model_copy(update=changes)


def _step(scenario: Scenario, when: date | int, later: int) -> int:
    return max(scenario.step(when) + later, 0)
