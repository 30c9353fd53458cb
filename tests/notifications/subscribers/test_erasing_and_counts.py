"""Erasing a person leaves the numbers that were published about the sending."""

from collections.abc import Iterator

import pytest
from celery import Celery, current_app
from django.conf import settings
from django.db import connection
from django.utils import timezone

import notifications.subscribers.tasks  # noqa: F401  -- registers them
from notifications.delivery.models import Delivery
from notifications.delivery.partitions import ensure_partition
from notifications.hints import flush, hint
from notifications.subscribers.models import Address, Consent, SignUp, Subscriber
from notifications.subscribers.services.addresses import address_add, webhook_add
from notifications.subscribers.services.subscriptions import subscriber_erase
from statuspage.celery import app
from tests.factories import make_address, open_incident
from tests.notifications.subscribers.visitor import E164, Visitor

INSERT = """
    INSERT INTO delivery_delivery
        (statement_id, published_at, address_id, channel, language, state, due_at, attempts,
         fence, looks, provider_id, reason, code, segments, created_at, updated_at)
    VALUES (%s, %s, %s, 'sms', 'zh-hans', 'delivered', now(), 1, 1, 0, 'SM1', '', '', 1,
            now(), now())
"""


def _deliver(address: Address) -> None:
    statement = open_incident()
    ensure_partition(statement.published_at)
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [statement.number, statement.published_at, address.pk])


@pytest.mark.django_db
class TestErasing:
    def test_deliveries_are_still_counted(self) -> None:
        address = make_address(E164)
        _deliver(address)
        subscriber_erase(address.subscriber)
        assert Delivery.objects.filter(state="delivered").count() == 1
        assert not Address.objects.exists()

    def test_a_webhook_goes_with_its_secret(self) -> None:
        address, _ = webhook_add(url="https://merchant.example.com/", language="en")
        subscriber_erase(address.subscriber)
        assert not Address.objects.exists()
        assert not Subscriber.objects.exists()

    def test_a_signup_that_waits_for_its_code_is_erased_too(self, visitor: Visitor) -> None:
        address = make_address(E164)
        visitor.ask()
        visitor.ask("139 0013 9000")
        subscriber_erase(address.subscriber)
        assert [one.masked for one in SignUp.objects.all()] == ["139****9000"]

    def test_every_address_leaves_a_withdrawal(self) -> None:
        address = address_add(channel="sms", raw=E164, language="en", source="contract")
        mail = make_address("a@example.com", "email")
        mail.subscriber = address.subscriber
        mail.save()
        subscriber_erase(address.subscriber)
        assert Consent.objects.filter(act="withdrawn", address=None).count() == 2


class TestWaking:
    @pytest.fixture
    def broken_broker(self) -> Iterator[None]:
        """Yield a broker that nobody answers for."""
        present = current_app._get_current_object()
        away = Celery("away", set_as_current=False)
        away.config_from_object("django.conf:settings", namespace="CELERY")
        away.conf.broker_url = "redis://127.0.0.1:1/0"
        away.set_current()
        yield
        present.set_current()

    def test_a_broker_that_is_down_does_not_hold_anybody_up(
        self, broken_broker: None, caplog: pytest.LogCaptureFixture
    ) -> None:
        hint("subscribers.send_code", 1)
        flush()
        assert "could not wake subscribers.send_code" in caplog.text

    @pytest.mark.django_db(transaction=True)
    def test_signing_up_works_without_the_broker(
        self, visitor: Visitor, broken_broker: None
    ) -> None:
        page = visitor.ask().headers["Location"]
        assert visitor.type(page, visitor.code()).status_code == 302
        assert Address.objects.get().confirmed_at <= timezone.now()


def test_what_beat_runs_for_subscribers_is_a_task_of_ours(subtests: pytest.Subtests) -> None:
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        with subtests.test(entry=entry):
            name = str(entry["task"])
            assert not name.startswith("subscribers.") or name in app.tasks
