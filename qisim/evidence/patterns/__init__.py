"""The patterns. One is added by its declaration in one of these files and its line in `PATTERNS` or `HELD_BACK`."""

from __future__ import annotations

from qisim.evidence.pattern import Pattern
from qisim.evidence.patterns.births import CLOSELY_COACHED
from qisim.evidence.patterns.cambodia import EXCHANGE, ON_TOP_OF_FINANCING, TOPICS
from qisim.evidence.patterns.charts import CHARTS, TIME_TO_RESULTS
from qisim.evidence.patterns.equity import EQUITY
from qisim.evidence.patterns.ethiopia import CYCLES, DEPENDENCE
from qisim.evidence.patterns.heads import HEADS
from qisim.evidence.patterns.held_back import MENTORS, MESSAGES, OUTREACH, WITHDRAWN
from qisim.evidence.patterns.ownership import BIG_BANG, MICHIGAN
from qisim.evidence.patterns.reorganisation import REORGANISATION
from qisim.evidence.patterns.trials import FEEDBACK, TRAINING_AND_SUPERVISION

PATTERNS: dict[str, Pattern] = {
    pattern.key: pattern
    for pattern in (
        CHARTS, TIME_TO_RESULTS, EXCHANGE, CYCLES, DEPENDENCE, HEADS, FEEDBACK, TRAINING_AND_SUPERVISION,
        CLOSELY_COACHED, MICHIGAN, EQUITY, ON_TOP_OF_FINANCING, REORGANISATION, BIG_BANG, TOPICS,
    )
}  # fmt: skip
"""P1 to P15, to which the defaults were tuned."""

HELD_BACK: dict[str, Pattern] = {pattern.key: pattern for pattern in (OUTREACH, MESSAGES, MENTORS, WITHDRAWN)}
"""H1 to H4, which had no part in tuning."""

ALL = PATTERNS | HELD_BACK
