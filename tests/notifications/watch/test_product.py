"""Programs of a running product are killed, and staff hear of it from those that are left."""

import http.cookiejar
import json
import os
import re
import signal
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.product import (
    ANSWER_WITHIN_SECONDS,
    Product,
    engines_folder,
    eventually,
    running_product,
)

MAILBOX: Final = "duty@example.com"
SETTINGS: Final = {
    "ALARM_EMAILS": MAILBOX,
    "ALARM_SILENT_SECONDS": "10",
    "ALARM_STUCK_SECONDS": "10",
    "ALARM_SETTLED_SECONDS": "1",
    # Whoever promises anything is reminded of it at once.
    "PROMISE_ESCALATION": "-100000:staff",
}
NAME: Final = "Nobody hears of this"
PAGES: Final = ("", "incidents/", "signals/", "subscribers/", "dead-letters/", "account/")


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    """One product for all tests here: each leaves it as whole as it was."""
    with engines_folder() as folder, running_product(folder, **SETTINGS) as running:
        yield running


def read(url: str) -> str:
    """Return what anyone gets who is no member of staff."""
    with urllib.request.urlopen(url, timeout=ANSWER_WITHIN_SECONDS) as response:
        return str(response.read().decode())


def mails(product: Product) -> list[str]:
    """Return every e-mail to staff on duty, oldest first."""
    ledger = f"{product.demo['simulator']['url']}/control/ledger?provider=mail&to={MAILBOX}"
    return [one["body"] for one in json.loads(read(ledger))["messages"]]


def heard(product: Product, *words: str) -> int:
    """Return how many e-mails say all of these words, once there is one."""

    def count() -> int:
        return sum(all(one in mail for one in words) for mail in mails(product))

    return eventually(count, bool)


def ready(product: Product) -> dict[str, Any]:
    """Return what a load balancer reads; an answer other than 200 is an error."""
    found: dict[str, Any] = json.loads(read(f"{product.demo['url']}/readyz"))
    return found


def measured(product: Product) -> dict[tuple[str, ...], float]:
    """Return what Prometheus reads: values by name and labels."""
    families = text_string_to_metric_families(read(f"{product.demo['url']}/metrics"))
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


def publish(product: Product) -> int:
    """Open an incident; its number."""
    incident = {
        "name": {"zh-hans": NAME, "en": NAME},
        "body": {"zh-hans": "正在排查。", "en": "We are looking into it."},
        "impact": "major",
        "status": "investigating",
        "components": {},
    }
    token = {"Authorization": f"Bearer {product.demo['api_token']}"}
    request = urllib.request.Request(
        f"{product.demo['url']}/api/v1/incidents/",
        data=json.dumps(incident).encode(),
        headers={**token, "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=ANSWER_WITHIN_SECONDS) as response:
        return int(json.load(response)["statement"])


class Desk:
    """A member of staff who is signed in, in both languages."""

    def __init__(self, product: Product) -> None:
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(cookies)
        self._console = product.demo["console_url"]
        token, *_ = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.page("login/"))
        signing_in = {"username": "author", "password": product.password("author")}
        form = urlencode({**signing_in, "csrfmiddlewaretoken": token}).encode()
        request = urllib.request.Request(f"{self._console}login/", data=form)
        request.add_header("Referer", self._console)
        self._opener.open(request, timeout=ANSWER_WITHIN_SECONDS).close()

    def page(self, path: str, language: str = "en") -> str:
        """Return a page of the console."""
        request = urllib.request.Request(
            self._console + path, headers={"Accept-Language": language}
        )
        with self._opener.open(request, timeout=ANSWER_WITHIN_SECONDS) as response:
            return str(response.read().decode())


@contextmanager
def killed(product: Product, *programs: str) -> Iterator[None]:
    """Kill programs with all their children; nobody starts them again before the end."""
    product.process.send_signal(signal.SIGSTOP)
    try:
        for program in programs:
            os.killpg(product.demo["pids"][program], signal.SIGKILL)
        yield
    finally:
        product.process.send_signal(signal.SIGCONT)


@contextmanager
def frozen(product: Product) -> Iterator[None]:
    """Have PostgreSQL accept connections and answer nobody, as on a machine that hangs."""
    head = int((product.data_dir / "postgres/postmaster.pid").read_text().splitlines()[0])
    children = Path(f"/proc/{head}/task/{head}/children").read_text().split()
    pids = [head, *map(int, children)]
    try:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        yield
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def test_without_workers_and_beat_the_web_process_tells_staff_everywhere(product: Product) -> None:
    desk = Desk(product)
    assert "degraded" not in ready(product)
    with killed(product, "worker", "beat"):
        number = publish(product)
        assert heard(product, "Alarm: No worker is running: nothing is sent", "since ") == 1
        assert heard(product, "告警：没有工作进程在运行：消息停止发送") == 1
        assert heard(product, "Alarm: The scheduler (beat) is not running") == 1
        # No delivery was made yet: its recipients are still to be found.
        assert heard(product, "Alarm: A broadcast has come to a halt", f"No. {number}") == 1
        # What workers remind of otherwise is not forgotten either.
        assert heard(product, NAME, "Due in") == 1

        reasons = ["beat_silent", "broadcast_stuck", "workers_silent"]
        assert ready(product) == {"database": "ok", "redis": "ok", "degraded": reasons}
        found = measured(product)
        assert found["candor_pulse_seconds", "worker"] > 10
        assert found["candor_pulse_seconds", "beat"] > 10
        assert found["candor_broadcast_unfinished_seconds", "expanding"] > 10
        assert found["candor_queue_still_seconds", "expanding"] > 10
        for path in PAGES:
            english, chinese = desk.page(path), desk.page(path, "zh-CN")
            assert "No worker is running" in english
            assert "Start the workers and read their log." in english
            assert "没有工作进程在运行" in chinese
            assert "请启动工作进程并查看其日志。" in chinese

    assert heard(product, "Over: No worker is running") == 1
    assert heard(product, "Over: The scheduler (beat) is not running") == 1
    assert heard(product, "Over: A broadcast has come to a halt", f"No. {number}") == 1
    assert "degraded" not in ready(product)
    assert "No worker is running" not in desk.page("")
    # However often the watches looked, and though there is one in each program.
    assert heard(product, "Alarm: No worker is running") == 1


def test_a_database_that_hangs_is_told_of_without_it(product: Product) -> None:
    about = "A database is not responding (PostgreSQL)"
    with frozen(product):
        assert heard(product, f"Alarm: {about}", "since ") == 1
        assert heard(product, "告警：数据库没有响应（PostgreSQL）") == 1
    assert heard(product, f"Over: {about}") == 1
    assert heard(product, f"Alarm: {about}") == 1
