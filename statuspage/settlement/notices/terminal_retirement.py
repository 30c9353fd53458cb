"""Terminal retirement 终端停用: which models, their last day, and what to use instead."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from statuspage.settlement.notices.base import Given, NoticeKind, PayloadField, register
from statuspage.settlement.phrases import joined, listed, short_day
from statuspage.settlement.values import DATE, NAMES, TEXT
from statuspage.statements.canonical import Json
from statuspage.statements.texts import in_language
from statuspage.statements.times import iso

# More would not fit into a message; the page has them all.
MODELS_IN_A_MESSAGE = 3


def brief(payload: Given, language: str) -> str:
    """Which models, until when, and what to do."""
    models = payload["models"]
    names = listed(models[:MODELS_IN_A_MESSAGE])
    if len(models) > MODELS_IN_A_MESSAGE:
        names = _("%(names)s and %(more)d more") % {
            "names": names,
            "more": len(models) - MODELS_IN_A_MESSAGE,
        }
    values = {"models": names, "day": short_day(payload["last_day"])}
    said = _("Terminals %(models)s work until %(day)s, that day included.") % values
    return joined((said, in_language(payload["instead"], language)), language)


def window(payload: Given) -> tuple[Json, Json]:
    """Until the end of the last day."""
    following = date.fromisoformat(payload["last_day"]) + timedelta(days=1)
    return None, iso(timezone.make_aware(datetime.combine(following, time())))


TERMINAL_RETIREMENT = register(
    NoticeKind(
        name="terminal_retirement",
        label=gettext_lazy("Terminal retirement"),
        fields=(
            PayloadField(
                "models",
                gettext_lazy("Models"),
                NAMES,
                help=gettext_lazy("One on each line, as printed on the terminal."),
            ),
            PayloadField("last_day", gettext_lazy("Last day of use"), DATE),
            PayloadField(
                "instead",
                gettext_lazy("What to use instead"),
                TEXT,
                help=gettext_lazy("Which terminal, how to get it, and at whose cost."),
            ),
        ),
        brief=brief,
        window=window,
    )
)
