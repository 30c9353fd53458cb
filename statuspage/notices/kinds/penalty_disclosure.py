"""Penalty disclosure 行政处罚公示: who decided what, when and why, and what was put right."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from statuspage.notices.fields import Payload, PayloadField, optional
from statuspage.notices.kind import NoticeKind, PublicName, register
from statuspage.notices.phrases import money, short_day
from statuspage.notices.values import DATE, PAID, STRING, TEXT, Value
from statuspage.statements.texts import CHINESE, clean_text, for_reader

NUMBER_LENGTH = 60
NUMBER = Value(
    "line",
    lambda value: clean_text({CHINESE: str(value)}, max_length=NUMBER_LENGTH)[CHINESE],
    schema={**STRING, "maxLength": NUMBER_LENGTH},
)


@register
class PenaltyDisclosure(NoticeKind):
    """Publishes a decision of an authority against the operator."""

    name = "penalty_disclosure"
    label = _("Penalty disclosure")
    public_name = PublicName.DISCLOSURE
    fields = (
        PayloadField("authority", _("Authority"), TEXT),
        PayloadField("decided_on", _("Date of the decision"), DATE, done=True),
        optional("decision", _("Number of the decision"), NUMBER),
        PayloadField("violation", _("Violation"), TEXT),
        optional("fine", _("Fine"), PAID, help=_("In yuan, with what was confiscated.")),
        PayloadField("put_right", _("What was put right"), TEXT),
    )
    quiet = True

    def brief(self, payload: Payload) -> Iterator[str]:
        """Say who decided what, and when."""
        values = {"who": for_reader(payload["authority"]), "day": short_day(payload["decided_on"])}
        if payload["fine"]:
            fined = {**values, "fine": money(payload["fine"])}
            yield _("Decision of %(who)s on %(day)s: a fine of %(fine)s.") % fined
        else:
            yield _("Decision of %(who)s on %(day)s.") % values
        yield for_reader(payload["violation"])
