"""Saying how far the backlog is, whenever it has moved by a step."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from statuspage.settlement.backlog.cells import Cell, Totals, moved, totals
from statuspage.settlement.backlog.selectors import BACKLOG, newest_backlog
from statuspage.settlement.phrases import full_moment
from statuspage.settlement.services import notice_publish
from statuspage.statements.canonical import Json
from statuspage.statements.models import Statement
from statuspage.statements.services import publishing
from statuspage.statements.texts import LANGUAGES, Text
from statuspage.statements.times import from_iso, iso


def backlog_tell(
    *, incident_id: str, cells: Iterable[Cell], counted_at: datetime
) -> Statement | None:
    """Publish the state of an incident's backlog, if it moved by BACKLOG_STEP_PERCENT; else None.

    What was said last is read under the publishers' lock: of two that counted at the same time the
    second finds that it is said, and a count that is older than what was said is dropped. However
    many steps were passed, it is one statement.

    Raises:
        ValidationError: there is no such incident.
    """
    rows = sorted(cells, key=lambda one: (one.day, one.category))
    whole = totals(rows)
    if not whole.affected:
        return None
    with publishing():
        if not _is_news(newest_backlog(incident_id), whole, counted_at):
            return None
        payload = _payload(rows, whole, counted_at)
        return notice_publish(
            kind=BACKLOG,
            title=_in_every_language(payload, _title),
            body=_in_every_language(payload, _body),
            author=None,
            payload=payload,
            audience={"categories": sorted({one.category for one in rows}), "agents": True},
            incident_id=incident_id,
        )


def _is_news(last: Any, whole: Totals, counted_at: datetime) -> bool:
    if last is None:
        return True
    if from_iso(last.payload["counted_at"]) >= counted_at:
        return False
    said = Decimal(last.payload["settled_percent"])
    return moved(said, whole.settled_percent, settings.BACKLOG_STEP_PERCENT)


def _payload(rows: Iterable[Cell], whole: Totals, counted_at: datetime) -> dict[str, Json]:
    fewest = settings.BACKLOG_FEWEST
    return {
        "counted_at": iso(counted_at),
        "affected": whole.affected,
        "open": whole.open,
        "settled_percent": f"{whole.settled_percent:f}",
        "fewest": fewest,
        "cells": [one.shown(fewest) for one in rows],
    }


def _in_every_language(payload: Mapping[str, Any], worded: Any) -> Text:
    said = {}
    for language in LANGUAGES:
        with override(language):
            said[language] = worded(payload)
    return said


def _title(payload: Mapping[str, Any]) -> str:
    if not payload["open"]:
        return _("Backlog: everything has arrived")
    return _("Backlog: %(percent)s%% has arrived") % {"percent": payload["settled_percent"]}


def _body(payload: Mapping[str, Any]) -> str:
    values = {
        "moment": full_moment(payload["counted_at"]),
        "affected": f"{payload['affected']:,}",
        "open": f"{payload['open']:,}",
        "settled": f"{payload['affected'] - payload['open']:,}",
        "percent": payload["settled_percent"],
    }
    if not payload["open"]:
        return (
            _("As of %(moment)s the money of all %(affected)s affected transactions has arrived.")
            % values
        )
    return (
        _(
            "As of %(moment)s the money of %(settled)s of %(affected)s affected transactions has"
            " arrived (%(percent)s%%). %(open)s are still open. You need not do anything: it"
            " arrives by itself."
        )
        % values
    )
