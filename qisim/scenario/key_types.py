"""Types that scenario tables share."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from qisim.input.errors import shown
from qisim.input.files import control_character

MOST_NAMES = 100_000
"""Names that a list of them holds."""


class Table(BaseModel):
    """A table of a scenario file: unknown keys are refused, values do not change once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, validate_default=False, allow_inf_nan=False)


def _refused(value: Any, allowed: str) -> PydanticCustomError:
    return PydanticCustomError("refused", "found {found}", {"found": shown(value), "allowed": allowed})


def _dated(value: Any) -> Any:
    """Results keep dates as text."""
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return value


def _day(value: Any) -> Any:
    found = _dated(value)
    if type(found) is not date:
        raise _refused(value, _DAY)
    return found


def _when(value: Any) -> Any:
    found = _dated(value)
    if type(found) not in (int, date) or (isinstance(found, int) and not 0 <= found <= 1200):
        raise _refused(value, f"{_DAY}, or months after the start, from 0 to 1200")
    return found


def _visible(value: str) -> str:
    found = control_character(value)
    if found:
        raise _refused(value, f"a text without control characters such as {found}")
    return value


_DAY = "a date such as 2019-06-01"

When = Annotated[date | int, BeforeValidator(_when)]
Day = Annotated[date, BeforeValidator(_day)]
Share = Annotated[float, Field(ge=0, le=1)]
Name = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(_visible)]
Names = Annotated[list[str], Field(max_length=MOST_NAMES)]
FileName = Annotated[str, Field(min_length=1), AfterValidator(_visible)]
