"""Recording consent: when, how and to which words."""

from notifications.subscribers.consent import CONSENT_VERSION
from notifications.subscribers.models import Address, Consent


def consent_record(
    address: Address, act: Consent.Act, *, source: str, text_version: str = CONSENT_VERSION
) -> None:
    """Write down that someone agreed or withdrew."""
    Consent.objects.create(address=address, act=act, source=source, text_version=text_version)
