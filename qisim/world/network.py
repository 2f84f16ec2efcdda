"""The peer network: which facilities know each other, how well, and by what kind of tie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from qisim.world.ties import TIES, Ties

if TYPE_CHECKING:
    import networkx as nx

SMALLEST_WEIGHT = 2.0**-16


@dataclass(frozen=True, eq=False)
class PeerNetwork:
    """Weighted, undirected ties among F facilities, as E edges and as the sorted peers of each facility.

    Weights are multiples of 2**-16, at least that, so that their sums are exact in whatever order they are added.
    """

    facilities: pd.DataFrame  # columns id, kind, district; row = facility
    source: npt.NDArray[np.int32]  # [E], below target; edges ascend by source, then target
    target: npt.NDArray[np.int32]  # [E]
    weight: npt.NDArray[np.float64]  # [E]
    tie: npt.NDArray[np.int8]  # [E], position in `ties`
    start: npt.NDArray[np.int64]  # [F + 1]: the peers of facility f are peer[start[f]:start[f + 1]]
    peer: npt.NDArray[np.int32]  # [2 E], ascending within a facility
    peer_weight: npt.NDArray[np.float64]  # [2 E]
    total: npt.NDArray[np.float64]  # [F], sum of each facility's weights
    ties: tuple[str, ...] = TIES

    def __len__(self) -> int:
        """The number of edges."""
        return len(self.source)

    def graph(self) -> nx.Graph:
        """The network for networkx: nodes 0..F-1 with id, kind and district, edges with weight and tie."""
        import networkx as nx

        graph = nx.Graph()
        columns = (self.facilities[column].tolist() for column in ("id", "kind", "district"))
        for number, (name, kind, district) in enumerate(zip(*columns, strict=True)):
            graph.add_node(number, id=name, kind=kind, district=district)
        edges = (array.tolist() for array in (self.source, self.target, self.weight, self.tie))
        for source, target, weight, tie in zip(*edges, strict=True):
            graph.add_edge(source, target, weight=weight, tie=self.ties[tie])
        return graph


def peer_network(facilities: pd.DataFrame, ties: Sequence[Ties]) -> PeerNetwork:
    """The network of all ties. A pair with several gets the sum of their weights and the kind of the heaviest."""
    return network_of(facilities, *_merged(ties, len(facilities)))


def network_of(
    facilities: pd.DataFrame,
    source: npt.NDArray[np.int64],
    target: npt.NDArray[np.int64],
    weight: npt.NDArray[np.float64],
    tie: npt.NDArray[np.int8],
    ties: tuple[str, ...] = TIES,
) -> PeerNetwork:
    """The network of pairs that stand in order, each once, with their weights and the positions of their kinds."""
    count = len(facilities)
    row, peer = np.concatenate((source, target)), np.concatenate((target, source))
    order = np.lexsort((peer, row))
    both = np.concatenate((weight, weight))
    return PeerNetwork(
        facilities=facilities[["id", "kind", "district"]].reset_index(drop=True),
        source=source.astype(np.int32),
        target=target.astype(np.int32),
        weight=weight,
        tie=tie,
        start=np.concatenate(([0], np.cumsum(np.bincount(row, minlength=count)))).astype(np.int64),
        peer=peer[order].astype(np.int32),
        peer_weight=both[order],
        total=np.bincount(row, both, count).astype(np.float64),
        ties=ties,
    )


def _merged(
    ties: Sequence[Ties], count: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.int8]]:
    """Each pair once, ascending: source, target, summed weight, kind of the heaviest tie (the first kind if equal)."""
    pair = np.concatenate([np.minimum(t.a, t.b) * count + np.maximum(t.a, t.b) for t in ties])
    kind = np.concatenate([np.full(len(t.a), TIES.index(t.kind), dtype=np.int8) for t in ties])
    raw = np.concatenate([t.weight for t in ties])
    weight = np.maximum(np.rint(raw / SMALLEST_WEIGHT), 1) * SMALLEST_WEIGHT
    order = np.lexsort((kind, -weight, pair))
    unique, first = np.unique(pair[order], return_index=True)
    summed = np.add.reduceat(weight[order], first) if len(first) else weight
    return unique // count, unique % count, summed, kind[order][first]
