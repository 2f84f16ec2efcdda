"""Types that scenario tables share."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError


class Table(BaseModel):
    """A table of a scenario file: unknown keys are refused, values do not change once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, validate_default=False)


def _when(value: Any) -> Any:
    if isinstance(value, str):  # results keep dates as text
        try:
            value = date.fromisoformat(value)
        except ValueError:
            pass
    if isinstance(value, bool) or type(value) not in (int, date):
        raise PydanticCustomError("when", "found {found}", {"found": repr(value), "allowed": _WHEN})
    if isinstance(value, int) and not 0 <= value <= 1200:
        raise PydanticCustomError("when", "found {found}", {"found": value, "allowed": _WHEN})
    return value


_WHEN = "a date such as 2019-06-01, or months after the start, from 0 to 1200"

When = Annotated[date | int, BeforeValidator(_when)]
Day = Annotated[date, BeforeValidator(lambda v: date.fromisoformat(v) if isinstance(v, str) else v)]
Share = Annotated[float, Field(ge=0, le=1)]
Name = Annotated[str, Field(min_length=1, max_length=120)]
