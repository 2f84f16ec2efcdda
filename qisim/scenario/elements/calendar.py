"""What elements of a programme say to the calendar that they are entered into.

The calendar itself stands above, in the model; elements know this part of it only. An `element` is one of
`qisim.scenario.elements`, with all its keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from qisim.scenario.key_types import When


class Calendar(Protocol):
    """Where an element enters what it does, month by month; months are steps from 0."""

    def refuse(self, element: Any, key: str, what: str, allowed: str = "", near: str = "") -> NoReturn:
        """Say that a key of an element cannot be."""
        ...

    def narrowed(self, element: Any, key: str, mask: np.ndarray, kinds: list[str], districts: list[str]) -> np.ndarray:
        """`mask` without the facilities of other kinds and districts; refuses to leave none."""
        ...

    def step(self, when: When, element: Any, key: str) -> int:
        """The month, from 0, of a date or month number; refuses one outside the scenario."""
        ...

    def span(self, element: Any, start: When, end: When | None) -> tuple[int, int]:
        """First month, and first month after, of an element."""
        ...

    def package(self, element: Any, names: list[str]) -> list[int]:
        """Positions of the ideas named; of all ideas where none is named."""
        ...

    def indicator(self, element: Any, key: str, name: str) -> int:
        """The position of an indicator; -1 where none is named."""
        ...

    def event(self, month: int, kind: str, which: int, amount: int = 0) -> None:
        """Something that happens in a month; what lies beyond the horizon is left out."""
        ...

    def monthly(self, start: int, end: int, every: int, kind: str, which: int) -> None:
        """Something that happens every so many months, from `start` to before `end`; numbered from 0."""
        ...

    @staticmethod
    def evenly(start: int, end: int, total: int) -> Iterator[tuple[int, int]]:
        """The months, from `start` to before `end`, over which so many are spread evenly, each with how many of them.

        The first of them come in the first month."""
        ...

    def wave(
        self,
        element: Any,
        members: np.ndarray,
        sites: int,
        package: list[int],
        *,
        select: str,
        cohort: str = "wave",
        attendees: int = 0,
        days: float = 0.0,
        virtual: bool = False,
        goes_virtual: bool = False,
        supports: bool = True,
    ) -> int:
        """A wave of a collaborative, or those who sign up in a campaign; returns its number."""
        ...

    def champions(self, element: Any, covered: np.ndarray, start: int) -> None:
        """Posts of peer coaches that the synthesis of the wave entered last may fill."""
        ...

    def coaches_by_district(self, element: Any, covered: np.ndarray, coaches: int, start: int, end: int) -> None:
        """Posts based in each district, whose facilities are dealt out among them in turn; none without a facility."""
        ...

    def coaches_in_all(self, element: Any, covered: np.ndarray, coaches: int, start: int, end: int) -> None:
        """Posts that share the facilities, in the order of districts; none without a facility."""
        ...

    def exchange(self, element: Any, covered: np.ndarray) -> int:
        """A programme of exchange visits; returns its number."""
        ...

    def channel(
        self,
        element: Any,
        kind: str,
        covered: np.ndarray,
        *,
        reach: float = 1.0,
        strength: float = 1.0,
        package: list[str] | None = None,
        indicator: int = -1,
        features: dict[str, bool] | None = None,
        tiers: int = 1,
        people: int = 0,
        days: float = 0.0,
        records: int = 1,
        thresholds: list[tuple[float, float]] | None = None,
        coaches: str = "",
    ) -> int:
        """A channel by which something reaches facilities, as `rules` tell of its kind; returns its number."""
        ...

    def condition(self, element: Any, covered: np.ndarray, start: int, end: int, **strengths: float) -> None:
        """Something that holds from `start` to before `end`; `strengths` are fields of `STANDING`."""
        ...
