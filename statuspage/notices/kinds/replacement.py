"""Replacement 终端或证书更换: which ones, from when until when, how, at what cost, and if not."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from statuspage.notices.fields import Payload, PayloadField, optional
from statuspage.notices.kind import NoticeKind, register
from statuspage.notices.lead_time import check_lead_time, reason_field
from statuspage.notices.phrases import day_range, money, short_day, some_of
from statuspage.notices.values import DATE, NAMES, PAID, TEXT, choice_of
from statuspage.statements.texts import for_reader
from statuspage.statements.times import midnight

# More would not fit into a message; the page has them all.
NAMES_IN_A_MESSAGE: Final = 3


class Replaced(TextChoices):
    """What is replaced."""

    TERMINAL = "terminal", _("Terminals")
    CERTIFICATE = "certificate", _("Certificates")


BRIEFS: Final[Mapping[str, str | Promise]] = {
    Replaced.TERMINAL: _("Terminals %(names)s are replaced from %(first)s to %(last)s, %(cost)s."),
    Replaced.CERTIFICATE: _(
        "Certificates %(names)s are replaced from %(first)s to %(last)s, %(cost)s."
    ),
}
FREE: Final = _("free of charge")
TOO_SOON: Final = _(
    "This is only %(days)d days ahead; a replacement must be announced at least %(least)d days "
    "before those not replaced stop working, or before it ends. Choose a later day, or enter the "
    "reason: the page will show it."
)


@register
class Replacement(NoticeKind):
    """Announces a campaign in which terminals or certificates are replaced."""

    name = "replacement"
    label = _("Replacement of terminals or certificates")
    fields = (
        PayloadField("what", _("What is replaced"), choice_of(Replaced)),
        PayloadField(
            "names",
            _("Models or certificates"),
            NAMES,
            help=_("One per line, as merchants see them on the terminal or in the system."),
        ),
        PayloadField("starts", _("Replaced from"), DATE),
        PayloadField("ends", _("Replaced until"), DATE, not_before="starts", ahead=True),
        PayloadField(
            "how",
            _("How it is replaced"),
            TEXT,
            help=_("Who comes or where to go, what to bring, and how long it takes."),
        ),
        optional(
            "cost",
            _("Price for the merchant"),
            PAID,
            unknown=FREE,
            help=_("In yuan. Leave empty if it is free of charge."),
        ),
        optional(
            "last_day",
            _("Last day of use of those not replaced"),
            DATE,
            unknown=_("They go on working"),
            not_before="starts",
            ahead=True,
            help=_("Leave empty if they go on working."),
        ),
        PayloadField(
            "otherwise",
            _("What happens to those not replaced"),
            TEXT,
            help=_("For example: no payments from then on; the money already taken is paid out."),
        ),
        reason_field(_("Required if there is too little time. It is shown on the page.")),
    )

    def check(self, payload: Payload, moment: datetime) -> None:
        """Refuse an end of use before the replacement's, or too little time without a reason."""
        last = payload["last_day"]
        if last and last < payload["ends"]:
            problem = _("They would stop working while they are still being replaced.")
            raise ValidationError({"last_day": problem})
        until = last or payload["ends"]
        check_lead_time(payload, until, moment, settings.RETIREMENT_NOTICE_DAYS, TOO_SOON)

    def narrows(self, payload: Payload) -> Mapping[str, Sequence[str]]:
        """Tell those who have one of these models; whose certificates they are is not known."""
        return {"models": payload["names"]} if payload["what"] == Replaced.TERMINAL else {}

    def check_over(self, payload: Payload, now: datetime) -> None:
        """Allow days to come: an old notice of it holds as it is, and promises no money."""

    def brief(self, payload: Payload) -> Iterator[str]:
        """Say what is replaced, when and at what cost, when the others stop, and how."""
        cost = payload["cost"]
        values = {
            "names": some_of(payload["names"], NAMES_IN_A_MESSAGE),
            **day_range(payload["starts"], payload["ends"]),
            "cost": money(cost) if cost else FREE,
        }
        yield str(BRIEFS[payload["what"]]) % values
        if payload["last_day"]:
            day = short_day(payload["last_day"])
            yield _("Those not replaced stop working after %(day)s.") % {"day": day}
        yield for_reader(payload["how"])

    def window(self, payload: Payload) -> tuple[datetime | None, datetime | None]:
        """Return a window from the first day of the replacement to the last day of use."""
        last = date.fromisoformat(payload["last_day"] or payload["ends"])
        starts = midnight(date.fromisoformat(payload["starts"]))
        return starts, midnight(last + timedelta(days=1))
