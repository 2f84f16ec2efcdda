"""Scenario files: what an extending file changes, and how a file that cannot be used is refused."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from qisim.scenario.errors import BadInput, shown
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
        ("indicators.0.weight", "inf"), ("indicators.0.weight", "1e308"), ("world.km_per_day", "inf"),
        ("world.km_per_day", "1e6"), ("world.latitude", "nan"), ("target.score", "nan"),
        ("behaviour.records", "inf"), ("behaviour.fit_low", "{ mean = 0.5, sd = nan }"),
        ("behaviour.fit_low", "{ mean = 0.5, sd = inf }"), ("behaviour.fit_low", "{ mean = 0.5, sd = 2 }"),
        ("behaviour.fit_low", "{ mean = nan, sd = 0.1 }"), ("behaviour.fit_low", "1" + "0" * 400),
        ("target.score", "0x" + "f" * 5000), ("months", "0x" + "f" * 5000), ("behaviour.fit_low", "0x" + "f" * 5000),
    ],
)  # fmt: skip
def test_numbers_out_of_all_bounds_are_refused(base: Path, key: str, value: str) -> None:
    table, _, name = key.rpartition(".")
    heading = {"indicators.0": '[[indicators]]\nname = "hands"\n', "": ""}.get(table, f"[{table}]\n")
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
    assert told.startswith(f"{path}: ") and message in told


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
