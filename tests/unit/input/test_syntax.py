"""What is said of a scenario file that is not TOML: the line, and what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from qisim.input.errors import BadInput
from qisim.input.toml import share
from qisim.scenario.load import load_scenario


def refused(tmp_path: Path, text: str) -> str:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        load_scenario(path)
    (problem,) = caught.value.problems
    return str(problem)


@pytest.mark.parametrize(
    ("line", "advice"),
    [
        ("score = 0,80", "found a decimal comma; write 0.80"),
        ("score = -0,5  # below", "found a decimal comma; write -0.5"),
        ("effect = { low = 0,4, high = 0,6 }", "found a decimal comma; write 0.4"),
        ("title = “Hands”", 'found curly quotation marks; write straight ones, "..."'),
        ("title = \u2018Hands\u2019", "curly quotation marks"),
        ('title = "the colleague\u2019s hands', "a quotation mark is not closed"),
        ('title = "Hands\u201d', "curly quotation marks"),
        ('title = "Hands', "a quotation mark is not closed"),
        ("start = 01.02.2025", "a date is written year-month-day, such as 2025-02-01"),
        ("start = 31/1/2025", "such as 2025-01-31"),
        ("waves = [{ start = 12/31/2025, sites = 4 }]", "a date is written year-month-day, such as 2025-01-31"),
        ("external = True", "write true, in small letters and without quotation marks"),
        ("external = no", "write false, in small"),
        ("policy = weakest", 'a text stands in quotation marks; write "weakest"'),
        ("title = Clean hands # or so", 'write "Clean hands"'),
        ("score = 80%", "80% is written 0.80"),
        ("score: 0.8", "write = between a key and its value"),
        ("score = .5", "numbers have a decimal point"),
        ("kinds = [1 2]", "a list is not closed"),
        ("[world", "stands in brackets, such as [world]"),
        ("[[ideas]", "double brackets"),
        ("[target]", "this table stands twice"),
    ],
)
def test_a_slip_is_shown_with_its_line_and_what_to_write(tmp_path: Path, line: str, advice: str) -> None:
    told = refused(tmp_path, f"[target]\ncoverage = 1\n\n{line}\nmonths = 3\n")
    assert told.startswith(f"{tmp_path / 'mine.toml'}, line 4: cannot be read: ")
    assert advice in told
    assert line[:8] in told


def test_a_key_that_stands_twice(tmp_path: Path) -> None:
    told = refused(tmp_path, "months = 3\nmonths = 4\ntitle = 'x'\n")
    assert "line 2: cannot be read: 'months = 4': this key stands twice" in told


def test_the_end_of_a_file_is_a_line_too(tmp_path: Path) -> None:
    assert ", line 2: cannot be read: 'title = " in refused(tmp_path, 'months = 3\ntitle = "Hands')


@pytest.mark.parametrize(("percent", "text"), [(80, "0.80"), (7.5, "0.075"), (5, "0.05"), (100, "1.00"), (29, "0.29")])
def test_a_percentage_as_a_share(percent: float, text: str) -> None:
    assert share(percent) == text
