"""Typed settings of approval, review and drafts."""

from statuspage.lib.env import AreaSettings, Positive, WordSet, written


class ApprovalSettings(AreaSettings):
    """Approval, review and drafts in the console."""

    FOUR_EYES_KINDS: WordSet = written(
        "delay,recovery,settlement_rule,holiday_schedule,fee_change,fee_waiver,compensation"
        ",yearly_disclosure"
    )
    """Kinds of notice that a second person approves, separated by commas; empty: none."""
    REVIEWED_KINDS: WordSet = written("incident.opened,incident.updated,incident.backfilled")
    """Kinds of statement that go out at once and that a second person reads afterwards."""
    REVIEW_WITHIN_DAYS: Positive = 14
    """Days within which a second person reads them."""
    DRAFTS_KEEP_DAYS: Positive = 14
    """Days after which drafts that nobody touches are deleted."""
