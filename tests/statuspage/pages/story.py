"""What happened on the demonstration's worst day, in pieces that tests put together."""

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse

from statuspage.components.models import Component
from statuspage.incidents.models import Incident, Maintenance
from statuspage.incidents.services.incidents import incident_open, incident_update
from statuspage.incidents.services.maintenances import maintenance_schedule, maintenance_update
from statuspage.notices.models import Notice
from statuspage.notices.services import notice_publish
from statuspage.statements.models import Statement
from tests.factories import make_component, make_group, text

NOW = datetime(2025, 2, 21, 6, 30, tzinfo=UTC)  # 14:30 in Beijing
DELAYED = text("T+1到账延迟", "T+1 payouts are late")


def ago(**span: float) -> datetime:
    """Return a moment before the tests' present."""
    return NOW - timedelta(**span)


def ahead(**span: float) -> datetime:
    """Return a moment after the tests' present."""
    return NOW + timedelta(**span)


def opened(component: Component | None = None, **values: Any) -> Statement:
    """Return an incident opened an hour ago."""
    component = component or make_component()
    values.setdefault("name", DELAYED)
    values.setdefault("body", text("部分小微商户到账延迟,资金安全。", "Funds are safe."))
    values.setdefault("components", {component.public_id: "partial_outage"})
    values.setdefault("published_at", ago(hours=1))
    return incident_open(author=None, **values)


def updated(statement: Statement, status: str = "identified", **values: Any) -> Statement:
    """Return the next update of the incident that a statement is about, half an hour ago."""
    values.setdefault("body", text("原因已找到。", "We know the cause."))
    values.setdefault("published_at", ago(minutes=30))
    incident = Incident.objects.get(public_id=statement.subject_id)
    return incident_update(incident=incident, status=status, author=None, **values)


def resolved(statement: Statement, **values: Any) -> Statement:
    """Return the end of an incident, ten minutes ago."""
    values.setdefault("body", text("已恢复,今日内补划。", "Restored; made up today."))
    values.setdefault("published_at", ago(minutes=10))
    return updated(statement, "resolved", **values)


def scheduled(component: Component | None = None, **values: Any) -> Statement:
    """Return a maintenance for tomorrow, announced yesterday."""
    component = component or make_component("商户后台", "Merchant portal")
    values.setdefault("name", text("清算系统升级", "Clearing upgrade"))
    values.setdefault("body", text("到账时间不变。", "Payout times do not change."))
    values.setdefault("components", [component.public_id])
    values.setdefault("scheduled_for", ahead(days=1))
    values.setdefault("scheduled_until", values["scheduled_for"] + timedelta(hours=2))
    values.setdefault("short_notice_reason", text("紧急修补。", "An urgent fix."))
    values.setdefault("published_at", ago(days=1))
    return maintenance_schedule(author=None, **values)


def moved(statement: Statement, status: str, **values: Any) -> Statement:
    """Return the next stage of a maintenance."""
    values.setdefault("body", text("维护有新进展。", "Work goes on."))
    maintenance = Maintenance.objects.get(public_id=statement.subject_id)
    return maintenance_update(maintenance=maintenance, status=status, author=None, **values)


def noticed(**values: Any) -> Statement:
    """Return a notice to micro merchants, published an hour ago."""
    values.setdefault("kind", "general")
    values.setdefault("title", text("结算安排", "Settlement arrangements"))
    values.setdefault("body", text("无需申请。", "You need not do anything."))
    values.setdefault("audience", {"categories": ["micro"]})
    values.setdefault("published_at", ago(hours=1))
    return notice_publish(author=None, **values)


def notice_of(statement: Statement) -> Notice:
    """Return the notice a statement is about."""
    return Notice.objects.get(public_id=statement.subject_id)


def path_of(statement: Statement, language: str = "en") -> str:
    """Return the page of a statement's subject."""
    prefix = "/en" if language == "en" else ""
    return f"{prefix}/{statement.subject_type}s/{statement.subject_id}/"


def board() -> dict[str, Component]:
    """Two groups with visible components, one that is hidden, and one that stands alone."""
    settlement = make_group("结算", position=2)
    payments = make_group("收款", position=1)
    return {
        "t1": make_component("T+1 结算", "T+1 settlement", group=settlement, position=3),
        "cards": make_component("刷卡交易", "Card payments", group=payments, position=1),
        "qr": make_component("扫码支付", "QR payments", group=payments, position=2),
        "secret": make_component("内部对账", "Back office", group=settlement, visible=False),
        "sms": make_component("短信通知", "SMS notices", position=9),
    }


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        """Collect what stands between the tags."""
        self.words += data.split()


def words_of(response: HttpResponse) -> str:
    """Return what a person reads of a page's main part: its words with single spaces."""
    parser = _Words()
    html = response.content.decode()
    parser.feed(html.partition("<main")[2].partition("</main>")[0].partition(">")[2])
    return re.sub(r"(?<=[(]) | (?=[.,:;)])", "", " ".join(parser.words))
