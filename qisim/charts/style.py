"""How every chart looks: colours that colour-blind readers tell apart, type that a projector and a phone can show."""

from __future__ import annotations

import io
import math
from contextlib import contextmanager
from functools import wraps
from textwrap import fill
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeVar

from qisim.charts import fonts
from qisim.words.dates import calendar_month

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text
    from matplotlib.transforms import Bbox

P = ParamSpec("P")
T = TypeVar("T")

# Okabe and Ito, Color Universal Design (2008)
BLUE, ORANGE, GREEN, RED, SKY, PURPLE, YELLOW = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7", "#F0E442",
)  # fmt: skip
INK, GREY, FAINT = "#222222", "#666666", "#E6E6E6"

WIDTH = 6.8
"""Width of a chart in inches: small enough for 11 point type to be read when a phone shows the whole width."""

NO_BREAK = "\N{NO-BREAK SPACE}"

PAD = 0.08
"""Inches between the parts of a figure and around them."""

MOST_BOLD, MOST_PLAIN = 58, 74
"""Letters of a line of a title, and of a line below it, that surely fit the width."""

LEFT = 0.015
"""Where titles begin, as a share of the width."""

SMALL, NORMAL, LARGE = 11, 12, 13

SHARES = (0, 0.2, 0.4, 0.6, 0.8, 1)
"""Ticks of shares."""

RC: Any = {
    "figure.facecolor": "white",
    "figure.constrained_layout.h_pad": PAD,
    "figure.constrained_layout.w_pad": PAD,
    "font.family": "sans-serif",
    "font.size": NORMAL,
    "text.color": INK,
    "text.parse_math": False,  # a name may hold a dollar sign
    "axes.titlesize": LARGE,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": NORMAL,
    "axes.labelcolor": INK,
    "axes.edgecolor": GREY,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": FAINT,
    "grid.linewidth": 0.8,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.fontsize": SMALL,
    "legend.frameon": False,
    "svg.fonttype": "none",  # text stays text: searchable, and shown in whatever script a name is written in
    "svg.hashsalt": "qisim",
}


@contextmanager
def applied() -> Iterator[None]:
    """The style for what is drawn inside, leaving matplotlib's own settings as they were."""
    from matplotlib import rc_context

    with rc_context(RC):
        yield


def styled(draw: Callable[P, T]) -> Callable[P, T]:
    """A function that draws in the style."""

    @wraps(draw)
    def inner(*args: P.args, **kwargs: P.kwargs) -> T:
        with applied():
            drawn = draw(*args, **kwargs)
            fonts.make_readable(_figure_of(drawn))
        return drawn

    return inner


def _figure_of(drawn: Any) -> Figure:
    """The figure that a function drew, or in which it drew axes."""
    from matplotlib.artist import Artist

    return owner(drawn if isinstance(drawn, Artist) else drawn[0])


def new_figure(height: float, width: float = WIDTH) -> Figure:
    """An empty figure, in inches, that no window or global state of matplotlib knows of."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def own_axes(ax: Axes | None, height: float) -> Axes:
    """The axes to draw in: the caller's, or new ones."""
    return new_figure(height).subplots() if ax is None else ax


def owner(drawn: Artist) -> Figure:
    """The whole figure that axes, or other parts of it, belong to."""
    figure = drawn.get_figure(root=True)
    if figure is None:
        raise ValueError("the axes belong to no figure any more")
    return figure


def figure_bytes(figure: Figure, form: Literal["svg", "png"], dpi: int = 150) -> bytes:
    """A figure as the content of a file, the same bytes every time for the same figure."""
    buffer = io.BytesIO()
    metadata = {"Date": None, "Creator": None} if form == "svg" else {"Software": None}
    fonts.make_readable(figure)
    with applied(), fonts.boxes_without_warnings():
        figure.savefig(buffer, format=form, metadata=metadata, dpi=dpi)
    return buffer.getvalue()


def settle(figure: Figure) -> None:
    """Lay a figure out, so that what is in it can be measured."""
    fonts.make_readable(figure)
    with fonts.boxes_without_warnings():
        figure.draw_without_rendering()


def box_of(text: Text) -> Bbox:
    """Where a text lies, in pixels."""
    fonts.make_readable(text)
    with fonts.boxes_without_warnings():
        return text.get_window_extent()


def heading(figure: Figure, finding: str, below: str) -> None:
    """What the chart shows, in bold along the top, and `below` it the scenario's title."""
    from matplotlib.text import Annotation

    room = figure.get_figwidth() / WIDTH
    finding = fill(finding, int(MOST_BOLD * room))
    below = "\n".join(fill(line, int(MOST_PLAIN * room)) for line in below.splitlines())
    place = "\n" * (below.count("\n") + 1)
    figure.suptitle(finding + place, x=LEFT, ha="left", fontsize=LARGE, fontweight="bold")
    lines = finding.count("\n") + below.count("\n") + 2
    figure.set_figheight(figure.get_figheight() + (lines - 2) * 1.25 * LARGE / 72)
    down = 72 * PAD + LARGE * 1.25 * (finding.count("\n") + 1)
    under = Annotation(below, (LEFT, 1), (0, -down), figure.transFigure, "offset points", va="top", fontsize=SMALL,
                       color=GREY, annotation_clip=False)  # fmt: skip
    under.set_in_layout(False)  # the empty lines of the title above hold its place
    figure.add_artist(under)


def finish(ax: Axes, own: bool, finding: str, below: str, keys: list[Artist], columns: int) -> None:
    """Title and key of a chart: around the figure where it is our own, else within the caller's axes."""
    if own:
        heading(owner(ax), finding, below)
        owner(ax).legend(handles=keys, loc="outside lower center", ncols=columns, columnspacing=1.2, handlelength=1.8)
    else:
        ax.set_title(fill(finding, 50))
        ax.legend(handles=keys)


def halo() -> list[Any]:
    """A white rim that keeps text readable above lines and points."""
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=3, foreground="white")]


def percent_axis(ax: Axes, label: str, *, along: bool = False) -> None:
    """A vertical axis of shares from 0 to 1, told in per cent; with `along` a horizontal one."""
    from matplotlib.ticker import PercentFormatter

    name = "x" if along else "y"
    axis = ax.xaxis if along else ax.yaxis
    ax.set(**{f"{name}lim": (0, 1.02), f"{name}ticks": SHARES, f"{name}label": label})
    axis.set_major_formatter(PercentFormatter(1, decimals=0))


def of_facilities(number: int) -> str:
    """What shares are of."""
    return f"of {number:,} {'facility' if number == 1 else 'facilities'}"


def month_axis(ax: Axes, start: date, horizon: int, most: int = 5, label: str = "months since the start") -> None:
    """A horizontal axis of months in at most `most` steps, each tick with its month on the calendar."""
    ticks = list(range(0, horizon + 1, tick_step(horizon, most)))
    ax.set_xlim(0, horizon)
    ax.set_xticks(ticks, [f"{month}\n{end_of_month(start, month)}" for month in ticks])
    ax.set_xlabel(label)


def tick_step(horizon: int, most: int) -> int:
    """Months from tick to tick: parts or multiples of a year, so long that `most` of them span the horizon."""
    for step in (1, 2, 3, 6, 12, 18):
        if horizon <= step * most:
            return step
    return 12 * math.ceil(horizon / 12 / most)


def end_of_month(start: date, month: int) -> str:
    """When `month` months have passed, in two lines: the start, or the end of the calendar month that is the last."""
    return f"end of\n{calendar_month(start, month)}" if month else f"start of\n{calendar_month(start, 1)}"


COLORS = (BLUE, ORANGE, GREEN, PURPLE, RED, SKY, INK, GREY)


LINES = ("-", (0, (6, 2)), (0, (2, 1.5)), (0, (7, 2, 1.5, 2)), (0, (4, 1)), (0, (1, 1)), (0, (9, 3)), (0, (3, 3, 1, 3)))
