"""An engine or a client hangs: it takes what it is given, and says nothing."""

from collections import Counter
from typing import Final
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from twilio.request_validator import RequestValidator

from notifications.delivery.models import Delivery
from statuspage.lib.open_files import open_files_allow
from tests.crash.harness import Stage
from tests.crash.readers import ANSWERS_WITHIN, Site, black_hole, values
from tests.product import eventually

RECIPIENTS: Final = 60
SLOWLY: Final = {"TWILIO_PER_SECOND": 40}
# More than there are threads, and more than ten.
DAWDLERS: Final = 40
FORM: Final = "application/x-www-form-urlencoded"
SLOW_BODY: Final = (
    "POST /hooks/twilio/status/ HTTP/1.1\r\nHost: {host}\r\n"
    f"Content-Type: {FORM}\r\nContent-Length: 5000\r\n\r\n"
)
SLOW_UPLOAD: Final = (
    "POST /console/subscribers/import/ HTTP/1.1\r\nHost: {host}\r\nCookie: csrftoken=x\r\n"
    "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 50000000\r\n\r\n"
)
SLOW_HEADER: Final = "GET / HTTP/1.1\r\nHost: {host}\r\nX-Slow: "
WHOLE: Final = "GET / HTTP/1.1\r\nHost: {host}\r\n\r\n"
# More than granian takes at once by default.
STAYING: Final = 1_300


@pytest.fixture
def site(stage: Stage) -> Site:
    """Return the site, once its pages come from memory."""
    one = Site(stage.processes.port)
    assert eventually(one.in_memory, bool), stage.processes.logs()
    return one


def callback(site: Site, stage: Stage) -> tuple[str, bytes, dict[str, str]]:
    """A receipt, signed as Twilio does, for a delivery that there is not."""
    path = f"/hooks/twilio/status/?delivery=1&attempt={uuid4()}"
    form = {"MessageSid": "SM1", "MessageStatus": "delivered"}
    sign = RequestValidator(stage.simulator.auth_token).compute_signature
    signature = sign(f"http://127.0.0.1:{site.port}{path}", form)
    headers = {"Content-Type": FORM, "X-Twilio-Signature": signature}
    return path, urlencode(form).encode(), headers


def test_redis_hangs(stage: Stage, site: Site) -> None:
    stage.invite(RECIPIENTS)
    stage.start("worker", **SLOWLY)
    stage.statements.append(site.publish_in_time("before"))
    stage.wait_until_accepted(10)
    with stage.engines.redis_hanging(), site.read_throughout():
        stage.statements.append(site.publish_in_time("first"))
        stage.statements.append(site.publish_in_time("second"))
        taken = [site.ask(*callback(site, stage)) for _ in range(30)]
        assert {one.status for one in taken} == {200}
        assert sum(one.seconds for one in taken) / len(taken) < ANSWERS_WITHIN
        ready = site.ask("/readyz")
        assert (ready.status, values(ready)) == (503, {"database": "ok", "redis": "down"})
    stage.wait_until_finished()
    stage.assert_told_once()
    assert site.ask("/readyz").status == 200


def test_postgresql_hangs(stage: Stage, site: Site) -> None:
    stage.invite(RECIPIENTS)
    stage.start("worker", **SLOWLY)
    stage.statements.append(site.publish_in_time("before"))
    stage.wait_until_accepted(10)
    with stage.engines.postgres_hanging(), site.read_throughout():
        ready = site.ask("/readyz")
        assert (ready.status, values(ready)) == (503, {"database": "down", "redis": "ok"})
        refused = site.publish("during")
        assert refused.status == 503
        assert values(refused)["error"]["code"] == "unavailable"
        assert refused.headers["Retry-After"]
        for path in ("/api/v1/components/", "/api/v2/incidents.json?lang=en&x=1"):
            answer = site.ask(path, headers=site.signed_in)
            assert answer.status == 503
            assert answer.headers["Content-Type"] == "application/json"
            assert answer.headers["Retry-After"]
            assert "error" in values(answer)
        assert b"</html>" in site.ask("/subscribe/").body
        assert b'candor_engine_up{engine="database"} 0.0' in site.ask("/metrics").body
    stage.reconnect()
    # Under the same key: whatever became of the first try, it is said once.
    assert eventually(lambda: site.publish("during").status, lambda status: status == 201) == 201
    stage.statements.append(stage.statements[-1] + 1)
    stage.wait_until_finished()
    stage.assert_told_once()


def test_clients_that_dawdle_keep_nobody_waiting(stage: Stage, site: Site) -> None:
    with (
        site.dawdlers(DAWDLERS, SLOW_BODY),
        site.dawdlers(4, SLOW_UPLOAD),
        site.dawdlers(DAWDLERS, SLOW_HEADER),
        site.read_throughout(),
    ):
        for number in range(3):
            stage.statements.append(site.publish_in_time(f"while they dawdle {number}"))
        # After a statement that took too long nobody asks PostgreSQL for two seconds.
        assert eventually(lambda: site.ask("/readyz").status, lambda status: status == 200) == 200
        assert site.ask("/log/statements.jsonl").status == 200


@pytest.mark.parametrize("said", ["", SLOW_HEADER, WHOLE], ids=["nothing", "half", "all"])
def test_clients_that_stay_connected_keep_nobody_waiting(site: Site, said: str) -> None:
    open_files_allow(2 * STAYING)
    with site.dawdlers(STAYING, said, drop=b""), site.read_throughout():
        site.publish_in_time("while they stay")


def test_a_mail_server_that_says_nothing_holds_up_its_own_letters_only(
    stage: Stage, site: Site
) -> None:
    stage.invite(RECIPIENTS, "email")
    letters = set(stage.people.values())
    stage.invite(RECIPIENTS)
    with black_hole() as port:
        worker = stage.start("worker", EMAIL_PORT=port)
        with site.read_throughout():
            stage.statements.append(site.publish_in_time("while no mail goes out"))
            told = Delivery.objects.filter(channel="sms", state="delivered")
            stage.wait(lambda: told.count() == RECIPIENTS, "the SMS waited for the mail")
            assert not Delivery.objects.filter(channel="email").exclude(
                state__in=["pending", "sending"]
            )
        worker.ask_to_end()
        stage.wait(lambda: worker.ended, "the worker did not stop")
    stage.start("worker")
    stage.wait_until_finished()
    times = Counter(one["to"] for one in stage.simulator.messages())
    assert times == dict.fromkeys({*letters, *stage.people.values()}, 1)
