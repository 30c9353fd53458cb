"""Voice calls through Twilio, which speaks the text and takes a key."""

import json
from base64 import b64encode
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode, urlsplit
from uuid import UUID
from xml.sax.saxutils import escape, quoteattr  # nosec B406 - it writes, and reads nothing

import aiohttp
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext, override
from yarl import URL

from notifications.channels import http, voice_message
from notifications.channels.addresses import AddressKind
from notifications.channels.base import (
    Answer,
    Awaited,
    Bulletin,
    Content,
    DataRecipient,
    Message,
    MessageTemplate,
    Note,
    Provider,
    register,
)
from notifications.channels.outcomes import (
    Accepted,
    Callback,
    Failed,
    Inbound,
    InboundAction,
    LookupResult,
    NotAccepted,
    NotSent,
    Outcome,
    ProviderReceipt,
    Reason,
    ReceiptState,
    Refusal,
    Unknown,
    UnreadableCallback,
)
from notifications.channels.twilio_signature import check_signature
from notifications.media import VOICE

# Twilio's error code -> what it means for us; source: twilio.com/docs/api/errors. Whatever is not
# about the number can be mended: the account, its permission for a country, the caller's number.
ERRORS: Final[Mapping[int, Refusal]] = {
    **dict.fromkeys((21211, 21217, 13223, 13224), Failed(Reason.BAD_ADDRESS)),
    21214: Failed(Reason.UNREACHABLE),  # "cannot be reached"
    21215: NotSent(Reason.NOT_PERMITTED, retry_after=600.0),  # Voice > Geographic Permissions
    **dict.fromkeys((10004, 20429, 429), NotSent(Reason.RATE_LIMITED)),
}
OURS: Final = NotSent(Reason.NO_CREDENTIALS)
# twilio.com/docs/voice/api/call-resource: how a call ends. One that was completed is only heard
# where a key says so: an answering machine completes it as well.
ENDED: Final[Mapping[str, Reason]] = {
    "completed": Reason.OTHER,
    "busy": Reason.UNREACHABLE,
    "no-answer": Reason.UNREACHABLE,
    "canceled": Reason.UNREACHABLE,
    "failed": Reason.UNREACHABLE,
}
# Nobody has heard these, for certain: the phone is called once more.
UNANSWERED: Final = frozenset({"busy", "no-answer"})
# twilio.com/docs/voice/twiml/say/text-speech: language -> the language and the voice. A voice is
# named because the one of an account that has chosen none knows no Chinese.
SPEAKS: Final[Mapping[str, tuple[str, str]]] = {
    "zh-hans": ("cmn-CN", "Polly.Zhiyu"),
    "en": ("en-US", "Polly.Joanna"),
}
RING_SECONDS: Final = 30
KEY_SECONDS: Final = 8
# Longer is no call that anybody still listens to.
LONGEST_SECONDS: Final = 180
CLOCK_SKEW: Final = timedelta(minutes=1)
PAGE_SIZE: Final = 50
# What cannot be read in an answer.
UNREADABLE: Final = (NotAccepted, ValueError, LookupError, TypeError)


@register
class TwilioVoice(Provider):
    """Calls by Twilio's Calls API, with the text in the request."""

    name = "twilio_voice"
    label = "Twilio Voice"
    medium = VOICE
    order = 10
    address_kind = AddressKind.PHONE
    required_settings = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_VOICE_FROM")
    rate_setting = "TWILIO_VOICE_PER_SECOND"

    def compose(self, bulletin: Bulletin, template: MessageTemplate | None = None) -> Content:
        """Return what the call says."""
        return voice_message.content(bulletin)

    def compose_note(self, note: Note, template: MessageTemplate | None = None) -> Content:
        """Return what the call says."""
        return voice_message.note_content(note)

    def recipient(self) -> DataRecipient:
        """Return Twilio; it is abroad unless its address was pointed elsewhere (the simulator)."""
        host = urlsplit(settings.TWILIO_BASE_URL).hostname or ""
        abroad = host == "twilio.com" or host.endswith(".twilio.com")
        return DataRecipient(
            name="Twilio Inc." if abroad else gettext("Our provider of phone calls"),
            receives=gettext("phone number, what the call says, the key that is pressed"),
            purpose=gettext("making phone calls"),
            contact="privacy@twilio.com" if abroad else "",
            abroad=gettext("United States") if abroad else "",
        )

    async def send(self, batch: Iterable[Message]) -> AsyncIterator[tuple[Message, Outcome]]:
        """Begin every call once."""
        async with http.session() as opened:
            async for sent in http.each(batch, partial(_call, opened)):
                yield sent

    async def look_up(self, message: Message, since: datetime) -> Accepted | LookupResult:
        """Look for a call to that number since then.

        Twilio lists no text of a call, so any of ours counts, unless nobody answered it.
        """
        query = {"To": message.address, "From": settings.TWILIO_VOICE_FROM}
        try:
            async with http.session() as opened:
                answer = await _ask(
                    opened, f"Calls.json?{urlencode({**query, 'PageSize': PAGE_SIZE})}"
                )
            calls = answer["calls"]
            heard = [one for one in calls if one["status"] not in UNANSWERED]
            found = [one for one in heard if _moment(one) >= since - CLOCK_SKEW]
        except UNREADABLE:
            return LookupResult.CANNOT_TELL
        if found:
            return Accepted(str(found[-1]["sid"]))
        return LookupResult.ABSENT if len(calls) < PAGE_SIZE else LookupResult.CANNOT_TELL

    async def ask_receipts(self, awaited: Sequence[Awaited]) -> Mapping[int, Answer]:
        """Ask how each call ended; whether a key was pressed is not listed anywhere."""
        async with http.session() as opened:
            return {one.delivery_id: await _ended(opened, one.provider_id) for one in awaited}

    def verify_callback(self, request: HttpRequest) -> None:
        """Check Twilio's signature of the URL and the posted form."""
        check_signature(request)

    def parse_callback(self, request: HttpRequest) -> Callback:
        """Return a key that was pressed, or the end of a call."""
        sid, number = request.POST.get("CallSid", ""), request.POST.get("To", "")
        delivery_id, attempt_id, language = _named(request)
        if not sid:
            raise UnreadableCallback
        if "Digits" in request.POST:
            digits = request.POST["Digits"]
            heard = digits in (voice_message.CONFIRM, voice_message.NO_MORE)
            receipt = ProviderReceipt(
                f"{sid}:heard", ReceiptState.DELIVERED, sid, delivery_id, attempt_id
            )
            stop = Inbound(number, InboundAction.STOP, digits, f"{sid}:{digits}")
            return Callback(
                [receipt] if heard else [],
                [stop] if digits == voice_message.NO_MORE and number else [],
                answer=_reply(digits, language, request),
                content_type="text/xml",
            )
        status = request.POST.get("CallStatus", "")
        if status not in ENDED:
            return Callback()
        ended = _receipt(sid, status)
        return Callback([replace(ended, delivery_id=delivery_id, attempt_id=attempt_id)])


async def _call(opened: aiohttp.ClientSession, message: Message) -> Outcome:
    language = str(message.content.data.get("language", ""))
    named = urlencode(
        {"delivery": message.delivery_id, "attempt": message.attempt_id, "language": language}
    )
    keys = f"{settings.SITE_URL}/hooks/twilio_voice/keys/?{named}"
    form = {
        "To": message.address,
        "From": settings.TWILIO_VOICE_FROM,
        "Twiml": twiml(message.content.text, language, keys),
        "StatusCallback": f"{settings.SITE_URL}/hooks/twilio_voice/status/?{named}",
        "Timeout": str(RING_SECONDS),
        "TimeLimit": str(LONGEST_SECONDS),
    }
    answer = await http.request(
        opened, "POST", _url("Calls.json"), data=urlencode(form).encode(), headers=_headers()
    )
    given = answer.json()
    if answer.status == 429:
        return http.rate_limited(answer.headers)
    if 400 <= answer.status < 500:
        code = given.get("code") or answer.status
        return _meaning(int(code) if str(code).isdecimal() else answer.status)
    sid = given.get("sid")
    if answer.status // 100 != 2 or not isinstance(sid, str):
        return Unknown(Reason.PROVIDER_ERROR, str(answer.status))
    return Accepted(sid)


def twiml(text: str, language: str, keys: str) -> str:
    """Return what Twilio does in the call: say it twice, and wait for a key while it speaks."""
    say = _say(text, language)
    gather = f'<Gather numDigits="1" timeout="{KEY_SECONDS}" action={quoteattr(keys)}>'
    return f'<Response>{gather}{say}<Pause length="1"/>{say}</Gather></Response>'


def _say(text: str, language: str) -> str:
    spoken, voice = SPEAKS.get(language, SPEAKS["en"])
    return f"<Say language={quoteattr(spoken)} voice={quoteattr(voice)}>{escape(text)}</Say>"


def _reply(digits: str, language: str, request: HttpRequest) -> str:
    """Return what is done after a key: thank them, or, after another key, ask once more."""
    with override(language or "en"):
        said = voice_message.answer(digits)
        if said:
            return f"<Response>{_say(said, language)}<Hangup/></Response>"
        again = f"{settings.SITE_URL}{request.get_full_path()}"
        return twiml(voice_message.keys(), language, again)


def _meaning(code: int) -> Refusal:
    return replace(ERRORS.get(code, OURS), code=str(code))


def _receipt(sid: str, status: str) -> ProviderReceipt:
    """Return that nobody confirmed; one of a key that was pressed goes further, and counts."""
    unanswered = status in UNANSWERED
    return ProviderReceipt(
        f"{sid}:{status}",
        ReceiptState.NOT_SENT if unanswered else ReceiptState.UNDELIVERED,
        sid,
        code=status,
        reason=ENDED[status],
    )


async def _ended(opened: aiohttp.ClientSession, sid: str) -> Answer:
    try:
        status = str((await _ask(opened, f"Calls/{sid}.json"))["status"])
    except UNREADABLE:
        return LookupResult.CANNOT_TELL
    if status == "completed":  # perhaps with a key, of which nobody told us
        return LookupResult.ABSENT
    return _receipt(sid, status) if status in ENDED else LookupResult.CANNOT_TELL


async def _ask(opened: aiohttp.ClientSession, path: str) -> dict[str, Any]:
    answer = await http.request(opened, "GET", _url(path), headers=_headers())
    if answer.status != 200:
        raise ValueError(str(answer.status))
    read: dict[str, Any] = json.loads(answer.body)
    return read


def _url(path: str) -> URL:
    account = settings.TWILIO_ACCOUNT_SID
    return URL(f"{settings.TWILIO_BASE_URL}/2010-04-01/Accounts/{account}/{path}", encoded=True)


def _headers() -> dict[str, str]:
    login = f"{settings.TWILIO_ACCOUNT_SID}:{settings.TWILIO_AUTH_TOKEN}".encode()
    return {
        "Authorization": f"Basic {b64encode(login).decode()}",
        "Content-Type": "application/x-www-form-urlencoded",
    }


def _moment(call: Mapping[str, Any]) -> datetime:
    """Return when a call was begun; a date without a zone is of UTC, as all of Twilio's."""
    moment = parsedate_to_datetime(call["date_created"])
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _named(request: HttpRequest) -> tuple[int | None, UUID | None, str]:
    """Return the delivery, the attempt and the language in the callback's URL."""
    given = request.GET
    try:
        delivery, attempt = given.get("delivery"), given.get("attempt")
        language = given.get("language", "")
        return (
            int(delivery) if delivery else None,
            UUID(attempt) if attempt else None,
            language if language in SPEAKS else "",
        )
    except ValueError as error:
        raise UnreadableCallback from error
