"""When what happens in a programme, and for how many facilities: the calendar as a planner reads it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from qisim.model import programme as events
from qisim.model import rules
from qisim.model.calendar import Calendar
from qisim.model.programme import Programme
from qisim.scenario.elements.base import Element
from qisim.scenario.schema import Scenario
from qisim.world.world import World

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class WavePlan:
    """A wave: who may join (bool[F]), how many at most, when it joins, and the first month without support.

    `place` is that of its element in the programme, `number` its own within the element, both from 0. `order` sorts the
    facilities that are taken first to the front, float64[F]; None where luck or performance decides. Who signs up in
    a campaign is a wave that does not support, and stands in nobody's way.
    """

    place: int
    number: int
    start: int
    end: int
    sites: int
    covers: Mask
    order: npt.NDArray[np.float64] | None
    supports: bool


@dataclass(frozen=True)
class Planned:
    """A line of the timetable. Months count from 0; `end` is the first month after, None beyond the last month.

    `least` and `most` say how many: facilities that join, coaches, or visits. They differ where the facilities that are
    left for a wave depend on whom luck or performance put into those before it. `detail` says more in words.
    """

    element: str
    kind: str
    what: str
    least: int
    most: int
    start: int
    end: int | None
    detail: str = ""


def timetable(scenario: Scenario, world: World) -> list[Planned]:
    """The lines of a programme, element by element. Raises BadInput where it does not fit its world."""
    waves = [wave for wave in wave_plans(scenario, world) if wave.supports]
    left = facilities_left(waves)
    lines = []
    for place, element in enumerate(scenario.programme):
        own = [
            _wave_line(wave, found, element, scenario.months)
            for wave, found in zip(waves, left, strict=True)
            if wave.place == place
        ]
        programme = alone(scenario, world, element)
        lines += [
            *own,
            *_signing_up(element, programme),
            *_post_lines(element, programme, scenario.months),
            *_exchange_lines(element, programme),
        ]
        lines += [*_channel_lines(element, programme), *_condition_lines(element, programme, scenario.months)]
        if not any(line.element == element.name for line in lines):
            lines.append(Planned(element.name, element.kind, "nothing", 0, 0, 0, None))
    return lines


def alone(scenario: Scenario, world: World, element: Element) -> Programme:
    """The programme of one element by itself. Raises BadInput where it does not fit its world."""
    own = Calendar(scenario, world)
    element.schedule(own, own.covered(element))
    return own.programme()


def wave_plans(scenario: Scenario, world: World) -> list[WavePlan]:
    """The waves of a programme in the order in which they join. Raises BadInput where it does not fit its world."""
    plans = []
    for place, element in enumerate(scenario.programme):
        programme = alone(scenario, world, element)
        when = {kind: _months(programme, kind) for kind in (events.JOIN, events.END_OF_SUPPORT)}
        for w, wave in enumerate(programme.waves):
            start, end = when[events.JOIN][w], when[events.END_OF_SUPPORT].get(w, scenario.months + 1)
            order = _order(world, int(wave["select"]))
            covers, supports = programme.wave_covers[w], bool(wave["supports"])
            plans.append(WavePlan(place, w, start, end, int(wave["sites"]), covers, order, supports))
    return sorted(plans, key=lambda plan: plan.start)


def facilities_left(waves: list[WavePlan]) -> list[tuple[int, int]]:
    """The fewest and the most facilities that each wave may find when it joins, if none drops out.

    `waves` stand in the order in which they join. The limits hold whatever luck does; where nothing but rules that can
    be foreseen decides, they are equal.
    """
    left: list[tuple[int, int]] = []
    for i, wave in enumerate(waves):
        earlier = waves[:i]
        if all(other.order is not None for other in earlier):
            found = _found(earlier, wave)
            left.append((found, found))
        else:
            left.append(_limits(list(zip(earlier, left, strict=True)), wave))
    return left


def first_day(scenario: Scenario, month: int) -> date:
    """The first day of a month of the scenario, counted from 0."""
    months = scenario.start.month - 1 + month
    return date(scenario.start.year + months // 12, months % 12 + 1, 1)


def _found(earlier: list[WavePlan], last: WavePlan) -> int:
    """How many facilities the last of the waves finds, where it is known whom those before it take."""
    supported_until = np.zeros(len(last.covers), dtype=np.int64)
    joined: dict[int, Mask] = {}
    for wave in (*earlier, last):
        before = joined.setdefault(wave.place, np.zeros(len(wave.covers), dtype=bool))
        places = np.flatnonzero(wave.covers & ~before & (supported_until <= wave.start))
        if wave is last:
            return len(places)
        assert wave.order is not None
        taken = places[np.argsort(wave.order[places], kind="stable")[: wave.sites]]
        before[taken] = True
        supported_until[taken] = wave.end
    return 0


def _limits(earlier: list[tuple[WavePlan, tuple[int, int]]], wave: WavePlan) -> tuple[int, int]:
    """Limits of what a wave finds, from how many those before it take of the facilities that both cover.

    Gone are those that joined the same collaborative, and those that another one supports.
    """
    size = int(wave.covers.sum())
    own = _taken([(other, left) for other, left in earlier if other.place == wave.place], wave.covers)
    others = _taken(
        [(other, left) for other, left in earlier if other.place != wave.place and other.end > wave.start], wave.covers
    )
    return max(0, size - own[1] - others[1]), size - max(own[0], others[0])


def _taken(waves: list[tuple[WavePlan, tuple[int, int]]], covers: Mask) -> tuple[int, int]:
    """The fewest and the most of the facilities `covers` that these waves take, of which no two take the same."""
    each_least = together = most = 0
    anywhere = np.zeros(len(covers), dtype=bool)
    for wave, left in waves:
        low, high = (min(wave.sites, found) for found in left)
        each_least += max(0, low - int((wave.covers & ~covers).sum()))
        most += min(high, int((wave.covers & covers).sum()))
        together += low
        anywhere |= wave.covers
    together -= int((anywhere & ~covers).sum())
    return max(each_least, together), min(most, int(covers.sum()))


def _order(world: World, select: int) -> npt.NDArray[np.float64] | None:
    if select in (rules.ALL, rules.LISTED):
        return np.zeros(len(world))
    if select == rules.BY_DISTRICT:
        return world.district.astype(np.float64)
    if select == rules.REMOTE_FIRST:
        return -world.facilities["travel_days"].to_numpy(np.float64)
    return None


def _months(programme: Programme, kind: int) -> dict[int, int]:
    found = programme.events[programme.events["kind"] == kind]
    return dict(zip(found["which"].tolist(), found["month"].tolist(), strict=True))


def _wave_line(wave: WavePlan, left: tuple[int, int], element: Element, months: int) -> Planned:
    least, most = (min(wave.sites, found) for found in left)
    end = wave.end if wave.end <= months else None
    return Planned(element.name, element.kind, f"wave {wave.number + 1}", least, most, wave.start, end)


def _signing_up(element: Element, programme: Programme) -> list[Planned]:
    """Those who may sign up in a campaign, all together: fewer where some are in a collaborative by then."""
    signing = programme.waves[~programme.waves["supports"]]
    if not len(signing):
        return []
    start, end = min(_months(programme, events.JOIN).values()), max(_months(programme, events.JOIN).values()) + 1
    most = int(signing["sites"].sum())
    return [Planned(element.name, element.kind, "facilities that sign up", 0, most, start, end)]


def _post_lines(element: Element, programme: Programme, months: int) -> list[Planned]:
    """Coaches, and champions by the month in which they start."""
    lines = []
    for champion, what in ((False, "coaches"), (True, "champions")):
        posts = programme.posts[programme.posts["champion"] == champion]
        for start in np.unique(posts["start"]).tolist():
            some = posts[posts["start"] == start]
            end = int(some["end"].max())
            detail = f"{some['days'].max():g} days a month each"
            detail += "" if some["all"].any() else "; enrolled only"
            told = Planned(element.name, element.kind, what, len(some), len(some), start, end, detail)
            lines.append(told if end < months else replace(told, end=None))
    return lines


def _exchange_lines(element: Element, programme: Programme) -> list[Planned]:
    found = programme.events[programme.events["kind"] == events.EXCHANGE]
    if not len(found):
        return []
    visits, months = int(found["amount"].sum()), found["month"]
    start, end = int(months.min()), int(months.max()) + 1
    return [Planned(element.name, element.kind, "exchange visits", visits, visits, start, end)]


# What reaches facilities by each of `programme.CHANNELS`.
REACHED_BY = {
    "training": "trainings", "agent": "rounds of agents", "campaign": "months of messages", "policy": "circulars",
    "endorsement": "endorsement", "feedback": "feedbacks", "payment": "assessments",
    "patients": "looks at patients' words",
    "transfer": "months of handing over", "upheaval": "reorganisation",
}  # fmt: skip


def _channel_lines(element: Element, programme: Programme) -> list[Planned]:
    """For each channel, how many facilities it covers and how often it comes."""
    lines = []
    for c, channel in enumerate(programme.channels):
        found = programme.events[(programme.events["which"] == c) & (programme.events["amount"] >= 0)]
        found = found[np.isin(found["kind"], (events.CHANNEL, events.UPHEAVAL))]
        if len(found):
            covers, kind = int(programme.channel_covers[c].sum()), events.CHANNELS[channel["kind"]]
            start, end = int(found["month"].min()), int(found["month"].max()) + 1
            detail = f"{len(found)} times" if len(found) > 1 else "once"
            detail += f", each reaching {100 * channel['reach']:g}%" if channel["reach"] < 1 else ""
            what = REACHED_BY[kind]
            lines.append(Planned(element.name, element.kind, what, covers, covers, start, end, detail))
    return lines


def _condition_lines(element: Element, programme: Programme, months: int) -> list[Planned]:
    lines = []
    for c, covers in enumerate(programme.condition_covers):
        found = programme.events[(programme.events["kind"] == events.CONDITION) & (programme.events["which"] == c)]
        when = {bool(event["amount"]): int(event["month"]) for event in found}
        if True in when:
            size = int(covers.sum())
            lines.append(Planned(element.name, element.kind, "holds", size, size, when[True], when.get(False)))
    return lines
