"""How often intervals of Sobol indices hold the truth, for functions with known indices and luck of known size.

    python benchmarks/sobol.py               100 sweeps of each kind, about four minutes
    python benchmarks/sobol.py --sweeps 20   a quick look

Each line has a function, the standard deviation of its luck, base points and replicates; the share of sweeps without
indices, because luck hides the inputs; and for S1 and ST of each of three inputs the mean and how many of 100 90%
intervals hold the truth. The third input has no effect.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from qisim.sensitivities.methods.sample import Untold
from qisim.sensitivities.methods.sobol import sobol
from tests.unit.sensitivities.made_sweeps import CUBE, Model, designed, plane, sampled, swept


def together(x: dict[str, np.ndarray]) -> np.ndarray:
    """One input by itself, and with another."""
    return np.asarray(x["a"] + 4 * (x["a"] - 0.5) * (x["b"] - 0.5))


FUNCTIONS: dict[str, tuple[Model, list[float]]] = {
    "additive": (plane, [0.2, 0.8, 0, 0.2, 0.8, 0]),
    "interaction": (together, [3 / 7, 0, 0, 1, 4 / 7, 0]),
}
BASE, REPLICATES, LUCK = (16, 64), (2, 4, 8), (0.0, 0.3, 1.0, 2.0)


def measure(
    points: pd.DataFrame, base: int, model: Model, true: list[float], luck: float, replicates: int, sweeps: int
) -> str:
    """A line of figures."""
    values, held = [], []
    for seed in range(sweeps):
        runs = swept(points, model, own=luck, shared=1.0, replicates=replicates, seed=seed)
        try:
            found = sobol(*sampled(points, runs, "saltelli", base=base))
        except Untold:
            continue
        told = [*found.first, *found.total]
        values.append([one.value for one in told])
        held.append([one.low - 1e-9 <= t <= one.high + 1e-9 for one, t in zip(told, true, strict=True)])
    shown: Callable[[float], str] = "{:6.2f}".format
    if not held:
        return "none"
    means, shares = np.mean(values, axis=0), 100 * np.mean(held, axis=0)
    return f"{1 - len(held) / sweeps:5.0%}  {' '.join(map(shown, means))}  {' '.join(f'{one:4.0f}' for one in shares)}"


def main() -> None:
    """Print a line for each kind of sweep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sweeps", type=int, default=100)
    sweeps = parser.parse_args().sweeps
    for base in BASE:
        points = designed("saltelli", CUBE, base)
        for name, (model, true) in FUNCTIONS.items():
            for luck in LUCK:
                for replicates in REPLICATES:
                    line = measure(points, base, model, true, luck, replicates, sweeps)
                    print(f"{name:12} luck {luck:3} base {base:3} replicates {replicates}: {line}", flush=True)


if __name__ == "__main__":
    main()
