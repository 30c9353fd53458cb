"""Nobody subscribes to a provider that only stands in for another."""

import pytest
from django.core.exceptions import ValidationError

from notifications.channels import media
from notifications.subscribers.contacts import contact_on


def test_an_address_on_the_channel_itself_is_taken():
    assert contact_on("sms", "13800138001").clear == "+8613800138001"


@pytest.mark.parametrize("name", ["aliyun", "pigeon", ""])
def test_an_address_on_a_stand_in_or_an_unknown_channel_is_refused(name):
    with pytest.raises(ValidationError) as caught:
        contact_on(name, "13800138001")
    assert caught.value.code == "channel"


def test_no_stand_in_is_among_the_channels_to_choose_from():
    assert "aliyun" not in [one.name for one in media()]
