"""Whatever stands in a design, a table of points, a sweep's manifest or [calibrate] is read, or refused in words."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import qisim
from qisim.calibration import settings as calibrate
from qisim.input.errors import BadInput
from qisim.sweeps import experiment
from qisim.sweeps.design import Design, load_design
from qisim.sweeps.design_check import check, check_factors
from qisim.sweeps.manifest import read_manifest
from qisim.sweeps.points import points
from qisim.sweeps.status import status
from tests import small_sweeps

few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

TEXTS = st.sampled_from(["", ".", "a", "behaviour", "months", "x" * 200_000, "ክ", "\x1b[31m", "1e400", '"', "é.ü"])
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(),
    TEXTS,
    st.just([]),
    st.just({}),
    st.just([None]),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small sweep of two points, run."""
    folder = tmp_path_factory.mktemp("small")
    small_sweeps.write(folder)
    factors = [{"name": "turnover", "key": "behaviour.turnover_annual", "levels": [0.1, 0.2]}]
    design = Design(scenario=folder / "small.toml", method="factorial", factors=factors, replicates=2)
    experiment.sweep(design, folder / "out", layout=(1, 1))
    return folder


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where everything stands in a document, tables and lists included."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield from leaves(item, (*path, key))


def edited(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A copy with another value in one place."""
    copy = json.loads(json.dumps(document))
    if not path:
        return value
    here = copy
    for part in path[:-1]:
        here = here[part]
    here[path[-1]] = value
    return copy


@few
@given(st.data())
def test_an_edited_manifest_of_a_sweep(folder: Path, data: st.DataObject) -> None:
    other = folder / "edited"
    if not other.exists():
        shutil.copytree(folder / "out", other)
    good = json.loads((folder / "out" / "sweep.json").read_text())
    document = edited(good, data.draw(st.sampled_from(list(leaves(good)))), data.draw(VALUES))
    (other / "sweep.json").write_text(json.dumps(document))
    for use in (status, lambda f: qisim.load_sweep(f).design, lambda f: qisim.load_sweep(f).runs, qisim.sensitivity):
        with suppress(BadInput):
            use(other)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("outcomes",), ["nosuch"]), (("meanings",), {}), (("factors", 0, "levels"), 0), (("files",), {}),
        (("layout", "points"), 10**12), (("layout", "replicates"), 10**12), (("design", "method"), "morris"),
        (("design", "replicates"), "x"),
    ],
)  # fmt: skip
def test_a_manifest_that_does_not_hold_together_is_damaged(folder: Path, path: tuple[Any, ...], value: Any) -> None:
    (folder / "damaged").mkdir(exist_ok=True)
    good = json.loads((folder / "out" / "sweep.json").read_text())
    (folder / "damaged" / "sweep.json").write_text(json.dumps(edited(good, path, value)))
    with pytest.raises(BadInput, match="is damaged"):
        read_manifest(folder / "damaged")


HEADERS = st.lists(
    st.one_of(
        TEXTS, st.text(max_size=8), st.sampled_from(["point", "behaviour.turnover_annual", "programme.coaching"])
    ),
    max_size=4,
)
CELLS = st.one_of(TEXTS, st.text(max_size=8), st.floats().map(str), st.integers().map(str), st.booleans().map(str))


@few
@given(
    HEADERS, st.lists(st.lists(CELLS, max_size=4), max_size=4), st.sampled_from(",;\t"),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1"]),
    st.sampled_from(["", "\n", " \r\n", "\0"]),
)  # fmt: skip
def test_any_table_of_points(
    folder: Path, header: list[str], rows: list[list[str]], separator: str, encoding: str, before: str
) -> None:
    text = before + "\n".join(separator.join(row) for row in [header, *rows]) + "\n"
    (folder / "points.csv").write_bytes(text.encode(encoding, errors="replace"))
    design = Design(scenario=folder / "small.toml", method="points", file=str(folder / "points.csv"))
    with suppress(BadInput):
        points(design, design.base())


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b"\n0.1\n", "has no rows"),
        ("behaviour.turnover_annual\n0.1\n".encode("utf-16"), "is not UTF-8 text"),
        ("behaviour.turnover_annual\n0.1\n".encode("utf-16-le"), "is not UTF-8 text"),
        (b"x" * 200_000 + b"\n0.1\n", "line 1: names a column in 200,000 characters"),
        (b",".join(b"k%d" % i for i in range(20_000)) + b"\n1\n", "line 1: names 20,000 columns"),
        (b"behaviour.turnover_annual,,months\n0.1,2,3\n", "line 1: column 2 has no name"),
        (
            b"\n\nbehaviour.turnover_annual\n\n0.1\n" + b"z" * 200_000 + b"\n",
            "line 6: behaviour.turnover_annual: found 'zzz",
        ),
    ],
    ids=str,
)
def test_what_is_wrong_with_a_header_or_a_giant_cell(folder: Path, content: bytes, told: str) -> None:
    (folder / "points.csv").write_bytes(content)
    design = Design(scenario=folder / "small.toml", method="points", file=str(folder / "points.csv"))
    with pytest.raises(BadInput) as refused:
        points(design, design.base())
    assert told in str(refused.value)
    assert len(str(refused.value)) < 1000


DESIGN = {
    "title": "t", "scenario": "small.toml", "method": "factorial", "points": 4, "replicates": 2, "seed": 1,
    "outcomes": ["reached"],
    "factors": [{"key": "behaviour.turnover_annual", "levels": [0.1, 0.2]}, {"key": "months", "low": 4, "high": 6}],
}  # fmt: skip


@few
@given(st.sampled_from(list(leaves(DESIGN))[1:]), VALUES, st.sampled_from(["saltelli", "morris", "latin_hypercube"]))
def test_any_design(folder: Path, path: tuple[Any, ...], value: Any, method: str) -> None:
    document = edited({**DESIGN, "method": method}, path, value)
    with suppress(BadInput):
        design = Design(**{**document, "scenario": folder / "small.toml"})
        check(design)
        check_factors(design, design.base())


@pytest.mark.parametrize("level", ["07:30:00", "2024-01-01T07:30:00Z", "nan", "inf"])
def test_a_level_of_any_kind_that_toml_knows(folder: Path, level: str) -> None:
    text = f'scenario = "small.toml"\nmethod = "factorial"\n[[factors]]\nkey = "months"\nlevels = [{level}]\n'
    (folder / "design.toml").write_text(text)
    design = load_design(folder / "design.toml")
    with pytest.raises(BadInput, match=r"design\.toml, line 5"):
        check_factors(design, design.base())


@pytest.mark.parametrize(
    ("method", "count", "factors"),
    [("saltelli", 8_388_608, 152), ("morris", 60_000, 500), ("latin_hypercube", 10_000_000, 12),
     ("factorial", None, 5000), ("one_at_a_time", None, 9000)],
)  # fmt: skip
def test_designs_without_measure_are_refused_before_they_are_made(method: str, count: int | None, factors: int) -> None:
    rows = [{"key": f"behaviour.x{i}", "levels": [1, 2]} for i in range(factors)]
    with pytest.raises(BadInput) as refused:
        check(Design(scenario="s.toml", method=method, points=count, factors=rows))
    (problem,) = refused.value.problems
    assert problem.key == ("factors" if count is None else "points")
    assert problem.what.startswith("makes ")


CALIBRATE = {
    "parameters": ["works_base"], "simulations": 4000, "rounds": 3, "tolerance": 0.1, "seed": 1,
    "priors": {"reach_growth": {"low": 0.5, "high": 2.5}, "works_base": {"mean": -1.5, "sd": 0.5}},
}  # fmt: skip


def written(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    return str(value) if isinstance(value, float) else json.dumps(value)


@few
@given(st.sampled_from(list(leaves(CALIBRATE))[1:]), VALUES, st.sampled_from(["", "hihg", "low", "1", "collaborative"]))
def test_any_settings_of_a_calibration(folder: Path, path: tuple[Any, ...], value: Any, key: str) -> None:
    document = edited(CALIBRATE, path, value)
    if isinstance(document["priors"], dict):
        document["priors"]["peer_influence"] = {"low": 0.1, "high": 0.5, key: 0.9}
    text = "[calibrate]\n" + "".join(f"{name} = {written(item)}\n" for name, item in document.items())
    (folder / "calibrate.toml").write_text(text)
    with suppress(BadInput):
        found = calibrate.read(folder / "calibrate.toml")
        scenario = qisim.load(folder / "small.toml").scenario
        calibrate.settings(scenario, **{name: item for name, item in found if item is not None})


def test_a_slip_in_a_prior_is_told(folder: Path) -> None:
    (folder / "calibrate.toml").write_text("[calibrate.priors]\nreach_growth = { low = 0.5, hihg = 2.5 }\n")
    with pytest.raises(
        BadInput, match=r"line 2: calibrate\.priors\.reach_growth\.hihg: unknown key; did you mean 'high'"
    ):
        calibrate.read(folder / "calibrate.toml")
