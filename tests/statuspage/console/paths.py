"""An existing page for every address of the console."""

from datetime import date, time, timedelta
from uuid import uuid4

from django.urls import reverse
from django.utils import timezone

from notifications.carrier_words.models import CarrierWord
from notifications.delivery.models import Delivery, Hold
from notifications.delivery.partitions import ensure_partition
from notifications.delivery.resolve import NEVER
from notifications.subscribers.services.importing import IMPORTS
from notifications.templates.models import Template as ProviderTemplate
from statuspage.approvals.models import Proposal, Recipe
from statuspage.approvals.proposals import propose
from statuspage.approvals.recipes import PreparedStep, recipe_begin
from statuspage.components.models import Component
from statuspage.console.urls import urlpatterns
from statuspage.incidents.models import Recurrence, Template
from statuspage.incidents.recurrence import Frequency, RecurrenceRule
from statuspage.incidents.services.incidents import incident_update
from statuspage.incidents.services.maintenances import maintenance_schedule
from statuspage.incidents.services.series import recurrence_create
from statuspage.monitors.models import SignalDraft
from statuspage.notices.kind import notice_kind
from statuspage.notices.services import NoticeDraft, notice_publish
from statuspage.regulator.cases import case_open
from statuspage.regulator.models import PrivateCase
from statuspage.staff.models import ApiToken
from statuspage.staff.services import token_issue
from statuspage.statements.models import Statement
from tests.factories import (
    incident_of,
    make_address,
    make_component,
    make_staff,
    open_incident,
    text,
)
from tests.statuspage.monitors.factories import fire, make_rule
from tests.statuspage.settlement.affected import lists

HOLD_ACTS = ("hold_look", "hold_release", "hold_discard")
COMPOSING = (
    "incident_backfill",
    "incident_compose",
    "incident_resolve",
    "incident_update",
    "maintenance_compose",
    "maintenance_update",
    "maintenance_reschedule",
    "maintenance_cancel",
    "notice_compose",
    "statement_correct",
    "statement_withdraw",
)


def names() -> list[str]:
    """Return the name of every address, in order."""
    return [str(one.name) for one in urlpatterns]


def example_paths() -> dict[str, str]:
    """Opens an incident, plans a maintenance and publishes a notice; their pages, by name."""
    incident = open_incident(make_component())
    maintenance = plan(make_component("商户后台", "Merchant portal"))
    notice = notice_publish(
        kind="delay",
        title=text("公告", "Notice"),
        body=text("公告", "Notice"),
        payload={"transactions_from": "2025-02-20T00:00:00+08:00"},
        author=None,
    )
    listed = lists.take(lists.text(lists.line(phone="x")), incident=incident.subject_id).public_id
    imported = IMPORTS.receive(name="a.csv", chunks=[b"phone\n"], author=None)
    token_issue(name="waits", staff=make_staff("approver"), scopes=["alone"])
    token = ApiToken.objects.latest("pk")
    on_hold = held(make_component("分账", "Split payments")).pk
    ids = {"incident": incident, "maintenance": maintenance, "notice": notice}
    arguments: dict[str, list[object]] = {
        "incident_update": [incident.subject_id],
        "incident_reopen": [resolved().subject_id],
        "incident_resolve": [incident.subject_id],
        "postmortem": [incident.subject_id],
        "incident_regulator": [incident.subject_id],
        "regulator_case": [opened_case().public_id],
        "maintenance_update": [maintenance.subject_id],
        "maintenance_reschedule": [maintenance.subject_id],
        "maintenance_cancel": [maintenance.subject_id],
        "notice_compose": ["fee_waiver"],
        "notice_proposal": [proposed().pk],
        "statement_correct": [incident.number],
        "statement_withdraw": [incident.number],
        "broadcast": [incident.number],
        "broadcast_progress": [incident.number],
        "broadcast_export": [incident.number],
        "recipe": [drafted().pk],
        "recurrence_end": [1],
        "recurrence_edit": [series().pk],
        "recurrence_skip": [1, "2026-03-08"],
        "recurrence_take_back": [1, "2026-03-08"],
        "draft_discard": [1],
        "draft_restore": [1],
        "subscriber": [make_address().subscriber.public_id],
        "subscriber_known": [make_address().subscriber.public_id],
        "subscriber_erasure": [make_address().subscriber.public_id],
        "subscriber_upload": [imported.public_id],
        "subscriber_problems": [imported.public_id],
        "session_revoke": [1],
        "carrier_word": [CarrierWord.objects.latest("pk").pk],
        "token_revoke": [1],
        "token_decide": [token.pk],
        "person": [token.staff_id],
        "person_confirm": [token.staff_id],
        "welcome": ["MQ", "x"],
        **{name: [on_hold] for name in ("held_broadcast", *HOLD_ACTS)},
        "dead_letter": [undecided(incident).pk],
        "quarantine_resend": ["failing"],
        "signal_draft": [reported().pk],
        **{
            name: [make_rule(name="PayoutsLate").pk]
            for name in ("signal_rule", "signal_rule_confirm")
        },
        **{
            name: [prepared().pk] for name in ("template_edit", "template_order", "template_remove")
        },
        "provider_template_edit": [approved().pk],
        "transaction_list": [listed],
        "transaction_problems": [listed],
        **{name: [statement.subject_id] for name, statement in ids.items()},
    }
    return {name: reverse(f"console:{name}", args=arguments.get(name)) for name in names()}


def approved() -> ProviderTemplate:
    """Return a template that Aliyun refused, with its reason."""
    return ProviderTemplate.objects.create(
        provider="aliyun",
        provider_id="SMS_1",
        kind="notice.delay",
        language="zh-hans",
        text="到账延迟通知：${from}起的交易到账延迟。公告${number}号，验真码${code}。",
        fields={"from": "from", "number": "number", "code": "code"},
        state="refused",
        reason="变量过多",
    )


def drafted() -> Recipe:
    """Return a set of drafts with one step."""
    step = PreparedStep("regulator", text("报送数据", "Figures"))
    given = {"token": uuid4(), "staff": make_staff(), "name": text("延迟", "Late")}
    return recipe_begin(**given, steps=[step])[0]


def opened_case() -> PrivateCase:
    """Return a case without a public incident."""
    facts = {"regime": "leak", "cause": "leak", "detail": "导出文件外泄。"}
    given = {"token": uuid4(), "title": "导出文件", "known_at": timezone.now()}
    return case_open(by=make_staff(), **given, **facts)[0]


def prepared() -> Template:
    """Return words for a correction."""
    return Template.objects.create(use="correction", title="更正", body=text("有误。"))


def resolved() -> Statement:
    """Return the opening of an incident that is resolved."""
    opened = open_incident(make_component())
    update = {"status": "resolved", "body": text("已恢复", "Restored")}
    incident_update(incident=incident_of(opened), author=None, **update)
    return opened


def reported() -> SignalDraft:
    """Return what a monitor reports, waiting for somebody to confirm it."""
    make_rule()
    return fire().draft


def undecided(statement: Statement) -> Delivery:
    """Return a delivery of which nobody can tell whether it arrived."""
    ensure_partition(statement.published_at)
    now = timezone.now()
    return Delivery.objects.create(
        statement=statement,
        published_at=statement.published_at,
        address=make_address(),
        channel="sms",
        language="zh-hans",
        state="unknown",
        due_at=NEVER,
        first_tried_at=now,
        created_at=now,
        updated_at=now,
    )


def held(component: Component) -> Hold:
    """Return a hold on a broadcast whose recipients nobody had found when it was backed up."""
    broadcast = open_incident(component).broadcast
    broadcast.state = "held"
    broadcast.save()
    return Hold.objects.create(broadcast=broadcast)


def proposed() -> Proposal:
    """Return a change of the calendar that waits for a second person."""
    kind = notice_kind("calendar_change")
    payload = {
        "profile": "domestic",
        "first_day": "2026-09-21",
        "last_day": "2026-09-21",
        "day_kind": "statutory_holiday",
    }
    written = NoticeDraft(
        kind=kind,
        title=text("临时休市", "Special closure"),
        body=text("防汛。", "Flood."),
        payload=kind.clean(payload),
        audience={"categories": [], "products": [], "agents": False},
    )
    return propose(token=uuid4(), draft=written, staff=make_staff())


def series() -> Recurrence:
    """Return a series of recurring maintenance."""
    return recurrence_create(
        name=text("例行维护", "Routine maintenance"),
        body=text("商户后台暂停登录。", "The portal is closed."),
        components=[],
        rule=RecurrenceRule(Frequency.WEEKLY, date(2026, 3, 8), time(2)),
        minutes=60,
        ahead_days=14,
        automatic=False,
        author=make_staff(),
    )


def plan(component: Component) -> Statement:
    """Return the announcement of a maintenance for tomorrow."""
    start = timezone.now() + timedelta(days=1)
    return maintenance_schedule(
        name=text("维护", "Maintenance"),
        body=text("维护", "Maintenance"),
        components=[component.public_id],
        scheduled_for=start,
        scheduled_until=start + timedelta(hours=1),
        short_notice_reason=text("紧急修补。", "An urgent fix."),
        author=None,
    )
