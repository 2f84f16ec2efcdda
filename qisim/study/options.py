"""The option `--parameters` of the commands that simulate."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from qisim.scenario.plausible import PLAUSIBLE
from qisim.terminal.say import complain

if TYPE_CHECKING:
    from qisim.study.study import Study

Parameters = Annotated[
    str | None,
    typer.Option(
        metavar="SETS",
        help=f"Draw the behaviour of each future from sets: {PLAUSIBLE}, or a CSV file with a column a parameter.",
        show_default=False,
    ),
]


def drawing_from(study: Study, parameters: str | None) -> Study:
    """The study with behaviour drawn from sets; `plausible` leaves what [behaviour] tells. Raises BadInput."""
    return study if parameters is None else study.changed({"parameters": named(parameters)})


def named(parameters: str | None) -> str | None:
    """The sets as a scenario anywhere would name them."""
    return parameters if parameters in (None, PLAUSIBLE) else os.path.realpath(parameters)


def tell_sets(study: Study) -> None:
    """Say what the behaviour of each future is drawn from, if from sets."""
    if study.scenario.parameters is not None:
        complain(f"Each future draws {study.scenario.parameters.in_words()}.")
