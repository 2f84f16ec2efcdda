"""Whether the target, once reached, was held."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qisim.outcomes.outcome import Outcome
from qisim.outcomes.runs import Runs, by_run
from qisim.words.numbers import percent

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Sustained:
    """Which replicates reached the target, fell below it later, and were below it at the end; each bool[R]."""

    reached: np.ndarray
    fell_back: np.ndarray
    below_at_end: np.ndarray


def sustained(months: pd.DataFrame, coverage: float) -> Sustained:
    """What became of the share `coverage` (0-1) of facilities at the standard after it was first reached."""
    import numpy as np

    there = by_run(months, "coverage") >= coverage
    been = np.logical_or.accumulate(there, axis=1)
    return Sustained(been[:, -1], np.any(been & ~there, axis=1), been[:, -1] & ~there[:, -1])


def outcome(runs: Runs) -> list[Outcome]:
    """The shares of the runs that reached the target in which it was lost again; nothing if none reached it."""
    result = sustained(runs.months, runs.scenario.target.coverage)
    reached = int(result.reached.sum())
    if not reached:
        return []
    return [
        _share("fell_back", "fell back below the target later", int(result.fell_back.sum()), reached),
        _share("below_at_end", "below the target again at the end", int(result.below_at_end.sum()), reached),
    ]


def _share(key: str, name: str, lost: int, reached: int) -> Outcome:
    share = lost / reached
    of = f"{lost} of the {reached} runs that reached it" if reached > 1 else "of the one run that reached it"
    return Outcome(key, name, "share", share, None, None, f"{percent(share)} of those runs", note=of)
