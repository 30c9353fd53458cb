"""The sentence by which somebody who wrote sees in the same moment what came of it."""

from collections.abc import Callable
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, override

from notifications.channels.outcomes import Inbound, InboundAction
from notifications.subscribers.contacts import contact_on
from notifications.subscribers.models import Address
from notifications.subscribers.services.inbound import TEXT
from notifications.subscribers.services.subscriptions import BY_OWNER

STOPPED = gettext_lazy("You will get no more of our notices here. To get them again, reply START.")
STARTED = gettext_lazy("You will get our notices here again. To stop them, reply STOP.")
BOUND = gettext_lazy("This account now gets our notices. To stop them, reply STOP.")


_UNKNOWN: Final[list[Callable[[Address, str], str]]] = []


def on_unknown(answer: Callable[[Address, str], str]) -> None:
    """Ask `answer` what to say to a text that asks for nothing; empty: nothing."""
    if answer not in _UNKNOWN:
        _UNKNOWN.append(answer)


def reply_to(medium: str, inbound: Inbound) -> str:
    """Return what to answer to what somebody wrote; empty where there is nothing to say.

    It follows from how the address is now: a repeated message gets the same answer.
    """
    try:
        index = contact_on(medium, inbound.address).index
    except ValidationError:
        return ""
    stored = Address.objects.filter(channel=medium, blind_index=index)
    address = stored.select_related("subscriber").first()
    if address is None or not address.confirmed_at:
        return ""
    said = _answer(address, inbound)
    with override(address.subscriber.language):
        return str(said)


def _answer(address: Address, inbound: Inbound) -> Promise | str:
    stopped = bool(address.suppressed_at and address.suppressed_for in BY_OWNER)
    if inbound.action is InboundAction.STOP:
        return STOPPED if stopped else ""
    if address.suppressed_at:
        return ""
    if inbound.action is InboundAction.START:
        return STARTED
    if TEXT.fullmatch(inbound.text):
        return BOUND
    return next((said for one in _UNKNOWN if (said := one(address, inbound.text))), "")
