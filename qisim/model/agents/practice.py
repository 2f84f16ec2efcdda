"""A change idea in a facility."""

from __future__ import annotations

from typing import Any

from qisim.model import rules
from qisim.model.state import FAILED, NONE, PRACTICE, USES, WORKING


class Practice:
    """What one facility makes of one idea; the fields are those of `state.PRACTICE`."""

    __slots__ = ("effect", "complexity", "idea", "indicator", *(PRACTICE.names or ()))

    def __init__(self, idea: str, record: Any, difficulty: float, fit: float):
        self.idea = idea
        self.effect, self.complexity = float(record["effect"]), float(record["complexity"])
        self.indicator = int(record["indicator"])
        self.stage, self.works, self.source = rules.UNAWARE, False, NONE
        self.shared, self.shown, self.failures = False, 0, 0
        self.learnt_from = -1
        self.difficulty, self.fit = difficulty, fit
        self.reach, self.embedding, self.refinement = 0.0, 0.0, 0.0
        self.evidence = rules.evidence(0, 0)

    @property
    def untested(self) -> bool:
        """Known and free to be tested."""
        return self.stage in (rules.AWARE, rules.LAPSED)

    @property
    def working(self) -> bool:
        """Adopted, and it works here."""
        return self.stage == rules.ADOPTED and self.works

    @property
    def seen_in_use(self) -> bool:
        """Whether peers saw it in use at the end of last month."""
        return bool(self.shown & USES)

    @property
    def seen_working(self) -> bool:
        """Whether coaches saw it work at the end of last month."""
        return bool(self.shown & WORKING)

    @property
    def seen_failed(self) -> bool:
        """Whether coaches saw it abandoned at the end of last month."""
        return bool(self.shown & FAILED)

    def introduce(self, source: int, learnt_from: int = -1) -> bool:
        """Hear of the idea, if it is news, from the facility of the number `learnt_from`; returns whether it was."""
        if self.stage != rules.UNAWARE:
            return False
        self.stage, self.source, self.learnt_from = rules.AWARE, source, learnt_from
        return True

    def give_up(self, stage: int) -> None:
        """Stop using it: abandoned or lapsed."""
        self.stage, self.works, self.reach, self.embedding = stage, False, 0.0, 0.0

    def show(self) -> None:
        """Let others see what has become of it."""
        if self.stage == rules.ADOPTED:
            self.shown = USES | WORKING if self.works else USES
        else:
            self.shown = FAILED if self.stage == rules.ABANDONED else 0
