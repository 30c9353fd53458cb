"""The story: two small events long ago, then the crisis, told as it should have been."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from statuspage.components.models import Component
from statuspage.demo.crisis import CRISIS, CRISIS_NAME, Step
from statuspage.demo.reference import MAINTENANCE_BODY
from statuspage.demo.settlement import seed_holiday, seed_payment, seed_warning
from statuspage.incidents.models import Incident, Maintenance
from statuspage.incidents.services.incidents import incident_open, incident_update
from statuspage.incidents.services.maintenances import maintenance_schedule, maintenance_update
from statuspage.settlement.services import notice_publish
from statuspage.staff.models import Staff
from statuspage.statements.models import Statement
from statuspage.statements.services import CORRECTION, statement_correct
from statuspage.statements.texts import Text

CRISIS_DAYS_AGO: Final = 4
# In yuan: what was waived in all, and what has gone back of it so far.
WAIVED: Final = "186420.50"
PAID: Final = ("120000.00", "51880.30")
Clock = Callable[..., datetime]


def seed_story(components: dict[str, Component], author: Staff) -> None:
    """Publish the whole story in the order in which it happened, ending before now."""
    seed_holiday(author, before=_clock(51)(0))
    _old_maintenance(components, author)
    _old_incident(components, author)
    _make_good(_crisis(components, author), author)
    _coming_maintenance(components, author)


def _clock(days_ago: int) -> Clock:
    """Times of one day, in Shanghai."""
    day = timezone.localtime() - timedelta(days=days_ago)

    def at(hour: int, minute: int = 0, days: int = 0) -> datetime:
        moment = day.replace(hour=hour, minute=minute, second=0, microsecond=0)
        return moment + timedelta(days=days)

    return at


def _day(moment: datetime, days: int = 0) -> tuple[str, str]:
    """A date as both languages write it: 2月21日, 21 February."""
    day = moment + timedelta(days=days)
    return f"{day.month}月{day.day}日", f"{day.day} {day:%B}"


def _text(chinese: str, english: str) -> Text:
    return {"zh-hans": chinese, "en": english}


def _incident(statement: Statement) -> Incident:
    return Incident.objects.get(public_id=statement.subject_id)


def _old_maintenance(components: dict[str, Component], author: Staff) -> None:
    at = _clock(50)
    said = maintenance_schedule(
        name=_text("商户后台计划维护", "Planned maintenance of the merchant portal"),
        body=MAINTENANCE_BODY,
        components=[components["portal"].public_id],
        scheduled_for=at(1, days=20),
        scheduled_until=at(3, days=20),
        author=author,
        published_at=at(10),
    )
    for status, moment, body in (
        (
            "in_progress",
            at(1, 0, days=20),
            _text("维护已按时开始。", "The maintenance has started on time."),
        ),
        (
            "completed",
            at(2, 35, days=20),
            _text(
                "维护已提前完成，商户后台恢复访问。",
                "The maintenance is complete ahead of time; the merchant portal is back.",
            ),
        ),
    ):
        maintenance_update(
            maintenance=Maintenance.objects.get(public_id=said.subject_id),
            status=status,
            body=body,
            author=author,
            published_at=moment,
        )


def _old_incident(components: dict[str, Component], author: Staff) -> None:
    at = _clock(17)
    sms = components["sms"].public_id
    said = incident_open(
        name=_text("到账短信延迟", "Payout messages are late"),
        body=_text(
            "14:05起，到账短信平均晚到20分钟。到账本身不受影响，可在商户后台查询。",
            "Since 14:05 messages about payouts come 20 minutes late on average. The payouts "
            "themselves are on time; see the merchant portal.",
        ),
        components={sms: "degraded_performance"},
        next_update_by=at(16, 20),
        started_at=at(14, 5),
        author=author,
        published_at=at(14, 20),
    )
    incident_update(
        incident=_incident(said),
        status="resolved",
        body=_text(
            "一家运营商的通道拥堵已于15:10解除，积压短信已全部补发。",
            "One carrier's congested route was freed at 15:10; every late message has been sent.",
        ),
        author=author,
        published_at=at(15, 18),
    )


def _crisis(components: dict[str, Component], author: Staff) -> Incident:
    """Tell the crisis step by step; returns its incident as it ended."""
    at = _clock(CRISIS_DAYS_AGO)
    ids = {key: component.public_id for key, component in components.items()}
    said = incident_open(
        name=CRISIS_NAME,
        body=CRISIS[0].body,
        components={ids[key]: status for key, status in CRISIS[0].components.items()},
        next_update_by=_promised(CRISIS[0], at),
        started_at=at(10, 42),
        author=author,
        published_at=at(*CRISIS[0].at),
    )
    told = [said]
    for step in CRISIS[1:]:
        if step.status == CORRECTION:
            wrong = told[step.corrects]
            statement_correct(
                statement=wrong, body=step.body, author=author, published_at=at(*step.at)
            )
            _delay_notice(said.subject_id, author, at)
            continue
        update = incident_update(
            incident=_incident(said),
            status=step.status,
            impact=step.impact,
            body=step.body,
            components={ids[key]: status for key, status in step.components.items()},
            next_update_by=_promised(step, at),
            author=author,
            published_at=at(*step.at),
        )
        told.append(update)
    return _incident(said)


def _promised(step: Step, at: Clock) -> datetime | None:
    return at(*step.promised) if step.promised else None


def _delay_notice(incident_id: str, author: Staff, at: Clock) -> None:
    chinese, english = _day(at(12))
    notice_publish(
        kind="delay",
        title=_text(f"关于{chinese}到账延迟的通知", f"Payouts of {english} are late"),
        body=_text(
            f"{chinese}应到账的小微商户 T+1、行业商户 D+1 款项，将在{chinese}24:00前到账。"
            "资金安全，无需申请。之后的交易按原周期结算。",
            f"T+1 payouts to micro merchants and D+1 payouts to industry merchants that were due "
            f"on {english} will arrive by midnight. Funds are safe; no request is needed. Later "
            "transactions are settled as usual.",
        ),
        payload={
            "transactions_from": at(0, days=-1).isoformat(),
            "transactions_until": at(0).isoformat(),
            "arrives_by": at(12).date().isoformat(),
        },
        audience={"categories": ["micro", "industry"]},
        incident_id=incident_id,
        author=author,
        published_at=at(12, 10),
    )


def _make_good(incident: Incident, author: Staff) -> None:
    at = _clock(CRISIS_DAYS_AGO)
    before_zh, before_en = _day(at(12), -1)
    credit_zh, credit_en = _day(at(12), 3)
    notice_publish(
        kind="recovery",
        title=_text("结算已恢复正常", "Settlement is back to normal"),
        body=_text(
            "结算已于15:30恢复：小微商户 T+1，行业商户 D+1。延迟的款项当日已全部补划。",
            "Settlement is back since 15:30: T+1 for micro merchants, D+1 for industry "
            "merchants. Everything that was late has been paid the same day.",
        ),
        payload={
            "restored_at": at(15, 30).isoformat(),
            "backlog_by": at(12).date().isoformat(),
        },
        incident_id=incident.public_id,
        author=author,
        published_at=at(15, 50),
    )
    waiver = notice_publish(
        kind="fee_waiver",
        title=_text("受影响交易手续费全额减免", "Fees on affected transactions are waived in full"),
        body=_text(
            f"{before_zh}的交易，凡因本次故障未按时到账的，手续费全额减免，由本公司承担，"
            f"{credit_zh}前退回结算账户，无需申请。",
            f"Fees on transactions of {before_en} that did not arrive on time because of this "
            f"fault are waived in full. We bear them and return them to your settlement account "
            f"by {credit_en}; no request is needed.",
        ),
        payload={
            "transactions_from": at(0, days=-1).isoformat(),
            "transactions_until": at(0).isoformat(),
            "percent_waived": "100",
            "borne_by": _text("本公司", "The company"),
            "credited_by": at(12, days=3).date().isoformat(),
            "promised_total": WAIVED,
        },
        incident_id=incident.public_id,
        author=author,
        published_at=at(16, 30),
    )
    first, second = PAID
    seed_payment(author, waiver.subject_id, first, at(11, days=1), incident.public_id)
    seed_warning(author, at(9, days=2))
    seed_payment(author, waiver.subject_id, second, at(9, days=3), incident.public_id)


def _coming_maintenance(components: dict[str, Component], author: Staff) -> None:
    at = _clock(1)
    maintenance_schedule(
        name=_text("代理商系统计划维护", "Planned maintenance of the agent system"),
        body=_text(
            "维护期间代理商系统无法登录，进件与分润查询暂停。商户收款与到账不受影响。",
            "During the maintenance nobody can sign in to the agent system: onboarding and "
            "revenue share are not available. Payments and payouts are not affected.",
        ),
        components=[components["agents"].public_id],
        scheduled_for=at(1, days=24),
        scheduled_until=at(4, days=24),
        author=author,
        published_at=at(10),
    )
