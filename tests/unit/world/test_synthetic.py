"""Countries made up."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qisim.input.errors import BadInput
from qisim.scenario.load import from_document
from qisim.scenario.origin import Origin
from qisim.scenario.schema import Indicator, Scenario, WorldSpec
from qisim.world.columns import FACILITY_COLUMNS
from qisim.world.geography import distance_km
from qisim.world.synthetic import synthetic
from qisim.world.world import build_world

INDICATORS = [Indicator(name="hand hygiene")]
KINDS = [
    {"name": "hospital", "per_district": 1, "staff": 60, "connectivity": 0.9},
    {"name": "health_centre", "count": 52, "staff": 15, "connectivity": 0.6},
]


def spec(**keys) -> WorldSpec:
    return WorldSpec.model_validate({"provinces": 3, "districts": 8, "kinds": KINDS} | keys)


def scenario(folder=None, **world) -> Scenario:
    document = {
        "title": "t", "start": "2024-01-01", "months": 12, "world": world,
        "indicators": [{"name": "hand hygiene"}],
        "ideas": [{"name": "i", "indicator": "hand hygiene", "effect": 0.4}],
    }  # fmt: skip
    return from_document(document, Origin(folder=folder))


def test_columns_ids_and_names():
    facilities = synthetic(spec(), INDICATORS)
    assert facilities.columns.tolist() == [*FACILITY_COLUMNS, "baseline_hand_hygiene"]
    assert facilities["id"].is_unique and len(facilities) == 60
    assert facilities.iloc[0][["id", "name", "district", "province"]].tolist() == [
        "P1-D01-hospital-01", "Hospital 01, District 01", "District 01", "Province 1"
    ]  # fmt: skip
    assert facilities["province"].unique().tolist() == ["Province 1", "Province 2", "Province 3"]
    assert facilities[["leadership", "openness", "workload", "baseline_hand_hygiene"]].isna().all(axis=None)


def test_the_seed_alone_draws_it():
    first, again, other = (synthetic(spec(seed=seed), INDICATORS) for seed in (5, 5, 6))
    pd.testing.assert_frame_equal(first, again)
    assert not first["lat"].equals(other["lat"])


def test_a_further_kind_moves_no_facility_of_the_others():
    before = synthetic(spec(), INDICATORS)
    after = synthetic(spec(kinds=[*KINDS, {"name": "health_post", "count": 9}]), INDICATORS)
    kept = after[after["kind"] != "health_post"].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, before)


@given(districts=st.integers(1, 40), count=st.integers(1, 200), seed=st.integers(0, 2**32 - 1))
def test_a_count_is_spread_evenly(districts, count, seed):
    kinds = [{"name": "centre", "count": count}]
    facilities = synthetic(spec(provinces=1, districts=districts, kinds=kinds, seed=seed), INDICATORS)
    sizes = facilities.groupby("district").size().reindex([*facilities["district"].unique()])
    assert sizes.sum() == count
    assert sizes.max() - (sizes.min() if len(sizes) == districts else 0) <= 1


def test_the_rest_of_a_count_goes_to_drawn_districts():
    kinds = [{"name": "centre", "count": 4}]
    drawn = {tuple(synthetic(spec(kinds=kinds, seed=seed), INDICATORS)["district"]) for seed in range(8)}
    assert len(drawn) > 1


def test_staff_varies_around_its_kind_and_the_rest_follows_it():
    facilities = synthetic(spec(kinds=[KINDS[0], KINDS[1] | {"count": 4000}]), INDICATORS)
    centres = facilities[facilities["kind"] == "health_centre"]
    assert centres["staff"].between(10, 20).all()  # 15 less and plus 30%, rounded
    assert centres["staff"].mean() == pytest.approx(15, abs=0.2)
    assert centres["staff"].nunique() > 8
    assert (centres["connectivity"] == 0.6).all()


def test_facilities_lie_around_their_base_and_districts_apart():
    facilities = synthetic(spec(latitude=12.0, longitude=105.0, district_km=25.0), INDICATORS)
    hospitals = facilities[facilities["kind"] == "hospital"].set_index("district")
    base = hospitals.loc[facilities["district"]]
    points = (facilities["lat"], facilities["lon"], base["lat"], base["lon"])
    km = distance_km(*(column.to_numpy() for column in points))
    assert km.max() <= 25.01 and km.max() > 20
    assert (hospitals["travel_days"] == 0).all()
    np.testing.assert_array_equal(facilities["travel_days"], np.floor(2 * km / 160 * 2 + 0.5) / 2)
    lat, lon = hospitals["lat"].to_numpy(), hospitals["lon"].to_numpy()
    one, other = np.triu_indices(8, 1)
    assert distance_km(lat[one], lon[one], lat[other], lon[other]).min() > 20
    assert abs(lat.mean() - 12) < 2 and abs(lon.mean() - 105) < 2


@pytest.mark.parametrize(("latitude", "longitude"), [(80.0, 180.0), (-80.0, -180.0), (0.0, 179.9)])
def test_every_facility_is_on_the_map(latitude, longitude):
    facilities = synthetic(spec(latitude=latitude, longitude=longitude, district_km=400.0), INDICATORS)
    assert facilities["lat"].between(-85, 85).all() and facilities["lon"].between(-180, 180).all()


def test_written_as_a_registry_it_is_read_as_the_same_world(tmp_path):
    made_up = build_world(scenario(provinces=3, districts=8, kinds=KINDS, neighbour_km=20.0))
    made_up.facilities.to_csv(tmp_path / "registry.csv", index=False)
    read = build_world(scenario(tmp_path, facilities="registry.csv", neighbour_km=20.0))
    pd.testing.assert_frame_equal(read.facilities, made_up.facilities)
    for array in ("district", "province", "kind", "district_province"):
        np.testing.assert_array_equal(getattr(read, array), getattr(made_up, array))
    for array in ("source", "target", "weight", "tie", "start", "peer", "peer_weight", "total"):
        np.testing.assert_array_equal(getattr(read.network, array), getattr(made_up.network, array))


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ([{"name": "post", "count": 0}], "world.kinds: the kinds make 0 facilities"),
        ([{"name": "post", "per_district": 100_000}] * 1 + [{"name": "c", "count": 300_000}], "1,100,000 facilities"),
        ([{"name": "post", "count": 3}, {"name": "post", "count": 4}], "world.kinds.post.name: found 'post' twice"),
    ],
)
def test_countries_that_cannot_be_made_up(kinds, expected):
    with pytest.raises(BadInput, match=re.escape(expected)):
        build_world(scenario(provinces=1, districts=8, kinds=kinds))
