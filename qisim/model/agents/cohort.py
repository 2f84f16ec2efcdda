"""Facilities that sit together in learning sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qisim.model.agents.facility import Facility


class Cohort:
    """The members of a cohort and the strength of the ties between them."""

    def __init__(self) -> None:
        self.members: list[Facility] = []
        self.tie = 0.0
        self._users: list[int] | None = None

    @property
    def size(self) -> int:
        """How many facilities are members."""
        return len(self.members)

    def users(self, k: int) -> int:
        """Members that were seen to use an idea at the end of last month."""
        if self._users is None:
            columns = zip(*(facility.practices for facility in self.members), strict=True)
            self._users = [sum(practice.seen_in_use for practice in column) for column in columns]
        return self._users[k]

    def look_again(self) -> None:
        """Forget what was seen, because members or what they show have changed."""
        self._users = None

    def enter(self, facility: Facility) -> None:
        """Take a facility in, out of any cohort it was in before."""
        if facility.cohort is not None:
            facility.cohort.leave(facility)
        self.members.append(facility)
        facility.cohort = self
        self.look_again()

    def leave(self, facility: Facility) -> None:
        """Let a member go."""
        self.members.remove(facility)
        facility.cohort = None
        self.look_again()
