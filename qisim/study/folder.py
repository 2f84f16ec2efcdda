"""The folder of a run: written whole or not at all, and read back."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qisim.input.errors import BadInput, Problem
from qisim.input.spreadsheet import csv_bytes
from qisim.store import deciding
from qisim.store import manifest as manifests
from qisim.store.folder import check_destination, input_records, portable, read_inputs, write_whole
from qisim.store.kept_world import WORLD, read_world, with_world
from qisim.store.manifest import INPUTS
from qisim.study import manifest as own
from qisim.study.manifest import Manifest
from qisim.world.world import World, build_world

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from qisim.scenario.schema import Scenario
    from qisim.study.results import Results

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
        sources=deciding.sources("study"),
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


def load(folder: str | Path) -> Results:
    """Read results back. Raises BadInput where the folder holds none, or not all that was written."""
    from qisim.study.results import Results

    folder = Path(folder)
    manifest = own.read(folder)
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
