"""What a sweep says, in plain words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from qisim.experiments.sensitivity.beats import futures
from qisim.outcomes.outcome import percent

if TYPE_CHECKING:
    import numpy as np

    from qisim.experiments.sensitivity.analysis import Analysis
    from qisim.experiments.sensitivity.beats import Duel
    from qisim.experiments.sensitivity.estimate import Estimate
    from qisim.experiments.sensitivity.factor import Factor
    from qisim.experiments.sensitivity.rules import Rule
    from qisim.experiments.sensitivity.sample import Sample
    from qisim.outcomes.measures import Measure

LEAST_SHARE = 0.01
DESIGNS = {
    "factorial": "a full factorial design", "latin_hypercube": "a Latin hypercube", "sobol": "a Sobol sequence",
    "one_at_a_time": "a one-at-a-time design", "saltelli": "a Saltelli design", "morris": "a Morris design",
    "points": "points of the user's own",
}  # fmt: skip


def basis(sample: Sample) -> str:
    """What an analysis rests on."""
    points, replicates = len(sample.points), sample.replicates
    return (f"{points:,} points of {DESIGNS.get(sample.method, sample.method)}, {replicates:,} "
            f"replicate{'' if replicates == 1 else 's'} of each")  # fmt: skip


def answer(one: Analysis) -> list[str]:
    """What matters for an outcome, how much is luck, and when it is good or bad."""
    said = [influence_sentence(one)]
    if one.split:
        said.append(luck_sentence(one))
    if one.rules:
        best, worst = one.rules.rules[0], one.rules.rules[-1]
        if one.measure.less_is_better:
            best, worst = worst, best
        if value_text(one.measure, best.mean) != value_text(one.measure, worst.mean):
            said += [rule_sentence(one.measure, best), rule_sentence(one.measure, worst)]
    if one.duel:
        said += duel_sentences(one)
    return said


def value_text(measure: Measure, told: Estimate) -> str:
    """A mean with its interval; a chance in futures of a hundred."""
    told = told.kept_within(0, 1) if is_share(measure) else told
    ends = _ends(told, measure.form)
    if measure.kind == "chance":
        return f"{100 * told.value:.0f} in 100 futures{ends}"
    return f"{measure.form(told.value)}{ends}"


def influence_sentence(one: Analysis) -> str:
    """Which inputs matter most, by the best measure that the design gives."""
    if one.sample.constant:
        return f"Nothing matters for {one.measure.name}: it is the same in all runs."
    matter = mattering(one)
    if not matter:
        return f"Of no input can an effect on {one.measure.name} be told."
    told = ", then ".join(f"{factor.name} ({_weight(one, factor)})" for factor in matter[:3])
    said = f"What matters most for {one.measure.name}: {told}."
    rest = [factor.name for factor in one.ranked if factor not in matter]
    return f"{said} No effect can be told of {_listed(rest)}." if rest else said


LEAST_OF_INPUTS = 0.01
"""Share of an outcome's variance that inputs must account for, at least, before they are ranked."""


def mattering(one: Analysis) -> list[Factor]:
    """The inputs of which an effect can be told, the strongest first.

    None where it cannot be told that inputs account for anything of the outcome: shares of nothing would be ranked.
    """
    factors, inputs = one.sample.factors, one.split.share_inputs.low if one.split else None
    if inputs is not None and inputs <= LEAST_OF_INPUTS:
        return []
    if one.sobol:
        told = _above(one.sobol.total, [max(LEAST_SHARE, nothing) for nothing in one.sobol.nothing])
        found = [factors[i] for i in told]
    elif one.morris:
        found = [factors[i] for i in _above(one.morris.size, one.morris.nothing)]
    else:
        found = [effect.factor for effect in one.effects.effects if effect.difference.clear] if one.effects else []
        if one.pawn:
            found += [factors[i] for i in _above(one.pawn.distance, one.pawn.nothing)]
    return [factor for factor in one.ranked if factor in found]


def _above(told: Sequence[Estimate], nothing: Sequence[float]) -> list[int]:
    """The places of what lies above what luck alone reaches, with its whole interval."""
    ends = [one.value if one.low is None else one.low for one in told]
    return [place for place, (end, least) in enumerate(zip(ends, nothing, strict=True)) if end > least]


def _weight(one: Analysis, factor: Factor) -> str:
    place = one.sample.factors.index(factor)
    if one.sobol:
        told = one.sobol.total[place].kept_within(0, 1)
        return f"{_share(told)} of the variance between points"
    if one.morris:
        return f"moves it by {_size(one.measure, one.morris.size[place].value)} across its range"
    effect = next((e for e in one.effects.effects if e.factor is factor), None) if one.effects else None
    return (
        f"{difference_text(one.measure, effect.difference)} between {effect.low} and {effect.high}"
        if effect
        else "unclear"
    )


def luck_sentence(one: Analysis) -> str:
    """How much comes from the inputs and how much is luck."""
    assert one.split is not None
    said = f"The inputs account for {_share(one.split.share_inputs)} of its variance"
    luck = max(0.0, 1 - one.split.share_inputs.value)
    said += f"; {percent(luck)} is luck, which no better knowledge of them would take away."
    if one.split.unresolved > 0.1:
        said += (f" {percent(one.split.unresolved)} of the variance between the means of points is luck still; more "
                 "replicates would show the inputs more clearly.")  # fmt: skip
    return said


def rule_sentence(measure: Measure, rule: Rule) -> str:
    """A rule as a sentence."""
    return f"When {rule.said}, {measure.name}: {value_text(measure, rule.mean)}."


def duel_sentences(one: Analysis) -> list[str]:
    """Which of two levels is better, everywhere and where a rule holds."""
    assert one.duel is not None
    if not one.duel.gaps.any():
        return [f"{one.duel.factor.name} makes no difference to {one.measure.name} in any run."]
    said = [f"{verdict(one.measure, one.duel, one.duel.difference)} on average over all inputs: "
            f"{duel_text(one, one.duel.difference, one.duel.gaps)}."]  # fmt: skip
    return said + [
        f"{verdict(one.measure, one.duel, rule.mean)} when {rule.said}: "
        f"{duel_text(one, rule.mean, one.duel.gaps[rule.inside])}."
        for rule in (one.duel.rules.rules if one.duel.rules else [])
    ]


def verdict(measure: Measure, duel: Duel, told: Estimate) -> str:
    """Who beats whom, such as "weakest beats nearest"."""
    names = [f"{duel.factor.name} {level}" for level in (duel.one, duel.other)]
    if not told.clear:
        return f"{names[0]} and {names[1]} are not clearly different"
    first = (told.value < 0) == measure.less_is_better
    return f"{names[0]} beats {names[1]}" if first else f"{names[1]} beats {names[0]}"


def duel_text(one: Analysis, told: Estimate, gaps: np.ndarray) -> str:
    """The difference of the better level to the other, and in how many futures it is better."""
    assert one.duel is not None
    better, same, worse = futures(gaps, one.measure.less_is_better)
    name = one.duel.one
    if told.clear and (told.value < 0) != one.measure.less_is_better:
        name, better, told = one.duel.other, worse, -told
    said = f"{name} {difference_text(one.measure, told)}, better in {100 * better:.0f} of 100 futures"
    return said + (f", the same in {100 * same:.0f}" if same > 0 else "")


def difference_text(measure: Measure, told: Estimate) -> str:
    """A difference with its interval, such as "3.1 months earlier (2.2 to 4.0)"."""
    said = f"{_size(measure, told.value)} {_word(measure, told.value)}"
    if told.low is None or told.high is None:
        return said
    if told.clear:
        low, high = sorted((abs(told.low), abs(told.high)))
        return f"{said} ({measure.gap(low)} to {measure.gap(high)})"
    ends = " to ".join(f"{measure.gap(abs(end))} {_word(measure, end)}" for end in (told.low, told.high))
    return f"{said} (not clear: {ends})"


def _size(measure: Measure, gap: float) -> str:
    return f"{measure.gap(abs(gap))} {measure.gap_unit}".strip()


def _word(measure: Measure, gap: float) -> str:
    return measure.less if gap < 0 else measure.more


def _share(told: Estimate) -> str:
    return f"{percent(told.value)}{_ends(told, percent)}"


def _ends(told: Estimate, form: Callable[[float], str]) -> str:
    """An interval in brackets; nothing where both ends read alike."""
    if told.low is None or told.high is None or form(told.low) == form(told.high):
        return ""
    return f" ({form(told.low)} to {form(told.high)})"


def is_share(measure: Measure) -> bool:
    """Whether an outcome is told in per cent."""
    return measure.form(0.5).endswith("%")


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
