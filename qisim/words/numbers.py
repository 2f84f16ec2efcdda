"""Numbers as people write them."""

from __future__ import annotations


def percent(share: float) -> str:
    """A share in per cent; only nothing is shown as 0 and only all as 100."""
    if 0 < share < 0.01:
        return "under 1%"
    if 0.99 < share < 1:
        return "over 99%"
    return f"{100 * share:.0f}%"


def target_percent(share: float) -> str:
    """A share that is aimed at, in per cent and unrounded."""
    return f"{round(100 * share, 6):g}%"


def score(value: float) -> str:
    """A facility score, 0-1."""
    return f"{value:.2f}"


def count(value: float) -> str:
    """A number of things."""
    return f"{value:,.0f}"


def points(value: float) -> str:
    """Points of a score, of which 100 are all."""
    return f"{round(value, 1) + 0.0:.1f}"


def money(value: float) -> str:
    """An amount of money to three digits, without its currency."""
    rounded = float(f"{value:.3g}")
    if abs(rounded) >= 1e9:
        return f"{rounded / 1e9:,.3g} billion" if abs(rounded) < 1e12 else f"{rounded / 1e9:,.0f} billion"
    if abs(rounded) >= 1e6:
        return f"{rounded / 1e6:.3g} million"
    return f"{rounded:,.0f}" if abs(rounded) >= 100 else f"{rounded:.3g}"


def share_points(size: float) -> str:
    """The size of a difference of shares, 0-1, in percentage points."""
    return f"{100 * size:.1f}" if size < 0.9995 else f"{100 * size:.0f}"


def counted_gap(size: float) -> str:
    """The size of a difference of numbers of things."""
    return f"{size:,.0f}" if size >= 10 or size == round(size) else f"{size:.1f}"
