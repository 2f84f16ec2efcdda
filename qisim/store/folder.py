"""The results folder: tables are written whole or not at all, report and charts are added; it can be read back.

    manifest.json       question, seed, versions, and a checksum of every file
    months.parquet, ideas.parquet, groups.parquet, indicators.parquet, units.parquet, adoptions.parquet,
    facilities.parquet
    group_indicators.parquet, facility_months.parquet, idea_months.parquet      with detail only
    facilities.csv      each facility with what came of it, for spreadsheets
    report.html         the report to open or to print
    charts/             figures
    inputs/             the registry and the peers file as they were read; world.json where Python gave the facilities

Reading uses JSON, CSV and Parquet only: nothing in a folder is ever executed.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from qisim.input.errors import BadInput, Problem, reading_failed
from qisim.scenario.schema import Scenario
from qisim.store import manifest as manifests
from qisim.store.manifest import INPUTS
from qisim.store.writing import check_place, former_place, is_unfinished, put_away_dead, whole_file, working_folder

LEFT_BY_SYSTEMS = {".DS_Store", "Thumbs.db", "desktop.ini"}
MOST_NAMED = 3


def read_inputs(scenario: Scenario) -> dict[str, bytes]:
    """The CSV files a scenario names, by their names in a results folder. Raises BadInput."""
    contents = {}
    for key, name in INPUTS.items():
        given = getattr(scenario.world, key)
        if given is not None:
            path = scenario.path(given)
            try:
                contents[name] = path.read_bytes()
            except OSError as error:
                raise reading_failed(path, error) from None
    return contents


def check_destination(folder: str | Path, kind: str = manifests.FORMAT) -> None:
    """Raise BadInput unless results may be written to `folder`.

    It is new, empty, or holds nothing but results of the same kind, all of them as they were written.
    """
    folder = Path(folder)
    try:
        is_there, whole_path = folder.exists(), folder.resolve()
    except OSError as error:
        raise BadInput(Problem(str(folder), f"cannot be a folder for results: {error.strerror}")) from None
    except ValueError:
        raise BadInput(Problem(repr(str(folder)), "cannot be the name of a folder")) from None
    if is_there and not folder.is_dir():
        raise BadInput(Problem(str(folder), "is a file; choose a folder for the results"))
    if is_there and (Path.cwd().is_relative_to(whole_path) or folder.is_mount()):
        raise BadInput(Problem(str(folder), "cannot be replaced as a whole; name a folder within it"))
    check_place(whole_path)
    put_away_dead(whole_path)
    check_replaceable(folder, kind)


def check_replaceable(folder: Path, kind: str) -> None:
    """Raise BadInput unless all that `folder` holds was written there as results of this kind, and left as it was."""
    present = _contents(folder)
    if not present:
        return
    if not (folder / manifests.NAME).is_file():
        what = f"holds other files than qisim results: {_named(present)}; choose a new folder"
        raise BadInput(Problem(str(folder), what))
    known = manifests.written_files(folder, kind)
    if strangers := present - {manifests.NAME, *known}:
        what = f"would be replaced, but holds files that are not results: {_named(strangers)}; move them away"
        raise BadInput(Problem(str(folder), what))
    try:
        changed = {name for name in present & known.keys() if not manifests.is_as_written(folder / name, known[name])}
    except OSError as error:
        raise BadInput(Problem(str(folder), f"cannot be read: {error.strerror}; choose a new folder")) from None
    if changed:
        what = f"would be replaced, but somebody has changed files in it: {_named(changed)}; move them away"
        raise BadInput(Problem(str(folder), what))


def _named(files: Collection[str]) -> str:
    first = ", ".join(sorted(files)[:MOST_NAMED])
    return first + (f" and {len(files) - MOST_NAMED} more" if len(files) > MOST_NAMED else "")


def add(folder: Path, files: Mapping[str, bytes]) -> None:
    """Add files by their names, such as report and charts, to a folder of results of any kind.

    The manifest comes first: so the folder holds nothing that it does not list, whenever the process is killed.
    Raises BadInput where the folder holds no results, OSError where writing fails.
    """
    for name, content in {manifests.NAME: manifests.with_files(folder, files), **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as stream:
            stream.write(content)


def portable(scenario: Scenario) -> dict[str, Any]:
    """The whole scenario, naming the copies of its CSV files in a results folder."""
    document = scenario.model_dump(mode="json")
    for key, name in INPUTS.items():
        if document["world"][key] is not None:
            document["world"][key] = name
    return document


def input_records(scenario: Scenario, inputs: Mapping[str, bytes]) -> dict[str, manifests.FileRecord]:
    """What was read, by the names the user gave: the scenario files and the CSV files."""
    contents = {_as_given(scenario, path): text.encode() for path, text in scenario.origin.files}
    for key, name in INPUTS.items():
        if name in inputs:
            contents[_as_given(scenario, scenario.path(getattr(scenario.world, key)))] = inputs[name]
    return manifests.records(contents)


def _as_given(scenario: Scenario, path: Path) -> str:
    """A file's name as seen from the folder of the scenario file."""
    try:
        return Path(os.path.relpath(path, scenario.origin.folder)).as_posix()
    except ValueError:  # on another drive
        return path.name


def _contents(folder: Path) -> set[str]:
    """Files and empty folders by their names, without those that systems and killed processes leave."""
    if not folder.is_dir():
        return set()
    found = (
        path
        for path in folder.rglob("*")
        if path.name not in LEFT_BY_SYSTEMS
        and not is_unfinished(path)
        and (path.is_symlink() or not path.is_dir() or not any(path.iterdir()))
    )
    return {path.relative_to(folder).as_posix() for path in found}


def write_whole(folder: Path, contents: Mapping[str, bytes], kind: str) -> None:
    """Write files by their names to a folder that then holds them alone, or leave everything as it was.

    Raises BadInput where `folder` holds anything else than results of this kind, as they were written.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        with working_folder(folder) as unfinished:
            new = unfinished / "new"
            for name, content in contents.items():
                path = new / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            _swap(new, folder, former_place(unfinished, folder), kind)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(folder)) from None


def _swap(new: Path, folder: Path, former: Path, kind: str) -> None:
    """Put `new` in the place of `folder`, and that aside, or leave everything as it was."""
    if not folder.exists():
        new.rename(folder)
        return
    check_replaceable(folder, kind)  # somebody may have worked in it up to now
    try:
        folder.rename(former)
        new.rename(folder)
    except BaseException:  # Ctrl-C may come between the two
        if former.exists() and not folder.exists():
            former.rename(folder)
        raise
