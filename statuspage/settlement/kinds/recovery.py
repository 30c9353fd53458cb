"""Recovery 结算恢复: from a time on, the ordinary rules hold again; the delay is over."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from statuspage.notices.audience import Audience
from statuspage.notices.fields import NOT_KNOWN, Line, Payload, PayloadField, optional
from statuspage.notices.kind import NoticeKind, register
from statuspage.notices.models import Notice
from statuspage.notices.phrases import short_day, short_start
from statuspage.notices.values import DATE, MOMENT, reference_to
from statuspage.settlement.arrival.delays import open_delays
from statuspage.settlement.kinds.payout_days import check_settles
from statuspage.settlement.verbs import Verb, kept_verb, verb_json
from statuspage.statements.authors import Author
from statuspage.statements.canonical import Json
from statuspage.statements.times import from_iso

# By the verb of the rules of its merchants: the label of the date, and the sentence.
BY: Final[Mapping[Verb, str | Promise]] = {
    Verb.CREDIT: _("Delayed payouts arrive by"),
    Verb.PAYOUT: _("Delayed payouts are made by"),
    Verb.SETTLED: _("Delayed payouts are settled by"),
}
SAID: Final[Mapping[Verb, str | Promise]] = {
    Verb.CREDIT: _("Delayed payouts arrive by %(day)s."),
    Verb.PAYOUT: _("Delayed payouts are made by %(day)s."),
    Verb.SETTLED: _("Delayed payouts are settled by %(day)s."),
}


@register
class Recovery(NoticeKind):
    """Ends delays: delays.py reads from the two notices that they are over."""

    name = "recovery"
    label = _("Settlement restored")
    fields = (
        PayloadField("restored_at", _("Restored at"), MOMENT, done=True),
        optional(
            "backlog_by",
            _("Delayed payouts arrive or are made by"),
            DATE,
            unknown=NOT_KNOWN,
            ahead=True,
            help=_("What the merchants’ settlement rule promises."),
        ),
        optional(
            "delay",
            _("Delay notice"),
            reference_to(lambda: [one.notice for one in open_delays()]),
            help=_(
                "None chosen: all delays of the incident; without an incident, all delays for "
                "the same merchants."
            ),
        ),
    )
    promises_money = True

    def check(self, payload: Payload, moment: datetime) -> None:
        """Refuse a recovery before the first transaction that was late."""
        known = open_delays(moment)
        ended = [one for one in known if payload["delay"] in {None, one.notice.public_id}]
        restored = from_iso(payload["restored_at"])
        if ended and all(restored < one.begins for one in ended):
            problem = _("This is before the first of the delayed transactions.")
            raise ValidationError({"restored_at": problem})

    def check_for(self, audience: Audience, payload: Payload, moment: datetime) -> None:
        """Refuse a day on which nothing is paid to these merchants."""
        check_settles("backlog_by", audience, payload, moment)

    def lines(self, payload: Payload) -> Sequence[Line]:
        """Return the fields; the label of the date has the verb of the rules."""
        every = {one.name: one for one in self.fields}
        every["backlog_by"] = replace(every["backlog_by"], label=BY[kept_verb(payload)])
        return [line for name, one in every.items() if (line := one.line(payload.get(name)))]

    def brief(self, payload: Payload) -> Iterator[str]:
        """Say since when, and when late money arrives."""
        moment = short_start(payload["restored_at"])
        yield _("Settlement has been back to normal since %(moment)s.") % {"moment": moment}
        if payload["backlog_by"]:
            day = short_day(payload["backlog_by"])
            yield str(SAID[kept_verb(payload)]) % {"day": day}

    def effect(
        self, notice: Notice, author: Author | None, approver: Author | None
    ) -> Mapping[str, Json]:
        """Return the verb of its merchants' rules, as they are on the day of the recovery."""
        restored = timezone.localdate(from_iso(notice.payload["restored_at"]))
        return verb_json(notice.audience, restored, notice.published_at)
