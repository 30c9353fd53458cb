"""What Prometheus reads."""

import math
import time
from datetime import timedelta
from decimal import Decimal

import pytest
import redis
from django.conf import settings as project
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now
from django.test import Client, override_settings
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from notifications.delivery import budget
from notifications.delivery.alarms import alarm_raise
from notifications.delivery.broadcasts import count_told
from notifications.delivery.models import Alarm, Broadcast, Delivery, Movement, Spending
from notifications.delivery.movement import movements_note
from statuspage import __version__
from statuspage.incidents.models import Incident
from statuspage.operations import heartbeat
from tests.factories import make_address, open_incident
from tests.notifications.delivery.rows import SMS, deliver, statement

DEAD_REDIS = "redis://:secret-password@127.0.0.1:1/0"

Labels = tuple[tuple[str, str], ...]


def scrape(client: Client, **headers: str) -> dict[tuple[str, Labels], float]:
    """Every sample by its name and labels."""
    response = client.get("/metrics", headers=headers)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(response.content.decode())
        for sample in family.samples
    }


@pytest.fixture(autouse=True)
def _this_machine(settings: object) -> None:
    settings.DEVELOPMENT = True  # type: ignore[attr-defined]


@pytest.mark.django_db
class TestFigures:
    def test_engines_that_answer_are_measured_as_up(self, client: Client) -> None:
        found = scrape(client)
        assert found["candor_engine_up", (("engine", "database"),)] == 1
        assert found["candor_engine_up", (("engine", "redis"),)] == 1

    @override_settings(REDIS_URL=DEAD_REDIS)
    def test_an_engine_that_is_away(self, client: Client) -> None:
        found = scrape(client)
        assert found["candor_engine_up", (("engine", "redis"),)] == 0

    def test_the_running_version_is_shown(self, client: Client) -> None:
        assert scrape(client)["candor_build_info", (("version", __version__),)] == 1

    def test_an_empty_log_counts_no_statement(self, client: Client) -> None:
        assert scrape(client)["candor_statement_number", ()] == 0

    def test_the_last_statement_and_what_is_open_are_measured(self, client: Client) -> None:
        said = open_incident()
        found = scrape(client)
        assert found["candor_statement_number", ()] == said.number
        assert found["candor_statement_timestamp_seconds", ()] == pytest.approx(
            said.published_at.timestamp()
        )
        impact = Incident.objects.get().impact
        assert found["candor_incidents_open", (("impact", impact),)] == 1
        assert found["candor_updates_late", ()] == 0

    def test_a_promise_that_was_not_kept(self, client: Client) -> None:
        open_incident()
        Incident.objects.update(next_update_by=timezone.now() - timedelta(minutes=1))
        assert scrape(client)["candor_updates_late", ()] == 1

    def test_what_waits_and_for_how_long(self, client: Client) -> None:
        said = statement()
        for state in ("pending", "pending", "unknown", "delivered"):
            deliver(said, state)
        Delivery.objects.filter(state="pending").update(
            due_at=timezone.now() - timedelta(seconds=90)
        )
        found = scrape(client)
        unfinished = "candor_deliveries_unfinished"
        assert found[unfinished, (("channel", SMS), ("state", "pending"))] == 2
        assert found[unfinished, (("channel", SMS), ("state", "unknown"))] == 1
        assert (unfinished, (("channel", SMS), ("state", "delivered"))) not in found
        assert found["candor_delivery_due_seconds", (("channel", SMS),)] >= 90
        assert found["candor_deliveries_made_total", ()] >= 4

    def test_broadcasts_without_any_delivery_have_an_age(self, client: Client) -> None:
        said = statement()
        Broadcast.objects.update(created_at=Now() - timedelta(seconds=300))
        movements_note()
        Movement.objects.update(moved_at=F("moved_at") - timedelta(seconds=200))
        found = scrape(client)
        age = "candor_broadcast_unfinished_seconds", (("state", "expanding"),)
        assert found[age] >= 300
        assert found["candor_queue_still_seconds", (("queue", "expanding"),)] >= 200
        for state in ("delivered", "failed", "pending"):
            deliver(said, state)
        count_told()
        found = scrape(client)
        assert found["candor_messages_tried", ()] == 2
        assert found["candor_messages_failed", ()] == 1

    def test_pulses_are_those_of_the_liveliest_worker_and_of_beat(self, client: Client) -> None:
        heard = redis.Redis.from_url(project.REDIS_URL)
        heard.delete(heartbeat.KEY)
        found = scrape(client)
        assert found["candor_pulse_seconds", (("program", "worker"),)] == math.inf
        now = time.time()
        pulses = {"worker@one": now - 300, "worker@two": now - 5, heartbeat.CLOCK: now - 40}
        heard.hset(heartbeat.KEY, mapping=pulses)
        found = scrape(client)
        assert 5 <= found["candor_pulse_seconds", (("program", "worker"),)] < 40
        assert 40 <= found["candor_pulse_seconds", (("program", "beat"),)] < 300

    def test_open_alarms_are_counted_by_kind(self, client: Client) -> None:
        alarm_raise(Alarm.Kind.PROVIDER_DOWN, SMS)
        found = scrape(client)
        assert found["candor_alarms_open", (("kind", "provider_down"),)] == 1
        assert found["candor_alarms_open", (("kind", "budget_near"),)] == 0

    @pytest.mark.within_the_hour
    def test_spending_is_measured_and_the_cap_where_there_is_one(
        self, client: Client, settings: object
    ) -> None:
        Spending.objects.create(month=budget.this_month(), spent=Decimal("12.5"), segments=250)
        assert ("candor_sms_cap", ()) not in scrape(client)
        settings.SMS_MONTHLY_CAP = Decimal("100.00")  # type: ignore[attr-defined]
        found = scrape(client)
        assert found["candor_sms_spent", ()] == 12.5
        assert found["candor_sms_segments", ()] == 250
        assert found["candor_sms_cap", ()] == 100

    def test_no_address_is_among_them(self, client: Client) -> None:
        number = "+8613812345678"
        address = make_address(number)
        deliver(statement(), "pending", address=address)
        page = client.get("/metrics").content.decode()
        assert address.masked not in page
        # Not even eight digits of it: fewer may be those of a time or of a count.
        assert not any(number[at : at + 8] in page for at in range(1, len(number) - 7))


@pytest.mark.django_db(transaction=True)
def test_without_the_database_it_says_so_and_names_the_version(client: Client) -> None:
    port = connection.settings_dict["PORT"]
    connection.close()
    connection.settings_dict["PORT"] = "1"
    try:
        found = scrape(client)
    finally:
        connection.close()
        connection.settings_dict["PORT"] = port
    assert found["candor_engine_up", (("engine", "database"),)] == 0
    # What Redis alone knows is measured all the same.
    of_redis = {"candor_pulse_seconds"}
    assert {name for name, _ in found} == {"candor_build_info", "candor_engine_up", *of_redis}


@pytest.mark.django_db
class TestWhoMaySee:
    def test_with_a_token_only_its_bearer(self, client: Client, settings: object) -> None:
        settings.METRICS_TOKEN = "s3cret-token"  # type: ignore[attr-defined]
        assert scrape(client, Authorization="Bearer s3cret-token")
        for given in ("", "Bearer other", "s3cret-token", "Bearer é"):
            assert client.get("/metrics", headers={"Authorization": given}).status_code == 404

    def test_without_a_token_nobody_in_production(self, client: Client, settings: object) -> None:
        settings.DEVELOPMENT = False  # type: ignore[attr-defined]
        assert client.get("/metrics").status_code == 404

    def test_without_a_token_no_other_machine(self, client: Client) -> None:
        assert client.get("/metrics", REMOTE_ADDR="10.1.2.3").status_code == 404

    def test_nothing_can_be_posted(self, client: Client) -> None:
        assert client.post("/metrics").status_code == 405
