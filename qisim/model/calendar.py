"""The programme's calendar: elements of the scenario become waves, coaches' posts, channels and monthly events.

Both engines read the result and nothing else of an element; so an element that can be said in these words needs no
change to an engine.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NoReturn
from zlib import crc32

import numpy as np

from qisim.input.errors import BadInput, Problem, nearest
from qisim.model import programme as p
from qisim.model import rules
from qisim.model.programme import Programme
from qisim.scenario.elements.base import Element
from qisim.scenario.key_types import When
from qisim.scenario.schema import Scenario
from qisim.world.world import World

MOST_COLLABORATIVES = 60
MOST_LISTED = 20


def build_calendar(scenario: Scenario, world: World) -> Programme:
    """The scenario's programme in this world. Raises BadInput where they do not fit together."""
    calendar = Calendar(scenario, world)
    for element in scenario.programme:
        try:
            element.schedule(calendar, calendar.covered(element))
        except BadInput as error:
            calendar.problems += error.problems
    return calendar.programme()


class Calendar:
    """What the elements of a programme are entered into; see `Element.schedule`."""

    def __init__(self, scenario: Scenario, world: World):
        self.scenario, self.world = scenario, world
        self.problems: list[Problem] = []  # names that are unknown; told of all at once, by `programme`
        self._events: list[tuple[int, int, int, int]] = []
        self._waves: list[dict[str, Any]] = []
        self._posts: list[dict[str, Any]] = []
        self._exchanges: list[dict[str, Any]] = []
        self._channels: list[dict[str, Any]] = []
        self._thresholds: list[tuple[float, float, float]] = []
        self._conditions: list[dict[str, Any]] = []
        self._cohorts = 0
        self._collaboratives: list[str] = []
        self._table = world.facilities

    # --- what elements ask ------------------------------------------------------------------------------------------

    def refuse(self, element: Element, key: str, what: str, allowed: str = "", near: str = "") -> NoReturn:
        """Say that a key of an element cannot be."""
        raise BadInput(self.scenario.problem(f"{self.scenario.key_of(element)}.{key}", what, allowed, near))

    def covered(self, element: Element) -> np.ndarray:
        """The facilities an element covers, as booleans. Refuses an element that covers none; notices unknown names."""
        mask = np.ones(len(self.world), dtype=bool)
        for key, column in (("provinces", "province"), ("districts", "district"), ("kinds", "kind"),
                            ("facilities", "id")):  # fmt: skip
            mask &= self._among(element, key, getattr(element, key), column)
        if not mask.any():
            self.refuse(element, "name", f"{element.name!r} covers no facility")
        return mask

    def narrowed(self, element: Element, key: str, mask: np.ndarray, kinds: list[str],
                 districts: list[str]) -> np.ndarray:  # fmt: skip
        """`mask` without the facilities of other kinds and districts; refuses to leave none."""
        mask = mask & self._among(element, f"{key}.kinds", kinds, "kind")
        mask &= self._among(element, f"{key}.districts", districts, "district")
        if not mask.any():
            self.refuse(element, key, "covers no facility")
        return mask

    def step(self, when: When, element: Element, key: str) -> int:
        """The month, from 0, of a date or month number; refuses one outside the scenario."""
        step = self.scenario.step(when)
        if not 0 <= step < self.scenario.months:
            first, months = self.scenario.start, self.scenario.months
            year, month = divmod(first.year * 12 + first.month - 1 + months - 1, 12)
            self.refuse(element, key, f"found {when}", f"within the {months} months from {first}, the last of which "
                        f"begins on {year}-{month + 1:02d}-01")  # fmt: skip
        return step

    def span(self, element: Element, start: When, end: When | None) -> tuple[int, int]:
        """First month, and first month after, of an element."""
        first = self.step(start, element, "start")
        last = self.scenario.months if end is None else self.scenario.step(end)
        if last <= first:
            self.refuse(element, "end", f"found {end}, which is not after the start {start}")
        return first, min(last, self.scenario.months)

    def package(self, element: Element, names: list[str]) -> list[int]:
        """Positions of the ideas named; of all ideas where none is named."""
        known = [idea.name for idea in self.scenario.ideas]
        if not self._all_known(element, "package", names, known):
            names = []
        return [known.index(name) for name in names] or list(range(len(known)))

    def indicator(self, element: Element, key: str, name: str) -> int:
        """The position of an indicator; -1 where none is named."""
        known = [i.name for i in self.scenario.indicators]
        return known.index(name) if name and self._all_known(element, key, [name], known) else -1

    # --- what elements enter ----------------------------------------------------------------------------------------

    def event(self, month: int, kind: str, which: int, amount: int = 0) -> None:
        """Something that happens in a month; what lies beyond the horizon is left out."""
        if month < self.scenario.months:
            self._events.append((month, p.EVENTS.index(kind), which, amount))

    def monthly(self, start: int, end: int, every: int, kind: str, which: int) -> None:
        """Something that happens every so many months, from `start` to before `end`; numbered from 0."""
        for number, month in enumerate(range(start, end, every)):
            self.event(month, kind, which, number)

    @staticmethod
    def evenly(start: int, end: int, total: int) -> Iterator[tuple[int, int]]:
        """The months, from `start` to before `end`, over which so many are spread evenly, each with how many of them.

        The first of them come in the first month.
        """
        months = end - start
        for month in range(months):
            now = -(-total * (month + 1) // months) + (-total * month // months)
            if now:
                yield start + month, now

    def wave(
        self, element: Element, members: np.ndarray, sites: int, package: list[int], *, select: str,
        cohort: str = "wave", attendees: int = 0, days: float = 0.0, virtual: bool = False, goes_virtual: bool = False,
        supports: bool = True,
    ) -> int:  # fmt: skip
        """A wave of a collaborative, or those who sign up in a campaign; returns its number."""
        if element.name not in self._collaboratives:
            self._collaboratives.append(element.name)
            if len(self._collaboratives) > MOST_COLLABORATIVES:
                self.refuse(
                    element, "kind", "is one collaborative or campaign too many", f"{MOST_COLLABORATIVES} at most"
                )
        cohort_by = p.COHORTS.index(cohort)
        self._waves.append({
            "element": self._place(element), "collaborative": self._collaboratives.index(element.name),
            "select": p.SELECTIONS[select], "sites": sites, "cohort_by": cohort_by, "first_cohort": self._cohorts,
            "attendees": attendees, "days": days, "virtual": virtual, "goes_virtual": goes_virtual,
            "supports": supports, "ownership": element.ownership, "identity": element.identity, "ideas": len(package),
            "first_champion": 0, "champions": 0, "members": members, "package": package,
        })  # fmt: skip
        self._cohorts += (1, len(self.world.provinces), len(self.world.districts))[cohort_by]
        return len(self._waves) - 1

    def champions(self, element: Any, covered: np.ndarray, start: int) -> None:
        """Posts of peer coaches that the synthesis of the wave entered last may fill."""
        if start < self.scenario.months and element.champions:
            first = len(self._posts)
            self._pool(element, covered, element.champions, start, self.scenario.months,
                       days=element.champion_days, champion=True)  # fmt: skip
            self._waves[-1] |= {"first_champion": first, "champions": len(self._posts) - first}

    def coaches_by_district(self, element: Any, covered: np.ndarray, coaches: int, start: int, end: int) -> None:
        """Posts based in each district, whose facilities are dealt out among them in turn; none without a facility."""
        places = np.flatnonzero(covered)
        by_district = places[np.argsort(self.world.district[places], kind="stable")]
        codes, first = np.unique(self.world.district[by_district], return_index=True)
        for code, facilities in zip(codes, np.split(by_district, first[1:]), strict=True):
            for j in range(min(coaches, len(facilities))):
                name = f"{element.name}: {self.world.districts[code]}, coach {j + 1}"
                self._post(element, name, facilities[j::coaches], start, end)

    def coaches_in_all(self, element: Any, covered: np.ndarray, coaches: int, start: int, end: int) -> None:
        """Posts that share the facilities, in the order of districts; none without a facility."""
        self._pool(element, covered, coaches, start, end)

    def exchange(self, element: Any, covered: np.ndarray) -> int:
        """A programme of exchange visits; returns its number."""
        indicator = self.indicator(element, "indicator", element.indicator)
        self._exchanges.append({
            "element": self._place(element), "reach": p.REACHES.index(element.reach), "indicator": indicator,
            "people": element.people, "ownership": element.ownership, "identity": element.identity, "covers": covered,
        })  # fmt: skip
        return len(self._exchanges) - 1

    def channel(
        self, element: Element, kind: str, covered: np.ndarray, *, reach: float = 1.0, strength: float = 1.0,
        package: list[str] | None = None, indicator: int = -1, features: dict[str, bool] | None = None, tiers: int = 1,
        people: int = 0, days: float = 0.0, records: int = 1, thresholds: list[tuple[float, float]] | None = None,
        coaches: str = "",
    ) -> int:  # fmt: skip
        """A channel by which something reaches facilities, as `rules` tell of its kind; returns its number."""
        paid = thresholds or []
        highest = max((amount for _, amount in paid), default=0.0)
        taken = self.package(element, package or [])
        bits = sum(1 << p.FEATURES.index(name) for name, given in (features or {}).items() if given)
        self._channels.append({
            "element": self._place(element), "entity": crc32(element.name.encode()), "kind": p.CHANNELS.index(kind),
            "reach": reach, "strength": strength, "ownership": element.ownership, "identity": element.identity,
            "ideas": len(taken), "indicator": indicator, "features": bits, "tiers": tiers, "people": people,
            "days": days, "records": records, "first_threshold": len(self._thresholds), "thresholds": len(paid),
            "coaches": self._coaching(element, coaches), "covers": covered, "package": taken,
        })  # fmt: skip
        self._thresholds += [(score, amount, amount / highest if highest else 0.0) for score, amount in paid]
        return len(self._channels) - 1

    def condition(self, element: Element, covered: np.ndarray, start: int, end: int, **strengths: float) -> None:
        """Something that holds from `start` to before `end`; `strengths` are fields of `STANDING`."""
        none = dict.fromkeys(p.STANDING.names or (), 0.0)
        self._conditions.append({**none, "element": self._place(element), **strengths, "covers": covered})
        self.event(start, "condition", len(self._conditions) - 1, 1)
        self.event(end, "condition", len(self._conditions) - 1, 0)

    # --- how it is kept ---------------------------------------------------------------------------------------------

    def _place(self, element: Element) -> int:
        return [e.name for e in self.scenario.programme].index(element.name)

    def _coaching(self, element: Element, name: str) -> int:
        """The place of a coaching element that another one names; -1 where none is named."""
        if not name:
            return -1
        known = [e.name for e in self.scenario.programme if e.kind == "coaching" and not e.external]
        if not known:
            self.refuse(element, "to", f"found {name!r}", "a coaching element that is not external; there is none")
        if not self._all_known(element, "to", [name], known):
            return -1
        return [e.name for e in self.scenario.programme].index(name)

    def _posts_of(self, place: int) -> dict[str, int]:
        """Where the posts of the element in `place` stand, if it has any here."""
        posts = [i for i, post in enumerate(self._posts) if post["element"] == place]
        return {"first_post": posts[0] if posts else 0, "posts": len(posts)}

    def _among(self, element: Element, key: str, names: list[str], column: str) -> np.ndarray:
        if not names:
            return np.ones(len(self.world), dtype=bool)
        present = self._table[column]
        known = set(present)
        if not self._all_known(element, key, names, sorted(known)):
            return np.ones(len(self.world), dtype=bool)
        return present.isin(names).to_numpy()

    def _all_known(self, element: Element, key: str, names: list[str], known: list[str]) -> bool:
        """Whether all names are known; notices those that are not, so that the rest of an element is checked, too."""
        dotted = f"{self.scenario.key_of(element)}.{key}"
        listing = ", ".join(known[:MOST_LISTED]) + (" ..." if len(known) > MOST_LISTED else "")
        present = set(known)
        unknown = [name for name in dict.fromkeys(names) if name not in present]
        self.problems += [
            self.scenario.problem(dotted, f"found {name!r}", listing, nearest(name, known) if i < MOST_LISTED else "")
            for i, name in enumerate(unknown)
        ]
        return not unknown

    def _pool(self, element: Any, covered: np.ndarray, coaches: int, start: int, end: int, **special: Any) -> None:
        places = np.flatnonzero(covered)
        coaches = min(coaches, len(places))
        by_district = places[np.argsort(self.world.district[places], kind="stable")]
        role = f"champion of wave {len(self._waves)}, number" if special else "coach"
        for j, facilities in enumerate(np.array_split(by_district, coaches) if coaches else []):
            self._post(element, f"{element.name}: {role} {j + 1}", facilities, start, end, **special)

    def _post(self, element: Any, name: str, facilities: np.ndarray, start: int, end: int,
              days: float | None = None, champion: bool = False) -> None:  # fmt: skip
        facilities = np.sort(facilities)
        days = element.days_per_month if days is None else days
        travel = self._table["travel_days"].to_numpy()[facilities]
        longest = rules.visit_days(float(travel.max())) if len(facilities) else 0.0
        own = {"policy": 0, "all": False, "external": False, "skill": 0.0, "most_visits": 1}
        if not champion:
            own = {"policy": p.POLICIES[element.policy], "all": element.whom == "all", "external": element.external,
                   "skill": element.skill, "most_visits": element.visits_per_facility}  # fmt: skip
        self._posts.append({"element": self._place(element), "ownership": element.ownership,
                            "identity": element.identity, "entity": crc32(name.encode()), "days": days,
                            "most_days": days + longest,
                            "start": start, "end": end, "champion": champion, "facilities": facilities,
                            "name": name, **own})  # fmt: skip

    def programme(self) -> Programme:
        """All that was entered, as arrays. Raises BadInput where names are unknown."""
        if self.problems:
            raise BadInput(self.problems)
        n, ideas = len(self.world), len(self.scenario.ideas)
        events = np.array(sorted(self._events, key=lambda e: e[:2]), dtype=p.EVENT)
        channels = [{**channel, **self._posts_of(channel["coaches"])} for channel in self._channels]
        return Programme(
            elements=len(self.scenario.programme),
            events=events,
            event_start=np.searchsorted(events["month"], np.arange(self.scenario.months + 1)).astype(np.int64),
            waves=p.records(p.WAVE, self._waves),
            wave_covers=p.stacked([wave["members"] for wave in self._waves], n),
            packages=p.padded([wave["package"] for wave in self._waves], ideas),
            cohorts=self._cohorts,
            posts=p.records(p.POST, self._posts),
            **p.caseloads([post["facilities"] for post in self._posts], n),
            exchanges=p.records(p.EXCHANGE_PROGRAMME, self._exchanges),
            exchange_covers=p.stacked([exchange["covers"] for exchange in self._exchanges], n),
            channels=p.records(p.CHANNEL_PROGRAMME, channels),
            channel_covers=p.stacked([channel["covers"] for channel in channels], n),
            channel_packages=p.padded([channel["package"] for channel in channels], ideas),
            thresholds=np.array(self._thresholds, dtype=p.THRESHOLD),
            conditions=p.records(p.STANDING, self._conditions),
            condition_covers=p.stacked([condition["covers"] for condition in self._conditions], n),
            post_names=[post["name"] for post in self._posts],
        )
