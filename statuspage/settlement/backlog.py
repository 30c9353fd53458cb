"""Publish how much of an incident's delayed payouts has arrived."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_FLOOR, Decimal
from typing import Any, Final

from django.conf import settings
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from statuspage.lib.money import ZERO, amount_json
from statuspage.notices.models import Notice
from statuspage.notices.phrases import short_moment
from statuspage.notices.selectors import standing_notices
from statuspage.notices.services import notice_publish
from statuspage.statements.canonical import Json
from statuspage.statements.models import Statement
from statuspage.statements.services import publishing
from statuspage.statements.texts import in_each_language
from statuspage.statements.times import from_iso, iso

BACKLOG: Final = "backlog"


@dataclass(frozen=True)
class Cell:
    """The affected transactions of one day (in Shanghai) and category; amounts in yuan.

    `merchants` and `open_merchants` are the numbers of their merchants.
    """

    day: date
    category: str
    affected: int
    open: int
    affected_amount: Decimal
    open_amount: Decimal
    merchants: int
    open_merchants: int

    def shown(self, fewest: int) -> dict[str, Json]:
        """Return what is public: no count below `fewest`, and no amount that reveals one.

        None stands for a withheld value. The open amount is also withheld where the difference of
        the two amounts would be that of a few merchants.
        """

        def few(count: int) -> bool:
            return 0 < count < fewest

        hidden = few(self.affected) or few(self.merchants)
        parts = (self.open, self.open_merchants, self.affected - self.open)
        open_hidden = hidden or any(map(few, parts))
        return {
            "day": self.day.isoformat(),
            "category": self.category,
            "affected": None if few(self.affected) else self.affected,
            "open": None if few(self.affected) or few(self.open) else self.open,
            "affected_amount": None if hidden else amount_json(self.affected_amount),
            "open_amount": None if open_hidden else amount_json(self.open_amount),
        }


def newest_backlog(incident_id: str) -> Notice | None:
    """Return the newest notice of an incident's backlog that was not withdrawn."""
    found = standing_notices(Now()).filter(kind=BACKLOG, incident_id=incident_id)
    return found.first()


def settled_percent(affected: int, still_open: int) -> Decimal:
    """Return what has arrived, in whole percent: 100 only once everything has."""
    if not affected:
        return ZERO
    share = Decimal(100 * (affected - still_open)) / affected
    return share.to_integral_value(ROUND_FLOOR)


def moved(said: Decimal | None, now: Decimal, step: int) -> bool:
    """Return whether the share reached a different step from the last one announced, if any.

    A rising share reaches a step at each multiple, and at 100. A falling share, when more
    transactions turn out to be affected, must fall by a whole step, so that a share that varies
    around a multiple is not published twice.
    """
    if said is None:
        return True
    mark = said // step
    if now > said:
        return now // step > mark or now == 100
    return now <= (mark - 1) * step


def backlog_tell(
    *, incident_id: str, cells: Iterable[Cell], counted_at: datetime
) -> Statement | None:
    """Publish the state of an incident's backlog, if it moved by BACKLOG_STEP_PERCENT; else None.

    The last published state is read under the publishers' lock: of two that counted at the same
    time the second has nothing new to publish, and a count older than the published one is dropped.
    However many steps were passed, it is one statement.

    Raises:
        ValidationError: there is no such incident.
    """
    rows = sorted(cells, key=lambda one: (one.day, one.category))
    affected, still_open = sum(one.affected for one in rows), sum(one.open for one in rows)
    if not affected:
        return None
    percent = settled_percent(affected, still_open)
    payload: dict[str, Json] = {
        "counted_at": iso(counted_at),
        "affected": affected,
        "open": still_open,
        "settled_percent": f"{percent:f}",
        "fewest": settings.BACKLOG_FEWEST,
        "cells": [one.shown(settings.BACKLOG_FEWEST) for one in rows],
    }
    with publishing():
        last = newest_backlog(incident_id)
        if last and from_iso(last.payload["counted_at"]) >= counted_at:
            return None
        said = Decimal(last.payload["settled_percent"]) if last else None
        if not moved(said, percent, settings.BACKLOG_STEP_PERCENT):
            return None
        return notice_publish(
            kind=BACKLOG,
            title=in_each_language(lambda: _title(payload)),
            body=in_each_language(lambda: _body(payload)),
            author=None,
            payload=payload,
            audience={"categories": sorted({one.category for one in rows}), "agents": True},
            incident_id=incident_id,
        )


def _title(payload: Mapping[str, Any]) -> str:
    if not payload["open"]:
        return _("Payout progress: everything has arrived")
    return _("Payout progress: %(percent)s%% has arrived") % {"percent": payload["settled_percent"]}


def _body(payload: Mapping[str, Any]) -> str:
    values = {
        "moment": short_moment(payload["counted_at"]),
        "affected": f"{payload['affected']:,}",
        "open": f"{payload['open']:,}",
        "settled": f"{payload['affected'] - payload['open']:,}",
        "percent": payload["settled_percent"],
    }
    if payload["open"]:
        said = ngettext(
            "As of %(moment)s, the money of %(settled)s of %(affected)s affected transactions "
            "has arrived (%(percent)s%%). %(open)s is pending. You do not need to do "
            "anything: the money arrives automatically.",
            "As of %(moment)s, the money of %(settled)s of %(affected)s affected transactions "
            "has arrived (%(percent)s%%). %(open)s are pending. You do not need to do "
            "anything: the money arrives automatically.",
            payload["open"],
        )
    else:
        said = ngettext(
            "As of %(moment)s, the money of the affected transaction has arrived.",
            "As of %(moment)s, the money of all %(affected)s affected transactions has arrived.",
            payload["affected"],
        )
    return said % values
