"""The preview of a draft: its messages, recipients, time and cost."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from notifications.carrier_words.findings import SmsFinding, sms_findings
from notifications.channels.addresses import AddressKind
from notifications.channels.media import Medium
from notifications.delivery.audience import may_wake, moment_of
from notifications.delivery.budget import spending
from notifications.delivery.reach import NOBODY, Reach, UnknownGroup, reach_of
from notifications.delivery.selectors import ChannelPreview, asleep, previews_of
from notifications.delivery.states import Moment
from statuspage.console.forms.compose import ComposeForm
from statuspage.notices.telling import Told
from statuspage.statements.documents import Document, Subject, document_of
from statuspage.statements.selectors import last_statement
from statuspage.statements.texts import LANGUAGES

# What a channel's policy leaves out, for the line that says so.
KEPT_BACK: Final[Mapping[Moment, Any]] = {
    Moment.OPENED: gettext_lazy("new incidents"),
    Moment.WORSENED: gettext_lazy("updates with a higher impact"),
    Moment.UPDATED: gettext_lazy("updates that neither raise the impact nor resolve the incident"),
    Moment.RESOLVED: gettext_lazy("resolved incidents"),
    Moment.MAINTENANCE_PLANNED: gettext_lazy("maintenance announcements"),
    Moment.MAINTENANCE_BEGINS: gettext_lazy("starts of maintenance"),
    Moment.MAINTENANCE_UPDATED: gettext_lazy("maintenance updates"),
    Moment.MAINTENANCE_CHANGED: gettext_lazy(
        "changes to maintenance that was not announced on every channel"
    ),
    Moment.NOTICE: gettext_lazy("notices"),
    Moment.PROGRESS: gettext_lazy("payout progress figures"),
    Moment.CORRECTED: gettext_lazy("corrections of statements that were not sent on every channel"),
}

# What may be unknown of a subscriber, by the names in AUDIENCE_UNKNOWN.
UNKNOWN: Final[Mapping[str, Any]] = {
    "categories": pgettext_lazy("unknown", "merchant category"),
    "products": pgettext_lazy("unknown", "products"),
    "models": pgettext_lazy("unknown", "terminal model"),
    "cycles": pgettext_lazy("unknown", "settlement cycle"),
    "agent_codes": pgettext_lazy("unknown", "agent"),
    "provinces": pgettext_lazy("unknown", "province"),
}


@dataclass(frozen=True)
class DraftPreview:
    """A draft's document, its messages by channel and language, and the number of recipients."""

    document: Mapping[str, Any]
    messages: Sequence[ChannelPreview]
    # How many messages would wait until morning.
    waiting: int = 0
    # How its audience was found; None where it is everyone.
    reach: Reach | None = None

    @property
    def recipients(self) -> int:
        """The number of addresses that will get a message, over all channels."""
        return sum(one.recipients for one in self.messages)

    @property
    def by_channel(self) -> list[tuple[Medium, list[int]]]:
        """Every channel with its numbers of recipients in the order of `languages`."""
        rows = {one.channel.name: (one.channel, [0] * len(LANGUAGES)) for one in self.messages}
        for one in self.messages:
            rows[one.channel.name][1][LANGUAGES.index(one.language)] = one.recipients
        return list(rows.values())

    @property
    def languages(self) -> Sequence[str]:
        """The languages that the page shows."""
        return LANGUAGES

    @property
    def sms(self) -> Sequence[ChannelPreview]:
        """The SMS, which are paid for by the segment."""
        return [one for one in self.messages if one.channel.address_kind == AddressKind.PHONE]

    @property
    def others(self) -> Sequence[ChannelPreview]:
        """The messages of every channel other than SMS."""
        return [one for one in self.messages if one.channel.address_kind != AddressKind.PHONE]

    @property
    def silent(self) -> set[str]:
        """The names of the channels that the policy excludes for this statement."""
        return {one.channel.name for one in self.messages if not one.told}

    @property
    def left_out(self) -> str:
        """The excluded channels and the reason; empty where no channel is excluded."""
        content = self.document["content"]
        if content.get("backfilled") and not content.get("told") and not self.document["corrects"]:
            return _("Nothing is sent: notifying subscribers is not selected.")
        if content.get("told") == Told.NOBODY and not self.document["corrects"]:
            return _("Nothing is sent. It is published on the page and in the public log.")
        silent = channel_names(one.channel for one in self.messages if not one.told)
        telling = channel_names(one.channel for one in self.messages if one.told)
        if not telling:
            return _("Nothing is sent. It is published on the page and in the public log.")
        if self.reach is not None and not self.reach.told:
            return str(NOBODY)
        if not silent:
            return ""
        return _("Not sent by %(silent)s: %(what)s are only sent by %(telling)s.") % {
            "silent": silent,
            "what": self._kept_back(),
            "telling": telling,
        }

    def _kept_back(self) -> Any:
        if self.document["content"].get("backfilled"):
            return _("incidents entered afterwards")
        return KEPT_BACK[moment_of(self.document)]

    @property
    def reach_lines(self) -> list[str]:
        """How many match, and for each unknown attribute how many get it or not."""
        if self.reach is None:
            return []
        matched = self.reach.matched
        found = [
            ngettext("%(count)s matches the audience.", "%(count)s match the audience.", matched)
            % {"count": f"{matched:,}"}
        ]
        return [*found, *map(_unknown_line, self.reach.unknown)]

    @property
    def cost(self) -> Decimal:
        """The estimated cost of the SMS, in settings.SMS_CURRENCY."""
        return sum((one.cost for one in self.messages), Decimal(0))

    @cached_property
    def sms_findings(self) -> Sequence[SmsFinding]:
        """What carriers would refuse in its SMS, and what is left out of them."""
        return sms_findings(self.document)

    @cached_property
    def spent(self) -> Decimal:
        """The cost of this month's SMS so far."""
        return spending().spent

    @property
    def cap(self) -> Decimal | None:
        """The monthly limit of the SMS cost, or None without one."""
        return settings.SMS_MONTHLY_CAP

    @property
    def over_cap(self) -> bool:
        """Whether the limit would stop some of these SMS."""
        return self.cap is not None and self.cost > 0 and self.spent + self.cost > self.cap

    @property
    def wakes(self) -> bool:
        """Whether it is sent during quiet hours as well."""
        return bool(settings.QUIET_HOURS) and may_wake(self.document)

    @property
    def morning(self) -> str:
        """The time at which quiet hours end, in each reader's time zone."""
        return f"{settings.QUIET_HOURS[1]:%H:%M}" if settings.QUIET_HOURS else ""


def _unknown_line(one: UnknownGroup) -> str:
    told = _("%(count)s with unknown %(what)s: notified.")
    said = told if one.told else _("%(count)s with unknown %(what)s: not notified.")
    what = pgettext("between names", ", ").join(str(UNKNOWN[name]) for name in one.dimensions)
    return said % {"count": f"{one.count:,}", "what": what}


def channel_names(channels: Iterable[Medium]) -> str:
    """Return the channels' names without repetition."""
    labels = dict.fromkeys(str(one.label) for one in channels)
    return pgettext("between channels", ", ").join(labels)


def preview_of(form: ComposeForm) -> DraftPreview:
    """Return the preview of what the form holds so far."""
    return _preview(form.draft(number=_next_number()))


def preview_of_content(
    kind: str, subject: Subject, content: Mapping[str, Any], corrects: int | None = None
) -> DraftPreview:
    """Return the preview of a statement's content."""
    document = document_of(
        number=_next_number(),
        kind=kind,
        subject=subject,
        content=content,
        published_at=timezone.now(),
        corrects=corrects,
    )
    return _preview(document)


def _preview(document: Document) -> DraftPreview:
    return DraftPreview(document, previews_of(document), asleep(document), reach_of(document))


def _next_number() -> int:
    """Return the number the statement will have, unless another is published first."""
    last = last_statement()
    return last.number + 1 if last else 1
