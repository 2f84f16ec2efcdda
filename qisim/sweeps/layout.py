"""How the runs of a sweep are divided into chunks."""

from __future__ import annotations

from math import ceil

from pydantic import BaseModel, Field


class Layout(BaseModel):
    """How runs are divided into chunks: all points of the first replicates come first, then those of the next.

    So a sweep that was stopped has run every point about equally often.
    """

    points: int = Field(ge=1)
    replicates: int = Field(ge=1)
    points_a_chunk: int = Field(ge=1)
    replicates_a_chunk: int = Field(ge=1)

    @property
    def runs(self) -> int:
        return self.points * self.replicates

    @property
    def _across(self) -> int:
        return ceil(self.points / self.points_a_chunk)

    @property
    def chunks(self) -> int:
        """How many chunks there are."""
        return self._across * ceil(self.replicates / self.replicates_a_chunk)

    def part(self, number: int) -> tuple[range, range]:
        """Points and replicates of a chunk."""
        down, across = divmod(number, self._across)
        first, start = across * self.points_a_chunk, down * self.replicates_a_chunk
        return (
            range(first, min(first + self.points_a_chunk, self.points)),
            range(start, min(start + self.replicates_a_chunk, self.replicates)),
        )

    def runs_of(self, number: int) -> int:
        """How many runs a chunk has."""
        points, replicates = self.part(number)
        return len(points) * len(replicates)
