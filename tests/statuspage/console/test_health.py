"""The first page says what works and what does not."""

import re
import time

import pytest
import redis
from django.conf import settings as django_settings
from django.test import Client

from notifications.channels import medium
from notifications.channels.outcomes import NotSent, Reason
from notifications.delivery import providers
from statuspage.operations import heartbeat
from statuspage.operations.tasks import pulse as pulse_task
from tests.statuspage.console.browser import words

pytestmark = pytest.mark.django_db
HOME = "/console/"
REFUSED = NotSent(Reason.CONNECTION, "refused")


@pytest.fixture
def heard() -> redis.Redis:
    """Return what Redis remembers of signs of life."""
    return redis.Redis.from_url(django_settings.REDIS_URL)


def health(client: Client) -> dict[str, str]:
    """Each part on the page with its state."""
    section = words(client.get(HOME)).split('id="health"')[1].split("</section>")[0]
    found = re.findall(r"<span>([^<]+)</span> <span[^>]*>([^<]+)</span>", section)
    return dict(found)


def test_engines_that_answer_work(author: Client) -> None:
    found = health(author)
    assert (found["PostgreSQL"], found["Redis"]) == ("OK", "OK")


def test_without_any_sign_of_life_there_is_no_worker_and_no_clock(author: Client) -> None:
    found = health(author)
    assert (found["No worker"], found["Scheduler (beat)"]) == ("Down", "Down")


def test_a_worker_that_was_heard_of_works_until_it_falls_silent(
    author: Client, heard: redis.Redis
) -> None:
    heartbeat.seen("worker@one")
    heard.hset(heartbeat.KEY, "worker@two", time.time() - heartbeat.ALIVE_SECONDS - 1)
    found = health(author)
    assert (found["worker@one"], found["worker@two"]) == ("OK", "Down")
    assert "No worker" not in found


def test_the_clock_works_while_what_it_asks_for_is_done(author: Client) -> None:
    pulse_task()
    assert health(author)["Scheduler (beat)"] == "OK"


def test_a_worker_gone_for_an_hour_is_forgotten(author: Client, heard: redis.Redis) -> None:
    heard.hset(heartbeat.KEY, "worker@old", time.time() - heartbeat.REMEMBERED_SECONDS - 1)
    assert "worker@old" not in health(author)
    assert not heard.hexists(heartbeat.KEY, "worker@old")


def test_a_provider_that_does_not_answer_is_down_and_a_shaky_one_is_named(
    author: Client, settings
) -> None:
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "AC" + "0" * 32, "x"
    settings.TWILIO_FROM = "+15005550006"
    sms = medium("sms").leading()
    name = "Twilio"
    assert health(author)[name] == "OK"
    providers.note(sms, [REFUSED])
    assert health(author)[name] == "Degraded"
    providers.note(sms, [REFUSED] * providers.TROUBLE)
    assert health(author)[name] == "Down"


def test_a_provider_without_credentials_is_not_set_up(author: Client, settings) -> None:
    settings.TWILIO_ACCOUNT_SID = ""
    assert health(author)["Twilio"] == "Not set up"


def test_without_redis_the_page_says_so_and_stands(author: Client, settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    for module in (heartbeat, providers):
        module._client.cache_clear()
    try:
        found = health(author)
    finally:
        for module in (heartbeat, providers):
            module._client.cache_clear()
    assert found["Redis"] == "Down"
    assert (found["Workers"], found["Providers"]) == ("Unknown", "Unknown")
    assert found["PostgreSQL"] == "OK"
