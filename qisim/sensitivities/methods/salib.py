"""What the analyses through SALib share: factors as it wants them, and complete designs."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

from qisim.outcomes.intervals import LEVEL
from qisim.sensitivities.methods.factor import Factor
from qisim.sensitivities.methods.sample import MOST_LEFT_OUT, Gathered, Sample, Untold

RESAMPLES = 200
SEED = 1
FEWEST_BLOCKS = 4

NORMAL = NormalDist().inv_cdf((1 + LEVEL) / 2)
"""By which SALib widens a standard deviation to half an interval."""


def problem(factors: tuple[Factor, ...]) -> dict[str, Any]:
    """The factors as SALib wants them."""
    bounds = [[factor.low, factor.high if factor.high > factor.low else factor.low + 1] for factor in factors]
    return {"num_vars": len(factors), "names": [factor.name for factor in factors], "bounds": bounds}


def check_blocks(gathered: Gathered, sample: Sample, method: str, said: str) -> None:
    """Raise Untold unless the design is of `method` and nearly all its blocks are complete.

    SALib gives zeros for a design with a single missing value, and says nothing.
    """
    if sample.method != method:
        raise Untold(f"asks for a {said} design (method = {method!r} in the design file)")
    if sample.means.max() == sample.means.min():
        raise Untold("it is the same at all points")
    missing = gathered.left_out(sample)
    if missing > MOST_LEFT_OUT or sample.blocks < FEWEST_BLOCKS:
        why = f": {'; '.join((*gathered.notes, *sample.notes))}" if missing else ""
        raise Untold(
            f"{sample.blocks} complete blocks of the design are too few, of {round(sample.blocks / (1 - missing))}{why}"
        )
