"""A country made up: provinces, districts and facilities as a scenario counts them."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import numpy as np
import numpy.typing as npt
import pandas as pd

from qisim.scenario.schema import FacilityKind, Indicator, WorldSpec
from qisim.world.columns import TRAITS, baseline_columns, slug
from qisim.world.geography import Floats, Ints, offset, sunflower, travel_days
from qisim.world.layout import DISTRICT_SPACING

STAFF_SPREAD = 0.3
PROVINCE_JITTER = 0.15
DISTRICT_JITTER = 0.25


def synthetic(spec: WorldSpec, indicators: Sequence[Indicator]) -> pd.DataFrame:
    """The facilities of a made-up country, with the columns of `World.facilities`; `spec.seed` alone draws it.

    Provinces lie on a jittered grid, their districts around their middles, facilities at random within `district_km`
    of the district's base, where its first facility of the first kind is. A kind with a `count` is spread over the
    districts as evenly as it can be, with the rest in districts drawn at random. Staff varies by 30% either way.
    """
    assert spec.provinces and spec.districts
    base_lat, base_lon = _district_bases(spec, spec.provinces, spec.districts)
    parts = [_facilities_of(kind, k, spec, base_lat, base_lon) for k, kind in enumerate(spec.kinds)]
    facilities = pd.concat([part for part in parts if len(part)]).sort_values(
        ["district_number", "kind_number"], kind="stable", ignore_index=True
    )
    facilities = _named(facilities, spec, spec.provinces, spec.districts)
    for column in (*TRAITS, *baseline_columns(indicators)):
        facilities[column] = np.nan
    return facilities


def _district_bases(spec: WorldSpec, provinces: int, districts: int) -> tuple[Floats, Floats]:
    """Latitude and longitude of each district's base."""
    random = np.random.default_rng([spec.seed, 0])
    province = _province_of(np.arange(districts), provinces, districts)
    sizes = np.bincount(province, minlength=provinces)
    radius = spec.district_km * DISTRICT_SPACING * np.sqrt(sizes)
    cell, columns = 2 * radius.max(), ceil(provinces**0.5)
    column, row = np.arange(provinces) % columns, np.arange(provinces) // columns
    jitter = random.uniform(-PROVINCE_JITTER, PROVINCE_JITTER, (2, provinces))
    east = (column - (columns - 1) / 2 + jitter[0]) * cell
    north = ((ceil(provinces / columns) - 1) / 2 - row + jitter[1]) * cell
    lat, lon = offset(spec.latitude, spec.longitude, east, north)
    position = np.arange(districts) - (np.cumsum(sizes) - sizes)[province]
    around = np.array(sunflower(position, sizes[province], radius[province]))
    around += random.uniform(-DISTRICT_JITTER, DISTRICT_JITTER, (2, districts)) * spec.district_km
    return offset(lat[province], lon[province], *around)


def _province_of(district: Ints, provinces: int, districts: int) -> Ints:
    """The number of the province of a district, from 0: neighbouring numbers, sizes as even as can be."""
    return district * provinces // districts


def _facilities_of(
    kind: FacilityKind, number: int, spec: WorldSpec, base_lat: Floats, base_lon: Floats
) -> pd.DataFrame:
    """The facilities of one kind, drawn apart from the other kinds, so that a further kind moves none of them."""
    random = np.random.default_rng([spec.seed, number + 1])
    district, within = _spread(kind, len(base_lat), random)
    distance = spec.district_km * np.sqrt(random.random(len(district)))
    angle = random.uniform(0, 2 * np.pi, len(district))
    distance[(within == 0) & (number == 0)] = 0
    home_lat, home_lon = base_lat[district], base_lon[district]
    lat, lon = offset(home_lat, home_lon, distance * np.cos(angle), distance * np.sin(angle))
    staff = kind.staff * random.uniform(1 - STAFF_SPREAD, 1 + STAFF_SPREAD, len(district))
    return pd.DataFrame({
        "district_number": district, "kind_number": number, "within": within, "kind": kind.name,
        "lat": lat, "lon": lon, "staff": np.maximum(np.rint(staff), 1).astype(np.int64),
        "travel_days": travel_days(lat, lon, home_lat, home_lon, spec.km_per_day),
        "connectivity": kind.connectivity,
    })  # fmt: skip


def _spread(kind: FacilityKind, districts: int, random: np.random.Generator) -> tuple[Ints, Ints]:
    """The district of each facility of a kind, ascending, and its number there, from 0."""
    each, rest = (kind.per_district, 0) if kind.per_district is not None else divmod(kind.count or 0, districts)
    counts: npt.NDArray[np.int64] = np.full(districts, each, dtype=np.int64)
    counts[random.choice(districts, rest, replace=False)] += 1
    district = np.repeat(np.arange(districts), counts)
    return district, np.arange(len(district)) - np.repeat(np.cumsum(counts) - counts, counts)


def _named(facilities: pd.DataFrame, spec: WorldSpec, provinces: int, districts: int) -> pd.DataFrame:
    """The table with ids and names instead of numbers, such as P1-D03-health_centre-05."""
    p_width, d_width = len(str(provinces)), max(2, len(str(districts)))
    district, kind = facilities.pop("district_number"), facilities.pop("kind_number")
    province = _province_of(district.to_numpy(), provinces, districts)
    numbers = list(zip(province + 1, district + 1, kind, facilities.pop("within") + 1, strict=True))
    kinds = [(k.name, slug(k.name).replace("_", " ").capitalize() or k.name) for k in spec.kinds]
    facilities.insert(0, "id", [f"P{p:0{p_width}}-D{d:0{d_width}}-{kinds[k][0]}-{n:02}" for p, d, k, n in numbers])
    facilities.insert(1, "name", [f"{kinds[k][1]} {n:02}, District {d:0{d_width}}" for _, d, k, n in numbers])
    facilities.insert(3, "district", [f"District {d:0{d_width}}" for _, d, _, _ in numbers])
    facilities.insert(4, "province", [f"Province {p:0{p_width}}" for p, _, _, _ in numbers])
    return facilities
