"""A registry of facilities: a CSV file, one row a facility."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from qisim.input.cells import numbers
from qisim.input.csv_file import CsvFile, listed, read_csv
from qisim.input.errors import MOST_LISTED, Problem, nearest, shown, slip_of
from qisim.input.files import CONTROL
from qisim.scenario.schema import Indicator, WorldSpec
from qisim.world.columns import BASELINE, FACILITY_COLUMNS, REFERS_TO, TRAITS, baseline_columns, slug
from qisim.world.geography import travel_days
from qisim.world.layout import district_bases, lay_out

MOST_FACILITIES = 1_000_000
REQUIRED = ("id", "kind", "district")
ONE_PROVINCE = "country"
OTHER_SPELLINGS = {"latitude": "lat", "longitude": "lon", "long": "lon", "lng": "lon"}


@dataclass(frozen=True, eq=False)
class Registry:
    """Facilities as read, with defaults for what is untold.

    `facilities` has the columns of `World.facilities`; `located` (bool[F]) tells whose position the file gives;
    `refers_to` (int64[F]) is the row of the facility it names as its place of referral, -1 where none is named;
    `notes` say what was read otherwise than it stands there.
    """

    facilities: pd.DataFrame
    located: npt.NDArray[np.bool_]
    refers_to: npt.NDArray[np.int64]
    notes: tuple[str, ...] = ()


def read_registry(path: Path, spec: WorldSpec, indicators: Sequence[Indicator]) -> Registry:
    """Read a registry. Raises BadInput with every row that cannot be used.

    Columns id, kind and district are required; name, province, lat and lon (degrees), staff, travel_days,
    connectivity, leadership, openness, workload (0-1), refers_to (an id) and baseline_<indicator> (0-1; or the
    indicator's name) are optional; any other column is kept as text. A facility whose position is untold is laid
    out around the middle of its district's known ones, and a district without any around the middle of the country
    (or the scenario's latitude and longitude), always in the same way: good for a picture and a rough travel time.
    """
    problems: list[Problem] = []
    notes: list[str] = []
    file = _with_known_headers(read_csv(path, problems, MOST_FACILITIES), indicators, problems, notes)
    _check_texts(file, problems)
    refers_to = _references(file, problems)
    values = {
        "lat": numbers(file, "lat", problems, -90, 90),
        "lon": numbers(file, "lon", problems, -180, 180),
        "staff": numbers(file, "staff", problems, 1, 100_000, whole=True),
        "travel_days": numbers(file, "travel_days", problems, 0, 31),
    }
    shares = ("connectivity", *TRAITS, *baseline_columns(indicators))
    values |= {column: numbers(file, column, problems, 0, 1) for column in shares}
    located = ~np.isnan(values["lat"])
    problems += [
        file.problem(row, "lat, lon", "only one of the two is told", "both, or neither")
        for row in _told_alone(file, "lat", "lon")
    ]
    if problems:
        raise listed(file.name, problems)
    facilities = _with_defaults(_table(file, values), located, spec)
    return Registry(facilities, located, refers_to, tuple(notes))


def _with_known_headers(
    raw: CsvFile, indicators: Sequence[Indicator], problems: list[Problem], notes: list[str]
) -> CsvFile:
    """The file with each header spelled as qisim spells it; problems where one is missing, double or mistaken.

    A header that is a known one but for a slip is taken for it, with a note.
    """
    baselines = baseline_columns(indicators)
    known = [*FACILITY_COLUMNS, REFERS_TO, *baselines]
    exact = {indicator.name: column for indicator, column in zip(indicators, baselines, strict=True)}
    names = {header: slug(header) if slug(header) in known else exact.get(header, header) for header in raw.columns}
    meant = {**{name: name for name in known}, **{slug(name): column for name, column in exact.items()}}
    holder: dict[str, str] = {}
    for header in raw.columns:
        if names[header] not in known:
            taken = _meant(
                slug(header), {name: column for name, column in meant.items() if column not in names.values()}
            )
            if taken:
                names[header] = taken
                notes.append(f"the column {shown(header)} is read as {taken}; rename it if it is something else")
        name = names[header]
        if name in holder:
            problems.append(raw.header_problem(header, f"means the same as {shown(holder[name])}", "one of them"))
        elif name.startswith(BASELINE) and name not in known:
            what, near = "no indicator of the scenario is called so", nearest(slug(header), baselines)
            problems.append(raw.header_problem(header, what, ", ".join(baselines), near))
        holder.setdefault(name, header)
    others = [slug(name) for name in names.values() if name not in known]
    what = f"is missing; the file has {raw.in_words()}"
    problems += [
        raw.header_problem(column, what, nearest=nearest(column, others)) for column in REQUIRED if column not in holder
    ]
    columns = {names[header]: values for header, values in raw.columns.items()}
    return CsvFile(raw.name, columns, raw.lines, raw.header_line)


def _meant(name: str, free: dict[str, str]) -> str:
    """The column that a header is but for a slip, of those that no other header names; empty if there is none."""
    other = OTHER_SPELLINGS.get(name, "")
    return other if other in free else free.get(slip_of(name, free), "")


def _told_alone(file: CsvFile, one: str, other: str) -> list[int]:
    """Rows that tell one of two columns without the other."""
    untold = [""] * len(file)
    pairs = zip(file.columns.get(one, untold), file.columns.get(other, untold), strict=True)
    return [row for row, (a, b) in enumerate(pairs) if bool(a) != bool(b)]


def _check_texts(file: CsvFile, problems: list[Problem]) -> None:
    for column in (*REQUIRED, "province"):
        for row, value in enumerate(file.columns.get(column, [])):
            if not value:
                problems.append(file.problem(row, column, "is empty"))
    for column in (*REQUIRED, "name", "province"):
        for row, value in enumerate(file.columns.get(column, [])):
            if CONTROL.search(value):
                problems.append(file.problem(row, column, f"found {shown(value)}", "a text in one line, without tabs"))
    first: dict[str, int] = {}
    for row, value in enumerate(file.columns.get("id", [])):
        if value and first.setdefault(value, row) != row:
            what = f"found {shown(value)} again, first in line {file.lines[first[value]]}"
            problems.append(file.problem(row, "id", what, "an id of its own for each facility"))


def _references(file: CsvFile, problems: list[Problem]) -> npt.NDArray[np.int64]:
    named = file.columns.get(REFERS_TO, [""] * len(file))
    rows = {value: row for row, value in enumerate(file.columns.get("id", []))}
    result = np.full(len(file), -1, dtype=np.int64)
    unknown = 0
    for row, value in enumerate(named):
        result[row] = rows.get(value, -1) if value else -1
        if value and result[row] < 0:
            unknown += 1
            near = nearest(value, rows) if unknown <= MOST_LISTED else ""
            problems.append(file.problem(row, REFERS_TO, f"no facility has the id {shown(value)}", nearest=near))
        elif result[row] == row:
            problems.append(file.problem(row, REFERS_TO, "names the facility itself", "another facility's id"))
    return result


def _table(file: CsvFile, values: dict[str, npt.NDArray[np.float64]]) -> pd.DataFrame:
    columns: dict[str, object] = {column: file.columns[column] for column in REQUIRED}
    ids = file.columns["id"]
    columns["name"] = [name or ids[row] for row, name in enumerate(file.columns.get("name", ids))]
    columns["province"] = file.columns.get("province", [ONE_PROVINCE] * len(file))
    columns |= values
    order = [*FACILITY_COLUMNS, *(column for column in values if column.startswith(BASELINE))]
    others = {column: told for column, told in file.columns.items() if column not in columns}
    return pd.DataFrame({column: columns[column] for column in order} | others)


def _with_defaults(facilities: pd.DataFrame, located: npt.NDArray[np.bool_], spec: WorldSpec) -> pd.DataFrame:
    typical = {kind: _typical(kind) for kind in facilities["kind"].unique()}
    for place, column in enumerate(("staff", "connectivity")):
        default = facilities["kind"].map({kind: values[place] for kind, values in typical.items()})
        facilities[column] = facilities[column].fillna(default.astype(float))
    facilities["staff"] = facilities["staff"].astype(np.int64)
    lay_out(facilities, located, spec)
    base_lat, base_lon = district_bases(facilities, spec.referral)
    lat, lon = facilities["lat"].to_numpy(), facilities["lon"].to_numpy()
    days = travel_days(lat, lon, base_lat, base_lon, spec.km_per_day)
    facilities["travel_days"] = facilities["travel_days"].fillna(pd.Series(days))
    return facilities


def _typical(kind: str) -> tuple[int, float]:
    """Staff and connectivity of a kind of facility where the registry does not tell them (assumed)."""
    name = slug(kind)
    if "hospital" in name:
        return 60, 0.9
    return (3, 0.4) if "post" in name else (15, 0.7)
