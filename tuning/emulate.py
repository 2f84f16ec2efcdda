"""Emulators: what a figure would be at a point that was not simulated, with how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from misses import FIGURES, miss, weight
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
from sklearn.linear_model import LassoCV

MATTER = 16
"""Parameters whose curved influence on a figure is followed: those that matter most in a straight line."""


@dataclass(frozen=True)
class Emulator:
    """A figure: a sparse straight line in all parameters, and a Gaussian process of what it leaves unexplained."""

    key: str
    line: LassoCV
    matter: np.ndarray
    rest: GaussianProcessRegressor
    centre: float
    scale: float
    sd: float

    def __call__(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard error at points of the unit cube, each float64[points]."""
        x = 2.0 * points - 1.0
        rest, error = self.rest.predict(x[:, self.matter], return_std=True)
        return (self.line.predict(x) + rest) * self.scale + self.centre, error * self.scale


def emulator(key: str, points: np.ndarray, means: np.ndarray, sd: float) -> Emulator:
    """The emulator of a figure by its means at points; `sd` is what it varies between simulated studies."""
    means = np.where(np.isnan(means), np.nanmax(means), means)
    centre, scale = float(means.mean()), float(means.std()) + 1e-9
    x, y = 2.0 * points - 1.0, (means - centre) / scale
    line = LassoCV(alphas=30, cv=4, random_state=0).fit(x, y)
    matter = np.argsort(-np.abs(line.coef_))[:MATTER]
    kernel = ConstantKernel(0.3) * RBF(np.full(len(matter), 3.0), (0.5, 30.0)) + WhiteKernel(0.3)
    rest = GaussianProcessRegressor(kernel, random_state=0).fit(x[:, matter], y - line.predict(x))
    return Emulator(key, line, matter, rest, centre, scale, sd)


def expected_miss(
    emulators: list[Emulator], points: np.ndarray, weights: Mapping[str, float], margin: float = 0.0
) -> np.ndarray:
    """Weighted sum of misses at points, over three likely values of each figure; float64[points]."""
    told = np.zeros(len(points))
    for one in emulators:
        mean, error = one(points)
        likely = [miss(FIGURES[one.key], mean + step * error, one.sd, margin) for step in (-0.5, 0.0, 0.5)]
        told += weight(one.key, weights) * np.mean(likely, axis=0)
    return told
