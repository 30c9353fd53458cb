"""Store reports from monitors: one row for each signal, one draft for each rule."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction

from statuspage.lib.database_clock import database_now
from statuspage.monitors.book import DraftBook
from statuspage.monitors.decisions import draft_publish
from statuspage.monitors.drafting import Turn, believed, turn_of
from statuspage.monitors.matching import Report, first_fitting
from statuspage.monitors.models import (
    Signal,
    SignalChange,
    SignalDraft,
    SignalDraftState,
    SignalRule,
)
from statuspage.monitors.selectors import rules_in_use
from statuspage.monitors.severity import severity_of
from statuspage.statements.services import publishing

# What a report changes in its signal.
NOTED: Final = (
    *("labels", "summary", "url", "started_at", "start_mark", "ended_at", "last_seen_at"),
    *("rule", "firing", "count", "firings", "draft", "severity"),
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
    rules = list(rules_in_use())
    matched: dict[SignalRule | None, dict[int, Report]] = {}
    for place, report in enumerate(reports):
        matched.setdefault(first_fitting(rules, report.labels), {})[place] = report
    results: dict[int, ReportResult] = {}
    for rule, of_rule in matched.items():
        results |= zip(of_rule, _take(rule, [*of_rule.values()], now), strict=True)
    taken = [results[place] for place in range(len(reports))]
    publish_by_rule(one.draft for one in taken if one.draft)
    return taken


def publish_by_rule(drafts: Iterable[SignalDraft]) -> None:
    """Publish those that wait and whose rule publishes by itself; staff decide on the others."""
    for draft in {one.pk: one for one in drafts}.values():
        if draft.state == SignalDraftState.WAITING and draft.rule.auto_publish:
            try:
                draft_publish(draft=draft, by=None)
            except ValidationError as error:
                logger.error("rule %d could not publish: %s", draft.rule_id, error.code)  # noqa: TRY400


def _take(rule: SignalRule | None, reports: Sequence[Report], now: datetime) -> list[ReportResult]:
    """Store the reports that match a rule, or none; several, because monitors send by the 1,000."""
    # Publishers take their lock before any row's, so that no two wait for each other.
    with publishing() if rule and rule.publishes else transaction.atomic():
        if rule:  # reports to one rule are processed one after the other
            SignalRule.objects.select_for_update().get(pk=rule.pk)
        signals = _stored(reports, now)
        book = DraftBook(rule, signals.values(), now) if rule else None
        results, changes = [], []
        for report in reports:
            signal = signals[_key(report)]
            turn = _note(signal, report, now)
            if turn.changes:
                changes.append(_change(signal, now))
            draft = _draft(book, signal, turn) if book else None
            signal.rule, signal.draft = rule, draft or signal.draft
            results.append(ReportResult(signal, rule, draft))
        if book:
            book.save()
        # All of them exist: an upsert, because bulk_update takes seconds for a thousand rows.
        Signal.objects.bulk_create(
            signals.values(),
            update_conflicts=True,
            unique_fields=("source", "fingerprint"),
            update_fields=NOTED,
        )
        SignalChange.objects.bulk_create(changes)
    return results


def _draft(book: DraftBook, signal: Signal, turn: Turn) -> SignalDraft | None:
    """Return the draft of a report; a rule made since the signal began finds it as it is."""
    new_to_rule = signal.rule_id != book.rule.pk or signal.draft_id is None
    found = turn.firing and not turn.begins and new_to_rule
    return book.find(signal) if found else book.enter(signal, turn)


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
    rows = Signal.objects.select_for_update(of=("self",)).order_by("pk")
    found = rows.filter(
        source__in={source for source, _ in keys}, fingerprint__in={name for _, name in keys}
    )
    return {key: one for one in found if (key := (one.source, one.fingerprint)) in keys}


def _note(signal: Signal, report: Report, now: datetime) -> Turn:
    """Write the report into its signal; return what it changes."""
    turn = turn_of(
        was_firing=signal.firing,
        old_mark=signal.start_mark,
        firing=report.firing,
        mark=report.mark,
    )
    if turn.begins:
        # The same firing that comes back after a gap keeps its beginning.
        signal.started_at = believed(report.started_at, now)
    signal.start_mark = report.mark if turn.begins else report.mark or signal.start_mark
    signal.labels, signal.severity = dict(report.labels), severity_of(report.labels)
    signal.summary, signal.url = report.summary[:500], report.url[:500]
    signal.ended_at = None if report.firing else _ended(signal, report, now)
    signal.last_seen_at = now
    signal.firing = report.firing
    signal.count += 1
    signal.firings += turn.begins
    return turn


def _ended(signal: Signal, report: Report, now: datetime) -> datetime:
    """Return when it ended, as far as the monitor's clock can be believed."""
    if signal.ended_at and not signal.firing:
        return signal.ended_at
    said = report.ended_at
    return said if said and signal.started_at <= said <= now else now


def _change(signal: Signal, now: datetime) -> SignalChange:
    return SignalChange(
        signal=signal,
        at=now,
        firing=signal.firing,
        labels=signal.labels,
        start_mark=signal.start_mark,
        started_at=signal.started_at,
        reports=signal.count - 1,
    )
