"""Terminal retirement 终端停用: which models, their last day, and what to use instead."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from statuspage.notices.fields import Payload, PayloadField, optional
from statuspage.notices.kind import NoticeKind, register
from statuspage.notices.phrases import listed, short_day
from statuspage.notices.values import DATE, NAMES, TEXT
from statuspage.statements.texts import for_reader
from statuspage.statements.times import midnight

# More would not fit into a message; the page has them all.
MODELS_IN_A_MESSAGE: Final = 3


@register
class TerminalRetirement(NoticeKind):
    """Says until when models of terminals work."""

    name = "terminal_retirement"
    label = _("Terminal retirement")
    fields = (
        PayloadField(
            "models", _("Models"), NAMES, help=_("One per line, as printed on the terminal.")
        ),
        PayloadField("last_day", _("Last day of use"), DATE, ahead=True),
        PayloadField(
            "instead",
            _("What to use instead"),
            TEXT,
            help=_("Which terminal, how to get it and who pays."),
        ),
        optional(
            "short_notice_reason",
            _("Reason for short notice"),
            TEXT,
            help=_("Required if they stop too soon. It is shown on the page."),
        ),
    )

    def check_over(self, payload: Payload, now: datetime) -> None:
        """Allow a last day to come: an old notice of it holds as it is, and promises no money."""

    def check(self, payload: Payload, moment: datetime) -> None:
        """Refuse an end too soon, without a reason: merchants must get another terminal."""
        last = date.fromisoformat(payload["last_day"])
        days = (last - timezone.localdate(moment)).days
        if days >= settings.RETIREMENT_NOTICE_DAYS or payload["short_notice_reason"] is not None:
            return
        problem = _(
            "This is only %(days)d days ahead; the end of a terminal must be announced at least "
            "%(least)d days ahead. Choose a later day, or enter the reason: the page will show it."
        )
        values = {"days": days, "least": settings.RETIREMENT_NOTICE_DAYS}
        raise ValidationError({"short_notice_reason": problem % values})

    def brief(self, payload: Payload) -> Iterator[str]:
        """Say which models, until when, and what to do."""
        models = payload["models"]
        names = listed(models[:MODELS_IN_A_MESSAGE])
        if more := len(models[MODELS_IN_A_MESSAGE:]):
            names = _("%(names)s and %(more)d more") % {"names": names, "more": more}
        values = {"models": names, "day": short_day(payload["last_day"])}
        yield _("Terminals %(models)s stop working after %(day)s.") % values
        yield for_reader(payload["instead"])

    def window(self, payload: Payload) -> tuple[datetime | None, datetime | None]:
        """Return a window that lasts until the end of the last day."""
        return None, midnight(date.fromisoformat(payload["last_day"]) + timedelta(days=1))
