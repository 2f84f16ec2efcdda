"""The command line: what it prints, what it writes, how it ends."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import qisim
import qisim.comparison.screen
import qisim.study.screen
from qisim.cli import COMMANDS, app
from qisim.comparison.charts.catalogue import CHARTS as COMPARED
from qisim.model.batch import simulate
from qisim.scenario.behaviour import PARAMETERS
from qisim.scenario.load import load_scenario
from qisim.study.charts.catalogue import CHARTS
from qisim.study.screen import outcome_rows

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
initial_users = 0.05
[[programme]]
kind = "collaborative"
waves = [{ start = 0 }]
[[programme]]
kind = "coaching"
coaches_per_district = 1
"""

Qisim = Callable[..., Result]
BIN = Path(sys.executable).parent


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
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert lines[0] == "small.toml: ready to run: Two small districts; 10 facilities in 2 districts, 14 months"
    calendar = [re.split(r"  +", line) for line in lines if line.startswith("co")]
    assert [line[:5] for line in calendar] == [
        ["collaborative", "wave 1", "10 facilities", "Jan 2024", "Dec 2024"],
        ["coaching", "coaches", "2", "Jan 2024", "the end"],
    ]
    assert calendar[1][5].startswith("4 days")
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
    assert [(line["what"], line["most"], line["until"], line["detail"]) for line in good["calendar"]] == [
        ("wave 1", 10, "Dec 2024", ""),
        ("coaches", 2, None, "4 days a month each; enrolled only"),
    ]
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


@pytest.mark.parametrize(("given", "written"), [("mine", "mine.toml"), ("new/a.toml", "new/a.toml"), ("a.b", "a.b")])
def test_new_tells_what_it_made(command: Qisim, given: str, written: str) -> None:
    done = command("new", given)
    assert Path(written).is_file()
    assert done.stdout.startswith(f"Wrote {written}{' in the new folder new' if '/' in given else ''}. Open")
    assert done.stdout.endswith(f" run {written}\n")


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


def test_run_tells_and_keeps_the_outcome(command: Qisim) -> None:
    done = command("run", "small.toml", "--replicates", "20", "--seed", "4", "--detail", "--threads", "1")
    assert done.exit_code == 0, done.stderr
    assert "Two small districts" in done.stdout
    assert "Results are in out/small:" in done.stdout
    kept = qisim.load_results("out/small")
    assert (kept.replicates, kept.seed) == (20, 4)
    assert kept.months["replicate"].nunique() == 20
    assert kept.facility_months is not None
    assert all(str(row["name"]).split()[0] in done.stdout for row in outcome_rows(kept))
    charts = {path.name for path in Path("out/small/charts").iterdir()}
    assert {"coverage.svg", "coverage.png"} <= charts
    assert Path("out/small/charts/coverage.png").read_bytes().startswith(b"\x89PNG")
    advice = shlex.split(done.stdout.splitlines()[-1])
    assert advice[-4:] == ["replay", "out/small", "--replicate", "0"]
    assert "story to tell" in command(*advice[-4:]).stdout


@pytest.mark.parametrize("verb", ["run", "compare"])
def test_a_fault_in_a_chart_costs_no_table(command: Qisim, monkeypatch: pytest.MonkeyPatch, verb: str) -> None:
    """The other charts and the report are made; one line tells of each fault."""

    def fail(*_: Any) -> Any:
        assert Path("out/months.parquet").exists()  # before anything is drawn
        raise ValueError("Buffer dtype mismatch\nand more")

    charts, tables = {"run": (CHARTS, qisim.study.screen), "compare": (COMPARED, qisim.comparison.screen)}[verb]
    monkeypatch.setitem(charts, "coverage", replace(charts["coverage"], draw=fail))
    monkeypatch.setattr(tables, "outcome_table" if verb == "run" else "decision_tables", fail)
    Path("other.toml").write_text('extends = "small.toml"\ntitle = "Other"\n')
    done = command(verb, "small.toml", *["other.toml"] * (verb == "compare"), "--replicates", "30", "--out", "out")
    assert done.exit_code == 1
    assert "Traceback" not in done.output
    fault = "could not be made: ValueError: Buffer dtype mismatch; the tables are in out."
    assert [line for line in done.stderr.splitlines() if "mismatch" in line] == [
        f"The chart coverage {fault}",
        f"The {'table of outcomes' if verb == 'run' else 'decision table'} {fault}",
    ]
    there = files(Path("out"))
    assert "charts/coverage.svg" not in there and "charts/equity.svg" in there
    assert b"</html>" in Path("out/report.html").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["compare", "small.toml", "small.toml"], "holds the results of one scenario, not a comparison of strategies"),
        (["track", "small.toml", "--data", "seen.csv"], "holds the results of one scenario, not a forecast"),
        (["sensitivity", "nowhere"], "holds the results of one scenario, not a sensitivity analysis"),
        (["calibrate", "small.toml", "--data", "seen.csv", "--parameters", "works_base"], "other files than a calib"),
        (["sweep", "design.toml"], "holds other files than a sweep"),
        (["evaluate", "small.toml"], "is a folder; give the name of a file in it"),
    ],
)
def test_a_folder_of_another_kind_is_refused_before_any_simulation(
    command: Qisim, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    qisim.save_results(qisim.load("small.toml").run(replicates=1), "kept.csv")
    Path("seen.csv").write_text("month,score\n0,0.4\n3,0.5\n")
    Path("design.toml").write_text(
        'title = "d"\nscenario = "small.toml"\nmethod = "factorial"\nreplicates = 1\n'
        '[[factors]]\nkey = "behaviour.works_base"\nlevels = [0.3, 0.4]\n'
    )
    before = files(Path())
    monkeypatch.setattr(simulate, "simulate", None)
    done = command(*arguments, "--out", "kept.csv")
    assert done.exit_code == 2, done.output
    assert message in done.stderr
    assert files(Path()) == before


@pytest.mark.parametrize("on_path", [True, False])
@pytest.mark.parametrize("start", [[BIN / "qisim"], [sys.executable, "-m", "qisim"]], ids=["script", "module"])
def test_what_it_advises_can_be_run_as_printed(command: Qisim, start: list[str], on_path: bool) -> None:
    environment = os.environ | {"PATH": f"{BIN}:/usr/bin:/bin" if on_path else "/usr/bin:/bin"}

    def said(arguments: list[str]) -> list[str]:
        done = subprocess.run(arguments, env=environment, capture_output=True, text=True, check=True)
        return done.stdout.splitlines()

    *_, check, run = said([*start, "new", "with space"])
    assert (check.strip() == "qisim check 'with space.toml'") == on_path
    assert said(["sh", "-c", check])[0].startswith("with space.toml: ready to run")
    assert shlex.split(run)[-2:] == ["run", "with space.toml"]


@pytest.mark.usefixtures("few_charts")
def test_run_as_json_replaces_earlier_results(command: Qisim) -> None:
    for seed in (1, 2):
        done = command("run", "small.toml", "--replicates", "2", "--seed", seed, "--out", "here", "--json")
        told = json.loads(done.stdout)
        assert ("Replaced the earlier results in here (seed 1, 2 runs)." in done.stderr) == (seed == 2)
        assert (told["seed"], told["folder"], told["facilities"]) == (seed, "here", 10)
        kept = qisim.load_results("here")
        assert kept.seed == seed
        assert told["outcomes"] == outcome_rows(kept)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["smal.toml"], "did you mean 'small.toml'?"),
        (["bad.toml"], "bad.toml, line 2: monts: unknown key; did you mean 'months'?"),
        (["place.toml"], "place.toml, line 4: programme.coaching.districts: found 'Here'"),
        (["small.toml", "--out", "mine"], "mine: holds other files than qisim results"),
        (["small.toml", "--out", "small.toml/x"], "small.toml: is a file, so no folder can be made in it"),
        (["small.toml", "--replicates", "0"], "Invalid value for '--replicates'"),
        (["small.toml", "--seed", "-1"], "Invalid value for '--seed'"),
    ],
)
def test_run_refuses_bad_input_and_writes_nothing(command: Qisim, arguments: list[str], message: str) -> None:
    Path("bad.toml").write_text('extends = "small.toml"\nmonts = 3\n')
    Path("place.toml").write_text('extends = "small.toml"\n[[programme]]\nkind = "coaching"\ndistricts = ["Here"]\n')
    Path("mine").mkdir()
    Path("mine/letter.txt").write_text("dear")
    before = files(Path())
    done = command("run", *arguments)
    assert done.exit_code == 2
    assert done.stderr.count(message) == 1
    assert "Traceback" not in done.output
    assert files(Path()) == before


def test_a_failed_write_is_told_in_a_line(command: Qisim) -> None:
    done = command("new", "small.toml/x.toml")
    assert done.exit_code == 1
    assert done.stderr.splitlines() == ["small.toml/x.toml: File exists"]


@pytest.mark.parametrize("arguments", [["check", "small.toml"], ["params", "--json"], ["params"]])
def test_a_full_output_is_told_in_a_line(command: Qisim, arguments: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "qisim", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == "standard output: No space left on device\n"


def test_a_folder_for_compiled_code_that_cannot_be_made(command: Qisim) -> None:
    arguments = [sys.executable, "-m", "qisim", "run", "small.toml", "--replicates", "1"]
    environment = os.environ | {"NUMBA_CACHE_DIR": "small.toml"}
    done = subprocess.run(arguments, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "the folder for compiled code cannot be made: Not a directory" in done.stderr
    assert "NUMBA_CACHE_DIR" in done.stderr and len(done.stderr.splitlines()) == 1


@pytest.mark.usefixtures("few_charts")
@pytest.mark.parametrize(
    ("where", "told"), [("save", "small holds the whole of"), ("tell", "the results are in out/small")]
)
def test_ctrl_c_says_what_it_leaves(command: Qisim, monkeypatch: pytest.MonkeyPatch, where: str, told: str) -> None:
    from qisim.study import command as run
    from qisim.study import folder

    save = folder.save

    def save_and_stop(*arguments: Any, **named: Any) -> None:
        save(*arguments, **named)
        raise KeyboardInterrupt

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    if where == "save":
        monkeypatch.setattr(folder, "save", save_and_stop)
    else:
        monkeypatch.setattr(run, "_tell", stop)
    done = command("run", "small.toml", "--replicates", "2")
    assert done.exit_code == 130
    assert f"Stopped; {'out/' * (where == 'save')}{told}" in done.stderr
    assert qisim.load_results("out/small").replicates == 2


@pytest.mark.parametrize(
    ("out", "message"),
    [
        ("events.txt", "the name of a CSV file"),
        ("small.toml/events.csv", "is a file, so no folder can be made in it"),
        ("/proc/events.csv", "cannot be written"),
        ("folder.csv", "is a folder; give the name of a file in it"),
        ("x" * 252 + ".csv", "File name too long"),
    ],
)
def test_replay_refuses_an_output_before_it_begins(command: Qisim, out: str, message: str) -> None:
    Path("folder.csv").mkdir()
    done = command("replay", "there is none", "--replicate", "0", "--out", out)
    assert done.exit_code == 2
    assert message in done.stderr
    assert "there is none" not in done.stderr


def test_a_date_outside_names_the_last_month(command: Qisim) -> None:
    wave = '[[programme]]\nkind = "collaborative"\nwaves = [{ start = 2025-03-01 }]\n'
    Path("late.toml").write_text(f'extends = "small.toml"\n{wave}')
    done = command("check", "late.toml")
    assert "found 2025-03-01 (allowed: within the 14 months from 2024-01-01, the last of which" in done.stderr
    assert "begins on 2025-02-01)" in done.stderr
    Path("late.toml").write_text(f'extends = "small.toml"\n{wave.replace("-03-", "-02-")}')
    assert command("check", "late.toml").exit_code == 0
