"""Penalty disclosure 行政处罚公示: who decided what, when and why, and what was put right."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from statuspage.notices.fields import Payload, PayloadField, optional
from statuspage.notices.kind import NoticeKind, PublicName, register
from statuspage.notices.phrases import listed, money, short_day
from statuspage.notices.values import DATE, PAID, TEXT, choice_of, line_of
from statuspage.statements.texts import for_reader

NUMBER_LENGTH = 60


class MerchantsMoney(TextChoices):
    """Whether a decision touches merchants' funds or payouts."""

    NOT_AFFECTED = "not_affected", pgettext_lazy("merchants' money", "not affected")
    AFFECTED = "affected", pgettext_lazy("merchants' money", "affected")


@register
class PenaltyDisclosure(NoticeKind):
    """Publishes a decision of an authority against the operator."""

    name = "penalty_disclosure"
    label = _("Penalty disclosure")
    public_name = PublicName.DISCLOSURE
    fields = (
        PayloadField("authority", _("Authority"), TEXT),
        PayloadField("decided_on", _("Date of the decision"), DATE, done=True),
        optional("decision", _("Number of the decision"), line_of(NUMBER_LENGTH)),
        PayloadField("violation", _("Violation"), TEXT),
        optional("fine", _("Fine"), PAID, help=_("In yuan, without what was confiscated.")),
        optional("confiscated", _("Confiscated"), PAID, help=_("Unlawful gains, in yuan.")),
        optional(
            "other_penalty",
            _("Other penalty"),
            TEXT,
            help=_("For example a warning, or business that was restricted."),
        ),
        PayloadField("put_right", _("What was put right"), TEXT),
        optional(
            "put_right_by",
            _("To be put right by"),
            DATE,
            ahead=True,
            help=_("Leave empty if it has been put right."),
        ),
        # Optional, for callers of before there was this field; leaving it out is warned of.
        optional("money", _("Merchants’ funds and payouts"), choice_of(MerchantsMoney)),
        optional(
            "effect",
            _("Effect on merchants"),
            TEXT,
            help=_("Required if their money is affected: whose, how, and what they should do."),
        ),
    )
    quiet = True

    def check(self, payload: Payload, moment: datetime) -> None:
        """Require the effect on merchants whose money is affected."""
        if payload["money"] == MerchantsMoney.AFFECTED and payload["effect"] is None:
            problem = _("Enter what it means for merchants: their money is affected.")
            raise ValidationError({"effect": problem})

    def check_over(self, payload: Payload, now: datetime) -> None:
        """Allow a day to come: an old decision is published as it is, and promises no money."""

    def warnings(self, payload: Payload, moment: datetime) -> Sequence[str]:
        """Warn of a disclosure that leaves the first question of merchants open."""
        found = []
        if payload["money"] is None:
            found.append(_("It does not say whether merchants’ money is affected."))
        if not any(payload[name] for name in ("fine", "confiscated", "other_penalty")):
            found.append(_("It names no penalty. Is that right?"))
        return [*map(str, found)]

    def brief(self, payload: Payload) -> Iterator[str]:
        """Say who decided what, and when, why, and whether merchants' money is affected."""
        values = {"who": for_reader(payload["authority"]), "day": short_day(payload["decided_on"])}
        if penalties := listed(_penalties(payload)):
            said = _("Decision of %(who)s on %(day)s: %(penalties)s.")
            yield said % {**values, "penalties": penalties}
        else:
            yield _("Decision of %(who)s on %(day)s.") % values
        yield for_reader(payload["violation"])
        if payload["money"]:
            state = MerchantsMoney(payload["money"]).label
            yield _("Merchants’ funds and payouts: %(state)s.") % {"state": state}
        yield for_reader(payload["effect"] or {})


def _penalties(payload: Payload) -> Iterator[str]:
    """Yield each penalty that was imposed."""
    if payload["fine"]:
        yield _("a fine of %(fine)s") % {"fine": money(payload["fine"])}
    if payload["confiscated"]:
        yield _("%(amount)s confiscated") % {"amount": money(payload["confiscated"])}
    yield from filter(None, [for_reader(payload["other_penalty"] or {}).rstrip("。.")])
