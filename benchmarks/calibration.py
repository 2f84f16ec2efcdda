"""How often the intervals of a calibration hold the truth, on synthetic data whose truth is known.

    python benchmarks/calibration.py                 50 data sets, about ten minutes on two cores
    python benchmarks/calibration.py --sets 10       a quick look
    python benchmarks/calibration.py --write         and put the figures into docs/benchmarks.md

Truths are drawn from the priors, and one simulation of each plays the real programme. All sets share the draws of the
first round, from which their own are left out; the draws of the second are each set's own, as in a calibration.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from engines import PAGE, machine

import qisim
from qisim.experiments.calibrate.errors import Errors
from qisim.experiments.calibrate.fit import Draws, joined, points
from qisim.experiments.calibrate.posterior import Posterior, next_box, posterior
from qisim.experiments.calibrate.priors import values
from qisim.experiments.calibrate.running import Told, running
from qisim.experiments.calibrate.settings import Settings, settings
from qisim.experiments.calibrate.simulations import Question
from qisim.experiments.calibrate.store import Store
from qisim.experiments.folder import portable, read_inputs
from qisim.outcomes.observed import Observed, read_observed

ROOT = Path(__file__).resolve().parents[1]
SCENARIO = ROOT / "scenarios" / "cambodia_both.toml"
DATA = ROOT / "tests" / "data" / "synthetic_observed.csv"
BEGIN, END = "<!-- calibration measured -->", "<!-- end of calibration -->"
FIRST, SECOND = 4000, 500
LEVELS = (0.5, 0.9)


@dataclass
class Coverage:
    """Of so many sets: how many truths lay in the intervals, bool[sets, rounds, levels, D], and how wide these were."""

    names: list[str]
    held: np.ndarray
    widths: np.ndarray
    seconds: float


def measure(sets: int, first: int, second: int, workers: int) -> Coverage:
    """Simulate truths and draws, and fit each set in two rounds."""
    study = qisim.load(SCENARIO)
    observed = read_observed(DATA, study.scenario, study.world)
    asked = settings(study.scenario, simulations=first, rounds=2)
    inputs = read_inputs(study.scenario)
    question = Question.of(portable(study.scenario), inputs, asked.seed, asked.names, observed)
    whole = np.tile([0.0, 1.0], (len(asked.names), 1))
    began, total = time.perf_counter(), first + sets * (1 + second)
    with running(question, Store(None), workers, Told(progress=_progress), total) as simulating:

        def draws(number: int, box: np.ndarray, how_many: int, at: int) -> Draws:
            shares = points(_with(asked, how_many), number, box)
            cells = simulating.cells(at, values(asked.priors, shares))
            numbers = np.arange(at, at + how_many)
            return Draws(numbers, shares, _errors(study, observed, asked).added(numbers, cells))

        truths = draws(1000, whole, sets, 0)
        shared = draws(0, whole, first, sets)
        found = []
        for number in range(sets):
            seen = truths.cells[number]
            one = posterior(shared.shares, shared.cells, seen, whole)
            box = next_box(one, whole)
            own = draws(1 + number, box, second, sets + first + number * second)
            both = joined([shared, own]).within(box)
            found.append([one, posterior(both.shares, both.cells, seen, box)])
    held, widths = _held(truths.shares, found)
    return Coverage(asked.names, held, widths, time.perf_counter() - began)


def _with(asked: Settings, simulations: int) -> Settings:
    return replace(asked, simulations=simulations)


def _errors(study: Any, observed: Observed, asked: Settings) -> Errors:
    return Errors(observed, study.scenario, asked.tolerance, asked.seed)


def _held(truths: np.ndarray, found: list[list[Posterior]]) -> tuple[np.ndarray, np.ndarray]:
    shape = (len(found), len(found[0]), len(LEVELS), truths.shape[1])
    held, widths = np.zeros(shape, dtype=bool), np.zeros(shape)
    for s, rounds in enumerate(found):
        for r, one in enumerate(rounds):
            for i, level in enumerate(LEVELS):
                low, high = one.quantiles([(1 - level) / 2, (1 + level) / 2])
                held[s, r, i] = (low <= truths[s]) & (truths[s] <= high)
                widths[s, r, i] = (high - low) / level
    return held, widths


def _progress(done: int, total: int) -> None:
    if done % 1000 == 0:
        print(f"{done} of {total} simulations", file=sys.stderr, flush=True)


def report(found: Coverage, first: int, second: int) -> list[str]:
    """The lines of the page."""
    sets = len(found.held)
    rows = [
        f"| `{name}` | {_share(found.held[:, 1, 1, d])} | {_share(found.held[:, 1, 0, d])} |"
        f" {_share(found.held[:, 0, 1, d])} | {100 * found.widths[:, 1, 1, d].mean():.0f}% |"
        for d, name in enumerate(found.names)
    ]
    total = (
        f"| all | {_share(found.held[:, 1, 1])} | {_share(found.held[:, 1, 0])} | {_share(found.held[:, 0, 1])} |"
        f" {100 * found.widths[:, 1, 1].mean():.0f}% |"
    )
    return [
        f"Measured on {date.today().isoformat()}, {machine()}.", "",
        f"{sets} synthetic data sets of `scenarios/cambodia_both.toml`, of the months, districts and gaps of",
        "`tests/data/synthetic_observed.csv`, with the usual parameters drawn from their priors. How often the",
        f"intervals held the truth, after a first round of {first:,} draws and a second of {second:,} of each set's",
        f"own. Chance alone moves the share of {sets} sets in a 90% interval by",
        f"{100 * (0.9 * 0.1 / sets) ** 0.5:.0f} percentage points (one standard deviation). Widths are those of 90%",
        "intervals, relative to the prior's.", "",
        "| parameter | in 90% intervals | in 50% intervals | in 90% intervals, first round | width |",
        "|---|---|---|---|---|", *rows, total, "",
        f"It took {found.seconds / 60:.0f} minutes.",
    ]  # fmt: skip


def _share(held: np.ndarray) -> str:
    return f"{100 * held.mean():.0f}%"


def main() -> None:
    """Measure, print, and write the section of the page if asked to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sets", type=int, default=50, help="how many synthetic data sets")
    parser.add_argument("--first", type=int, default=FIRST, help="draws of the first round, shared by all sets")
    parser.add_argument("--second", type=int, default=SECOND, help="draws of the second round, for each set")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    options = parser.parse_args()
    found = measure(options.sets, options.first, options.second, options.workers)
    text = "\n".join(report(found, options.first, options.second))
    print(text)
    if options.write:
        page = PAGE.read_text(encoding="utf-8")
        section = f"{BEGIN}\n\n## Calibration\n\n{text}\n{END}\n"
        before, _, rest = page.partition(BEGIN)
        after = rest.partition(END)[2].lstrip("\n")
        PAGE.write_text(f"{before.rstrip()}\n\n{section}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
