"""Notices that change when money arrives, and questions about it."""

from decimal import Decimal
from typing import Any

from statuspage.notices.services import notice_publish
from statuspage.settlement.arrival.answers import Answer
from statuspage.settlement.arrival.selectors import arrival
from statuspage.settlement.arrival.words import Code
from statuspage.statements.models import Statement
from tests.factories import text
from tests.statuspage.notices.samples import second_person
from tests.statuspage.settlement.rules.factories import beijing


def ask(
    at: str,
    category: str = "micro",
    product: str = "",
    amount: str = "",
    as_of: str = "2026-06-01 12:00",
) -> Answer:
    """Return the answer as it was known at `as_of`, all in Beijing time."""
    return arrival(
        category, product, beijing(at), Decimal(amount) if amount else None, beijing(as_of)
    )


def dated(answer: Answer) -> str | None:
    """Return the date as a person would write it down, None where there is none."""
    return answer.arrival_date.isoformat() if answer.arrival_date else None


def codes(answer: Answer) -> list[str]:
    """Return what the steps say, in order."""
    return [step.code.value for step in answer.steps]


def statements(answer: Answer, *of: Code) -> list[int | None]:
    """Return the numbers of the statements behind those steps."""
    return [step.said.number if step.said else None for step in answer.steps if step.code in of]


def publish(kind: str, at: str, payload: dict[str, Any], **values: Any) -> Statement:
    """Return a notice published at that time."""
    return notice_publish(
        kind=kind,
        title=text("公告", "A notice"),
        body=text("详情见下。", "Details below."),
        author=None,
        payload=payload,
        published_at=beijing(at),
        **second_person(kind),
        **values,
    )


def delay(
    at: str, begins: str, until: str | None = None, by: str | None = None, **values: Any
) -> Statement:
    """Transactions from then until then arrive by that day."""
    payload = {
        "transactions_from": beijing(begins),
        "transactions_until": beijing(until) if until else None,
        "arrives_by": by,
    }
    return publish("delay", at, payload, **values)


def recovery(at: str, restored: str, backlog_by: str | None = None, **values: Any) -> Statement:
    """Settlement is back to normal since then."""
    payload = {"restored_at": beijing(restored), "backlog_by": backlog_by}
    return publish("recovery", at, payload, **values)


def waiver(at: str, begins: str, until: str, percent: str = "100", **values: Any) -> Statement:
    """Return the fee on transactions in between is waived."""
    payload: dict[str, Any] = {
        "transactions_from": beijing(begins),
        "transactions_until": beijing(until),
        "percent_waived": percent or None,
        **values.pop("payload", {}),
    }
    return publish("fee_waiver", at, payload, **values)


def fee_change(at: str, effective_on: str, new: str = "万100+3", **values: Any) -> Statement:
    """Another fee from that day on."""
    payload = {
        "old_fee": "0.6%",
        "new_fee": new,
        "effective_on": effective_on,
        "how_to_leave": text("可在生效前免费销户。"),
        "short_notice_reason": text("监管要求。"),
    }
    return publish("fee_change", at, payload, **values)
