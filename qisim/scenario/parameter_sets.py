"""Sets of behaviour parameters that hold together, one of which is drawn for each possible future.

A single value a parameter hides how little is known of it; values drawn one by one ignore that some only fit together.
"""

from __future__ import annotations

import re
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from qisim.input.csv_file import MOST_BYTES, SEPARATORS, CsvFile, listed, read_csv
from qisim.input.errors import BadInput, Problem, cut, nearest, nearest_file, shown
from qisim.input.files import check_file, control_character, read_start
from qisim.scenario.behaviour import PARAMETERS
from qisim.scenario.key_types import Table
from qisim.scenario.origin import Origin
from qisim.scenario.plausible import PLAUSIBLE

MOST_SETS = 100_000
MOST_LOOKED_AT, MOST_NAMES = 100_000, 1000
"""Bytes of a file, and names of its first line, that are looked at where it cannot be read as a table."""


class ParameterSets(Table):
    """Sets of values for some behaviour parameters; all others are as the scenario tells."""

    source: str = Field(description="where the sets come from: plausible, or the name of a file")
    names: list[str] = Field(description="the parameters")
    sets: list[list[float]] = Field(description="a row of values a set")

    @model_validator(mode="after")
    def _complete(self) -> ParameterSets:
        unknown = [name for name in self.names if name not in PARAMETERS]
        if unknown:
            raise ValueError(f"found {shown(unknown[0])}, which is no behaviour parameter")
        if any(len(row) != len(self.names) for row in self.sets) or not self.sets:
            raise ValueError("each set has a value for each name, and there is at least one set")
        for name, values in zip(self.names, zip(*self.sets, strict=True), strict=bool(self.names)):
            parameter = PARAMETERS[name]
            if not all(parameter.minimum <= value <= parameter.maximum for value in values):
                raise ValueError(f"{name} must lie from {parameter.minimum:g} to {parameter.maximum:g} in every set")
        return self

    def in_words(self) -> str:
        """What is drawn for each future, for people."""
        which = f"one of {len(self.sets):,} sets" if len(self.sets) > 1 else "the only set"
        return f"{which} of {len(self.names)} behaviour parameter{'' if len(self.names) == 1 else 's'} ({self.source})"

    def drawn(self, u: float) -> dict[str, float]:
        """The set that a uniform number of [0, 1) picks, all being as likely, by names of parameters."""
        return dict(zip(self.names, self.sets[int(u * len(self.sets))], strict=True))

    def but(self, told: set[str]) -> ParameterSets:
        """The same sets without some parameters."""
        kept = [i for i, name in enumerate(self.names) if name not in told]
        return ParameterSets(
            source=self.source,
            names=[self.names[i] for i in kept],
            sets=[[row[i] for i in kept] for row in self.sets],
        )


def read_parameter_sets(name: str, folder: Path) -> ParameterSets:
    """The sets called `plausible`, or those of a CSV file beside the scenario: a column a parameter, a row a set.

    Raises BadInput with every value that is not allowed.
    """
    if name == PLAUSIBLE:
        with as_file(files("qisim.scenario") / "plausible.csv") as path:
            return _read(path, name)
    return _read(folder / name, Path(name).name)


def _read(path: Path, name: str) -> ParameterSets:
    problems: list[Problem] = []
    try:
        table = read_csv(path, problems, MOST_SETS)
    except BadInput:
        if _may_hold_sets(_first_line(path)):
            raise
        raise BadInput(_no_sets(path)) from None
    if not _may_hold_sets(list(table.columns)):
        raise BadInput(_no_sets(path))
    problems += [
        table.header_problem(column, "is no behaviour parameter", "the names that qisim params lists", near)
        for column in table.columns
        if column not in PARAMETERS
        for near in [nearest(column, PARAMETERS)]
    ]
    known = [column for column in table.columns if column in PARAMETERS]
    columns = [_values(table, column, problems) for column in known]
    if problems:
        raise listed(table.name, problems)
    return ParameterSets(source=name, names=known, sets=[list(row) for row in zip(*columns, strict=True)])


def _may_hold_sets(names: list[str]) -> bool:
    """Whether anything that a first row names could be a parameter; so it is where nothing is known of that row."""
    return not names or any(name in PARAMETERS or nearest(name, PARAMETERS) for name in names)


def _first_line(path: Path) -> list[str]:
    """What the first line of a file names, if any line can be read."""
    try:
        text = read_start(path, MOST_LOOKED_AT).decode("utf-8-sig")
    except (BadInput, UnicodeDecodeError):
        return []
    line = text.lstrip().partition("\n")[0]
    return [name.strip(' \t\r\n"') for name in re.split(f"[{SEPARATORS}]", line)[:MOST_NAMES]] if line else []


def _no_sets(path: Path) -> Problem:
    return Problem(
        str(path),
        "is no file of parameter sets: its first row names no behaviour parameter",
        allowed=f"a CSV file with a column a parameter and a row a set, such as the parameters.csv of a calibration, "
        f"or {PLAUSIBLE}",
    )


def _values(table: CsvFile, column: str, problems: list[Problem]) -> list[float]:
    parameter, values = PARAMETERS[column], []
    for row, text in enumerate(table.columns[column]):
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not parameter.minimum <= value <= parameter.maximum:
            allowed = f"a number from {parameter.minimum:g} to {parameter.maximum:g}"
            problems.append(table.problem(row, column, f"found {shown(text)}", allowed))
        values.append(value)
    return values


def with_sets(document: dict[str, Any], origin: Origin) -> dict[str, Any]:
    """A scenario's document with the sets that it names. Raises BadInput where they cannot be read.

    `plausible` yields to what the behaviour tells; the columns of a file of one's own win.
    """
    named = document.get("parameters")
    if not isinstance(named, str):
        return document
    if named != PLAUSIBLE:
        _check_file(named, origin)
    try:
        sets = read_parameter_sets(named, origin.folder)
    except BadInput as error:
        raise error.named_in(origin.place("parameters")) from None
    if named == PLAUSIBLE:
        sets = sets.but(_told(document.get("behaviour")))
    return {**document, "parameters": sets.model_dump()}


def _check_file(named: str, origin: Origin) -> None:
    """Raise BadInput, in terms of the scenario, where it names no file of sets that could be read."""
    path, allowed = origin.folder / named, f"{PLAUSIBLE}, or the name of a CSV file"
    where, line = origin.locate("parameters")
    if not named or control_character(named):
        raise BadInput(Problem(where, f"found {shown(named)}", "parameters", line, allowed))
    try:
        check_file(path, MOST_BYTES, "a file of parameter sets")
    except BadInput as error:
        what, missing = error.problems[0].what, error.problems[0].what == "no such file"
        near = (nearest(path.name, [PLAUSIBLE]) or nearest_file(path)) if missing else ""
        what = f"no such file: {cut(named)}" if missing else f"found {shown(named)}: {what}"
        raise BadInput(Problem(where, what, "parameters", line, "" if near else allowed, near)) from None


def _told(behaviour: Any) -> set[str]:
    """The parameters that a document's behaviour tells.

    One that was written out in full, as results folders keep it, tells those that are not as they are by default.
    """
    if not isinstance(behaviour, dict):
        return set()
    if behaviour.keys() < PARAMETERS.keys():
        return set(behaviour)
    return {name for name, value in behaviour.items() if name not in PARAMETERS or value != PARAMETERS[name].default}
