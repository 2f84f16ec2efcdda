"""How much of each outcome's variance comes from the inputs, and how much is luck."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qisim.charts import style
from qisim.sensitivities.charts.rows import row_axes
from qisim.sensitivities.words import bars, basis
from qisim.words.numbers import percent

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from qisim.sensitivities.experiment import Analysis

PARTS = (("inputs", style.BLUE, ""), ("luck that all points share", style.YELLOW, "//"),
         ("luck of each point's own", style.ORANGE, ""))  # fmt: skip
BAR = 0.28


@style.styled
def plot_chance(analyses: Sequence[Analysis], ax: Axes | None = None) -> Axes:
    """A bar an outcome, parted by where its variance comes from. Draws into `ax`, or into a new figure."""
    from matplotlib.patches import Patch

    told = [(one, one.split) for one in analyses if one.split is not None]
    own = ax is None
    ax, heights = row_axes(ax, [f"{one.measure.name}: {percent(s.share_inputs.value)} from inputs" for one, s in told])
    for (_, split), height in zip(told, heights, strict=True):
        left = 0.0
        for share, (_, color, hatch) in zip(
            (split.share_inputs, split.share_shared_luck, split.share_own_luck), PARTS, strict=True
        ):
            ax.barh(height, share.value, BAR, left, color=color, hatch=hatch, edgecolor="white", linewidth=0, zorder=2)
            left += share.value
        inputs = split.share_inputs
        if inputs.low is not None and inputs.high is not None:
            ax.errorbar(inputs.value, height, xerr=[[inputs.value - inputs.low], [inputs.high - inputs.value]],
                        color=style.INK, capsize=4, linewidth=1.6, zorder=5)  # fmt: skip
    style.percent_axis(ax, "share of the variance of single runs", along=True)
    keys: list[Artist] = [
        Patch(facecolor=color, hatch=hatch, edgecolor="white", linewidth=0, label=name) for name, color, hatch in PARTS
    ]
    sample = told[0][0].sample
    drawn = bars(sample, [split.share_inputs for _, split in told], "lines: 90% intervals of the inputs' shares")
    style.finish(ax, own, _finding([s.share_inputs.value for _, s in told]),
                 f"{basis(sample)}; {drawn}", keys, columns=1)  # fmt: skip
    return ax


def _finding(shares: Sequence[float]) -> str:
    mostly = sum(share > 0.5 for share in shares)
    if mostly == len(shares):
        return "Differences between inputs outweigh luck"
    return "Luck outweighs differences between inputs" if not mostly else (
        f"Differences between inputs outweigh luck for {mostly} of {len(shares)} outcomes"
    )  # fmt: skip
