"""SMS by approved templates: what the clouds of the mainland have in common."""

import hashlib
import hmac
import json
import re
from abc import abstractmethod
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar, Final
from uuid import UUID

import aiohttp
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import override

from notifications.channels import filling, http, sms_text
from notifications.channels.addresses import AddressKind
from notifications.channels.base import (
    Answer,
    Awaited,
    Bulletin,
    Content,
    Message,
    MessageTemplate,
    Note,
)
from notifications.channels.countries import MAINLAND_CODE
from notifications.channels.fact_values import WORDS
from notifications.channels.facts import Facts, facts_of, facts_of_note
from notifications.channels.filling import Values
from notifications.channels.outcomes import (
    BadSignature,
    Callback,
    Inbound,
    NotAccepted,
    NotSent,
    Outcome,
    ProviderReceipt,
    Reason,
    Refusal,
    Unknown,
    UnreadableCallback,
)
from notifications.channels.phone_numbers import with_plus
from notifications.channels.templated import (
    ABROAD,
    HOME,
    NONE,
    PLACE,
    TemplatedProvider,
    TemplateRefused,
)
from notifications.media import SMS

# What we send along and get back with every receipt: the delivery and its attempt.
OUR_MARK: Final = re.compile(r"(\d{1,18}):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.ASCII)
LONGEST_TEXT: Final = 500
# No template of the clouds has them: signature brackets, and signs that carriers garble.
REFUSED: Final = re.compile("[【】\u00a5\uffe5★☆]")
NOT_NOW: Final = frozenset({Reason.RATE_LIMITED, Reason.QUOTA, Reason.UNAVAILABLE})
# The fact that says everything; WeChat has a field for it.
CATCH_ALL: Final = frozenset({"body"})
BRACES: Final = re.compile("[{}]")
LONGEST_NAME: Final = 30
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
    variable_example: ClassVar[str]
    # What it expects as the answer to what it pushes.
    taken: ClassVar[str]

    @abstractmethod
    async def send_one(self, opened: aiohttp.ClientSession, message: Message) -> Outcome:
        """Send one message that suits its address."""

    @abstractmethod
    async def ask_receipt(self, opened: aiohttp.ClientSession, one: Awaited) -> Answer:
        """Ask what became of one message."""

    @abstractmethod
    def receipt_in(self, entry: Mapping[str, Any]) -> ProviderReceipt | None:
        """Return the receipt of a pushed entry; None where it is none."""

    @abstractmethod
    def inbound_in(self, entry: Mapping[str, Any]) -> Inbound | None:
        """Return the reply of a pushed entry; None where it is none."""

    @abstractmethod
    def data(self, template: MessageTemplate, values: Values) -> Mapping[str, Any]:
        """Return what the provider's API takes for a filled template."""

    async def send(self, batch: Iterable[Message]) -> AsyncIterator[tuple[Message, Outcome]]:
        """Send every message once, many in flight."""
        async with http.session() as opened:
            async for sent in http.each(batch, partial(self._send_suitable, opened)):
                yield sent

    async def _send_suitable(self, opened: aiohttp.ClientSession, message: Message) -> Outcome:
        return unsuitable(message) or await self.send_one(opened, message)

    async def ask_receipts(self, awaited: Sequence[Awaited]) -> Mapping[int, Answer]:
        """Ask for each message by its number: the clouds have no other list."""
        async with http.session() as opened:
            answers = [await self.ask_receipt(opened, one) for one in awaited]
        return {one.delivery_id: answer for one, answer in zip(awaited, answers, strict=True)}

    def parse_callback(self, request: HttpRequest) -> Callback:
        """Read receipts and replies: an array of them, or one alone.

        Skip unreadable entries, so that the others are not lost with them.
        """
        try:
            given = json.loads(request.body)
        except (ValueError, RecursionError) as error:
            raise UnreadableCallback from error
        entries = given if isinstance(given, list) else [given]
        read = [one for one in entries if isinstance(one, dict)]
        receipts = [one for one in map(self.receipt_in, read) if one]
        inbound = [one for one in map(self.inbound_in, read) if one]
        if given != [] and not receipts and not inbound:
            raise UnreadableCallback
        return Callback(receipts, inbound, answer=self.taken, content_type="application/json")

    def compose(self, bulletin: Bulletin, template: MessageTemplate | None = None) -> Content:
        """Return the filled template behind its signature; nothing without a template."""
        return self._content(template, facts_of(bulletin))

    def compose_note(self, note: Note, template: MessageTemplate | None = None) -> Content:
        """Return a note by its template; nothing without one."""
        return self._content(template, facts_of_note(note))

    def suggested_for(self, language: str) -> Sequence[bool]:
        """Return numbers at home, and those abroad: readers of both languages have them."""
        return (False, True)

    def check_template(self, template: MessageTemplate) -> None:
        """Refuse what no cloud approves: without words, too long, or with signs of its own."""
        super().check_template(template)
        if CATCH_ALL & {*template.fields.values()}:
            problem = _("A variable for the whole text is never approved. Use one for each value.")
            raise ValidationError({"fields": problem})
        if not template.text:
            raise ValidationError({"text": _("Enter the text, exactly as approved.")})
        if len(template.text) > LONGEST_TEXT:
            problem = _("The text is too long: at most %(limit)d characters.")
            raise ValidationError({"text": problem % {"limit": LONGEST_TEXT}})
        if REFUSED.search(template.text):
            problem = _("Leave out the signature and signs such as ¥ and ★.")
            raise ValidationError({"text": problem})
        fixed = self.variable.sub("", template.text)
        if BRACES.search(fixed):
            problem = _("Write every variable as this provider does: %(example)s.")
            raise ValidationError({"text": problem % {"example": self.variable_example}})
        names = self.variable.findall(template.text)
        if len(names) != len(set(names)):
            raise ValidationError({"text": _("Use each variable once.")})
        if len(re.sub(r"[\W\d_]", "", fixed)) < LEAST_WORDS:
            problem = _("The text is almost only variables. Say in words what it is about.")
            raise ValidationError({"text": problem})
        if re.search("[【】]", template.signature):
            raise ValidationError({"signature": _("Write the signature without brackets.")})

    def fill(self, template: MessageTemplate, facts: Facts) -> Values | None:
        """Return the values; words are shortened so that the whole message is not too long."""
        values = super().fill(template, facts)
        while values and (over := sms_text.units(self._said(template, values)) - LONGEST_TEXT) > 0:
            values = self._shorter(template, facts, values, over)
        return values

    def _shorter(
        self, template: MessageTemplate, facts: Facts, values: Values, over: int
    ) -> Values | None:
        """Return the values with the longest words so much shorter; None where nothing is left."""
        words = [name for name in values if facts[template.fields[name]].type in WORDS]
        longest = max(words, key=lambda name: sms_text.units(values[name]), default=None)
        if longest is None:
            return None
        room = sms_text.units(values[longest]) - over
        kept = filling.words_within(values[longest], room) if room > 0 else ""
        return {**values, longest: kept} if kept else None

    def _said(self, template: MessageTemplate, values: Values) -> str:
        """Return the message as the phone shows it."""
        signature = self.signature_of(template)
        words = filling.text_of(template, values, self.variable)
        return f"【{signature}】{words}" if signature else words

    def verify_callback(self, request: HttpRequest) -> None:
        """Compare the secret in the callback's URL: the clouds do not sign what they push."""
        token, given = getattr(settings, self.token_setting), request.GET.get("token", "")
        if not token or not hmac.compare_digest(given.encode(), token.encode()):
            raise BadSignature

    def signature_of(self, template: MessageTemplate) -> str:
        """Return the signature; abroad there is none unless the template has one."""
        own = template.signature
        return own or ("" if template.abroad else str(getattr(settings, self.signature_setting)))

    def _content(self, template: MessageTemplate | None, facts: Facts) -> Content:
        values = self.fill(template, facts) if template else None
        if template is None or values is None:
            return Content(text="", segments=0)
        text = self._said(template, values)
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


def refilled(message: Message) -> dict[str, Any]:
    """Return what the API takes for a message, without what is only for us."""
    return {name: value for name, value in message.content.data.items() if name != "abroad"}


def template_name(template: MessageTemplate) -> str:
    """Return the name of a template at its provider; no other text has the same."""
    subject = template.kind or template.moment or "default"
    digest = hashlib.sha256(f"{template.text}{template.signature}".encode()).hexdigest()[:8]
    return f"{subject[: LONGEST_NAME - 9]} {digest}"


def remark() -> str:
    """Return what reviewers are told of a template."""
    with override("zh-hans"):
        return _("Service messages to our own merchants, who have agreed to them")


def review_refused(outcome: Refusal, words: str) -> NotAccepted | TemplateRefused:
    """Return why a template was not taken for review: not now, or not as it is."""
    if isinstance(outcome, Unknown):
        return NotAccepted(outcome)
    if isinstance(outcome, NotSent) and outcome.reason in NOT_NOW:
        return NotAccepted(outcome)
    return TemplateRefused(words)


def mark_of(message: Message) -> str:
    """Return what we send along with a message."""
    return f"{message.delivery_id}:{message.attempt_id}"


def marked(given: str) -> tuple[int, UUID] | None:
    """Return delivery and attempt of what came back; None where it is another program's."""
    found = OUR_MARK.fullmatch(given)
    return (int(found[1]), UUID(found[2])) if found else None


def begins_with(message: Message) -> str:
    """Return how what we sent along begins: any try of a delivery, or the one try without any."""
    return f"{message.delivery_id}:{'' if message.delivery_id else message.attempt_id}"


def receipt_of(provider_id: str, error: Refusal | None, mark: str = "") -> ProviderReceipt:
    """Return a receipt, of the delivery that was sent along unless that is another program's."""
    key = f"{provider_id}:{error.code if error else 'delivered'}"
    receipt = ProviderReceipt.ended(key, provider_id, error)
    named = marked(mark)
    return replace(receipt, delivery_id=named[0], attempt_id=named[1]) if named else receipt


def address_of(number: str, country: str = "") -> str:
    """Return the address of a number as the clouds write it, with or without its country."""
    bare = number.removeprefix("+")
    return f"+{country}{bare}" if country else with_plus(bare)


def text_in(entry: Mapping[str, Any], name: str) -> str:
    """Return a text that the database can store: without NUL or lone surrogates."""
    value = entry.get(name)
    return value if isinstance(value, str) and value.isprintable() else ""


def with_operator(text: str) -> str:
    """Return a suggested text for numbers abroad, where no signature says who writes."""
    colon = ": " if text.isascii() else "\uff1a"
    return f"{{operator}}{colon}{text}"


def in_order(text: str) -> list[str]:
    """Return the facts of a suggested text in their order."""
    return PLACE.findall(text)
