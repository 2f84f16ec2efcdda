"""Quantities that are not known exactly: a number, or a distribution to draw one from."""

from __future__ import annotations

from statistics import NormalDist
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, SerializeAsAny, model_validator
from pydantic_core import PydanticCustomError

from qisim.input.errors import shown


class Uncertain(BaseModel):
    """A distribution: `{low, high}` uniform, `{low, mode, high}` triangular or `{mean, sd}` normal."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    low: float | None = None
    mode: float | None = None
    high: float | None = None
    mean: float | None = None
    sd: float | None = None

    @model_validator(mode="after")
    def _one_complete_shape(self) -> Uncertain:
        given = {name for name, value in self if value is not None}
        if given not in ({"low", "high"}, {"low", "mode", "high"}, {"mean", "sd"}):
            raise ValueError("give low and high, or low, mode and high, or mean and sd")
        ordered = [value for value in (self.low, self.mode, self.high) if value is not None]
        if ordered != sorted(ordered):
            raise ValueError("low, mode and high must stand in rising order")
        if self.sd is not None and self.sd <= 0:
            raise ValueError("sd must be above 0")
        return self

    def quantile(self, u: float) -> float:
        """The value below which the share `u`, in (0, 1), of the distribution lies."""
        if self.mean is not None and self.sd is not None:
            return NormalDist(self.mean, self.sd).inv_cdf(u)
        assert self.low is not None and self.high is not None
        width = self.high - self.low
        if self.mode is None:
            return self.low + u * width
        if width == 0:
            return self.low
        if u < (self.mode - self.low) / width:
            return self.low + (u * width * (self.mode - self.low)) ** 0.5
        return self.high - ((1 - u) * width * (self.high - self.mode)) ** 0.5

    def ends(self) -> list[float]:
        """The values that must be allowed for the distribution to be allowed."""
        return [value for value in (self.low, self.mode, self.high, self.mean) if value is not None]


def quantity(minimum: float, maximum: float) -> Any:
    """The type of a number, known or uncertain, that must lie between two limits.

    The spread of a normal distribution may be as wide as the limits are apart.
    """

    def check(value: Any) -> Any:
        if isinstance(value, dict):
            value = Uncertain.model_validate(value)
        if isinstance(value, bool) or not isinstance(value, (int, float, Uncertain)):
            raise refused(value)
        for end in value.ends() if isinstance(value, Uncertain) else [value]:
            if not minimum <= end <= maximum:  # also refuses nan
                raise refused(end)
        if isinstance(value, Uncertain) and value.sd is not None and value.sd > maximum - minimum:
            raise refused(value.sd, f"an sd above 0, up to {maximum - minimum:g}")
        return value if isinstance(value, Uncertain) else float(value)

    def refused(found: Any, instead: str = "") -> PydanticCustomError:
        context = {"found": shown(found), "allowed": instead or allowed}
        return PydanticCustomError("refused", "found {found}", context)

    allowed = f"a number from {minimum:g} to {maximum:g}, or a distribution within it"
    return Annotated[SerializeAsAny[float | Uncertain], BeforeValidator(check)]  # type: ignore[misc]


def at(value: float | Uncertain, u: float, minimum: float, maximum: float) -> float:
    """`value`, or the quantile `u` of its distribution kept within the allowed limits."""
    if isinstance(value, Uncertain):
        return min(max(value.quantile(u), minimum), maximum)
    return value
