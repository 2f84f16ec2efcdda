"""Who knows whom: near facilities of the district, the place of referral, neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from qisim.input.errors import BadInput
from qisim.scenario.schema import Scenario
from qisim.world.geography import Floats, Ints, chord_km

TIES = ("district", "referral", "neighbour", "user")
MOST_TIES = 20_000_000
CHUNK = 4_000_000

# Groups are kept apart in a tree of all of them by a fourth coordinate, further than the globe is wide.
GROUP_KM = 20_000.0
GLOBE_KM = 15_000.0


@dataclass(frozen=True, eq=False)
class Ties:
    """Ties of one kind, each pair once: facilities a and b (int64[n]), weight (float64[n])."""

    kind: str
    a: Ints
    b: Ints
    weight: Floats


def district_ties(points: Floats, district: Ints, scenario: Scenario) -> Ties:
    """Each facility with the `peers_per_facility` nearest of its district. `points` is km, float64[F, 3].

    Raises BadInput where there would be too many.
    """
    spec = scenario.world
    sizes = np.bincount(district)
    most = min(spec.peers_per_facility, int(sizes.max()) - 1)
    if int((sizes * np.minimum(most, np.maximum(sizes - 1, 0))).sum()) > MOST_TIES:
        raise _too_many(scenario, "world.peers_per_facility", spec.peers_per_facility)
    if most == 0 or spec.district_tie == 0:
        return _ties("district", _none(), _none(), 0.0)
    placed = np.column_stack((points + _tie_breaker(len(points)), district * GROUP_KM))
    tree = cKDTree(placed)
    pairs: list[Ints] = []
    step = max(1, CHUNK // (most + 1))
    for begin in range(0, len(placed), step):
        _, near = tree.query(placed[begin : begin + step], k=most + 1, distance_upper_bound=GLOBE_KM)
        own = np.arange(begin, begin + len(near))[:, None]
        row, column = np.nonzero((near < len(placed)) & (near != own))
        pairs.append(_pairs(row + begin, near[row, column], len(placed)))
    unique = np.unique(np.concatenate(pairs))
    return _ties("district", unique // len(placed), unique % len(placed), spec.district_tie)


def referral_ties(
    points: Floats, level: Ints, levels: int, district: Ints, province: Ints, refers_to: Ints, scenario: Scenario
) -> Ties:
    """Each facility with its place of referral: the one it names, or else the nearest of the next higher level.

    `level` is int64[F], 0 the top of the referral chain, `levels` for kinds outside it; `refers_to` is the named
    facility or -1. The next higher level is the lowest above its own in the district, else in the province.
    """
    link = refers_to.copy()
    for group in (district, province):
        higher = _next_higher(level, group, levels)
        for sought in np.unique(higher[(link < 0) & (higher >= 0)]):
            asking = np.flatnonzero((link < 0) & (higher == sought))
            offered = np.flatnonzero(level == sought)
            placed = np.column_stack((points + _tie_breaker(len(points)), group * GROUP_KM))
            _, near = cKDTree(placed[offered]).query(placed[asking])
            link[asking] = offered[near]
    asking = np.flatnonzero(link >= 0) if scenario.world.referral_tie else _none()
    unique = np.unique(_pairs(asking, link[asking], len(points)))
    return _ties("referral", unique // len(points), unique % len(points), scenario.world.referral_tie)


def neighbour_ties(points: Floats, located: npt.NDArray[np.bool_], district: Ints, scenario: Scenario) -> Ties:
    """Facilities of different districts within `neighbour_km`. Positions that are not known make no neighbours."""
    spec = scenario.world
    if spec.neighbour_km == 0 or spec.neighbour_tie == 0:
        return _ties("neighbour", _none(), _none(), 0.0)
    if not located.any():
        problem = scenario.problem("world.neighbour_km", f"found {spec.neighbour_km:g}, but no position is known",
                                   "0, or lat and lon in the registry")  # fmt: skip
        raise BadInput(problem)
    rows = np.flatnonzero(located)
    tree, reach = cKDTree(points[rows]), chord_km(spec.neighbour_km)
    if (tree.count_neighbors(tree, reach) - len(rows)) / 2 > MOST_TIES:
        raise _too_many(scenario, "world.neighbour_km", spec.neighbour_km)
    near = rows[tree.query_pairs(reach, output_type="ndarray")]
    near = near[district[near[:, 0]] != district[near[:, 1]]]
    return _ties("neighbour", near[:, 0], near[:, 1], spec.neighbour_tie)


def _next_higher(level: Ints, group: Ints, levels: int) -> Ints:
    """For each facility the lowest level above its own that its group has, -1 for none. int64[F]."""
    inside = level < levels
    has = np.zeros((int(group.max()) + 1, levels), dtype=bool)
    has[group[inside], level[inside]] = True
    higher = np.full((len(has), levels + 1), -1, dtype=np.int64)
    for lower in range(1, levels):
        higher[:, lower] = np.where(has[:, lower - 1], lower - 1, higher[:, lower - 1])
    return higher[group, level]


def _pairs(a: Ints, b: Ints, count: int) -> Ints:
    """One number for each unordered pair."""
    return np.minimum(a, b) * count + np.maximum(a, b)


def _ties(kind: str, a: Ints, b: Ints, weight: float) -> Ties:
    return Ties(kind, a.astype(np.int64), b.astype(np.int64), np.full(len(a), weight))


def _none() -> Ints:
    return np.empty(0, dtype=np.int64)


def _tie_breaker(count: int) -> Floats:
    """Shifts of up to a metre, float64[count, 3], so that no two facilities are equally near or in one place."""
    steps = 1.2207440846057596 ** -np.arange(1.0, 4.0)  # the R3 low-discrepancy sequence
    return 1e-3 * (np.arange(1, count + 1)[:, None] * steps % 1.0)


def _too_many(scenario: Scenario, key: str, value: float) -> BadInput:
    return BadInput(scenario.problem(key, f"found {value:g}, which makes more than {MOST_TIES:,} ties", "less"))
