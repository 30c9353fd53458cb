"""What is wrong with the keys is found at the start."""

import base64

import pytest
from django.core.checks import run_checks
from pytest_django.fixtures import Settings

from notifications.subscribers.checks import address_keys

GOOD = "2026a:" + base64.b64encode(b"k" * 32).decode()


def _ids() -> list[str | None]:
    return [one.id for one in address_keys(None)]


def test_the_demonstrations_keys_work() -> None:
    assert _ids() == []


@pytest.mark.parametrize("keys", [GOOD, f"{GOOD},old:{base64.b64encode(b'o' * 32).decode()}"])
def test_good_keys_pass(settings: Settings, keys: str) -> None:
    settings.ADDRESS_KEYS = keys
    assert _ids() == []


@pytest.mark.parametrize("keys", ["nonsense", "id:short", f"{GOOD},old:", f"{GOOD};{GOOD}"])
def test_keys_that_cannot_work_are_an_error(settings: Settings, keys: str) -> None:
    settings.ADDRESS_KEYS = keys
    assert _ids() == ["notifications.E001"]


def test_the_error_names_the_setting_and_shows_no_key(settings: Settings) -> None:
    settings.ADDRESS_KEYS = "id:c2VjcmV0"
    [error] = address_keys(None)
    assert "ADDRESS_KEYS" in error.msg
    assert "c2VjcmV0" not in error.msg


def test_a_short_index_key_is_an_error(settings: Settings) -> None:
    settings.ADDRESS_INDEX_KEY = "short"
    assert _ids() == ["notifications.E002"]


def test_the_checks_run_with_all_the_others(settings: Settings) -> None:
    settings.ADDRESS_KEYS = "nonsense"
    assert "notifications.E001" in [one.id for one in run_checks()]
