"""What a rule asks of one input, in words."""

from __future__ import annotations

import math
from dataclasses import dataclass

from qisim.sensitivities.methods.factor import Factor


@dataclass(frozen=True)
class Condition:
    """What a rule asks of one factor: a range, with None where it is open, or some of its texts."""

    factor: Factor
    above: float | None = None
    below: float | None = None
    among: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """The condition in words, such as "turnover below 22%"."""
        name, say = self.factor.name, self.factor.said
        if self.among:
            return f"{name} {' or '.join(self.among)}"
        inside = [
            level for level in self.factor.levels
            if (self.above is None or level > self.above) and (self.below is None or level <= self.below)
        ]  # fmt: skip
        if self.factor.kind == "levels":
            if len(inside) == 1:
                return f"{name} {say(inside[0])}"
            if self.above is None:
                return f"{name} at most {say(inside[-1])}"
            return (
                f"{name} {say(inside[0])} or more"
                if self.below is None
                else f"{name} {say(inside[0])} to {say(inside[-1])}"
            )
        if self.factor.whole:
            least = None if self.above is None else say(math.floor(self.above) + 1)
            most = None if self.below is None else say(math.floor(self.below))
            if least is None or most is None:
                return f"{name} at most {most}" if least is None else f"{name} {least} or more"
            return f"{name} {least}" if least == most else f"{name} {least} to {most}"
        if self.above is not None and self.below is not None:
            return f"{name} between {say(self.above)} and {say(self.below)}"
        return f"{name} below {say(self.below)}" if self.above is None else f"{name} above {say(self.above)}"
