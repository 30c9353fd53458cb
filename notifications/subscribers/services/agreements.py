"""What someone agrees to at sign-up: the texts, their versions, and proof of it afterwards.

Three consents, each by the version of its text: to the messages, to the privacy notice (PIPL,
articles 14 and 17), and, where an SMS goes through a provider abroad, a separate one to that
transfer (article 39).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from notifications.subscribers.models import AgreedText, Consent
from notifications.subscribers.recipients import sms_abroad
from notifications.subscribers.selectors import indexes_of
from notifications.subscribers.services.subscriptions import CONSENT_TEXT, CONSENT_VERSION
from statuspage.privacy.notice import notice_text, notice_version
from statuspage.statements.texts import LANGUAGES, in_language

HASH_LENGTH: Final = 12
TRANSFER_TEXT: Final = _(
    "I separately agree that my phone number and the text of the messages are passed to "
    "%(name)s (%(abroad)s), outside mainland China, for %(purpose)s. I can exercise my rights "
    "there through %(contact)s or through %(operator)s."
)
# Beside the box by which somebody asks to be called.
CALLS_LABEL: Final = _("Also call me when a critical incident begins")
CALLS_TEXT: Final = _(
    "A short call to this number, at any time of day, and one more if nobody answers. Press 1 to "
    "confirm, or 9 for no more calls."
)

Texts = Mapping[str, Any]


@dataclass(frozen=True)
class Agreement:
    """The versions of what is agreed to; `transfer` is empty where nothing goes abroad."""

    text_version: str
    notice_version: str
    transfer_version: str = ""

    def columns(self) -> dict[str, str]:
        """Return the columns that SignUp and Consent share."""
        return {
            "text_version": self.text_version,
            "notice_version": self.notice_version,
            "transfer_version": self.transfer_version,
        }


def consent_texts() -> dict[str, str]:
    """Return the words beside the box, by language."""
    return _in_each(CONSENT_TEXT, {})


def transfer_texts() -> dict[str, str]:
    """Return the words of the separate consent, by language; nothing where no SMS goes abroad."""
    texts: dict[str, str] = {}
    for language in LANGUAGES:
        with override(language):
            if recipient := sms_abroad():
                texts |= _in_each(TRANSFER_TEXT, vars(recipient), language)
    return texts


def agreement_keep(*, transfer: bool) -> Agreement:
    """Return what is agreed to now, and keep its words for as long as anybody may ask for them."""
    return Agreement(
        _kept(consent_texts(), f"{CONSENT_VERSION}-"),
        _kept(notice_text(), "", notice_version()),
        _kept(transfer_texts(), "transfer-") if transfer else "",
    )


def calls_agreement_keep() -> str:
    """Return the version of the words by which somebody asks to be called, and keep them."""
    labels, texts = _in_each(CALLS_LABEL, {}), _in_each(CALLS_TEXT, {})
    return _kept({one: f"{labels[one]}\n{texts[one]}" for one in texts}, "calls-")


def consents_of(raw: str) -> QuerySet[Consent]:
    """Return the consents of whoever has this address, also after its erasure, newest first.

    It takes the whole address: a mask or a hash finds nothing.
    """
    indexes = indexes_of("".join(raw.split()))
    theirs = Q(address__blind_index__in=indexes) | Q(address=None, blind_index__in=indexes)
    return Consent.objects.filter(theirs).order_by("-pk")


def agreed_words(version: str, language: str) -> str:
    """Return the words of a version in this language; empty if they are not known."""
    found = AgreedText.objects.filter(version=version).values_list("text", flat=True).first()
    words = in_language(found, language) if found else ""
    return words if isinstance(words, str) else ""


def _in_each(text: Promise, values: Mapping[str, Any], *only: str) -> dict[str, str]:
    texts = {}
    for language in only or LANGUAGES:
        with override(language):
            operator = in_language(settings.OPERATOR_NAME, language)
            texts[language] = str(text) % {**values, "operator": operator}
    return texts


def _kept(texts: Texts, prefix: str, version: str = "") -> str:
    """Store texts under their version, by default the hash of their words, and return it."""
    if not texts:
        return ""
    if not version:
        content = "\0".join(f"{language}\0{texts[language]}" for language in sorted(texts))
        version = prefix + hashlib.sha256(content.encode()).hexdigest()[:HASH_LENGTH]
    AgreedText.objects.bulk_create(
        [AgreedText(version=version, text=dict(texts))], ignore_conflicts=True
    )
    return version
