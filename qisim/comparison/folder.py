"""The folder of a comparison: tables are written whole or not at all, report and charts are added.

manifest.json       every scenario, seed, precision, versions, and a checksum of every file
report.html         the comparison to take into a meeting
outcomes, differences, runs                  CSV for spreadsheets and Parquet
months.parquet, ideas.parquet, groups.parquet, indicators.parquet, units.parquet, adoptions.parquet
charts/             figures
inputs/A/ ...       the registry and the peers file of each strategy as they were read
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qisim.comparison import tables
from qisim.comparison.experiment import TABLES as OF_STRATEGIES
from qisim.comparison.manifest import ComparedStrategy, ComparisonManifest
from qisim.input.spreadsheet import csv_bytes
from qisim.store import deciding
from qisim.store import manifest as manifests
from qisim.store.folder import check_destination, input_records, portable, read_inputs, write_whole
from qisim.store.kept_world import with_world
from qisim.store.manifest import INPUTS
from qisim.study.folder import TABLES

if TYPE_CHECKING:
    import pandas as pd

    from qisim.comparison.experiment import Compared, Strategy

SPREADSHEETS = {
    "outcomes": tables.outcomes, "differences": tables.differences, "runs": tables.runs, "costs": tables.costs,
}  # fmt: skip
OF_RUNS = {name: TABLES[name] for name in OF_STRATEGIES}

Inputs = Sequence[Mapping[str, bytes]]


def save(
    compared: Compared,
    folder: str | Path,
    command: str = "",
    files: Mapping[str, bytes] | None = None,
    inputs: Inputs | None = None,
) -> Path:
    """Write a comparison to `folder`, replacing results that are there already, and return its path.

    `files` are further ones by name, such as the report and the charts; `inputs` is what `read_inputs` gave for each
    strategy before the runs, read now unless told. Raises BadInput where `folder` holds anything else than results.
    """
    check_destination(folder, manifests.COMPARISON)
    folder = Path(folder).resolve()
    read = [read_inputs(strategy.scenario) for strategy in compared.strategies] if inputs is None else inputs
    contents = {**(files or {}), **_tables(compared)}
    read = [with_world(s.scenario, s.world, own) for s, own in zip(compared.strategies, read, strict=True)]
    for strategy, own in zip(compared.strategies, read, strict=True):
        contents |= {_copy(name, strategy): content for name, content in own.items()}
    manifest = ComparisonManifest(
        format_version=manifests.FORMAT_VERSION,
        versions=manifests.versions(),
        sources=deciding.sources("study", "comparison"),
        command=command,
        seed=compared.seed,
        replicates=compared.replicates,
        precision=compared.precision,
        limit=compared.limit,
        precise=compared.precise,
        strategies=[_record(strategy, own) for strategy, own in zip(compared.strategies, read, strict=True)],
        files=manifests.records(contents),
    )
    write_whole(folder, {**contents, manifests.NAME: manifests.as_file(manifest)}, manifests.COMPARISON)
    return folder


def _record(strategy: Strategy, inputs: Mapping[str, bytes]) -> ComparedStrategy:
    scenario: dict[str, Any] = portable(strategy.scenario)
    for key, name in INPUTS.items():
        if scenario["world"][key] is not None:
            scenario["world"][key] = _copy(name, strategy)
    return ComparedStrategy(
        label=strategy.label,
        name=strategy.name,
        scenario=scenario,
        inputs=input_records(strategy.scenario, inputs),
    )


def _copy(name: str, strategy: Strategy) -> str:
    """Where the copy of a strategy's input stands: inputs/facilities.csv of A in inputs/A/facilities.csv."""
    folder, _, file = name.partition("/")
    return f"{folder}/{strategy.label}/{file}"


def _tables(compared: Compared) -> dict[str, bytes]:
    contents = {}
    for name, table in SPREADSHEETS.items():
        frame = table(compared)
        contents[f"{name}.csv"] = csv_bytes(frame)
        contents[f"{name}.parquet"] = _parquet(frame)
    for table_name, file in OF_RUNS.items():
        contents[f"{file}.parquet"] = _parquet(tables.joined(compared, table_name))
    return contents


def _parquet(frame: pd.DataFrame) -> bytes:
    buffer = BytesIO()
    frame.to_parquet(buffer, index=False)
    return buffer.getvalue()
