"""How often the intervals of a comparison that stops by itself hold the truth, in made-up strategies.

python benchmarks/stopping.py            the table, about two minutes
python benchmarks/stopping.py --write    and put it into docs/researcher.md
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np

from qisim.comparison.experiment import REPLICATES
from qisim.comparison.paired import Difference, Means, Shares, differences
from qisim.comparison.stopping import half_widths, held, next_batch

PAGE = Path(__file__).resolve().parents[1] / "docs" / "researcher.md"
BEGIN, END = "<!-- stopping measured -->", "<!-- end of stopping -->"
HORIZON, COMPARISONS, SEED = 48, 400, 1
TRUTH = 2_000_000
"""Replicates from which the true differences are worked out."""

ROUNDING = 1e-9
PRECISIONS = (0.5, 1.0, 2.0)
HEADS = ("made-up strategies", "precision", "replicates", "time to target", "chance", "Student's t alone")

Times = Callable[[np.random.Generator, int], np.ndarray]
"""Months to target of two strategies in so many replicates, float64[2, R]; the horizon where it is not reached."""


def steady(spread: float) -> Times:
    """Both always arrive; one is 2 months earlier on average, by a difference that varies by `spread` months."""

    def draw(rng: np.random.Generator, runs: int) -> np.ndarray:
        first = rng.normal(24, 4, runs)
        return np.clip(np.round([first, first - 2 + rng.normal(0, spread, runs)]), 0, HORIZON - 1)

    return draw


def rare(one: float, other: float) -> Times:
    """Strategies that seldom arrive, with these chances, each by its own luck, in the second half of the time."""

    def draw(rng: np.random.Generator, runs: int) -> np.ndarray:
        there = rng.random((2, runs)) < np.array([[one], [other]])
        return np.where(there, rng.integers(HORIZON // 2, HORIZON, (2, runs)), HORIZON).astype(float)

    return draw


def missing(chance: float) -> Times:
    """Both arrive at about the same time, but the one that is a month earlier misses with a small chance."""

    def draw(rng: np.random.Generator, runs: int) -> np.ndarray:
        other = np.round(rng.normal(20, 3, runs))
        return np.array([np.where(rng.random(runs) < chance, HORIZON, other - 1), other])

    return draw


SETTINGS: dict[str, Times] = {
    "both arrive, difference varies by 1 month": steady(1),
    "both arrive, difference varies by 8 months": steady(8),
    "arrive in 1% and never": rare(0.01, 0),
    "arrive in 2% and never": rare(0.02, 0),
    "arrive in 10% and never": rare(0.1, 0),
    "arrive in 5% and 2%": rare(0.05, 0.02),
    "arrive in 50% and 40%": rare(0.5, 0.4),
    "both arrive, one misses in 2%": missing(0.02),
}


def stopped(times: np.ndarray, horizon: int, precision: float) -> np.ndarray:
    """The replicates after which a comparison stops; without the two that are added for a horizon of 0."""
    widths, done = half_widths(times, horizon), 0
    while done < REPLICATES:
        done += next_batch(done, REPLICATES)
        if held(widths[: done - 1], precision):
            break
    return times[:, :done]


def row(name: str, draw: Times, precision: float) -> tuple[str, ...]:
    """One setting: mean replicates, and how often each interval holds the truth."""
    rng = np.random.default_rng([SEED, list(SETTINGS).index(name)])
    sample = draw(rng, TRUTH)
    truth = [float((values[0] - values[1]).mean()) for values in (sample, there(sample))]
    runs, counts = 0, np.zeros(3)
    for _ in range(COMPARISONS):
        times = draw(rng, REPLICATES)
        kept, alone = stopped(times, HORIZON, precision), stopped(times, 0, precision)
        runs += kept.shape[1]
        found = (differences(kept, gaps=Means(HORIZON, rare=True)), differences(there(kept), gaps=Shares()),
                 differences(alone))  # fmt: skip
        counts += [holds(gaps[0, 1], true) for gaps, true in zip(found, (*truth, truth[0]), strict=True)]
    shares = (f"{count / COMPARISONS:.0%}" for count in counts)
    return name, f"{precision:g}", f"{runs / COMPARISONS:.0f}", *shares


def there(times: np.ndarray) -> np.ndarray:
    """1 where the target was reached."""
    return (times < HORIZON).astype(float)


def holds(gap: Difference, truth: float) -> bool:
    """Whether the interval holds the true difference."""
    return gap.low is not None and gap.high is not None and gap.low - ROUNDING <= truth <= gap.high + ROUNDING


def table() -> str:
    """The whole table, and when it was measured."""
    rows = [row(name, draw, precision) for name, draw in SETTINGS.items() for precision in PRECISIONS]
    lines = ["| " + " | ".join(cells) + " |" for cells in (HEADS, ["---"] * len(HEADS), *rows)]
    return "\n".join([
        *lines, "",
        f"In so many of {COMPARISONS} comparisons of two strategies over {HORIZON} months, of at most {REPLICATES}",
        f"replicates. Measured on {date.today().isoformat()} by `python benchmarks/stopping.py`.",
    ])  # fmt: skip


def main() -> None:
    """Measure, print, and write the section of the page if asked to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true", help="write docs/researcher.md")
    options, text = parser.parse_args(), table()
    print(text)
    if options.write:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
