"""Reading subscribers."""

from collections.abc import Iterable

from notifications.subscribers.contacts import Contact
from notifications.subscribers.crypto import decrypt
from notifications.subscribers.models import Address, SignUp, Subscriber
from statuspage.components.selectors import visible_components


def clear_address(address: Address | SignUp) -> str:
    """The address in clear: for sending only, never for a screen or a log.

    Raises:
        CannotDecrypt: its key is gone.
    """
    return decrypt(bytes(address.sealed), address.kind)


def address_find(contact: Contact) -> Address | None:
    """The stored address, or None."""
    return (
        Address.objects.select_related("subscriber", "subscription")
        .filter(channel=contact.channel, blind_index=contact.index)
        .first()
    )


def subscriber_of_signup(signup: SignUp) -> Subscriber | None:
    """Whose address a sign-up is about, or None."""
    address = (
        Address.objects.select_related("subscriber")
        .filter(channel=signup.channel, blind_index=signup.blind_index)
        .first()
    )
    return address.subscriber if address else None


def component_names(public_ids: Iterable[str], language: str) -> list[str]:
    """The names of those components, in page order; of all of them where none is given: none."""
    wanted = set(public_ids)
    return [
        one.name.get(language) or one.name["zh-hans"]
        for one in visible_components()
        if one.public_id in wanted
    ]
