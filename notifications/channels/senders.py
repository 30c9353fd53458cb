"""Who an SMS comes from: a number, a short code, a service that picks one, or a name."""

from typing import Final

SERVICE: Final = "MG"
SERVICE_LENGTH: Final = 34


def is_name(sender: str) -> bool:
    """Return whether a sender is a name (an alphanumeric sender id), to which nobody can reply."""
    return any(map(str.isalpha, sender)) and not is_service(sender)


def is_service(sender: str) -> bool:
    """Return whether it is one of Twilio's messaging services."""
    return sender.startswith(SERVICE) and len(sender) == SERVICE_LENGTH
