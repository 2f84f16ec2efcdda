"""People leave and are replaced."""

from qisim.model import chance, rules
from qisim.model.batch.compile import compiled_hot


@compiled_hot
def turnover(f, i, leaving, month, seed, replicate, work, b):
    """Members, each with probability `leaving`, and the head may leave; the facility's luck is the `i`-th."""
    luck = work.luck
    leavers = chance.successes(luck[0, i], work.facility[f].team, leaving)
    if leavers > 0:
        u = chance.uniforms(seed, replicate, f, month + 1, chance.PEOPLE, 1)
        lose_members(f, leavers, u[0], work, b)
    if luck[1, i] < b.head_leave_monthly:
        new_head(f, luck[2, i], luck[3, i], work, b)


@compiled_hot
def lose_members(f, leavers, u_trained, work, b):
    """So many members leave, trained or not, and their part of the team's skill with them."""
    facility = work.facility[f]
    share = leavers / facility.team
    facility.trained -= chance.among(u_trained, leavers, facility.trained, facility.team)
    facility.lost = rules.up(facility.lost, share)
    facility.skill = rules.skill_after_turnover(facility.skill, share, facility.skill_share, b)


@compiled_hot
def new_head(f, u_supports, u_stops, work, b):
    """The head leaves; the successor supports improvement, or does not."""
    facility = work.facility[f]
    had = facility.supportive_head
    facility.supportive_head = u_supports < facility.leadership
    if had:
        facility.engagement *= b.head_loss_engagement
        facility.attention *= b.head_loss_engagement
        if u_stops < b.head_loss_stops_test:
            for k in range(work.practice.shape[1]):
                if work.practice[f, k].stage == rules.TESTING:
                    work.practice[f, k].stage = rules.AWARE
