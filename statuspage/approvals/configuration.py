"""Typed settings of approval, review and drafts."""

from typing import Annotated, Final

from pydantic import PlainValidator

from statuspage.lib.discovery import registering_modules
from statuspage.lib.env import AreaSettings, Positive, words, written
from statuspage.lib.paths import PACKAGE
from statuspage.statements.kinds import STATEMENT_KINDS

# Nobody writes the automatic kinds.
NOTICE_KINDS: Final = {
    name
    for folder in PACKAGE.glob("*/kinds")
    for name in registering_modules(folder, without="automatic")
}
KINDS: Final = {*STATEMENT_KINDS, *(f"notice.{kind}" for kind in NOTICE_KINDS)}


class ApprovalSettings(AreaSettings):
    """Approval, review and drafts in the console."""

    FOUR_EYES_KINDS: Annotated[
        frozenset[str], PlainValidator(lambda text: frozenset(words(text, NOTICE_KINDS)))
    ] = written(
        "delay,recovery,settlement_rule,holiday_schedule,fee_change,fee_waiver,compensation"
        ",price_list,promotion"
        ",yearly_disclosure,penalty_disclosure,channel_closure,limit_change,agent_policy"
    )
    """Kinds of notice that a second person approves, separated by commas; empty: none."""
    REVIEWED_KINDS: Annotated[
        frozenset[str], PlainValidator(lambda text: frozenset(words(text, KINDS)))
    ] = written(
        "incident.opened,incident.updated,incident.backfilled,incident.backfilled_update"
        ",incident.followed_up,maintenance.scheduled,maintenance.updated"
        ",maintenance.rescheduled,maintenance.cancelled"
        ",correction,withdrawal,notice.general,notice.clarification,notice.security_warning"
        ",notice.terminal_retirement,notice.replacement,notice.payout_progress"
    )
    """Kinds of statement that go out at once and that a second person reads afterwards."""
    REVIEW_WITHIN_DAYS: Positive = 14
    """Days within which a second person reads them."""
    DRAFTS_KEEP_DAYS: Positive = 14
    """Days after which drafts that nobody touches are deleted."""
