"""Codes that are wrong, late, old, or tried too often change nothing."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from pytest_django.fixtures import Settings

from notifications.channels import medium as find_medium
from notifications.channels.base import Content
from notifications.subscribers.models import Address, Consent, SignUp
from notifications.subscribers.services.codes import (
    CodeRefused,
    clean_code,
    code_hash,
    code_note,
    codes_send,
    new_code,
)
from notifications.subscribers.services.signups import signups_forget
from tests.notifications.subscribers.visitor import (
    E164,
    Visitor,
    code_in,
    newest_signup,
    text_of,
    wrong,
)

pytestmark = pytest.mark.django_db


def _nothing_changed() -> bool:
    return not Address.objects.exists() and not Consent.objects.exists()


def composed(signup: SignUp, code: str) -> Content:
    """Return the code's message as its medium's first provider sends it."""
    medium = "sms" if signup.kind == "phone" else "email"
    return find_medium(medium).leading().compose_note(code_note(signup, code))


class TestWrongCodes:
    def test_a_wrong_code_says_how_many_tries_are_left(self, visitor: Visitor) -> None:
        page = visitor.ask().headers["Location"]
        response = visitor.type(page, wrong(visitor.code()))
        assert response.status_code == 400
        assert "Wrong code. Tries left: 9." in text_of(response)
        assert _nothing_changed()

    def test_after_a_wrong_code_the_right_one_still_works(self, visitor: Visitor) -> None:
        page = visitor.ask().headers["Location"]
        code = visitor.code()
        visitor.type(page, wrong(code))
        assert visitor.type(page, code).status_code == 302
        assert Address.objects.exists()

    def test_the_tenth_wrong_code_is_the_last_try(self, visitor: Visitor) -> None:
        page = visitor.ask().headers["Location"]
        code = visitor.code()
        answers = [visitor.type(page, wrong(code)) for _ in range(10)]
        assert "Tries left: 0." in text_of(answers[-1])
        eleventh = visitor.type(page, wrong(code))
        assert eleventh.status_code == 429
        assert "Too many wrong codes" in text_of(eleventh)

    def test_after_ten_wrong_codes_even_the_right_one_is_refused(self, visitor: Visitor) -> None:
        page = visitor.ask().headers["Location"]
        code = visitor.code()
        for _ in range(10):
            visitor.type(page, wrong(code))
        response = visitor.type(page, code)
        assert response.status_code == 429
        assert _nothing_changed()
        assert newest_signup().tries == 10

    def test_a_new_code_does_not_give_the_tries_back(self, visitor: Visitor) -> None:
        page = visitor.ask().headers["Location"]
        code = visitor.code()
        for _ in range(10):
            visitor.type(page, wrong(code))
        response = visitor.client.post(f"{page}again/")
        assert response.status_code == 429
        assert "Too many wrong codes" in text_of(response)
        assert visitor.type(page, visitor.code()).status_code == 429

    @pytest.mark.parametrize(
        "typed", ["12345", "1234567", "abcdef", "12 34", "１２３", "٣٣٣٣٣٣٣", "-" * 6]
    )
    def test_what_is_no_code_costs_no_try(self, visitor: Visitor, typed: str) -> None:
        page = visitor.ask().headers["Location"]
        visitor.code()
        response = visitor.type(page, typed)
        assert response.status_code == 400
        assert "Enter all six digits of the code." in text_of(response)
        assert newest_signup().tries == 0

    def test_an_empty_field_is_asked_for(self, visitor: Visitor) -> None:
        response = visitor.type(visitor.ask().headers["Location"], "")
        assert response.status_code == 400
        assert "Enter the code from the message." in text_of(response)

    def test_an_endless_code_is_refused(self, visitor: Visitor) -> None:
        response = visitor.type(visitor.ask().headers["Location"], "1" * 100_000)
        assert response.status_code == 400

    def test_the_error_is_tied_to_the_field(self, visitor: Visitor) -> None:
        page = visitor.ask().headers["Location"]
        shown = text_of(visitor.type(page, wrong(visitor.code())))
        assert 'href="#id_code"' in shown
        assert 'id="id_code_error"' in shown
        assert shown.count("Tries left") == 2


class TestOldCodes:
    def test_an_expired_code_is_refused(self, visitor: Visitor, settings: Settings) -> None:
        page = visitor.ask().headers["Location"]
        code = visitor.code()
        later = timezone.now() + timedelta(seconds=settings.SIGNUP_CODE_SECONDS + 1)
        with time_machine.travel(later):
            response = visitor.type(page, code)
        assert response.status_code == 400
        assert "This code has expired" in text_of(response)
        assert _nothing_changed()

    def test_just_before_it_expires_it_works(self, visitor: Visitor, settings: Settings) -> None:
        page = visitor.ask().headers["Location"]
        code = visitor.code()
        later = timezone.now() + timedelta(seconds=settings.SIGNUP_CODE_SECONDS - 30)
        with time_machine.travel(later):
            assert visitor.type(page, code).status_code == 302

    def test_a_used_code_is_refused_and_changes_nothing(self, visitor: Visitor) -> None:
        page = visitor.ask(topics=["notice"]).headers["Location"]
        code = visitor.code()
        visitor.type(page, code)
        response = visitor.type(page, code)
        assert response.status_code == 400
        assert "This code has already been used." in text_of(response)
        assert Consent.objects.count() == 1

    def test_a_code_is_of_no_use_for_another_signup(self, visitor: Visitor) -> None:
        first = visitor.ask().headers["Location"]
        code = visitor.code()
        second = visitor.ask("139 0013 9000").headers["Location"]
        other = visitor.code("+8613900139000")
        if code == other:
            pytest.skip("two equal codes in a million")
        assert visitor.type(second, code).status_code == 400
        assert visitor.type(first, other).status_code == 400
        assert _nothing_changed()

    def test_a_code_typed_before_it_was_sent_costs_no_try(self, visitor: Visitor) -> None:
        page = visitor.ask().headers["Location"]
        response = visitor.type(page, "000000")
        assert response.status_code == 400
        assert "The code has not been sent yet." in text_of(response)
        assert newest_signup().tries == 0

    def test_only_the_newest_code_works(self, visitor: Visitor) -> None:
        page = visitor.ask().headers["Location"]
        old = visitor.code()
        visitor.client.post(f"{page}again/")
        new = visitor.code()
        assert len(visitor.sim.messages(to=E164)) == 2
        if old != new:
            assert visitor.type(page, old).status_code == 400
        assert visitor.type(page, new).status_code == 302

    def test_no_new_code_for_a_used_signup(self, visitor: Visitor) -> None:
        visitor.subscribe()
        response = visitor.post(f"/subscribe/{newest_signup().public_id}/again/", {})
        assert response.status_code == 400
        codes_send()
        assert len(visitor.sim.messages(to=E164)) == 1

    def test_asking_again_needs_a_post(self, visitor: Visitor) -> None:
        page = visitor.ask().headers["Location"]
        assert visitor.client.get(f"{page}again/").status_code == 405


class TestSending:
    def test_a_lost_task_is_made_up_for_by_the_sweep(self, visitor: Visitor) -> None:
        visitor.ask()
        codes_send()
        assert len(visitor.sim.messages(to=E164)) == 1

    def test_a_doubled_task_sends_one_code(self, visitor: Visitor) -> None:
        visitor.ask()
        assert [codes_send(newest_signup().pk) for _ in range(3)] == [1, 0, 0]
        codes_send()
        assert len(visitor.sim.messages(to=E164)) == 1

    def test_one_sweep_serves_everyone_who_waits(self, visitor: Visitor) -> None:
        for last in range(5):
            visitor.ask(f"138001380{last:02d}")
        codes_send()
        bodies = [visitor.sim.messages(to=f"+86138001380{last:02d}") for last in range(5)]
        assert [len(body) for body in bodies] == [1] * 5

    def test_each_signup_gets_a_code_of_its_own(self, visitor: Visitor) -> None:
        pages = [visitor.ask(f"138001380{last:02d}").headers["Location"] for last in range(3)]
        codes_send()
        for last, page in enumerate(pages):
            [message] = visitor.sim.messages(to=f"+86138001380{last:02d}")
            assert visitor.type(page, code_in(message["body"])).status_code == 302
        assert Address.objects.count() == 3

    def test_a_task_for_a_signup_that_is_gone_does_nothing(self, visitor: Visitor) -> None:
        assert codes_send(999_999) == 0

    def test_after_two_minutes_a_code_is_no_longer_sent(self, visitor: Visitor) -> None:
        page = visitor.ask().headers["Location"]
        with time_machine.travel(timezone.now() + timedelta(minutes=2, seconds=1)):
            codes_send()
            assert visitor.sim.messages(to=E164) == []
            assert "We could not send a code" in text_of(visitor.client.get(page))

    def test_asking_again_starts_the_two_minutes_anew(self, visitor: Visitor) -> None:
        page = visitor.ask().headers["Location"]
        with time_machine.travel(timezone.now() + timedelta(minutes=5)):
            visitor.client.post(f"{page}again/")
            assert visitor.type(page, visitor.code()).status_code == 302

    def test_a_number_that_does_not_exist_is_said_on_the_page(self, visitor: Visitor) -> None:
        visitor.sim.switch("refuse", provider="twilio", code=21211)
        page = visitor.ask().headers["Location"]
        codes_send()
        shown = text_of(visitor.client.get(page))
        assert "We could not send a code to" in shown
        assert "138****8000" in shown
        assert "it does not exist or cannot receive messages" in shown

    def test_a_number_that_replied_stop_is_told_how_to_come_back(self, visitor: Visitor) -> None:
        visitor.sim.switch("refuse", provider="twilio", code=21610)
        page = visitor.ask().headers["Location"]
        codes_send()
        assert "Send START" in text_of(visitor.client.get(page))

    def test_a_failed_code_is_not_sent_again_by_itself(self, visitor: Visitor) -> None:
        visitor.sim.switch("refuse", provider="twilio", code=21211, count=1)
        visitor.ask()
        codes_send()
        codes_send()
        assert visitor.sim.messages(to=E164) == []

    def test_what_was_certainly_not_sent_goes_out_with_the_next_sweep(
        self, visitor: Visitor
    ) -> None:
        visitor.sim.switch("rate_limited", provider="twilio", count=1)
        page = visitor.ask().headers["Location"]
        codes_send()
        assert visitor.sim.messages(to=E164) == []
        assert "on its way to" in text_of(visitor.client.get(page))
        assert visitor.type(page, visitor.code()).status_code == 302

    def test_what_may_have_been_sent_is_not_sent_twice(self, visitor: Visitor) -> None:
        visitor.sim.switch("drop_after", provider="twilio", count=1)
        page = visitor.ask().headers["Location"]
        codes_send()
        codes_send()
        [message] = visitor.sim.messages(to=E164)
        assert visitor.type(page, code_in(message["body"])).status_code == 302

    def test_a_new_code_clears_the_failure(self, visitor: Visitor) -> None:
        visitor.sim.switch("refuse", provider="twilio", code=21211, count=1)
        page = visitor.ask().headers["Location"]
        codes_send()
        visitor.client.post(f"{page}again/")
        assert "We could not send" not in text_of(visitor.client.get(page))
        assert visitor.type(page, visitor.code()).status_code == 302


class TestTheCodeItself:
    def test_codes_have_six_digits_and_differ(self) -> None:
        codes = {new_code() for _ in range(200)}
        assert all(len(code) == 6 and code.isdecimal() for code in codes)
        assert len(codes) > 190

    def test_its_hash_depends_on_the_signup_and_on_the_secret_key(self, settings: Settings) -> None:
        one, other = SignUp(public_id="one"), SignUp(public_id="other")
        before = code_hash(one, "123456")
        assert before != code_hash(other, "123456")
        assert before != code_hash(one, "123457")
        assert before == code_hash(one, "123456")
        settings.SECRET_KEY = "another"
        assert before != code_hash(one, "123456")

    def test_the_message_is_in_the_language_of_the_signup(self) -> None:
        english = SignUp(language="en", kind="phone")
        content = composed(english, "482913")
        assert content.text.startswith("【演示支付】Your code is 482913, valid for 10 minutes.")
        assert content.text.count("【") == 1

    def test_the_message_says_what_the_code_is_for(self) -> None:
        managing = SignUp(language="zh-hans", kind="phone", purpose=SignUp.Purpose.MANAGE)
        assert "用于更改或删除您的订阅" in composed(managing, "482913").text
        assert "用于订阅" in composed(SignUp(language="zh-hans", kind="phone"), "482913").text

    def test_without_a_signature_plain_english_needs_one_cheap_part(
        self, settings: Settings
    ) -> None:
        settings.SMS_SIGNATURE = ""
        content = composed(SignUp(language="en", kind="phone"), "482913").to("+6591234567")
        assert content.text.startswith("DemoPay: Your code is 482913")
        assert content.text.isascii()
        assert len(content.text) <= 160

    def test_without_a_signature_chinese_still_has_its_brackets(self, settings: Settings) -> None:
        settings.SMS_SIGNATURE = ""
        content = composed(SignUp(language="zh-hans", kind="phone"), "482913")
        assert content.text.startswith("【演示支付】")

    def test_a_mail_names_the_operator_in_its_subject(self) -> None:
        content = composed(SignUp(language="en", kind="email"), "482913")
        assert content.subject == "DemoPay: your code is 482913"
        assert "【" not in content.text

    @pytest.mark.parametrize("typed", ["482913", " 482 913 ", "482-913", "４８２９１３"])
    def test_people_may_type_it_their_way(self, typed: str) -> None:
        assert clean_code(typed) == "482913"

    @pytest.mark.parametrize("typed", ["", "48291", "4829133", "48291a", "四八二九一三"])
    def test_what_is_no_code_is_refused(self, typed: str) -> None:
        with pytest.raises(CodeRefused):
            clean_code(typed)


class TestForgetting:
    def test_a_signup_of_yesterday_is_deleted_with_its_sealed_number(
        self, visitor: Visitor
    ) -> None:
        visitor.ask()
        SignUp.objects.update(created_at=timezone.now() - timedelta(hours=25))
        visitor.ask("139 0013 9000")
        signups_forget()
        assert [one.masked for one in SignUp.objects.all()] == ["139****9000"]

    def test_a_subscription_outlives_its_signup(self, visitor: Visitor) -> None:
        visitor.subscribe()
        with time_machine.travel(timezone.now() + timedelta(hours=25)):
            signups_forget()
        assert Address.objects.count() == 1
        assert not SignUp.objects.exists()


@pytest.mark.parametrize("act", [codes_send, signups_forget])
def test_a_sweep_with_nothing_to_do_does_nothing(db: None, act: Callable[[], None]) -> None:
    act()
    assert not SignUp.objects.exists()
