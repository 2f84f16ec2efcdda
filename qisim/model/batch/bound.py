"""Whether `rules.hears_at_most` holds: the core looks nothing up where luck lies above it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from qisim.input.errors import BadInput, Problem
from qisim.model import rules
from qisim.model.parameters import DERIVED
from qisim.scenario.behaviour import PARAMETERS

BEHAVIOURS, PEERS = 200, 100


def check() -> None:
    """Raise BadInput where `rules.hears` gives more than `rules.hears_at_most`; peers and behaviour of many kinds."""
    luck = random.Random(1)
    peers = [(luck.random(), luck.random(), luck.randrange(2)) for _ in range(PEERS)]
    for b in _behaviours(luck):
        cohort_tie, partner_tie = luck.random(), luck.random()
        for network, cohort, partner in peers:
            use = rules.visible_use(network, cohort, cohort_tie, float(partner), partner_tie)
            try:
                chance, most = rules.hears(use, b), rules.hears_at_most(cohort_tie, partner_tie, b)
            except (ArithmeticError, ValueError):  # of behaviour for which the rule is not made
                continue
            if not chance <= most:
                raise BadInput(_too_low(most, use, chance))


def _behaviours(luck: random.Random) -> Iterator[Any]:
    """The default behaviour, and some from all over the allowed range and its ends."""
    yield SimpleNamespace(**{p.name: p.default for p in PARAMETERS.values()}, **dict.fromkeys(DERIVED, 0.01))
    for _ in range(BEHAVIOURS):
        drawn = {p.name: p.minimum + (p.maximum - p.minimum) * _share(luck) for p in PARAMETERS.values()}
        yield SimpleNamespace(**drawn, **{name: luck.random() for name in DERIVED})


def _share(luck: random.Random) -> float:
    return luck.choice((0.0, 1.0, luck.random(), luck.random() ** 4))


def _too_low(most: float, use: float, chance: float) -> Problem:
    what = f"gives {most:.4g}, but hears gives {chance:.4g} where {use:.4g} of the influence of peers uses an idea"
    return Problem("qisim.model.rules.hears_at_most", what, allowed="no less than hears gives for any use by peers")
