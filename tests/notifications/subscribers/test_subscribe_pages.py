"""Subscribing, as a merchant does it: the form, the code, the confirmation."""

import re

import pytest
from django.test import Client

from notifications.subscribers.models import Address, AgreedText, Consent, SignUp, Subscriber
from notifications.subscribers.selectors import clear_address
from notifications.subscribers.services.subscriptions import CONSENT_VERSION
from tests.factories import make_component, make_group
from tests.notifications.subscribers.visitor import E164, Visitor, newest_signup, text_of

pytestmark = pytest.mark.django_db


class TestTheForm:
    def test_everything_is_proposed_as_most_people_want_it(self, visitor: Visitor) -> None:
        component = make_component(english="Card payments")
        page = text_of(visitor.get("/subscribe/"))
        checked = re.findall(r'value="([^"]*)" checked', page)
        assert checked == ["incident", "maintenance", "notice", "", "en"]
        assert component.public_id in page
        assert "Card payments" in page

    def test_the_keyboard_of_a_phone_shows_digits(self, visitor: Visitor) -> None:
        field = re.search(r'<input[^>]*name="phone"[^>]*>', text_of(visitor.get("/subscribe/")))
        assert field
        assert 'inputmode="tel"' in field[0]
        assert 'autocomplete="tel"' in field[0]

    def test_the_chinese_page_proposes_chinese(self, visitor: Visitor) -> None:
        page = text_of(Client().get("/subscribe/"))
        assert '<html lang="zh-hans">' in page
        assert 'value="zh-hans" checked' in page
        assert 'value="en" checked' not in page

    def test_it_says_what_will_and_what_will_never_come(self, visitor: Visitor) -> None:
        page = text_of(visitor.get("/subscribe/"))
        assert "What we send" in page
        assert "What we will never send" in page
        assert "DemoPay stores this phone number" in page

    def test_components_stand_under_their_groups_in_the_readers_language(
        self, visitor: Visitor
    ) -> None:
        group = make_group("支付")
        group.name["en"] = "Payments"
        group.save()
        make_component("扫码支付", "QR payments", group=group)
        make_component("短信通知", "SMS")
        page = text_of(visitor.get("/subscribe/"))
        assert page.index("Payments</p>") < page.index("QR payments") < page.index("SMS</span>")

    def test_a_hidden_component_is_neither_shown_nor_accepted(self, visitor: Visitor) -> None:
        hidden = make_component(english="Ledger", visible=False)
        assert "Ledger" not in text_of(visitor.get("/subscribe/"))
        response = visitor.ask(components=[hidden.public_id])
        assert response.status_code == 400
        assert not SignUp.objects.exists()


class TestAskingForACode:
    def test_asking_leads_to_the_page_where_the_code_is_typed(self, visitor: Visitor) -> None:
        response = visitor.ask()
        assert response.status_code == 302
        assert response.headers["Location"] == f"/en/subscribe/{newest_signup().public_id}/"

    def test_the_request_itself_sends_nothing(self, visitor: Visitor) -> None:
        visitor.ask()
        assert visitor.sim.messages(to=E164) == []
        assert "on its way to" in text_of(visitor.get(f"/subscribe/{newest_signup().public_id}/"))

    def test_the_worker_sends_one_message_with_the_code(self, visitor: Visitor) -> None:
        page = visitor.ask().headers["Location"]
        code = visitor.code()
        [message] = visitor.sim.messages(to=E164)
        assert message["body"].startswith("【演示支付】")
        assert "10" in message["body"]
        assert code not in str(newest_signup().__dict__)
        shown = text_of(visitor.client.get(page))
        assert "We have sent a six-digit code" in shown
        assert code not in shown

    def test_the_code_page_shows_the_number_masked(self, visitor: Visitor) -> None:
        page = text_of(visitor.client.get(visitor.ask().headers["Location"]))
        assert "138****8000" in page
        assert "13800138000" not in page
        assert E164 not in page

    def test_the_code_field_asks_the_phone_to_fill_it_in(self, visitor: Visitor) -> None:
        page = text_of(visitor.client.get(visitor.ask().headers["Location"]))
        field = re.search(r'<input[^>]*name="code"[^>]*>', page)
        assert field
        assert 'inputmode="numeric"' in field[0]
        assert 'autocomplete="one-time-code"' in field[0]

    def test_nothing_is_stored_before_the_code_is_typed(self, visitor: Visitor) -> None:
        visitor.ask()
        visitor.code()
        assert not Address.objects.exists()
        assert not Subscriber.objects.exists()
        assert not Consent.objects.exists()

    def test_changing_the_number_keeps_the_other_answers(self, visitor: Visitor) -> None:
        component = make_component()
        visitor.ask(topics=["notice"], category="industry", components=[component.public_id])
        code_page = text_of(visitor.get(f"/subscribe/{newest_signup().public_id}/"))
        [link] = re.findall(r'href="([^"]*\?from=[^"]*)"', code_page)
        form = text_of(visitor.client.get(link))
        checked = re.findall(r'value="([^"]*)" checked', form)
        assert checked == ["notice", component.public_id, "industry", "en"]
        assert "138" not in re.search(r'<input[^>]*name="phone"[^>]*>', form)[0]  # type: ignore[index]

    @pytest.mark.parametrize("origin", ["nobody", "\x00", "x" * 5000, "' OR 1=1"])
    def test_nonsense_in_the_link_is_ignored(self, visitor: Visitor, origin: str) -> None:
        assert visitor.get("/subscribe/", data={"from": origin}).status_code == 200


class TestWhatIsWrongWithTheForm:
    @pytest.mark.parametrize(
        ("number", "sentence"),
        [
            ("", "Enter your mobile number."),
            ("hello", "not a phone number"),
            ("12345", "This phone number does not exist."),
            ("010-12345678", "mobile number"),
            ("1" * 41, "at most 40 characters"),
            ("138\x0000138000", "Null characters"),
        ],
    )
    def test_a_malformed_number_gets_a_clear_sentence(
        self, visitor: Visitor, number: str, sentence: str
    ) -> None:
        response = visitor.ask(number)
        assert response.status_code == 400
        assert sentence in text_of(response)
        assert not SignUp.objects.exists()

    def test_what_was_typed_is_still_there(self, visitor: Visitor) -> None:
        component = make_component()
        page = text_of(
            visitor.ask(
                "12 34",
                topics=["notice"],
                category="micro",
                language="zh-hans",
                components=[component.public_id],
            )
        )
        assert 'value="12 34"' in page
        checked = re.findall(r'value="([^"]*)" checked', page)
        assert checked == ["notice", component.public_id, "micro", "zh-hans"]
        assert re.search(r'<input[^>]*name="consent"[^>]*checked', page)

    def test_the_summary_comes_first_takes_the_focus_and_leads_to_the_field(
        self, visitor: Visitor
    ) -> None:
        page = text_of(visitor.ask("12345"))
        summary = re.search(r'<div class="errors[^>]*>', page)
        assert summary
        assert 'tabindex="-1"' in summary[0]
        assert "autofocus" in summary[0]
        assert 'href="#id_phone"' in page
        assert summary.start() < page.index("<form")

    def test_the_error_is_tied_to_its_field(self, visitor: Visitor) -> None:
        page = text_of(visitor.ask("12345"))
        field = re.search(r'<input[^>]*name="phone"[^>]*>', page)
        assert field
        assert 'aria-invalid="true"' in field[0]
        described = re.search(r'aria-describedby="([^"]*)"', field[0])
        assert described
        for name in described[1].split():
            assert f'id="{name}"' in page

    def test_the_error_of_a_group_of_boxes_is_tied_to_the_group(self, visitor: Visitor) -> None:
        page = text_of(visitor.ask(topics=[]))
        fieldset = re.search(r'<fieldset[^>]*id="id_topics"[^>]*>', page)
        assert fieldset
        assert "id_topics_error" in fieldset[0]
        assert 'id="id_topics_error"' in page

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"consent": ""}, "We can only message you with your consent. Please tick the box."),
            ({"topics": []}, "Choose at least one type of message."),
            ({"topics": ["gossip"]}, "Select a valid choice"),
            ({"language": "tlh"}, "Select a valid choice"),
            ({"category": "giant"}, "Select a valid choice"),
            ({"components": ["nothing"]}, "Select a valid choice"),
        ],
    )
    def test_other_answers_are_checked_too(
        self, visitor: Visitor, changes: dict[str, object], sentence: str
    ) -> None:
        response = visitor.ask(**changes)
        assert response.status_code == 400
        assert sentence in text_of(response)
        assert not SignUp.objects.exists()

    def test_everything_that_is_wrong_is_said_at_once(self, visitor: Visitor) -> None:
        page = text_of(visitor.ask("", consent="", topics=[]))
        for field in ("phone", "topics", "consent"):
            assert f'href="#id_{field}"' in page
            assert f'id="id_{field}_error"' in page

    def test_bytes_that_are_no_text_are_no_server_error(self, visitor: Visitor) -> None:
        response = visitor.client.post(
            "/en/subscribe/",
            b"phone=%FF%FE&topics=%ED%A0%80",
            content_type="application/x-www-form-urlencoded",
        )
        assert response.status_code == 400

    @pytest.mark.parametrize("method", ["put", "delete", "patch"])
    def test_another_method_is_not_allowed(self, visitor: Visitor, method: str) -> None:
        assert getattr(visitor.client, method)("/en/subscribe/").status_code == 405

    @pytest.mark.parametrize("path", ["/subscribe/nothing/", "/subscribe/nothing/done/"])
    def test_a_signup_that_does_not_exist_is_a_404(self, visitor: Visitor, path: str) -> None:
        assert visitor.get(path).status_code == 404


class TestTheConfirmation:
    def test_the_right_code_subscribes(self, visitor: Visitor) -> None:
        component = make_component(english="Card payments")
        page = text_of(
            visitor.subscribe(
                topics=["incident", "notice"],
                category="micro",
                components=[component.public_id],
            )
        )
        assert "You are subscribed" in page
        address = Address.objects.get()
        assert clear_address(address) == E164
        assert address.confirmed_at is not None
        assert address.subscription.topics == ["incident", "notice"]
        assert address.subscription.components == [component.public_id]
        assert (address.subscriber.language, address.subscriber.category) == ("en", "micro")

    def test_the_page_repeats_what_was_agreed_and_how_to_stop(self, visitor: Visitor) -> None:
        component = make_component(english="Card payments")
        page = text_of(visitor.subscribe(topics=["notice"], components=[component.public_id]))
        assert "Settlement notices" in page
        assert "Planned maintenance" not in page
        assert "Card payments" in page
        assert "138****8000" in page
        assert "English" in page
        assert "Reply STOP" in page
        assert 'href="/en/manage/"' in page

    def test_no_component_means_all_of_them(self, visitor: Visitor) -> None:
        make_component(english="Card payments")
        page = text_of(visitor.subscribe())
        assert "All services" in page
        assert Address.objects.get().subscription.components == []

    def test_the_consent_names_the_words_that_were_agreed_to(self, visitor: Visitor) -> None:
        visitor.subscribe()
        consent = Consent.objects.get()
        assert (consent.act, consent.source) == ("given", "web")
        assert consent.text_version.startswith(f"{CONSENT_VERSION}-")
        assert AgreedText.objects.filter(pk=consent.text_version).exists()
        assert consent.address == Address.objects.get()

    def test_the_database_holds_no_number_in_clear(self, visitor: Visitor) -> None:
        visitor.subscribe()
        for row in [*Address.objects.values(), *SignUp.objects.values()]:
            assert "13800138000" not in str(row)
            assert b"13800138000" not in bytes(row["sealed"])

    def test_a_code_typed_in_full_width_or_with_gaps_is_right(self, visitor: Visitor) -> None:
        page = visitor.ask().headers["Location"]
        code = visitor.code()
        wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
        assert visitor.type(page, f" {wide[:3]} {wide[3:]} ").status_code == 302

    def test_the_code_page_leads_on_once_the_code_was_used(self, visitor: Visitor) -> None:
        visitor.subscribe()
        path = f"/subscribe/{newest_signup().public_id}/"
        assert visitor.get(path).headers["Location"] == f"/en{path}done/"

    def test_the_confirmation_is_not_shown_before_the_code(self, visitor: Visitor) -> None:
        page = visitor.ask().headers["Location"]
        assert visitor.client.get(f"{page}done/").headers["Location"] == page

    def test_a_chinese_visitor_gets_a_chinese_subscription(self, visitor: Visitor) -> None:
        chinese = Visitor(visitor.sim, prefix="")
        chinese.subscribe()
        assert Subscriber.objects.get().language == "zh-hans"

    def test_a_number_typed_in_another_spelling_is_the_same_subscription(
        self, visitor: Visitor
    ) -> None:
        visitor.subscribe(topics=["incident"])
        visitor.subscribe("００８６ 138-0013-8000", topics=["notice"])
        assert Address.objects.get().subscription.topics == ["notice"]
        assert Subscriber.objects.count() == 1
        assert Consent.objects.count() == 2


class TestByEmail:
    MAIL = "li.lei@example.com"

    def test_the_code_page_speaks_of_e_mail(self, visitor: Visitor) -> None:
        page = text_of(visitor.client.get(visitor.ask("", email=self.MAIL).headers["Location"]))
        assert "Change the e-mail address" in page
        assert "Check your spam folder" in page
        assert "Change the number" not in page

    def test_a_code_by_mail_subscribes_the_mailbox(self, visitor: Visitor) -> None:
        page = text_of(visitor.subscribe("", to=self.MAIL, email=self.MAIL))
        assert "l***@example.com" in page
        assert "Reply STOP" not in page
        address = Address.objects.get()
        assert (address.channel, address.kind) == ("email", "email")
        assert clear_address(address) == self.MAIL

    def test_a_malformed_mail_address_opens_its_field_with_the_error(
        self, visitor: Visitor
    ) -> None:
        response = visitor.ask("", email="li.lei")
        assert response.status_code == 400
        assert "<details open>" in text_of(response)
        assert 'href="#id_email"' in text_of(response)

    def test_both_at_once_is_one_too_many(self, visitor: Visitor) -> None:
        response = visitor.ask(email=self.MAIL)
        assert response.status_code == 400
        assert "Enter a mobile number or an e-mail address, not both." in text_of(response)
