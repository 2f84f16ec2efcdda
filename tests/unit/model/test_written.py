"""A rule or number of the core that is replaced while Python runs is refused, before compiling and after.

The bound of hearing follows the rule, or is refused.
"""

from __future__ import annotations

import importlib
import pickle
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import qisim
from qisim.input.errors import BadInput
from qisim.model import chance, rules, state
from qisim.model.batch import bound, core, kept, month, written
from qisim.model.parameters import parameters_of
from qisim.scenario.behaviour import PARAMETERS
from qisim.workers.structure import Structure

PACKAGE = Path(qisim.__file__).parent
Patch = Callable[[pytest.MonkeyPatch], None]


def _other(use, b):
    return 0.9 if use > 0.0 else 0.0


def _define_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(rules, "reaches", rules.reaches)  # for the way back
    exec("def reaches(score, threshold):\n    return score > threshold", vars(rules))


PATCHES: dict[str, Patch] = {
    "rules.hears": lambda patch: patch.setattr(rules, "hears", _other),
    "rules.reaches": _define_again,
    "rules.up": lambda patch: patch.setattr(rules.up, "__code__", rules.down.__code__),
    "rules.ASKED_TO_VISIT": lambda patch: patch.setattr(rules, "ASKED_TO_VISIT", 3),
    "chance.HEARING": lambda patch: patch.setattr(chance, "HEARING", chance.TEAM),
    "state.PEER": lambda patch: patch.setattr(state, "PEER", 9),
    "batch.month.USES": lambda patch: patch.setattr(month, "USES", 2),
    "batch.month._invent": lambda patch: patch.setattr(month, "_invent", month._meet),
    "batch.core.AT_A_TIME": lambda patch: patch.delattr(core, "AT_A_TIME"),
}


@pytest.mark.parametrize("name", PATCHES)
def test_what_is_replaced_is_refused_before_compiling_and_after(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    before, known = written.code(), written.key()
    PATCHES[name](monkeypatch)
    with pytest.raises(BadInput, match=f"^qisim.model.{name}: was replaced while Python runs"):
        kept.cache_folder()
    with pytest.raises(BadInput, match=f"^qisim.model.{name}: was replaced while Python runs"):
        written.check_same(before)
    assert written.key() != known and not list(tmp_path.iterdir())
    monkeypatch.undo()
    written.check_same(before)
    assert written.key() == known


@pytest.mark.parametrize("compiled_before", [False, True])
def test_neither_runs_nor_sweeps_follow_a_replaced_rule(
    compiled_before: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    study = qisim.load(PACKAGE.parent / "scenarios" / "one_district.toml")
    structure, none = Structure(study.scenario, study.world), parameters_of(study.scenario, 0, range(0))
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(core.replicates, "overloads", {(): None} if compiled_before else {})
    monkeypatch.setattr(core.replicates._cache, "code", written.code())
    monkeypatch.setattr(rules, "hears", _other)
    for run in (lambda: study.run(replicates=1, compiling=lambda: None), structure.compile):
        with pytest.raises(BadInput, match="copy of its source"):
            run()
    monkeypatch.setattr(core.replicates, "overloads", {(): None})
    with pytest.raises(BadInput, match="hears") as refused:
        structure.run(range(0), 0, none)
    from_worker = pickle.loads(pickle.dumps(refused.value))  # noqa: S301 - made here
    assert str(from_worker) == str(refused.value)


def test_a_module_that_is_read_again_unchanged_is_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    before = written.code()
    functions = dict(vars(rules))
    importlib.reload(rules)
    assert rules.hears is not functions["hears"]
    written.check_same(before)
    vars(rules).update(functions)


# --- the bound of hearing -------------------------------------------------------------------------------------------


def _steep(use, b):
    return 1.0 - (1.0 - min(b.peer_influence, 1.0)) ** (10.0 * use)


@pytest.mark.parametrize("rule", [_other, _steep, lambda use, b: 0.5, lambda use, b: min(use, 1.0) ** 0.1])
def test_the_bound_follows_any_rule_that_rises_with_use(rule: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "hears", rule)
    bound.check()


@pytest.mark.parametrize("rule", [lambda use, b: 0.2 * use * (1.0 - use), lambda use, b: 0.3 if use < 0.05 else 0.2])
def test_a_rule_that_falls_with_use_is_refused(rule: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "hears", rule)
    with pytest.raises(BadInput, match=r"^qisim.model.rules.hears_at_most: gives .*, but hears gives 0\.\d+ where"):
        bound.check()


share = st.floats(0.0, 1.0)


@settings(max_examples=200, deadline=None)
@given(*[share] * 7)
def test_nobody_hears_more_than_at_most(
    network: float, cohort: float, cohort_tie: float, partner: float, partner_tie: float, beta: float, threshold: float
) -> None:
    highest = PARAMETERS["peer_influence"].maximum, PARAMETERS["peer_threshold"].maximum
    b = SimpleNamespace(peer_influence=beta * highest[0], peer_threshold=threshold * highest[1])
    use = rules.visible_use(network, cohort, cohort_tie, partner, partner_tie)
    assert rules.hears(use, b) <= rules.hears_at_most(cohort_tie, partner_tie, b)
