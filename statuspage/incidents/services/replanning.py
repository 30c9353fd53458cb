"""Cancel and reschedule announced maintenance, and say so to everybody who was told of it."""

from copy import copy
from datetime import datetime
from typing import Unpack

from statuspage.components.selectors import components_by_public_id
from statuspage.incidents.content import cleaned, moved_on
from statuspage.incidents.lifecycle import (
    MAINTENANCE_TRANSITIONS,
    MaintenanceStatus,
    check_transition,
)
from statuspage.incidents.models import Maintenance
from statuspage.incidents.replanning import (
    CANCELLED,
    RESCHEDULED,
    Rescheduling,
    cancelled_content,
    check_changed,
    check_plan,
    check_reschedulable,
    rescheduled,
    rescheduled_content,
)
from statuspage.incidents.selectors import components_told
from statuspage.incidents.services.impacts import (
    advance,
    maintenance_states,
    say,
    told_changes,
    worked_on,
)
from statuspage.statements.authors import Author
from statuspage.statements.models import Statement
from statuspage.statements.placeholders import clean_said
from statuspage.statements.services import publishing
from statuspage.statements.short import Short, clean_said_short, with_short
from statuspage.statements.texts import Text


def maintenance_cancel(
    *,
    maintenance: Maintenance,
    body: Text,
    author: Author | None,
    short: Short | None = None,
    published_at: datetime | None = None,
) -> Statement:
    """Call a maintenance off, with the reason; its components are released.

    Raises:
        IllegalTransition: it is over.
        Superseded: someone else, or the clock, moved it since `maintenance` was read.
        ValidationError: the text is not usable.
    """
    body, short = clean_said(body), clean_said_short(short)
    with publishing() as now:
        moment = published_at or now
        before, status = maintenance.status, MaintenanceStatus.CANCELLED
        check_transition(MAINTENANCE_TRANSITIONS, before, status)
        advance(maintenance, moved_on(maintenance, status, moment))
        states = maintenance_states(maintenance, components_told(maintenance))
        content = cancelled_content(maintenance, body, told_changes(states), before=before)
        content = with_short(content, {"short": short})
        return say(maintenance, CANCELLED, content, states, author)


def maintenance_reschedule(
    *,
    maintenance: Maintenance,
    author: Author | None,
    published_at: datetime | None = None,
    **said: Unpack[Rescheduling],
) -> Statement:
    """Move a maintenance to other times, or to other components, and say what it was before.

    Raises:
        IllegalTransition: it is over.
        Superseded: someone else, or the clock, moved it since `maintenance` was read.
        ValidationError: a text or component is not usable, the times are not possible, a new start
            is announced too late and without `short_notice_reason`, or nothing changes.
    """
    given = cleaned(said)
    wanted, reason = given.get("components"), given.get("short_notice_reason")
    with publishing() as now:
        moment = published_at or now
        check_reschedulable(maintenance)
        old = [*maintenance.components.all()]
        new = old if wanted is None else [*components_by_public_id(wanted).values()]
        before = copy(maintenance)
        after, values = rescheduled(maintenance, given, moment)
        check_changed(before, after, old, new)
        check_plan(before, after, moment, reason)
        advance(maintenance, values)
        maintenance.components.set(new)
        states = maintenance_states(maintenance, new, released=old)
        content = rescheduled_content(
            before,
            maintenance,
            given["body"],
            told_changes(states),
            old=old,
            new=new,
            reason=reason,
        )
        content = with_short(content, given)
        return say(maintenance, RESCHEDULED, content, states, author, worked_on(new))
