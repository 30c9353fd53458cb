"""A draft as readers would see it: the messages, how many get them, when, and what it costs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from notifications.channels.addresses import AddressKind
from notifications.channels.base import Channel
from notifications.delivery.budget import spending
from notifications.delivery.moments import Moment
from notifications.delivery.policy import may_wake, moment_of
from notifications.delivery.previews import Preview as Message
from notifications.delivery.previews import previews_of
from notifications.delivery.selectors import asleep
from statuspage.console.drafts import NO_ID, Document, draft
from statuspage.console.forms.compose import ComposeForm
from statuspage.statements.models import Statement
from statuspage.statements.selectors import newest
from statuspage.statements.texts import LANGUAGES

# What the policy keeps from a channel, in the words of whoever asks why.
KEPT_BACK: Final[Mapping[Moment, Any]] = {
    Moment.OPENED: gettext_lazy("new incidents"),
    Moment.WORSENED: gettext_lazy("updates that say it is worse"),
    Moment.UPDATED: gettext_lazy("updates that change nothing"),
    Moment.RESOLVED: gettext_lazy("the end of an incident"),
    Moment.MAINTENANCE_PLANNED: gettext_lazy("announcements of maintenance"),
    Moment.MAINTENANCE_BEGINS: gettext_lazy("the beginning of maintenance"),
    Moment.MAINTENANCE_UPDATED: gettext_lazy("updates on maintenance"),
    Moment.NOTICE: gettext_lazy("notices"),
    Moment.PROGRESS: gettext_lazy("figures of a backlog"),
    Moment.CORRECTED: gettext_lazy("corrections of what went nowhere else"),
}


@dataclass(frozen=True)
class Preview:
    """A draft's document, its messages by channel and language, and the number of recipients."""

    document: Mapping[str, Any]
    messages: Sequence[Message]
    # How many messages would wait until morning.
    waiting: int = 0

    @property
    def recipients(self) -> int:
        """Addresses that will be written to, over all channels."""
        return sum(one.recipients for one in self.messages)

    @property
    def by_channel(self) -> list[tuple[Channel, list[int]]]:
        """Every channel with its recipients in the order of `languages`."""
        rows = {one.channel.name: (one.channel, [0] * len(LANGUAGES)) for one in self.messages}
        for one in self.messages:
            rows[one.channel.name][1][LANGUAGES.index(one.language)] = one.recipients
        return list(rows.values())

    @property
    def languages(self) -> Sequence[str]:
        """The languages in which the page shows it."""
        return LANGUAGES

    @property
    def sms(self) -> Sequence[Message]:
        """The messages to telephones, which are paid for by the segment."""
        return [one for one in self.messages if one.channel.address_kind == AddressKind.PHONE]

    @property
    def others(self) -> Sequence[Message]:
        """The messages of every other channel."""
        return [one for one in self.messages if one.channel.address_kind != AddressKind.PHONE]

    @property
    def silent(self) -> set[str]:
        """The names of the channels that the policy keeps this from."""
        return {one.channel.name for one in self.messages if not one.told}

    @property
    def left_out(self) -> str:
        """By which channels this is not told, and why; empty where every one of them tells it."""
        silent = _names(one.channel for one in self.messages if not one.told)
        if not silent:
            return ""
        return _("Not by %(silent)s: %(what)s go by %(telling)s only.") % {
            "silent": silent,
            "what": KEPT_BACK[moment_of(self.document)],
            "telling": _names(one.channel for one in self.messages if one.told),
        }

    @property
    def cost(self) -> Decimal:
        """What the SMS are estimated to cost, in settings.SMS_CURRENCY."""
        return sum((one.cost for one in self.messages), Decimal(0))

    @cached_property
    def spent(self) -> Decimal:
        """What this month's SMS have cost so far."""
        return spending().spent

    @property
    def cap(self) -> Decimal | None:
        """What they may cost in a month; None where that is not limited."""
        return settings.SMS_MONTHLY_CAP

    @property
    def over_cap(self) -> bool:
        """Whether the cap would stop some of these SMS."""
        return self.cap is not None and self.cost > 0 and self.spent + self.cost > self.cap

    @property
    def wakes(self) -> bool:
        """Whether it is told at night as well."""
        return bool(settings.QUIET_HOURS) and may_wake(self.document)

    @property
    def morning(self) -> str:
        """When quiet hours end, by each reader's own clock."""
        return f"{settings.QUIET_HOURS[1]:%H:%M}" if settings.QUIET_HOURS else ""


def _names(channels: Iterable[Channel]) -> str:
    """The channels' names, each once."""
    labels = dict.fromkeys(str(one.label) for one in channels)
    return pgettext("between channels", ", ").join(labels)


def preview_of(form: ComposeForm) -> Preview:
    """The preview of what is written in the form so far."""
    return _preview(form.draft(number=_next_number()))


def preview_of_notice(kind: str, content: Mapping[str, Any]) -> Preview:
    """The preview of a notice that is written, but not published."""
    return preview_of_content(kind, ("notice", NO_ID), content)


def preview_of_content(kind: str, subject: tuple[str, str], content: Mapping[str, Any]) -> Preview:
    """The preview of a statement that is written; `subject` is (type, public id)."""
    return _preview(
        draft(
            number=_next_number(), kind=kind, subject=subject, content=content, now=timezone.now()
        )
    )


def _preview(document: Document) -> Preview:
    return Preview(document, previews_of(document), asleep(document))


def _next_number() -> int:
    """The number the statement will have, unless another is published first."""
    last: Statement | None = newest(1).first()
    return last.number + 1 if last else 1
