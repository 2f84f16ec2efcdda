"""A stored replicate again: the same numbers, and a facility's story that agrees with them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import qisim
from qisim.cli import app
from qisim.input.errors import BadInput
from qisim.replay.replay import Replay, place_of, replay, story, worth_a_look
from qisim.store.manifest import sealed

SCENARIO = """
title = "One district"
start = 2024-11-01
months = 20
[target]
score = 0.6
[world]
provinces = 1
districts = 1
kinds = [{ name = "health_centre", per_district = 9 }]
[[indicators]]
name = "hand hygiene"
baseline = 0.4
[[ideas]]
name = "peer monitoring"
indicator = "hand hygiene"
effect = 0.9
initial_users = 0.2
[[programme]]
kind = "collaborative"
waves = [{ start = 0 }]
sessions = 2
[[programme]]
kind = "coaching"
coaches_per_district = 1
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    (home / "one.toml").write_text(SCENARIO)
    results = qisim.load(home / "one.toml").run(replicates=4, seed=3, detail=True)
    return qisim.save_results(results, home / "results")


@pytest.fixture(scope="module")
def replayed(folder: Path) -> Replay:
    return replay(folder, 2)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["replay", *(str(argument) for argument in arguments)])


def test_a_replay_is_the_stored_replicate(folder: Path, replayed: Replay) -> None:
    assert replayed.difference == ""
    stored = qisim.load_results(folder).facility_months
    assert stored is not None
    mine = stored[stored["replicate"] == 2].reset_index(drop=True)
    assert mine["score"].tolist() == replayed.trajectory.facility_months["score"].tolist()


def test_progress_counts_the_months(folder: Path) -> None:
    told: list[tuple[int, int]] = []
    replay(folder, 0, progress=lambda done, total: told.append((done, total)))
    assert told == [(month, 20) for month in range(1, 21)]


@pytest.mark.parametrize("place", range(9))
def test_a_story_agrees_with_the_tables(replayed: Replay, place: int) -> None:
    facility = replayed.world.facilities["id"][place]
    months = replayed.trajectory.facility_months
    scores = months[months["facility"] == facility]["score"].tolist()
    told = story(replayed, facility)
    assert [month.score for month in told] == [scores[month.month] for month in told]
    turns = {
        (month.month, happening)
        for month in told
        for happening in month.happenings
        if happening in ("reached the standard", "fell below the standard again")
    }
    crossings = {
        (m, "reached the standard" if scores[m] >= 0.6 else "fell below the standard again")
        for m in range(1, 21)
        if (scores[m] >= 0.6) != (scores[m - 1] >= 0.6)
    }
    assert turns == crossings
    events = replayed.events[replayed.events["facility"] == facility]
    assert sum(len(month.happenings) for month in told) == len(events) + len(crossings) + 2
    assert {month.date for month in told if month.month == 3} <= {"Jan 2025"}


def test_what_is_worth_a_look_is_true(replayed: Replay) -> None:
    table = worth_a_look(replayed)
    assert table["id"].is_unique
    months = replayed.trajectory.facility_months
    gain = {facility: rows["score"].iloc[-1] - rows["score"].iloc[0] for facility, rows in months.groupby("facility")}
    most = table[table["why"].str.contains("gained most")]["id"]
    assert len(most) == min(3, sum(value > 0 for value in gain.values()))
    assert min(gain[facility] for facility in most) >= sorted(gain.values())[-len(most)]
    busiest = replayed.events["facility"].value_counts()
    assert busiest.idxmax() in set(table[table["why"].str.contains("most happened here")]["id"])


def test_a_facility_is_found_by_id_or_name(replayed: Replay) -> None:
    table = replayed.world.facilities
    assert [place_of(replayed.world, name) for name in (table["id"][4], table["name"][4])] == [4, 4]
    with pytest.raises(BadInput, match=f"did you mean '{table['id'][4]}'"):
        place_of(replayed.world, table["id"][4] + "x")


def test_results_that_come_out_otherwise_are_told(folder: Path, tmp_path: Path) -> None:
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["seed"] += 1
    manifest["versions"]["numpy"] = "1.0"
    manifest["sources"] = "0"
    (tmp_path / "manifest.json").write_bytes(sealed(manifest))
    done = run(tmp_path, "--replicate", 1)
    assert done.exit_code == 1
    assert done.stdout == ""
    assert "future 1 does not come out as it was stored: " in done.stderr
    assert " was stored as " in done.stderr
    assert "It was written with numpy 1.0, now " in done.stderr
    assert "another state of qisim's code" in done.stderr


def test_the_command_tells_a_story_and_writes_the_events(folder: Path, tmp_path: Path, replayed: Replay) -> None:
    facility = replayed.world.facilities["id"][3]
    done = run(folder, "--replicate", 2, "--facility", facility, "--out", tmp_path / "events.csv")
    assert done.exit_code == 0, done.stderr
    told = "simulated future 2, the same as in the results, month by month (20 months)"
    assert done.stdout.startswith(f"One district: {told}\n")
    assert ", health centre in District 01\n" in done.stdout
    for month in story(replayed, facility):
        assert "\n  ".join([f"score {month.score:.2f}", *month.happenings]) in done.stdout
    rows = (tmp_path / "events.csv").read_text().splitlines()
    assert rows[0] == "month,date,facility,what,idea,why"
    assert len(rows) == 1 + (replayed.events["facility"] == facility).sum()


def test_a_file_that_is_there_is_never_replaced(folder: Path, tmp_path: Path) -> None:
    seen = tmp_path / "seen.csv"
    seen.write_text("mine")
    done = run(folder, "--out", seen)
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"{seen}: is there already and is not replaced" in done.stderr
    assert seen.read_text() == "mine"


def test_the_command_names_facilities_to_look_at(folder: Path, replayed: Replay) -> None:
    done = run(folder, "--replicate", 2)
    assert all(facility in done.stdout for facility in worth_a_look(replayed)["id"])
    assert "--facility" in done.stdout.splitlines()[-1]
    assert "health_centre" not in done.stdout.replace("P1-D01-health_centre", "")
    told = json.loads(run(folder, "--replicate", 2, "--json").stdout)
    assert told["same_as_stored"]
    assert [row["id"] for row in told["facilities"]] == worth_a_look(replayed)["id"].tolist()


def test_the_first_future_is_told_unless_another_is_asked_for(folder: Path) -> None:
    assert run(folder).stdout == run(folder, "--replicate", 0).stdout
    assert run(folder).stdout != run(folder, "--replicate", 1).stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--replicate", "4"], "holds no simulated future 4 (allowed: 0 to 3)"),
        (["--replicate", "-1"], "holds no simulated future -1"),
        (["--replicate", "0", "--facility", "P1-D01-helth_centre-03"], "did you mean 'P1-D01-health_centre-03'?"),
        (["--replicate", "0", "--out", "events.xlsx"], "found 'events.xlsx' (allowed: the name of a CSV file"),
    ],
)
def test_the_command_refuses_bad_input(folder: Path, arguments: list[str], message: str) -> None:
    done = run(folder, *arguments)
    assert done.exit_code == 2
    assert message in done.stderr
