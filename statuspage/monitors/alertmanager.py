"""Prometheus Alertmanager's webhook, version 4 of its format.

Source: prometheus.io/docs/alerting/latest/configuration, webhook_config.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.utils.dateparse import parse_datetime

from statuspage.monitors.matching import (
    LONGEST_NAME,
    LONGEST_VALUE,
    MOST_LABELS,
    Report,
    fingerprint_of,
)

SOURCE: Final = "alertmanager"
VERSION: Final = "4"
MOST_ALERTS: Final = 1000
STATUSES: Final = {"firing": True, "resolved": False}
# An alert that has not ended carries Go's zero time.
ZERO_YEAR: Final = 1
# The annotations that describe an alert in words, the best first.
WORDS: Final = ("summary", "description", "message")


class UnreadableAlert(ValueError):
    """The body does not have Alertmanager's format."""


def reports_of(payload: Any) -> list[Report]:
    """Return a report for every alert of a group.

    Alertmanager does not resend after a 4xx answer. So that no alert is lost, unknown fields are
    ignored and values that are too long are cut.

    Raises:
        UnreadableAlert: the body has another version or another format.
    """
    if not isinstance(payload, Mapping) or payload.get("version") != VERSION:
        raise UnreadableAlert
    alerts = payload.get("alerts")
    if not isinstance(alerts, list) or len(alerts) > MOST_ALERTS:
        raise UnreadableAlert
    return [_report(one) for one in alerts]


def _report(alert: Any) -> Report:
    if not isinstance(alert, Mapping) or alert.get("status") not in STATUSES:
        raise UnreadableAlert
    labels, notes = _texts(alert.get("labels")), _texts(alert.get("annotations") or {})
    if not labels:
        raise UnreadableAlert
    named = alert.get("fingerprint")
    return Report(
        source=SOURCE,
        labels=labels,
        firing=STATUSES[alert["status"]],
        fingerprint=named[:120] if isinstance(named, str) and named else fingerprint_of(labels),
        started_at=_moment(alert.get("startsAt")),
        ended_at=_moment(alert.get("endsAt")),
        summary=next((notes[one] for one in WORDS if notes.get(one)), ""),
        url=_url(alert.get("generatorURL")),
    )


def _texts(value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping) or not all(isinstance(one, str) for one in value.values()):
        raise UnreadableAlert
    kept = list(value.items())[:MOST_LABELS]
    return {str(name)[:LONGEST_NAME]: text[:LONGEST_VALUE] for name, text in kept}


def _moment(value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        moment = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise UnreadableAlert
    return None if moment.year == ZERO_YEAR else moment


def _url(value: Any) -> str:
    known = isinstance(value, str) and value.startswith(("https://", "http://"))
    return value[:LONGEST_VALUE] if known else ""
