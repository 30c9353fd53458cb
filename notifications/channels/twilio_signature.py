"""Twilio's signature of a callback, and what a signed text can be read as."""

import re
from typing import Final

from django.conf import settings
from django.http import HttpRequest, QueryDict
from twilio.request_validator import RequestValidator

from notifications.channels.outcomes import BadSignature

TEXT: Final = "Body"
# What names a message and its sender in the string that is signed.
NAMED_MESSAGE: Final = re.compile(r"MessageSid([A-Z]{2}[0-9a-f]+)")
NAMED_SENDER: Final = re.compile(r"From(\+?[0-9]+)")


def check_signature(request: HttpRequest) -> None:
    """Check Twilio's signature of the URL and the posted form.

    Raises:
        BadSignature: there is none, it is another one's, or it may be that of another form.
    """
    if not settings.TWILIO_AUTH_TOKEN:
        raise BadSignature  # anybody can sign with an empty key
    url = f"{settings.SITE_URL}{request.get_full_path()}"
    signature = request.headers.get("X-Twilio-Signature", "")
    signed = RequestValidator(settings.TWILIO_AUTH_TOKEN).validate(url, request.POST, signature)
    if not signed or not _reads_one_way(request.POST):
        raise BadSignature


def _reads_one_way(form: QueryDict) -> bool:
    """Return whether no other message and no other sender is named in what was signed.

    Twilio joins names and values with nothing between them. Whoever moves letters from a name to a
    value, or finds names within somebody's text, has another form of the same signature, and with
    a MessageSid of its own a recorded START would count once more.
    """
    joined = "".join(
        f"{name}{'' if name == TEXT else value}"
        for name in sorted(form)
        for value in sorted(set(form.getlist(name)))
    )
    sender = NAMED_SENDER.match(f"From{form.get('From', '')}")
    return set(NAMED_MESSAGE.findall(joined)) <= {form.get("MessageSid")} and set(
        NAMED_SENDER.findall(joined)
    ) <= ({sender[1]} if sender else set())
