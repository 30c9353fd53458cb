"""Store reports from monitors: one row for each signal, one draft for each rule."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction

from statuspage.incidents.lifecycle import IncidentStatus
from statuspage.lib.database_clock import database_now
from statuspage.monitors.decisions import draft_publish
from statuspage.monitors.matching import Report, fits
from statuspage.monitors.models import Signal, SignalDraft, SignalDraftState, SignalRule
from statuspage.statements.services import publishing

# An older or a future start is not believed: it says little about our detection.
BELIEVED: Final = timedelta(days=1)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class ReportResult:
    """The result of a report; it has no draft where no rule matches or nothing is new."""

    signal: Signal
    rule: SignalRule | None
    draft: SignalDraft | None


def signals_take(reports: Iterable[Report]) -> list[ReportResult]:
    """Store the reports in order of arrival; a rule may publish at once."""
    taken = [_take(one, database_now()) for one in reports]
    fresh = {one.draft.pk: one.draft for one in taken if one.draft}
    for draft in fresh.values():
        if draft.state == SignalDraftState.WAITING and draft.rule.auto_publish:
            _publish_by_rule(draft)
    return taken


def _take(report: Report, now: datetime) -> ReportResult:
    rules = SignalRule.objects.filter(enabled=True)
    rule = next((one for one in rules if fits(one.matchers, report.labels)), None)
    # Publishers take their lock before any row's, so that no two wait for each other.
    with publishing() if rule and rule.auto_publish else transaction.atomic():
        if rule:  # reports to one rule are processed one after the other
            SignalRule.objects.select_for_update().get(pk=rule.pk)
        signal, begins = _note(report, rule, now)
        draft = _draft_for(rule, report, now, begins=begins) if rule else None
        if draft and signal.draft_id != draft.pk:
            signal.draft = draft
            signal.save(update_fields=["draft"])
        return ReportResult(signal, rule, draft)


def _note(report: Report, rule: SignalRule | None, now: datetime) -> tuple[Signal, bool]:
    """Save the report; return the signal and whether it newly fires."""
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
    """Return True if a report belongs to the rule's newest draft, False if it needs a new one."""
    if draft.state == SignalDraftState.WAITING or not begins:
        return True
    incident = draft.incident
    if incident and incident.status != IncidentStatus.RESOLVED:
        return True
    return now - draft.last_signal_at < timedelta(minutes=rule.quiet_minutes)


def _called_over(draft: SignalDraft, rule: SignalRule, now: datetime) -> bool:
    """Return True if the incident was resolved at least the rule's quiet time ago.

    A monitor that still fires then contradicts our public statement, so a new draft is made.
    """
    resolved = draft.incident.resolved_at if draft.incident else None
    return resolved is not None and now - resolved >= timedelta(minutes=rule.quiet_minutes)


def _detected_at(report: Report, last: SignalDraft | None, now: datetime) -> datetime:
    """Return when the problem began, at the earliest when the last incident was resolved."""
    began = _believed(report.started_at, now)
    resolved = last.incident.resolved_at if last and last.incident else None
    return max(began, resolved) if resolved else began


def _believed(began: datetime | None, now: datetime) -> datetime:
    return began if began and now - BELIEVED <= began <= now else now


def _publish_by_rule(draft: SignalDraft) -> None:
    try:
        draft_publish(draft=draft, by=None)
    except ValidationError as error:
        # The draft waits for a decision by staff, as any other.
        logger.error("rule %d could not publish: %s", draft.rule_id, error.code)  # noqa: TRY400
