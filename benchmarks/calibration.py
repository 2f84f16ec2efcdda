"""How often the intervals of a calibration hold the truth, on synthetic data whose truth is known.

    python benchmarks/calibration.py                 50 data sets, about three minutes on two cores
    python benchmarks/calibration.py --sets 10       a quick look
    python benchmarks/calibration.py --write         and put the figures into docs/benchmarks.md

Truths are drawn from the priors, each for itself, and one simulation of each plays the real programme. All sets share
the draws of the first round, which many more truths are held against; the draws of the second are each set's own, as in
a calibration.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
from engines import PAGE, machine

import qisim
from qisim.calibration.errors import Errors
from qisim.calibration.experiment import Draws, joined, points
from qisim.calibration.posterior import Posterior, next_box, posterior
from qisim.calibration.priors import values
from qisim.calibration.running import Told, running
from qisim.calibration.settings import Settings, settings
from qisim.calibration.simulations import Question
from qisim.calibration.store import Store
from qisim.observed.observed import read_observed
from qisim.store.folder import portable, read_inputs

ROOT = Path(__file__).resolve().parents[1]
SCENARIO = ROOT / "scenarios" / "cambodia_both.toml"
DATA = ROOT / "tests" / "data" / "synthetic_observed.csv"
BEGIN, END = "<!-- calibration measured -->", "<!-- end of calibration -->"
FIRST, SECOND, TRUTHS = 4000, 500, 300
LEVELS = (0.5, 0.9)


@dataclass
class Coverage:
    """Which truths lay in the intervals after each of the two rounds, bool[truths, levels, D], and how wide these were,
    as shares of the prior's.
    """

    names: list[str]
    held: list[np.ndarray]
    widths: list[np.ndarray]
    seconds: float


def measure(sets: int, truths: int, first: int, second: int, workers: int) -> Coverage:
    """Simulate truths and draws; fit each truth in one round, and the first `sets` of them in a second one, too."""
    study = qisim.load(SCENARIO)
    observed = read_observed(DATA, study.scenario, study.world)
    asked = settings(study.scenario, simulations=first, rounds=2)
    inputs = read_inputs(study.scenario)
    question = Question.of(portable(study.scenario), inputs, asked.seed, asked.names, observed)
    errors = Errors(observed, study.scenario, asked.tolerance, asked.seed)
    whole = np.tile([0.0, 1.0], (len(asked.names), 1))
    began, total = time.perf_counter(), truths + first + sets * second
    with running(question, Store(None), workers, Told(progress=_progress), total) as simulating:

        def draws(shares: np.ndarray, at: int) -> Draws:
            cells = simulating.cells(at, values(asked.priors, shares))
            return Draws(shares, errors.added(np.arange(at, at + len(shares)), cells))

        true = draws(np.random.default_rng(asked.seed).random((truths, len(asked.names))), 0)
        shared = draws(points(asked, 0, whole), truths)
        one = [posterior(shared.shares, shared.cells, seen, whole) for seen in true.cells]
        two = []
        for number, seen in enumerate(true.cells[:sets]):
            box = next_box(one[number], whole)
            own = draws(points(_with(asked, second), 1 + number, box), truths + first + number * second)
            both = joined([shared, own]).within(box)
            two.append(posterior(both.shares, both.cells, seen, box))
    held, widths = zip(*(_held(true.shares, found) for found in (one, two)), strict=True)
    return Coverage(asked.names, list(held), list(widths), time.perf_counter() - began)


def _with(asked: Settings, simulations: int) -> Settings:
    return replace(asked, simulations=simulations)


def _held(truths: np.ndarray, found: list[Posterior]) -> tuple[np.ndarray, np.ndarray]:
    shape = (len(found), len(LEVELS), truths.shape[1])
    held, widths = np.zeros(shape, dtype=bool), np.zeros(shape)
    for s, one in enumerate(found):
        for i, level in enumerate(LEVELS):
            low, high = one.quantiles([(1 - level) / 2, (1 + level) / 2])
            held[s, i] = (low <= truths[s]) & (truths[s] <= high)
            widths[s, i] = (high - low) / level
    return held, widths


def _progress(done: int, total: int) -> None:
    if done % 1000 == 0:
        print(f"{done} of {total} simulations", file=sys.stderr, flush=True)


def report(found: Coverage, first: int, second: int) -> list[str]:
    """The lines of the page."""
    truths, sets = (len(held) for held in found.held)
    rows = [_row(f"`{name}`", found, [d]) for d, name in enumerate(found.names)]
    return [
        f"Measured on {date.today().isoformat()}, {machine()}.", "",
        f"{truths} synthetic data sets of `scenarios/cambodia_both.toml`, of the months, districts and gaps of",
        "`tests/data/synthetic_observed.csv`, with the usual parameters drawn from their priors, held against one",
        f"round of {first:,} draws; and {sets} of them against a second round of {second:,} draws of each set's own,",
        "too; without tolerance. The table tells how often intervals of 90% and 50% held the truth. Chance alone moves",
        f"the share of a parameter in 90% intervals by {_chance(truths)} percentage points after the first round and",
        f"by {_chance(sets)} after the second (one standard deviation). Widths are those of 90% intervals after the",
        "second round, relative to the prior's.", "",
        "| parameter | 90% | 50% | 90%, first round | 50%, first round | width |",
        "|---|---|---|---|---|---|", *rows, _row("all", found, list(range(len(found.names)))), "",
        f"It took {found.seconds / 60:.0f} minutes.",
    ]  # fmt: skip


def _chance(sets: int) -> str:
    return f"{100 * (0.9 * 0.1 / sets) ** 0.5:.0f}"


def _row(name: str, found: Coverage, which: list[int]) -> str:
    shares = [_share(found.held[done][:, level, which]) for done in (1, 0) for level in (1, 0)]
    return f"| {name} | {' | '.join(shares)} | {100 * found.widths[1][:, 1, which].mean():.0f}% |"


def _share(held: np.ndarray) -> str:
    return f"{100 * held.mean():.0f}%"


def main() -> None:
    """Measure, print, and write the section of the page if asked to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sets", type=int, default=50, help="how many synthetic data sets")
    parser.add_argument("--truths", type=int, default=TRUTHS, help="data sets for the first round alone")
    parser.add_argument("--first", type=int, default=FIRST, help="draws of the first round, shared by all sets")
    parser.add_argument("--second", type=int, default=SECOND, help="draws of the second round, for each set")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    options = parser.parse_args()
    found = measure(options.sets, max(options.truths, options.sets), options.first, options.second, options.workers)
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
