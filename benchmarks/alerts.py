"""Alertmanager: a thousand alerts in one call, as when a whole data centre fails."""

import json
import time
import urllib.request
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final

from django.utils import timezone

from benchmarks.stage import DEADLINE_SECONDS, Section, Stage, cpu_seconds
from benchmarks.web import free_site, web_process
from statuspage.components.models import Component
from statuspage.incidents.models import Template
from statuspage.monitors.models import Signal, SignalRule
from statuspage.staff.models import Staff
from statuspage.staff.roles import Scope
from statuspage.staff.services import token_issue

ALERTS: Final = 1_000
RULES: Final = 10
# Alertmanager's words for the calls, and ours.
CALLS: Final = {"new": "firing", "repeated": "firing", "over": "resolved"}


def measure(stage: Stage) -> Section:
    """Send new alerts, the same ones once more, and their end."""
    token, site = _prepared(), free_site()
    with web_process(stage, site) as web:
        url, pids = f"{site}/hooks/alertmanager/", (web, stage.postmaster)
        _post(url, token, _body("firing", RULES + 1))
        Signal.objects.all().delete()
        bodies = {name: _body(status, ALERTS) for name, status in CALLS.items()}
        rows = [[name, *_row(url, token, body, pids)] for name, body in bodies.items()]
    return Section(
        "Alertmanager",
        f"{ALERTS:,} alerts in one call, {len(bodies['new']) / 1e6:.2f} MB, to one granian process;"
        f" a rule in {RULES} publishes by itself, and one alert in {RULES + 1} matches none.",
        ("alerts", "seconds", "wanted", "CPU seconds, web process", "PostgreSQL", "rows stored"),
        rows,
    )


def _row(url: str, token: str, body: bytes, pids: Sequence[int]) -> list[str]:
    before, began = [cpu_seconds([pid]) for pid in pids], time.perf_counter()
    _post(url, token, body)
    took = time.perf_counter() - began
    spent = [cpu_seconds([pid]) - cpu for pid, cpu in zip(pids, before, strict=True)]
    rows = Signal.objects.count()
    assert rows == ALERTS
    return [f"{took:.2f}", "2", *(f"{cpu:.2f}" for cpu in spent), f"{rows:,}"]


def _post(url: str, token: str, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(url, body, headers)  # noqa: S310
    with urllib.request.urlopen(request, timeout=DEADLINE_SECONDS) as response:  # noqa: S310
        assert response.status == 200, response.read()


def _prepared() -> str:
    """Enter the rules; return the token of a monitor."""
    component = Component.objects.create(name=_text("银行通道", "Bank channel"))
    template = Template.objects.create(
        use="incident.opened",
        title="bank channels",
        name=_text("银行通道异常", "Bank channel failing"),
        body=_text("{time}起异常，资金安全。", "Failing since {time}. Funds are safe."),
    )
    template.components.set([component])
    for number in range(RULES):
        SignalRule.objects.create(
            name=f"rule {number}",
            matchers={"alertname": _name(number)},
            template=template,
            auto_publish=number == 0,
        )
    staff = Staff.objects.create_user("monitor")
    return token_issue(name="alertmanager", staff=staff, scopes=[Scope.SIGNALS])


def _body(status: str, count: int) -> bytes:
    """Return a group as Alertmanager sends it, with labels as Kubernetes' monitors give them."""
    alerts = [_alert(status, number) for number in range(count)]
    return json.dumps({"version": "4", "status": status, "alerts": alerts}).encode()


def _alert(status: str, number: int) -> dict[str, Any]:
    name, pod = _name(number % (RULES + 1)), f"bank-channel-{number:04}-7d9c5b6f4-x2x{number:04}"
    now = f"{timezone.now():%Y-%m-%dT%H}:00:00Z"
    return {
        "status": status,
        "labels": {
            "alertname": name,
            "cluster": "shanghai-1",
            "container": "channel",
            "instance": f"10.12.{number // 250}.{number % 250}:9102",
            "job": "kubernetes-pods",
            "namespace": "payments",
            "pod": pod,
            "prometheus": "monitoring/kube-prometheus-stack-prometheus",
            "severity": "critical",
        },
        "annotations": {
            "summary": f"{pod} has answered nothing for 5 minutes",
            "description": f"Requests to {pod} fail: error ratio above 50 % for 5 minutes.",
            "runbook_url": f"https://runbooks.example.com/payments/{name}",
        },
        "startsAt": now,
        "endsAt": now if status == "resolved" else "0001-01-01T00:00:00Z",
        "generatorURL": "https://prometheus.example.com/graph?g0.expr=sum+by+%28pod%29+%28rate"
        "%28channel_errors_total%5B5m%5D%29%29+%3E+0.5&g0.tab=1",
        "fingerprint": sha256(pod.encode()).hexdigest()[:16],
    }


def _name(number: int) -> str:
    return f"BankChannelFailing{number:02}"


def _text(chinese: str, english: str) -> dict[str, str]:
    return {"zh-hans": chinese, "en": english}
