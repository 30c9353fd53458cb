"""Who gets subscribers' addresses, by what is configured: for the privacy notice and the form."""

from collections.abc import Iterator
from dataclasses import replace

from django.utils.translation import pgettext

from notifications.channels import media, medium
from notifications.channels.base import Provider
from notifications.channels.countries import permitted_codes
from notifications.media import SMS, VOICE
from statuspage.privacy.notice import Recipient


def recipients() -> list[Recipient]:
    """Return the providers that are set up and in use, in the active language, each once."""
    names = (one.name for one in media() if one.name != VOICE or calls_may_go())
    found = (one for name in names for one in _in_use(name))
    return [*dict.fromkeys(made for one in found if (made := _recipient(one)))]


def sms_abroad() -> Recipient | None:
    """Return the provider abroad that an SMS may go to, if there is one; several as one.

    Who is asked for this may also be called, so it names the providers of calls as well.
    """
    found = _abroad(SMS) and [*dict.fromkeys([*_abroad(SMS), *_abroad(VOICE)])]
    if len(found) < 2:
        return found[0] if found else None

    def together(name: str) -> str:
        said = [str(getattr(one, name)) for one in found]
        return pgettext("between names", ", ").join(dict.fromkeys(filter(None, said)))

    joined = ("name", "purpose", "contact", "abroad")
    return replace(found[0], **{name: together(name) for name in joined})


def can_be_sent(name: str) -> bool:
    """Return whether a provider of a medium is set up for any address that may get messages."""
    return any(True for _ in _in_use(name))


def calls_may_go() -> bool:
    """Return whether calls stay in the country, or SMS go abroad too.

    The separate consent to a transfer abroad is asked for together with a number for SMS. Where
    only calls went abroad, it would be asked of people whom nobody ever calls.
    """
    return not _abroad(VOICE) or bool(_abroad(SMS))


def _abroad(name: str) -> list[Recipient]:
    made = dict.fromkeys(_recipient(one) for one in _in_use(name))
    return [one for one in made if one and one.abroad]


def _in_use(name: str) -> Iterator[Provider]:
    """Yield a medium's providers that are set up and asked for any number that may get messages."""
    asked = medium(name)
    codes = permitted_codes() if name in (SMS, VOICE) else []
    routes = {code if code in asked.routes else "" for code in codes} or {""}
    for route in sorted(routes):
        yield from asked.able(route)


def _recipient(provider: Provider) -> Recipient | None:
    made = provider.recipient()
    return Recipient(**vars(made)) if made else None
