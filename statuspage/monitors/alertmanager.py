"""Prometheus Alertmanager's webhook: what can be read of it, alert by alert.

Source: prometheus.io/docs/alerting/latest/configuration, webhook_config. The version is not looked
at. Alertmanager does not send again what was answered with 4xx, so nothing refuses a whole call.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_noop

from statuspage.monitors.matching import (
    LONGEST_MARK,
    LONGEST_NAME,
    LONGEST_VALUE,
    MOST_LABELS,
    Report,
    fingerprint_of,
)
from statuspage.monitors.salvage import Salvaged, salvaged

SOURCE: Final = "alertmanager"
MOST_ALERTS: Final = 1000
STATUSES: Final = {"firing": True, "resolved": False}
# An alert that has not ended carries Go's zero time.
ZERO_YEAR: Final = 1
# The annotations that describe an alert in words, the best first.
WORDS: Final = ("summary", "description", "message")
# Of more alerts that cannot be read, or that are longer, no more is noted.
MOST_REASONS: Final = 20
LONGEST_HINT: Final = 120
# What PostgreSQL cannot store: NUL, and halves of characters.
UNSTORABLE: Final = {0: "\ufffd"} | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")

NO_ALERTS: Final = gettext_noop("The body holds no list of alerts.")
NO_OBJECT: Final = gettext_noop("It is no object.")
NO_STATUS: Final = gettext_noop("Its status is neither firing nor resolved.")
NO_LABELS: Final = gettext_noop("It has no labels.")


class UnreadableAlert(ValueError):
    """Nobody can say what this alert is about, or whether it fires; the message says why."""


@dataclass
class Intake:
    """What was read of one call, and what was not."""

    reports: list[Report] = field(default_factory=list)
    left_out: int = 0
    # Whether that number is reckoned, because the rest was not read.
    reckoned: bool = False
    unreadable: int = 0
    # Reasons, with what identifies the alert.
    reasons: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether everything was read."""
        return not self.left_out and not self.unreadable and not self.reasons


def intake_of(body: bytes, length: int | None = None) -> Intake:
    """Return what can be read of a call: the first alerts, each by itself.

    `length` is how many bytes the whole call has, where `body` is only the first of them.
    """
    found = salvaged(body, MOST_ALERTS, length)
    intake = Intake(left_out=found.left_out, reckoned=found.cut)
    if found.alerts is None:
        intake.reasons.append((NO_ALERTS, _hint(body[:LONGEST_HINT].decode(errors="replace"))))
        return intake
    intake.left_out += _truncated(found)
    _read(intake, found.alerts)
    return intake


def _read(intake: Intake, alerts: Iterable[Any]) -> None:
    for alert in alerts:
        try:
            intake.reports.append(_report(alert))
        except UnreadableAlert as error:
            intake.unreadable += 1
            if len(intake.reasons) < MOST_REASONS:
                intake.reasons.append((str(error), _hint(_named(alert))))


def _report(alert: Any) -> Report:
    if not isinstance(alert, Mapping):
        raise UnreadableAlert(NO_OBJECT)
    status = alert.get("status")
    if not isinstance(status, str) or status not in STATUSES:
        raise UnreadableAlert(NO_STATUS)
    labels, notes = _texts(alert.get("labels")), _texts(alert.get("annotations"))
    if not labels:
        raise UnreadableAlert(NO_LABELS)
    named = _text(alert.get("fingerprint"))[:120]
    starts = alert.get("startsAt")
    began = _moment(starts)
    return Report(
        source=SOURCE,
        labels=labels,
        firing=STATUSES[status],
        fingerprint=named or fingerprint_of(labels),
        started_at=began,
        ended_at=_moment(alert.get("endsAt")),
        summary=next((notes[one] for one in WORDS if notes.get(one)), ""),
        url=_url(alert.get("generatorURL")),
        written_start="" if began or _is_zero(starts) else _text(starts)[:LONGEST_MARK],
    )


def _texts(value: Any) -> dict[str, str]:
    """Return names and values as texts that can be stored; what has no value is left out."""
    if not isinstance(value, Mapping):
        return {}
    kept = ((_text(name)[:LONGEST_NAME], _text(text)) for name, text in value.items())
    pairs = [(name, text[:LONGEST_VALUE]) for name, text in kept if name and text]
    return dict(pairs[:MOST_LABELS])


def _text(value: Any) -> str:
    """Return a text, a number or a truth value as a storable text; of anything else, nothing."""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str):
        return ""
    return value if value.isascii() and "\0" not in value else value.translate(UNSTORABLE)


def _moment(value: Any) -> datetime | None:
    """Return the time, or None: an alert is not lost because of a time that makes no sense."""
    try:
        moment = parse_datetime(value) if isinstance(value, str) else None
    except (ValueError, OverflowError):
        return None
    if moment is None or moment.tzinfo is None or moment.year == ZERO_YEAR:
        return None
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return None


def _is_zero(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("0001-01-01T")


def _url(value: Any) -> str:
    text = _text(value)
    return text[:LONGEST_VALUE] if text.startswith(("https://", "http://")) else ""


def _truncated(found: Salvaged) -> int:
    """Return how many alerts Alertmanager itself left out (`max_alerts`)."""
    said = _text(found.others.get("truncatedAlerts"))
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else 0


def _named(alert: Any) -> str:
    """Return what identifies an alert to the person who looks for it."""
    if not isinstance(alert, Mapping):
        return _text(alert)
    labels = _texts(alert.get("labels"))
    return " ".join(f"{name}={text}" for name, text in labels.items()) or _text(
        alert.get("fingerprint")
    )


def _hint(text: str) -> str:
    return " ".join(text.translate(UNSTORABLE).split())[:LONGEST_HINT]
