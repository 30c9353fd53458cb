"""Try a rule on what was reported in the last 24 hours, by the decisions that reports get."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q

from statuspage.lib.database_clock import database_now
from statuspage.monitors.drafting import (
    Place,
    Standing,
    detected,
    is_over,
    place_of,
    place_of_found,
    turn_of,
)
from statuspage.monitors.matching import first_fitting, fits
from statuspage.monitors.models import Signal, SignalChange, SignalRule
from statuspage.monitors.selectors import rules_in_use

SPAN: Final = timedelta(hours=24)


@dataclass(frozen=True)
class Event:
    """A signal began to fire, or ended; `reports` came from then until its next event."""

    signal: int
    at: datetime
    firing: bool
    mark: str
    started_at: datetime
    reports: int
    # It fired before the span of the trial began.
    found: bool = False


@dataclass
class TriedDraft:
    """A draft that the rule would have made, had nobody decided on it."""

    detected_at: datetime
    made_at: datetime
    last_change_at: datetime
    reports: int = 0
    signals: set[int] = field(default_factory=set)
    firing: set[int] = field(default_factory=set)
    # When it would have closed by itself: everything over, and quiet. None: it would still wait.
    closed_at: datetime | None = None


@dataclass(frozen=True)
class Trial:
    """What a rule would have made of the last 24 hours."""

    since: datetime
    drafts: Sequence[TriedDraft]
    # How many signals match, and how many of those an earlier rule takes.
    matching: int
    taken_by_others: int


def rule_try(rule: SignalRule, now: datetime | None = None) -> Trial:
    """Return what the rule, saved or not, would have made; nothing is stored."""
    moment = now or database_now()
    since = moment - SPAN
    others = [one for one in rules_in_use() if one.pk != rule.pk]
    order = sorted([*others, rule], key=lambda one: (one.position, one.pk or float("inf")))
    matching: set[int] = set()
    taken: set[int] = set()
    events = []
    for event, labels in _history(since, moment):
        if not fits(rule.matchers, labels):
            continue
        matching.add(event.signal)
        if first_fitting(order, labels) is rule:
            events.append(event)
        else:
            taken.add(event.signal)
    drafts = replay(events, timedelta(minutes=rule.quiet_minutes), moment)
    return Trial(since, drafts, len(matching), len(taken))


def replay(events: Iterable[Event], quiet: timedelta, now: datetime) -> list[TriedDraft]:
    """Return the drafts that these events would have made; pure.

    Nobody decided on them, so each closes once everything is over and quiet.
    """
    drafts: list[TriedDraft] = []
    known: dict[int, tuple[bool, str]] = {}
    own: dict[int, TriedDraft] = {}
    for event in sorted(events, key=lambda one: one.at):
        newest = drafts[-1] if drafts else None
        _close(newest, quiet, event.at)
        draft = _draft_of(event, known.get(event.signal, (False, "")), own, newest, quiet)
        known[event.signal] = (event.firing, event.mark)
        if draft is None:
            continue
        if draft is not newest and draft not in drafts:
            drafts.append(draft)
        own[event.signal] = draft
        _enter(draft, event)
    _close(drafts[-1] if drafts else None, quiet, now)
    return drafts


def _draft_of(
    event: Event,
    before: tuple[bool, str],
    own: dict[int, TriedDraft],
    newest: TriedDraft | None,
    quiet: timedelta,
) -> TriedDraft | None:
    mine = own.get(event.signal)
    if event.found:
        place = place_of_found(own=_standing(mine), newest=_standing(newest))
    else:
        turn = turn_of(
            was_firing=before[0], old_mark=before[1], firing=event.firing, mark=event.mark
        )
        standings = {"own": _standing(mine), "newest": _standing(newest)}
        place = place_of(turn, **standings, quiet=quiet, now=event.at)
    began = detected(event.started_at, None)
    chosen = {Place.OWN: mine, Place.NEWEST: newest, Place.NOWHERE: None}
    return chosen[place] if place in chosen else TriedDraft(began, event.at, event.at)


def _enter(draft: TriedDraft, event: Event) -> None:
    draft.reports += event.reports
    draft.signals.add(event.signal)
    draft.last_change_at = event.at
    (draft.firing.add if event.firing else draft.firing.discard)(event.signal)


def _close(draft: TriedDraft | None, quiet: timedelta, now: datetime) -> None:
    if draft is None or draft.closed_at:
        return
    if is_over(draft.last_change_at, firing=bool(draft.firing), quiet=quiet, now=now):
        draft.closed_at = draft.last_change_at + quiet


def _standing(draft: TriedDraft | None) -> Standing | None:
    if draft is None:
        return None
    return Standing(waiting=draft.closed_at is None, last_change_at=draft.last_change_at)


def _history(since: datetime, now: datetime) -> Iterator[tuple[Event, dict[str, str]]]:
    """Yield what signals did since then, each with the labels that it had."""
    rows: dict[int, list[SignalChange]] = {}
    for row in SignalChange.objects.order_by("at", "pk").filter(at__lte=now).iterator():
        rows.setdefault(row.signal_id, []).append(row)
    known = Signal.objects.filter(Q(pk__in=[*rows]) | Q(firing=True))
    for signal in known.only("labels", "firing", "start_mark", "started_at", "count"):
        yield from _of_signal(signal, rows.get(signal.pk, []), since)


def _of_signal(
    signal: Signal, rows: Sequence[SignalChange], since: datetime
) -> Iterator[tuple[Event, dict[str, str]]]:
    before = [row for row in rows if row.at < since]
    fired, told = _at_first(signal, rows, before)
    if fired:
        # How often it was repeated since then nobody knows: at least once.
        at = max(since, told.started_at)
        begun = Event(signal.pk, at, True, told.start_mark, told.started_at, 1, found=True)
        yield begun, told.labels
    ends = [*(row.reports for row in rows[1:]), signal.count]
    for row, end in zip(rows, ends, strict=False):
        if row.at >= since:
            reports = max(1, end - row.reports)
            event = Event(signal.pk, row.at, row.firing, row.start_mark, row.started_at, reports)
            yield event, row.labels


def _at_first(
    signal: Signal, rows: Sequence[SignalChange], before: Sequence[SignalChange]
) -> tuple[bool, Signal | SignalChange]:
    """Return whether the signal fired when the span began, and what tells of it."""
    if before:
        return before[-1].firing, before[-1]
    if rows:  # what first ended had fired before
        return not rows[0].firing, rows[0]
    return signal.firing, signal
