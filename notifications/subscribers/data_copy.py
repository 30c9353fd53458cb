"""A copy of what is kept about a subscriber, for themselves (PIPL, article 45)."""

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from notifications.channels import medium
from notifications.channels.addresses import AddressKind, canonical
from notifications.subscribers.models import Address, Consent, Subscriber
from notifications.subscribers.selectors import clear_address
from notifications.subscribers.services.agreements import agreed_words
from notifications.subscribers.services.subscriptions import choices_of, preferences_of
from statuspage.lib.database_clock import database_now
from statuspage.privacy.notice import contact, handler_name, notice_version

Messages = Callable[[list[int]], Iterator[dict[str, Any]]]
Texts = Callable[[list[int], str], Iterator[dict[str, Any]]]


def data_of(subscriber: Subscriber, *, proven: str, language: str) -> dict[str, Any]:
    """Return everything that is kept, in plain values.

    Only the address whose blind index is `proven` is in clear: whoever holds a number that
    once was somebody else's must not learn that person's other addresses.
    """
    addresses = list(subscriber.addresses.order_by("position", "pk"))
    choices, preferences = choices_of(subscriber), preferences_of(subscriber)
    messages: Messages = import_string(settings.MESSAGES_TO)
    texts: Texts = import_string(settings.TEXTS_FROM)
    ids = [one.pk for one in addresses]
    return {
        "made_at": database_now().isoformat(timespec="seconds"),
        "handler": {"name": handler_name(), "contact": contact()},
        "privacy_notice": {"url": f"{settings.SITE_URL}/privacy/", "version": notice_version()},
        "subscriber": {
            "id": subscriber.public_id,
            "since": subscriber.created_at.isoformat(timespec="seconds"),
            "language": choices.language,
            "category": choices.category,
            "agent": subscriber.agent,
            "agent_code": subscriber.agent_code,
            "products": [*(choices.attributes.products or ())],
            "terminal_models": [*(choices.attributes.terminal_models or ())],
            "settlement_cycles": [*(choices.attributes.cycles or ())],
            "province": subscriber.province,
            "topics": [*choices.topics],
            "services": [*choices.components],
            "quiet_at_night": preferences.quiet,
            "time_zone": preferences.timezone,
            "one_channel_at_a_time": preferences.one_by_one,
            "merchant_number_kept_as_hash": subscriber.merchant_key is not None,
        },
        "addresses": [_address(one, proven) for one in addresses],
        "consents": [_consent(one, language) for one in _consents(addresses)],
        "messages": [*messages(ids)],
        "received_texts": [*texts(ids, proven)],
    }


def _consents(addresses: list[Address]) -> Iterator[Consent]:
    return Consent.objects.filter(address__in=addresses).order_by("pk").iterator()


def _address(one: Address, proven: str) -> dict[str, Any]:
    known = one.blind_index == proven
    return {
        "channel": str(medium(one.channel).label),
        "address": _in_clear(one) if known else one.masked,
        "in_full": known,
        "added_at": _moment(one.created_at),
        "confirmed_at": _moment(one.confirmed_at),
        "stopped_at": _moment(one.suppressed_at),
        "stopped_for": one.suppressed_for,
    }


def _in_clear(one: Address) -> str:
    """Return an address without what signs for a robot: who proved the address may not know that.

    A code stands in the group for everybody to read, and the page opens with either form.
    """
    clear = clear_address(one)
    return canonical(AddressKind.GROUP, clear) if one.kind == AddressKind.GROUP else clear


def _consent(one: Consent, language: str) -> dict[str, Any]:
    return {
        "at": _moment(one.at),
        "act": str(one.act),
        "how": one.source,
        "text_version": one.text_version,
        "text": agreed_words(one.text_version, language),
        "privacy_notice_version": one.notice_version,
        "transfer_abroad": agreed_words(one.transfer_version, language),
    }


def _moment(at: Any) -> str:
    return at.isoformat(timespec="seconds") if at else ""
