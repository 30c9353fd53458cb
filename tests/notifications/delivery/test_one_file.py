"""A new provider is one file: what it registers is sent by, counted, named and shown."""

import pytest
from django.core.checks import run_checks
from django.test import Client

from notifications.channels import base, medium
from notifications.channels.base import Content, Limits, Provider, register
from notifications.channels.media import labels
from notifications.channels.outcomes import Accepted
from notifications.delivery.models import Delivery
from notifications.delivery.send import send_due
from notifications.delivery.singles import notes_send
from notifications.media import provider_names
from notifications.subscribers.recipients import recipients
from tests.notifications.delivery.steps import PHONE, SMS, broadcast
from tests.notifications.delivery.test_singles import NOTE

pytestmark = pytest.mark.django_db(transaction=True)
FILE = '''
@register
class Pigeon(Provider):
    """Carries what it is given."""

    name = "pigeon"
    label = "Pigeon post"
    medium = "sms"
    address_kind = "phone"
    limits = Limits(per_second=100, burst=100)

    def compose(self, bulletin, template=None):
        return Content(text=f"coo {bulletin.name}")

    async def send(self, batch):
        for message in batch:
            CARRIED.append((message.address, message.content.text))
            yield message, Accepted("feather")
'''


@pytest.fixture
def carried(settings, provider):
    """What the new provider has carried; its file is read as the folder's others are."""
    found = []
    names = {"register": register, "Provider": Provider, "Limits": Limits, "Content": Content}
    exec(FILE, names | {"Accepted": Accepted, "CARRIED": found})  # noqa: S102
    settings.SMS_PROVIDERS = ["pigeon", "twilio"]
    yield found
    del base._PROVIDERS["pigeon"]


def test_it_sends_statements_and_codes(carried):
    broadcast()
    send_due(SMS)
    assert Delivery.objects.get().provider == "pigeon"
    notes_send(SMS, [(PHONE, NOTE)])
    assert [address for address, _text in carried] == [PHONE, PHONE]
    assert carried[1][1] == NOTE.text


def test_it_has_a_label_and_stands_in_the_order(carried):
    assert labels()["pigeon"] == "Pigeon post"
    assert [one.name for one in medium(SMS).in_order()] == ["pigeon", "twilio"]


def test_its_callbacks_have_an_address(carried, client: Client):
    assert client.post("/hooks/pigeon/report/").status_code == 403
    assert client.post("/hooks/dove/report/").status_code == 404


def test_the_settings_know_it_by_its_file(tmp_path, monkeypatch):
    (tmp_path / "sms").mkdir()
    (tmp_path / "sms" / "pigeon.py").write_text(FILE)
    monkeypatch.setattr("notifications.media.FOLDER", tmp_path)
    assert provider_names("sms") == {"pigeon"}


def test_one_that_is_set_up_and_in_no_order_is_pointed_out(carried, settings):
    settings.SMS_PROVIDERS = ["twilio"]
    found = [str(one.msg) for one in run_checks() if one.id == "delivery.W001"]
    assert any("Pigeon post is set up" in one for one in found)
    settings.SMS_PROVIDERS = []
    assert not [one for one in run_checks() if one.id == "delivery.W001"]


def test_the_privacy_notice_names_it(carried):
    assert "Pigeon post" in [one.name for one in recipients()]
