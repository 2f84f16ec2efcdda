"""Months as people write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def calendar_month(start: date, month: int) -> str:
    """The calendar month that the simulated month `month` (from 1) is, such as "Mar 2021".

    What is told of a month is the state at its end.
    """
    later = start.month - 1 + month - 1
    return f"{MONTH_NAMES[later % 12]} {start.year + later // 12}"
