"""What is probably not meant, and the timetable: noted where it is so, and nowhere else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import qisim
from qisim.check.notes import notes
from qisim.check.timetable import timetable
from qisim.model.calendar import Calendar
from qisim.scenario.load import from_document, load_scenario
from qisim.scenario.origin import Origin
from qisim.scenario.schema import Scenario
from qisim.world.world import build_world

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = [*sorted((ROOT / "scenarios").glob("*.toml")), ROOT / "qisim" / "scenario" / "template.toml"]
BASE = """
title = "Two districts"
start = 2024-01-01
months = 30
[world]
provinces = 1
districts = 2
kinds = [{ name = "health_centre", per_district = 5 }]
[[indicators]]
name = "hand hygiene"
[[ideas]]
name = "peer monitoring"
indicator = "hand hygiene"
effect = 0.9
[[programme]]
kind = "collaborative"
waves = [{ start = 0 }]
[[programme]]
kind = "coaching"
name = "district coaches"
coaches = 2
"""
WAVES = [{"start": 0, "sites": 6}, {"start": 6}]
COLLABORATIVE = {"kind": "collaborative", "name": "district collaborative", "waves": WAVES}
COACHES = {"kind": "coaching", "name": "district coaches", "coaches": 2}


def document(*programme: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "title": "Two districts",
        "start": "2024-01-01",
        "months": 28,
        "world": {"provinces": 1, "districts": 2, "kinds": [
            {"name": "hospital", "per_district": 1}, {"name": "health_centre", "per_district": 5}]},
        "indicators": [{"name": "hand hygiene"}],
        "ideas": [{"name": "peer monitoring", "indicator": "hand hygiene", "effect": 0.9}],
        "programme": list(programme),
        **changes,
    }  # fmt: skip


def scenario(*programme: dict[str, Any], **changes: Any) -> Scenario:
    return from_document(document(*programme, **changes), Origin())


def told(scenario: Scenario) -> list[str]:
    return [note.text for note in notes(scenario, build_world(scenario))]


def collaborative(*waves: dict[str, Any], **keys: Any) -> dict[str, Any]:
    return {**COLLABORATIVE, "waves": list(waves), **keys}


def coaches(**keys: Any) -> dict[str, Any]:
    return {**COACHES, **keys}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_nothing_is_noted_where_all_is_meant(path: Path) -> None:
    assert told(load_scenario(path)) == []


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("health_centre", "health centre", True), ("Health Centre", "health-centre", True),
        ("hand hygiene", "hand hygeine", True), ("antenatal visit complete", "antenatal visits complete", True),
        ("ward 1", "ward 2", False), ("hospital A", "hospital B", False), ("health centre", "health post", False),
        ("visit 1 complete", "visit 2 complete", False), ("coaches north", "coaches south", False), ("A", "a", True),
    ],
)  # fmt: skip
def test_names_that_differ_by_spelling_are_noted(one: str, other: str, alike: bool) -> None:
    kinds = [{"name": name, "count": 2} for name in (one, other)]
    made = scenario(world={"provinces": 1, "districts": 1, "kinds": kinds})
    expected = [f"{other!r} and {one!r} have nearly the same name, and are two; are they meant to be one?"]
    assert told(made) == (expected if alike else [])


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('[[indicators]]\nname = "hand hygeine"\n', "adds the indicator 'hand hygeine'; {base} has 'hand hygiene'"),
        ('[[programme]]\nname = "district coach"\nkind = "coaching"\ncoaches = 3\n',
         "adds the element 'district coach'; {base} has 'district coaches'"),
        ('[[world.kinds]]\nname = "health centre"\ncount = 3\n',
         "adds the kind 'health centre'; {base} has 'health_centre'"),
        ('[[ideas]]\nname = "peer-monitoring"\nindicator = "hand hygiene"\neffect = 0.1\n',
         "adds the idea 'peer-monitoring'; {base} has 'peer monitoring'"),
    ],
)  # fmt: skip
def test_what_an_extending_file_adds_by_a_slip_is_noted_with_its_line(tmp_path: Path, text: str, what: str) -> None:
    base, mine = tmp_path / "base.toml", tmp_path / "mine.toml"
    base.write_text(BASE)
    mine.write_text(f'extends = "base.toml"\n{text}')
    made = load_scenario(mine)
    found = [str(note) for note in notes(made, build_world(made))]
    line = next(i for i, row in enumerate(mine.read_text().splitlines(), 1) if row.startswith("name"))
    assert f"{mine}, line {line}: note: {what.format(base=base)}: did you mean that one?" in found


def test_an_indicator_without_ideas_is_noted() -> None:
    made = scenario(indicators=[{"name": "hand hygiene"}, {"name": "records kept"}])
    assert told(made) == ["no idea acts on the indicator 'records kept'; no programme can raise it"]


@pytest.mark.parametrize(
    ("baseline", "users", "month_0"), [(0.2, 1.0, "72%"), (0.2, 0.01, ""), (0.8, 1.0, ""), (0.2, 0.0, "")]
)
def test_a_baseline_that_ideas_in_use_do_not_allow_is_noted(baseline: float, users: float, month_0: str) -> None:
    made = scenario(
        indicators=[{"name": "hand hygiene", "baseline": baseline, "baseline_sd": 0.0}],
        ideas=[{"name": "soap", "indicator": "hand hygiene", "effect": 0.9, "initial_users": users}],
        behaviour={"care_own": 1.0, "initial_reach": 0.8, "engagement_base": 20.0},
    )
    found = [text for text in told(made) if not text.startswith("behaviour.")]
    assert len(found) == bool(month_0)
    for text in found:
        assert text.startswith(
            f"month 0 of 'hand hygiene' is about {month_0} on average, where the given baselines are"
        )
        assert "are 20%: they cannot be met with 'soap' in use at the start" in text


@pytest.mark.parametrize(("value", "noted"), [(0.9, True), ({"low": 0.1, "high": 0.7}, True), (0.2, False)])
def test_behaviour_outside_the_plausible_is_noted(value: Any, noted: bool) -> None:
    assert bool(told(scenario(behaviour={"turnover_annual": value}))) == noted


def test_an_element_without_a_name_beside_another_is_noted() -> None:
    nameless = {"kind": "coaching", "coaches": 2}
    assert told(scenario(COLLABORATIVE, nameless)) == []
    (text,) = told(scenario(COLLABORATIVE, COACHES, nameless))
    assert "comes on top of 'district coaches'; to change that" not in text
    assert text.startswith("this coaching element has no name of its own, and comes on top of 'district coaches'")


@pytest.mark.parametrize(
    ("element", "text"),
    [
        (collaborative({"start": 0}, {"start": 6}), "nobody is left for wave 2 of 'district collaborative'"),
        (collaborative({"start": 0, "sites": 8}, {"start": 6, "sites": 8}),
         "wave 2 of 'district collaborative' asks for 8 facilities, of which 4 are left when it starts"),
        (collaborative({"start": 0, "sites": 8}, {"start": 6, "sites": 6, "districts": ["District 02"]},
                       select="volunteers"), "asks for 6 facilities, of which 0 to 4 are left"),
        (collaborative({"start": 0, "sites": 8}, {"start": 6, "sites": 6, "districts": ["District 02"]},
                       select="by_district"), "asks for 6 facilities, of which 4 are left"),
        (collaborative({"start": 0, "share": 0.6}, {"start": 6, "share": 0.6}), "asks for 7 facilities, of which 5"),
        (collaborative({"start": 0, "sites": 8}, {"start": 6}), ""),
        (collaborative({"start": 0, "sites": 6}, {"start": 6, "sites": 6}), ""),
        (collaborative({"start": 0, "share": 0.375}, {"start": 6, "share": 0.625}), ""),
        (collaborative(*({"start": 6 * i, "districts": [f"District 0{i + 1}"]} for i in range(2))), ""),
    ],
)  # fmt: skip
def test_a_wave_that_finds_too_few_is_noted(element: dict[str, Any], text: str) -> None:
    found = told(scenario(element))
    assert len(found) == bool(text)
    assert all(text in line for line in found)


ONLY = "are for enrolled facilities only, and "


@pytest.mark.parametrize(
    ("programme", "text"),
    [
        ([COACHES], "coaches of 'district coaches' " + ONLY + "nothing in the programme enrols any"),
        ([{"kind": "exchange_visits", "visits": 3}], "visitors of 'exchange_visits' " + ONLY + "nothing"),
        ([collaborative({"start": 0}, districts=["District 01"]), coaches(districts=["District 02"])],
         ONLY + "no collaborative enrols any of those that they cover"),
        ([COLLABORATIVE, coaches(start=18)], "start in 2025-07-01, when the last support ended in 2025-07-01"),
        ([collaborative({"start": 12}), coaches(end=12)], "end before the first of theirs joins in 2025-01-01"),
        ([collaborative({"start": 0}, synthesis=True, champions=2)],
         "champions of 'district collaborative' are for enrolled facilities only"),
        ([coaches(whom="all")], ""), ([coaches(days_per_month=0)], ""), ([coaches(coaches=0)], ""),
        ([COLLABORATIVE, coaches(start=17)], ""), ([collaborative({"start": 11}), coaches(end=12)], ""),
        ([collaborative({"start": 0, "sites": 3}, {"start": 14}, synthesis=True, champions=2)], ""),
    ],
)  # fmt: skip
def test_coaches_and_visitors_without_enrolled_facilities_are_noted(programme: list[Any], text: str) -> None:
    found = told(scenario(*programme))
    assert len(found) == bool(text)
    assert all(text in line for line in found)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 20), st.integers(1, 8), st.integers(1, 40))
def test_what_is_spread_evenly_begins_in_its_first_month(start: int, months: int, total: int) -> None:
    """Exchange visits and signatures: `start` is the month of the first, at even distances, and all are made."""
    element = {"kind": "exchange_visits", "visits": total, "start": start, "end": start + months}
    made = scenario(COLLABORATIVE, element)
    (line,) = [line for line in timetable(made, build_world(made)) if line.what == "exchange visits"]
    assert (line.start, line.most) == (start, total)
    amounts = dict(Calendar.evenly(start, start + months, total))
    assert sum(amounts.values()) == total and min(amounts) == start and max(amounts) < start + months
    assert {amounts.get(month, 0) for month in range(start, start + months)} <= {total // months, -(-total // months)}


WAVE = st.fixed_dictionaries(
    {"start": st.integers(0, 20)},
    optional={"sites": st.integers(1, 6), "districts": st.sampled_from([["District 01"], ["District 02"], []])},
)


@settings(max_examples=40, deadline=None)
@given(
    waves=st.lists(WAVE, min_size=1, max_size=4),
    select=st.sampled_from(["all", "random", "weakest", "volunteers", "by_district", "remote_first"]),
    sessions=st.integers(1, 3),
    second=WAVE,
)
def test_the_timetable_holds_in_the_model(
    waves: list[dict[str, Any]], select: str, sessions: int, second: dict[str, Any]
) -> None:
    """As many facilities join each wave as it says; a second collaborative finds those left that it says."""
    waves = sorted(waves, key=lambda wave: wave["start"])
    first = collaborative(*waves, select=select, sessions=sessions)
    made = scenario(first, collaborative(second, name="another one", select="random"), behaviour={"dropout_months": 60})
    world = build_world(made)
    lines = [line for line in timetable(made, world) if line.what.startswith("wave ")]
    model = qisim.QIModel(made, world, rng=2)
    model.run()
    for number, line in enumerate(lines, 1):
        joined = [e for e in model.log if e.what == "joined the programme" and e.why == f"wave {number}"]
        assert line.least <= len(joined) <= line.most
        assert all(event.month == line.start + 1 for event in joined)
    ended = {e.month - 1 for e in model.log if e.what == "support ended"}
    assert ended <= {line.end for line in lines}


def test_districts_that_differ_by_their_spelling_are_noted(tmp_path: Path) -> None:
    districts = ["Kicukiro District", "Kicukiro district", "Gasabo District"]
    rows = [f"{i},F{i},health_centre,{district},9\n" for i, district in enumerate(districts)]
    (tmp_path / "facs.csv").write_text("id,name,kind,district,staff\n" + "".join(rows), encoding="utf-8")
    world = '[world]\nfacilities = "facs.csv"\n'
    (tmp_path / "small.toml").write_text(re.sub(r"\[world\]\n(?:\w+ = .*\n)*", world, BASE), encoding="utf-8")
    study = qisim.load(tmp_path / "small.toml")
    said = [str(note) for note in notes(study.scenario, study.world)]
    assert sum("'Kicukiro district' and 'Kicukiro District', two districts" in text for text in said) == 1
