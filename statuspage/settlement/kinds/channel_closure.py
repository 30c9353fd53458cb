"""Channel closed or limited 渠道关闭或限制: which, from when, what instead, what still settles."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from statuspage.notices.audience import Audience
from statuspage.notices.fields import Line, Payload, PayloadField, optional
from statuspage.notices.kind import NoticeKind, register
from statuspage.notices.phrases import short_day, short_start, span
from statuspage.notices.values import DATE, END, MOMENT, TEXT, choice_of
from statuspage.settlement.kinds.payout_days import check_settles
from statuspage.statements.texts import for_reader
from statuspage.statements.times import from_iso


class Closure(TextChoices):
    """How far a channel is out of use."""

    CLOSED = "closed", pgettext_lazy("state of a channel", "Closed")
    LIMITED = "limited", pgettext_lazy("state of a channel", "Limited")


# By what happens to it, and whether its end is known.
BRIEFS: Final[Mapping[tuple[str, bool], str | Promise]] = {
    (Closure.CLOSED, False): _("%(channel)s: closed from %(begin)s until further notice."),
    (Closure.CLOSED, True): _("%(channel)s: closed %(times)s."),
    (Closure.LIMITED, False): _("%(channel)s: limited from %(begin)s until further notice."),
    (Closure.LIMITED, True): _("%(channel)s: limited %(times)s."),
}
AS_USUAL: Final = _("Funds are safe and settle as usual")


@register
class ChannelClosure(NoticeKind):
    """Says what no longer takes payments, and what becomes of those taken before."""

    name = "channel_closure"
    label = _("Channel closed or limited")
    advice = _(
        "Name the channel as merchants see it on the terminal or in the app, and what they can use "
        "instead. Choose the products under “Applicable products” if it concerns only some."
    )
    fields = (
        PayloadField(
            "channel",
            _("Channel"),
            TEXT,
            help=_("For example: UnionPay QR payments, or card payments by credit card."),
        ),
        PayloadField("state", _("Closed or limited"), choice_of(Closure)),
        optional(
            "still_works",
            _("What still works"),
            TEXT,
            help=_("Required if it is limited: up to which amount, for which cards, when."),
        ),
        PayloadField("starts", _("Closed or limited from"), MOMENT),
        optional(
            "ends",
            _("Closed or limited until"),
            END,
            unknown=_("Until further notice"),
            not_before="starts",
            ahead=True,
        ),
        PayloadField(
            "instead",
            _("What to use instead"),
            TEXT,
            help=_("If nothing can replace it, say so."),
        ),
        optional(
            "settles_by",
            _("Earlier transactions settle by"),
            DATE,
            ahead=True,
            help=_("Leave empty if they settle as usual."),
            listed=False,
        ),
        optional("why", _("Reason"), TEXT),
    )
    promises_money = True

    def check(self, payload: Payload, moment: datetime) -> None:
        """Require what still works of a limited channel, and no payout before its last payment."""
        if payload["state"] == Closure.LIMITED and payload["still_works"] is None:
            raise ValidationError({"still_works": _("Enter what still works of it.")})
        if payload["settles_by"] is None:
            return
        if date.fromisoformat(payload["settles_by"]) < _first_day(payload):
            problem = _("This is before it closes: earlier transactions are still being made then.")
            raise ValidationError({"settles_by": problem})

    def check_for(self, audience: Audience, payload: Payload, moment: datetime) -> None:
        """Refuse a day on which nothing is paid to these merchants."""
        check_settles("settles_by", audience, payload, moment)

    def warnings(self, payload: Payload, moment: datetime) -> Sequence[str]:
        """Warn of a closed channel of which something still works."""
        if payload["state"] == Closure.CLOSED and payload["still_works"]:
            return [str(_("It is closed, and something of it still works. Is that right?"))]
        return []

    def lines(self, payload: Payload) -> Sequence[Line]:
        """Return the fields, and what becomes of the transactions before."""
        return [*super().lines(payload), Line(_("Earlier transactions"), _settlement(payload))]

    def brief(self, payload: Payload) -> Iterator[str]:
        """Say which channel, from when to when, what to use, and what becomes of the money."""
        ends = payload["ends"]
        values = {
            "channel": for_reader(payload["channel"]),
            "begin": short_start(payload["starts"]),
            "times": span(payload["starts"], ends) if ends else "",
        }
        yield str(BRIEFS[payload["state"], bool(ends)]) % values
        yield for_reader(payload["still_works"] or {})
        yield for_reader(payload["instead"])
        yield _("Earlier transactions: %(what)s.") % {"what": _settlement(payload)}

    def window(self, payload: Payload) -> tuple[datetime | None, datetime | None]:
        """Return the time for which it is closed or limited."""
        ends = payload["ends"]
        return from_iso(payload["starts"]), from_iso(ends) if ends else None


def _first_day(payload: Payload) -> date:
    return timezone.localdate(from_iso(payload["starts"]))


def _settlement(payload: Payload) -> str:
    """Return what becomes of the transactions before it closed."""
    if payload["settles_by"] is None:
        return str(AS_USUAL)
    return _("Funds are safe and settle by %(day)s") % {"day": short_day(payload["settles_by"])}
