"""The world of a scenario: its facilities, their districts and provinces, and their peer network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from qisim.input.errors import MOST_LISTED, BadInput, Problem, cut, nearest_file, shown
from qisim.scenario.schema import Scenario, WorldSpec
from qisim.world.columns import BASELINE, slug
from qisim.world.edge_list import user_ties
from qisim.world.geography import km_points
from qisim.world.layout import referral_levels
from qisim.world.network import PeerNetwork, peer_network
from qisim.world.places import Codes, Places, codes, places
from qisim.world.registry import MOST_FACILITIES, Registry, read_registry
from qisim.world.synthetic import synthetic
from qisim.world.ties import district_ties, neighbour_ties, referral_ties


@dataclass(frozen=True, eq=False)
class World:
    """F facilities in D districts, and who knows whom.

    `facilities` has one row a facility and the columns id, name, kind, district, province; lat, lon (degrees); staff
    (people); travel_days (days from the district base and back); connectivity (0-1); leadership, openness, workload
    and baseline_<indicator> for each indicator of the scenario (0-1, NaN where untold); then whatever else the
    registry told, as text. Districts of one name in two provinces are called "name (province)".
    """

    facilities: pd.DataFrame
    districts: list[str]  # in order of first appearance, as are provinces and kinds
    provinces: list[str]
    kinds: list[str]
    district: Codes  # int32[F]
    province: Codes  # int32[F]
    kind: Codes  # int32[F]
    district_province: Codes  # int32[D]
    network: PeerNetwork
    notes: tuple[str, ...] = ()  # what of the registry was read otherwise than it stands there

    def __len__(self) -> int:
        """The number of facilities."""
        return len(self.facilities)

    def baseline(self) -> npt.NDArray[np.float64]:
        """Baseline performance by facility and indicator, float64[F, J], in the scenario's order; NaN where untold."""
        columns = [column for column in self.facilities if column.startswith(BASELINE)]
        return self.facilities[columns].to_numpy(np.float64)


def build_world(scenario: Scenario) -> World:
    """Read or make up the facilities of a scenario and tie them together. Raises BadInput."""
    _check_files(scenario)
    registry, chain = _registry(scenario), _chain(scenario)
    facilities = registry.facilities
    if scenario.world.facilities is not None:
        _check_referral(scenario, sorted(facilities["kind"].unique()))
    where = places(facilities)
    facilities["district"] = [where.districts[code] for code in where.district]
    kind, kinds = codes(facilities["kind"])
    network = _network(scenario, registry, where, chain)
    return World(facilities, where.districts, where.provinces, kinds, where.district, where.province, kind,
                 where.district_province, network, registry.notes)  # fmt: skip


def _registry(scenario: Scenario) -> Registry:
    """The facilities of the scenario, whether read or made up."""
    spec = scenario.world
    if spec.facilities is not None:
        with _named_in(scenario, "world.facilities"):
            return read_registry(scenario.path(spec.facilities), spec, scenario.indicators)
    _check_kinds(scenario)
    facilities = synthetic(spec, scenario.indicators)
    return Registry(facilities, np.ones(len(facilities), dtype=bool), np.full(len(facilities), -1, dtype=np.int64))


def _chain(scenario: Scenario) -> list[str]:
    """Kinds of facility from the top of the referral chain down."""
    spec = scenario.world
    return spec.referral if spec.facilities is not None else [kind.name for kind in spec.kinds]


def _network(scenario: Scenario, registry: Registry, where: Places, chain: Sequence[str]) -> PeerNetwork:
    facilities = registry.facilities
    points = km_points(facilities["lat"].to_numpy(), facilities["lon"].to_numpy())
    district, province = where.district.astype(np.int64), where.province.astype(np.int64)
    level = referral_levels(facilities["kind"], chain)
    ties = [
        district_ties(points, district, scenario),
        referral_ties(points, level, len(chain), district, province, registry.refers_to, scenario),
        neighbour_ties(points, registry.located, district, scenario),
    ]
    if scenario.world.peers is not None:
        with _named_in(scenario, "world.peers"):
            ties.append(user_ties(scenario.path(scenario.world.peers), facilities["id"].tolist()))
    return peer_network(facilities, ties)


@contextmanager
def _named_in(scenario: Scenario, key: str) -> Iterator[None]:
    """Say of problems of a file in which place the scenario names it."""
    try:
        yield
    except BadInput as error:
        raise error.named_in(scenario.origin.place(key)) from None


def _check_files(scenario: Scenario) -> None:
    """Raise BadInput, in terms of the scenario, where a file it names is not there."""
    problems = []
    for key in ("facilities", "peers"):
        name = getattr(scenario.world, key)
        if name is None:
            continue
        try:
            scenario.path(name).stat()
        except FileNotFoundError:
            problems.append(_no_such_file(scenario, f"world.{key}", name, scenario.path(name)))
        except OSError as error:
            problems.append(scenario.problem(f"world.{key}", f"found {shown(name)}: {error.strerror}"))
    if problems:
        raise BadInput(problems)


def _no_such_file(scenario: Scenario, key: str, name: str, path: Path) -> Problem:
    return scenario.problem(key, f"no such file: {cut(name)}", nearest=nearest_file(path))


def _check_kinds(scenario: Scenario) -> None:
    """Raise BadInput where the kinds of a made-up country make no facility, too many, or share a name."""
    spec = scenario.world
    names = [kind.name for kind in spec.kinds]
    problems = [
        scenario.problem(f"world.kinds.{i}.name", f"found {name!r} twice", "a name of its own for each")
        for i, name in enumerate(names)
        if name in names[:i]
    ]
    counts = [(kind.per_district or 0) * (spec.districts or 0) + (kind.count or 0) for kind in spec.kinds]
    if not 0 < sum(counts) <= MOST_FACILITIES:
        found = f"the kinds make {sum(counts):,} facilities"
        problems.append(scenario.problem("world.kinds", found, f"1 to {MOST_FACILITIES:,}"))
    if problems:
        raise BadInput(problems)


def _check_referral(scenario: Scenario, kinds: list[str]) -> None:
    """Raise BadInput where the referral chain, if not the default, misses a kind of the registry by its spelling."""
    if scenario.world.referral == WorldSpec.model_fields["referral"].default:
        return
    problems = [
        scenario.problem("world.referral", f"no facility is of the kind {shown(name)}", _some(kinds), near)
        for name, near in spelled_otherwise(scenario.world.referral, kinds).items()
    ]
    if problems:
        raise BadInput(problems)


def spelled_otherwise(chain: Sequence[str], kinds: Sequence[str]) -> dict[str, str]:
    """The kinds that a referral chain probably means by names that no facility has, such as "Referral Hospital"."""
    others = [kind for kind in kinds if kind not in chain]
    found = {name: _meant(name, others) for name in chain if name not in kinds}
    return {name: kind for name, kind in found.items() if kind}


def _meant(name: str, kinds: list[str]) -> str:
    """The kind, if any, that is `name` in other letters or with another word added."""
    close = get_close_matches(name, kinds, n=1, cutoff=0.85)
    return next((kind for kind in (*close, *kinds) if kind in close or slug(name) in slug(kind)), "")


def _some(kinds: list[str]) -> str:
    return ", ".join(kinds[:MOST_LISTED]) + (", ..." if len(kinds) > MOST_LISTED else "")
