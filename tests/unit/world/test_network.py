"""The peer network, held to definitions worked out pair by pair."""

import re
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qisim.input.errors import BadInput
from qisim.scenario.load import from_document
from qisim.scenario.origin import Origin
from qisim.world.geography import distance_km
from qisim.world.world import World, build_world

CHAIN = ["hospital", "health_centre", "health_post"]


def build(folder, rows, header="id,kind,district,province,lat,lon", peers=None, **world) -> World:
    (folder / "registry.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    if peers is not None:
        (folder / "peers.csv").write_text(peers, encoding="utf-8")
        world["peers"] = "peers.csv"
    document = {
        "title": "t", "start": "2024-01-01", "months": 12,
        "world": {"facilities": "registry.csv"} | world,
        "indicators": [{"name": "a"}], "ideas": [{"name": "i", "indicator": "a", "effect": 0.4}],
    }  # fmt: skip
    return build_world(from_document(document, Origin(folder=folder)))


def ties(world) -> dict[tuple[str, str], tuple[float, str]]:
    ids, network = world.facilities["id"], world.network
    return {
        (ids[a], ids[b]): (w, network.ties[t])
        for a, b, w, t in zip(network.source, network.target, network.weight, network.tie, strict=True)
    }


def kilometres(world) -> np.ndarray:
    lat, lon = (world.facilities[c].to_numpy() for c in ("lat", "lon"))
    n = len(world)
    one, other = np.repeat(np.arange(n), n), np.tile(np.arange(n), n)
    return distance_km(lat[one], lon[one], lat[other], lon[other]).reshape(n, n)


def expected_weights(world, spec) -> dict[tuple[int, int], float]:
    """The definition of the ties, pair by pair."""
    km, facilities = kilometres(world), world.facilities
    level = [CHAIN.index(kind) if kind in CHAIN else None for kind in facilities["kind"]]
    weights: dict[tuple[int, int], float] = {}

    def add(pairs, weight):
        for a, b in {(min(pair), max(pair)) for pair in pairs}:
            weights[a, b] = weights.get((a, b), 0) + weight

    near, links = [], []
    for f in range(len(world)):
        others = [o for o in range(len(world)) if o != f]
        district = [o for o in others if world.district[o] == world.district[f]]
        near += [(f, o) for o in sorted(district, key=lambda o: km[f, o])[: spec["peers_per_facility"]]]
        for group in (district, [o for o in others if world.province[o] == world.province[f]]):
            above = [o for o in group if level[f] is not None and level[o] is not None and level[o] < level[f]]
            if above:
                next_level = max(level[o] for o in above)
                links.append((f, min((o for o in above if level[o] == next_level), key=lambda o: km[f, o])))
                break
    add(near, 1.0)
    add(links, 2.0)
    pairs = combinations(range(len(world)), 2)
    add([(a, b) for a, b in pairs if world.district[a] != world.district[b] and km[a, b] <= spec["neighbour_km"]], 0.5)
    return weights


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), size=st.integers(1, 40), peers=st.integers(0, 6), reach=st.sampled_from([0.0, 30.0]))
def test_ties_follow_their_definition(tmp_path_factory, seed, size, peers, reach):
    random = np.random.default_rng(seed)
    kinds = random.choice([*CHAIN, "clinic"], size)
    districts = random.integers(0, 5, size)
    lat, lon = random.uniform(10, 11, size), (179.5 + random.uniform(0, 1, size) + 180) % 360 - 180
    rows = [f"F{i},{kinds[i]},D{districts[i]},P{districts[i] // 2},{lat[i]},{lon[i]}" for i in range(size)]
    spec = {"peers_per_facility": peers, "neighbour_km": reach}
    world = build(tmp_path_factory.mktemp("w"), rows, **spec, referral=CHAIN)
    network = world.network
    found = dict(zip(zip(network.source.tolist(), network.target.tolist(), strict=True), network.weight, strict=True))
    assert found == expected_weights(world, spec)


@pytest.fixture(scope="module")
def country() -> World:
    document = {
        "title": "t", "start": "2024-01-01", "months": 12,
        "world": {"provinces": 2, "districts": 5, "neighbour_km": 25.0, "district_tie": 0.3, "neighbour_tie": 1e-9,
                  "kinds": [{"name": "hospital", "per_district": 1}, {"name": "centre", "count": 60}]},
        "indicators": [{"name": "a"}], "ideas": [{"name": "i", "indicator": "a", "effect": 0.4}],
    }  # fmt: skip
    return build_world(from_document(document, Origin()))


def test_edges_and_peers_tell_the_same(country):
    network, size = country.network, len(country)
    matrix = np.zeros((size, size))
    matrix[network.source, network.target] = network.weight
    matrix += matrix.T
    assert (network.source < network.target).all()
    assert len(network) == len(set(zip(network.source, network.target, strict=True)))
    for f in range(size):
        row = slice(network.start[f], network.start[f + 1])
        np.testing.assert_array_equal(network.peer[row], np.flatnonzero(matrix[f]))
        np.testing.assert_array_equal(network.peer_weight[row], matrix[f, network.peer[row]])
        assert network.total[f] == matrix[f].sum()
    assert (network.start.dtype, network.peer.dtype, network.source.dtype) == (np.int64, np.int32, np.int32)
    assert (network.peer_weight.dtype, network.total.dtype, network.tie.dtype) == (np.float64, np.float64, np.int8)


def test_sums_of_weights_do_not_depend_on_their_order(country):
    weights = country.network.weight
    scaled = weights * 2**16
    np.testing.assert_array_equal(scaled, np.rint(scaled))
    assert weights.min() == 2**-16
    shuffled = np.random.default_rng(1).permutation(weights)
    assert sum(weights.tolist()) == sum(shuffled.tolist()) == weights.sum()


def test_a_synthetic_country_refers_along_its_kinds(country):
    kinds = country.facilities["kind"].to_numpy()
    network = country.network
    referral = network.tie == network.ties.index("referral")
    assert referral.sum() == 60
    pairs = zip(kinds[network.source[referral]], kinds[network.target[referral]], strict=True)
    assert all({*pair} == {"hospital", "centre"} for pair in pairs)


def test_the_graph_carries_what_the_arrays_say(country):
    graph, network = country.network.graph(), country.network
    assert graph.number_of_nodes() == len(country) and graph.number_of_edges() == len(network)
    assert graph.nodes[3] == country.facilities.loc[3, ["id", "kind", "district"]].to_dict()
    for edge in (0, len(network) - 1):
        attributes = graph.edges[int(network.source[edge]), int(network.target[edge])]
        assert attributes == {"weight": network.weight[edge], "tie": network.ties[network.tie[edge]]}


def test_a_named_place_of_referral_goes_before_the_nearest(tmp_path):
    rows = ["H1,hospital,D,0,0,", "H2,hospital,E,0,5,H1", "C1,health_centre,D,0,0.1,H2", "C2,health_centre,D,0,0.1,"]
    world = build(tmp_path, rows, "id,kind,district,lat,lon,refers_to", district_tie=0.0)
    assert ties(world) == dict.fromkeys([("H1", "H2"), ("H2", "C1"), ("H1", "C2")], (2.0, "referral"))


def test_a_pair_with_several_ties_gets_their_sum_and_the_heaviest_kind(tmp_path):
    rows = ["H1,hospital,D,P,0,0", "C1,health_centre,D,P,0,0.1", "C2,health_centre,E,P,0,0.2"]
    world = build(tmp_path, rows, neighbour_km=30.0, peers="from,to,weight\nC1,H1,5\nC1,C2,0.25\n")
    assert ties(world) == {
        ("H1", "C1"): (8.0, "user"), ("H1", "C2"): (2.5, "referral"), ("C1", "C2"): (0.75, "neighbour"),
    }  # fmt: skip


def test_facilities_in_one_place_know_as_many_peers_as_others(tmp_path):
    world = build(tmp_path, [f"F{i},clinic,D,P,1,1" for i in range(200)], peers_per_facility=3)
    assert np.diff(world.network.start).min() >= 3 and len(world.network) <= 600


def test_positions_that_are_not_known_make_no_neighbours(tmp_path):
    rows = ["A,clinic,D,P,0,0", "B,clinic,E,P,0,0.01", "C,clinic,F,P,,", "D,clinic,G,P,,"]
    assert [*ties(build(tmp_path, rows, neighbour_km=500.0))] == [("A", "B")]
    with pytest.raises(BadInput, match=r"world.neighbour_km: found 500, but no position is known"):
        build(tmp_path, rows[2:], neighbour_km=500.0)


@pytest.mark.parametrize(("key", "value"), [("peers_per_facility", 900), ("neighbour_km", 900.0)])
def test_more_ties_than_can_be_kept_are_refused_before_they_are_made(key, value):
    document = {
        "title": "t", "start": "2024-01-01", "months": 12,
        "world": {"provinces": 1, "districts": 10, "kinds": [{"name": "c", "count": 30_000}], key: value},
        "indicators": [{"name": "a"}], "ideas": [{"name": "i", "indicator": "a", "effect": 0.4}],
    }  # fmt: skip
    with pytest.raises(BadInput, match=f"world.{key}: found 900, which makes more than 20,000,000 ties"):
        build_world(from_document(document, Origin()))


PLACES = ["A-1,clinic,D,P,0,0", "A-2,clinic,E,P,0,1", "A-3,clinic,F,P,0,2"]


@pytest.mark.parametrize(
    ("peers", "expected"),
    [
        ("from,weight\nA-1,1\n", "line 1: to: is missing; the file has from, weight"),
        ("from,to,weight\nA-1,A-9,1\n", "line 2: to: no facility has the id 'A-9'; did you mean"),
        ("from,to,weight\nA-1,A-2,1\nA-1,A-1,1\n", "line 3: to: ties a facility to itself"),
        ("from,to,weight\nA-1,A-2,1\nA-2,A-1,1\n", "line 3: from, to: this pair stands in line 2 already"),
        ("from,to,weight\nA-1,A-2,0\n", "line 2: weight: found 0 (allowed: a number above 0"),
        ("from,to,weight\nA-1,A-2,\n", "line 2: weight: found nothing"),
        ("from,to,weight\nA-1,A-2,inf\n", "line 2: weight: found inf"),
        ("from,to,weight\n", "has no row below"),
    ],
)
def test_faults_of_an_edge_list_are_named_with_their_line(tmp_path, peers, expected):
    with pytest.raises(BadInput, match=re.escape(expected)):
        build(tmp_path, PLACES, peers=peers)


def test_all_faults_of_an_edge_list_are_told_at_once(tmp_path):
    with pytest.raises(BadInput) as caught:
        build(tmp_path, PLACES, peers="from,to,weight\nB-1,A-2,x\nA-1,A-1,-1\n")
    assert [problem.line for problem in caught.value.problems] == [2, 2, 3, 3]
