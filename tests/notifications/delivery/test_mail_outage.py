"""A mail server that is away for hours: letters wait for it, as letters do, and lose no try."""

from datetime import timedelta

import pytest
from django.test import RequestFactory
from django.utils import timezone

from notifications.delivery.broadcasts import expand
from notifications.delivery.hooks import ProviderCallback
from notifications.delivery.models import Delivery
from notifications.delivery.send import send_due
from notifications.media import EMAIL
from statuspage.lib.body_limits import ANSWER, DROPPED, REST, allowance_answer
from tests.factories import make_address, open_incident
from tests.notifications.channels.builders import closed_port, tcp_server
from tests.notifications.channels.test_email import Script
from tests.notifications.delivery.steps import due_now

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _letter(settings) -> None:
    settings.DELIVERY_MAX_ATTEMPTS = 2
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", closed_port()
    make_address("merchant@example.com", EMAIL)
    expand(open_incident().number)


def row() -> Delivery:
    return Delivery.objects.get()


def try_again() -> None:
    due_now()
    send_due(EMAIL)


def test_a_letter_outwaits_a_server_that_is_away(settings) -> None:
    for _ in range(4):
        try_again()
    assert (row().state, row().reason, row().attempts) == ("pending", "connection", 0)
    script = Script({})
    with tcp_server(script) as port:
        settings.EMAIL_PORT = port
        try_again()
    assert row().state == "sent"
    assert len(script.taken) == 1


def test_a_letter_outwaits_a_server_that_says_later(settings) -> None:
    with tcp_server(Script({"RCPT": "452 4.3.1 Insufficient system storage"})) as port:
        settings.EMAIL_PORT = port
        for _ in range(4):
            try_again()
    assert (row().state, row().code) == ("pending", "452 4.3.1")


def test_the_longer_it_has_waited_the_longer_it_waits(settings) -> None:
    try_again()
    assert row().due_at - timezone.now() <= timedelta(seconds=32)
    long_ago = timezone.now() - timedelta(hours=5)
    waits = []
    for _ in range(5):
        Delivery.objects.update(first_tried_at=long_ago)
        try_again()
        waits.append(row().due_at - timezone.now())
    assert max(waits) > timedelta(seconds=32)  # each is random, up to five minutes
    assert max(waits) <= timedelta(seconds=300)


def test_it_ends_after_the_time_for_everything(settings) -> None:
    try_again()
    hours = settings.DELIVERY_GIVE_UP_HOURS
    Delivery.objects.update(first_tried_at=timezone.now() - timedelta(hours=hours))
    try_again()
    assert row().state == "failed"


def test_a_huge_letter_that_came_back_is_cut_and_not_refused(settings) -> None:
    settings.EMAIL_BOUNCE_TOKEN = "a-token-of-the-mail-server"
    request = RequestFactory().get(f"/hooks/email/?token={settings.EMAIL_BOUNCE_TOKEN}")
    answer = allowance_answer(request, ProviderCallback, {"name": "email"}, 0)
    assert int(answer[ANSWER]) == 512 * 1024
    assert answer[REST] == DROPPED
    other = allowance_answer(RequestFactory().get("/"), ProviderCallback, {"name": "twilio"}, 0)
    assert REST not in other
