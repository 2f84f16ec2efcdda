"""Writing down the state at the end of a month."""

from qisim.model import rules
from qisim.model.batch.arrays import ATTENDANCES, EXCHANGES_MADE
from qisim.model.batch.compile import compiled, compiled_hot


@compiled
def record(r, m, target, here, work, out):
    """Write row `m` of replicate `r`: the state after `m` months. Sums run over facilities in their order."""
    row = out.months[r, m]
    n = len(work.facility)
    at, trained, enrolled, dropped_out, meetings, cycles, visits = 0, 0, 0, 0, 0, 0, 0
    score, reported, engagement, attention = 0.0, 0.0, 0.0, 0.0
    skill, data_quality, dependence, fatigue = 0.0, 0.0, 0.0, 0.0
    for f in range(n):
        facility = work.facility[f]
        at_target = rules.reaches(facility.score, target)
        trained += facility.trained
        enrolled += facility.enrolled
        dropped_out += facility.dropped_out
        meetings += facility.meeting
        cycles += facility.cycles
        visits += facility.visits
        score += facility.score
        reported += facility.reported_score
        engagement += facility.engagement
        attention += facility.attention
        skill += facility.skill
        data_quality += facility.data_quality
        dependence += facility.dependence
        fatigue += facility.fatigue
        adopted, working = _count_ideas(f, out.ideas[r, m], work)
        for g in range(here.group.shape[1]):
            _record_group(out.groups[r, m, here.group[f, g]], facility, at_target, adopted, working)
        _record_indicators(f, out.indicators[r, m], here.group, work)
        at += at_target
        if at_target and out.first_at_target[r, f] < 0:
            out.first_at_target[r, f] = m
        out.final_score[r, f] = facility.score
        facility.visits = 0
    row.trained = trained
    row.enrolled = enrolled
    row.dropped_out = dropped_out
    row.meetings = meetings
    row.cycles = cycles
    row.visits = visits
    row.at_target = at
    row.score = score / n
    row.reported_score = reported / n
    row.engagement = engagement / n
    row.attention = attention / n
    row.skill = skill / n
    row.data_quality = data_quality / n
    row.dependence = dependence / n
    row.fatigue = fatigue / n
    row.attendances = work.tally[ATTENDANCES]
    row.exchanges = work.tally[EXCHANGES_MADE]
    work.tally[ATTENDANCES] = 0
    work.tally[EXCHANGES_MADE] = 0
    _record_counts(r, m, work, out)
    if out.facility_months.shape[1] > 0:
        _record_detail(r, m, work, out)


@compiled
def _record_counts(r, m, work, out):
    """Units and adoptions of the month; then counting starts anew."""
    for e in range(work.units.shape[0]):
        for unit in range(work.units.shape[1]):
            out.units[r, m, e, unit] = work.units[e, unit]
            work.units[e, unit] = 0.0
    for source in range(len(work.adoptions)):
        out.adoptions[r, m, source] = work.adoptions[source]
        work.adoptions[source] = 0


@compiled_hot
def _count_ideas(f, counts, work):
    """Add a facility to the counts of each idea; returns how many ideas it uses, and how many work there."""
    adopted, working = 0, 0
    for k in range(work.practice.shape[1]):
        practice = work.practice[f, k]
        in_use = practice.stage == rules.ADOPTED
        works = in_use & practice.works  # not `and`: a choice that cannot be foretold costs more than a look
        counts[k, 0] += practice.stage != rules.UNAWARE
        counts[k, 1] += in_use
        counts[k, 2] += works
        adopted += in_use
        working += works
    return adopted, working


@compiled_hot
def _record_group(row, facility, at_target, adopted, working):
    row.at_target += at_target
    row.enrolled += facility.enrolled
    row.dropped_out += facility.dropped_out
    row.cycles += facility.cycles
    row.visits += facility.visits
    row.ideas_adopted += adopted
    row.ideas_working += working
    row.score += facility.score
    row.reported_score += facility.reported_score


@compiled_hot
def _record_indicators(f, places, group, work):
    """Add a facility to the sums of each indicator: over all facilities, and over its groups where there is room."""
    for j in range(work.performance.shape[1]):
        performance, reported = work.performance[f, j], work.reported[f, j]
        places[0, j].performance += performance
        places[0, j].reported += reported
        if len(places) > 1:
            for g in range(group.shape[1]):
                row = places[1 + group[f, g], j]
                row.performance += performance
                row.reported += reported


@compiled
def _record_detail(r, m, work, out):
    for f in range(len(work.facility)):
        facility, row = work.facility[f], out.facility_months[r, m, f]
        row.score = facility.score
        row.reported_score = facility.reported_score
        row.engagement = facility.engagement
        row.attention = facility.attention
        row.skill = facility.skill
        row.data_quality = facility.data_quality
        row.dependence = facility.dependence
        row.fatigue = facility.fatigue
        row.trained = facility.trained
        row.supportive_head = facility.supportive_head
        row.enrolled = facility.enrolled
        row.reviewed = facility.reviewed
        for k in range(work.practice.shape[1]):
            practice, cell = work.practice[f, k], out.idea_months[r, m, f, k]
            cell.stage = practice.stage
            cell.works = practice.works
            cell.fit = practice.fit
            cell.reach = practice.reach
            cell.embedding = practice.embedding
            cell.source = practice.source
            cell.learnt_from = practice.learnt_from
