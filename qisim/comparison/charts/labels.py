"""What the charts of a comparison share: a colour and a line for each strategy, and their key."""

from __future__ import annotations

from textwrap import shorten
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qisim.comparison.experiment import Compared

MOST_LETTERS = 62


def named(compared: Compared, place: int, most: int = MOST_LETTERS) -> str:
    """A strategy's label with as much of its name as fits."""
    strategy = compared.strategies[place]
    return shorten(f"{strategy.label}: {strategy.name}", most, placeholder=" …")


def below(compared: Compared) -> str:
    """What the comparison rests on, for under a chart's title."""
    runs = "1 simulated future" if compared.replicates == 1 else f"{compared.replicates} simulated futures"
    return f"{runs} of each strategy, with the same luck"
