"""What a sweep says, in plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from qisim.sensitivities.methods.duel import futures
from qisim.sensitivities.methods.estimate import FEWEST_REPLICATES
from qisim.words.numbers import percent
from qisim.words.sentences import listed

if TYPE_CHECKING:
    import numpy as np

    from qisim.outcomes.meaning import Meaning
    from qisim.sensitivities.experiment import Analysis
    from qisim.sensitivities.methods.estimate import Estimate
    from qisim.sensitivities.methods.factor import Factor
    from qisim.sensitivities.methods.rules import Rule
    from qisim.sensitivities.methods.sample import Sample
    from qisim.sensitivities.methods.variance import Split

LEAST_SHARE = 0.01
MOST_NAMED = 3
LEAST_OF_INPUTS = 0.01
"""Share of an outcome's variance that inputs must account for, at least, before they are ranked."""

MOST_UNRESOLVED = 0.3
"""Share of luck in the variance between means above which the inputs' share must be told before they are ranked."""

WIDE = 0.5
"""Width of the interval of a share from which more base points are asked for."""
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


def asks(sample: Sample) -> str:
    """What is asked for where there is no interval."""
    few = sample.replicates < FEWEST_REPLICATES and (sample.whole_grid or sample.blocks > 2)
    return f"asks for {FEWEST_REPLICATES} replicates" if few else "asks for more points"


def without_intervals(told: Iterable[Estimate]) -> bool:
    """Whether no estimate has an interval."""
    return all(one.low is None for one in told)


def bars(sample: Sample, told: Iterable[Estimate], drawn: str = "bars: 90% intervals") -> str:
    """What the bars of a chart are, or that there are none."""
    return f"no intervals, for that {asks(sample)}" if without_intervals(told) else drawn


def shown(one: Analysis) -> list[Estimate]:
    """The estimates by which inputs are ranked, in the best measure that the design gives."""
    if one.sobol:
        return [*one.sobol.total, *one.sobol.first]
    if one.morris:
        return one.morris.size
    return [effect.difference for effect in one.effects.effects] if one.effects else []


def answer(one: Analysis, *, named: bool = True) -> list[str]:
    """What matters for an outcome, how much is luck, and when it is good or bad; `named` says which outcome it is."""
    said = influence_sentences(one, named=named)
    if not one.sample.constant:
        said.append(luck_sentence(one))
    return said + rule_sentences(one) + (duel_sentences(one) if one.duel else [])


def brief(one: Analysis) -> list[str]:
    """What matters for an outcome and how much is luck, without its name."""
    told = influence_sentences(one, named=False)
    return told if one.sample.constant else [*told, luck_sentence(one)]


def value_text(measure: Meaning, told: Estimate) -> str:
    """A mean with its interval; a chance in futures of a hundred."""
    told = told.kept_within(0, 1) if measure.is_share and measure.kind != "share" else told
    if measure.kind == "chance":
        return f"{_of_hundred(told.value)} in 100 futures{_ends(told, _of_hundred)}"
    return f"{measure.form(told.value)}{_ends(told, measure.form)}"


def _of_hundred(share: float) -> str:
    return f"{100 * share:.0f}"


def influence_sentences(one: Analysis, *, named: bool = True) -> list[str]:
    """Which inputs matter most, by the best measure that the design gives."""
    of = f" for {one.measure.name}" if named else ""
    if one.sample.constant:
        return [f"Nothing matters{of}: it is the same in all runs."]
    matter = mattering(one)
    if not matter:
        on = one.measure.name if named else "it"
        why = wide(one)
        if why:
            return [f"Which inputs matter{of} cannot be told: {why}."]
        if without_intervals(shown(one)):
            return [f"To tell which inputs matter{of} {asks(one.sample)}."]
        return [f"Of no input can an effect on {on} be told."]
    names = [factor.name for factor in matter[:MOST_NAMED]]
    more = f", and {len(matter) - len(names)} more" if len(matter) > len(names) else ""
    said = f"What matters most{of}: {', then '.join(names)}{more}."
    rest = [factor.name for factor in one.ranked if factor not in matter]
    if rest:
        why = wide(one)
        said += f" Of {listed(rest)} no effect can be told{f': {why}' if why else ''}."
    weights = "; ".join(f"{factor.name} {_weight(one, factor)}" for factor in matter[:MOST_NAMED])
    return [said, f"{_of_what(one)}: {weights}.{_overlap(one)}"]


def _of_what(one: Analysis) -> str:
    """What the weights of inputs are."""
    if one.sobol:
        return "Shares of the variance between points, by itself and with interactions"
    return "How far it moves across the range" if one.morris else "From low to high"


def _overlap(one: Analysis) -> str:
    """That shares with interactions overlap, where they do."""
    if one.sobol is None or sum(told.value for told in one.sobol.total) <= 1 + LEAST_SHARE:
        return ""
    return " What inputs do together counts for each of them, so the shares with interactions overlap."


def wide(one: Analysis) -> str:
    """Why shares are uncertain, where they are although the inputs do something."""
    if one.split and _nothing(one.split):
        return ""
    ends = [(told.low, told.high) for told in one.sobol.total] if one.sobol else []
    wide = any(low is not None and high is not None and high - low > WIDE for low, high in ends)
    if not wide or one.sample.whole_grid:
        return ""
    return f"the intervals of shares are wide, for {one.sample.blocks} base points are few"


def mattering(one: Analysis) -> list[Factor]:
    """The inputs of which an effect can be told, the strongest first.

    None where the inputs account for next to nothing of the outcome, or where it cannot be told that they account for
    anything: shares of nothing would be ranked.
    """
    factors = one.sample.factors
    if one.split and _nothing(one.split):
        return []
    if one.sobol:
        told = _above(one.sobol.total, [max(LEAST_SHARE, nothing) for nothing in one.sobol.nothing])
        found = [factors[i] for i in told]
    elif one.morris:
        found = [factors[i] for i in _above(one.morris.size, [0.0] * len(factors))]  # intervals are freed of luck
    else:
        found = [effect.factor for effect in one.effects.effects if effect.difference.clear] if one.effects else []
        if one.pawn:
            found += [factors[i] for i in _above(one.pawn.distance, one.pawn.nothing)]
    return [factor for factor in one.ranked if factor in found]


def _nothing(split: Split) -> bool:
    least = split.share_inputs.low
    unclear = least is not None and least <= LEAST_OF_INPUTS and split.unresolved > MOST_UNRESOLVED
    return split.share_inputs.value <= LEAST_OF_INPUTS or unclear


def _above(told: Sequence[Estimate], nothing: Sequence[float]) -> list[int]:
    """The places of what lies above what luck alone reaches, with its whole interval."""
    ends = [one.low for one in told]
    return [place for place, (end, least) in enumerate(zip(ends, nothing, strict=True))
            if end is not None and end > least]  # fmt: skip


def _weight(one: Analysis, factor: Factor) -> str:
    """How much an input matters."""
    place = one.sample.factors.index(factor)
    if one.sobol:
        return " and ".join(_share(told[place].kept_within(0, 1)) for told in (one.sobol.first, one.sobol.total))
    if one.morris:
        told = one.morris.size[place]
        return f"{_size(one.measure, told.value)}{_ends(told, lambda end: one.measure.gap(max(end, 0.0)))}"
    effect = next((e for e in one.effects.effects if e.factor is factor), None) if one.effects else None
    if effect is None or not effect.difference.clear:
        return "changes how it is distributed, but not clearly its mean"
    return f"{difference_text(one.measure, effect.difference)} with {effect.high} than with {effect.low}"


def luck_sentence(one: Analysis) -> str:
    """How much comes from the inputs and how much is chance, or why that cannot be told."""
    if one.split is None:
        return f"How much of it is chance cannot be told: {one.untold['split']}."
    said = f"The inputs account for {_share(one.split.share_inputs)} of its variance, chance for the rest."
    if one.split.unresolved > 0.1:
        said += (f" {percent(one.split.unresolved)} of the variance between the means of points is luck still; more "
                 "replicates would show the inputs more clearly.")  # fmt: skip
    return said


def rule_sentences(one: Analysis) -> list[str]:
    """When it is best and when it is worst, where that can be told."""
    if one.rules is None:
        return []
    ends = one.rules.rules[0], one.rules.rules[-1]
    if one.measure.less_is_better:
        ends = ends[::-1]
    if not all(rule.gap.clear or rule.gap.low is None for rule in ends):
        return []
    words = ("Least", "Most") if one.measure.kind == "effort" else ("Best", "Worst")
    return [rule_sentence(one.measure, word, rule) for word, rule in zip(words, ends, strict=True)]


def rule_sentence(measure: Meaning, word: str, rule: Rule) -> str:
    """A rule as a sentence that begins with a word such as "Best"."""
    return f"{word} when {rule.said}: {rule_text(measure, rule)}."


def rule_text(measure: Meaning, rule: Rule) -> str:
    """The mean where a rule holds, and how far that is from the mean of all points."""
    return f"{value_text(measure, rule.mean)}; {difference_text(measure, rule.gap)} than over all points"


def duel_sentences(one: Analysis) -> list[str]:
    """Which of two levels is better, everywhere and where a rule holds."""
    assert one.duel is not None
    if not one.duel.gaps.any():
        return [f"{one.duel.factor.name} makes no difference to it in any run."]
    said = [f"{verdict(one, one.duel.difference, 'on average over all inputs')}: "
            f"{duel_text(one, one.duel.difference, one.duel.gaps)}."]  # fmt: skip
    return said + [
        f"{verdict(one, rule.mean, f'when {rule.said}')}: {duel_text(one, rule.mean, one.duel.gaps[rule.inside])}."
        for rule in (one.duel.rules.rules if one.duel.rules else [])
    ]


def verdict(one: Analysis, told: Estimate, where: str) -> str:
    """Who beats whom, and where, such as "policy weakest beats policy nearest on average"."""
    assert one.duel is not None
    names = [f"{one.duel.factor.name} {level}" for level in (one.duel.one, one.duel.other)]
    if told.low is None:
        return f"To tell whether {names[0]} beats {names[1]} {where} {asks(one.sample)}"
    if not told.clear:
        return f"{names[0]} and {names[1]} are not clearly different {where}"
    first = (told.value < 0) == one.measure.less_is_better
    return f"{names[0]} beats {names[1]} {where}" if first else f"{names[1]} beats {names[0]} {where}"


def duel_text(one: Analysis, told: Estimate, gaps: np.ndarray) -> str:
    """The difference of the better level to the other, and in how many futures it is better."""
    assert one.duel is not None
    better, same, worse = futures(gaps, one.measure.less_is_better)
    name = one.duel.one
    if told.clear and (told.value < 0) != one.measure.less_is_better:
        name, better, told = one.duel.other, worse, -told
    said = f"{name} {difference_text(one.measure, told)}, better in {100 * better:.0f} of 100 futures"
    return said + (f", the same in {100 * same:.0f}" if same > 0 else "")


def difference_text(measure: Meaning, told: Estimate) -> str:
    """A difference with its interval, such as "3.1 months earlier (2.2 to 4.0)"."""
    said = f"{_size(measure, told.value)} {_word(measure, told.value)}"
    if told.low is None or told.high is None:
        return said
    if told.clear:
        low, high = sorted((abs(told.low), abs(told.high)))
        return f"{said} ({measure.gap(low)} to {measure.gap(high)})"
    ends = " to ".join(f"{measure.gap(abs(end))} {_word(measure, end)}" for end in (told.low, told.high))
    return f"{said} (not clear: {ends})"


def _size(measure: Meaning, gap: float) -> str:
    return f"{measure.gap(abs(gap))} {measure.gap_unit}".strip()


def _word(measure: Meaning, gap: float) -> str:
    return measure.less if gap < 0 else measure.more


def _share(told: Estimate) -> str:
    return f"{percent(told.value)}{_ends(told, percent)}"


def _ends(told: Estimate, form: Callable[[float], str]) -> str:
    """An interval in brackets; nothing where both ends read alike."""
    if told.low is None or told.high is None or form(told.low) == form(told.high):
        return ""
    return f" ({form(told.low)} to {form(told.high)})"
