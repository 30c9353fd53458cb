"""The drafts of one rule, locked, while reports are entered into them."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q, Subquery

from statuspage.incidents.lifecycle import IncidentStatus
from statuspage.monitors.drafting import (
    Place,
    Standing,
    Turn,
    detected,
    place_of,
    place_of_found,
)
from statuspage.monitors.models import Signal, SignalDraft, SignalDraftState, SignalRule
from statuspage.monitors.selectors import published_in_error


class DraftBook:
    """The newest draft of a rule, and those of the signals; the rule's own row must be locked."""

    def __init__(self, rule: SignalRule, signals: Iterable[Signal], now: datetime) -> None:
        self.rule, self._now = rule, now
        own = {one.draft_id for one in signals if one.draft_id}
        newest = SignalDraft.objects.filter(rule=rule).order_by("-pk").values("pk")[:1]
        rows = SignalDraft.objects.select_for_update(of=("self",)).select_related("incident")
        found = rows.filter(Q(pk__in=own) | Q(pk=Subquery(newest))).order_by("pk")
        self._drafts = {one.pk: one for one in found}
        for one in self._drafts.values():
            if one.rule_id == rule.pk:
                one.rule = rule
        self._errors = published_in_error(
            one.incident for one in self._drafts.values() if one.incident
        )
        of_rule = [one for one in self._drafts.values() if one.rule_id == rule.pk]
        self._newest = of_rule[-1] if of_rule else None
        # What this book did to signals: their rows tell of it only once they are saved.
        self._placed_in: dict[int, SignalDraft] = {}
        # By identity: a new one has no number before it is saved.
        self._touched: dict[int, SignalDraft] = {}

    def enter(self, signal: Signal, turn: Turn) -> SignalDraft | None:
        """Return the draft that a report of the signal belongs to, or None, and count it there."""
        own = self._own(signal)
        place = place_of(
            turn,
            own=self._standing(own),
            newest=self._standing(self._newest),
            quiet=timedelta(minutes=self.rule.quiet_minutes),
            now=self._now,
        )
        return self._placed(place, own, signal, changes=turn.changes)

    def find(self, signal: Signal) -> SignalDraft | None:
        """Return the draft of a signal that already fired when the rule began to match it."""
        own = self._own(signal)
        place = place_of_found(own=self._standing(own), newest=self._standing(self._newest))
        return self._placed(place, own, signal, changes=place != Place.OWN)

    def save(self) -> list[SignalDraft]:
        """Save the drafts that reports were entered into, before their signals; return them."""
        for one in self._touched.values():
            one.save(update_fields=["detected_at", "last_signal_at", "count"] if one.pk else None)
        return [*self._touched.values()]

    def _own(self, signal: Signal) -> SignalDraft | None:
        """Return the signal's draft: of this rule, or one that staff rejected."""
        own = self._placed_in.get(signal.pk) or self._drafts.get(signal.draft_id or 0)
        return own if own and (own.rule_id == self.rule.pk or self._is_rejected(own)) else None

    def _placed(
        self, place: Place, own: SignalDraft | None, signal: Signal, *, changes: bool
    ) -> SignalDraft | None:
        chosen = {Place.OWN: own, Place.NEWEST: self._newest, Place.NOWHERE: None}
        draft = chosen[place] if place in chosen else self._begun(signal)
        if draft:
            draft.count += 1
            if changes:
                draft.last_signal_at = self._now
            self._touched[id(draft)] = draft
            self._placed_in[signal.pk] = draft
        return draft

    def _begun(self, signal: Signal) -> SignalDraft:
        """Make the next draft: it began, at the earliest, when the last incident was resolved."""
        incident = self._newest.incident if self._newest else None
        began = detected(signal.started_at, incident.resolved_at if incident else None)
        self._newest = SignalDraft(rule=self.rule, detected_at=began, last_signal_at=self._now)
        return self._newest

    def _standing(self, draft: SignalDraft | None) -> Standing | None:
        if draft is None:
            return None
        incident = draft.incident
        return Standing(
            waiting=draft.state == SignalDraftState.WAITING,
            last_change_at=draft.last_signal_at,
            rejected=self._is_rejected(draft),
            incident_open=incident is not None and incident.status != IncidentStatus.RESOLVED,
            resolved_at=incident.resolved_at if incident else None,
        )

    def _is_rejected(self, draft: SignalDraft) -> bool:
        return draft.state == SignalDraftState.DISMISSED or draft.incident_id in self._errors
