"""What happened to whom, and why: the event log of a Mesa model."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a facility.

    `month` counts from 1 for what happens in the scenario's first month: the row of the tables that first shows it.
    """

    month: int
    facility: str
    what: str
    idea: str | None = None
    why: str = ""
