"""Tunes behaviour to the published patterns, all together, by history matching.

Waves of points in the space of plausible values are simulated; emulators learn from them what each figure would be
elsewhere, and propose the next wave where all figures are likely to lie in their bands (history matching: Craig et al.
1997; Vernon, Goldstein and Bower 2010). From the best points come the default, which leaves alone what the patterns do
not call for, and a set of parameter sets that are all plausible.

- `python tuning/tune.py waves` simulates what is missing of the waves, in as many processes as there are cores, and
  keeps it in tuning/points.csv.gz; it may be stopped and started again;
- `python tuning/tune.py sets` simulates the best points with more studies, and writes those with enough patterns to
  qisim/scenario/plausible.csv and what became of all to tuning/record.csv;
- `python tuning/tune.py default` prints the values of the default.

Nothing in the model knows of a pattern; settings and bands stay as they were before the first wave.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
from emulate import Emulator, emulator, expected_miss
from misses import FIGURES, figures_of, met, miss, total
from scipy.stats import qmc
from space import FREE, behaviour, point_of, rounded

from qisim.evidence.patterns import PATTERNS

HERE = Path(__file__).resolve().parent
POINTS, RECORD, BEFORE = HERE / "points.csv.gz", HERE / "record.csv", HERE / "before.csv"
PLAUSIBLE = HERE.parent / "qisim" / "scenario" / "plausible.csv"
SEED = 1
BUT = ("P3",)
"""Patterns left out of the waves: it is slow, being told by event logs only, and held at every point tried."""
LEARNT_FROM = 300
"""Points nearest to the bands that emulators learn from."""
ENOUGH = 12
"""Patterns that a plausible set brings about."""
SETS_TRIED = 32
LAST_WAVES = 2
"""Waves of which the best points are tried: those with many studies."""
MORE, OTHER_SEED = 30, 2
"""Simulated studies by which a set is judged, and their luck, which had no part in finding it."""
KEPT = ("reporting_bias",)
"""Parameters that the default keeps: that reports flatter is known, though the waves would do without."""
HARM, SAFE = 0.02, 0.25
"""Misses by which the default may be worse than the safest set, for the sake of fewer changes; and by how many
half-widths figures are to lie inside their bands."""


@dataclass(frozen=True)
class Wave:
    """How many points a wave has, from which seed, and what patterns weigh in proposing it, 1 unless told.

    Each point is simulated with so many `studies`: where few, chance moves a figure, which the emulators allow for.
    Proposed points are to lie inside the bands by a `margin` of half-widths.
    """

    points: int
    seed: int
    weights: dict[str, float]
    studies: int = 6
    margin: float = 0.0


OUT_OF_REACH = dict.fromkeys(("P1", "P8", "P11"), 0.05)
"""Patterns that no point of the first wave came near: they count, but not against the others."""
NO_WEIGHT = dict.fromkeys(OUT_OF_REACH, 0.0)
WAVES = (
    Wave(256, 1, {}),
    Wave(80, 11, OUT_OF_REACH),
    Wave(80, 12, OUT_OF_REACH),
    Wave(80, 13, OUT_OF_REACH),
    Wave(48, 14, NO_WEIGHT, studies=24, margin=0.25),
    Wave(48, 15, NO_WEIGHT, studies=24, margin=0.25),
)


def waves() -> None:
    """Simulate what is missing of the waves."""
    done = pd.read_csv(POINTS) if POINTS.exists() else pd.DataFrame()
    for number, wave in enumerate(WAVES, 1):
        have = int((done["wave"] == number).sum()) if len(done) else 0
        if have == wave.points:
            continue
        points = first_points(wave) if number == 1 else proposed(wave, done[done["wave"] < number])
        for rows in simulated(points[have:], wave.studies):
            done = pd.concat([done, rows.assign(wave=number)], ignore_index=True)
            save(done, POINTS)
            print(f"wave {number}: {int((done['wave'] == number).sum())} of {wave.points} points", flush=True)


def first_points(wave: Wave) -> np.ndarray:
    """Points spread evenly over the unit cube."""
    return qmc.Sobol(len(FREE), seed=wave.seed).random(wave.points)


def simulated(points: np.ndarray, studies: int) -> Iterator[pd.DataFrame]:
    """What the figures are at points, some of them at a time, in their order."""
    evaluate = partial(figures_of, studies=studies, seed=SEED, but=BUT)
    cores = os.cpu_count() or 1
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
        for start in range(0, len(points), 8 * cores):
            part = points[start : start + 8 * cores]
            told = pool.map(evaluate, [behaviour(point) for point in part])
            yield pd.DataFrame(row(point, one) for point, one in zip(part, told, strict=True))


def row(point: np.ndarray, told: dict[str, list[float]]) -> dict[str, float]:
    """A point with its figures, as a row of the table of points."""
    means = {key: mean for key, (mean, _) in told.items()}
    return {**dict(zip(FREE, point, strict=True)), **means, **{f"{key} sd": sd for key, (_, sd) in told.items()}}


def save(table: pd.DataFrame, path: Path) -> None:
    """Write a table whole, or leave the file as it was."""
    unfinished = path.with_name("unfinished." + path.name)
    table.to_csv(unfinished, index=False)
    unfinished.replace(path)


def figures(table: pd.DataFrame) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Means and standard deviations of all figures that a table of points tells, each float64[points]."""
    keys = [key for key in FIGURES if key in table]
    return {k: table[k].to_numpy(float) for k in keys}, {k: table[f"{k} sd"].to_numpy(float) for k in keys}


def proposed(wave: Wave, done: pd.DataFrame) -> np.ndarray:
    """Points where the emulators expect least misses, and which are far from each other."""
    rng = np.random.default_rng(wave.seed)
    misses = total(*figures(done), wave.weights)
    emulators = learnt(done, misses, wave.margin)
    points = done[FREE].to_numpy()[np.argsort(misses)[:60]]
    expected = expected_miss(emulators, points, wave.weights, wave.margin)
    for generation in range(25):
        parents = [points[rng.integers(len(points), size=(8 * len(points)))] for _ in range(2)]
        children = np.where(rng.random(parents[0].shape) < 0.5, *parents)
        steps = rng.normal(0.0, 0.25 * 0.93**generation, children.shape)
        children = np.clip(children + steps * (rng.random(children.shape) < 0.3), 0.0, 1.0)
        points = np.vstack([points, children])
        expected = np.concatenate([expected, expected_miss(emulators, children, wave.weights, wave.margin)])
        best = np.argsort(expected)[:200]
        points, expected = points[best], expected[best]
    return apart(points, expected, wave.points)


def learnt(done: pd.DataFrame, misses: np.ndarray, margin: float = 0.0) -> list[Emulator]:
    """An emulator of each figure that is not met everywhere, from the points nearest to the bands."""
    near = done.iloc[np.argsort(misses)[:LEARNT_FROM]]
    means, sds = figures(near)
    points = near[FREE].to_numpy()
    return [
        emulator(key, points, means[key], float(np.nanmedian(sds[key])))
        for key, figure in FIGURES.items()
        if key in means and miss(figure, means[key], float(np.nanmedian(sds[key])), margin).max() > 0.0
    ]


def apart(points: np.ndarray, expected: np.ndarray, many: int) -> np.ndarray:
    """So many of the points, from the best one on: each far from those before it, and good."""
    spread = expected.max() - expected.min() + 1e-9
    worse = 0.5 * (expected - expected.min()) / spread
    chosen = [int(expected.argmin())]
    while len(chosen) < many:
        distance = np.min([((points - points[i]) ** 2).sum(axis=1) for i in chosen], axis=0)
        rank = distance / distance.max() - worse
        rank[chosen] = -np.inf
        chosen.append(int(rank.argmax()))
    return points[chosen]


# --- plausible sets -------------------------------------------------------------------------------------------------


def sets() -> None:
    """Simulate the best points with more studies; keep those that bring about enough patterns."""
    done = pd.read_csv(POINTS)
    done = done[done["wave"] > len(WAVES) - LAST_WAVES]
    best = done.iloc[np.argsort(total(*figures(done), NO_WEIGHT))[:SETS_TRIED]]
    tried = [rounded(behaviour(point)) for point in best[FREE].to_numpy()]
    rows = []
    for values, told in zip(tried, judged(tried), strict=True):
        rows.append({**values, **told})
        print(f"{len(rows)} of {len(tried)}: {told['patterns']} patterns", flush=True)
    record = pd.DataFrame(rows)
    save(record, RECORD)
    kept = record[record["patterns"] >= ENOUGH]
    save(kept[FREE], PLAUSIBLE)
    print(f"{len(kept)} of {len(record)} sets bring about {ENOUGH} patterns or more.")


def judged(tried: list[dict[str, float]]) -> Iterator[dict[str, float]]:
    """Which patterns each of these values brings about in every figure (1 or 0), and the figures."""
    evaluate = partial(figures_of, studies=MORE, seed=OTHER_SEED, but=())
    with ProcessPoolExecutor(os.cpu_count() or 1, mp_context=get_context("spawn")) as pool:
        for told in pool.map(evaluate, tried):
            missed = {key.split(".")[0] for key, (mean, sd) in told.items() if not met(key, mean, sd)}
            each = {key: int(key not in missed) for key in PATTERNS}
            yield {"patterns": sum(each.values()), **each, **{key: mean for key, (mean, _) in told.items()}}


# --- the default ----------------------------------------------------------------------------------------------------


def default() -> None:
    """Print the values of the default: the safest set, with every parameter left as it was that need not change."""
    done, record = pd.read_csv(POINTS), pd.read_csv(RECORD)
    before = pd.read_csv(BEFORE).set_index("parameter")["value"].to_dict()
    emulators = learnt(done, total(*figures(done), OUT_OF_REACH), SAFE)
    best = record[record["patterns"] == record["patterns"].max()]
    points = np.array([point_of(row) for row in best[FREE].to_dict("records")])
    safest = points[int(expected_miss(emulators, points, NO_WEIGHT, SAFE).argmin())]
    values = rounded(
        behaviour(as_before(safest, point_of(before), emulators)) | {name: before[name] for name in KEPT}, 2
    )
    for name in FREE:
        if abs(values[name] - before[name]) > 1e-9:
            print(f"{name},{before[name]:g},{values[name]:g}")


def as_before(point: np.ndarray, before: np.ndarray, emulators: list[Emulator]) -> np.ndarray:
    """The point with as many coordinates put back as the emulators think will do no harm, the most harmless first."""
    most = float(expected_miss(emulators, point[None], NO_WEIGHT, SAFE)[0]) + HARM
    changed = np.flatnonzero(point != before)
    while len(changed):
        tries = np.repeat(point[None], len(changed), axis=0)
        tries[np.arange(len(changed)), changed] = before[changed]
        expected = expected_miss(emulators, tries, NO_WEIGHT, SAFE)
        least = int(expected.argmin())
        if expected[least] > most:
            break
        point, changed = tries[least], np.delete(changed, least)
    return point


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # of means of nothing, and of emulators at the end of their ranges
    {"waves": waves, "sets": sets, "default": default}[sys.argv[1]]()
