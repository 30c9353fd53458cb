"""The longest of everything that a page can have to show: names, codes, amounts, lists."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from django.test import Client
from django.urls import reverse

from notifications.delivery.partitions import ensure_partition
from notifications.subscribers.services.importing import IMPORTS
from notifications.subscribers.services.subscriptions import address_suppress
from statuspage.calendar.selectors import profile_of
from statuspage.notices.kind import NoticeKind
from statuspage.notices.models import Product
from statuspage.settlement.cycles import SHANGHAI
from statuspage.settlement.rules import rule_add
from statuspage.staff.services import token_issue
from statuspage.statements.models import Statement
from statuspage.statements.services import statement_correct
from tests.factories import (
    make_address,
    make_component,
    make_group,
    make_staff,
    open_incident,
    text,
)
from tests.notifications.delivery.rows import deliver
from tests.statuspage.console.browser import press
from tests.statuspage.monitors.factories import fire, make_rule
from tests.statuspage.notices.samples import (
    every_kind,
    form_values,
    publish,
    right_payload,
    world,
)
from tests.statuspage.pages.every_page import Page, html_of
from tests.statuspage.settlement.affected import lists

# Sixty characters, as many as a name may have; forty without a place to break.
ENGLISH: Final = "Internationalisation of interbank settlements & chargebacks"
CHINESE: Final = "境内外银行卡及二维码支付交易结算与手续费减免及补偿专用渠道服务"
CODE: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_2026_12345678"
ACCOUNT: Final = CODE.lower()
MAIL: Final = f"{ACCOUNT}@{'x' * 40}.example.com"
AMOUNT: Final = "999999999999.99"
COUNT: Final = 999_999_999_999
NAME: Final = text(CHINESE, ENGLISH)
# Values of a payload by their type, where their length does not change what they mean.
WIDE: Final[dict[str, Any]] = {
    "text": text(f"{CHINESE}{CODE}", f"{ENGLISH} {CODE}"),
    "names": [CODE, CODE[::-1], *(f"{CODE[:37]}{n:03}" for n in range(20))],
    "amount": AMOUNT,
}
# A Friday, and no holiday is near: the samples' days are days of payouts.
AT: Final = datetime(2025, 2, 21, 16, 30, tzinfo=SHANGHAI)
PRODUCTS: Final = [f"product-{number:02}-{'x' * 19}" for number in range(30)]
AUDIENCE: Final = {
    "categories": ["micro", "industry"],
    "products": PRODUCTS,
    "agents": True,
    "models": [CODE, CODE[::-1]],
    "cycles": ["T+1", "weekly-friday"],
    "agent_codes": [f"{CODE[:20]}/{CODE[:20]}/{n:03}" for n in range(20)],
    "provinces": ["44", "65"],
}
# Prices differ by these alone.
PRICED: Final = {one: AUDIENCE[one] for one in ("categories", "products", "agents")}


def public_examples() -> dict[str, list[str]]:
    """Return the addresses of what is published, by the route that names it."""
    incident = _world()
    notices = _notices()
    statement_correct(statement=notices["price_list"], body=NAME, author=None)
    return {
        "incidents/<slug:public_id>/": [f"/incidents/{incident.subject_id}/"],
        "notices/<slug:public_id>/": [f"/notices/{one.subject_id}/" for one in notices.values()],
    }


def console_examples() -> list[str]:
    """Return the addresses of what only staff see; at each there is much, and it is long."""
    _world()
    notices = _notices()
    said = notices["price_list"]
    _deliveries(said)
    return [
        *(f"/console/notices/{one.subject_id}/" for one in notices.values()),
        *(reverse("console:statement_correct", args=[one.number]) for one in notices.values()),
        *(f"/console/notices/compose/{one.name}/" for one in every_kind()),
        reverse("console:broadcast", args=[said.number]),
        *_uploads(),
        "/console/calendar/?profile=domestic&year=2026",
    ]


def looked_at(client: Client) -> Iterator[Page]:
    """Yield the pages that a form answers with: a notice before publishing, a calendar compared."""
    for kind in (one for one in every_kind() if not one.automatic):
        path = reverse("console:notice_compose", args=[kind.name])
        values = {f"title_{code}": said for code, said in (("zh", CHINESE), ("en", ENGLISH))}
        payload = form_values(kind, _payload(kind))
        answer = press(client, path, "confirm", body_zh=CHINESE, **values, **payload)
        yield f"{path}?looked", html_of(answer)
    # A year that nobody has loaded: all its days are differences.
    path = f"{reverse('console:calendar_load')}?profile=domestic&year=2023"
    yield f"{path}&looked", html_of(client.post(path, {"text": "", "step": "look"}))


def _world() -> Statement:
    """Return an incident of a service with a long name, beside products, rules and calendars."""
    world()
    for number, code in enumerate(PRODUCTS):
        named = text(f"{CHINESE[:28]}{number:02}", f"{ENGLISH[:56]} {number:02}")
        Product.objects.create(code=code, name=named, profile=profile_of("domestic"))
    for code in PRODUCTS[:8]:
        rule_add(category="micro", product=code, cycle="T+1")
    service = make_component(CHINESE, ENGLISH, group=make_group(CHINESE), description=WIDE["text"])
    return open_incident(service, name=NAME)


def _notices() -> dict[str, Statement]:
    """Return a notice of each kind, by its name."""
    return {kind.name: _published(kind) for kind in every_kind()}


def _published(kind: NoticeKind) -> Statement:
    audience = PRICED if kind.name in ("fee_change", "price_list", "promotion") else AUDIENCE
    return publish(kind.name, _payload(kind), title=NAME, body=WIDE["text"], audience=audience)


def _payload(kind: NoticeKind) -> dict[str, Any]:
    """Return a right payload whose texts, names and amounts are as long as they may be."""
    given = right_payload(kind.name)
    wide = {
        one.name: WIDE[one.value.name]
        for one in kind.fields
        if one.value.name in WIDE and given.get(one.name) is not None
    }
    return {**given, **wide, **OWN.get(kind.name, {})}


def _prices() -> str:
    """Return two prices for each product: up to an amount, and above it."""
    one = "小微商户\t{}\t贷记卡\t银联二维码\t0.{}%封顶{}+3\t{}\t{}\t餐饮娱乐"
    tiers = (("", AMOUNT), (AMOUNT, ""))
    return "\n".join(
        one.format(code, number + 10, AMOUNT, *tier)
        for number, code in enumerate(PRODUCTS)
        for tier in tiers
    )


def _cells() -> list[dict[str, Any]]:
    told = {"affected": COUNT, "affected_amount": AMOUNT, "open": COUNT, "open_amount": AMOUNT}
    days = [f"2025-02-{number:02}" for number in range(1, 21)]
    return [{"day": day, "category": "industry", **told} for day in days]


OWN: Final[dict[str, dict[str, Any]]] = {
    "price_list": {"prices": _prices()},
    "delay": {"arrives_by": "2025-02-24"},
    "limit_change": {"old_transaction": "888888888888.88"},
    "backlog": {"affected": COUNT, "open": COUNT, "cells": _cells()},
}


def _deliveries(said: Statement) -> None:
    ensure_partition(said.published_at)
    for channel, clear in (("sms", ""), ("email", MAIL)):
        for state in ("pending", "delivered", "failed", "unknown"):
            address = make_address(clear and f"{state}{clear}", channel=channel)
            deliver(said, state, channel=channel, address=address)
    address_suppress(channel="email", clear_address=f"failed{MAIL}", reason="bounced")
    fire(labels={"alertname": "PayoutsLate", **{f"{CODE}{n}": CODE for n in range(5)}})
    make_rule(name=ENGLISH, matchers={"alertname": CODE})
    token_issue(name=CODE, staff=make_staff(username=f"{ACCOUNT}3"), scopes=["read"])


def _uploads() -> list[str]:
    author = make_staff(username=f"{ACCOUNT}4")
    wrong = "phone,language,category,consent_source\n" + f"{CODE},zh,{CODE},\n" * 5
    imported = IMPORTS.receive(name=f"{CODE}.csv", chunks=[wrong.encode()], author=author)
    IMPORTS.read_all()
    rows = lists.text(*(lists.line(amount=CODE, category=CODE, reference=CODE) for _ in range(5)))
    listed = lists.take(rows)
    return [
        reverse("console:subscriber_upload", args=[imported.public_id]),
        reverse("console:transaction_list", args=[listed.public_id]),
    ]
