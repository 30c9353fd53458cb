"""SMS through Twilio, by its own package over kept-alive connections."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from twilio.base.exceptions import (
    TwilioException,
    TwilioRestException,
    TwilioServiceException,
)
from twilio.rest.api.v2010.account.message import MessageInstance

from notifications.channels import curl, http, sms_message, sms_text
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
    state_after,
)
from notifications.channels.senders import (
    is_name,
    is_service,
    twilio_sender_to,
    twilio_senders,
)
from notifications.channels.sms_message import Area
from notifications.channels.twilio_client import client
from notifications.channels.twilio_signature import check_signature
from notifications.media import SMS

# Twilio's error code -> what it means for us; source: twilio.com/docs/api/errors. One that is not
# here was not sent (http.meaning), or has failed when a receipt says so (http.reported).
ERRORS: Final[Mapping[int, Refusal]] = {
    # Not a mobile number: a landline, a short code, our own.
    **dict.fromkeys(
        (21211, 21217, 21265, 21266, 21614, 21635), Failed(Reason.BAD_ADDRESS, suppress=True)
    ),
    21610: Failed(Reason.OPTED_OUT, suppress=True),
    21612: Failed(Reason.UNREACHABLE),  # no route from our number to theirs
    # Empty, over 160 or 1600 characters, or not to be sent.
    **dict.fromkeys((21602, 21605, 21617, 21618, 21619), Failed(Reason.REFUSED_CONTENT)),
    # Our account, sender, messaging service or callback is at fault: sent once an operator has
    # corrected it.
    **dict.fromkeys(
        (
            *(401, 403, 404, 10001, 10002, 20003, 20005, 20006, 20008, 20010, 20403, 20404),
            *(21210, 21212, 21264, 21267, 21601, 21603, 21606, 21607, 21608, 21609, 21616),
            *(21626, 21657, 21659, 21660, 21661, 21701, 21702, 21703, 21704, 21705, 21708),
            *(21709, 21710, 21711, 21712, 21713, 21715, 63002, 63007, 63008),
        ),
        NotSent(Reason.NO_CREDENTIALS),
    ),
    # Our account may not send to that country: enabled under Messaging > Geo Permissions, at once.
    21408: NotSent(Reason.NOT_PERMITTED, retry_after=600.0),
    # Twilio, or a proxy in front of it, takes nothing now: maintenance, a conflict, a slow request.
    **dict.fromkeys((408, 409, 20409, 21730), NotSent(Reason.UNAVAILABLE, retry_after=60.0)),
    20429: NotSent(Reason.RATE_LIMITED),  # "never processed, always safe to retry"
    429: NotSent(Reason.RATE_LIMITED),
    14107: NotSent(Reason.RATE_LIMITED),
    21611: NotSent(Reason.QUOTA, retry_after=60.0),  # the sender's queue is full
    63038: NotSent(Reason.QUOTA, retry_after=3600.0),  # the account's daily limit
    # What receipts say; see also twilio.com/docs/messaging/guides/debugging-common-issues
    30001: NotSent(Reason.QUOTA, retry_after=60.0),
    30036: NotSent(Reason.QUOTA, retry_after=60.0),  # it waited too long in Twilio's queue
    # A carrier's daily or hourly limit for our campaign in the United States.
    **dict.fromkeys((30022, 30023, 30027), NotSent(Reason.QUOTA, retry_after=3600.0)),
    # The account was suspended, or the sender is not registered there.
    **dict.fromkeys(
        (30002, 30018, 30024, 30032, 30033, 30034, 30035), NotSent(Reason.NO_CREDENTIALS)
    ),
    30003: Failed(Reason.UNREACHABLE),
    **dict.fromkeys((30004, 30007), Failed(Reason.BLOCKED)),
    **dict.fromkeys((30005, 30006), Failed(Reason.UNKNOWN_NUMBER, suppress=True)),
    30019: Failed(Reason.REFUSED_CONTENT),  # longer than the carrier takes
}

# Twilio's MessageStatus; the others only say that the message is on its way.
STATES: Final[Mapping[str, ReceiptState]] = {
    "sent": ReceiptState.SENT,
    "delivered": ReceiptState.DELIVERED,
    "read": ReceiptState.DELIVERED,
    "undelivered": ReceiptState.UNDELIVERED,
    "failed": ReceiptState.FAILED,
    "canceled": ReceiptState.FAILED,
}

NOT_DELIVERED: Final = (ReceiptState.UNDELIVERED, ReceiptState.FAILED)

# What Advanced Opt-Out has made of a text; HELP changes nothing.
OPT_OUTS: Final[Mapping[str, InboundAction]] = {
    "STOP": InboundAction.STOP,
    "START": InboundAction.START,
    "HELP": InboundAction.TEXT,
}
MAINLAND_CODE: Final = "86"
LOOK_UP_LIMIT: Final = 200
# Five more tries after any failure, so that a restart of ours loses no callback. It is not signed:
# twilio.com/docs/usage/webhooks/webhooks-connection-overrides
OVERRIDES: Final = "#rc=5&rp=all"
# A message may wait so long in Twilio's queue before it is sent.
QUEUED_FOR: Final = timedelta(hours=4)
PAGE_SIZE, MAX_PAGES = 500, 2000
LONGEST_CODE: Final = 40
# Twilio's clock and ours differ; the statement's number in the text keeps older messages apart.
CLOCK_SKEW: Final = timedelta(minutes=1)


@register
class Twilio(Provider):
    """SMS through Twilio's Messages API."""

    name = "twilio"
    former_names = ("twilio_sms",)
    label = "Twilio"
    medium = SMS
    order = 10
    address_kind = AddressKind.PHONE
    required_settings = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM")
    rate_setting = "TWILIO_PER_SECOND"

    def compose(self, bulletin: Bulletin, template: MessageTemplate | None = None) -> Content:
        """Return free text; mainland carriers deliver no answers to Twilio's numbers."""
        abroad = [sender for code, sender in twilio_senders().items() if code != MAINLAND_CODE]
        replies = () if any(map(is_name, abroad)) else (Area.ABROAD,)
        return sms_message.content(bulletin, replies=replies)

    def takes_replies(self, address: str) -> bool:
        """Return whether the sender to that number is one that can be written to."""
        return not is_name(twilio_sender_to(address))

    def senders_of_countries(self) -> Collection[str]:
        """Return the calling codes of TWILIO_FROM_852 and the like, where Twilio is set up."""
        return settings.TWILIO_SENDERS if self.configured() else ()

    def compose_note(self, note: Note, template: MessageTemplate | None = None) -> Content:
        """Return free text behind the signature."""
        return sms_message.note_content(note)

    def recipient(self) -> DataRecipient:
        """Return Twilio; it is abroad unless its address was pointed elsewhere (the simulator)."""
        host = urlsplit(settings.TWILIO_BASE_URL).hostname or ""
        abroad = host == "twilio.com" or host.endswith(".twilio.com")
        return DataRecipient(
            name="Twilio Inc." if abroad else _("Our SMS provider"),
            receives=_("phone number, text of the message"),
            purpose=_("sending SMS"),
            contact="privacy@twilio.com" if abroad else "",
            abroad=_("United States") if abroad else "",
        )

    async def send(self, batch: Iterable[Message]) -> AsyncIterator[tuple[Message, Outcome]]:
        """Send every message once, many in flight, never repeated by the package."""
        send_one = _sender()
        with (
            curl.pool() as pool,
            closing(pool.drive(map(partial(http.guarded, send_one), batch))) as driven,
        ):
            for outcomes in driven:
                for sent in outcomes:
                    yield sent
                await asyncio.sleep(0)  # lets the caller cancel between rounds

    async def look_up(self, message: Message, since: datetime) -> Accepted | LookupResult:
        """Look for the same text among the last messages to that number.

        Not filtered by DateSent: a message that waits in Twilio's queue has none yet.
        """
        try:
            listing = client().messages.list_async(
                to=message.address, limit=LOOK_UP_LIMIT, page_size=LOOK_UP_LIMIT
            )
            listed = await asyncio.to_thread(curl.run, listing)
            texts = {message.content.text, *message.texts}
            found = [one for one in listed if _is_it(one, texts, since)]
            # What was sent before these is not listed.
            whole = len(listed) < LOOK_UP_LIMIT or _moment(listed[-1]) < since - CLOCK_SKEW
        except (NotAccepted, TwilioException, ValueError, TypeError):
            return LookupResult.CANNOT_TELL
        if found:
            return Accepted(str(found[0].sid))
        return LookupResult.ABSENT if whole else LookupResult.CANNOT_TELL

    async def ask_receipts(self, awaited: Sequence[Awaited]) -> Mapping[int, Answer]:
        """List the account's messages of that time, in pages, and match them by their sid."""
        try:
            listed = await asyncio.to_thread(curl.run, _listed(awaited))
        except (NotAccepted, TwilioException, ValueError, TypeError):
            return {one.delivery_id: LookupResult.CANNOT_TELL for one in awaited}
        return {one.delivery_id: _answer(listed.get(one.provider_id)) for one in awaited}

    def verify_callback(self, request: HttpRequest) -> None:
        """Check Twilio's signature of the URL and the posted form."""
        check_signature(request)

    def parse_callback(self, request: HttpRequest) -> Callback:
        """Return a status of one of our messages, or a message from a merchant."""
        if "MessageStatus" in request.POST:
            return _status_callback(request)
        sender, sid = request.POST.get("From"), request.POST.get("MessageSid")
        if not sender or not sid or "Body" not in request.POST:
            raise UnreadableCallback
        text = request.POST["Body"].strip()
        # A messaging service says itself what its own keywords mean, in whatever language:
        # twilio.com/docs/messaging/tutorials/advanced-opt-out
        said = OPT_OUTS.get(request.POST.get("OptOutType", ""))
        inbound = Inbound(sender, said or sms_text.action_of(text), text, sid)
        # An empty TwiML answer: Twilio would send anything else to the merchant as an SMS.
        return Callback(inbound=[inbound], answer="<Response/>", content_type="text/xml")


def _sender() -> http.SendOne:
    """Return a function that sends one message; what is the same for all is looked up once."""
    create = client().messages.create_async
    callback = f"{settings.SITE_URL}/hooks/twilio/status/"

    async def send_one(message: Message) -> Outcome:
        query = f"delivery={message.delivery_id}&attempt={message.attempt_id}"
        try:
            created = await create(
                to=message.address,
                body=message.content.text,
                # It names the delivery, so that a receipt finds it even where the sid was lost.
                status_callback=f"{callback}?{query}{OVERRIDES}",
                **_origin(twilio_sender_to(message.address)),
            )
        except (TwilioRestException, TwilioServiceException) as error:
            return _refusal(error.status, error.code)
        except (TwilioException, ValueError, TypeError) as error:
            return Unknown(Reason.PROVIDER_ERROR, type(error).__name__)
        return Accepted(created.sid) if created.sid else Unknown(Reason.PROVIDER_ERROR, "no sid")

    return send_one


def _refusal(status: object, code: object) -> Refusal:
    """Return what a refusal means, whatever its body: a code, none, or something else.

    Both are from the body in one of its forms (RFC 9457), and may be anything there.
    """
    if not (isinstance(status, int) and 400 <= status < 500):
        return Unknown(Reason.PROVIDER_ERROR, str(status)[:LONGEST_CODE])
    named = str(code)
    known = int(named) if named.isascii() and named.isdecimal() else 0
    return http.meaning(ERRORS, known or status)


def _origin(sender: str) -> dict[str, str]:
    return {"messaging_service_sid" if is_service(sender) else "from_": sender}


def _is_it(listed: MessageInstance, texts: Collection[str], since: datetime) -> bool:
    ours = str(listed.direction).startswith("outbound")
    same = ours and listed.body in texts and _moment(listed) >= since - CLOCK_SKEW
    return same and not _certainly_not_sent(listed)


def _certainly_not_sent(listed: MessageInstance) -> bool:
    """Return whether it is an earlier try, of which a receipt said that it was not sent."""
    if listed.status not in STATES:
        return False
    receipt = _receipt(str(listed.sid), str(listed.status), str(listed.error_code or ""))
    return receipt.state is ReceiptState.NOT_SENT


def _moment(listed: MessageInstance) -> datetime:
    """Return when Twilio took a message; one without any time is older than every other."""
    moment: datetime | None = listed.date_created or listed.date_sent
    return moment or datetime.min.replace(tzinfo=UTC)


def _status_callback(request: HttpRequest) -> Callback:
    status, sid = request.POST["MessageStatus"], request.POST.get("MessageSid", "")
    if not sid:
        raise UnreadableCallback
    if status not in STATES:
        return Callback()
    delivery_id, attempt_id = _delivery_named(request)
    receipt = _receipt(sid, status, request.POST.get("ErrorCode", ""))
    return Callback([replace(receipt, delivery_id=delivery_id, attempt_id=attempt_id)])


def _receipt(sid: str, status: str, code: str) -> ProviderReceipt:
    error = http.reported(ERRORS, int(code)) if code.isdecimal() else None
    ended = STATES[status]
    return ProviderReceipt(
        key=f"{sid}:{status}",
        state=state_after(error, ended) if ended in NOT_DELIVERED else ended,
        provider_id=sid,
        code=code,
        reason=error.reason if error else None,
        suppress=bool(error and error.suppress),
    )


async def _listed(awaited: Sequence[Awaited]) -> dict[str, MessageInstance]:
    """Return what Twilio has of these messages, by sid; ValueError where it has too many."""
    wanted, found = {one.provider_id for one in awaited}, dict[str, MessageInstance]()
    moments = sorted(one.sent_at for one in awaited)
    page = await client().messages.page_async(
        date_sent_after=moments[0] - CLOCK_SKEW,
        date_sent_before=moments[-1] + QUEUED_FOR,
        page_size=PAGE_SIZE,
    )
    pages = 1
    while page is not None and len(found) < len(wanted):
        if pages > MAX_PAGES:
            raise ValueError("too many")
        found |= {str(one.sid): one for one in page if one.sid in wanted}
        page, pages = await page.next_page_async(), pages + 1
    return found


def _answer(listed: MessageInstance | None) -> Answer:
    if listed is None or listed.status == "sent":  # which some carriers never follow up
        return LookupResult.ABSENT
    if listed.status not in STATES:  # it is still under way
        return LookupResult.CANNOT_TELL
    return _receipt(str(listed.sid), str(listed.status), str(listed.error_code or ""))


def _delivery_named(request: HttpRequest) -> tuple[int | None, UUID | None]:
    """Return the delivery and attempt in the callback's URL; Twilio's console sets it without."""
    try:
        delivery, attempt = request.GET.get("delivery"), request.GET.get("attempt")
        return int(delivery) if delivery else None, UUID(attempt) if attempt else None
    except ValueError as error:
        raise UnreadableCallback from error
