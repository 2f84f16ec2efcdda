"""Scenario files: what an extending file changes, and how a file that cannot be used is refused."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import pytest

from qisim.input.errors import BadInput, nearest, shown
from qisim.model.calendar import build_calendar
from qisim.scenario.load import load_scenario
from qisim.world.world import build_world

BASE = """title = "Base"
start = 2024-01-01
months = 12
[world]
provinces = 1
districts = 1
kinds = [{ name = "post", count = 3 }]
[[indicators]]
name = "hands"
[[ideas]]
name = "reminder"
indicator = "hands"
effect = 0.5
[[programme]]
kind = "coaching"
coaches = 1
[behaviour]
turnover_annual = { low = 0.1, high = 0.2 }
"""
COACHING = '[[programme]]\nkind = "coaching"\n'
WAVES = '[[programme]]\nkind = "collaborative"\nwaves = [{ start = 0 }]\n'


@pytest.fixture
def base(tmp_path: Path) -> Path:
    path = tmp_path / "base.toml"
    path.write_text(BASE)
    return path


def extend(base: Path, text: str) -> Path:
    path = base.with_name("mine.toml")
    path.write_text(f'extends = "base.toml"\n{text}')
    return path


def refused(path: Path) -> list[str]:
    with pytest.raises(BadInput) as caught:
        load_scenario(path)
    return [str(problem) for problem in caught.value.problems]


def replaced(old: str, new: str) -> str:
    assert old in BASE
    return BASE.replace(old, new)


@pytest.mark.parametrize(
    ("text", "coaches"),
    [
        (COACHING + "days_per_month = 2\n", [("coaching", 1, 2.0)]),
        (COACHING + "remove = true\n", []),
        (COACHING + "remove = true\n" + COACHING + "coaches = 7\n", [("coaching", 7, 4.0)]),
        (COACHING + 'name = "more"\ncoaches = 3\n', [("coaching", 1, 4.0), ("more", 3, 4.0)]),
        ("[world]\nseed = 2\n", [("coaching", 1, 4.0)]),
    ],
)
def test_an_extending_file_changes_removes_and_adds(base: Path, text: str, coaches: list[Any]) -> None:
    programme = load_scenario(extend(base, text)).programme
    assert [(e.name, e.coaches, e.days_per_month) for e in programme] == coaches


@pytest.mark.parametrize(
    "text", [WAVES * 2, (COACHING + "days_per_month = 2\n") * 2, COACHING + "coaches = 9\n" + WAVES * 2]
)
def test_two_unnamed_elements_of_a_kind_are_two(base: Path, text: str) -> None:
    (told,) = refused(extend(base, text))
    assert "twice" in told


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[[ideas]]\n", '[[ideas]]\nname = "reminder"\nindicator = "hands"\neffect = 0.2\n[[ideas]]\n'),
        (COACHING, COACHING + "coaches = 2\n" + COACHING),
        ("[[indicators]]\n", "[[indicators]]\n[[indicators]]\n[[indicators]]\n"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file_is_wrong_with_one_that_extends_it(base: Path, old: str, new: str) -> None:
    base.write_text(replaced(old, new))
    alone = refused(base)
    assert len(refused(extend(base, '[[ideas]]\nname = "reminder"\ncomplexity = 0.2\n'))) == len(alone)


@pytest.mark.parametrize("value", ["{ mean = 0.2, sd = 0.1 }", "{ low = 0.2, mode = 0.3, high = 0.4 }", "0.3"])
def test_a_distribution_is_replaced_as_a_whole(base: Path, value: str) -> None:
    path = extend(base, f"[behaviour]\nturnover_annual = {value}\n")
    base.with_name("whole.toml").write_text(replaced("{ low = 0.1, high = 0.2 }", value))
    assert load_scenario(path).behaviour == load_scenario(base.with_name("whole.toml")).behaviour


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("indicators.hands.weight", "inf"), ("indicators.hands.weight", "1e308"), ("world.km_per_day", "inf"),
        ("world.km_per_day", "1e6"), ("world.latitude", "nan"), ("target.score", "nan"),
        ("behaviour.records", "inf"), ("behaviour.fit_low", "{ mean = 0.5, sd = nan }"),
        ("behaviour.fit_low", "{ mean = 0.5, sd = inf }"), ("behaviour.fit_low", "{ mean = 0.5, sd = 2 }"),
        ("behaviour.fit_low", "{ mean = nan, sd = 0.1 }"), ("behaviour.fit_low", "1" + "0" * 400),
        ("target.score", "0x" + "f" * 5000), ("months", "0x" + "f" * 5000), ("behaviour.fit_low", "0x" + "f" * 5000),
    ],
)  # fmt: skip
def test_numbers_out_of_all_bounds_are_refused(base: Path, key: str, value: str) -> None:
    table, _, name = key.rpartition(".")
    heading = {"indicators.hands": '[[indicators]]\nname = "hands"\n', "": ""}.get(table, f"[{table}]\n")
    told = refused(extend(base, f"{heading}{name} = {value}\n"))
    assert [key in text for text in told] == [True]
    assert "mine.toml" in told[0]
    assert len(told[0]) < len(str(base)) + 300


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('start = "nope"', "line 2: start: found 'nope' (allowed: a date such as 2019-06-01)"),
        ("start = 2025-01-01T00:00:00", "start: found 2025-01-01T00:00:00 (allowed: a date"),
        ("title = { a = 1 }", "title: found a table (allowed: a text)"),
        ("title = [1]", "title: found a list (allowed: a text)"),
        (f'title = "{"x" * 9000}"', "xxx ...' (allowed: at most 120 characters)"),
        (r'title = "a\u001b[2J"', r"title: found 'a\x1b[2J' (allowed: a text without control characters such"),
        ("target = 3", "target: found 3 (allowed: a table)"),
        ("months = " + "1" * 5000, "mine.toml: is not valid TOML: a number in it has too many digits"),
        ('[world]\npeers = ""', "world.peers: found '' (allowed: at least 1 character)"),
        (r'[world]' + "\n" + r'peers = "a\u0000b"', r"world.peers: found 'a\x00b' (allowed: a text without control"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_is_told_in_plain_words(base: Path, line: str, message: str) -> None:
    (told,) = refused(extend(base, line + "\n"))
    assert message in told


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (r'"a\u0000b"', r"extends: found 'a\x00b' (allowed: the name of a scenario file)"),
        ('""', "extends: found '' (allowed: the name of a scenario file)"),
        ("3", "extends: found 3 (allowed: the name of a scenario file)"),
        ('"bas.toml"', "extends: found 'bas.toml': no such file; did you mean 'base.toml'?"),
        ('"a.**"', "extends: found 'a.**': no such file"),
        (f'"{"x" * 300}"', "extends: found 'xxx"),
        ('"."', "extends: found '.': is a folder, not a file"),
        ('"pipe"', "extends: found 'pipe': is not an ordinary file"),
        ('"mine.toml"', "which extends this file in turn"),
    ],
)
def test_a_file_that_cannot_be_extended(base: Path, name: str, message: str) -> None:
    os.mkfifo(base.with_name("pipe"))
    path = base.with_name("mine.toml")
    path.write_text(f"extends = {name}\n")
    (told,) = refused(path)
    assert told.startswith(f"{path}, line 1: ") and message in told


@pytest.mark.parametrize("folder", ["", "elsewhere"])
def test_a_file_name_with_a_control_character_is_refused_wherever_it_stands(base: Path, folder: str) -> None:
    text = replaced("[world]\n", '[world]\npeers = "a\\u0000b"\n')
    (base.parent / folder).mkdir(exist_ok=True)
    (base.parent / folder / "odd.toml").write_text(text)
    path = base.with_name("mine.toml")
    path.write_text(f'extends = "{(Path(folder) / "odd.toml").as_posix()}"\n')
    (told,) = refused(path)
    assert "world.peers: found 'a\\x00b'" in told


@pytest.mark.parametrize("name", ["pipe", "no\0file", "x" * 300, "/dev/zero"])
def test_what_is_no_ordinary_file_is_not_read(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert len(refused(tmp_path / name)) == 1


def test_a_file_whose_name_is_too_long_is_a_problem_of_the_scenario(base: Path) -> None:
    scenario = load_scenario(extend(base, f'[world]\npeers = "{"x" * 300}"\n'))
    with pytest.raises(BadInput, match=r"mine\.toml, line 3: world\.peers: found 'xxx.*: File name too long"):
        build_world(scenario)


@pytest.mark.parametrize(
    ("value", "text"), [({"a": 1}, "a table"), ([1], "a list"), (True, "true"), ("a", "'a'"), (0.5, "0.5")]
)  # fmt: skip
def test_what_was_found_is_shown_as_a_file_writes_it(value: Any, text: str) -> None:
    assert shown(value) == text


COUNTRY = '[world]\nfacilities = "places.csv"\n'


@pytest.mark.parametrize(
    ("text", "where", "left"),
    [
        (COACHING + "coaches_per_district = 2\n", "programme", {"coaches": None, "coaches_per_district": 2}),
        ('[[world.kinds]]\nname = "post"\nper_district = 2\n', "kinds", {"count": None, "per_district": 2}),
        (COUNTRY, "world", {"facilities": "places.csv", "provinces": None, "districts": None, "kinds": []}),
    ],
)
def test_another_way_of_saying_the_same_replaces_the_first(base: Path, text: str, where: str, left: Any) -> None:
    made = load_scenario(extend(base, text))
    table = {"programme": made.programme[0], "kinds": next(iter(made.world.kinds), None), "world": made.world}[where]
    assert {key: getattr(table, key) for key in left} == left


@pytest.mark.parametrize(
    "text",
    [
        COACHING + "coaches = 1\ncoaches_per_district = 2\n",
        COUNTRY + "provinces = 1\ndistricts = 1\n",
        '[[world.kinds]]\nname = "post"\nper_district = 2\ncount = 2\n',
    ],
)
def test_saying_it_both_ways_in_one_file_is_refused(base: Path, text: str) -> None:
    (told,) = refused(extend(base, text))
    assert "give" in told


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[[ideas]]\nname = "remindr"\nremove = true\n',
         "line 3: ideas: there is no 'remindr' to remove; did you mean 'reminder'? (allowed: reminder)"),
        ('[[programme]]\nname = "coach"\nremove = true\n', "programme: there is no 'coach' to remove; did you mean"),
        ('[[world.kinds]]\nname = "pots"\nremove = true\n', "world.kinds: there is no 'pots' to remove; did you mean"),
        (COACHING + "remove = false\n", "programme.coaching.remove: found false (allowed: true, to take this away"),
        ("[target]\ncoverage = 80\n", "target.coverage: found 80; 80% is written 0.80 (allowed"),
        ('[[indicators]]\nname = "hands"\nbaseline = 7.5\n', "hands.baseline: found 7.5; 7.5% is written 0.075 (allo"),
        ("[behaviour]\nturnover_annual = 14\n", "found 14; 14% is written 0.14 (allowed"),
        ("[target]\ncoverage = -3\n", "target.coverage: found -3 (allowed"),
        ("[target]\ncoverage = 400\n", "target.coverage: found 400 (allowed"),
        ("months = 700\n", "months: found 700 (allowed"),
        ('[[indicators]]\nname = "x"\n[[indicators]]\nname = "x"\n', "indicators.x.name: found 'x' twice"),
        ("[[indicators]]\nbaseline = 0.2\n", "line 2: indicators (number 2).name: is missing"),
        ('[[programme]]\nkind = "collaborative"\nname = "teams"\nwaves = [{ start = 0 }, { start = -1 }]\n',
         "line 5: programme.teams.waves (number 2).start: found -1"),
    ],
)  # fmt: skip
def test_one_slip_is_one_problem(base: Path, text: str, message: str) -> None:
    (told,) = refused(extend(base, text))
    assert message in told


def test_what_cannot_be_removed_does_not_hide_the_rest(base: Path) -> None:
    told = refused(extend(base, '[[ideas]]\nname = "x"\nremove = true\n[target]\nscore = 3\n'))
    assert ["ideas: there is no 'x'" in told[0], "score: found 3" in told[1]] == [True, True]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[coaching]\nx = 1\n", "line 2: coaching: is a kind of programme element (allowed: [[programme]]"),
        ("shock = 1\n", "line 2: shock: is a kind of programme element"),
        ("Uncertain = 1\n", "line 2: Uncertain: unknown key"),
        ("[world.collaborative]\n", "line 2: world.collaborative: unknown key"),
        (COACHING + "campaign = 1\n", "line 4: programme.coaching.campaign: unknown key"),
        (COACHING + "coaching = 1\n", "line 4: programme.coaching.coaching: unknown key"),
        ("[behaviour]\nturnover_annual = { low = 0.1, hihg = 0.2 }\n", "annual.hihg: unknown key; did you mean 'high"),
        ('"²³" = 1\n', "line 2: ²³: unknown key"),
        ('[[programme]]\nname = "coachng"\ncoaches = 2\n',
         "line 3: programme.coachng: has no kind, and no other element is called 'coachng'; did you mean 'coaching'?"),
        ('[[programme]]\nkind = "coachng"\n', "programme.coachng: found kind 'coachng'; did you mean 'coaching'?"),
        ("[[programme]]\ncoaches = 2\n", "programme (number 2): has neither a name nor a kind (allowed: the kinds"),
    ],
)  # fmt: skip
def test_names_of_kinds_anywhere_and_elements_without_one(base: Path, text: str, message: str) -> None:
    (told,) = refused(extend(base, text))
    assert message in told


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ("nosuch.csv", "line 2: parameters: no such file: nosuch.csv (allowed: plausible, or"),
        ("plausable", "line 2: parameters: no such file: plausable; did you mean 'plausible'?"),
        ("bse.csv", "line 2: parameters: no such file: bse.csv; did you mean 'base.csv'?"),
        ("/dev/zero", "line 2: parameters: found '/dev/zero': is not an ordinary file"),
        ("pipe", "parameters: found 'pipe': is not an ordinary file"),
        ("circle", "parameters: found 'circle': cannot be read: Too many levels"),
        ("x" * 300, "xxx ...': cannot be read: File name too long"),
        ("a\\u0000b", r"parameters: found 'a\x00b'"),
        ("", "parameters: found ''"),
    ],
)
@pytest.mark.parametrize("folder", ["", "elsewhere"])
def test_sets_that_cannot_be_read_are_told_with_the_line_that_names_them(
    base: Path, named: str, message: str, folder: str
) -> None:
    place = base.parent / folder
    place.mkdir(exist_ok=True)
    os.mkfifo(place / "pipe")
    (place / "circle").symlink_to("circle")
    (place / "base.csv").write_text("turnover_annual\n0.1\n")
    base = base.rename(place / "base.toml")
    path = extend(base, f'parameters = "{named}"\n')
    if folder:
        (place.parent / "top.toml").write_text('extends = "elsewhere/mine.toml"\n')
    (told,) = refused(place.parent / "top.toml" if folder else path)
    assert told.startswith(f"{path}, line 2: parameters: ")
    assert message in told or folder


@pytest.mark.parametrize("named", ["/proc/kmsg", "/proc/self/environ"])
@pytest.mark.parametrize("key", ["extends", "parameters"])
def test_files_that_the_system_makes_up_are_neither_waited_for_nor_shown(base: Path, key: str, named: str) -> None:
    path = base.with_name("mine.toml")
    path.write_text(f'{key} = "{named}"\n')
    assert len("".join(refused(path))) < 1200


def test_a_chain_of_files_has_an_end(base: Path) -> None:
    for i in range(30):
        base.with_name(f"{i}.toml").write_text(f'extends = "{i + 1}.toml"\n')
    (told,) = refused(base.with_name("0.toml"))
    assert "19.toml, line 1: extends: found '20.toml', and 19 files extend one another before it (allowed: at" in told
    base.with_name("last.toml").symlink_to("last.toml")
    base.with_name("0.toml").write_text('extends = "last.toml"\n')
    assert "Too many levels" in refused(base.with_name("0.toml"))[0]


def test_little_is_quoted_of_a_file_that_a_scenario_names(base: Path) -> None:
    secret = "key = " + "hunter2" * 5 + "\n"
    base.write_text(secret)
    (told,) = refused(extend(base, ""))
    assert f"{base}, line 1: cannot be read: 'key = hunter2hun ...': a text stands in quotation marks [" in told
    assert told.endswith(f"[this file is named in {base.with_name('mine.toml')}, line 1]")
    assert told.count("hunter2") == 1


def test_what_a_terminal_would_obey_is_written_out(base: Path) -> None:
    path = base.with_name("mine.toml")
    path.write_text(BASE + r'"\u001b]0;x\u0007\u202e\n\u0000\u009b" = 1' + "\n")
    with pytest.raises(BadInput) as caught:
        load_scenario(path)
    told = str(caught.value)
    assert r"\x1b]0;x\x07\u202e\n\x00\x9b" in told
    assert all(character.isprintable() for character in told.replace("\n", ""))


def test_of_many_problems_twenty_are_told_and_the_rest_counted(base: Path) -> None:
    base.write_text(BASE + "".join(f'"{"k" * 900}{i}" = 1\n' for i in range(100)))
    with pytest.raises(BadInput) as caught:
        load_scenario(base)
    *told, more = str(pickle.loads(pickle.dumps(caught.value))).splitlines()  # noqa: S301
    assert len(told) == 20 and more == f"{base}: and 80 more"
    assert max(map(len, told)) < 1500


def test_a_programme_has_an_end(base: Path) -> None:
    base.write_text(
        BASE + "".join(f'[[programme]]\nkind = "coaching"\nname = "{i}"\ncoaches = 1\n' for i in range(1000))
    )
    (told,) = refused(base)
    assert "programme: found a list of 1,001 (allowed: at most 1,000)" in told


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("map.geojson", '{ "type": "FeatureCollection" }', "is GeoJSON, not a scenario; a scenario names its"),
        ("map.toml", '{\n"type":"FeatureCollection"}', "is GeoJSON, not a scenario"),
        ("other.toml", '{ "title": 3 }', "is JSON, not TOML"),
        ("places.csv", "id,kind", 'is a table, not a scenario; a scenario names its table of facilities: facili'),
    ],
)  # fmt: skip
def test_other_kinds_of_files_are_recognised(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / name).write_text(text)
    (told,) = refused(tmp_path / name)
    assert message in told


@pytest.mark.parametrize(
    ("name", "known", "near"),
    [
        ("Gasabo", ["Gasabo District", "Huye District"], "Gasabo District"),
        ("gasabo district", ["Gasabo", "Huye"], "Gasabo"),
        ("North", ["North East", "North West"], ""),
        ("DISTRICT 01", ["District 01", "District 02"], "District 01"),
        ("Gatsibo", ["Gasabo", "Gatsibo Dist."], "Gatsibo Dist."),
        ("", ["a"], ""),
    ],
)
def test_the_nearest_name(name: str, known: list[str], near: str) -> None:
    assert nearest(name, known) == near


def test_all_wrong_names_of_an_element_are_told_at_once(base: Path) -> None:
    text = """[[programme]]
kind = "collaborative"
districts = ["Distict 01", "North"]
kinds = ["posts"]
package = ["remindr", "reminder"]
waves = [{ start = 0, kinds = ["pots"], sites = 99 }, { start = 4, districts = ["South"] }]
[[programme]]
kind = "exchange_visits"
visits = 2
indicator = "hand"
"""
    made = load_scenario(extend(base, text))
    with pytest.raises(BadInput) as caught:
        build_calendar(made, build_world(made))
    told = [(p.key.removeprefix("programme."), p.what.split(";")[0], p.nearest) for p in caught.value.problems]
    assert sorted(told) == [
        ("collaborative.districts", "found 'Distict 01'", "District 01"),
        ("collaborative.districts", "found 'North'", ""),
        ("collaborative.kinds", "found 'posts'", "post"),
        ("collaborative.package", "found 'remindr'", "reminder"),
        ("collaborative.waves (number 1).kinds", "found 'pots'", "post"),
        ("collaborative.waves (number 1).sites", "found 99", ""),
        ("exchange_visits.indicator", "found 'hand'", "hands"),
    ]


def test_a_mark_at_the_start_of_a_file_is_not_part_of_it(base: Path) -> None:
    marked = base.with_name("marked.toml")
    marked.write_text(BASE, encoding="utf-8-sig")
    assert load_scenario(marked).model_dump() == load_scenario(base).model_dump()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("latin.toml", "title = 'café'".encode("latin-1"), "with a text editor, with the encoding UTF-8"),
        ("latin.csv", "id\ncafé".encode("latin-1"), "(in Excel: 'CSV UTF-8')"),
        ("places.xlsx", b"PK\x03\x04\x14\xff\xfe", "is an Excel workbook or the like; save it as 'CSV UTF-8'"),
        ("places.csv", b"\xd0\xcf\x11\xe0\xa1\xb1", "is an Excel workbook or the like; save it as 'CSV UTF-8'"),
    ],
)
def test_a_file_that_is_no_text_says_how_to_make_it_one(base: Path, name: str, content: bytes, message: str) -> None:
    path = base.with_name(name)
    path.write_bytes(content)
    if path.suffix == ".toml":
        (told,) = refused(path)
        assert "Excel" not in told
    else:
        with pytest.raises(BadInput) as caught:
            build_world(load_scenario(extend(base, COUNTRY.replace("places.csv", name))))
        told = str(caught.value)
    assert told.startswith(str(path)) and message in told


@pytest.mark.parametrize("name", ["base", "base.tml", "bse.toml"])
def test_a_missing_file_names_the_one_beside_it(base: Path, name: str) -> None:
    base.with_name("base.png").touch()
    assert refused(base.with_name(name)) == [f"{base.with_name(name)}: no such file; did you mean 'base.toml'?"]


@pytest.mark.parametrize(
    ("name", "near"), [("mne.toml", "'mined.toml'?"), ("base", "'base.toml'?"), ("q.toml", "no such file")]
)
def test_a_missing_base_is_told_with_its_line_and_never_with_the_file_itself(base: Path, name: str, near: str) -> None:
    base.with_name("mined.toml").touch()
    path = base.with_name("mine.toml")
    path.write_text(f'months = 3\nextends = "{name}"\n')
    (told,) = refused(path)
    assert told.startswith(f"{path}, line 2: extends: found '{name}': no such file")
    assert told.endswith(near) and "'mine.toml'" not in told
