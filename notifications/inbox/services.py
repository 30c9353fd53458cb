"""Take texts that are no keyword, answer each number once a day, and forget them in time."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from notifications.channels import medium
from notifications.channels.base import Note
from notifications.channels.keywords import bare
from notifications.channels.outcomes import Failed, NotSent
from notifications.delivery.singles import notes_send
from notifications.hints import hint
from notifications.inbox.models import Answer, ReceivedText
from notifications.media import SMS, WECHAT
from notifications.subscribers.contacts import Contact
from notifications.subscribers.crypto import (
    CannotDecrypt,
    blind_index,
    decrypt,
    encrypt,
    sealed_by_newest,
)
from notifications.subscribers.models import Address
from notifications.subscribers.selectors import clear_address
from notifications.subscribers.services.addresses import reseal_all
from statuspage.lib.database_clock import database_now
from statuspage.statements.texts import in_language

CONTEXT: Final = "received-text"
LONGEST: Final = 500
# The same text so soon is the same message.
SAME_WITHIN: Final = timedelta(minutes=10)
# More a day from one number are not kept: it is a machine.
MOST_A_DAY: Final = 20
KEPT_FOR: Final = timedelta(days=90)
# Nobody expects an answer later.
WORTH_ANSWERING_FOR: Final = timedelta(minutes=30)
# So many answers a day over all numbers: nobody can make us write to a whole list of them.
MOST_ANSWERS_A_DAY: Final = 500
BATCH: Final = 50
# An SMS goes out later; in WeChat the answer is part of the callback's.
WAITS: Final[Mapping[str, Answer]] = {SMS: Answer.WANTED}
ANSWERABLE: Final = (SMS, WECHAT)
# A callback that got no answer is repeated so soon.
REPEATED_WITHIN: Final = timedelta(minutes=1)


@transaction.atomic
def text_receive(contact: Contact, text: str, provider: str) -> None:
    """Keep a text of a number that is subscribed; of others nothing is kept or answered."""
    rows = Address.objects.select_for_update(of=("self",)).select_related("subscriber")
    address = rows.filter(channel=contact.channel, blind_index=contact.index).first()
    said = _storable(text)
    if address is None or not said:
        return
    now = database_now()
    mine = ReceivedText.objects.filter(address=address)
    if mine.filter(received_at__gt=now - timedelta(days=1)).count() >= MOST_A_DAY:
        return
    index, today = _index(said), timezone.localdate(now)
    if mine.filter(blind_index=index, received_at__gt=now - SAME_WITHIN).exists():
        return  # a carrier that got no answer tells it again, and names no message
    answered = mine.filter(answered_on=today).exists() or mine.filter(blind_index=index).exists()
    wanted = not answered and _may_be_answered(contact, address, today)
    ReceivedText.objects.create(
        address=address,
        provider=provider[:20],
        sealed=encrypt(said, CONTEXT),
        blind_index=index,
        answered_on=today if wanted else None,
        answer=(WAITS.get(contact.channel, Answer.SENT) if wanted else Answer.NONE),
    )
    if wanted and contact.channel in WAITS:
        transaction.on_commit(lambda: hint("inbox.answer"))


def answers_send() -> int:
    """Send the answers that wait; return how many.

    Each is noted as sent before the first byte leaves: a crash loses one, and doubles none.
    """
    with transaction.atomic():
        due = ReceivedText.objects.select_for_update(skip_locked=True, of=("self",))
        waiting = due.filter(
            answer=Answer.WANTED, received_at__gt=database_now() - WORTH_ANSWERING_FOR
        )
        rows = [*waiting.select_related("address__subscriber").order_by("pk")[:BATCH]]
        ReceivedText.objects.filter(pk__in=[one.pk for one in rows]).update(answer=Answer.SENT)
    batch = [(clear_address(one.address), answer_note(one.address)) for one in rows]
    for one, outcome in zip(rows, notes_send(SMS, batch) if batch else [], strict=True):
        if isinstance(outcome, Failed | NotSent):
            ReceivedText.objects.filter(pk=one.pk).update(answer=Answer.FAILED)
    return len(rows)


def answer_at_once(address: Address, text: str) -> str:
    """Return what is answered where the answer is read at once; empty where none is due."""
    if address.channel in WAITS:
        return ""
    now = database_now()
    just_now = ReceivedText.objects.filter(
        address=address,
        blind_index=_index(text),
        answered_on=timezone.localdate(now),
        received_at__gt=now - REPEATED_WITHIN,
    )
    return answer_note(address).text if just_now.exists() else ""


def answer_note(address: Address) -> Note:
    """Return the answer, in the subscriber's language."""
    language, hotline = address.subscriber.language, settings.OPERATOR_HOTLINE
    with override(language):
        said = [
            _("We cannot read replies here."),
            _("Reply TD to stop our messages, or START to get them again."),
            _("See our status page for news."),
        ]
        if hotline:
            said.append(_("Questions? Call %(hotline)s.") % {"hotline": hotline})
        return Note(
            kind="answer",
            language=language,
            operator=in_language(settings.OPERATOR_NAME, language),
            text=("" if language.startswith("zh") else " ").join(said),
            facts={"hotline": hotline},
        )


def texts_forget() -> int:
    """Delete texts that are older than ninety days; return how many."""
    old = ReceivedText.objects.filter(received_at__lt=database_now() - KEPT_FOR)
    return old.delete()[0]


def texts_reseal() -> int:
    """Seal every text with the newest of ADDRESS_KEYS; return how many were sealed again.

    Raises:
        CannotDecrypt: a key that one is sealed with is no longer among ADDRESS_KEYS.
    """
    return reseal_all(ReceivedText.objects.all(), _reseal)


def _reseal(one: ReceivedText) -> int:
    if sealed_by_newest(bytes(one.sealed)):
        return 0
    sealed = encrypt(decrypt(bytes(one.sealed), CONTEXT), CONTEXT)
    return ReceivedText.objects.filter(pk=one.pk).update(sealed=sealed)


def texts_from(addresses: list[int], proven: str) -> Iterator[dict[str, Any]]:
    """Yield each text from these addresses, oldest first, for a copy of somebody's data.

    Only what came from the address whose blind index is `proven` is in clear.
    """
    rows = ReceivedText.objects.filter(address__in=addresses).select_related("address")
    for one in rows.order_by("received_at", "pk").iterator():
        known = one.address.blind_index == proven
        yield {
            "channel": str(medium(one.address.channel).label),
            "at": one.received_at.isoformat(timespec="seconds"),
            "text": clear_text(one) if known else "",
            "in_full": known,
            "answered": one.answer == Answer.SENT,
        }


def clear_text(one: ReceivedText) -> str:
    """Return what was written, for the page of staff; empty where its key is gone."""
    try:
        return decrypt(bytes(one.sealed), CONTEXT)
    except CannotDecrypt:
        return ""


def _storable(text: str) -> str:
    """Return the beginning of a text without what cannot be kept: NUL, and half a picture.

    A carrier that cuts a text within an emoji leaves half of it.
    """
    return text.encode(errors="ignore").decode().strip().replace("\x00", "")[:LONGEST]


def _index(text: str) -> str:
    said = _storable(text)
    return blind_index(bare(said) or said, CONTEXT)


def _may_be_answered(contact: Contact, address: Address, today: date) -> bool:
    """Return whether an answer may go there: to who gets our messages, an SMS within bounds."""
    welcome = address.confirmed_at is not None and address.suppressed_at is None
    if contact.channel not in ANSWERABLE or not welcome or not contact.permitted:
        return False
    if contact.channel not in WAITS:
        return True
    return ReceivedText.objects.filter(answered_on=today).count() < MOST_ANSWERS_A_DAY
