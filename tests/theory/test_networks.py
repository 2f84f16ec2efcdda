"""Peers on a fixed network, beside an independent program for the same process.

A facility that uses the idea passes it on to each peer with a probability a month that follows from the weight of their
tie among the peer's ties, and hazards of several peers add up. So the months until it is passed on along a tie are
geometric, and facilities hear of it as in an epidemic without recovery that has such times of transmission. Epidemics
on Networks (Miller and Ting, Journal of Open Source Software 2019;4(44):1731) simulates that, event by event.
"""

from __future__ import annotations

from pathlib import Path

import EoN
import networkx as nx
import numpy as np
import pytest

from qisim.scenario.edit import changed
from qisim.scenario.schema import Scenario
from qisim.world.world import build_world
from tests.theory.settings import STILL, Z, idea, scenario, simulate

FACILITIES, MONTHS, BETA, FIRST = 20, 24, 0.3, 0.1
RUNS = 4000


def hub_and_spokes() -> nx.Graph:
    """A few facilities with many ties, and weights from weak to strong."""
    graph = nx.barabasi_albert_graph(FACILITIES, 2, seed=3)
    weights = np.random.default_rng(3).choice([0.25, 1.0, 4.0], size=graph.number_of_edges())
    nx.set_edge_attributes(graph, dict(zip(graph.edges, weights.tolist(), strict=True)), "weight")
    return graph


def chain_of_districts() -> nx.Graph:
    """Four close groups in a row, one weak tie between neighbours: slow, and far from a complete graph."""
    graph = nx.disjoint_union_all([nx.complete_graph(FACILITIES // 4) for _ in range(4)])
    nx.set_edge_attributes(graph, 1.0, "weight")
    graph.add_weighted_edges_from([(4, 5, 0.5), (9, 10, 0.5), (14, 15, 0.5)])
    return graph


NETWORKS = {"hub and spokes": hub_and_spokes(), "chain of districts": chain_of_districts()}


def question(graph: nx.Graph, folder: Path) -> Scenario:
    """Facilities with these ties and no others; whoever hears of the idea uses it in the same month."""
    base = scenario(
        MONTHS,
        FACILITIES,
        peers=0,
        ideas=[idea(initial_users=FIRST, needs_adapting=False)],
        behaviour={**STILL, "peer_influence": BETA},
    )
    ids = list(build_world(base).facilities["id"])
    rows = [f"{ids[a]},{ids[b]},{weight}" for a, b, weight in graph.edges(data="weight")]
    file = folder / "ties.csv"
    file.write_text("\n".join(["from,to,weight", *rows]) + "\n")
    asked = changed(base, {"world.peers": str(file)})
    assert nx.utils.graphs_equal(nx.Graph(build_world(asked).network.graph().edges), nx.Graph(graph.edges))
    return asked


def heard(engine: str, asked: Scenario, replicates: int) -> np.ndarray:
    """Whether each facility has heard of the idea by each month, bool[replicates, FACILITIES, MONTHS + 1]."""
    stage = simulate(engine, asked, replicates).idea_months["stage"].to_numpy()
    assert set(stage) <= {"unaware", "adopted"}
    return (stage == "adopted").reshape(replicates, MONTHS + 1, FACILITIES).swapaxes(1, 2)


def infected(graph: nx.Graph, runs: int, beta: float = BETA) -> np.ndarray:
    """The same from Epidemics on Networks."""
    rng = np.random.default_rng(1)
    total = dict(graph.degree(weight="weight"))
    passes = {
        (a, b): 1.0 - np.exp(-beta * graph.edges[a, b]["weight"] / total[b])
        for one, other in graph.edges
        for a, b in ((one, other), (other, one))
    }
    result = np.zeros((runs, FACILITIES, MONTHS + 1), dtype=bool)
    for run in range(runs):
        first = np.flatnonzero(rng.random(FACILITIES) < FIRST).tolist()
        history = EoN.fast_nonMarkov_SIR(
            graph,
            trans_time_fxn=lambda a, b: float(rng.geometric(passes[a, b])),
            rec_time_fxn=lambda node: np.inf,
            initial_infecteds=first,
            tmax=MONTHS + 0.5,
            rng=rng,
            return_full_data=True,
        )
        for facility in range(FACILITIES):
            times, states = history.node_history(facility)
            when = [time for time, state in zip(times, states, strict=True) if state == "I"]
            if when:
                result[run, facility, int(when[0]) :] = True
    return result


@pytest.mark.slow
@pytest.mark.parametrize("network", NETWORKS)
def test_peers_spread_an_idea_as_an_independent_program_does(network, tmp_path):
    """By facility and month, the share that has heard; and the mean and spread of their number."""
    graph = NETWORKS[network]
    asked, theirs = question(graph, tmp_path), infected(graph, RUNS)
    for engine, replicates in (("core", RUNS), ("mesa", 30)):
        ours = heard(engine, asked, replicates)
        assert 0.3 < ours[..., -1].mean() < 0.99
        assert_alike(ours, theirs)
        numbers, their_numbers = ours.sum(axis=1), theirs.sum(axis=1)
        assert_alike(numbers, their_numbers)
        if replicates == RUNS:  # squared deviations are too skewed for a few replicates
            assert_alike((numbers - numbers.mean(axis=0)) ** 2, (their_numbers - their_numbers.mean(axis=0)) ** 2)


def assert_alike(ours: np.ndarray, theirs: np.ndarray) -> None:
    """Means over the first axis of two independent samples differ by at most `Z` standard errors of the difference.

    A share is given at least the spread of one case among both samples.
    """
    n, m = len(ours), len(theirs)
    both = np.concatenate([ours, theirs]).astype(float)
    variance = np.maximum(both.var(axis=0), 1.0 / len(both))
    off = ours.mean(axis=0) - theirs.mean(axis=0)
    assert (np.abs(off) <= Z * np.sqrt(variance * (1.0 / n + 1.0 / m))).all(), f"off by up to {np.abs(off).max()}"


def test_a_wrong_probability_would_be_seen(tmp_path):
    """The comparison is sharp enough to tell a hazard that is a fifth too high."""
    graph = NETWORKS["chain of districts"]
    ours = heard("core", question(graph, tmp_path), RUNS)
    with pytest.raises(AssertionError, match="off by up to"):
        assert_alike(ours.sum(axis=1), infected(graph, RUNS, 1.2 * BETA).sum(axis=1))
