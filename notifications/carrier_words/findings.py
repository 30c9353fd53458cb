"""What an SMS about a statement would lose or be refused for, in sentences for its author."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import get_language, gettext_noop, pgettext
from django.utils.translation import gettext as _

from notifications.carrier_words.matching import words_in
from notifications.carrier_words.models import CarrierWord
from notifications.channels import medium, wording
from notifications.channels.base import Bulletin
from notifications.channels.links import links_in
from notifications.channels.media import labels
from notifications.delivery.audience import channels_for
from notifications.delivery.by_route import texts_by_route
from notifications.delivery.render import bulletin_of
from notifications.media import SMS
from notifications.templates.selectors import registered
from statuspage.statements.texts import CHINESE, LANGUAGES

MAINLAND_ROUTE: Final = "86"
SIGNATURE: Final = re.compile(r"^【[^【】]*】")
# Whether it is refused, and whether only one of the carriers does so.
SENTENCES: Final = {
    (True, False): gettext_noop("Carriers refuse SMS with “%(word)s”."),
    (True, True): gettext_noop("%(carrier)s refuses SMS with “%(word)s”."),
    (False, False): gettext_noop("Carriers restrict SMS with “%(word)s”."),
    (False, True): gettext_noop("%(carrier)s restricts SMS with “%(word)s”."),
}


@dataclass(frozen=True)
class SmsFinding:
    """One sentence; `refused` where carriers do not deliver the SMS at all."""

    sentence: str
    refused: bool = False

    def __str__(self) -> str:
        return self.sentence


def sms_findings(document: Mapping[str, Any]) -> list[SmsFinding]:
    """Return what is found in the SMS of a statement or a draft; nothing where none is sent."""
    if SMS not in channels_for(document):
        return []
    return [*_words(document), *_links(document)]


def _words(document: Mapping[str, Any]) -> list[SmsFinding]:
    """Return the words that the SMS to the mainland has, for the providers in use."""
    mine = medium(SMS)
    senders = mine.able(MAINLAND_ROUTE) or [mine.leading(MAINLAND_ROUTE)]
    text = "\n".join(_said(bulletin_of(document, language)) for language in LANGUAGES)
    others = {one.name for one in mine.providers} - {one.name for one in senders}
    rows = CarrierWord.objects.exclude(carrier__in=others)
    return [_finding(one) for one in words_in(text, rows)]


def _said(bulletin: Bulletin) -> str:
    """Return what an SMS says; its author cannot help the operator's name and signature."""
    home = texts_by_route(medium(SMS), bulletin, [], registered())[0]
    # Each of them may be the one that sends it.
    text = "\n".join(one.content.text for one in home.texts if one.content.text)
    if not text:
        # It waits for a template, and may go out by one with all of its words.
        brief = wording.in_brief(bulletin, SMS)
        text = f"{brief.name}\n{brief.body}"
    return SIGNATURE.sub("", text).replace(bulletin.operator, "")


def _finding(one: CarrierWord) -> SmsFinding:
    refused = one.effect == CarrierWord.Effect.REFUSED
    values = {"word": one.word, "carrier": labels().get(one.carrier, one.carrier)}
    said = SENTENCES[refused, bool(one.carrier)]
    parts = [_(said) % values]
    if one.instead:
        parts.append(_("Write “%(instead)s” instead.") % {"instead": one.instead})
    return SmsFinding(_joined([*parts, one.note]), refused)


def _links(document: Mapping[str, Any]) -> list[SmsFinding]:
    found: dict[str, None] = {}
    for language in LANGUAGES:
        said = wording.in_brief(bulletin_of(document, language), SMS)
        found |= dict.fromkeys(links_in(f"{said.name} \n {said.body}"))
    if not found:
        return []
    values = {"links": pgettext("between names", ", ").join(found)}
    return [SmsFinding(_("Links are left out of SMS: %(links)s.") % values)]


def _joined(parts: Sequence[str]) -> str:
    return ("" if (get_language() or CHINESE) == CHINESE else " ").join(filter(None, parts))
