"""Reading a file of observations: which columns it has, and what each of its cells says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qisim.input.cells import number
from qisim.input.csv_file import CsvFile, listed, read_csv
from qisim.input.errors import MOST_LISTED, BadInput, Problem, cut, nearest, shown
from qisim.observed.series import KINDS, MEASURED, MEASURED_WORDS, SERIES, Series
from qisim.world.columns import slug

if TYPE_CHECKING:
    from qisim.scenario.schema import Scenario
    from qisim.world.world import World

MONTH, DISTRICT = "month", "district"
FEWEST_MONTHS = 2
MOST_CELLS = 5000
"""Of series of one kind: the covariance of their errors must fit into memory."""

CALENDAR = re.compile(r"(\d{4})-(\d{1,2})(-\d{1,2})?$")


@dataclass(frozen=True)
class _File:
    """The user's file with its headers spelled as the scenario spells them."""

    raw: CsvFile
    columns: dict[str, list[str]]
    headers: dict[str, str]
    problems: list[Problem]

    def tell(self, row: int, column: str, what: str, allowed: str = "", near: str = "") -> None:
        self.problems.append(self.raw.problem(row, self.headers.get(column, column), what, allowed, near))


def read(path: Path, scenario: Scenario, world: World, series: Mapping[str, Series]) -> tuple[pd.DataFrame, np.ndarray]:
    """The cells of a file as the table of `Observed`, and the facilities of each. Raises BadInput."""
    problems: list[Problem] = []
    file = _known(read_csv(path, problems), scenario, problems)
    months, places = _months(file, scenario), _places(file, world)
    _check_twice(file, months, places)
    sizes = {"": len(world), **dict(zip(world.districts, np.bincount(world.district).tolist(), strict=True))}
    _check_indicators(file, scenario)
    values = _values(file, series, [None if place is None else sizes[place] for place in places])
    if file.problems:
        raise listed(file.raw.name, file.problems)
    cells = [
        (months[row], places[row], name, value)
        for row in range(len(file.raw))
        for name, column in values.items()
        if not np.isnan(value := column[row])
    ]
    table = pd.DataFrame(cells, columns=["month", "district", "series", "value"])
    _check_enough(file, table)
    _check_size(file, table, series)
    return table, np.array([sizes[place] for place in table["district"]], dtype=np.int64)


def _known(raw: CsvFile, scenario: Scenario, problems: list[Problem]) -> _File:
    """The file with known headers; more problems where one is not known, means the same as another, or is missing."""
    indicators = [indicator.name + suffix for indicator in scenario.indicators for suffix in ("", MEASURED)]
    known = [MONTH, DISTRICT, *SERIES, *indicators]
    by_slug: dict[str, list[str]] = {}
    for name in dict.fromkeys(known):
        by_slug.setdefault(slug(name), []).append(name)
    scores = _only(scenario)
    columns: dict[str, list[str]] = {}
    headers: dict[str, str] = {}
    for header, cells in raw.columns.items():
        names = [header] if header in known else by_slug.get(slug(header), [])
        name = scores.get(names[0], names[0]) if names else ""
        if not names:
            what = "is not a column that qisim can compare with the simulation"
            problems.append(raw.header_problem(header, what, ", ".join(known), nearest(header, known)))
        elif len(names) > 1:
            problems.append(raw.header_problem(header, "may mean several columns", f"exactly {' or '.join(names)}"))
        elif name in columns:
            problems.append(raw.header_problem(header, f"means the same as {shown(headers[name])}", "one of them"))
        else:
            columns[name], headers[name] = cells, header
    if MONTH not in columns:
        near = nearest(MONTH, raw.columns)
        problems.append(raw.header_problem(MONTH, f"is missing; the file has {raw.in_words()}", nearest=near))
    if not problems and not set(columns) - {MONTH, DISTRICT}:
        problems.append(raw.header_problem("", "no column holds anything that was seen", ", ".join(known[2:])))
    return _File(raw, columns, headers, problems)


def _only(scenario: Scenario) -> dict[str, str]:
    """The columns of a scenario's only indicator, which is its score, and what they are; empty where there are more."""
    if len(scenario.indicators) > 1 or scenario.indicators[0].name in (MONTH, DISTRICT, *SERIES):
        return {}
    return {scenario.indicators[0].name + suffix: "score" + suffix for suffix in ("", MEASURED)}


def _months(file: _File, scenario: Scenario) -> list[int | None]:
    """The month of each row, None where it cannot be told."""
    allowed = f"0 to {scenario.months}, or {_calendar(scenario, 0)} to {_calendar(scenario, scenario.months)}"
    found: list[int | None] = []
    for row, text in enumerate(file.columns.get(MONTH, [])):
        month = _month(text, scenario)
        if month is None:
            file.tell(
                row, MONTH, f"found {shown(text)}" if text else "is empty", f"a whole number or YYYY-MM: {allowed}"
            )
        elif not 0 <= month <= scenario.months:
            file.tell(row, MONTH, f"found {cut(text)}, which the scenario does not cover", allowed)
            month = None
        found.append(month)
    return found or [None] * len(file.raw)


def _month(text: str, scenario: Scenario) -> int | None:
    """How many months have passed at the end of a month: 0 at the start."""
    if match := CALENDAR.match(text):
        year, month = int(match[1]), int(match[2])
        return scenario.step(date(year, month, 1)) + 1 if year > 0 and 1 <= month <= 12 else None
    value = number(text)
    return int(value) if value is not None and value == int(value) else None


def _calendar(scenario: Scenario, month: int) -> str:
    """The calendar month at whose end so many months have passed, as a file writes it."""
    later = scenario.start.month - 1 + month - 1
    return f"{scenario.start.year + later // 12}-{later % 12 + 1:02d}"


def _places(file: _File, world: World) -> list[str | None]:
    """The district of each row, "" for all facilities, None where there is none of that name."""
    known = {"", *world.districts}
    cells = file.columns.get(DISTRICT, [""] * len(file.raw))
    unknown: dict[str, list[int]] = {}
    for row, text in enumerate(cells):
        if text not in known:
            unknown.setdefault(text, []).append(row)
    some = ", ".join(world.districts[:5]) + (", ..." if len(world.districts) > 5 else "")
    for told, (text, rows) in enumerate(unknown.items()):
        near = nearest(text, world.districts) if told < MOST_LISTED else ""
        more = f", here and in {len(rows) - 1:,} more row{'' if len(rows) == 2 else 's'}" if len(rows) > 1 else ""
        what = f"no district is called {shown(text)}{more}"
        file.tell(rows[0], DISTRICT, what, f"{some}; empty for all facilities", near)
    return [text if text in known else None for text in cells]


def _check_twice(file: _File, months: Sequence[int | None], places: Sequence[str | None]) -> None:
    first: dict[tuple[int, str], int] = {}
    for row, (month, place) in enumerate(zip(months, places, strict=True)):
        if month is not None and place is not None and first.setdefault((month, place), row) != row:
            where, line = place or "all facilities", file.raw.lines[first[month, place]]
            file.tell(row, MONTH, f"tells of month {month} in {where} again, first in line {line}", "one row for each")


def _values(file: _File, series: Mapping[str, Series], sizes: Sequence[int | None]) -> dict[str, np.ndarray]:
    """The values of each series, float64[rows], NaN for gaps; `sizes` are the facilities each row tells of."""
    return {
        name: _counts(file, name, sizes) if one.counts else _shares(file, name)
        for name, one in series.items()
        if name in file.columns
    }


def _counts(file: _File, name: str, sizes: Sequence[int | None]) -> np.ndarray:
    result = np.full(len(file.raw), np.nan)
    for row, text in enumerate(file.columns[name]):
        value, most = number(text), sizes[row]
        if not text:
            continue
        if value is None or value != int(value) or value < 0:
            allowed = "a whole number of facilities" + (f" from 0 to {most:,}" if most is not None else "")
            file.tell(row, name, f"found {cut(text)}", f"{allowed}, or nothing where untold")
        elif most is not None and value > most:
            file.tell(row, name, f"found {cut(text)}, more than the {most:,} facilities there are", f"0 to {most:,}")
        else:
            result[row] = value
    return result


def _shares(file: _File, name: str) -> np.ndarray:
    result = np.full(len(file.raw), np.nan)
    for row, text in enumerate(file.columns[name]):
        value = number(text)
        if not text:
            continue
        if value is not None and 0 <= value <= 1:
            result[row] = value
        else:
            file.tell(row, name, f"found {cut(text)}{_as_share(text)}", "a share from 0 to 1, or nothing where untold")
    return result


def _as_share(text: str) -> str:
    """What to write in place of a percentage, or of a decimal comma."""
    value = number(text.rstrip("% "))
    if value is not None and 0 <= value <= 100:
        return f"; is it a percentage? write {value / 100:g}"
    comma = number(text.replace(",", "."))
    return f"; with a decimal point: {comma:g}" if comma is not None and 0 <= comma <= 1 else ""


def _check_indicators(file: _File, scenario: Scenario) -> None:
    """Problems where a column may mean an indicator or something else, or where the score is told twice."""
    names = [indicator.name for indicator in scenario.indicators]
    if names == ["score"]:
        return
    others = {MONTH: "the month of a row", DISTRICT: "the district of a row"}
    others |= {name + MEASURED: f"{name!r} {MEASURED_WORDS}" for name in names}
    others |= {series.name: series.words for series in SERIES.values()}
    for name in names + [name + MEASURED for name in names if name + MEASURED in SERIES]:
        if name in others and name in file.columns:
            what = f"an indicator of the scenario has the column {name!r}, which means {others[name]}"
            allowed = "another name for that indicator in the scenario"
            file.problems.append(file.raw.header_problem(file.headers[name], what, allowed))
    for suffix in ("", MEASURED):
        score, told = "score" + suffix, [name + suffix for name in names]
        for row in range(len(file.raw) if {score, *told} <= set(file.columns) and len(told) > 1 else 0):
            if all(file.columns[name][row] for name in (score, *told)):
                file.tell(row, score, "tells the same as all indicators of this row together", "one or the other")


def _check_enough(file: _File, table: pd.DataFrame) -> None:
    if len(table) == 0:
        raise BadInput(Problem(file.raw.name, "tells of nothing that was seen: every cell is empty"))
    if table["month"].nunique() < FEWEST_MONTHS:
        raise BadInput(
            Problem(file.raw.name, f"tells of month {table['month'].iloc[0]} alone", MONTH,
                    allowed=f"{FEWEST_MONTHS} months or more, such as 0 (the start) and the last one known")
        )  # fmt: skip


def _check_size(file: _File, table: pd.DataFrame, series: Mapping[str, Series]) -> None:
    """More than `MOST_CELLS` values of series of one kind are a problem."""
    counts = table["series"].map({name: one.kind for name, one in series.items()}).value_counts()
    problems = [
        file.raw.header_problem("", f"tells {cells:,} values of {KINDS[kind]}",
                                f"{MOST_CELLS:,} at most: leave out months or districts")
        for kind, cells in counts.items() if cells > MOST_CELLS
    ]  # fmt: skip
    if problems:
        raise listed(file.raw.name, problems)
