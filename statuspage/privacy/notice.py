"""The privacy notice, made from the settings: PIPL, articles 17, 21, 23, 38, 39, 44 to 50.

Its version is the hash of its text in both languages: every change of a setting that it names
makes another one, and a consent says to which one it was given.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Final

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _

from statuspage.statements.texts import CHINESE, LANGUAGES, in_language

VERSION_LENGTH: Final = 12
KEPT: Final = ("DELIVERY_KEEP_DAYS", "ERASED_KEEP_DAYS", "CONSENT_KEEP_DAYS", "BACKUP_KEEP_DAYS")
# What allows a transfer abroad: the cases of article 38.
BASES: Final[dict[str, Promise]] = {
    "assessment": gettext_lazy(
        "The transfer has passed the security assessment of the Cyberspace Administration of China."
    ),
    "certification": gettext_lazy("The transfer is certified by a specialised institution."),
    "contract": gettext_lazy(
        "We have concluded the standard contract of the Cyberspace Administration of China with "
        "the recipient."
    ),
    "exempt": gettext_lazy(
        "By the rules of the Cyberspace Administration of China, this transfer needs no "
        "assessment, certification or standard contract."
    ),
}


@dataclass(frozen=True)
class Recipient:
    """Someone who gets personal information, in the active language.

    `abroad` is the country, empty for mainland China; `contact` is where rights are exercised.
    """

    name: str
    receives: str
    purpose: str
    contact: str
    abroad: str = ""


@dataclass(frozen=True)
class Section:
    """A heading, paragraphs, and a list below them."""

    key: str
    title: str
    paragraphs: Sequence[str]
    items: Sequence[str] = ()


def sections() -> list[Section]:
    """Return the notice in the active language."""
    receiving = recipients()
    return [
        _handler(),
        _purposes(),
        _retention(),
        _recipients([one for one in receiving if not one.abroad]),
        _abroad([one for one in receiving if one.abroad]),
        _rights(),
        _security(),
        _complaints(),
        _changes(),
    ]


def recipients() -> list[Recipient]:
    """Return who gets personal information from the product as it is configured."""
    found: list[Recipient] = import_string(settings.PRIVACY_RECIPIENTS)()
    return found


@cache
def notice_version() -> str:
    """Return the version of the notice that this process shows."""
    content = json.dumps(notice_text(), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:VERSION_LENGTH]


def notice_text() -> dict[str, list[dict[str, Any]]]:
    """Return the whole notice by language, as it is kept to prove what was agreed to."""
    texts = {}
    for language in LANGUAGES:
        with override(language):
            texts[language] = [asdict(one) for one in sections()]
    return texts


def handler_name() -> str:
    """Return the company's registered name in the active language."""
    operator = in_language(settings.OPERATOR_NAME, _language())
    own = settings.PRIVACY_HANDLER if _language() == CHINESE else settings.PRIVACY_HANDLER_EN
    return own or operator


def contact() -> str:
    """Return where to send questions and requests."""
    found: str = settings.PRIVACY_CONTACT or settings.OPERATOR_HOTLINE
    return found


def _language() -> str:
    return get_language() or CHINESE


def _handler() -> Section:
    lines = {
        _("Registered address: %(value)s"): settings.PRIVACY_ADDRESS,
        _("Contact: %(value)s"): contact(),
        _("Personal information protection officer: %(value)s"): settings.PRIVACY_OFFICER,
    }
    return Section(
        "handler",
        _("Who we are"),
        [
            _(
                "%(handler)s (“we”) handles the personal information that you give us on this "
                "status page. This notice says which, what for, for how long, who receives it and "
                "what you can do, as the Personal Information Protection Law of the People's "
                "Republic of China (PIPL) requires."
            )
            % {"handler": handler_name()}
        ],
        [line % {"value": value} for line, value in lines.items() if value],
    )


def _purposes() -> Section:
    return Section(
        "purposes",
        _("What we handle, what for, and on what basis"),
        [
            _(
                "Reading this site needs no personal information: readers get no cookies, and "
                "nothing follows what you read. For notifications we handle the following. None "
                "of it is sensitive personal information, and no decision about you is automated."
            )
        ],
        [
            _(
                "Phone number, e-mail address or WeChat OpenID, and what you chose to hear about: "
                "to send you the service notices that you asked for, and the code that proves the "
                "number is yours. Basis: your consent (PIPL, Article 13(1)(1))."
            ),
            _(
                "Your merchant category, products, terminal models, settlement cycle and province, "
                "if you tell us or our records of your contract have them, and the code of your "
                "agent from these records: to send you only the notices that are for you. Basis: "
                "your consent."
            ),
            _(
                "Your merchant number and the last four digits of your phone on file, if you enter "
                "them: to tell you about your own transactions. Kept only as a keyed hash that "
                "cannot be read back. Basis: your consent."
            ),
            _(
                "Addresses from your merchant contract, if you did not enter them here yourself: "
                "to send you notices about settlement and outages. Basis: your consent as recorded "
                "with the contract."
            ),
            _(
                "A record of each message: when, by which channel and with what result. To answer "
                "your questions and to avoid sending anything twice. Basis: your consent."
            ),
            _(
                "When, how and to which text you consented or withdrew: to prove it (PIPL, "
                "Articles 14 and 69)."
            ),
            _(
                "IP address: to limit abuse, such as many codes being requested. It is never "
                "stored with your subscription."
            ),
        ],
    )


def _retention() -> Section:
    days = {name: getattr(settings, name) for name in KEPT}
    return Section(
        "retention",
        _("How long we keep it"),
        [_("We keep personal information for no longer than it is needed:")],
        [
            _("Your address and choices: until you erase them."),
            _("A sign-up that was not confirmed: 1 day."),
            _(
                "Records of single messages: %(DELIVERY_KEEP_DAYS)d days. After that we keep only "
                "totals."
            )
            % days,
            _(
                "A keyed hash of an erased or stopped address, so that no backup and no list "
                "brings it back: %(ERASED_KEEP_DAYS)d days."
            )
            % days,
            _(
                "The record of consent of an erased address, under its keyed hash and without the "
                "address: %(CONSENT_KEEP_DAYS)d days."
            )
            % days,
            _("Encrypted addresses in backups: up to %(BACKUP_KEEP_DAYS)d days.") % days,
        ],
    )


def _recipients(found: Sequence[Recipient]) -> Section:
    said = _(
        "We do not sell personal information and do not publish it. Those who carry our messages "
        "act for us (PIPL, Article 21) and may use what they receive for nothing else. If we "
        "were to give your information to anyone who uses it for purposes of their own, we would "
        "ask for your separate consent first (Article 23)."
    )
    return Section("recipients", _("Who receives it"), [said], [_said_of(one) for one in found])


def _abroad(found: Sequence[Recipient]) -> Section:
    if not found:
        return Section(
            "abroad",
            _("Transfers abroad"),
            [_("We do not transfer your personal information outside mainland China.")],
        )
    basis = BASES.get(settings.PRIVACY_TRANSFER_BASIS)
    said = _(
        "A recipient below is outside mainland China. We transfer your information only with your "
        "separate consent (PIPL, Article 39), which we ask for when you sign up. You can decline, "
        "and choose another channel; you can withdraw it at any time by stopping the messages."
    )
    return Section(
        "abroad",
        _("Transfers abroad"),
        [said, *([str(basis)] if basis else [])],
        [_said_of(one) for one in found],
    )


def _said_of(one: Recipient) -> str:
    values = asdict(one)
    if one.abroad:
        return (
            _(
                "%(name)s, %(abroad)s. Receives: %(receives)s. Purpose: %(purpose)s. To exercise "
                "your rights there: %(contact)s, or through us."
            )
            % values
        )
    return _("%(name)s. Receives: %(receives)s. Purpose: %(purpose)s.") % values


def _rights() -> Section:
    return Section(
        "rights",
        _("Your rights"),
        [
            _(
                "On the page “Change or stop a subscription” you can do all of this yourself, "
                "with a code to your own phone or mailbox. Or write or call us: we answer within "
                "15 working days, and say why if we refuse (PIPL, Article 50)."
            )
        ],
        [
            _("See and copy your information (Articles 44 and 45)."),
            _("Correct or complete it (Article 46)."),
            _("Have it erased (Article 47)."),
            _(
                "Withdraw your consent: stop the messages, as easily as you signed up (Article "
                "15). What was done until then stays lawful, and nothing else of our service "
                "changes for you."
            ),
            _("Have these rules explained (Article 48)."),
        ],
    )


def _security() -> Section:
    return Section(
        "security",
        _("How we protect it"),
        [
            _(
                "Addresses are encrypted (AES-256-GCM) and found by a keyed hash. Staff see "
                "138****1234. Every access by staff is recorded. This service is for merchants, "
                "not for children under 14."
            )
        ],
    )


def _complaints() -> Section:
    lines = {
        _("Our complaint line: %(value)s"): settings.COMPLAINT_LINE,
        _(
            "Financial consumer hotline of the People's Bank of China: %(value)s"
        ): settings.CONSUMER_HOTLINE,
    }
    return Section(
        "complaints",
        _("Complaints"),
        [
            _(
                "If you are not satisfied with our answer, you may complain to the authorities "
                "that protect personal information (PIPL, Article 65), or sue (Article 50)."
            )
        ],
        [line % {"value": value} for line, value in lines.items() if value],
    )


def _changes() -> Section:
    paragraphs = [
        _(
            "If this notice changes, the change is shown here before it takes effect. If a "
            "purpose, a way of handling or a kind of information changes, we ask for your consent "
            "again. We keep every version that somebody agreed to."
        )
    ]
    if settings.PRIVACY_SINCE:
        since = settings.PRIVACY_SINCE.isoformat()
        paragraphs.append(_("In effect since %(day)s.") % {"day": since})
    return Section("changes", _("Changes"), paragraphs)
