"""The story of story.json: two small past incidents, then a large one with its updates."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from django.utils import timezone

from statuspage.calendar.selectors import calendar_of
from statuspage.calendar.workdays import NotYetPublished
from statuspage.components.models import Component
from statuspage.incidents.models import Incident, Maintenance
from statuspage.incidents.services.incidents import incident_open, incident_update
from statuspage.incidents.services.maintenances import maintenance_schedule, maintenance_update
from statuspage.notices.services import notice_publish
from statuspage.settlement.schedules import Holiday, NoSuchHoliday, holiday_period
from statuspage.staff.models import Staff
from statuspage.statements.models import Statement
from statuspage.statements.services import statement_correct

STORY: Final[dict[str, Any]] = json.loads(
    Path(__file__).with_name("story.json").read_text(encoding="utf-8")
)
# Whose money was late: not that of instant payouts.
LATE: Final = {"categories": ["micro", "industry"], "cycles": ["T+1", "D+1"]}
CRISIS_DAYS_AGO: Final = 4
ANNOUNCED: Final = timedelta(days=7)
# In yuan: what was waived in all, and what has gone back of it so far.
WAIVED: Final = "186420.50"
PAID: Final = ("120000.00", "51880.30")
Clock = Callable[..., datetime]


def seed_story(components: dict[str, Component], author: Staff) -> None:
    """Publish the whole story in the order in which it happened, ending before now."""
    ids = {key: component.public_id for key, component in components.items()}
    _last_holiday(author, before=_clock(51)(0))
    _old_maintenance(ids, author)
    _old_incident(ids, author)
    _make_good(_crisis(ids, author), author)
    at = _clock(1)
    maintenance_schedule(
        **STORY["agents_maintenance"],
        components=[ids["agents"]],
        scheduled_for=at(1, days=24),
        scheduled_until=at(4, days=24),
        author=author,
        published_at=at(10),
    )


def _clock(days_ago: int) -> Clock:
    """Return times of one day, in Shanghai."""
    day = timezone.localtime() - timedelta(days=days_ago)

    def at(hour: int, minute: int = 0, days: int = 0) -> datetime:
        moment = day.replace(hour=hour, minute=minute, second=0, microsecond=0)
        return moment + timedelta(days=days)

    return at


def _publish_notice(
    kind: str,
    published_at: datetime,
    values: Mapping[str, tuple[str, str]] = {},
    **details: Any,
) -> Statement:
    """Publish a notice with its texts; `values` fill them, each in Chinese and in English."""
    texts: dict[str, Any] = {
        part: {
            language: text[language].format(**{name: pair[at] for name, pair in values.items()})
            for at, language in enumerate(("zh-hans", "en"))
        }
        for part, text in STORY["notices"][kind].items()
    }
    return notice_publish(kind=kind, published_at=published_at, **texts, **details)


def _day(moment: datetime) -> tuple[str, str]:
    """Return a date as both languages write it: 2月21日, 21 February."""
    return f"{moment.month}月{moment.day}日", f"{moment.day} {moment:%B}"


def _last_holiday(author: Staff, before: datetime) -> None:
    """Publish the table of the last holiday that was announced before that moment."""
    found = [one for one in _announcements() if one[0] < before]
    if not found:
        return
    announced, holiday, year = max(found)
    # Its words are made from its table.
    notice_publish(
        kind="holiday_schedule",
        published_at=announced,
        payload={"holiday": holiday, "year": year},
        audience={"agents": True},
        author=author,
    )


def _announcements() -> Iterator[tuple[datetime, str, int]]:
    """Yield when each known holiday's schedule was announced: a week ahead."""
    calendar = calendar_of("domestic")
    for year in sorted(calendar.years):
        for holiday in Holiday.values:
            try:
                first = holiday_period(holiday, year, calendar).first
            except (NoSuchHoliday, NotYetPublished):
                continue
            yield timezone.make_aware(datetime.combine(first, time(10))) - ANNOUNCED, holiday, year


def _incident(statement: Statement) -> Incident:
    return Incident.objects.get(public_id=statement.subject_id)


def _old_maintenance(ids: dict[str, str], author: Staff) -> None:
    at = _clock(50)
    said = maintenance_schedule(
        **STORY["portal_maintenance"],
        components=[ids["portal"]],
        scheduled_for=at(1, days=20),
        scheduled_until=at(3, days=20),
        author=author,
        published_at=at(10),
    )
    moments = {"in_progress": at(1, 0, days=20), "completed": at(2, 35, days=20)}
    for status, moment in moments.items():
        maintenance_update(
            maintenance=Maintenance.objects.get(public_id=said.subject_id),
            status=status,
            body=STORY["portal_updates"][status],
            author=author,
            published_at=moment,
        )


def _old_incident(ids: dict[str, str], author: Staff) -> None:
    at = _clock(17)
    said = incident_open(
        **STORY["sms_incident"],
        components={ids["sms"]: "degraded_performance"},
        next_update_by=at(16, 20),
        started_at=at(14, 5),
        author=author,
        published_at=at(14, 20),
    )
    incident_update(
        incident=_incident(said),
        status="resolved",
        body=STORY["sms_resolved"],
        author=author,
        published_at=at(15, 18),
    )


def _crisis(ids: dict[str, str], author: Staff) -> Incident:
    """Tell the crisis step by step; returns its incident as it ended."""
    at = _clock(CRISIS_DAYS_AGO)
    told: list[Statement] = []
    for step in STORY["crisis"]["steps"]:
        said: dict[str, Any] = {
            "body": step["body"],
            "author": author,
            "published_at": at(*step["at"]),
        }
        if "corrects" in step:
            statement_correct(statement=told[step["corrects"]], **said)
            _delay_notice(told[0].subject_id, author, at)
            continue
        said["components"] = {ids[key]: status for key, status in step["components"].items()}
        said["next_update_by"] = at(*step["promised"]) if "promised" in step else None
        said["short"] = step.get("short")
        if not told:
            name = STORY["crisis"]["name"]
            told.append(incident_open(name=name, started_at=at(10, 42), **said))
        else:
            said |= {"status": step["status"], "impact": step.get("impact")}
            told.append(incident_update(incident=_incident(told[0]), **said))
    return _incident(told[0])


def _delay_notice(incident_id: str, author: Staff, at: Clock) -> None:
    _publish_notice(
        "delay",
        at(12, 10),
        {"day": _day(at(12))},
        payload={
            "transactions_from": at(0, days=-1).isoformat(),
            "transactions_until": at(0).isoformat(),
            "arrives_by": at(12).date().isoformat(),
        },
        audience=LATE,
        incident_id=incident_id,
        author=author,
    )


def _make_good(incident: Incident, author: Staff) -> None:
    at = _clock(CRISIS_DAYS_AGO)
    common: dict[str, Any] = {"incident_id": incident.public_id, "author": author}
    _publish_notice(
        "recovery",
        at(15, 50),
        audience=LATE,
        payload={
            "restored_at": at(15, 30).isoformat(),
            "backlog_by": at(12).date().isoformat(),
        },
        **common,
    )
    waiver = _publish_notice(
        "fee_waiver",
        at(16, 30),
        {"before": _day(at(12, days=-1)), "credited": _day(at(12, days=3))},
        payload={
            "transactions_from": at(0, days=-1).isoformat(),
            "transactions_until": at(0).isoformat(),
            "percent_waived": "100",
            "borne_by": STORY["borne_by"],
            "credited_by": at(12, days=3).date().isoformat(),
            "promised_total": WAIVED,
        },
        audience=LATE,
        **common,
    )

    def pay(amount: str, moment: datetime) -> None:
        paid_on = timezone.localdate(moment).isoformat()
        payload = {"of": waiver.subject_id, "amount": amount, "paid_on": paid_on}
        _publish_notice("payout_progress", moment, payload=payload, **common)

    pay(PAID[0], at(11, days=1))
    _publish_notice(
        "security_warning",
        at(9, days=2),
        payload=STORY["warning"],
        audience={"agents": True},
        author=author,
    )
    pay(PAID[1], at(9, days=3))
