"""Everything that a sweep says of its outcomes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from qisim.input.errors import BadInput, Problem, nearest
from qisim.sensitivities.methods.anova import grid_indices
from qisim.sensitivities.methods.duel import Duel, contender, duel
from qisim.sensitivities.methods.effects import Effects, effects
from qisim.sensitivities.methods.factor import Factor
from qisim.sensitivities.methods.interactions import Grid, grids
from qisim.sensitivities.methods.morris import Morris, morris
from qisim.sensitivities.methods.pawn import Pawn, pawn
from qisim.sensitivities.methods.rules import Rules, find_rules
from qisim.sensitivities.methods.sample import Gathered, Sample, Untold
from qisim.sensitivities.methods.sobol import Sobol, sobol
from qisim.sensitivities.methods.variance import Split, split

if TYPE_CHECKING:
    from qisim.outcomes.meaning import Meaning

T = TypeVar("T")

INDICES: dict[str, Callable[[Gathered, Sample], Sobol]] = {
    "saltelli": sobol,
    "factorial": lambda _, sample: grid_indices(sample),
}
"""The designs that give Sobol indices, and how."""

SHOWN_TOGETHER = 3
"""Of the factors that matter most, so many are shown two by two."""


@dataclass(frozen=True)
class Analysis:
    """What a sweep says of one outcome. What cannot be told is None, and `untold` says why, by the field's name."""

    sample: Sample
    split: Split | None
    sobol: Sobol | None
    morris: Morris | None
    pawn: Pawn | None
    effects: Effects | None
    grids: list[Grid] | None
    rules: Rules | None
    duel: Duel | None
    untold: dict[str, str] = field(default_factory=dict)

    @property
    def measure(self) -> Meaning:
        """The outcome."""
        return self.sample.measure

    @property
    def ranked(self) -> list[Factor]:
        """The factors, those that matter most first, by the best measure that the design gives."""
        factors = self.sample.factors
        if self.sobol:
            weights = [one.value for one in self.sobol.total]
        elif self.morris:
            weights = [one.value for one in self.morris.size]
        elif self.effects:
            size = {effect.factor.name: abs(effect.difference.value) for effect in self.effects.effects}
            weights = [size.get(factor.name, 0.0) for factor in factors]
        else:
            return list(factors)
        return [factors[i] for i in sorted(range(len(factors)), key=lambda i: -weights[i])]


def analyse(gathered: Gathered, measure: Meaning, compare: str | None = None) -> Analysis:
    """All that the sweep says of one outcome; `compare` names a factor whose two levels are to be compared.

    Raises Untold where the outcome cannot be told at two points, BadInput where `compare` is no such factor.
    """
    rival = contender(gathered.factors, compare) if compare is not None else None
    sample = gathered.sample(measure)
    untold: dict[str, str] = {}

    def tried(name: str, analysis: Callable[[], T]) -> T | None:
        try:
            return analysis()
        except Untold as why:
            untold[name] = str(why)
            return None

    first = Analysis(
        sample=sample,
        split=tried("split", lambda: split(sample)),
        sobol=tried("sobol", lambda: INDICES[sample.method](gathered, sample)) if sample.method in INDICES else None,
        morris=tried("morris", lambda: morris(gathered, sample)) if sample.method == "morris" else None,
        pawn=tried("pawn", lambda: pawn(sample)),
        effects=tried("effects", lambda: effects(sample)),
        grids=None,
        rules=tried("rules", lambda: find_rules(sample)),
        duel=tried("duel", lambda: duel(sample, rival)) if rival else None,
        untold=untold,
    )
    together = tried("grids", lambda: grids(sample, first.ranked[:SHOWN_TOGETHER]))
    return Analysis(**{**vars(first), "grids": together})


def chosen(outcomes: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """The outcomes to look at, all unless told. Raises BadInput for one that the sweep did not keep."""
    problems = [
        Problem("--outcome", f"there is no outcome {key!r} in this sweep", allowed=", ".join(outcomes),
                nearest=nearest(key, outcomes))
        for key in wanted if key not in outcomes
    ]  # fmt: skip
    if problems:
        raise BadInput(problems)
    return list(dict.fromkeys(wanted)) or list(outcomes)
