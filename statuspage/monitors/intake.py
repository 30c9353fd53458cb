"""Store reports from monitors: one row for each signal, one draft for each rule."""

import logging
from collections.abc import Sequence
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
# What a report changes in its signal.
NOTED: Final = (
    *("labels", "summary", "url", "started_at", "ended_at", "last_seen_at"),
    *("rule", "firing", "count", "firings", "draft"),
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class ReportResult:
    """The result of a report; it has no draft where no rule matches or nothing is new."""

    signal: Signal
    rule: SignalRule | None
    draft: SignalDraft | None


def signals_take(reports: Sequence[Report]) -> list[ReportResult]:
    """Store the reports, in one transaction for each rule; a rule may publish at once.

    The results are in the order of the reports.
    """
    now = database_now()
    rules = list(SignalRule.objects.filter(enabled=True))
    matched: dict[SignalRule | None, dict[int, Report]] = {}
    for place, report in enumerate(reports):
        rule = next((one for one in rules if fits(one.matchers, report.labels)), None)
        matched.setdefault(rule, {})[place] = report
    results: dict[int, ReportResult] = {}
    for rule, of_rule in matched.items():
        results |= zip(of_rule, _take(rule, [*of_rule.values()], now), strict=True)
    taken = [results[place] for place in range(len(reports))]
    for draft in {one.draft.pk: one.draft for one in taken if one.draft}.values():
        if draft.state == SignalDraftState.WAITING and draft.rule.auto_publish:
            _publish_by_rule(draft)
    return taken


def _take(rule: SignalRule | None, reports: Sequence[Report], now: datetime) -> list[ReportResult]:
    """Store the reports that match a rule, or none; several, because monitors send by the 1,000."""
    # Publishers take their lock before any row's, so that no two wait for each other.
    with publishing() if rule and rule.auto_publish else transaction.atomic():
        if rule:  # reports to one rule are processed one after the other
            SignalRule.objects.select_for_update().get(pk=rule.pk)
        signals = _stored(reports, now)
        newest = _newest_draft(rule) if rule else None
        results = []
        for report in reports:
            signal = signals[_key(report)]
            begins = _note(signal, report, rule, now)
            draft = _draft_for(rule, newest, report, now, begins=begins) if rule else None
            newest = draft or newest
            signal.draft = draft or signal.draft
            results.append(ReportResult(signal, rule, draft))
        # All of them exist: an upsert, because bulk_update takes seconds for a thousand rows.
        Signal.objects.bulk_create(
            signals.values(),
            update_conflicts=True,
            unique_fields=("source", "fingerprint"),
            update_fields=NOTED,
        )
        for touched in {one.draft.pk: one.draft for one in results if one.draft}.values():
            touched.save()
    return results


def _key(report: Report) -> tuple[str, str]:
    return report.source[:40], report.fingerprint[:120]


def _stored(reports: Sequence[Report], now: datetime) -> dict[tuple[str, str], Signal]:
    """Return the signal of each report, locked; one that is new has never fired."""
    keys = dict.fromkeys(map(_key, reports))
    Signal.objects.bulk_create(
        (
            Signal(
                source=source,
                fingerprint=fingerprint,
                labels={},
                firing=False,
                started_at=now,
                first_seen_at=now,
                last_seen_at=now,
            )
            for source, fingerprint in keys
        ),
        ignore_conflicts=True,
    )
    rows = Signal.objects.select_for_update(of=("self",)).select_related("draft").order_by("pk")
    found = rows.filter(
        source__in={source for source, _ in keys}, fingerprint__in={name for _, name in keys}
    )
    return {key: one for one in found if (key := (one.source, one.fingerprint)) in keys}


def _note(signal: Signal, report: Report, rule: SignalRule | None, now: datetime) -> bool:
    """Write the report into its signal; return whether it newly fires."""
    began = _believed(report.started_at, now)
    again = report.started_at is not None and signal.started_at != began
    begins = report.firing and (not signal.firing or again)
    if begins or not report.firing:
        signal.started_at = began
    signal.labels = dict(report.labels)
    signal.summary, signal.url = report.summary[:500], report.url[:500]
    signal.ended_at = None if report.firing else (report.ended_at or now)
    signal.last_seen_at = now
    signal.rule = rule
    signal.firing = report.firing
    signal.count += 1
    signal.firings += begins
    return begins


def _newest_draft(rule: SignalRule) -> SignalDraft | None:
    rows = rule.drafts.select_for_update(of=("self",)).select_related("incident")
    return rows.first()


def _draft_for(
    rule: SignalRule, draft: SignalDraft | None, report: Report, now: datetime, *, begins: bool
) -> SignalDraft | None:
    """Return the draft that a report belongs to: the rule's newest one, or one that it begins."""
    contradicts = report.firing and draft is not None and _called_over(draft, rule, now)
    if draft is None or contradicts or not _belongs(draft, rule, now, begins=begins):
        if not begins and not contradicts:
            return None
        detected_at = _detected_at(report, draft, now)
        draft = SignalDraft.objects.create(rule=rule, detected_at=detected_at, last_signal_at=now)
    draft.last_signal_at = now
    draft.count += 1
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
