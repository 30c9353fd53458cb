"""When does my money arrive, and why: the answer that was true at any moment."""

from statuspage.settlement.arrival.answers import (
    Answer,
    Charge,
    Question,
    Step,
)
from statuspage.settlement.arrival.codes import Code, DateStatus
from statuspage.settlement.arrival.selectors import arrival, paid_now

__all__ = [
    "Answer",
    "Charge",
    "Code",
    "DateStatus",
    "Question",
    "Step",
    "arrival",
    "paid_now",
]
