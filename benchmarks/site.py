"""A site to serve and to render: components, and incidents over some years."""

from datetime import timedelta
from typing import Final

from django.utils import timezone

from statuspage.components.models import Component, ComponentGroup
from statuspage.incidents.models import Incident
from statuspage.incidents.services.incidents import incident_open, incident_update
from statuspage.statements.models import Statement

STEPS: Final = ("identified", "identified", "identified", "monitoring", "resolved")
BODY: Final = {
    "zh-hans": "10:42起,部分小微商户T+1到账延迟,资金安全,正在排查。",
    "en": "Since 10:42 payouts to some micro merchants (T+1) are late. Funds are safe.",
}


def build(components: int, incidents: int, years: float = 1.0) -> Statement:
    """Resolved incidents, evenly over the years, each of six updates; the last one stays open."""
    made = _components(components)
    statement = None
    for number in range(incidents):
        at = timezone.now() - timedelta(days=365 * years * (1 - number / incidents), hours=6)
        statement = _incident(number, made[number % components], at, number == incidents - 1)
    assert statement
    return statement


def say_more(statement: Statement) -> Statement:
    """One more update of an open incident."""
    incident = Incident.objects.get(public_id=statement.subject_id)
    return incident_update(incident=incident, status="identified", body=BODY, author=None)


def _components(count: int) -> list[Component]:
    groups = [
        ComponentGroup.objects.create(name=_text(f"第{n}组", f"Group {n}"), position=n)
        for n in range(max(1, count // 10))
    ]
    return [
        Component.objects.create(
            name=_text(f"服务{n}", f"Service {n}"), group=groups[n % len(groups)], position=n
        )
        for n in range(count)
    ]


def _incident(number: int, component: Component, at: object, stays: bool) -> Statement:
    statement = incident_open(
        name=_text(f"到账延迟{number}", f"Payouts late {number}"),
        body=BODY,
        components={component.public_id: "partial_outage"},
        author=None,
        published_at=at,
    )
    for step, status in enumerate(STEPS[: 2 if stays else None], 1):
        statement = incident_update(
            incident=Incident.objects.get(public_id=statement.subject_id),
            status=status,
            body=BODY,
            components={component.public_id: "operational"} if status == "resolved" else {},
            author=None,
            published_at=at + timedelta(minutes=10 * step),
        )
    return statement


def _text(chinese: str, english: str) -> dict[str, str]:
    return {"zh-hans": chinese, "en": english}
