"""Is the process up, and do its engines answer?"""

import pytest
from django.db import connection
from django.test import Client, override_settings

from notifications.delivery.alarms import alarm_over, alarm_raise
from notifications.delivery.models import Alarm
from statuspage import __version__

DEAD_REDIS = "redis://:secret-password@127.0.0.1:1/0"


def test_the_process_answers_with_its_version_without_asking_an_engine(client: Client) -> None:
    # No django_db mark: a query would fail the test.
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.content == f"ok {__version__}\n".encode()


@pytest.mark.django_db
def test_ready_when_both_engines_answer(client: Client) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"database": "ok", "redis": "ok"}


@pytest.mark.django_db
@override_settings(REDIS_URL=DEAD_REDIS)
def test_not_ready_without_redis_and_no_secret_is_told(client: Client) -> None:
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"database": "ok", "redis": "down"}
    assert "secret" not in response.content.decode()


@pytest.mark.django_db
def test_readers_are_not_turned_away_because_messages_are_late(client: Client) -> None:
    alarm_raise(Alarm.Kind.WORKERS_SILENT)
    alarm_raise(Alarm.Kind.BUDGET_NEAR, "2026-11")  # the system itself is well
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"database": "ok", "redis": "ok", "degraded": ["workers_silent"]}
    alarm_over(Alarm.Kind.WORKERS_SILENT)
    assert client.get("/readyz").json() == {"database": "ok", "redis": "ok"}


@pytest.mark.django_db(transaction=True)
def test_not_ready_without_the_database(client: Client) -> None:
    port = connection.settings_dict["PORT"]
    connection.close()
    connection.settings_dict["PORT"] = "1"
    try:
        response = client.get("/readyz")
    finally:
        connection.close()
        connection.settings_dict["PORT"] = port
    assert response.status_code == 503
    assert response.json()["database"] == "down"


@pytest.mark.django_db(transaction=True)
def test_not_ready_while_the_database_takes_no_writes(client: Client) -> None:
    options = connection.settings_dict["OPTIONS"]
    connection.close()
    options["options"] = "-c default_transaction_read_only=on"
    try:
        response = client.get("/readyz")
    finally:
        connection.close()
        del options["options"]
    assert response.status_code == 503
    assert response.json()["database"] == "down"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_no_answer_about_health_is_ever_cached(client: Client, path: str) -> None:
    assert "no-store" in client.get(path)["Cache-Control"]
    assert client.post(path).status_code == 405
