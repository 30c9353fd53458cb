"""SMS through Twilio, by its own package over kept-alive connections."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance

from notifications.channels import curl, http, sms_text, wording
from notifications.channels.addresses import AddressKind
from notifications.channels.base import Bulletin, Channel, Content, Limits, Message
from notifications.channels.batches import guarded
from notifications.channels.keywords import action_of
from notifications.channels.outcomes import (
    Accepted,
    BadSignature,
    Callback,
    Failed,
    Found,
    Inbound,
    NotSent,
    Outcome,
    Reason,
    Receipt,
    ReceiptState,
    Trace,
    Unknown,
    Unreadable,
)
from notifications.channels.registry import register

logger = logging.getLogger(__name__)

# Twilio's error code -> what it means for us; source: twilio.com/docs/api/errors
ERRORS: Final[Mapping[int, Failed | NotSent]] = {
    21211: Failed(Reason.BAD_ADDRESS, suppress=True),  # not a number
    21614: Failed(Reason.BAD_ADDRESS, suppress=True),  # cannot take SMS
    21610: Failed(Reason.OPTED_OUT, suppress=True),
    21408: Failed(Reason.BLOCKED),  # that country is not allowed
    21612: Failed(Reason.UNREACHABLE),  # no route from our number to theirs
    21602: Failed(Reason.REFUSED_CONTENT),  # empty
    21617: Failed(Reason.REFUSED_CONTENT),  # over 1600 characters
    # Our account or sender is at fault: the message is good once an operator has put it right.
    **dict.fromkeys(
        (20003, 20005, 21212, 21603, 21606, 21659, 401), NotSent(Reason.NO_CREDENTIALS)
    ),
    20429: NotSent(Reason.RATE_LIMITED),  # "never processed, always safe to retry"
    429: NotSent(Reason.RATE_LIMITED),
    14107: NotSent(Reason.RATE_LIMITED),
    21611: NotSent(Reason.QUOTA, retry_after=60.0),  # the sender's queue is full
    63038: NotSent(Reason.QUOTA, retry_after=3600.0),  # the account's daily limit
    # What receipts say; see also twilio.com/docs/messaging/guides/debugging-common-issues
    30001: NotSent(Reason.QUOTA, retry_after=60.0),
    30002: NotSent(Reason.NO_CREDENTIALS),
    30003: Failed(Reason.UNREACHABLE),
    30004: Failed(Reason.BLOCKED),
    30005: Failed(Reason.BAD_ADDRESS, suppress=True),
    30006: Failed(Reason.BAD_ADDRESS, suppress=True),
    30007: Failed(Reason.BLOCKED),
}

# Twilio's MessageStatus; what is not here is on its way and tells us nothing new.
STATES: Final[Mapping[str, ReceiptState]] = {
    "sent": ReceiptState.SENT,
    "delivered": ReceiptState.DELIVERED,
    "read": ReceiptState.DELIVERED,
    "undelivered": ReceiptState.UNDELIVERED,
    "failed": ReceiptState.FAILED,
    "canceled": ReceiptState.FAILED,
}

LOOK_UP_LIMIT: Final = 200
# Twilio's clock and ours differ; the statement's number in the text keeps older messages apart.
CLOCK_SKEW: Final = timedelta(minutes=1)


class HttpClient(AsyncHttpClient):  # type: ignore[misc]  # the package is untyped
    """The package's requests over libcurl: never repeated, and never logged."""

    def __init__(self) -> None:
        super().__init__(logger, is_async=True)

    async def request(
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        lines = curl.header_lines(tuple((headers or {}).items()), auth)
        url = f"{uri}?{urlencode(params)}" if params else uri
        body = None if method == "GET" else urlencode(data or {}).encode()
        answer = await curl.Transfer(url, body, lines)
        if answer.status == 429:  # the package's own error drops the Retry-After
            raise http.RateLimited(http.retry_after(answer.headers))
        return Response(answer.status, answer.text, answer.headers)


@register
class TwilioSms(Channel):
    """SMS through Twilio's Messages API."""

    name = "twilio_sms"
    label = _("SMS")
    address_kind = AddressKind.PHONE

    @property
    def limits(self) -> Limits:
        """The account's messages a second."""
        rate = settings.TWILIO_PER_SECOND
        return Limits(per_second=rate, burst=rate)

    def configured(self) -> bool:
        """Account, token and sender are needed."""
        return bool(
            settings.TWILIO_ACCOUNT_SID and settings.TWILIO_AUTH_TOKEN and settings.TWILIO_FROM
        )

    def compose(self, bulletin: Bulletin) -> Content:
        """【signature】 what happened, what it means, what comes next and when, and its number."""
        bulletin, chinese = wording.in_brief(bulletin), wording.is_chinese(bulletin)
        gap = "" if chinese else " "
        safe = partial(sms_text.carrier_safe, chinese=chinese)
        body = wording.sentence(safe(bulletin.body), chinese=chinese)
        opening = safe(wording.opening(bulletin))
        ending = [part for part in (wording.promise(bulletin), wording.number(bulletin)) if part]
        text = sms_text.fitted(
            _signature(bulletin) + (f"{opening}{gap}" if opening else ""),
            body,
            gap.join(["", *ending]),
        )
        return Content(text=text, segments=sms_text.segments(text))

    async def send(self, batch: Sequence[Message]) -> AsyncIterator[tuple[Message, Outcome]]:
        """Send every message once, many in flight, never repeated by the package."""
        send_one = partial(_send_one, _client())
        with curl.pool() as pool, closing(pool.drive(guarded(send_one, m) for m in batch)) as told:
            for outcomes in told:
                for sent in outcomes:
                    yield sent
                await asyncio.sleep(0)  # here a reader that has gone away stops it

    async def look_up(self, message: Message, since: datetime) -> Found | Trace:
        """Look for the same text among the last messages to that number.

        Not filtered by DateSent: a message that waits in Twilio's queue has none yet.
        """
        try:
            listing = _client().messages.list_async(
                to=message.address, limit=LOOK_UP_LIMIT, page_size=LOOK_UP_LIMIT
            )
            listed = await asyncio.to_thread(curl.run, listing)
            found = [one for one in listed if _is_it(one, message.content.text, since)]
        except (curl.TransferError, http.RateLimited, TwilioException, ValueError, TypeError):
            return Trace.CANNOT_TELL
        return Found(str(found[0].sid)) if found else Trace.ABSENT

    def verify_callback(self, request: HttpRequest) -> None:
        """Twilio signs the URL it was given and the form it posts."""
        if not settings.TWILIO_AUTH_TOKEN:
            raise BadSignature  # an empty key is one that everybody has
        url = f"{settings.SITE_URL}{request.get_full_path()}"
        signature = request.headers.get("X-Twilio-Signature", "")
        if not RequestValidator(settings.TWILIO_AUTH_TOKEN).validate(url, request.POST, signature):
            raise BadSignature

    def parse_callback(self, request: HttpRequest) -> Callback:
        """A status of one of our messages, or a message from a merchant."""
        if "MessageStatus" in request.POST:
            return _status_callback(request)
        if request.POST.get("From") and "Body" in request.POST:
            return _inbound_callback(request)
        raise Unreadable


def _signature(bulletin: Bulletin) -> str:
    """The signature that mainland carriers demand, in the brackets by which they know it.

    Without one the operator writes from elsewhere, and plain letters keep English in GSM-7.
    """
    if settings.SMS_SIGNATURE or wording.is_chinese(bulletin):
        return f"【{settings.SMS_SIGNATURE or bulletin.operator}】"
    return f"{bulletin.operator}: "


def _client() -> Client:
    transport = HttpClient()
    client = Client(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, http_client=transport)
    client.api.base_url = settings.TWILIO_BASE_URL
    return client


async def _send_one(client: Client, message: Message) -> Outcome:
    sender = "messaging_service_sid" if settings.TWILIO_FROM.startswith("MG") else "from_"
    try:
        created = await client.messages.create_async(
            to=message.address,
            body=message.content.text,
            status_callback=_callback_url(message),
            **{sender: settings.TWILIO_FROM},
        )
    except curl.TransferError as error:
        return error.outcome
    except http.RateLimited as error:
        return NotSent(Reason.RATE_LIMITED, "429", error.wait)
    except TwilioRestException as error:
        return _refusal(error)
    except (TwilioException, ValueError, TypeError) as error:
        return Unknown(Reason.PROVIDER_ERROR, type(error).__name__)
    if not created.sid:
        return Unknown(Reason.PROVIDER_ERROR, "no sid")
    return Accepted(created.sid)


def _callback_url(message: Message) -> str:
    """Where Twilio reports to: it names the delivery, so that a receipt can adopt the message."""
    query = f"delivery={message.delivery_id}&attempt={message.attempt_id}"
    return f"{settings.SITE_URL}/hooks/twilio_sms/status/?{query}"


def _refusal(error: TwilioRestException) -> Outcome:
    code = error.code or error.status
    if not 400 <= error.status < 500:
        return Unknown(Reason.PROVIDER_ERROR, str(error.status))
    return replace(ERRORS.get(code, Failed(Reason.OTHER)), code=str(code))


def _is_it(listed: MessageInstance, text: str, since: datetime) -> bool:
    moment = listed.date_created or listed.date_sent
    ours = str(listed.direction).startswith("outbound")
    return ours and listed.body == text and bool(moment) and moment >= since - CLOCK_SKEW


def _status_callback(request: HttpRequest) -> Callback:
    status, sid = request.POST["MessageStatus"], request.POST.get("MessageSid", "")
    if not sid:
        raise Unreadable
    if status not in STATES:
        return Callback()
    return Callback(receipts=[_receipt(request, sid, status)])


def _receipt(request: HttpRequest, sid: str, status: str) -> Receipt:
    code = request.POST.get("ErrorCode", "")
    error: Any = ERRORS.get(int(code), Failed(Reason.OTHER)) if code.isdecimal() else None
    delivery_id, attempt_id = _delivery_named(request)
    return Receipt(
        key=f"{sid}:{status}",
        state=STATES[status],
        provider_id=sid,
        delivery_id=delivery_id,
        attempt_id=attempt_id,
        code=code,
        reason=error.reason if error else None,
        suppress=getattr(error, "suppress", False),
    )


def _delivery_named(request: HttpRequest) -> tuple[int | None, UUID | None]:
    """The delivery and attempt of the callback's URL; a URL set in Twilio's console has none."""
    try:
        delivery, attempt = request.GET.get("delivery"), request.GET.get("attempt")
        return int(delivery) if delivery else None, UUID(attempt) if attempt else None
    except ValueError as error:
        raise Unreadable from error


def _inbound_callback(request: HttpRequest) -> Callback:
    text = request.POST["Body"].strip()
    said = Inbound(address=request.POST["From"], action=action_of(text), text=text)
    # An empty TwiML answer: anything else Twilio would send back to the merchant as an SMS.
    return Callback(inbound=[said], answer="<Response/>", content_type="text/xml")
