"""A study with some keys of its scenario changed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import qisim
from qisim.scenario.edit import changed
from qisim.scenario.load import load_scenario
from qisim.scenario.schema import Scenario
from qisim.study.study import Study

FILE = Path(__file__).parents[3] / "scenarios" / "one_district.toml"
COACH, TEAMS = "programme.district coach", "programme.district collaborative"


@pytest.fixture
def study() -> Study:
    return qisim.load(FILE)


def at(scenario: Scenario, key: str) -> Any:
    """The value at a dotted key without names."""
    here: Any = scenario
    for part in key.split("."):
        here = here[int(part)] if part.isdecimal() else getattr(here, part)
    return here


@pytest.mark.parametrize(
    ("key", "value", "where"),
    [
        ("title", "Another", "title"),
        ("behaviour.turnover_annual", 0.3, "behaviour.turnover_annual"),
        (f"{COACH}.days_per_month", 3.5, "programme.1.days_per_month"),
        ("programme.1.days_per_month", 3.5, "programme.1.days_per_month"),
        (f"{COACH}.days_per_month", np.int64(3), "programme.1.days_per_month"),
        (f"{TEAMS}.sessions", np.int64(6), "programme.0.sessions"),
        (f"{TEAMS}.waves.1.start", 9, "programme.0.waves.1.start"),
        ("world.kinds.health_centre.count", 5, "world.kinds.1.count"),
        ("ideas.antenatal tests at one counter.effect", 0.1, "ideas.1.effect"),
    ],
)
def test_one_key_changes_and_nothing_else(study: Study, key: str, value: Any, where: str) -> None:
    before = study.scenario.model_dump()
    other = study.changed({key: value}).scenario
    assert at(other, where) == value
    assert at(study.scenario, where) != value
    assert changed(other, {key: at(study.scenario, where)}).model_dump() == before
    assert study.scenario.model_dump() == before


@given(st.fixed_dictionaries({}, optional={
    "months": st.integers(1, 600), "target.score": st.floats(0, 1), f"{TEAMS}.sessions": st.integers(1, 24),
    "behaviour.turnover_annual": st.floats(0, 0.99), f"{COACH}.external": st.booleans(),
}))  # fmt: skip
def test_changes_at_once_are_changes_one_by_one(changes: dict[str, Any]) -> None:
    start = one_by_one = load_scenario(FILE)
    at_once = changed(start, changes)
    for key, value in changes.items():
        one_by_one = changed(one_by_one, {key: value})
    assert at_once.model_dump() == one_by_one.model_dump()


def test_names_with_dots_are_found(study: Study) -> None:
    renamed = study.changed({f"{COACH}.name": "coach No. 1", "programme.exchange visits.name": "coach No"})
    other = renamed.changed({"programme.coach No. 1.days_per_month": 2, "programme.coach No.visits": 5}).scenario
    assert (other.programme[1].days_per_month, other.programme[2].visits) == (2, 5)


def test_tables_are_dropped_replaced_and_taken_from_elsewhere(study: Study) -> None:
    dropped = study.changed({f"{COACH}.remove": True, "world.kinds.hospital.remove": True}).scenario
    assert [element.name for element in dropped.programme] == ["district collaborative", "exchange visits"]
    assert [kind.name for kind in dropped.world.kinds] == ["health_centre"]
    others = [element for element in study.scenario.programme if element.kind != "coaching"]
    taken = study.changed({"programme": others}).scenario
    assert taken.programme == dropped.programme
    wave = {"start": 2, "share": 0.5}
    assert study.changed({f"{TEAMS}.waves": [wave]}).scenario.programme[0].waves[0].share == 0.5
    assert wave == {"start": 2, "share": 0.5}


def test_a_key_may_be_left_out_in_favour_of_another(study: Study) -> None:
    coach = study.changed({f"{COACH}.coaches": None, f"{COACH}.coaches_per_district": 2}).scenario.programme[1]
    assert (coach.coaches, coach.coaches_per_district) == (None, 2)


@pytest.mark.parametrize(
    ("key", "value"),
    [("target.score", 0.5), ("target", {"score": 0.5}), ("behaviour.turnover_annual", 0.3),
     (f"{COACH}.visits_per_facility", 1), ("description", "x"), ("groups", ["kind"]), ("parameters", "plausible")],
)  # fmt: skip
def test_none_returns_to_the_default(study: Study, key: str, value: Any) -> None:
    default = study.changed({key: None}).scenario.model_dump()
    assert study.changed({key: value}).changed({key: None}).scenario.model_dump() == default


@pytest.mark.parametrize("given", ["a.toml", Path("a.toml"), {"title": "x"}, None])
def test_a_study_is_made_of_a_scenario_only(given: Any) -> None:
    with pytest.raises(
        qisim.BadInput, match=r"^Study: found .* \(allowed: a scenario; one in a file is read with qisim.lo"
    ):
        Study(given)


@pytest.mark.parametrize(
    ("name", "message"),
    [("months", r"another study with other values: study.changed\({'months': ...}\)"),
     ("scenario", r"Study\(scenario\)"), ("world", r"Study\(study.scenario, world\)")],
)  # fmt: skip
def test_what_is_set_on_a_study_would_change_nothing_and_is_refused(study: Study, name: str, message: str) -> None:
    with pytest.raises(qisim.BadInput, match=rf"Study: {name} cannot be set \(allowed: .*{message}"):
        setattr(study, name, 12)
    with pytest.raises(qisim.BadInput, match="world: found 3"):
        Study(study.scenario, 3)  # type: ignore[arg-type]


def test_a_quantity_becomes_uncertain_and_its_limits_change(study: Study) -> None:
    key = "behaviour.turnover_annual"
    uncertain = study.changed({key: {"low": 0.1, "high": 0.3}})
    assert uncertain.scenario.has_uncertainty
    assert uncertain.changed({f"{key}.high": 0.2}).scenario.behaviour.turnover_annual.high == 0.2


@pytest.mark.parametrize(
    ("changes", "messages"),
    [
        ({"behaviour.turnover_anual": 0.3}, [r"behaviour.turnover_anual: unknown key; .* 'turnover_annual'"]),
        ({"programm.district coach.days_per_month": 3}, [r"programm: unknown key; did you mean 'programme'"]),
        ({f"{COACH}.days_per_month": 80}, [rf"{COACH}.days_per_month: found 80 \(allowed: less .* 31\)"]),
        (
            {"programme.district coatch.days_per_month": 3},
            [r"no 'district coatch' here; did you mean 'district coach'"],
        ),
        ({f"{TEAMS}.waves.2.sites": 3}, [r"no '2' here \(allowed: 0, 1\)"]),
        ({"months.twelve": 3}, [r"months.twelve: there are no keys below 'months'"]),
        ({"title": None}, [r"title: is missing"]),
        ({"world": None}, [r"world: is missing"]),
        ({"programme.0": None}, [r"programme.0: found None"]),
        ({"programme." + "1" * 5000 + ".name": 3}, [r"there is no '1+ \.\.\.' here"]),
        ({"programme.": []}, [r"programme.: unknown key; did you mean 'programme'"]),
        ({f"{COACH}.": {}}, [r"no 'district coach.' here"]),
        ({"": 1}, [r"unknown key"]),
        ({"world": 3}, [r"world: found 3"]),
        ({f"{COACH}.coaches": None}, [rf"{COACH}: give one of coaches and coaches_per_district"]),
        ({"ideas.checklist inside the antenatal card.indicator": "x"}, [r"antenatal card.indicator: found 'x'"]),
        (
            {"start": True, "ideas.x.effect": 1, "months": 0},
            ["ideas.x.effect: .* no 'x'", "start: ", "months: found 0"],
        ),
    ],
)
def test_what_cannot_be_is_refused_all_at_once(study: Study, changes: dict[str, Any], messages: list[str]) -> None:
    with pytest.raises(qisim.BadInput) as refused:
        study.changed(changes)
    told = [str(problem) for problem in refused.value.problems]
    assert len(told) == len(messages)
    for said, message in zip(told, messages, strict=True):
        assert said.startswith("scenario: ")
        assert re.search(message, said)


def test_the_facilities_stay_unless_they_are_changed(study: Study) -> None:
    world = study.world
    assert study.changed({f"{COACH}.days_per_month": 3, "world.seed": 7}).world is world
    assert study.changed({"indicators.hand hygiene correct.baseline": 0.2}).world is world
    assert len(study.changed({"world.kinds.health_centre.count": 5}).world) == 6
    renamed = {
        "indicators.hand hygiene correct.name": "hands",
        f"ideas.{study.scenario.ideas[0].name}.indicator": "hands",
    }
    assert "baseline_hands" in study.changed(renamed).world.facilities


def test_a_changed_study_runs_as_its_scenario_file_would(study: Study, tmp_path: Path) -> None:
    file = tmp_path / "less.toml"
    name = FILE.as_posix()
    file.write_text(f'extends = "{name}"\n[[programme]]\nname = "district coach"\ndays_per_month = 2\n')
    ours = study.changed({f"{COACH}.days_per_month": 2}).run(replicates=3)
    theirs = qisim.load(file).run(replicates=3)
    assert ours.months.equals(theirs.months)
    assert not ours.months.equals(study.run(replicates=3).months)
    assert qisim.load_results(qisim.save_results(ours, tmp_path / "out")).months.equals(ours.months)


def test_files_of_a_changed_scenario_are_sought_where_they_were(tmp_path: Path) -> None:
    (tmp_path / "places.csv").write_text("id,name,kind,district,province\nA,A,post,North,Coast\nB,B,post,North,Coast\n")
    text = FILE.read_text(encoding="utf-8")
    start, end = text.index("[world]"), text.index("[[indicators]]")
    file = tmp_path / "mine.toml"
    file.write_text(f'{text[:start]}[world]\nfacilities = "places.csv"\n{text[end:]}'.replace("sites = 6", "sites = 1"))
    study = qisim.load(file)
    assert len(study.changed({"world.district_tie": 0.5}).world) == 2
    with pytest.raises(qisim.BadInput, match=r"no such file: place.csv; did you mean 'places.csv'"):
        study.changed({"world.facilities": "place.csv"}).world  # noqa: B018
