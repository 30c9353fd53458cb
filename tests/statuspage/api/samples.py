"""Request bodies that are right."""

from datetime import UTC, datetime, timedelta
from typing import Any

from statuspage.components.models import Component
from tests.factories import text


def in_hours(hours: float) -> str:
    """Return a time from now, as a caller writes it."""
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat()


def incident(component: Component, **values: Any) -> dict[str, Any]:
    """Opens an incident with a partial outage of one component."""
    return {
        "name": text("T+1到账延迟", "T+1 payouts are late"),
        "impact": "major",
        "status": "investigating",
        "body": text("部分小微商户到账延迟,资金安全。", "Some payouts are late."),
        "components": {component.public_id: "partial_outage"},
        **values,
    }


def update(**values: Any) -> dict[str, Any]:
    """Says that the cause is known."""
    return {"status": "identified", "body": text("原因已查明。", "The cause is known."), **values}


def past_incident(component: Component, **values: Any) -> dict[str, Any]:
    """Tells of three days in February 2025."""
    id_ = component.public_id
    return {
        "name": text("到账中断", "Payouts stopped"),
        "impact": "critical",
        "components": {id_: "major_outage"},
        "started_at": "2025-02-19T09:00:00+08:00",
        "updates": [
            {
                "at": "2025-02-20T10:00:00+08:00",
                "status": "identified",
                "body": text("已查明原因。", "The cause is known."),
                "components": {id_: "partial_outage"},
                "impact": "major",
            },
            {
                "at": "2025-02-21T16:00:00+08:00",
                "status": "resolved",
                "body": text("结算已恢复。", "Settlement is back."),
            },
        ],
        "told": False,
        **values,
    }


def maintenance(component: Component, **values: Any) -> dict[str, Any]:
    """Announces two hours of maintenance for tomorrow."""
    return {
        "name": text("商户后台升级", "Merchant portal upgrade"),
        "body": text("升级期间不可登录,到账不受影响。", "The portal is closed; payouts go on."),
        "components": [component.public_id],
        "scheduled_for": in_hours(24),
        "scheduled_until": in_hours(26),
        "short_notice_reason": text("紧急修补。", "An urgent fix."),
        **values,
    }


def notice(**values: Any) -> dict[str, Any]:
    """Waives the fees of micro merchants."""
    return {
        "kind": "fee_waiver",
        "title": text("关于全额减免手续费的公告", "Fees waived in full"),
        "body": text("手续费全额减免,无需申请。", "Fees are waived. Nothing to do."),
        "payload": {
            "transactions_from": "2025-02-18T00:00:00+08:00",
            "transactions_until": "2025-02-21T00:00:00+08:00",
            "percent_waived": "100",
        },
        "audience": {"categories": ["micro"]},
        **values,
    }


def subscriber(**values: Any) -> dict[str, Any]:
    """Adds a micro merchant's phone number."""
    return {
        "channel": "sms",
        "address": "+8613800001234",
        "language": "zh-hans",
        "category": "micro",
        "consent_source": "contract-2024",
        **values,
    }


CSV = (
    "phone,language,category,consent_source\n"
    "13800001234,zh,micro,contract\n"
    "13900005678,en,,contract\n"
)
