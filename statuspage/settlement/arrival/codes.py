"""What an answer may be, and what each step of its reasoning says."""

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class DateStatus(models.TextChoices):
    """Whether there is a date."""

    KNOWN = "known", _("The date is known")
    NOT_YET_KNOWN = "not_yet_known", _("Late, and no date is known yet")
    NOT_PUBLISHED = "not_published", _("The calendar of that year is not published yet")
    NO_RULE = "no_rule", _("No settlement rule is published for it")


class Code(StrEnum):
    """What a step of the reasoning says; part of the API."""

    RULE = "rule"
    NO_RULE = "no_rule"
    BEFORE_CUTOFF = "before_cutoff"
    AFTER_CUTOFF = "after_cutoff"
    FALLBACK = "fallback"
    SKIPPED = "skipped"
    MAKE_UP_WORKDAY = "make_up_workday"
    CALENDAR = "calendar"
    BY_RULE = "by_rule"
    NOT_PUBLISHED = "not_published"
    DELAY = "delay"
    DELAY_WITHOUT_DATE = "delay_without_date"
    RESTORED = "restored"
    BACKLOG = "backlog"
    BACKLOG_WITHOUT_DATE = "backlog_without_date"
    RULE_IS_LATER = "rule_is_later"
    FEE = "fee"
    FEE_CHANGE = "fee_change"
    FEE_WAIVER = "fee_waiver"
    FEE_WAIVED = "fee_waived"
    CORRECTED = "corrected"
    OTHER_PRODUCTS = "other_products"
    PAST = "past"
    AFTER_HOLIDAY = "after_holiday"
    MINIMUM_PAYOUT = "minimum_payout"
    CARD_LIMIT = "card_limit"
    RISK_CHECK = "risk_check"


LATE = frozenset({Code.DELAY, Code.DELAY_WITHOUT_DATE, Code.BACKLOG, Code.BACKLOG_WITHOUT_DATE})
