"""Sweeps of functions with known answers, made by hand."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import qmc

from qisim.outcomes.meaning import Meaning
from qisim.sensitivities.methods.sample import Gathered, Sample, gather
from qisim.sweeps.points import METHODS
from qisim.sweeps.sweeps import Design

SCORE = Meaning(key="score", name="mean score", unit="score", kind="level", less_is_better=False, less="lower",
                more="higher", gap_unit="points of 100")  # fmt: skip

Model = Callable[[dict[str, np.ndarray]], np.ndarray]


def table(cells: Mapping[str, Any]) -> pd.DataFrame:
    frame = pd.DataFrame(dict(cells))
    frame.insert(0, "point", np.arange(len(frame)))
    return frame


def designed(method: str, factors: Mapping[str, tuple[float, float]], points: int) -> pd.DataFrame:
    """The points that a sweep makes of a design."""
    ranges = [{"key": name, "low": low, "high": high} for name, (low, high) in factors.items()]
    design = Design(method=method, points=points, factors=ranges)
    return table(METHODS[method](design, None))


def swept(points: pd.DataFrame, model: Model, *, replicates: int = 8, own: float = 0.0, shared: float = 0.0,
          seed: int = 1) -> pd.DataFrame:  # fmt: skip
    """The runs of a model with luck that all points share and luck of their own."""
    rng = np.random.default_rng(seed)
    true = model({name: points[name].to_numpy() for name in points})
    values = true[:, None] + shared * rng.normal(size=replicates) + own * rng.normal(size=(len(true), replicates))
    return pd.DataFrame({
        "point": np.tile(points["point"], replicates), "replicate": np.repeat(np.arange(replicates), len(points)),
        "error": "", "score": values.T.ravel(),
    })  # fmt: skip


def gathered(points: pd.DataFrame, runs: pd.DataFrame, method: str, **more: Any) -> Gathered:
    return gather(points, runs, method=method, keys={"turnover": "behaviour.turnover_annual"}, **more)


def sampled(points: pd.DataFrame, runs: pd.DataFrame, method: str, **more: Any) -> tuple[Gathered, Sample]:
    found = gathered(points, runs, method, **more)
    return found, found.sample(SCORE)


def plane(x: dict[str, np.ndarray]) -> np.ndarray:
    return 1.0 * x["a"] + 2.0 * x["b"] + 0.0 * x["c"]


CUBE = {"a": (0.0, 1.0), "b": (0.0, 1.0), "c": (0.0, 1.0)}


def zip_product(**levels: list[Any]) -> dict[str, list[Any]]:
    rows = list(itertools.product(*levels.values()))
    return {name: [row[i] for row in rows] for i, name in enumerate(levels)}


def planted(x: dict[str, np.ndarray]) -> np.ndarray:
    return np.where((x["turnover"] < 0.22) & (x["coaches"] > 2) & (x["policy"] == "weakest"), 0.9, 0.4)


def hidden(points: int = 400) -> pd.DataFrame:
    u = qmc.LatinHypercube(4, rng=2).random(points)
    return table({"turnover": 0.05 + 0.4 * u[:, 0], "coaches": 1 + (4 * u[:, 1]).astype(int),
                  "policy": np.where(u[:, 2] < 0.5, "weakest", "nearest"), "noise": u[:, 3]})  # fmt: skip
