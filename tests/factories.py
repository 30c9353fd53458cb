"""Small builders for the things that tests need."""

from typing import Any

from django.utils import timezone

from notifications.channels.addresses import AddressKind, calling_code, canonical, mask
from notifications.subscribers.crypto import blind_index, encrypt
from notifications.subscribers.models import ALL_TOPICS, Address, Subscriber, Subscription
from statuspage.components.models import Component, ComponentGroup
from statuspage.incidents.models import Incident
from statuspage.incidents.services.incidents import incident_open
from statuspage.staff.models import Staff
from statuspage.staff.roles import Role
from statuspage.statements.models import Statement

_count = iter(range(1, 10**9))

CHANNEL_KINDS = {
    "sms": AddressKind.PHONE,
    "wechat": AddressKind.OPENID,
    "mini_program": AddressKind.MINI_OPENID,
    "robot": AddressKind.ROBOT,
    "email": AddressKind.EMAIL,
    "webhook": AddressKind.URL,
    "voice": AddressKind.PHONE,
}


def text(chinese: str, english: str = "") -> dict[str, str]:
    """Return a text; English is left out when empty."""
    return {"zh-hans": chinese, **({"en": english} if english else {})}


def make_staff(role: str = Role.AUTHOR, username: str = "", **values: Any) -> Staff:
    """Return a confirmed member of staff whose password is `secret`."""
    values.setdefault("confirmed_at", timezone.now())
    name = username or f"staff{next(_count)}"
    return Staff.objects.create_user(name, password="secret", role=role, **values)


def make_group(name: str = "结算", **values: Any) -> ComponentGroup:
    """Return a group of components."""
    return ComponentGroup.objects.create(name=text(name), **values)


def make_component(
    name: str = "T+1 结算", english: str = "T+1 settlement", **values: Any
) -> Component:
    """Return a visible, operational component."""
    values.setdefault("position", next(_count))
    return Component.objects.create(name=text(name, english), **values)


def open_incident(component: Component | None = None, **values: Any) -> Statement:
    """Return the statement that opens an incident, partial outage of one component unless told."""
    component = component or make_component()
    values.setdefault("name", text("T+1到账延迟", "T+1 payouts are late"))
    values.setdefault("body", text("部分小微商户到账延迟,资金安全。", "Some payouts are late."))
    values.setdefault("components", {component.public_id: "partial_outage"})
    values.setdefault("author", None)
    return incident_open(**values)


def incident_of(statement: Statement) -> Incident:
    """Return the incident a statement is about, as it now is."""
    return Incident.objects.get(public_id=statement.subject_id)


def make_address(clear: str = "", channel: str = "sms", **values: Any) -> Address:
    """Return a confirmed address with a subscriber of its own, subscribed to everything."""
    clear = clear or f"+86138{next(_count):08d}"
    kind = CHANNEL_KINDS[channel]
    subscriber = Subscriber.objects.create(
        language=values.pop("language", "zh-hans"), category=values.pop("category", "")
    )
    topics = values.pop("topics", list(ALL_TOPICS))
    components = values.pop("components", [])
    from django.utils import timezone

    values.setdefault("confirmed_at", timezone.now())
    address = Address.objects.create(
        subscriber=subscriber,
        channel=channel,
        kind=kind,
        sealed=encrypt(clear, kind),
        blind_index=blind_index(canonical(kind, clear), kind),
        masked=mask(kind, clear),
        country=calling_code(kind, clear),
        **values,
    )
    Subscription.objects.create(address=address, topics=topics, components=components)
    return address
