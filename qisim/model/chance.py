"""Chance as pure functions: every draw depends on seed, replicate, who, when and what for - on nothing else.

Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"; Random123) turns a key and a
counter into four words. The key is (seed, replicate), the counter (entity, month, purpose, index). So no result
depends on the order of facilities, on threads or on the engine, and two strategies that are run with the same
seed share their luck, facility by facility.

The functions are plain Python; the batch core compiles these same lines.
"""

import math

MULTIPLIER_0 = 0xD2511F53
MULTIPLIER_1 = 0xCD9E8D57
WEYL_0 = 0x9E3779B9
WEYL_1 = 0xBB67AE85
WORD = 0xFFFFFFFF
ROUNDS = 10
MOST_SEED = WORD
MOST_REPLICATES = 1_000_000
FEW = 10.0
"""Records expected right, or wrong, below which the normal approximation of the binomial would be biased."""

# Purposes, the third word of the counter. Changing a number changes every result that uses it.
DISTRICT = 1
TRAITS = 2
BASELINE = 3
PRACTICE_START = 4
PARAMETER = 5
SELECTION = 6
PEOPLE = 7
COACH = 8
VISIT = 9
SESSION = 10
TEAM = 11
CYCLE = 12
PRACTICE = 13
RECORDS = 14
HEARING = 15
CHANNEL = 16
CHANNEL_IDEA = 17
ASSESSMENT = 18
UPHEAVAL = 19


def philox(key0, key1, c0, c1, c2, c3):
    """Philox4x32-10: four 32-bit words from a key of two and a counter of four.

    The masks make the lines right for Python's integers and for 64-bit ones that wrap around alike.
    """
    for _ in range(ROUNDS):
        p0 = MULTIPLIER_0 * c0
        p1 = MULTIPLIER_1 * c2
        c0, c1, c2, c3 = ((p1 >> 32) & WORD) ^ c1 ^ key0, p1 & WORD, ((p0 >> 32) & WORD) ^ c3 ^ key1, p0 & WORD
        key0 = (key0 + WEYL_0) & WORD
        key1 = (key1 + WEYL_1) & WORD
    return c0, c1, c2, c3


def uniforms(seed, replicate, entity, month, purpose, index):
    """Four independent uniform numbers in the open interval (0, 1), in steps of 2**-32."""
    a, b, c, d = philox(seed, replicate, entity, month, purpose, index)
    return uniform(a), uniform(b), uniform(c), uniform(d)


def uniform(word):
    """A number in the open interval (0, 1) from a 32-bit word."""
    return (word + 0.5) * 2.0**-32


def lane(four, index):
    """One of four uniform numbers, chosen by `index` modulo 4."""
    which = index & 3
    if which == 0:
        return four[0]
    if which == 1:
        return four[1]
    if which == 2:
        return four[2]
    return four[3]


def normal(u):
    """The standard normal quantile of `u` in (0, 1); relative error below 1.15e-9 (Acklam's approximation)."""
    if u < 0.02425:
        q = math.sqrt(-2.0 * math.log(u))
        return _tail(q)
    if u > 0.97575:
        q = math.sqrt(-2.0 * math.log(1.0 - u))
        return -_tail(q)
    q = u - 0.5
    r = q * q
    top = (
        (((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.3577518672690) * r
        - 30.66479806614716
    ) * r + 2.506628277459239
    bottom = (
        (((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r
        - 13.28068155288572
    ) * r + 1.0
    return q * top / bottom


def _tail(q):
    """Acklam's approximation in the lower tail, q = sqrt(-2 log u)."""
    top = (
        (((-0.007784894002430293 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) * q
        + 4.374664141464968
    ) * q + 2.938163982698783
    bottom = (
        ((0.007784695709041462 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416
    ) * q + 1.0
    return top / bottom


def successes(u, n, p):
    """How many of `n` independent trials of probability `p` succeed: the quantile `u` of Binomial(n, p).

    Meant for small n p (the members of a team who leave): it walks up the distribution.
    """
    if n <= 0 or p <= 0.0 or u < 1.0 - n * p:  # (1 - p)**n is at least 1 - n p: mostly none succeeds
        return 0
    if p >= 1.0:
        return n
    share = math.exp(n * math.log(1.0 - p))
    below = share
    k = 0
    while u >= below and k < n:
        share *= (n - k) / (k + 1.0) * p / (1.0 - p)
        k += 1
        below += share
    return k


def among(u, taken, marked, everybody):
    """How many of those taken at random from `everybody` are among the `marked`: the quantile `u`, hypergeometric."""
    others = everybody - marked
    few, many = min(taken, others), max(taken, others)
    share = 1.0
    for i in range(few):
        share *= (many - i) / (everybody - i)
    below = share
    k = max(taken - others, 0)
    while u >= below and k < min(taken, marked):
        share *= (marked - k) * (taken - k) / ((k + 1.0) * (others - taken + k + 1.0))
        k += 1
        below += share
    return k


def sampled_share(u, n, p):
    """Share of `n` records found right when each is so with probability `p`: whole records, 0 to n, over n.

    Binomial; where many are found both right and wrong, its normal approximation, rounded to whole records.
    """
    if n * p < FEW:
        return successes(u, n, p) / n
    if n * (1.0 - p) < FEW:
        return (n - successes(1.0 - u, n, 1.0 - p)) / n
    right = math.floor(n * p + math.sqrt(n * p * (1.0 - p)) * normal(u) + 0.5)
    return min(max(right, 0.0), n) / n
