"""Clarification 辟谣澄清: a rumour or a forged notice, quoted; whether it is true, and why."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from statuspage.notices.fields import Payload, PayloadField, optional
from statuspage.notices.kind import NoticeKind, register
from statuspage.notices.values import TEXT, choice_of
from statuspage.statements.texts import for_reader


class RumourVerdict(TextChoices):
    """The operator's verdict on a rumour."""

    FALSE = "false", _("False")
    PARTLY = "partly_true", _("Partly true")
    TRUE = "true", _("True")


# A word, an amount or a date of which the rest may be missing.
TORN: Final = re.compile(r"(?:[0-9A-Za-z][0-9A-Za-z.,:%/+'\u2019-]*[年月百千万亿]*)+$")
GOES_ON: Final = re.compile(r"[.,:/%+'\u2019-]?\w")
# Enough to recognise it by; the page quotes it whole.
QUOTED: Final = 40
BRIEFS: Final[Mapping[str, str | Promise]] = {
    RumourVerdict.FALSE: _('Rumour: "%(quote)s". This is false: %(why)s'),
    RumourVerdict.PARTLY: _('Rumour: "%(quote)s". Only partly true: %(why)s'),
    RumourVerdict.TRUE: _('Rumour: "%(quote)s". This is true: %(why)s'),
}


@register
class Clarification(NoticeKind):
    """Quotes a rumour and says whether it is true."""

    name = "clarification"
    label = _("Clarification")
    fields = (
        PayloadField(
            "quoted", _("The rumour"), TEXT, help=_("The rumour or forged notice, word for word.")
        ),
        optional("seen", _("Where it was seen"), TEXT),
        PayloadField("verdict", _("True or false"), choice_of(RumourVerdict)),
        PayloadField("why", _("Reason"), TEXT),
    )

    def brief(self, payload: Payload) -> Iterator[str]:
        """Say what the rumour is, whether it is true, and why."""
        quote = " ".join(for_reader(payload["quoted"]).split()).rstrip("。.")
        values = {"quote": _shortened(quote), "why": for_reader(payload["why"])}
        yield str(BRIEFS[payload["verdict"]]) % values


def _shortened(quote: str) -> str:
    """Return a quotation, or its beginning, without half a word, an amount or a date."""
    if len(quote) <= QUOTED:
        return quote
    kept = quote[: QUOTED - 1]
    whole = TORN.sub("", kept) if GOES_ON.match(quote, len(kept)) else kept
    return f"{(whole or kept).rstrip()}…"
