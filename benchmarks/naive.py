"""The naive way: one Celery task, one call of the `twilio` package, one saved row a recipient."""

import os

import django
from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "statuspage.settings")
django.setup()

from django.conf import settings  # noqa: E402
from twilio.rest import Client  # noqa: E402

from notifications.channels import provider  # noqa: E402
from notifications.delivery.models import Delivery  # noqa: E402
from notifications.delivery.render import bulletin_of  # noqa: E402
from notifications.subscribers.crypto import decrypt  # noqa: E402

# Not the current one: hints of ours, sent from this process too, must go to our own workers.
app = Celery("naive", broker=settings.REDIS_URL, set_as_current=False)
app.conf.task_default_queue = "naive"
client = Client(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN)
client.api.base_url = settings.TWILIO_BASE_URL


@app.task(name="naive.send")
def send(delivery_id: int) -> None:
    """Everything that our path does, for one recipient."""
    delivery = Delivery.objects.select_related("address", "statement").get(pk=delivery_id)
    bulletin = bulletin_of(delivery.statement.document, delivery.language)
    text = provider("twilio").compose(bulletin).text
    clear = decrypt(delivery.address.sealed, delivery.address.kind)
    sent = client.messages.create(to=clear, from_=settings.TWILIO_FROM, body=text)
    delivery.state, delivery.provider_id = "sent", sent.sid
    delivery.save()
