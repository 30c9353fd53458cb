"""Who gets subscribers' addresses, by what is configured: for the privacy notice and the form."""

from collections.abc import Iterator

from notifications.channels import media, medium
from notifications.channels.base import Provider
from notifications.channels.countries import permitted_codes
from notifications.media import SMS
from statuspage.privacy.notice import Recipient


def recipients() -> list[Recipient]:
    """Return the providers that are set up and in use, in the active language, each once."""
    found = (one for each in media() for one in _in_use(each.name) if each.configured())
    return [*dict.fromkeys(made for one in found if (made := _recipient(one)))]


def sms_abroad() -> Recipient | None:
    """Return the provider abroad that an SMS may go to, if there is one."""
    found = (made for one in _in_use(SMS) if (made := _recipient(one)))
    return next((one for one in found if one.abroad), None)


def _in_use(name: str) -> Iterator[Provider]:
    """Yield a medium's providers that are set up and asked for any number that may get messages."""
    asked = medium(name)
    codes = permitted_codes() if name == SMS else []
    routes = {code if code in asked.routes else "" for code in codes} or {""}
    for route in sorted(routes):
        yield from asked.able(route)


def _recipient(provider: Provider) -> Recipient | None:
    made = provider.recipient()
    return Recipient(**vars(made)) if made else None
