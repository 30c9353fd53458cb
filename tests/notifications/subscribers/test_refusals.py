"""Every way to be refused has its sentence and its status."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from notifications.channels.outcomes import Reason
from notifications.subscribers.models import SignUp
from notifications.subscribers.services.codes import CodeRefused, SignupRefusal
from tests.notifications.subscribers.visitor import Visitor, newest_signup, text_of


@pytest.mark.parametrize("refusal", list(SignupRefusal))
def test_every_refusal_is_a_whole_sentence(refusal: SignupRefusal) -> None:
    with translation.override("en"):
        [sentence] = CodeRefused(refusal, left=3).messages
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert "%" not in sentence


@pytest.mark.parametrize("refusal", list(SignupRefusal))
def test_a_refusal_is_never_the_servers_fault_unless_it_is(refusal: SignupRefusal) -> None:
    status = CodeRefused(refusal, left=3).status
    assert (status == 503) == (refusal == SignupRefusal.UNAVAILABLE)
    assert status in {400, 429, 503}


def test_a_refusal_can_be_shown_like_any_validation_error() -> None:
    refused = CodeRefused(SignupRefusal.WRONG, left=2)
    assert isinstance(refused, ValidationError)
    assert refused.code == "wrong"


def test_no_two_refusals_say_the_same() -> None:
    assert len({str(one.sentence) for one in SignupRefusal}) == len(SignupRefusal)


@pytest.mark.django_db
@pytest.mark.parametrize("reason", list(Reason))
def test_whatever_the_provider_says_the_page_explains_it(visitor: Visitor, reason: Reason) -> None:
    page = visitor.ask().headers["Location"]
    SignUp.objects.update(failure=reason, code_sent_at=newest_signup().requested_at)
    shown = text_of(visitor.client.get(page))
    assert "We could not send a code to <strong" in shown
    assert "_" not in reason.value or reason.value not in shown
    assert "Send a new code" in shown
