"""An incident's backlog as its page shows it: what the newest statement on it says, drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.utils.functional import Promise

from statuspage.pages.timeline import spoken
from statuspage.settlement.audience import MerchantCategory
from statuspage.settlement.backlog.selectors import newest_backlog
from statuspage.settlement.notices.backlog import count_shown, left_out
from statuspage.statements.models import Statement
from statuspage.statements.times import from_iso

# A bar is at most so wide, in units of its drawing; one that stands for something is never nothing.
WIDEST: Final = 1000
NARROWEST: Final = 4


@dataclass(frozen=True)
class Bar:
    """A day and category: what is affected and, of it, still open; widths out of WIDEST."""

    day: date
    who: str | Promise
    affected: str
    open: str
    affected_width: int
    open_width: int


@dataclass(frozen=True)
class BacklogCard:
    """The figures, the bars, and the table that says the same."""

    notice: str
    number: int
    counted_at: datetime
    percent: str
    affected: str
    open: str
    bars: Sequence[Bar]
    tables: Sequence[Mapping[str, Any]]
    left_out: str


def backlog_card(incident_id: str, language: str) -> BacklogCard | None:
    """What was said last of the incident's backlog; None where nothing was."""
    notice = newest_backlog(incident_id)
    if notice is None:
        return None
    said = Statement.objects.get(kind="notice.backlog", subject_id=notice.public_id)
    payload = notice.payload
    return BacklogCard(
        notice=notice.public_id,
        number=said.number,
        counted_at=from_iso(payload["counted_at"]),
        percent=payload["settled_percent"],
        affected=f"{payload['affected']:,}",
        open=f"{payload['open']:,}",
        bars=_bars(payload),
        tables=spoken(said.content.get("tables"), language),
        left_out=left_out(payload),
    )


def _bars(payload: Mapping[str, Any]) -> list[Bar]:
    cells, fewest = payload["cells"], payload["fewest"]
    most = max((one["affected"] or 0 for one in cells), default=0)
    return [
        Bar(
            day=date.fromisoformat(one["day"]),
            who=MerchantCategory(one["category"]).label,
            affected=count_shown(one["affected"], fewest),
            open=count_shown(one["open"], fewest),
            affected_width=_width(one["affected"], most),
            open_width=_width(one["open"], most),
        )
        for one in cells
    ]


def _width(count: int | None, most: int) -> int:
    if not most or count == 0:
        return 0
    return max(NARROWEST, WIDEST * (count or 0) // most)
