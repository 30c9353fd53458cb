"""What beat asks for, somebody can do; and nothing piles up while nobody can."""

import pytest
from django.conf import settings

from notifications.channels import media
from notifications.media import MEDIA
from statuspage.celery import app


def test_every_scheduled_task_exists_and_expires_by_no_clock(subtests: pytest.Subtests) -> None:
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        with subtests.test(entry=entry):
            app.loader.import_default_modules()
            assert entry["task"] in app.tasks
            assert "expires" not in entry["options"]


@pytest.mark.django_db(transaction=True)
def test_every_scheduled_task_is_taken_by_the_queue_and_runs(subtests: pytest.Subtests) -> None:
    app.loader.import_default_modules()
    for name, entry in settings.CELERY_BEAT_SCHEDULE.items():
        with subtests.test(task=name), app.connection_for_write() as connection:
            connection.SimpleQueue("tried").clear()
            # As beat does it: this checks the arguments against the function.
            app.tasks[entry["task"]].apply_async(connection=connection, queue="tried")
            app.tasks[entry["task"]].apply(throw=True)


def test_tasks_are_acknowledged_only_when_done_and_leave_no_results():
    assert app.conf.task_acks_late is True
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.task_ignore_result is True


@pytest.mark.parametrize("name", [one.name for one in media()])
def test_what_asks_to_send_goes_to_the_queue_of_its_medium(name: str) -> None:
    from notifications.hints import wake_send

    wanted = name
    assert wanted in [queue.name for queue in settings.CELERY_TASK_QUEUES]
    with app.connection_for_read() as connection:
        queue = connection.SimpleQueue(wanted)
        queue.clear()
        wake_send(name)
        message = queue.get(timeout=10)
        message.ack()
        assert message.payload[0] == [name]
        queue.close()


def test_a_worker_that_names_no_queue_serves_every_one() -> None:
    assert set(app.amqp.queues.consume_from) == {"celery", *MEDIA}


def test_a_hint_reaches_the_queue():
    from notifications.hints import hint

    with app.connection_for_read() as connection:
        queue = connection.SimpleQueue("celery")
        queue.clear()
        hint("delivery.expand", 7)
        message = queue.get(timeout=10)
        message.ack()
        assert message.headers["task"] == "delivery.expand"
        assert message.payload[0] == [7]
        queue.close()


@pytest.mark.parametrize("broker", ["redis://127.0.0.1:1/0", "amqp://127.0.0.1:1//"])
def test_a_broker_that_is_away_only_leaves_a_remark_and_nobody_waits_for_it(
    monkeypatch, caplog, broker
):
    from celery import Celery

    from notifications import hints

    def nobody_sleeps(seconds):
        raise AssertionError(f"slept {seconds} s for a broker")

    away = Celery(set_as_current=False)
    away.config_from_object("django.conf:settings", namespace="CELERY")
    away.conf.broker_url = broker
    monkeypatch.setattr(hints, "app_or_default", lambda: away)
    monkeypatch.setattr("kombu.utils.functional.sleep", nobody_sleeps)
    hints.hint("delivery.expand", 7)
    hints.flush()
    assert "could not wake delivery.expand" in caplog.text
