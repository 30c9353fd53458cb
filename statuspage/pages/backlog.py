"""The backlog chart of an incident's page, from the newest statement about it."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from statuspage.lib.render_cache import once
from statuspage.notices.audience import MerchantCategory
from statuspage.notices.models import Notice
from statuspage.notices.phrases import transaction_count
from statuspage.pages.timeline import spoken
from statuspage.settlement.backlog import newest_backlog
from statuspage.settlement.kinds.backlog import count_shown, left_out
from statuspage.statements.models import Statement
from statuspage.statements.times import from_iso

# The widest bar, in units of the drawing, and the narrowest one of a count above zero.
WIDEST: Final = 1000
NARROWEST: Final = 4


def backlog_card(incident_id: str, language: str) -> dict[str, object] | None:
    """Return the newest state of the incident's backlog; None where none was published."""
    newest = _newest(incident_id)
    if newest is None:
        return None
    notice, said = newest
    payload = notice.payload
    return {
        "notice": notice.public_id,
        "number": said.number,
        "counted_at": from_iso(payload["counted_at"]),
        "percent": payload["settled_percent"],
        "affected": transaction_count(payload["affected"]),
        "open": transaction_count(payload["open"]),
        "bars": _bars(payload),
        "tables": spoken(said.content.get("tables"), language),
        "left_out": left_out(payload),
    }


@once
def _newest(incident_id: str) -> tuple[Notice, Statement] | None:
    notice = newest_backlog(incident_id)
    if notice is None:
        return None
    return notice, Statement.objects.get(kind="notice.backlog", subject_id=notice.public_id)


def _bars(payload: Mapping[str, Any]) -> list[dict[str, object]]:
    """Return a bar for each day and category: what is affected, and how much is still open."""
    cells, fewest = payload["cells"], payload["fewest"]
    most = max((one["affected"] or 0 for one in cells), default=0)
    return [
        {
            "day": date.fromisoformat(one["day"]),
            "who": MerchantCategory(one["category"]).label,
            "affected": count_shown(one["affected"], fewest),
            "open": count_shown(one["open"], fewest),
            "affected_width": _width(one["affected"], most),
            "open_width": _width(one["open"], most),
        }
        for one in cells
    ]


def _width(count: int | None, most: int) -> int:
    if not most or count == 0:
        return 0
    return max(NARROWEST, WIDEST * (count or 0) // most)
