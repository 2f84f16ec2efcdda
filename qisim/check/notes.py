"""What in a scenario is allowed, but probably not meant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations
from typing import Any

import numpy as np

from qisim.check.timetable import Mask, WavePlan, alone, facilities_left, first_day, wave_plans
from qisim.input.errors import harmless, shown
from qisim.model import programme as events
from qisim.model.baselines import unmet_baselines
from qisim.model.calendar import Calendar
from qisim.model.programme import Programme
from qisim.scenario.behaviour import PARAMETERS
from qisim.scenario.costs import ElementCosts
from qisim.scenario.elements.coaching import Coaching
from qisim.scenario.elements.collaborative import Collaborative
from qisim.scenario.schema import Scenario, WorldSpec
from qisim.scenario.uncertain import Uncertain
from qisim.world.world import World, spelled_otherwise

ALIKE = 0.9
"""How alike two names are, 0-1, that may be meant to be one."""
MOST_NAMES = 200
"""Rows of a list whose names are compared; the time grows with the square."""


@dataclass(frozen=True)
class Note:
    """Something about one key of a scenario. `where` is a file name, `line` counts from 1."""

    where: str
    key: str
    text: str
    line: int | None = None

    def __str__(self) -> str:
        place = self.where + (f", line {self.line}" if self.line else "")
        return harmless(f"{place}: note: {self.text}")


def notes(scenario: Scenario, world: World) -> list[Note]:
    """What in a scenario is probably not meant. Raises BadInput where the programme does not fit the world."""
    waves = wave_plans(scenario, world)
    programmes = [alone(scenario, world, element) for element in scenario.programme]
    found = [
        *_read_as_meant(scenario, world),
        *_unusual_behaviour(scenario),
        *_idle_indicators(scenario),
        *_unmet_baselines(scenario, world),
        *_names_alike(scenario),
        *_places_alike(scenario, world),
        *_nameless_elements(scenario),
        *_short_waves(scenario, waves),
        *_nobody_enrolled(scenario, world, programmes, waves),
        *_coaches_without_facilities(scenario, world, programmes),
        *_beyond_the_end(scenario, programmes),
        *_costs_without_prices(scenario),
    ]
    return [_note(scenario, key, text) for key, text in found]


def _note(scenario: Scenario, key: str, text: str) -> Note:
    where, line = scenario.origin.locate(key)
    return Note(where, key, text, line)


# Each of the following yields the dotted key of what it is about, and the text of a note.
Found = Iterator[tuple[str, str]]


def _read_as_meant(scenario: Scenario, world: World) -> Found:
    """What of the registry was read otherwise than it stands there, and a default referral chain that it lacks."""
    for text in world.notes:
        yield "world.facilities", text
    chain = scenario.world.referral
    if scenario.world.facilities is None or chain != WorldSpec.model_fields["referral"].default:
        return
    meant = spelled_otherwise(chain, world.kinds)
    if meant or not set(chain) & set(world.kinds):
        missing = " or ".join(repr(name) for name in chain if name not in world.kinds)
        near = f", but {' and '.join(map(shown, dict.fromkeys(meant.values())))} may be meant" if meant else ""
        what = f"no facility is of the kind {missing}, by which facilities refer by default{near}"
        yield "world.facilities", f"{what}; list your kinds in [world], from the top down: referral = [...]"


def _unusual_behaviour(scenario: Scenario) -> Found:
    """Behaviour outside its plausible range."""
    for name, value in scenario.behaviour:
        p = PARAMETERS[name]
        ends = value.ends() if isinstance(value, Uncertain) else [value]
        outside = [end for end in ends if not p.low <= end <= p.high]
        if outside:
            found = " and ".join(f"{end:g}" for end in outside)
            yield (
                f"behaviour.{name}",
                (
                    f"behaviour.{name} is {found}; plausible is {p.low:g} to {p.high:g} {p.unit}"
                    f" ({p.meaning}; source: {p.source})"
                ),
            )


def _idle_indicators(scenario: Scenario) -> Found:
    """Indicators that no idea acts on."""
    acted_on = {idea.indicator for idea in scenario.ideas}
    for i, indicator in enumerate(scenario.indicators):
        if indicator.name not in acted_on:
            yield f"indicators.{i}.name", f"no idea acts on the indicator {indicator.name!r}; no programme can raise it"


def _unmet_baselines(scenario: Scenario, world: World) -> Found:
    """Baselines that are not those of month 0, for what ideas in use at the start do."""
    for unmet in unmet_baselines(scenario, world):
        name = scenario.indicators[unmet.indicator].name
        users = " and ".join(repr(scenario.ideas[k].name) for k in unmet.ideas[:3])
        more = " and others" if len(unmet.ideas) > 3 else ""
        yield (
            f"indicators.{unmet.indicator}.baseline",
            (
                f"month 0 of {name!r} is about {100 * unmet.start:.0f}% on average, where the given baselines are"
                f" {100 * unmet.given:.0f}%: they cannot be met with {users}{more} in use at the start"
                " (initial_users)"
            ),
        )


def _names_alike(scenario: Scenario) -> Found:
    """Names in one list that may be meant to be the same."""
    lists: dict[str, tuple[str, Sequence[Any]]] = {
        "indicators": ("indicator", scenario.indicators),
        "ideas": ("idea", scenario.ideas),
        "programme": ("element", scenario.programme),
        "world.kinds": ("kind", scenario.world.kinds),
    }
    for table, (what, rows) in lists.items():
        for i, j in combinations(range(min(len(rows), MOST_NAMES)), 2):
            one, other = rows[i].name, rows[j].name
            if _alike(one, other):
                files = [scenario.origin.locate(f"{table}.{row}.name")[0] for row in (i, j)]
                if files[0] == files[1]:
                    text = f"{other!r} and {one!r} have nearly the same name, and are two; are they meant to be one?"
                else:
                    text = f"adds the {what} {other!r}; {files[0]} has {one!r}: did you mean that one?"
                yield f"{table}.{j}.name", text


def _places_alike(scenario: Scenario, world: World) -> Found:
    """Districts, provinces and kinds of a registry that differ by capitals, spaces or marks only."""
    if scenario.world.facilities is None:
        return
    for what, names in (("districts", world.districts), ("provinces", world.provinces), ("kinds", world.kinds)):
        seen: dict[str, str] = {}
        for name in names:
            letters = "".join(re.findall(r"[^\W_]+", name.casefold()))
            if letters in seen:
                two = f"{shown(name)} and {shown(seen[letters])}"
                yield "world.facilities", f"the registry has {two}, two {what}; are they meant to be one?"
            seen.setdefault(letters, name)


def _alike(one: str, other: str) -> bool:
    """Whether two names differ by their spelling only: not by a number or a single letter, which tell things apart."""
    words = [re.findall(r"[^\W_]+", name.casefold()) for name in (one, other)]
    if "".join(words[0]) == "".join(words[1]):
        return True
    marks = [[word for word in name if len(word) == 1 or any(c.isdigit() for c in word)] for name in words]
    if marks[0] != marks[1]:
        return False
    matcher = SequenceMatcher(None, " ".join(words[0]), " ".join(words[1]), autojunk=False)
    return all(ratio() >= ALIKE for ratio in (matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio))


def _nameless_elements(scenario: Scenario) -> Found:
    """Elements called by their kind alone beside others of that kind: perhaps meant to change one of those."""
    for i, element in enumerate(scenario.programme):
        others = [e.name for e in scenario.programme if e.kind == element.kind and e is not element]
        if others and element.name == element.kind:
            yield (
                f"programme.{i}",
                (
                    f"this {element.kind} element has no name of its own, and comes on top of"
                    f" {' and '.join(map(repr, others[:3]))}; to change one of those, give its name"
                ),
            )


def _short_waves(scenario: Scenario, waves: list[WavePlan]) -> Found:
    """Waves that find fewer facilities than they ask for."""
    waves = [wave for wave in waves if wave.supports]
    for wave, (least, most) in zip(waves, facilities_left(waves), strict=True):
        element = scenario.programme[wave.place]
        if not isinstance(element, Collaborative):
            continue
        spec = element.waves[wave.number]
        key = f"programme.{wave.place}.waves.{wave.number}"
        called = f"wave {wave.number + 1} of {element.name!r}"
        slack = 0 if spec.sites is not None else 1  # shares are rounded
        if most == 0:
            yield key, f"nobody is left for {called}: all the facilities that it covers have joined before"
        elif (spec.sites or spec.share) and least < wave.sites - slack:
            left = f"{least}" if least == most else f"{least} to {most}"
            yield key, f"{called} asks for {wave.sites} facilities, of which {left} are left when it starts"


def _nobody_enrolled(scenario: Scenario, world: World, programmes: list[Programme], waves: list[WavePlan]) -> Found:
    """Coaches of enrolled facilities, champions and exchange visits, while nothing enrols any facility they cover."""
    for place, (element, programme) in enumerate(zip(scenario.programme, programmes, strict=True)):
        for champion, who in ((False, "coaches"), (True, "champions")):
            which = np.flatnonzero((programme.posts["champion"] == champion) & ~programme.posts["all"])
            posts = programme.posts[which]
            if len(posts) and posts["days"].max() > 0:
                covers = np.zeros(len(world), dtype=bool)
                for post in which:
                    covers[programme.caseload[slice(*programme.caseload_start[post : post + 2])]] = True
                span = int(posts["start"].min()), int(posts["end"].max())
                yield from _no_wave(scenario, place, f"{who} of {element.name!r}", covers, span, waves)
        visits = programme.events[programme.events["kind"] == events.EXCHANGE]
        for e in np.unique(visits["which"]):
            months = visits["month"][visits["which"] == e]
            span = int(months.min()), int(months.max()) + 1
            covers = programme.exchange_covers[e]
            yield from _no_wave(scenario, place, f"visitors of {element.name!r}", covers, span, waves)


def _coaches_without_facilities(scenario: Scenario, world: World, programmes: list[Programme]) -> Found:
    """More coaches than facilities for them to visit."""
    for place, (element, programme) in enumerate(zip(scenario.programme, programmes, strict=True)):
        if not isinstance(element, Coaching):
            continue
        posts = programme.posts
        if element.coaches is None:
            key, where = "coaches_per_district", " of their district"
            covered = Calendar(scenario, world).covered(element)
            planned = (element.coaches_per_district or 0) * len(np.unique(world.district[covered]))
        else:
            key, where, planned = "coaches", "", element.coaches
        if planned > len(posts):
            yield (
                f"programme.{place}.{key}",
                (
                    f"{planned - len(posts)} of the {planned} coaches of {element.name!r} have no facility{where} left"
                    " to visit; they are not appointed and cost nothing"
                ),
            )


def _no_wave(
    scenario: Scenario, place: int, who: str, covers: Mask, span: tuple[int, int], waves: list[WavePlan]
) -> Found:
    """A note where no facility of `covers` is supported in a month from the first of `span` to before the second."""
    start, end = span
    near = [wave for wave in waves if (wave.covers & covers).any()]
    if any(wave.start < end and wave.end > start for wave in near):
        return
    key, only = f"programme.{place}", f"the {who} are for enrolled facilities only, and "
    if not waves:
        yield f"{key}.whom", only + "nothing in the programme enrols any"
    elif not near:
        yield f"{key}.whom", only + "no collaborative enrols any of those that they cover"
    elif all(wave.end <= start for wave in near):
        last = first_day(scenario, max(wave.end for wave in near))
        yield f"{key}.start", only + f"start in {first_day(scenario, start)}, when the last support ended in {last}"
    else:
        first = first_day(scenario, min(wave.start for wave in near if wave.end > start))
        yield f"{key}.end", only + f"end before the first of theirs joins in {first}"


def _beyond_the_end(scenario: Scenario, programmes: list[Programme]) -> Found:
    """Elements of which nothing comes within the simulated months."""
    for place, (element, programme) in enumerate(zip(scenario.programme, programmes, strict=True)):
        if not len(programme.events) and not len(programme.posts) and (len(programme.channels) or len(programme.waves)):
            yield (
                f"programme.{place}",
                f"nothing of {element.name!r} comes within the {scenario.months} simulated months",
            )


def _costs_without_prices(scenario: Scenario) -> Found:
    """Elements that tell what they cost in a scenario that tells no costs."""
    for place, element in enumerate(scenario.programme):
        if scenario.costs is None and element.costs != ElementCosts():
            yield f"programme.{place}.costs", f"the costs of {element.name!r} are not told: the scenario has no [costs]"
