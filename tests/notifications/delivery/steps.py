"""Steps that the delivery tests share."""

from django.utils import timezone

from notifications.delivery.broadcasts import expand
from notifications.delivery.models import Delivery
from tests.factories import make_address, open_incident

SMS = "twilio_sms"
PHONE = "+8613800138001"


def broadcast(*addresses):
    for clear in addresses or (PHONE,):
        make_address(clear)
    statement = open_incident()
    expand(statement.number)
    return statement


def due_now():
    Delivery.objects.update(due_at=timezone.now())


def row(clear=PHONE):
    masked = f"{clear[3:6]}****{clear[-4:]}"
    return Delivery.objects.get(address__masked=masked)


def on_the_phone(provider, clear=PHONE):
    return [one["body"] for one in provider.messages(to=clear)]
