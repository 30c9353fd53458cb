"""Reports from monitors, and matching their labels to rules."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any, Final, Protocol, TypeVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MOST_LABELS: Final = 50
LONGEST_NAME: Final = 100
LONGEST_VALUE: Final = 500
LONGEST_MARK: Final = 64


class Matching(Protocol):
    """Whatever has labels that must match: a rule, or one that is only tried."""

    matchers: Any


RuleT = TypeVar("RuleT", bound=Matching)


@dataclass(frozen=True)
class Report:
    """A signal that fires or has ended; `fingerprint` identifies it across reports."""

    source: str
    labels: Mapping[str, str]
    firing: bool
    fingerprint: str
    started_at: datetime | None = None
    ended_at: datetime | None = None
    summary: str = ""
    url: str = ""
    # The start as the monitor wrote it, where that is no time.
    written_start: str = ""

    @property
    def mark(self) -> str:
        """The reported start, believable or not: what fires again has another one."""
        if self.started_at is None:
            return self.written_start[:LONGEST_MARK]
        try:
            return self.started_at.astimezone(UTC).isoformat()
        except OverflowError:  # the first or last hours of the calendar
            return self.started_at.isoformat()


def fingerprint_of(labels: Mapping[str, str]) -> str:
    """Return a hash of the labels, as a fingerprint for reports that come without one."""
    written = json.dumps(dict(labels), sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(written.encode()).hexdigest()[:32]


def clean_matchers(value: Any) -> dict[str, str]:
    """Return the labels that a rule matches; ValidationError unless there are some, all texts."""
    if (
        not isinstance(value, Mapping)
        or not 0 < len(value) <= MOST_LABELS
        or not all(map(_is_label, value, value.values()))
    ):
        raise ValidationError(_("Enter one label per line, such as alertname=PayoutsLate."))
    return dict(value)


def fits(matchers: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    """Return True where every wanted label is present with a matching value."""
    return all(
        name in labels and fnmatchcase(labels[name], _plain(wanted))
        for name, wanted in matchers.items()
    )


def first_fitting(rules: Iterable[RuleT], labels: Mapping[str, str]) -> RuleT | None:
    """Return the first of the rules that the labels fit, or None: it decides alone."""
    return next((one for one in rules if fits(one.matchers, labels)), None)


def _is_label(name: str, wanted: object) -> bool:
    return isinstance(wanted, str) and bool(wanted) and 0 < len(name) <= LONGEST_NAME


def _plain(wanted: str) -> str:
    """Escape the pattern so that only `*` is special; values may hold brackets and `?`."""
    return wanted.replace("[", "[[]").replace("?", "[?]")
