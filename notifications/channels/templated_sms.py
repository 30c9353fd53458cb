"""SMS by approved templates: what the clouds of the mainland have in common."""

import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from notifications.channels import filling, sms_text
from notifications.channels.addresses import AddressKind
from notifications.channels.base import Bulletin, Content, Message, MessageTemplate, Note
from notifications.channels.countries import MAINLAND_CODE
from notifications.channels.facts import Facts, facts_of, facts_of_note
from notifications.channels.filling import Values
from notifications.channels.outcomes import BadSignature, NotSent, Reason
from notifications.channels.templated import ABROAD, HOME, NONE, PLACE, TemplatedProvider
from notifications.media import SMS

MAINLAND: Final = re.compile(r"1[3-9]\d{9}", re.ASCII)
# What we send along and get back with every receipt: the delivery and its attempt.
OUR_MARK: Final = re.compile(r"(\d{1,18}):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.ASCII)
LONGEST_TEXT: Final = 500
# No template of the clouds has them: signature brackets, and signs that carriers garble.
REFUSED: Final = re.compile("[【】\u00a5\uffe5★☆]")
# So much of a template must be words: neither cloud takes one that is almost all variables.
LEAST_WORDS: Final = 6


class TemplatedSms(TemplatedProvider):
    """A cloud that sends approved templates behind an approved signature."""

    medium = SMS
    address_kind = AddressKind.PHONE
    longest_callback = 1 << 20
    # The settings with the signature, and with the secret in the callbacks' addresses.
    signature_setting: ClassVar[str]
    token_setting: ClassVar[str]
    variable: ClassVar[re.Pattern[str]]

    def compose(self, bulletin: Bulletin, template: MessageTemplate | None = None) -> Content:
        """Return the filled template behind its signature; nothing without a template."""
        return self._content(template, facts_of(bulletin))

    def compose_note(self, note: Note, template: MessageTemplate | None = None) -> Content:
        """Return a note by its template; nothing without one."""
        return self._content(template, facts_of_note(note))

    def suggested_for(self, language: str) -> Sequence[bool]:
        """Return numbers at home; readers of English also have numbers abroad."""
        return (False, True) if language == "en" else (False,)

    def check_template(self, template: MessageTemplate) -> None:
        """Refuse what no cloud approves: without words, too long, or with signs of its own."""
        super().check_template(template)
        if not template.text:
            raise ValidationError({"text": _("Enter the text, exactly as approved.")})
        if len(template.text) > LONGEST_TEXT:
            problem = _("The text is too long: at most %(limit)d characters.")
            raise ValidationError({"text": problem % {"limit": LONGEST_TEXT}})
        if REFUSED.search(template.text):
            problem = _("Leave out the signature and signs such as ¥ and ★.")
            raise ValidationError({"text": problem})
        words = re.sub(r"[\W\d_]", "", self.variable.sub("", template.text))
        if len(words) < LEAST_WORDS:
            problem = _("The text is almost only variables. Say in words what it is about.")
            raise ValidationError({"text": problem})

    def verify_callback(self, request: HttpRequest) -> None:
        """Compare the secret in the callback's URL: the clouds do not sign what they push."""
        token, given = getattr(settings, self.token_setting), request.GET.get("token", "")
        if not token or not hmac.compare_digest(given.encode(), token.encode()):
            raise BadSignature

    def signature_of(self, template: MessageTemplate) -> str:
        """Return the signature; abroad there is none unless the template has one."""
        own = template.signature
        return own or ("" if template.abroad else str(getattr(settings, self.signature_setting)))

    def data(self, template: MessageTemplate, values: Values) -> Mapping[str, Any]:
        """Return what the provider's API takes for a filled template."""
        raise NotImplementedError

    def _content(self, template: MessageTemplate | None, facts: Facts) -> Content:
        values = self.fill(template, facts) if template else None
        if template is None or values is None:
            return Content(text="", segments=0)
        signature = self.signature_of(template)
        words = filling.text_of(template, values, self.variable)
        text = f"【{signature}】{words}" if signature else words
        data = {**self.data(template, values), "abroad": template.abroad}
        return Content(text=text, segments=sms_text.segments(text), data=data)


def unsuitable(message: Message) -> NotSent | None:
    """Return why a message cannot go by its content, if it cannot: the operator's fault."""
    data = message.content.data
    if "abroad" not in data:
        return NotSent(Reason.NO_TEMPLATE, NONE)
    if bool(data["abroad"]) == message.address.startswith(MAINLAND_CODE):
        return NotSent(Reason.NO_TEMPLATE, HOME if data["abroad"] else ABROAD)
    return None


def mark_of(message: Message) -> str:
    """Return what we send along with a message."""
    return f"{message.delivery_id}:{message.attempt_id}"


def marked(given: str) -> tuple[int, UUID] | None:
    """Return delivery and attempt of what came back; None where it is another program's."""
    found = OUR_MARK.fullmatch(given)
    return (int(found[1]), UUID(found[2])) if found else None


def address_of(number: str, country: str = "") -> str:
    """Return the address of a number as the clouds write it, with or without its country."""
    bare = number.removeprefix("+")
    if country:
        return f"+{country}{bare}"
    return f"{MAINLAND_CODE}{bare}" if MAINLAND.fullmatch(bare) else f"+{bare}"


def text_in(entry: Mapping[str, Any], name: str) -> str:
    """Return a text that the database can store: without NUL or lone surrogates."""
    value = entry.get(name)
    return value if isinstance(value, str) and value.isprintable() else ""


def in_order(text: str) -> list[str]:
    """Return the facts of a suggested text in their order."""
    return PLACE.findall(text)
