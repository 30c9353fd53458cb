"""Steps that the delivery tests share."""

from datetime import timedelta

from django.db.models.functions import Now

from notifications.delivery.broadcasts import expand
from notifications.delivery.models import Delivery
from notifications.delivery.restoring import HOLD
from statuspage.statements.restoring import RECORD
from tests.database.tampering import as_owner
from tests.factories import make_address, open_incident

SMS = "sms"
PHONE = "+8613800138001"


def broadcast(*addresses):
    for clear in addresses or (PHONE,):
        make_address(clear)
    statement = open_incident()
    expand(statement.number)
    return statement


def due_now():
    # Earlier than the transaction in which many a test runs as a whole.
    Delivery.objects.update(due_at=Now() - timedelta(minutes=5))


def row(clear=PHONE):
    masked = f"{clear[3:6]}****{clear[-4:]}"
    return Delivery.objects.get(address__masked=masked)


def on_the_phone(provider, clear=PHONE):
    return [one["body"] for one in provider.messages(to=clear)]


def restore() -> None:
    """Do to this database what `restore` does to the one that it fills."""
    with as_owner() as cursor:
        cursor.execute(RECORD)
        cursor.execute(HOLD)
        # Between tests the sequence goes back to 1, but not the number that it counts from.
        cursor.execute("ALTER TABLE delivery_delivery ALTER COLUMN id SET START WITH 1")
