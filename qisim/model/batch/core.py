"""The entry into the core: replicates from start to end."""

from qisim.model import chance, programme, rules
from qisim.model.batch.arrays import AT_A_TIME
from qisim.model.batch.channels import channel
from qisim.model.batch.coaching import visit_month
from qisim.model.batch.compile import compiled, compiled_and_kept
from qisim.model.batch.conditions import change_condition, upheaval
from qisim.model.batch.exchange import exchange
from qisim.model.batch.luck import draw
from qisim.model.batch.month import facilities_month
from qisim.model.batch.people import turnover
from qisim.model.batch.record import record
from qisim.model.batch.spread import leave_cohort, show_changes
from qisim.model.batch.start import start
from qisim.model.batch.waves import end_of_support, join, session, synthesis


@compiled_and_kept
def replicates(numbers, seed, target, behaviour, ideas, indicators, here, plan, work, out):
    """Run the replicates of these `numbers`, i8[R], one after the other into the rows of `out`.

    `behaviour` [R], `ideas` [R, K] and `indicators` [R, J] are the parameters of each.
    """
    months = out.months.shape[1] - 1
    for r in range(out.months.shape[0]):
        b, replicate = behaviour[r], numbers[r]
        out.first_at_target[r, :] = -1
        start(seed, replicate, here, plan, work, b, ideas[r], indicators[r])
        record(r, 0, target, here, work, out)
        for month in range(months):
            _one_month(month, seed, replicate, here, plan, work, b, ideas[r], indicators[r])
            record(r, month + 1, target, here, work, out)


@compiled
def _one_month(month, seed, replicate, here, plan, work, b, ideas, indicators):
    e, last = plan.event_start[month], plan.event_start[month + 1]
    while e < last and plan.events[e].kind < programme.FIRST_SUPPORT:
        _event(plan.events[e], month, seed, replicate, here, plan, work, b, ideas, indicators)
        e += 1
    leaving = rules.leaving(month, b)
    for first in range(0, len(work.facility), AT_A_TIME):
        beyond = min(first + AT_A_TIME, len(work.facility))
        draw(first, beyond, seed, replicate, month + 1, chance.PEOPLE, 4, work.luck)
        for f in range(first, beyond):
            turnover(f, f - first, leaving, month, seed, replicate, work, b)
    for c in range(len(work.coach)):
        visit_month(c, month, seed, replicate, plan, work, b)
    while e < last:
        _event(plan.events[e], month, seed, replicate, here, plan, work, b, ideas, indicators)
        e += 1
    for first in range(0, len(work.facility), AT_A_TIME):
        beyond = min(first + AT_A_TIME, len(work.facility))
        facilities_month(first, beyond, month, seed, replicate, here, plan, work, b, ideas, indicators)
    for c in range(len(work.cohort_tie)):
        work.cohort_tie[c] = rules.down(work.cohort_tie[c], b.tie_fading)
    show_changes(here, plan, work)
    for f in range(len(work.facility)):
        if work.facility[f].dropped_out:
            leave_cohort(f, work)


@compiled
def _event(event, month, seed, replicate, here, plan, work, b, ideas, indicators):
    """One of `programme.EVENTS`."""
    if event.kind == programme.END_OF_SUPPORT:
        end_of_support(event.which, work)
    elif event.kind == programme.JOIN:
        join(event.which, event.amount, month, seed, replicate, here, plan, work)
    elif event.kind == programme.SESSION:
        session(event.which, event.amount, month, seed, replicate, plan, work, b)
    elif event.kind == programme.EXCHANGE:
        exchange(event.which, event.amount, month, here, plan, work, b, ideas, indicators)
    elif event.kind == programme.SYNTHESIS:
        synthesis(event.which, plan, work, b)
    elif event.kind == programme.CHANNEL:
        channel(event.which, event.amount, month, seed, replicate, plan, work, b, ideas, indicators)
    elif event.kind == programme.CONDITION:
        change_condition(event.which, event.amount, plan, work, b)
    elif event.kind == programme.UPHEAVAL:
        upheaval(event.which, month, seed, replicate, plan, work, b, ideas)
