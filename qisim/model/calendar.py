"""The programme's calendar: elements of the scenario become waves, coaches' posts and monthly events.

Both engines read the result and nothing else of an element; so an element that can be said in these words needs no
change to an engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn
from zlib import crc32

import numpy as np

from qisim.model import rules
from qisim.scenario.elements.base import Element
from qisim.scenario.errors import BadInput, Problem, nearest
from qisim.scenario.fields import When
from qisim.scenario.schema import Scenario
from qisim.world.world import World

# Kinds of event, in the order in which they are dealt with in a month. Those before FIRST_SUPPORT come before people
# leave and coaches visit, the others after.
EVENTS = ["end_of_support", "join", "session", "exchange", "synthesis"]
END_OF_SUPPORT, JOIN, SESSION, EXCHANGE, SYNTHESIS = range(5)
FIRST_SUPPORT = SESSION

POLICIES = {"rotation": rules.ROTATION, "weakest": rules.WEAKEST, "strongest": rules.STRONGEST,
            "newest": rules.NEWEST, "nearest": rules.NEAREST}  # fmt: skip
SELECTIONS = {"all": rules.ALL, "random": rules.RANDOM, "strongest": rules.FIRST_STRONGEST,
              "weakest": rules.FIRST_WEAKEST, "volunteers": rules.VOLUNTEERS, "remote_first": rules.REMOTE_FIRST,
              "by_district": rules.BY_DISTRICT, "list": rules.LISTED}  # fmt: skip
REACHES = ["anywhere", "province", "district"]
MOST_COLLABORATIVES = 60
MOST_LISTED = 20

EVENT = np.dtype([("month", "i8"), ("kind", "i8"), ("which", "i8"), ("amount", "i8")])
WAVE = np.dtype(
    [
        ("element", "i8"),  # number of the collaborative
        ("select", "i8"),
        ("sites", "i8"),
        ("cohort_by", "i8"),  # 0 the whole wave, 1 provinces, 2 districts, as in REACHES
        ("first_cohort", "i8"),
        ("attendees", "i8"),
        ("virtual", "?"),
        ("ownership", "f8"),
        ("identity", "f8"),
        ("ideas", "i8"),  # length of the package
        ("first_champion", "i8"),
        ("champions", "i8"),
    ]
)
POST = np.dtype(
    [
        ("entity", "i8"),  # who the coach is, for chance: from the post's name, not its place in the programme
        ("policy", "i8"),
        ("all", "?"),  # visits every covered facility, not only enrolled ones
        ("external", "?"),
        ("champion", "?"),
        ("skill", "f8"),
        ("days", "f8"),
        ("most_days", "f8"),  # visit days that can be saved up
        ("most_visits", "i8"),  # to one facility in a month
        ("start", "i8"),
        ("end", "i8"),
    ]
)
EXCHANGE_PROGRAMME = np.dtype([("reach", "i8"), ("indicator", "i8")])


@dataclass(frozen=True)
class Programme:
    """A scenario's programme as arrays. Lists of varying length stand end to end; `*_start` tells where each begins."""

    events: np.ndarray  # EVENT, by month and kind
    event_start: np.ndarray  # i8[months + 1]
    waves: np.ndarray  # WAVE
    wave_covers: np.ndarray  # bool[waves, facilities]
    packages: np.ndarray  # i8[waves, ideas]: the package in its order
    cohorts: int
    posts: np.ndarray  # POST
    caseload_start: np.ndarray  # i8[posts + 1]
    caseload: np.ndarray  # i8: facilities of each post, rising
    coaches_start: np.ndarray  # i8[facilities + 1]
    coaches: np.ndarray  # i8: posts of each facility
    exchanges: np.ndarray  # EXCHANGE_PROGRAMME
    exchange_covers: np.ndarray  # bool[exchange programmes, facilities]
    post_names: list[str]


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
        self._exchanges: list[tuple[int, int, np.ndarray]] = []
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

    # --- what elements enter ----------------------------------------------------------------------------------------

    def event(self, month: int, kind: str, which: int, amount: int = 0) -> None:
        """Something that happens in a month; what lies beyond the horizon is left out."""
        if month < self.scenario.months:
            self._events.append((month, EVENTS.index(kind), which, amount))

    def wave(self, element: Any, members: np.ndarray, sites: int, package: list[int]) -> int:
        """A wave of a collaborative; returns its number."""
        if element.name not in self._collaboratives:
            self._collaboratives.append(element.name)
            if len(self._collaboratives) > MOST_COLLABORATIVES:
                self.refuse(element, "kind", "is one collaborative too many", f"{MOST_COLLABORATIVES} at most")
        cohort_by = {"wave": 0, "province": 1, "district": 2}[element.cohort]
        self._waves.append({
            "element": self._collaboratives.index(element.name), "select": SELECTIONS[element.select],
            "sites": sites, "cohort_by": cohort_by, "first_cohort": self._cohorts, "attendees": element.attendees,
            "virtual": element.mode == "virtual", "ownership": element.ownership, "identity": element.identity,
            "ideas": len(package), "first_champion": 0, "champions": 0, "members": members, "package": package,
        })  # fmt: skip
        self._cohorts += (1, len(self.world.provinces), len(self.world.districts))[cohort_by]
        return len(self._waves) - 1

    def champions(self, element: Any, covered: np.ndarray, start: int) -> None:
        """Posts of peer coaches that the synthesis of the wave entered last may fill."""
        if start < self.scenario.months and element.champions:
            self._waves[-1]["first_champion"] = len(self._posts)
            self._waves[-1]["champions"] = element.champions
            self._pool(element, covered, element.champions, start, self.scenario.months,
                       days=element.champion_days, champion=True)  # fmt: skip

    def coaches_by_district(self, element: Any, covered: np.ndarray, coaches: int, start: int, end: int) -> None:
        """Posts based in each district, whose facilities are dealt out among them in turn."""
        places = np.flatnonzero(covered)
        by_district = places[np.argsort(self.world.district[places], kind="stable")]
        codes, first = np.unique(self.world.district[by_district], return_index=True)
        for code, facilities in zip(codes, np.split(by_district, first[1:]), strict=True):
            for j in range(coaches):
                name = f"{element.name}: {self.world.districts[code]}, coach {j + 1}"
                self._post(element, name, facilities[j::coaches], start, end)

    def coaches_in_all(self, element: Any, covered: np.ndarray, coaches: int, start: int, end: int) -> None:
        """Posts that share the facilities, in the order of districts."""
        self._pool(element, covered, coaches, start, end)

    def exchange(self, element: Any, covered: np.ndarray, indicator: str) -> int:
        """A programme of exchange visits; returns its number."""
        known = [i.name for i in self.scenario.indicators]
        named = indicator and self._all_known(element, "indicator", [indicator], known)
        which = known.index(indicator) if named else -1
        self._exchanges.append((REACHES.index(element.reach), which, covered))
        return len(self._exchanges) - 1

    # --- how it is kept ---------------------------------------------------------------------------------------------

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
        unknown = sorted(set(names).difference(known), key=names.index)
        self.problems += [
            self.scenario.problem(dotted, f"found {name!r}", listing, nearest(name, known)) for name in unknown
        ]
        return not unknown

    def _pool(self, element: Any, covered: np.ndarray, coaches: int, start: int, end: int, **special: Any) -> None:
        places = np.flatnonzero(covered)
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
            own = {"policy": POLICIES[element.policy], "all": element.whom == "all", "external": element.external,
                   "skill": element.skill, "most_visits": element.visits_per_facility}  # fmt: skip
        self._posts.append({"entity": crc32(name.encode()), "days": days, "most_days": days + longest,
                            "start": start, "end": end, "champion": champion, "facilities": facilities,
                            "name": name, **own})  # fmt: skip

    def programme(self) -> Programme:
        """All that was entered, as arrays. Raises BadInput where names are unknown."""
        if self.problems:
            raise BadInput(self.problems)
        n, ideas = len(self.world), len(self.scenario.ideas)
        events = np.array(sorted(self._events, key=lambda e: e[:2]), dtype=EVENT)
        packages = np.zeros((len(self._waves), ideas), dtype=np.int64)
        for row, wave in zip(packages, self._waves, strict=True):
            row[: len(wave["package"])] = wave["package"]
        caseloads = [post["facilities"] for post in self._posts]
        return Programme(
            events=events,
            event_start=np.searchsorted(events["month"], np.arange(self.scenario.months + 1)).astype(np.int64),
            waves=_records(WAVE, self._waves),
            wave_covers=_stack([wave["members"] for wave in self._waves], n),
            packages=packages,
            cohorts=self._cohorts,
            posts=_records(POST, self._posts),
            **_caseloads(caseloads, n),
            exchanges=np.array([row[:2] for row in self._exchanges], dtype=EXCHANGE_PROGRAMME),
            exchange_covers=_stack([row[2] for row in self._exchanges], n),
            post_names=[post["name"] for post in self._posts],
        )


def _records(dtype: np.dtype, rows: list[dict[str, Any]]) -> np.ndarray:
    return np.array([tuple(row[name] for name in dtype.names or ()) for row in rows], dtype=dtype)


def _stack(masks: list[np.ndarray], width: int) -> np.ndarray:
    return np.array(masks, dtype=bool).reshape(len(masks), width)


def _caseloads(caseloads: list[np.ndarray], facilities: int) -> dict[str, np.ndarray]:
    """The facilities of each post and, the other way round, the posts of each facility."""
    sizes = np.array([len(c) for c in caseloads], dtype=np.int64)
    flat = np.concatenate(caseloads).astype(np.int64) if caseloads else np.zeros(0, dtype=np.int64)
    posts = np.repeat(np.arange(len(caseloads), dtype=np.int64), sizes)
    order = np.argsort(flat, kind="stable")
    return {
        "caseload_start": np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        "caseload": flat,
        "coaches_start": np.searchsorted(flat[order], np.arange(facilities + 1)).astype(np.int64),
        "coaches": posts[order],
    }
