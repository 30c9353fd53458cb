"""Where no provider of SMS is set up, nobody is asked for a phone number, and the page says so."""

import pytest

from notifications.subscribers.models import SignUp
from tests.notifications.subscribers.visitor import Visitor, text_of

pytestmark = pytest.mark.django_db
SAID = "We do not send SMS at present"


@pytest.fixture
def without_sms(visitor: Visitor, settings) -> None:
    settings.TWILIO_AUTH_TOKEN = settings.ALIYUN_SMS_ACCESS_KEY_ID = ""


@pytest.mark.parametrize("path", ["/subscribe/", "/manage/"])
def test_the_form_offers_what_can_be_sent(visitor: Visitor, without_sms, path):
    page = text_of(visitor.get(path))
    assert SAID in page
    assert 'name="phone"' not in page
    assert 'name="email"' in page
    assert "SMS alerts" not in page


def test_nothing_is_said_where_sms_are_sent(visitor: Visitor):
    page = text_of(visitor.get("/subscribe/"))
    assert SAID not in page
    assert 'name="phone"' in page


def test_a_number_that_is_posted_all_the_same_gets_an_answer(visitor: Visitor, without_sms):
    response = visitor.ask()
    assert response.status_code == 400
    assert "Enter your e-mail address." in text_of(response)
    assert visitor.post("/manage/", {}).status_code == 400
    lookup = visitor.post("/transactions/phone/", {"phone": "13800138000"})
    assert lookup.status_code == 400
    assert "We cannot send codes by SMS" in text_of(lookup)
    assert not SignUp.objects.exists()


def test_an_address_signs_up(visitor: Visitor, without_sms):
    response = visitor.ask(phone="", email="me@example.com")
    assert response.status_code == 302
    assert SignUp.objects.get().channel == "email"


def test_only_robots_are_left_without_mail_as_well(visitor: Visitor, without_sms, settings):
    settings.EMAIL_HOST = ""
    page = text_of(visitor.get("/subscribe/"))
    assert SAID in page
    assert 'name="email"' not in page
    assert 'name="robot"' in page
    assert "Enter the address of the group robot." in text_of(visitor.ask())


def test_a_country_whose_providers_are_not_set_up_gets_no_codes(visitor: Visitor, settings):
    settings.SMS_COUNTRIES = frozenset({"CN", "SG"})
    settings.SMS_PROVIDERS, settings.SMS_ROUTES = ["twilio"], {"65": ["cmpp"]}
    refused = visitor.ask("+65 9123 4567")
    assert refused.status_code == 400
    assert "We do not send SMS to this number" in text_of(refused)
    assert visitor.ask().status_code == 302
    settings.SMS_ROUTES = {"65": ["cmpp", "twilio"]}
    assert visitor.ask("+65 9123 4567").status_code == 302


def test_a_provider_for_a_country_that_gets_no_sms_does_not_count(visitor: Visitor, settings):
    settings.SMS_COUNTRIES = frozenset({"CN"})
    settings.SMS_PROVIDERS, settings.SMS_ROUTES = ["cmpp"], {"852": ["twilio"]}
    assert SAID in text_of(visitor.get("/subscribe/"))
