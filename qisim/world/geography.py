"""Places on the globe: distances, layouts around a centre, travel."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

EARTH_KM = 6371.0088
KM_PER_DEGREE = EARTH_KM * np.pi / 180
MOST_LATITUDE = 85.0
MOST_TRAVEL_DAYS = 4.0
GOLDEN_ANGLE = np.pi * (3 - 5**0.5)


def km_points(lat: Floats, lon: Floats) -> Floats:
    """Points of the globe in km from its middle, float64[n, 3]: straight distances order as true ones do."""
    phi, theta = np.radians(lat), np.radians(lon)
    return EARTH_KM * np.column_stack((np.cos(phi) * np.cos(theta), np.cos(phi) * np.sin(theta), np.sin(phi)))


def chord_km(km: float) -> float:
    """The straight distance that belongs to a distance over ground."""
    return float(2 * EARTH_KM * np.sin(min(km / (2 * EARTH_KM), np.pi / 2)))


def distance_km(lat: Floats, lon: Floats, other_lat: Floats, other_lon: Floats) -> Floats:
    """Distances over ground in km, point by point."""
    chord = np.linalg.norm(km_points(lat, lon) - km_points(other_lat, other_lon), axis=1)
    return 2 * EARTH_KM * np.arcsin(np.minimum(chord / (2 * EARTH_KM), 1.0))


def centres(lat: Floats, lon: Floats, group: Ints, groups: int) -> tuple[Floats, Floats]:
    """Latitude and longitude of the middle of each group of points; NaN for a group without any."""
    points = km_points(lat, lon)
    x, y, z = (np.bincount(group, points[:, axis], groups) for axis in range(3))
    empty = np.bincount(group, minlength=groups) == 0
    middle_lat, middle_lon = np.degrees(np.arctan2(z, np.hypot(x, y))), np.degrees(np.arctan2(y, x))
    return np.where(empty, np.nan, middle_lat), np.where(empty, np.nan, middle_lon)


def offset(lat: Floats | float, lon: Floats | float, east: Floats, north: Floats) -> tuple[Floats, Floats]:
    """Points so many km east and north of others, kept within 85 degrees of latitude, to about a metre."""
    new_lat = np.clip(lat + north / KM_PER_DEGREE, -MOST_LATITUDE, MOST_LATITUDE)
    new_lon = lon + east / (KM_PER_DEGREE * np.cos(np.radians(np.clip(lat, -MOST_LATITUDE, MOST_LATITUDE))))
    return np.round(new_lat, 5), np.round((new_lon + 180) % 360 - 180, 5)


def sunflower(position: Ints, count: Ints | int, radius: Floats | float) -> tuple[Floats, Floats]:
    """Offsets east and north, in km, that fill a disc evenly: the `position`-th of `count` points."""
    distance = radius * np.sqrt((position + 0.5) / count)
    return distance * np.cos(position * GOLDEN_ANGLE), distance * np.sin(position * GOLDEN_ANGLE)


def rank_within(group: Ints, order: Ints) -> Ints:
    """The position, from 0, of each item among those of its group when sorted by `order`, then as listed."""
    by_group = np.lexsort((order, group))
    sizes = np.bincount(group)
    first = np.cumsum(sizes) - sizes
    position = np.empty(len(group), dtype=np.int64)
    position[by_group] = np.arange(len(group)) - first[group[by_group]]
    return position


def travel_days(lat: Floats, lon: Floats, base_lat: Floats, base_lon: Floats, km_per_day: float) -> Floats:
    """Days that the way from the base and back takes, in half days, at most 4."""
    days = 2 * distance_km(lat, lon, base_lat, base_lon) / km_per_day
    return np.minimum(np.floor(days * 2 + 0.5) / 2, MOST_TRAVEL_DAYS)
