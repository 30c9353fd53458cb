"""What an answer and each step of its reasoning say, in the active language."""

from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class DateStatus(TextChoices):
    """Whether there is a date."""

    KNOWN = "known", _("The date is known")
    NOT_YET_KNOWN = "not_yet_known", _("Delayed, date not yet known")
    PAYOUTS_DELAYED = "payouts_delayed", _("Payouts are delayed, no new date yet")
    NOT_PUBLISHED = "not_published", _("The calendar of that year has not been published yet")
    NOT_IN_CALENDAR = "not_in_calendar", _("That year is not in our calendar")
    NO_RULE = "no_rule", _("No settlement rule has been published")


class Code(TextChoices):
    """What a step of the reasoning says; its values are part of the API."""

    RULE = "rule", _("%(who)s settle %(rule)s: %(meaning)s.")
    NO_RULE = "no_rule", _("No settlement rule had been published for this.")
    BEFORE_CUTOFF = (
        "before_cutoff",
        _("Made before the cut-off at %(cutoff)s, so it counts as %(day)s."),
    )
    AFTER_CUTOFF = (
        "after_cutoff",
        _("Made at or after the cut-off at %(cutoff)s, so it counts as the next day, %(day)s."),
    )
    FALLBACK = (
        "fallback",
        _(
            "Made at or after %(cutoff)s, when %(cycle)s had closed for the day. %(fallback)s "
            "applies instead: %(meaning)s."
        ),
    )
    BASE_RULE = (
        "base_rule",
        _(
            "Made at or after %(cutoff)s, when %(cycle)s had closed for the day. The base rule "
            "applies instead: %(fallback)s, %(meaning)s."
        ),
    )
    NO_BASE_RULE = (
        "no_base_rule",
        _(
            "Made at or after %(cutoff)s, when %(cycle)s had closed for the day. The base rule "
            "applies instead, and none had been published."
        ),
    )
    WITHIN = "within", _("The money is promised within %(duration)s of the transaction.")
    WITHIN_OF_OPENING = (
        "within_of_opening",
        _(
            "The money is promised within %(duration)s of the transaction; the service opens at "
            "%(opens)s, and earlier transactions count from then."
        ),
    )
    SKIPPED = "skipped", _("%(day)s: %(name)s. No settlement.")
    MAKE_UP_WORKDAY = "make_up_workday", _("%(day)s: %(name)s. Settlement as usual.")
    CALENDAR = (
        "calendar",
        _("Holidays and make-up workdays according to the State Council's notice %(document)s."),
    )
    BY_RULE = "by_rule", _("Under the normal rule: %(day)s.")
    NOT_PUBLISHED = (
        "not_published",
        _(
            "The State Council has not published the holidays of %(year)s yet. Without them, the "
            "settlement workday cannot be determined, and we do not guess."
        ),
    )
    NOT_IN_CALENDAR = (
        "not_in_calendar",
        _(
            "Our settlement calendar does not include %(year)s. Without it, the settlement "
            "workday cannot be determined, and we do not guess."
        ),
    )
    DELAY = "delay", _("Delay notice for %(transactions)s: the money arrives by %(day)s.")
    DELAY_WITHOUT_DATE = (
        "delay_without_date",
        _("Delay notice for %(transactions)s: the arrival date is not yet known."),
    )
    PAYOUTS_DELAYED = (
        "payouts_delayed",
        _("Payouts are delayed because of an open incident: %(incident)s. No new date yet."),
    )
    NEXT_UPDATE = "next_update", _("Next update by %(moment)s.")
    RESTORED = (
        "restored",
        _(
            "Settlement was late and has been back to normal since %(moment)s. Your transaction "
            "came after that, so the normal rule applies."
        ),
    )
    BACKLOG = (
        "backlog",
        _(
            "Settlement has been back to normal since %(moment)s. Delayed payouts arrive by "
            "%(day)s."
        ),
    )
    BACKLOG_WITHOUT_DATE = (
        "backlog_without_date",
        _(
            "Settlement has been back to normal since %(moment)s. The arrival date of delayed "
            "payouts is not yet known."
        ),
    )
    RULE_IS_LATER = (
        "rule_is_later",
        _("The normal rule gives %(day)s. That is later, so it applies."),
    )
    FEE = (
        "fee",
        _("Fee on %(amount)s yuan at %(rate)s: %(fee)s yuan (effective rate %(effective)s%%)."),
    )
    FEE_ABOVE_AMOUNT = (
        "fee_above_amount",
        _(
            "Fee on %(amount)s yuan at %(rate)s: %(fee)s yuan. That is more than the amount, so "
            "there is no payout."
        ),
    )
    FEE_PER_PAYOUT = (
        "fee_per_payout",
        _("%(fixed)s yuan is charged for each payout as well, whatever it contains."),
    )
    FEE_DEPENDS = (
        "fee_depends",
        _("The fee depends on how the customer paid: %(prices)s."),
    )
    FEE_CHANGE = "fee_change", _("From %(day)s the fee is %(rate)s.")
    PROMOTION = (
        "promotion",
        _("Promotion until %(day)s: the fee is %(rate)s. After that the ordinary fee applies."),
    )
    PROMOTION_LIMITED = (
        "promotion_limited",
        _(
            "Promotion until %(day)s: the fee is %(rate)s, up to a limit per merchant of "
            "%(limit)s. Beyond it, and after that day, the ordinary fee of %(ordinary)s applies."
        ),
    )
    PROMOTION_EXCEEDED = (
        "promotion_exceeded",
        _(
            "Promotion until %(day)s: the fee is %(rate)s, up to a limit per merchant of "
            "%(limit)s. This amount is above it, so the ordinary fee of %(ordinary)s is shown."
        ),
    )
    PROMOTION_BY_WAY = (
        "promotion_by_way",
        _("Promotion until %(day)s for %(way)s: the fee is %(rate)s."),
    )
    FEE_WAIVER = (
        "fee_waiver",
        _("Fee waiver for %(transactions)s: %(share)s of the fee is waived%(condition)s."),
    )
    FEE_WAIVED = (
        "fee_waived",
        _("Waived fee: %(waived)s yuan%(condition)s. You pay %(to_pay)s yuan."),
    )
    FEE_REFUND = (
        "fee_refund",
        _("It is refunded by %(day)s, separately from the payout."),
    )
    FEE_REFUNDED = (
        "fee_refunded",
        _("All of it had been refunded by %(day)s, separately from the payout."),
    )
    CORRECTED = (
        "corrected",
        _("Statement No. %(number)s was corrected later. Please read the correction as well."),
    )
    OTHER_PRODUCTS = (
        "other_products",
        _("A delay affects only some products. Choose yours to see whether it is affected."),
    )
    MAY_BE_LATE = (
        "may_be_late",
        _("Because of an open incident it may arrive later than usual: %(incident)s."),
    )
    INTERRUPTED = (
        "interrupted",
        _(
            "An incident affected payouts until %(moment)s: %(incident)s. Money due in the "
            "meantime may arrive later."
        ),
    )
    PAST = (
        "past",
        _(
            "This date has passed. If the money has not arrived, check your settlement account, "
            "then call the hotline."
        ),
    )
    AFTER_HOLIDAY = (
        "after_holiday",
        _(
            "On the first day after a holiday banks are busy and may credit the money later than "
            "usual."
        ),
    )
    MINIMUM_PAYOUT = (
        "minimum_payout",
        _("Amounts below your minimum payout are held until the minimum is reached."),
    )
    MINIMUM_AMOUNT = (
        "minimum_amount",
        _("The minimum payout is %(minimum)s yuan. Smaller amounts are held until it is reached."),
    )
    BELOW_MINIMUM = (
        "below_minimum",
        _(
            "%(amount)s yuan alone is below the minimum payout of %(minimum)s yuan. It is paid "
            "once your balance reaches the minimum, and not on this date."
        ),
    )
    CARD_LIMIT = (
        "card_limit",
        _("A Class II bank account has a daily limit. Amounts above it are paid later."),
    )
    RISK_CHECK = (
        "risk_check",
        _("A transaction held for a risk check is paid once the check is complete."),
    )


LATE: Final = frozenset(
    {
        Code.DELAY,
        Code.DELAY_WITHOUT_DATE,
        Code.BACKLOG,
        Code.BACKLOG_WITHOUT_DATE,
        Code.PAYOUTS_DELAYED,
    }
)
# Caveats that make an ordinary date doubtful.
DOUBTFUL: Final = frozenset({Code.MAY_BE_LATE, Code.INTERRUPTED})
