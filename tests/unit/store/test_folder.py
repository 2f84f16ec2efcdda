"""The results folder: what is written comes back, and what is not a whole results folder is refused."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

import qisim
from qisim.input.errors import BadInput
from qisim.replay.replay import replay
from qisim.store import deciding
from qisim.store import manifest as manifests
from qisim.store.folder import add, check_destination
from qisim.store.manifest import FileRecord, sealed
from qisim.store.writing import working_folder
from qisim.study import folder as folders
from qisim.study.manifest import read

REGISTRY = """id,name,kind,district,score,baseline_hand_hygiene
NA,"Ph=um, one",hospital,North,7,0.30
007,ភ្នំពេញ,health_centre,North,,0.25
=1+1,Third,health_centre,South,x,
B4,Fourth,health_centre,South,,0.60
"""
PEERS = "from,to,weight\nNA,B4,2.5\n"
SCENARIO = """
title = "Four facilities"
start = 2024-01-01
months = 12
[world]
facilities = "data/registry.csv"
peers = "data/peers.csv"
[[indicators]]
name = "hand hygiene"
baseline = { low = 0.2, high = 0.4 }
[[ideas]]
name = "peer monitoring"
indicator = "hand hygiene"
effect = 0.9
initial_users = 0.3
[[programme]]
kind = "collaborative"
waves = [{ start = 2024-02-01 }]
"""
TABLES = [*folders.TABLES, *folders.DETAIL_TABLES]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> qisim.Results:
    home = tmp_path_factory.mktemp("home")
    (home / "data").mkdir()
    (home / "data" / "registry.csv").write_text(REGISTRY, encoding="utf-8")
    (home / "data" / "peers.csv").write_text(PEERS)
    (home / "four.toml").write_text(SCENARIO)
    return qisim.load(home / "four.toml").run(replicates=3, seed=5, detail=True)


@pytest.fixture
def saved(results: qisim.Results, tmp_path: Path) -> Path:
    return folders.save(results, tmp_path / "out" / "four", "qisim run four.toml", {"coverage.svg": b"<svg/>"})


@pytest.fixture(scope="module")
def saved_once(results: qisim.Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folders.save(results, tmp_path_factory.mktemp("once") / "four", "qisim run four.toml")


def everything(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_is_saved_comes_back(results: qisim.Results, saved: Path) -> None:
    again = folders.load(saved)
    assert (again.seed, again.replicates) == (results.seed, results.replicates)
    for table in TABLES:
        assert_frame_equal(getattr(again, table), getattr(results, table), check_exact=True)
    assert_frame_equal(again.world.facilities, results.world.facilities, check_exact=True)
    assert again.world.network.total.tolist() == results.world.network.total.tolist()
    given = {**results.scenario.model_dump(), "world": None}
    assert {**again.scenario.model_dump(), "world": None} == given


def test_a_moved_folder_runs_again_alike(saved: Path, results: qisim.Results, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    shutil.move(saved, moved)
    again = folders.load(moved)
    rerun = qisim.run(again.scenario, again.world, replicates=again.replicates, seed=again.seed)
    assert_frame_equal(rerun.months, results.months, check_exact=True)


def test_the_manifest_tells_the_question_and_the_versions(saved: Path) -> None:
    manifest = json.loads((saved / "manifest.json").read_text())
    assert manifest["command"] == "qisim run four.toml"
    assert (manifest["seed"], manifest["replicates"]) == (5, 3)
    assert manifest["versions"]["qisim"] == qisim.__version__
    assert {"python", "numpy", "numba", "mesa"} <= set(manifest["versions"])
    assert set(manifest["inputs"]) == {"four.toml", "data/registry.csv", "data/peers.csv"}
    assert manifest["scenario"]["world"]["facilities"] == "inputs/facilities.csv"


def test_inputs_are_copied_as_they_are(saved: Path) -> None:
    assert (saved / "inputs" / "facilities.csv").read_text(encoding="utf-8") == REGISTRY
    assert (saved / "inputs" / "peers.csv").read_text() == PEERS


def test_the_spreadsheet_holds_each_facility_and_what_came_of_it(saved: Path, results: qisim.Results) -> None:
    sheet = pd.read_csv(saved / "facilities.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    assert sheet["id"].tolist() == ["NA", "007", "'=1+1", "B4"]  # as text, which a spreadsheet does not work out
    assert sheet["name"].tolist()[:2] == ["Ph=um, one", "ភ្នំពេញ"]
    assert sheet["score (registry)"].tolist() == ["7", "", "x", ""]
    assert sheet["score"].astype(float).tolist() == pytest.approx(results.facility_summary["score"].tolist(), abs=5e-4)
    assert max(len(text) for column in ("score", "at_target") for text in sheet[column]) <= len("0.123")
    assert not sheet.columns.duplicated().any()


def test_the_same_results_give_the_same_bytes(results: qisim.Results, tmp_path: Path) -> None:
    one, other = (everything(folders.save(results, tmp_path / name)) for name in ("one", "other"))
    assert one == other


def test_saving_again_replaces_all(results: qisim.Results, saved: Path) -> None:
    folders.save(results, saved, "again")
    assert read(saved).command == "again"
    assert not (saved / "charts").exists()
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]


def test_a_failed_save_leaves_what_was_there(results: qisim.Results, saved: Path) -> None:
    before = everything(saved)
    with pytest.raises(OSError, match="name too long"):
        folders.save(results, saved, figures={"x" * 300: b""})
    assert everything(saved) == before
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]


@pytest.mark.parametrize("renames", [0, 1, 2])
def test_an_interrupted_save_leaves_the_former_or_the_new_whole(
    results: qisim.Results, saved: Path, monkeypatch: pytest.MonkeyPatch, renames: int
) -> None:
    """Ctrl-C right after so many of the renames."""
    former, done, rename = everything(saved), 0, Path.rename

    def rename_and_stop(path: Path, target: Path) -> Path:
        nonlocal done
        if renames == 0:
            raise KeyboardInterrupt
        moved = rename(path, target)
        done += 1
        if done == renames:
            raise KeyboardInterrupt
        return moved

    monkeypatch.setattr(Path, "rename", rename_and_stop)
    with pytest.raises(KeyboardInterrupt):
        folders.save(results, saved, "anew")
    monkeypatch.undo()
    assert read(saved).command == ("anew" if renames == 2 else "qisim run four.toml")
    assert renames == 2 or everything(saved) == former
    assert not list(saved.parent.glob(".*.unfinished"))


@pytest.mark.parametrize("name", ["x" * 255, "a/b/c", "ភ" * 80])
def test_a_name_that_a_folder_may_have_will_do(results: qisim.Results, tmp_path: Path, name: str) -> None:
    check_destination(tmp_path / name)
    assert list(tmp_path.iterdir()) == []
    assert folders.load(folders.save(results, tmp_path / name)).seed == results.seed


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("/", "cannot be replaced as a whole"),
        ("x" * 256, "File name too long"),
        ("out/" + "x" * 256, "File name too long"),
        ("x" * 256 + "/out", "File name too long"),
        ("a\0b", "cannot be the name of a folder"),
        ("/proc/out", "cannot be written"),
        ("file/out", "is a file, so no folder can be made in it"),
    ],
)
def test_a_place_that_will_not_do_is_told_before_the_run(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadInput, match=message):
        check_destination(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (lambda out: out.write_text("mine"), "is a file"),
        (lambda out: (out.mkdir(), (out / "thesis.doc").write_text("mine")), "holds other files"),
        (lambda out: (out.mkdir(), (out / "manifest.json").write_text("{}")), "is not a manifest of qisim results"),
        (
            lambda out: (out / "plans for May").mkdir(parents=True),
            "holds other files than qisim results: plans for May",
        ),
    ],
)
def test_other_peoples_files_are_left_alone(
    results: qisim.Results, tmp_path: Path, prepare: Callable[[Path], object], message: str
) -> None:
    out = tmp_path / "out"
    prepare(out)
    before = everything(tmp_path)
    with pytest.raises(BadInput, match=message):
        folders.save(results, out)
    assert everything(tmp_path) == before


def test_notes_among_results_are_not_lost(results: qisim.Results, saved: Path) -> None:
    (saved / "charts" / "my notes.txt").write_text("mine")
    (saved / ".DS_Store").write_text("the system's")
    with pytest.raises(BadInput, match=r"not results: charts/my notes\.txt; move"):
        folders.save(results, saved)
    (saved / "charts" / "my notes.txt").unlink()
    folders.save(results, saved)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: edit(f / "facilities.csv", "Third", "Fourth"), r"somebody has changed files in it: facilities\.csv"),
        (lambda f: pipe(f / "charts" / "coverage.svg"), r"somebody has changed files in it: charts/coverage\.svg"),
        (lambda f: (f / "photographs").mkdir(), "not results: photographs"),
        (lambda f: (f / "link").symlink_to(f.parent), "not results: link"),
        (lambda f: edit(f / "manifest.json", "qisim run four", "qisim run five"), "is not as it was written"),
    ],
)
def test_what_users_changed_among_results_is_not_lost(
    results: qisim.Results, saved: Path, change: Callable[[Path], object], message: str
) -> None:
    change(saved)
    before = sorted(saved.rglob("*"))
    with pytest.raises(BadInput, match=message):
        folders.save(results, saved)
    assert sorted(saved.rglob("*")) == before


def test_a_file_that_an_edited_manifest_lists_is_not_deleted(results: qisim.Results, saved: Path) -> None:
    (saved / "thesis.doc").write_text("mine")
    manifest = json.loads((saved / "manifest.json").read_text())
    manifest["files"]["thesis.doc"] = FileRecord.of(b"mine").model_dump()
    (saved / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(BadInput, match="is not as it was written"):
        folders.save(results, saved)
    assert (saved / "thesis.doc").read_text() == "mine"


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        (manifests.COMPARISON, "not a comparison of strategies"),
        (manifests.TRACKING, "not a forecast beside what was seen"),
        (manifests.SENSITIVITY, "not a sensitivity analysis"),
    ],
)
def test_results_of_one_kind_do_not_replace_another(saved: Path, kind: str, what: str) -> None:
    with pytest.raises(BadInput, match=f"holds the results of one scenario, {what}"):
        check_destination(saved, kind)


def test_files_are_added_to_results_and_replaced_with_them(results: qisim.Results, saved: Path) -> None:
    add(saved, {"report.html": b"<p>", "charts/coverage.svg": b"<svg />"})
    assert folders.load(saved).seed == results.seed
    assert read(saved).files["charts/coverage.svg"] == FileRecord.of(b"<svg />")
    folders.save(results, saved)
    assert not (saved / "report.html").exists()


DYING = """
import os, sys
from pathlib import Path
from qisim.store import folder

renames = int(sys.argv[2])
rename = Path.rename

def last(path, target):
    global renames
    if renames == 0:
        os._exit(9)
    renames -= 1
    return rename(path, target)

Path.rename = last
folder.write_whole(Path(sys.argv[1]), {"manifest.json": b"{}"}, "qisim results")
"""


@pytest.mark.parametrize("renames", [0, 1])
def test_what_a_killed_process_left_goes_at_the_next_run(
    results: qisim.Results, saved: Path, tmp_path: Path, renames: int
) -> None:
    """Killed before its first rename or between the two; folders of others stay."""
    (tmp_path / "dying.py").write_text(DYING)
    (saved.parent / ".mine.unfinished").mkdir()
    before = everything(saved)
    killed = subprocess.run([sys.executable, str(tmp_path / "dying.py"), str(saved), str(renames)], check=False)
    assert killed.returncode == 9
    left = [path for path in saved.parent.iterdir() if path.name.startswith(".four.")]
    assert len(left) == 1 and saved.exists() == (renames == 0)
    with working_folder(saved) as alive:
        check_destination(saved)
        assert everything(saved) == before
        assert sorted(saved.parent.iterdir()) == sorted([alive, saved, saved.parent / ".mine.unfinished"])


def test_the_manifest_tells_which_code_answered(saved: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert read(saved).sources == deciding.sources("study")
    assert {"numpy", "numba", "scipy", "networkx", "pandas", "mesa"} <= read(saved).versions.keys()
    changed = tmp_path / "qisim"
    shutil.copytree(Path(qisim.__file__).parent, changed, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(deciding, "__file__", str(changed / "store" / "deciding.py"))
    deciding.sources.cache_clear()
    assert deciding.sources("study") == read(saved).sources
    for file in ("model/rules.py", "study/run.py", "outcomes/cost.py"):
        before = deciding.sources("study")
        (changed / file).write_text((changed / file).read_text() + "\n# changed\n")
        deciding.sources.cache_clear()
        assert deciding.sources("study") != before
    deciding.sources.cache_clear()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**13), 10**13) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def places(document: Any) -> list[tuple[Any, ...]]:
    """The way to every value of a document."""
    items = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    return [(), *((key, *way) for key, value in items for way in places(value))]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_an_edited_manifest_is_refused_or_read(results: qisim.Results, saved_once: Path, data: st.DataObject) -> None:
    """Whatever somebody makes of one value of it, also one who puts the right checksum to it."""
    file = saved_once / "manifest.json"
    text = file.read_text()
    document = json.loads(text)
    *way, last = data.draw(st.sampled_from(places(document)[1:]))
    holder = document
    for key in way:
        holder = holder[key]
    if data.draw(st.booleans()):
        holder[last] = data.draw(JSON)
    else:
        del holder[last]
    try:
        file.write_bytes(sealed(document) if data.draw(st.booleans()) else json.dumps(document).encode())
        for use in (folders.load, check_destination, lambda f: replay(f, 0)):
            try:
                use(saved_once)
            except BadInput as error:
                assert str(saved_once) in str(error)  # noqa: PT017 - which of them raises is for chance to say
    finally:
        file.write_text(text)


def test_the_current_folder_is_not_replaced(
    results: qisim.Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInput, match="name a folder within it"):
        folders.save(results, ".")


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-10])


def edit(path: Path, old: str, new: str) -> None:
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def pipe(path: Path) -> None:
    """Put a pipe, which nobody writes to, in the place of a file."""
    path.unlink()
    os.mkfifo(path)


def rewrite(**changes: object) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        manifest = json.loads((folder / "manifest.json").read_text())
        (folder / "manifest.json").write_bytes(sealed(manifest | changes))

    return change


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (lambda f: (f / "months.parquet").unlink(), r"months\.parquet: is missing"),
        (lambda f: truncate(f / "groups.parquet"), r"groups\.parquet: is not as it was written"),
        (lambda f: (f / "inputs" / "peers.csv").write_text("from,to\n"), r"peers\.csv: is not as it was written"),
        (lambda f: truncate(f / "manifest.json"), r"manifest\.json: is not a manifest of qisim results, or is damaged"),
        (lambda f: (f / "manifest.json").write_bytes(b"\xff\xfe"), "is damaged"),
        (lambda f: (f / "manifest.json").write_text('{"name": "another program"}'), "is not a manifest of qisim"),
        (lambda f: (f / "manifest.json").unlink(), "is not a results folder of qisim: it holds no manifest.json"),
        (rewrite(format_version=99), "was written by a later qisim"),
        (rewrite(files={}), "does not list"),
        (rewrite(scenario={"title": "x"}), "is missing"),
        (rewrite(scenario={"world": {"facilities": "/etc/passwd"}}), r"world\.facilities: found '/etc/passwd'"),
        (rewrite(replicates=10**12), "is damaged"),
        (rewrite(replicates=4), r"months\.parquet: does not fit manifest\.json"),
        (rewrite(files=5), "is damaged"),
        (lambda f: edit(f / "manifest.json", '"seed": 5', '"seed": 6'), r"manifest\.json: is not as it was written"),
        (lambda f: edit(f / "manifest.json", '"seal"', '"sole"'), r"manifest\.json: was written by an earlier qisim"),
        (lambda f: pipe(f / "manifest.json"), r"manifest\.json: is not an ordinary file"),
        (lambda f: pipe(f / "months.parquet"), r"months\.parquet: is not as it was written"),
        (shutil.rmtree, "there is no such results folder"),
    ],
)
def test_a_folder_that_is_not_whole_is_refused(saved: Path, harm: Callable[[Path], object], message: str) -> None:
    harm(saved)
    with pytest.raises(BadInput, match=message) as caught:
        folders.load(saved)
    assert str(saved) in str(caught.value)


def test_a_mistyped_folder_names_the_nearest(saved: Path) -> None:
    with pytest.raises(BadInput, match="did you mean 'four'"):
        folders.load(saved.with_name("foru"))
