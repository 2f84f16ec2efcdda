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
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qisim.input.errors import BadInput, Problem, reading_failed
from qisim.input.spreadsheet import csv_bytes
from qisim.scenario.schema import Scenario
from qisim.store import deciding
from qisim.store import manifest as manifests
from qisim.store.kept_world import WORLD, read_world, with_world
from qisim.store.manifest import INPUTS, Manifest
from qisim.store.writing import check_place, former_place, is_unfinished, put_away_dead, whole_file, working_folder
from qisim.world.world import build_world

if TYPE_CHECKING:
    import pandas as pd

    from qisim.study.results import Results
    from qisim.world.world import World

TABLES = {
    "months": "months",
    "idea_totals": "ideas",
    "groups": "groups",
    "indicators": "indicators",
    "units": "units",
    "adoptions": "adoptions",
    "facility_summary": "facilities",
}
REPORT = "report.html"
DETAIL_TABLES = {name: name for name in ("group_indicators", "facility_months", "idea_months")}
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


def save(
    results: Results,
    folder: str | Path,
    command: str = "",
    figures: Mapping[str, bytes] | None = None,
    inputs: Mapping[str, bytes] | None = None,
    report: bytes | None = None,
) -> Path:
    """Write results to `folder`, replacing results that are there already, and return its path.

    `figures` are the files of `charts/` by name; `inputs` is what `read_inputs` gave before the run, read now unless
    told; `report` becomes report.html. `folder` holds either what it held or the whole of the new results. A process
    that is killed may leave a folder beside it whose name begins with a dot and ends in `.unfinished`, and, if killed
    between two renames, what `folder` held in it; the next save beside it puts both right.
    Raises BadInput where `folder` holds anything else than qisim results or files that were changed since, OSError
    where writing fails.
    """
    check_destination(folder)
    folder = Path(folder).resolve()
    inputs = read_inputs(results.scenario) if inputs is None else inputs
    inputs = with_world(results.scenario, results.world, inputs)
    contents = {**_tables(results), **{f"charts/{name}": content for name, content in (figures or {}).items()}}
    contents |= inputs
    if report is not None:
        contents[REPORT] = report
    manifest = Manifest(
        format_version=manifests.FORMAT_VERSION,
        versions=manifests.versions(),
        sources=deciding.sources(),
        command=command,
        seed=results.seed,
        replicates=results.replicates,
        detail=results.facility_months is not None,
        scenario=portable(results.scenario),
        inputs=input_records(results.scenario, inputs),
        files=manifests.records(contents),
    )
    write_whole(folder, {**contents, manifests.NAME: manifests.as_file(manifest)}, manifests.FORMAT)
    return folder


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


def load(folder: str | Path) -> Results:
    """Read results back. Raises BadInput where the folder holds none, or not all that was written."""
    from qisim.study.results import Results

    folder = Path(folder)
    manifest = manifests.read(folder)
    scenario, world = rebuild(folder, manifest)
    kept = {field for field, name in DETAIL_TABLES.items() if manifest.detail or f"{name}.parquet" in manifest.files}
    names = {field: name for field, name in {**TABLES, **DETAIL_TABLES}.items() if field in TABLES or field in kept}
    tables: dict[str, Any] = {field: read_table(folder, manifest, name) for field, name in names.items()}
    if len(tables["months"]) != manifest.replicates * (scenario.months + 1):
        raise BadInput(Problem(str(folder / "months.parquet"), f"does not fit {manifests.NAME}"))
    return Results(scenario=scenario, world=world, seed=manifest.seed, replicates=manifest.replicates, **tables)


def rebuild(folder: Path, manifest: Manifest) -> tuple[Scenario, World]:
    """The scenario and the world that a folder's results came from. Raises BadInput."""
    kept = {*INPUTS.values(), WORLD} & set(manifest.files)
    inputs = {name: manifests.verified(folder, name, manifest.files[name]) for name in kept}
    scenario = manifest.rebuild_scenario(folder)
    return scenario, read_world(inputs[WORLD], str(folder / WORLD)) if WORLD in inputs else build_world(scenario)


def read_table(folder: Path, manifest: Manifest, name: str) -> pd.DataFrame:
    """One table of a results folder, such as "months". Raises BadInput unless it is as it was written."""
    import pandas as pd

    file = f"{name}.parquet"
    if file not in manifest.files:
        raise BadInput(Problem(str(folder / manifests.NAME), f"does not list {file}; run the scenario again"))
    return pd.read_parquet(BytesIO(manifests.verified(folder, file, manifest.files[file])))


def _tables(results: Results) -> dict[str, bytes]:
    contents = {}
    for field, name in {**TABLES, **DETAIL_TABLES}.items():
        table = getattr(results, field)
        if table is not None:
            buffer = BytesIO()
            table.to_parquet(buffer, index=False)
            contents[f"{name}.parquet"] = buffer.getvalue()
    contents["facilities.csv"] = _spreadsheet(results)
    return contents


def _spreadsheet(results: Results) -> bytes:
    """The world's facilities with what came of each."""
    summary = results.facility_summary
    told = results.world.facilities
    outcome = summary.loc[:, ["id", *(column for column in summary if column not in told or column in OUTCOMES)]]
    told = told.rename(columns={column: f"{column} (registry)" for column in told if column in OUTCOMES})
    merged = told.merge(outcome.round(DIGITS), on="id", how="left", validate="one_to_one")
    return csv_bytes(merged)


OUTCOMES = {"score", "at_target", "first_at_target"}  # a registry may have columns of these names, too

DIGITS = 3  # of outcomes, to be read by people; the Parquet tables hold all


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
