"""The command line: what it prints, what it writes, how it ends."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import qisim
from qisim.cli import COMMANDS, app
from qisim.scenario.behaviour import PARAMETERS
from qisim.scenario.load import load_scenario

SMALL = """
title = "Two small districts"
start = 2024-01-01
months = 14
[world]
provinces = 1
districts = 2
kinds = [{ name = "hospital", per_district = 1, staff = 40 }, { name = "health_centre", per_district = 4 }]
[[indicators]]
name = "hand hygiene"
[[ideas]]
name = "peer monitoring"
indicator = "hand hygiene"
effect = 0.9
initial_users = 0.2
[[programme]]
kind = "collaborative"
waves = [{ start = 0 }]
[[programme]]
kind = "coaching"
coaches_per_district = 1
"""

Qisim = Callable[..., Result]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Qisim:
    """Runs a command in an empty folder that holds `small.toml`."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.toml").write_text(SMALL)
    return lambda *arguments: CliRunner().invoke(app, [str(a) for a in arguments])


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_help_names_every_command_and_loads_nothing_heavy() -> None:
    code = "import sys; sys.argv = ['qisim', '--help']\ntry:\n  import qisim.__main__ as m; m.main()\n"
    code += "except SystemExit as end: assert not end.code\nprint('LOADED', *{n.split('.')[0] for n in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    shown, loaded = done.stdout.split("LOADED")
    assert all(f"  {command.__name__} " in shown for command in COMMANDS)
    assert not {"numpy", "pandas", "pydantic", "numba", "mesa", "matplotlib", "scipy", "rich"} & set(loaded.split())


def test_version(command: Qisim) -> None:
    assert command("--version").output == f"qisim {qisim.__version__}\n"


@pytest.mark.parametrize("name", [name for name in qisim.__all__ if name != "__version__"])
def test_the_public_names_are_there(name: str) -> None:
    assert callable(getattr(qisim, name))


def test_an_unknown_public_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'lod'"):
        _ = qisim.lod  # type: ignore[attr-defined]


def test_check_tells_what_is_there(command: Qisim) -> None:
    done = command("check", "small.toml")
    assert done.exit_code == 0
    assert done.stdout == (
        "small.toml: ready to run: Two small districts; 10 facilities in 2 districts, 14 months;"
        " collaborative, coaching\n"
    )
    assert done.stderr == ""


def test_check_reports_every_bad_file(command: Qisim) -> None:
    Path("typo.toml").write_text('extends = "small.toml"\nmonthz = 3\n[target]\nscore = 80\n')
    Path("place.toml").write_text('extends = "small.toml"\n[[programme]]\nkind = "coaching"\ndistricts = ["Here"]\n')
    done = command("check", "typo.toml", "place.toml", "small.toml", "smal.toml")
    assert done.exit_code == 2
    assert done.stdout.count("ready to run") == 1
    places = {line.split(":")[0] for line in done.stderr.splitlines()}
    assert places == {"typo.toml, line 2", "typo.toml, line 4", "place.toml, line 4", "smal.toml"}
    assert "did you mean 'months'?" in done.stderr
    assert "did you mean 'small.toml'?" in done.stderr


def test_check_as_json(command: Qisim) -> None:
    Path("bad.toml").write_text("title = 3\n")
    done = command("check", "--json", "small.toml", "bad.toml")
    good, bad = json.loads(done.stdout)
    assert (good["ok"], good["facilities"], good["elements"]) == (True, 10, ["collaborative", "coaching"])
    assert not bad["ok"]
    assert {"title", "start", "months"} <= {problem["key"] for problem in bad["problems"]}
    assert done.exit_code == 2


@pytest.mark.parametrize(("value", "noted"), [("0.9", True), ("{ low = 0.1, high = 0.7 }", True), ("0.2", False)])
def test_check_notes_implausible_behaviour(command: Qisim, value: str, noted: bool) -> None:
    Path("odd.toml").write_text(f'extends = "small.toml"\n[behaviour]\nturnover_annual = {value}\n')
    done = command("check", "odd.toml")
    assert done.exit_code == 0
    assert ("odd.toml, line 3: note: behaviour.turnover_annual is" in done.stderr) == noted


def test_new_writes_a_scenario_that_is_ready_to_run(command: Qisim) -> None:
    assert command("new", "plans/mine.toml").exit_code == 0
    assert load_scenario("plans/mine.toml").programme
    assert command("check", "plans/mine.toml").exit_code == 0


def test_new_leaves_what_is_there(command: Qisim) -> None:
    done = command("new", "small.toml")
    assert done.exit_code == 2
    assert "exists already" in done.stderr
    assert Path("small.toml").read_text() == SMALL


def test_params_lists_every_parameter(command: Qisim) -> None:
    listed = json.loads(command("params", "--json").stdout)
    assert [row["name"] for row in listed] == list(PARAMETERS)
    shown = command("params").stdout
    assert all(f"\n{name} " in shown for name in PARAMETERS)


def test_params_of_some_names(command: Qisim) -> None:
    (row,) = json.loads(command("params", "turnover_annual", "--json").stdout)
    assert (row["default"], row["low"], row["high"], row["group"]) == (0.14, 0.05, 0.45, "People")
    done = command("params", "turnover_annual", "turnover_anual", "zzz")
    assert done.exit_code == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 2
    assert "did you mean 'turnover_annual'?" in done.stderr
