"""Terminal retirement 终端停用: which models, their last day, and what to use instead."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from statuspage.notices.fields import Payload, PayloadField
from statuspage.notices.kind import NoticeKind, register
from statuspage.notices.lead_time import check_lead_time, reason_field
from statuspage.notices.phrases import short_day, some_of
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
        reason_field(_("Required if they stop too soon. It is shown on the page.")),
    )

    def narrows(self, payload: Payload) -> Mapping[str, Sequence[str]]:
        """Tell those who have one of these models."""
        return {"models": payload["models"]}

    def check_over(self, payload: Payload, now: datetime) -> None:
        """Allow a last day to come: an old notice of it holds as it is, and promises no money."""

    def check(self, payload: Payload, moment: datetime) -> None:
        """Refuse an end too soon, without a reason: merchants must get another terminal."""
        check_lead_time(
            payload,
            payload["last_day"],
            moment,
            settings.RETIREMENT_NOTICE_DAYS,
            _(
                "This is only %(days)d days ahead; the end of a terminal must be announced at "
                "least %(least)d days ahead. Choose a later day, or enter the reason: the page "
                "will show it."
            ),
        )

    def brief(self, payload: Payload) -> Iterator[str]:
        """Say which models, until when, and what to do."""
        names = some_of(payload["models"], MODELS_IN_A_MESSAGE)
        values = {"models": names, "day": short_day(payload["last_day"])}
        yield _("Terminals %(models)s stop working after %(day)s.") % values
        yield for_reader(payload["instead"])

    def window(self, payload: Payload) -> tuple[datetime | None, datetime | None]:
        """Return a window that lasts until the end of the last day."""
        return None, midnight(date.fromisoformat(payload["last_day"]) + timedelta(days=1))
