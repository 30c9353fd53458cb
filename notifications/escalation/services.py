"""Remind staff of each open promise (an update, a postmortem, a report) by its chain."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from functools import partial
from typing import Final

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from notifications.channels import medium as find_medium
from notifications.channels.base import Content
from notifications.channels.media import Medium
from notifications.delivery.alarm_texts import staff_content
from notifications.delivery.staff_words import recipients as alarm_recipients
from notifications.delivery.staff_words import send_to_staff
from notifications.escalation.chain import STAFF, Level, begun
from notifications.escalation.models import Reminder
from notifications.media import EMAIL
from statuspage.incidents.lifecycle import IncidentStatus
from statuspage.incidents.models import Incident
from statuspage.incidents.promises import first_update_by, postmortem_by
from statuspage.lib.database_clock import database_now
from statuspage.lib.punctuation import in_parentheses
from statuspage.monitors.decisions import opening_of
from statuspage.monitors.selectors import waiting_drafts
from statuspage.notices.kinds.yearly_disclosure import YearlyDisclosure
from statuspage.notices.selectors import standing_notices
from statuspage.postmortems.content import POSTMORTEM
from statuspage.regulator.regimes import Regime
from statuspage.regulator.selectors import running
from statuspage.statements.documents import WITHDRAWAL
from statuspage.statements.models import Statement
from statuspage.statements.restoring import restored_at
from statuspage.statements.texts import Text, for_reader, in_each_language, in_language
from statuspage.statements.times import iso

# Reminders end for a postmortem that was never written.
POSTMORTEM_DAYS: Final = 60
LAST_MONTH: Final = 3


class PromiseKind(StrEnum):
    """What was promised."""

    UPDATE = "update"
    FIRST = "first"
    POSTMORTEM = "postmortem"
    REGULATOR = "regulator"
    DISCLOSURE = "disclosure"


@dataclass(frozen=True)
class Promise:
    """An open promise. `by` is when it is due, `url` the path of the console's page."""

    kind: PromiseKind
    subject: str
    name: Text
    by: datetime
    url: str

    @property
    def key(self) -> str:
        """Return what identifies the promise and its time."""
        return f"{self.kind} {self.subject} {iso(self.by)}"


# Reminders are kept for so long, so that each is sent once.
KEPT: Final = timedelta(days=90)
# The settings of those that have a chain of their own.
CHAINS: Final[Mapping[PromiseKind, str]] = {
    PromiseKind.POSTMORTEM: "POSTMORTEM_ESCALATION",
    PromiseKind.REGULATOR: "REGULATOR_ESCALATION",
    PromiseKind.DISCLOSURE: "DISCLOSURE_ESCALATION",
}
# The texts by what was promised: before it is due, and after.
SENTENCES: Final = {
    PromiseKind.UPDATE: (
        _("Due in %(span)s: update on “%(name)s”, promised by %(time)s"),
        _("Overdue by %(span)s: update on “%(name)s”, promised by %(time)s"),
    ),
    PromiseKind.FIRST: (
        _("Due in %(span)s: first update on “%(name)s”, due by %(time)s"),
        _("Overdue by %(span)s: first update on “%(name)s”, due by %(time)s"),
    ),
    PromiseKind.POSTMORTEM: (
        _("Due in %(span)s: postmortem of “%(name)s”, due by %(time)s"),
        _("Overdue by %(span)s: postmortem of “%(name)s”, due by %(time)s"),
    ),
    PromiseKind.REGULATOR: (
        _("Due in %(span)s: report to the regulator on “%(name)s”, due by %(time)s"),
        _("Overdue by %(span)s: report to the regulator on “%(name)s”, due by %(time)s"),
    ),
    PromiseKind.DISCLOSURE: (
        _("Due in %(span)s: “%(name)s”, due by %(time)s"),
        _("Overdue by %(span)s: “%(name)s”, due by %(time)s"),
    ),
}
TWO_HOURS: Final = 120


def promises_remind(now: datetime | None = None) -> int:
    """Remind staff of every promise whose next level is due; return how many there were.

    Levels that began before a restore are skipped: their reminders may have gone out since the
    backup.
    """
    moment, restored = now or database_now(), restored_at()
    return sum(_remind(one, moment, restored) for one in open_promises(moment))


def reminders_forget(now: datetime | None = None) -> None:
    """Delete the records of old reminders."""
    Reminder.objects.filter(told_at__lt=(now or database_now()) - KEPT).delete()


def _remind(promise: Promise, now: datetime, restored: datetime | None) -> bool:
    """Send each recipient one message, however many levels have become due since the last look."""
    chain: Sequence[Level] = getattr(settings, CHAINS.get(promise.kind, "PROMISE_ESCALATION"))
    earlier = begun(chain, promise.by, restored) if restored else ()
    due = [one for one in begun(chain, promise.by, now) if one not in earlier]
    levels = _claim(promise, due, now)
    if not levels:
        return False
    if send_to_staff(promise.key, _addresses(levels), _content(promise, now)):
        return True
    # It certainly reached nobody: the next round tries again.
    minutes = [one.minutes for one in levels]
    Reminder.objects.filter(promise=promise.key, minutes__in=minutes).delete()
    return False


def _claim(promise: Promise, levels: Iterable[Level], now: datetime) -> list[Level]:
    """Return the levels not reminded yet, so that no two workers remind the same one."""
    claimed = []
    for level in levels:
        _row, new = Reminder.objects.get_or_create(
            promise=promise.key, minutes=level.minutes, defaults={"told_at": now}
        )
        if new:
            claimed.append(level)
    return claimed


def _addresses(levels: Iterable[Level]) -> list[tuple[Medium, str]]:
    """Return each recipient once, as far as their media are set up."""
    found: dict[tuple[Medium, str], None] = {}
    mail = find_medium(EMAIL)
    for name in (one for level in levels for one in level.recipients):
        if name == STAFF:
            found |= dict.fromkeys(alarm_recipients())
        elif mail.configured():
            found[mail, name] = None
    return list(found)


def _content(promise: Promise, now: datetime) -> Content:
    """Compose the message: what is due, by when, in how long, and the page to do it on."""

    def what(language: str) -> str:
        values = {
            "name": in_language(promise.name, language),
            "time": f"{timezone.localtime(promise.by):%m-%d %H:%M}",
            "span": _duration(abs(now - promise.by)),
        }
        return str(SENTENCES[promise.kind][now >= promise.by]) % values

    return staff_content(_("[%(operator)s] %(what)s"), what, promise.url)


def _duration(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    if minutes < TWO_HOURS:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    hours = minutes // 60
    return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}


def open_promises(now: datetime) -> list[Promise]:
    """Return every open promise, late or not."""
    later = (_first_publications, _postmortems, _reports, _disclosure)
    return [*_updates(), *(promise for find in later for promise in find(now))]


def _updates() -> Iterator[Promise]:
    opened = Incident.objects.exclude(status=IncidentStatus.RESOLVED)
    for one in opened.filter(next_update_by__isnull=False).order_by("pk"):
        if one.next_update_by:
            yield _of_incident(PromiseKind.UPDATE, one, one.next_update_by)


def _first_publications(now: datetime) -> Iterator[Promise]:
    """Yield one for each draft of a monitor that is neither published nor dismissed."""
    for draft in waiting_drafts():
        opening = opening_of(draft, now)
        by = first_update_by(draft.rule.template.impact, draft.detected_at)
        if by:
            url = reverse("console:signal_draft", args=[draft.pk])
            yield Promise(PromiseKind.FIRST, f"draft-{draft.pk}", opening["name"], by, url)


def _postmortems(now: datetime) -> Iterator[Promise]:
    since = now - timedelta(days=POSTMORTEM_DAYS)
    real = Incident.objects.filter(backfilled=False, in_error=False)
    over = real.filter(resolved_at__gte=since).order_by("pk")
    taken_back = Statement.objects.filter(kind=WITHDRAWAL, corrects=OuterRef("pk"))
    published = Statement.objects.filter(~Exists(taken_back), kind=POSTMORTEM)
    for one in over.exclude(public_id__in=published.values("subject_id")):
        day = postmortem_by(one.impact, one.resolved_at) if one.resolved_at else None
        if day:
            midnight = datetime.combine(day, time.max, timezone.get_current_timezone())
            yield _of_incident(PromiseKind.POSTMORTEM, one, midnight.replace(microsecond=0))


def _reports(now: datetime) -> Iterator[Promise]:
    """Yield one for each report to the regulator that has a time and is not marked as done."""
    for standing in running(now):
        for line in standing.owed:
            if line.by:
                about = standing.subject
                subject = f"{about.public_id}-{_of_regime(standing.regime)}{line.duty}"
                name = in_each_language(partial(_under_regime, about.name, standing.regime))
                yield Promise(PromiseKind.REGULATOR, subject, name, line.by, standing.address)


def _of_regime(regime: Regime) -> str:
    """Return what a reminder's key says of the regime; the first one had no need to."""
    return "" if regime == Regime.PAYMENT else f"{regime}-"


def _under_regime(name: Text, regime: Regime) -> str:
    return f"{for_reader(name)}{in_parentheses(regime.label)}"


def _disclosure(now: datetime) -> Iterator[Promise]:
    """Yield last year's disclosure, due by 31 January; not after the first quarter."""
    today = timezone.localdate(now)
    year = today.year - 1
    out = standing_notices(Now()).filter(kind=YearlyDisclosure.name, payload__year=year)
    if today.month > LAST_MONTH or out.exists():
        return
    due = datetime(today.year, 1, 31, 23, 59, 59, tzinfo=timezone.get_current_timezone())
    url = reverse("console:notice_compose", args=[YearlyDisclosure.name])
    name = {"zh-hans": f"{year} 年度信息披露", "en": f"Disclosure for {year}"}
    yield Promise(PromiseKind.DISCLOSURE, str(year), name, due, url)


def _of_incident(kind: PromiseKind, incident: Incident, by: datetime) -> Promise:
    page = "console:postmortem" if kind == PromiseKind.POSTMORTEM else "console:incident"
    url = reverse(page, args=[incident.public_id])
    return Promise(kind, incident.public_id, incident.name, by, url)
