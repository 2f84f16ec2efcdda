"""Whatever is written into a file that qisim reads, it is read or refused: never anything but BadInput."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qisim.check.notes import notes
from qisim.input.errors import UNSEEN, BadInput
from qisim.model.calendar import build_calendar
from qisim.observed.observed import read_observed
from qisim.scenario.behaviour import PARAMETERS
from qisim.scenario.elements import KINDS
from qisim.scenario.load import from_document, load_scenario
from qisim.scenario.origin import Origin
from qisim.scenario.parameter_sets import read_parameter_sets
from qisim.scenario.schema import tables
from qisim.world.world import build_world
from tests.unit.outcomes.hand_made import scenario as scenario_by_hand
from tests.unit.scenario.test_scenario_files import BASE
from tests.unit.world.test_registry import DOCUMENT

ODD = [
    "",
    "\x1b[2J",
    "\u202e",
    "\x00",
    "\ufeff",
    "é" * 5000,
    "=1+1",
    '"',
    "'",
    "-1",
    "1e999",
    "nan",
    "0x" + "f" * 5000,
    "²",
]
KEYS = [*{key for table in tables().values() for key in table.model_fields}, *KINDS, "extends", "remove", "Uncertain"]
VALUES = [
    "1", "-1", "1e400", "nan", "true", '"plausible"', '"x.csv"', '"\\u001b\\u0000"', "[]", "[[1]]", "{}", "2024-01-01",
    "07:32:00", "{ low = 0.1, high = 0.2 }", "{ low = 0.2, hihg = 1 }",
    '[{ kind = "coaching" }]', '[{ name = "post" }]',
    '"base.toml"', '"coaching"', "0x" + "f" * 4000, '["North"]',
]  # fmt: skip
STATEMENTS = st.one_of(
    st.tuples(st.sampled_from(KEYS), st.sampled_from(VALUES)).map(" = ".join),
    st.sampled_from(KEYS).map("[{}]".format),
    st.sampled_from(KEYS).map("[[{}]]".format),
    st.tuples(st.sampled_from(["world", "behaviour", "target", "costs"]), st.sampled_from(KEYS)).map(
        "[{0[0]}.{0[1]}]".format
    ),
    st.sampled_from(list(KINDS)).map('[[programme]]\nkind = "{}"'.format),
    st.sampled_from(ODD),
)
"""Lines of TOML, as they may come out of a slip or of malice."""

CELLS = st.sampled_from(["1", "0.5", "H1", "N", "post", "2024-01", "0", *ODD]) | st.text(max_size=8)


def tables_of(headers: list[str]) -> st.SearchStrategy[bytes]:
    """Tables with headers as given, or nearly."""
    header = st.lists(
        st.sampled_from([*headers, *ODD]) | st.sampled_from(headers).map(str.upper), min_size=1, max_size=5
    )
    rows = header.flatmap(
        lambda head: st.tuples(st.just(head), st.lists(st.lists(CELLS, max_size=len(head) + 1), max_size=4))
    )
    texts = st.tuples(rows, st.sampled_from(",;\t"), st.sampled_from(["\n", "\r\n", "\r"])).map(
        lambda made: made[2].join(made[1].join(row) for row in [made[0][0], *made[0][1]])
    )
    encoded = st.tuples(texts, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"]))
    return encoded.map(lambda made: made[0].encode(made[1], errors="replace")) | st.binary(max_size=40)


def read_or_refused(read: Callable[[], object]) -> None:
    try:
        read()
    except BadInput as error:
        told = str(error)
        assert told and len(told.splitlines()) <= 21 and not UNSEEN.search(told.replace("\n", ""))


@settings(max_examples=150, deadline=None)
@given(st.lists(STATEMENTS, max_size=6), st.booleans(), st.integers(0, 20))
def test_scenarios(statements: list[str], extending: bool, place: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mine.toml"
        path.with_name("base.toml").write_text(BASE, encoding="utf-8")
        lines = ['extends = "base.toml"'] if extending else BASE.splitlines()
        place = min(place, len(lines))
        path.write_text("\n".join([*lines[:place], *statements, *lines[place:]]), encoding="utf-8")

        def read() -> None:
            scenario = load_scenario(path)
            world = build_world(scenario)
            build_calendar(scenario, world)
            notes(scenario, world)

        read_or_refused(read)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60))
def test_scenarios_of_any_bytes(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mine.toml"
        path.write_bytes(data)
        read_or_refused(lambda: load_scenario(path))


@settings(max_examples=40, deadline=None)
@given(
    tables_of(["id", "kind", "district", "lat", "Longitude", "staff", "refers_to", "province", "baseline_anc_visits"])
)
def test_registries(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "places.csv").write_bytes(data)
        document = {**DOCUMENT, "world": {"facilities": "places.csv"}}
        read_or_refused(lambda: build_world(from_document(document, Origin(folder=Path(folder)))))


@settings(max_examples=60, deadline=None)
@given(tables_of([*list(PARAMETERS)[:4], "turnover_anual"]))
def test_parameter_sets(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "sets.csv").write_bytes(data)
        read_or_refused(lambda: read_parameter_sets("sets.csv", Path(folder)))


@pytest.fixture(scope="module")
def seen():
    scenario = scenario_by_hand(months=24, indicators=[{"name": "hand hygiene"}, {"name": "TB screening"}])
    return scenario, build_world(scenario)


@settings(max_examples=80, deadline=None)
@given(data=tables_of(["month", "district", "score", "enrolled", "hand hygiene_measured"]))
def test_observed_data(seen, data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "seen.csv"
        path.write_bytes(data)
        read_or_refused(lambda: read_observed(path, *seen))
