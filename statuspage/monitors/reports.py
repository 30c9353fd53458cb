"""What a monitor says, whichever way it says it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Report:
    """One thing fires, or has stopped to; `fingerprint` names the thing, for as long as it is."""

    source: str
    labels: Mapping[str, str]
    firing: bool
    fingerprint: str
    started_at: datetime | None = None
    ended_at: datetime | None = None
    summary: str = ""
    url: str = ""


def fingerprint_of(labels: Mapping[str, str]) -> str:
    """A name for things that come without one: their labels, hashed."""
    written = json.dumps(dict(labels), sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(written.encode()).hexdigest()[:32]
