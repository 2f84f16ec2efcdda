"""What the analyses through SALib share: the library, and complete designs for it."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any

from qisim.experiments.sensitivity.factor import Factor
from qisim.experiments.sensitivity.sample import MOST_LEFT_OUT, Gathered, Sample, Untold
from qisim.scenario.errors import BadInput, Problem

RESAMPLES = 200
SEED = 1
FEWEST_BLOCKS = 4


def library(module: str) -> ModuleType:
    """A module of a library that comes with the extra `sensitivity`. Raises BadInput where it is not installed."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != module.partition(".")[0]:
            raise
        raise BadInput(Problem(
            "qisim sensitivity", f"needs {module.partition('.')[0]}, which is not installed here; install it with: "
            "pip install 'qisim[sensitivity]'",
        )) from None  # fmt: skip


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
        why = f": {sample.notes[-1]}" if missing else ""
        raise Untold(
            f"{sample.blocks} complete blocks of the design are too few, of {round(sample.blocks / (1 - missing))}{why}"
        )
