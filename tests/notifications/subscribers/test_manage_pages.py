"""Managing: change, stop, start again, erase."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from pytest_django.fixtures import Settings

from notifications.delivery.audience import Audience, audience_count
from notifications.subscribers.models import Address, Consent, SignUp, Subscriber, Subscription
from notifications.subscribers.services.addresses import address_add
from notifications.subscribers.services.subscriptions import CONSENT_VERSION
from tests.factories import make_address, make_component
from tests.notifications.subscribers.visitor import E164, Visitor, text_of

pytestmark = pytest.mark.django_db


def _audience() -> int:
    return sum(one.count for one in audience_count(Audience("notice")))


@pytest.fixture
def page(visitor: Visitor) -> str:
    """Return the path of the page of someone who has subscribed to everything."""
    visitor.subscribe()
    return visitor.open_manage()


class TestGettingIn:
    def test_the_code_opens_the_subscription(self, visitor: Visitor, page: str) -> None:
        shown = text_of(visitor.client.get(page))
        assert "Your subscription" in shown
        assert "138****8000" in shown
        assert "a record that consent was given and withdrawn" in shown
        checked = re.findall(r'value="([^"]*)" checked', shown)
        assert checked == ["incident", "maintenance", "notice", "", "en"]

    def test_an_unknown_number_learns_that_only_after_the_right_code(
        self, visitor: Visitor
    ) -> None:
        where = visitor.ask_to_manage().headers["Location"]
        response = visitor.type(where, visitor.code())
        assert response.headers["Location"] == "/en/manage/none/"
        shown = text_of(visitor.client.get("/en/manage/none/"))
        assert "No subscription for this number" in shown
        assert 'href="/en/subscribe/"' in shown

    def test_asking_to_manage_subscribes_nobody(self, visitor: Visitor) -> None:
        where = visitor.ask_to_manage().headers["Location"]
        visitor.type(where, visitor.code())
        assert not Address.objects.exists()
        assert not Consent.objects.exists()

    @pytest.mark.parametrize(
        ("number", "sentence"), [("", "Enter your mobile number."), ("12", "phone number")]
    )
    def test_a_malformed_number_gets_a_clear_sentence(
        self, visitor: Visitor, number: str, sentence: str
    ) -> None:
        response = visitor.ask_to_manage(number)
        assert response.status_code == 400
        assert sentence in text_of(response)

    def test_a_code_for_managing_does_not_fit_the_subscribing_page(self, visitor: Visitor) -> None:
        where = visitor.ask_to_manage().headers["Location"]
        public_id = where.strip("/").split("/")[-1]
        assert visitor.get(f"/subscribe/{public_id}/").status_code == 404

    def test_a_code_for_subscribing_does_not_open_the_manage_page(self, visitor: Visitor) -> None:
        where = visitor.ask().headers["Location"]
        public_id = where.strip("/").split("/")[-1]
        assert visitor.get(f"/manage/code/{public_id}/").status_code == 404

    def test_a_used_code_opens_nothing_again(self, visitor: Visitor) -> None:
        visitor.subscribe()
        where = visitor.ask_to_manage().headers["Location"]
        code = visitor.code()
        visitor.type(where, code)
        assert visitor.type(where, code).status_code == 400
        assert visitor.client.get(where).headers["Location"] == "/en/manage/"

    def test_a_new_code_can_be_asked_for(self, visitor: Visitor) -> None:
        visitor.subscribe()
        where = visitor.ask_to_manage().headers["Location"]
        visitor.code()
        assert visitor.client.post(f"{where}again/").headers["Location"] == where
        assert visitor.type(where, visitor.code()).headers["Location"].startswith("/en/manage/")


class TestTheLink:
    def test_after_thirty_minutes_it_opens_nothing(self, visitor: Visitor, page: str) -> None:
        with time_machine.travel(timezone.now() + timedelta(minutes=31)):
            response = visitor.client.get(page)
        assert response.status_code == 410
        assert "This link has expired" in text_of(response)

    def test_after_thirty_minutes_it_changes_nothing(self, visitor: Visitor, page: str) -> None:
        with time_machine.travel(timezone.now() + timedelta(minutes=31)):
            for act in ("", "stop/", "erase/", "wechat/", "resume/"):
                assert visitor.client.post(page + act, {"sure": "on"}).status_code == 410
        assert Address.objects.get().suppressed_at is None

    @pytest.mark.parametrize("token", ["x", "a:b:c", "a" * 3000, "密", "%00", "none:1:2"])
    def test_a_made_up_link_opens_nothing(self, visitor: Visitor, token: str) -> None:
        assert visitor.get(f"/manage/{token}/").status_code == 410

    def test_a_link_signed_with_another_key_opens_nothing(
        self, visitor: Visitor, page: str, settings: Settings
    ) -> None:
        settings.SECRET_KEY = "another"
        assert visitor.client.get(page).status_code == 410

    @pytest.mark.parametrize("act", ["stop/", "resume/", "wechat/", "erase/"])
    def test_opening_a_page_of_an_act_changes_nothing(
        self, visitor: Visitor, page: str, act: str
    ) -> None:
        assert visitor.client.get(page + act).status_code == 405


class TestChanging:
    def test_what_is_saved_is_what_they_hear_about(self, visitor: Visitor, page: str) -> None:
        component = make_component(english="Card payments")
        response = visitor.client.post(
            page,
            {
                "topics": ["incident"],
                "components": [component.public_id],
                "category": "industry",
                "language": "zh-hans",
            },
        )
        assert "Saved." in text_of(visitor.client.get(response.headers["Location"]))
        address = Address.objects.get()
        assert address.subscription.topics == ["incident"]
        assert address.subscription.components == [component.public_id]
        assert address.subscriber.category == "industry"
        assert address.subscriber.language == "zh-hans"
        assert _audience() == 0

    def test_a_change_counts_as_the_owners_own_choice(self, visitor: Visitor) -> None:
        address_add(channel="sms", raw=E164, language="en", source="contract")
        where = visitor.open_manage()
        visitor.client.post(where, {"topics": ["notice"], "language": "en"})
        newest = Consent.objects.latest("id")
        assert (newest.source, newest.text_version) == ("web", CONSENT_VERSION)

    @pytest.mark.parametrize(
        "answers",
        [
            {"language": "en"},
            {"topics": ["notice"]},
            {"topics": ["nothing"], "language": "en"},
            {"topics": ["notice"], "language": "en", "components": ["nothing"]},
        ],
    )
    def test_wrong_answers_change_nothing(
        self, visitor: Visitor, page: str, answers: dict[str, object]
    ) -> None:
        response = visitor.client.post(page, answers)
        assert response.status_code == 400
        assert 'class="errors' in text_of(response)
        assert Subscription.objects.get().topics == ["incident", "maintenance", "notice"]

    def test_all_addresses_of_a_subscriber_change_together(
        self, visitor: Visitor, page: str
    ) -> None:
        subscriber = Subscriber.objects.get()
        second = make_address("me@example.com", "email")
        second.subscriber = subscriber
        second.save()
        visitor.client.post(page, {"topics": ["notice"], "language": "en"})
        assert [one.topics for one in Subscription.objects.all()] == [["notice"]] * 2
        assert "m***@example.com" in text_of(visitor.client.get(page))


class TestStopping:
    def test_stopping_takes_effect_at_once(self, visitor: Visitor, page: str) -> None:
        assert _audience() == 1
        response = visitor.client.post(f"{page}stop/")
        assert "you receive nothing from us" in text_of(
            visitor.client.get(response.headers["Location"])
        )
        assert _audience() == 0

    def test_stopping_withdraws_consent_and_keeps_the_choices(
        self, visitor: Visitor, page: str
    ) -> None:
        visitor.client.post(f"{page}stop/")
        assert Consent.objects.latest("id").act == "withdrawn"
        assert Subscription.objects.get().topics == ["incident", "maintenance", "notice"]

    def test_stopping_twice_withdraws_once(self, visitor: Visitor, page: str) -> None:
        for _ in range(2):
            visitor.client.post(f"{page}stop/")
        assert Consent.objects.filter(act="withdrawn").count() == 1

    def test_starting_again_is_consent_again(self, visitor: Visitor, page: str) -> None:
        visitor.client.post(f"{page}stop/")
        visitor.client.post(f"{page}resume/")
        assert _audience() == 1
        assert Consent.objects.latest("id").act == "given"
        assert "you receive nothing" not in text_of(visitor.client.get(page))

    def test_subscribing_again_starts_the_messages_again(self, visitor: Visitor, page: str) -> None:
        visitor.client.post(f"{page}stop/")
        visitor.subscribe()
        assert _audience() == 1

    def test_what_a_provider_stopped_cannot_be_started_from_here(
        self, visitor: Visitor, page: str
    ) -> None:
        Address.objects.update(suppressed_at=timezone.now(), suppressed_for="bad_address")
        assert "cannot reach this address" in text_of(visitor.client.get(page))
        visitor.client.post(f"{page}resume/")
        assert _audience() == 0

    def test_saving_while_stopped_does_not_start_anything(
        self, visitor: Visitor, page: str
    ) -> None:
        visitor.client.post(f"{page}stop/")
        visitor.client.post(page, {"topics": ["notice"], "language": "en"})
        assert _audience() == 0
        assert Consent.objects.latest("id").act == "withdrawn"


class TestErasing:
    def test_everything_personal_is_gone(self, visitor: Visitor, page: str) -> None:
        response = visitor.client.post(f"{page}erase/", {"sure": "on"})
        assert "Your data has been erased" in text_of(
            visitor.client.get(response.headers["Location"])
        )
        for model in (Address, Subscriber, Subscription, SignUp):
            assert not model.objects.exists()

    def test_consents_stay_without_a_name(self, visitor: Visitor, page: str) -> None:
        visitor.client.post(f"{page}erase/", {"sure": "on"})
        assert [one.act for one in Consent.objects.order_by("id")] == ["given", "withdrawn"]
        assert {one.address_id for one in Consent.objects.all()} == {None}

    def test_without_the_second_thought_nothing_is_erased(
        self, visitor: Visitor, page: str
    ) -> None:
        response = visitor.client.post(f"{page}erase/")
        assert response.status_code == 400
        assert "Tick the box to confirm" in text_of(response)
        assert Address.objects.exists()

    def test_the_link_opens_nothing_any_more(self, visitor: Visitor, page: str) -> None:
        visitor.client.post(f"{page}erase/", {"sure": "on"})
        assert visitor.client.get(page).status_code == 410

    def test_others_are_left_alone(self, visitor: Visitor, page: str) -> None:
        other = make_address()
        visitor.client.post(f"{page}erase/", {"sure": "on"})
        assert [*Address.objects.all()] == [other]

    def test_who_was_erased_can_come_back(self, visitor: Visitor, page: str) -> None:
        visitor.client.post(f"{page}erase/", {"sure": "on"})
        assert "You are subscribed" in text_of(visitor.subscribe())


class TestWechat:
    def test_the_page_gives_a_code_to_send(self, visitor: Visitor, page: str) -> None:
        shown = text_of(visitor.client.post(f"{page}wechat/"))
        assert re.search(r"绑定 [2-9BCDFGHJKMNPQRSTVWXYZ]{6}", shown)

    def test_each_code_is_a_new_one(self, visitor: Visitor, page: str) -> None:
        codes = {
            re.findall(r"绑定 (\w{6})", text_of(visitor.client.post(f"{page}wechat/")))[0]
            for _ in range(5)
        }
        assert len(codes) == 5
