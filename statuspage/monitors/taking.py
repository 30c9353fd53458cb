"""Taking in what monitors report: one row a thing, one draft a rule, however much they flap."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from statuspage.incidents.lifecycle import IncidentStatus
from statuspage.monitors.deciding import draft_publish
from statuspage.monitors.matching import fits
from statuspage.monitors.models import Signal, SignalDraft, SignalRule
from statuspage.monitors.reports import Report
from statuspage.statements.services import publishing

# A monitor's clock, or an alert that fires since last month, says little about our detection.
BELIEVED: Final = timedelta(days=1)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Taken:
    """What became of a report; without a rule for it, and without news, there is no draft."""

    signal: Signal
    rule: SignalRule | None
    draft: SignalDraft | None


def signals_take(reports: Iterable[Report]) -> list[Taken]:
    """Take in reports, in the order in which they came; a rule may publish at once."""
    taken = [_take(one, timezone.now()) for one in reports]
    fresh = {one.draft.pk: one.draft for one in taken if one.draft}
    for draft in fresh.values():
        if draft.state == SignalDraft.State.WAITING and draft.rule.auto_publish:
            _publish_by_rule(draft)
    return taken


def _take(report: Report, now: datetime) -> Taken:
    rule = _rule_for(report)
    # Publishers take their lock before any row's, so that no two wait for each other.
    with publishing() if rule and rule.auto_publish else transaction.atomic():
        if rule:  # reports to one rule go one after the other
            SignalRule.objects.select_for_update().get(pk=rule.pk)
        signal, begins = _note(report, rule, now)
        draft = _draft_for(rule, report, now, begins=begins) if rule else None
        if draft and signal.draft_id != draft.pk:
            signal.draft = draft
            signal.save(update_fields=["draft"])
        return Taken(signal, rule, draft)


def _rule_for(report: Report) -> SignalRule | None:
    """The first that fits."""
    rules = SignalRule.objects.filter(enabled=True)
    return next((one for one in rules if fits(one.matchers, report.labels)), None)


def _note(report: Report, rule: SignalRule | None, now: datetime) -> tuple[Signal, bool]:
    """Write down the report; also whether this is a new firing, and not a repetition."""
    began = _believed(report.started_at, now)
    values = {
        "labels": dict(report.labels),
        "summary": report.summary[:500],
        "url": report.url[:500],
        "started_at": began,
        "ended_at": None if report.firing else (report.ended_at or now),
        "last_seen_at": now,
        "rule": rule,
    }
    signal, new = Signal.objects.select_for_update().get_or_create(
        source=report.source[:40],
        fingerprint=report.fingerprint[:120],
        defaults={**values, "firing": False, "first_seen_at": now},
    )
    again = report.started_at is not None and signal.started_at != began
    begins = report.firing and (new or not signal.firing or again)
    if report.firing and not begins:
        values["started_at"] = signal.started_at
    for name, value in values.items():
        setattr(signal, name, value)
    signal.firing = report.firing
    signal.count += 1
    signal.firings += begins
    signal.save()
    return signal, begins


def _draft_for(
    rule: SignalRule, report: Report, now: datetime, *, begins: bool
) -> SignalDraft | None:
    found = rule.drafts.select_for_update(of=("self",)).select_related("incident")
    draft = found.first()
    contradicts = report.firing and draft is not None and _called_over(draft, rule, now)
    if draft is None or contradicts or not _belongs(draft, rule, now, begins=begins):
        if not begins and not contradicts:
            return None
        draft = SignalDraft(rule=rule, detected_at=_detected_at(report, draft, now))
    draft.last_signal_at = now
    draft.count += 1
    draft.save()
    return draft


def _belongs(draft: SignalDraft, rule: SignalRule, now: datetime, *, begins: bool) -> bool:
    """Whether a report goes with the rule's newest draft, or is something new."""
    if draft.state == SignalDraft.State.WAITING or not begins:
        return True
    incident = draft.incident
    if incident and incident.status != IncidentStatus.RESOLVED:
        return True
    return now - draft.last_signal_at < timedelta(minutes=rule.quiet_minutes)


def _called_over(draft: SignalDraft, rule: SignalRule, now: datetime) -> bool:
    """Whether we said so long ago that it was over that a monitor should have noticed.

    One that still fires then, or again, contradicts us in public: silence would be the worse fault.
    """
    resolved = draft.incident.resolved_at if draft.incident else None
    return resolved is not None and now - resolved >= timedelta(minutes=rule.quiet_minutes)


def _detected_at(report: Report, last: SignalDraft | None, now: datetime) -> datetime:
    """When it began; what was told of before began at the earliest when we called that over."""
    began = _believed(report.started_at, now)
    resolved = last.incident.resolved_at if last and last.incident else None
    return max(began, resolved) if resolved else began


def _believed(began: datetime | None, now: datetime) -> datetime:
    return began if began and now - BELIEVED <= began <= now else now


def _publish_by_rule(draft: SignalDraft) -> None:
    try:
        draft_publish(draft=draft, by=None)
    except ValidationError as error:
        # It waits for somebody, as any other draft.
        logger.error("rule %d could not publish: %s", draft.rule_id, error.code)  # noqa: TRY400
