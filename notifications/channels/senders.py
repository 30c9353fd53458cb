"""Who an SMS comes from: a number, a short code, a service that picks one, or a name."""

from typing import Final

from django.conf import settings

from notifications.channels.phone_numbers import calling_code

SERVICE: Final = "MG"
SERVICE_LENGTH: Final = 34


def is_name(sender: str) -> bool:
    """Return whether a sender is a name (an alphanumeric sender id), to which nobody can reply."""
    return any(map(str.isalpha, sender)) and not is_service(sender)


def is_service(sender: str) -> bool:
    """Return whether it is one of Twilio's messaging services."""
    return sender.startswith(SERVICE) and len(sender) == SERVICE_LENGTH


def twilio_senders() -> dict[str, str]:
    """Return the senders at Twilio by calling code; the empty one is that to all other numbers."""
    return {"": settings.TWILIO_FROM, **settings.TWILIO_SENDERS}


def twilio_sender_to(address: str) -> str:
    """Return the sender at Twilio to a number in E.164 form."""
    senders = twilio_senders()
    return senders.get(calling_code(address), senders[""])
