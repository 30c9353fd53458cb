"""The story of February 2025, as it is entered afterwards."""

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from statuspage.components.models import Component
from statuspage.incidents.services.backfills import past_incident_enter
from statuspage.statements.models import Statement
from tests.factories import text

BEIJING: Final = ZoneInfo("Asia/Shanghai")
# Payouts stop, the first word, and the recovery.
AT: Final = (
    datetime(2025, 2, 19, 9, tzinfo=BEIJING),
    datetime(2025, 2, 20, 10, tzinfo=BEIJING),
    datetime(2025, 2, 21, 16, tzinfo=BEIJING),
)
NAME: Final = text("T+1、D+1 到账中断", "T+1 and D+1 payouts stopped")
BODIES: Final = (
    text(
        "部分商户的款项未能按时到账，正在排查。", "Some payouts have not arrived. We are looking."
    ),
    text("已查明：一批划付文件未送达出款银行。", "A batch of payout files did not reach the bank."),
    text(
        "结算已恢复：小微商户 T+1，行业商户 D+1。", "Settlement is back: micro T+1, industry D+1."
    ),
)


def update(number: int, status: str, **values: Any) -> dict[str, Any]:
    """Return the update of that day."""
    return {"at": AT[number], "status": status, "body": BODIES[number], **values}


def incident(component: Component, **values: Any) -> dict[str, Any]:
    """Return the whole incident, as the service takes it."""
    partly = {component.public_id: "partial_outage"}
    return {
        "name": NAME,
        "components": {component.public_id: "major_outage"},
        "started_at": AT[0],
        "updates": [
            update(0, "investigating"),
            update(1, "identified", components=partly),
            update(2, "resolved"),
        ],
        **values,
    }


def entered(component: Component, **values: Any) -> list[Statement]:
    """Return the statements of the incident, entered now."""
    return past_incident_enter(author=None, **incident(component, **values))
