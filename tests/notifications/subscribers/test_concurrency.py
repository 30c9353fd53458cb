"""Many at once: workers, visitors and impatient fingers."""

from typing import Any

import pytest
from pytest_django.fixtures import Settings

from notifications.channels.addresses import AddressKind
from notifications.subscribers.choices import Choices
from notifications.subscribers.contacts import contact_for_code
from notifications.subscribers.models import Address, Consent, SignUp, Subscriber
from notifications.subscribers.services.codes import CodeRefused, SignupRefusal, codes_send
from notifications.subscribers.services.inbound import bind_code_issue, wechat_bind
from notifications.subscribers.services.signups import signup_confirm, signup_request
from tests.factories import make_address
from tests.notifications.subscribers.threads import all_at_once
from tests.notifications.subscribers.visitor import E164, code_in, wrong

pytestmark = pytest.mark.django_db(transaction=True)


def _signup(number: str = E164) -> SignUp:
    contact = contact_for_code(AddressKind.PHONE, number)
    return signup_request(contact=contact, choices=Choices("en"), client_ip="192.0.2.1")


def _sent_code(sim: Any, signup: SignUp) -> str:
    codes_send(signup.pk)
    return code_in(sim.messages(to=E164)[-1]["body"])


def _try(signup: SignUp, code: str) -> str:
    """Return what came of it: "ok" or the name of the refusal."""
    try:
        signup_confirm(signup=SignUp.objects.get(pk=signup.pk), typed=code)
    except CodeRefused as refused:
        return refused.refusal
    return "ok"


def test_twenty_wrong_codes_at_once_use_up_exactly_ten_tries(sim: Any) -> None:
    signup = _signup()
    code = _sent_code(sim, signup)
    answers = all_at_once(20, lambda _: _try(signup, wrong(code)))
    assert answers.count(SignupRefusal.WRONG) == 10
    assert answers.count(SignupRefusal.TOO_MANY_TRIES) == 10
    signup.refresh_from_db()
    assert signup.tries == 10
    assert _try(signup, code) == SignupRefusal.TOO_MANY_TRIES


def test_guessing_from_twenty_threads_never_gets_more_than_ten_answers(sim: Any) -> None:
    signup = _signup()
    code = int(_sent_code(sim, signup))
    guesses = [f"{(code + 1 + number) % 1_000_000:06d}" for number in range(20)]
    answers = all_at_once(20, lambda number: _try(signup, guesses[number]))
    assert sum(answer != SignupRefusal.TOO_MANY_TRIES for answer in answers) == 10


def test_one_code_confirmed_twice_at_once_subscribes_once(sim: Any) -> None:
    signup = _signup()
    code = _sent_code(sim, signup)
    answers = all_at_once(8, lambda _: _try(signup, code))
    assert answers.count("ok") == 1
    assert set(answers) <= {"ok", SignupRefusal.USED, SignupRefusal.TOO_MANY_TRIES}
    assert Address.objects.count() == 1
    assert Consent.objects.count() == 1


def test_two_signups_of_one_number_confirmed_at_once_make_one_subscriber(sim: Any) -> None:
    signups = [_signup() for _ in range(4)]
    codes = [_sent_code(sim, signup) for signup in signups]
    answers = all_at_once(4, lambda number: _try(signups[number], codes[number]))
    assert answers == ["ok"] * 4
    assert Address.objects.count() == 1
    assert Subscriber.objects.count() == 1
    assert Consent.objects.count() == 4


def test_many_workers_send_one_code(sim: Any) -> None:
    signup = _signup()
    sent = all_at_once(8, lambda number: codes_send(signup.pk) if number % 2 else codes_send())
    assert sum(sent) == 1
    assert len(sim.messages(to=E164)) == 1


def test_many_workers_share_many_signups_without_doubling_one(sim: Any, settings: Settings) -> None:
    settings.SIGNUP_PER_IP_HOUR = 100
    numbers = [f"+86138001380{last:02d}" for last in range(20)]
    for number in numbers:
        _signup(number)
    sent = all_at_once(5, lambda _: codes_send())
    assert sum(sent) == 20
    assert [len(sim.messages(to=number)) for number in numbers] == [1] * 20


def test_a_bind_code_works_once_whoever_is_quicker(sim: Any) -> None:
    subscriber = make_address(E164).subscriber
    code = bind_code_issue(subscriber=subscriber)
    openids = [f"oMerchant_{number:020d}" for number in range(6)]
    bound = all_at_once(6, lambda n: wechat_bind(openid=openids[n], text=f"绑定 {code}"))
    assert sum(address is not None for address in bound) == 1
    assert subscriber.addresses.count() == 2
