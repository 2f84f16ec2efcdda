"""Positions of facilities whose registry does not tell them, and the bases from which districts are travelled."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from qisim.scenario.schema import WorldSpec
from qisim.world.geography import (
    Floats,
    Ints,
    centres,
    distance_km,
    offset,
    rank_within,
    sunflower,
)
from qisim.world.places import places

# a disc of this many district radii for each of n districts, times sqrt(n), leaves each the square around its circle
DISTRICT_SPACING = 2 / np.pi**0.5


def referral_levels(kinds: pd.Series, chain: Sequence[str]) -> Ints:
    """The level of each facility in the referral chain, 0 the top; `len(chain)` for kinds outside it. int64[F]."""
    level = {kind: position for position, kind in reversed(list(enumerate(chain)))}
    return np.array([level.get(kind, len(chain)) for kind in kinds], dtype=np.int64)


def lay_out(facilities: pd.DataFrame, located: npt.NDArray[np.bool_], spec: WorldSpec) -> None:
    """Fill in `lat` and `lon` where `located` (bool[F]) is false.

    A facility is put into the disc of `district_km` around the middle of its district's located facilities, those
    higher in the referral chain nearer to it; districts without any are put around the middle of the country's
    located facilities, or around the scenario's latitude and longitude.
    """
    if located.all():
        return
    where = places(facilities)
    district = where.district.astype(np.int64)
    lat, lon = (facilities[column].to_numpy(np.float64, copy=True) for column in ("lat", "lon"))
    middle_lat, middle_lon = _district_middles(
        lat[located], lon[located], district[located], len(where.districts), spec
    )
    untold = district[~located]
    order = rank_within(untold, referral_levels(facilities["kind"], spec.referral)[~located])
    east, north = sunflower(order, np.bincount(untold)[untold], spec.district_km)
    lat[~located], lon[~located] = offset(middle_lat[untold], middle_lon[untold], east, north)
    facilities["lat"], facilities["lon"] = lat, lon


def _district_middles(lat: Floats, lon: Floats, district: Ints, count: int, spec: WorldSpec) -> tuple[Floats, Floats]:
    """The middle of each district's located facilities; districts without any are spread around the country's."""
    middle_lat, middle_lon = centres(lat, lon, district, count)
    (country_lat,), (country_lon,) = centres(lat, lon, np.zeros(len(lat), dtype=np.int64), 1)
    if not len(lat):
        country_lat, country_lon = spec.latitude, spec.longitude
    missing = np.flatnonzero(np.isnan(middle_lat))
    radius = spec.district_km * DISTRICT_SPACING * len(missing) ** 0.5
    east, north = sunflower(np.arange(len(missing)), max(len(missing), 1), radius)
    middle_lat[missing], middle_lon[missing] = offset(country_lat, country_lon, east, north)
    return middle_lat, middle_lon


def district_bases(facilities: pd.DataFrame, chain: Sequence[str]) -> tuple[Floats, Floats]:
    """Latitude and longitude of the base of each facility's district, float64[F] each.

    The base is the district's facility highest in the referral chain, of several the one nearest to the middle of
    the district; the middle itself where no facility is of the chain.
    """
    where = places(facilities)
    district, (lat, lon) = where.district.astype(np.int64), facilities[["lat", "lon"]].to_numpy().T
    base_lat, base_lon = centres(lat, lon, district, len(where.districts))
    level = referral_levels(facilities["kind"], chain)
    to_middle = distance_km(lat, lon, base_lat[district], base_lon[district])
    best_first = np.lexsort((to_middle, level, district))
    _, first = np.unique(district[best_first], return_index=True)
    base = best_first[first]
    base = base[level[base] < len(chain)]
    base_lat[district[base]], base_lon[district[base]] = lat[base], lon[base]
    return base_lat[district], base_lon[district]
