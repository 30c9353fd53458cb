"""Only so many passwords are hashed at once, in one process and in all; the rest are told so."""

import threading
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from django.db import connection
from django.test import Client

from statuspage.staff import password_checks
from statuspage.staff.models import Staff
from statuspage.staff.password_checks import (
    LOCK,
    BoundedArgon2PasswordHasher,
    TooManyPasswordChecks,
    turn,
)


@pytest.fixture(autouse=True)
def _quick(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PASSWORD_HASHERS = ["statuspage.staff.password_checks.BoundedArgon2PasswordHasher"]
    settings.PASSWORD_CHECKS, settings.PASSWORD_CHECKS_PER_PROCESS = 2, 3
    monkeypatch.setattr(password_checks, "WAIT_SECONDS", 0.2)
    monkeypatch.setattr(BoundedArgon2PasswordHasher, "time_cost", 1)
    monkeypatch.setattr(BoundedArgon2PasswordHasher, "memory_cost", 64)


class Free(BoundedArgon2PasswordHasher):
    """Hashes without a turn, as cheaply as the others of these tests."""

    time_cost, memory_cost = 1, 64

    def encode(self, password: str, salt: str) -> str:
        return Argon2PasswordHasher.encode(self, password, salt)


@pytest.fixture
def lin(db: None) -> Staff:
    staff = Staff(username="lin", password=Free().encode("secret", "s" * 22))
    staff.save()
    return staff


class Elsewhere:
    """Another process that takes turns, until it ends."""

    def __init__(self, *numbers: int) -> None:
        import psycopg

        wanted = connection.get_connection_params()
        names = ("host", "port", "user", "password", "dbname")
        self.connection = psycopg.connect(**{n: wanted[n] for n in names if wanted.get(n)})
        for number in numbers:
            # Never waits: turns that the test itself has taken end with the test.
            asked = self.connection.execute(
                "SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK, number]
            )
            assert asked.fetchone() == (True,)

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_error: object) -> None:
        self.connection.close()


def sign_in(client: Client) -> Any:
    values = {"username": "lin", "password": "secret"}
    return client.post("/console/login/", values, headers={"accept-language": "en"})


def test_while_others_take_every_turn_the_rest_are_told_when_to_come_back(lin: Staff) -> None:
    with Elsewhere(0, 1):
        answer = sign_in(Client())
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "Too many people are signing in" in answer.content.decode()


def test_a_turn_that_is_free_is_taken_and_one_of_a_dead_process_is_free(lin: Staff) -> None:
    with Elsewhere(0, 1):
        assert sign_in(Client()).status_code == 503
    with Elsewhere(0):
        assert sign_in(Client()).status_code == 302


def test_nobody_is_told_by_the_turn_whether_an_account_is_there(db: None) -> None:
    with Elsewhere(0, 1):
        assert sign_in(Client()).status_code == 503


def test_one_process_takes_no_more_than_its_own(db: None, settings: Any) -> None:
    settings.PASSWORD_CHECKS_PER_PROCESS = 1
    refused: list[bool] = []

    def another() -> None:
        try:
            password_checks._in_this_process(1).acquire(timeout=0.05) or refused.append(True)
        finally:
            connection.close()

    with turn():
        thread = threading.Thread(target=another)
        thread.start()
        thread.join()
        assert refused == [True]
        with pytest.raises(TooManyPasswordChecks), turn():
            pytest.fail("a second turn")


def test_hashing_a_new_password_takes_a_turn_too(db: None) -> None:
    with Elsewhere(0, 1), pytest.raises(TooManyPasswordChecks):
        make_password("whatever")
