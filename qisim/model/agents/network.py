"""The peer network as a Mesa space, whose ties are those of the world."""

from __future__ import annotations

from inspect import signature
from random import Random
from types import MappingProxyType
from typing import Any, NoReturn

import networkx as nx
from mesa.discrete_space import Cell, Network

from qisim.input.errors import BadInput, Problem


class Place(Cell):
    """A facility's place in the peer network. Its ties do not change once the network is built."""

    built = False

    def connect(self, other: Cell, key: Any = None) -> None:
        """Tie two places, while the network is built."""
        if self.built:
            _refuse()
        super().connect(other, key)

    def disconnect(self, other: Cell) -> None:
        """Refused: influence passes along the ties of the world, to which a cut made here would be unknown."""
        _refuse()


def peer_space(graph: nx.Graph, random: Random) -> Network:
    """The peers as a space with one place for each facility; neither it nor `graph` can be rewired afterwards."""
    options: dict[str, Any] = {"layout": None} if "layout" in signature(Network).parameters else {}
    space = Network(nx.freeze(graph), capacity=1, random=random, cell_klass=Place, **options)
    for place in space.all_cells:
        place.built = True
        place.connections = MappingProxyType(place.connections)
    return space


def _refuse() -> NoReturn:
    allowed = "ties of the world: those of [world], and of the file that its key peers names"
    raise BadInput(Problem("model.grid", "the peer network cannot be rewired", allowed=allowed))
