import pytest

from tests.factories import make_address, open_incident
from notifications.delivery.audience import audience_count, audience_of
from notifications.delivery.models import Broadcast, Delivery
from statuspage.statements.models import Statement


@pytest.mark.django_db(transaction=True)
def test_it():
    a = make_address()
    s = open_incident()
    print(s.document)
    s.refresh_from_db()
    assert Broadcast.objects.get().components
    assert audience_count(audience_of(s.document)) == {("twilio_sms", "zh-hans"): 1}
    assert Delivery.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_2():
    assert Statement.objects.count() == 0
