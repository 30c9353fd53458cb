"""The Idempotency-Key: what is asked twice is done once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, connections, transaction
from django.utils import timezone

from notifications.delivery.models import Broadcast
from statuspage.api import idempotency
from statuspage.api.models import IdempotencyRecord
from statuspage.api.tasks import forget_old_answers
from statuspage.staff.models import ApiToken
from statuspage.staff.roles import Role
from statuspage.statements.models import Statement
from tests.database.tampering import as_owner
from tests.factories import text
from tests.statuspage.api import samples
from tests.statuspage.api.client import Caller, caller, error_of

KEY = {"Idempotency_Key": "order-66"}


@pytest.mark.django_db
def test_repeating_a_request_repeats_the_answer_and_does_nothing(api, component):
    body = samples.incident(component)
    first = api.post("incidents/", body, **KEY)
    second = api.post("incidents/", body, **KEY)
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content
    assert second["Content-Type"] == first["Content-Type"]
    assert "Idempotent-Replay" not in first
    assert second["Idempotent-Replay"] == "true"
    assert Statement.objects.count() == Broadcast.objects.count() == 1


@pytest.mark.django_db
def test_the_answer_stays_as_it_was_when_the_world_moves_on(api, component):
    body = samples.incident(component)
    first = api.post("incidents/", body, **KEY)
    api.post(f"incidents/{first.json()['id']}/updates/", samples.update())
    assert api.post("incidents/", body, **KEY).content == first.content


@pytest.mark.django_db
def test_without_a_key_each_request_is_done(api, component):
    api.post("incidents/", samples.incident(component))
    api.post("incidents/", samples.incident(component))
    assert Statement.objects.count() == 2


@pytest.mark.django_db
def test_a_key_used_for_another_body_or_address_is_refused(api, component):
    opened = api.post("incidents/", samples.incident(component), **KEY).json()
    another_body = api.post("incidents/", samples.incident(component, impact="minor"), **KEY)
    another_address = api.post(f"incidents/{opened['id']}/updates/", samples.update(), **KEY)
    for response in [another_body, another_address]:
        assert response.status_code == 422
        assert error_of(response)["code"] == "key_reused"
    assert Statement.objects.count() == 1


@pytest.mark.django_db
def test_two_tokens_may_use_the_same_key(api, component):
    api.post("incidents/", samples.incident(component), **KEY)
    other = caller().post("incidents/", samples.incident(component), **KEY)
    assert other.status_code == 201
    assert "Idempotent-Replay" not in other


@pytest.mark.django_db
def test_a_refused_request_may_be_mended_and_repeated_under_its_key(api, component):
    wrong = api.post("incidents/", samples.incident(component, status="closed"), **KEY)
    assert wrong.status_code == 400
    right = api.post("incidents/", samples.incident(component), **KEY)
    assert right.status_code == 201
    assert "Idempotent-Replay" not in right


@pytest.mark.django_db
def test_a_conflict_is_not_kept_either(api, component):
    opened = api.post("incidents/", samples.incident(component)).json()
    path = f"incidents/{opened['id']}/updates/"
    assert api.post(path, samples.update(version=7), **KEY).status_code == 409
    assert api.post(path, samples.update(version=1), **KEY).status_code == 201


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", " ", "x" * 256, "ключ", "a\tb", " padded "])
def test_a_key_that_is_none_is_refused(api, component, key):
    response = api.post("incidents/", samples.incident(component), Idempotency_Key=key)
    assert response.status_code == 400
    assert "Idempotency-Key" in error_of(response)["fields"]
    assert not Statement.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["x", "x" * 255, "a b ~!", "7b0f7a86-6a6c-4c55-9d5c-0d9f2b1d8d55"])
def test_a_key_may_be_any_printable_ascii(api, component, key):
    response = api.post("incidents/", samples.incident(component), Idempotency_Key=key)
    assert response.status_code == 201


@pytest.mark.django_db
def test_every_post_heeds_the_key(api, component):
    opened = api.post("incidents/", samples.incident(component)).json()
    planned = api.post("maintenances/", samples.maintenance(component)).json()
    words = {"body": text("更正。")}
    requests = {
        "incidents/backfills/": samples.past_incident(component),
        f"incidents/{opened['id']}/updates/": samples.update(),
        "maintenances/": samples.maintenance(component),
        f"maintenances/{planned['id']}/updates/": {"status": "scheduled", **words},
        f"maintenances/{planned['id']}/reschedulings/": {"components": [], **words},
        f"maintenances/{planned['id']}/cancellations/": words,
        "notices/": samples.notice(),
        f"statements/{opened['statement']}/corrections/": words,
        f"statements/{opened['statement']}/withdrawals/": words,
    }
    for path, body in requests.items():
        first = api.post(path, body, Idempotency_Key=path)
        again = api.post(path, body, Idempotency_Key=path)
        assert first.status_code == again.status_code == 201, path
        assert again["Idempotent-Replay"] == "true", path
        assert again.content == first.content, path


@pytest.mark.django_db
def test_adding_a_subscriber_heeds_the_key():
    api, body = caller(Role.APPROVER), samples.subscriber()
    first, again = api.post("subscribers/", body, **KEY), api.post("subscribers/", body, **KEY)
    assert first.status_code == again.status_code == 201
    assert again["Idempotent-Replay"] == "true"
    assert again.content == first.content


@pytest.mark.django_db
def test_an_import_is_the_same_whatever_the_forms_boundary():
    api = caller(Role.APPROVER)

    def upload(boundary: str):
        body = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n'
            f"Content-Type: text/csv\r\n\r\n{samples.CSV}\r\n--{boundary}--\r\n"
        )
        kind = f"multipart/form-data; boundary={boundary}"
        return api.call("POST", "subscribers/import/", body, kind, **KEY)

    first, again = upload("aaa"), upload("bbb")
    assert first.json()["created"] == 2
    assert again.content == first.content
    assert again["Idempotent-Replay"] == "true"


@pytest.mark.django_db
def test_neither_secret_nor_number_is_kept_in_clear():
    api = caller(Role.APPROVER)
    body = samples.subscriber(channel="webhook", address="https://example.com/hook")
    del body["category"]
    secret = api.post("subscribers/", body, **KEY).json()["secret"]
    kept = bytes(IdempotencyRecord.objects.get().sealed_body)
    assert secret.encode() not in kept
    assert api.post("subscribers/", body, **KEY).json()["secret"] == secret


@pytest.mark.django_db
def test_answers_are_kept_a_day_and_then_forgotten(api, component):
    body = samples.incident(component)
    api.post("incidents/", body, **KEY)
    with time_machine.travel(timezone.now() + timedelta(hours=23, minutes=59)):
        forget_old_answers()
        assert api.post("incidents/", body, **KEY)["Idempotent-Replay"] == "true"
    with time_machine.travel(timezone.now() + timedelta(hours=24, minutes=1)):
        forget_old_answers()
        assert "Idempotent-Replay" not in api.post("incidents/", body, **KEY)


@pytest.mark.django_db
def test_a_withdrawn_token_takes_its_answers_along(api, component):
    api.post("incidents/", samples.incident(component), **KEY)
    ApiToken.objects.all().delete()
    assert not IdempotencyRecord.objects.exists()


def _at_once(count: int, act):
    """What `count` threads get that all start at the same moment."""
    start = threading.Barrier(count)

    def one(index: int):
        try:
            start.wait()
            return act(index)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def _same_token(api: Caller) -> Caller:
    return Caller(api.headers["Authorization"].removeprefix("Bearer "))


@pytest.mark.django_db(transaction=True)
def test_of_eight_requests_at_once_with_one_key_exactly_one_is_done(api, component):
    body = samples.incident(component)
    answers = _at_once(8, lambda _: _same_token(api).post("incidents/", body, **KEY))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotent-Replay" not in answer for answer in answers) == 1
    assert Statement.objects.count() == Broadcast.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_requests_at_once_with_different_keys_are_all_done_without_gaps(api, component):
    body = samples.incident(component)
    answers = _at_once(
        6, lambda i: _same_token(api).post("incidents/", body, Idempotency_Key=f"key-{i}")
    )
    assert sorted(answer.json()["statement"] for answer in answers) == [1, 2, 3, 4, 5, 6]


@pytest.mark.django_db(transaction=True)
def test_when_the_first_of_two_is_refused_the_other_is_done(api, component):
    bodies = [samples.incident(component, status="closed"), samples.incident(component)]
    answers = _at_once(2, lambda i: _same_token(api).post("incidents/", bodies[i], **KEY))
    wrong, right = (answer.status_code for answer in answers)
    assert wrong in {400, 422}
    assert right == 201
    assert api.post("incidents/", bodies[1], **KEY).status_code == 201
    assert Statement.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_repetition_does_not_wait_for_ever(api, component, monkeypatch):
    monkeypatch.setattr(idempotency, "PATIENCE_MS", 100)
    body = samples.incident(component)
    with transaction.atomic():  # the first request, still at work
        IdempotencyRecord.objects.create(token=ApiToken.objects.get(), key="order-66")
        answer = _at_once(1, lambda _: _same_token(api).post("incidents/", body, **KEY))[0]
        transaction.set_rollback(True)
    assert answer.status_code == 409
    assert error_of(answer)["code"] == "in_progress"
    assert answer["Retry-After"] == "2"


@pytest.mark.django_db(transaction=True)
def test_patience_with_the_key_does_not_shorten_the_queue_of_publishers(
    api, component, monkeypatch
):
    monkeypatch.setattr(idempotency, "PATIENCE_MS", 100)
    body = samples.incident(component)
    held, waiting = threading.Event(), threading.Event()

    def publisher() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(7301001)")
            held.set()
            waiting.wait(30)
            cursor.execute("SELECT pg_sleep(0.3)")  # longer than the patience with a key
        connections.close_all()

    thread = threading.Thread(target=publisher)
    thread.start()
    held.wait(30)
    waiting.set()
    answer = api.post("incidents/", body, **KEY)
    thread.join()
    assert answer.status_code == 201


@pytest.mark.django_db(transaction=True)
def test_a_crash_in_the_middle_leaves_no_key_behind(api, component):
    body = samples.incident(component)
    with as_owner() as cursor:  # our own fault, of a kind that nobody foresaw
        cursor.execute("ALTER TABLE delivery_broadcast RENAME TO delivery_broadcast_gone")
    try:
        api.http.raise_request_exception = False
        assert api.post("incidents/", body, **KEY).status_code == 500
    finally:
        with as_owner() as cursor:
            cursor.execute("ALTER TABLE delivery_broadcast_gone RENAME TO delivery_broadcast")
    assert not IdempotencyRecord.objects.exists()
    answer = api.post("incidents/", body, **KEY)
    assert answer.status_code == 201
    assert "Idempotent-Replay" not in answer
