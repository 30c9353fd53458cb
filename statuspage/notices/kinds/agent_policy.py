"""Agent policy 代理商政策: what changes for agents, from when on; sent to agents only."""

from collections.abc import Iterator
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from statuspage.notices.fields import Payload, PayloadField, optional
from statuspage.notices.kind import NoticeKind, register
from statuspage.notices.phrases import short_day
from statuspage.notices.telling import Told
from statuspage.notices.values import DATE, TEXT
from statuspage.statements.texts import for_reader
from statuspage.statements.times import midnight


@register
class AgentPolicy(NoticeKind):
    """Tells agents of a change in their terms, such as their revenue share (分润)."""

    name = "agent_policy"
    label = _("Agent policy")
    advice = _(
        "This text is public: merchants, other agents and the press can read it on the page, in "
        "the log and in the feeds, for good. Do not write rates or amounts of revenue share, the "
        "names of agents, bank accounts or terms of a contract: say that they are in the agent "
        "system or in the contract. Write what changes, from when on, and whom to ask."
    )
    fields = (
        PayloadField(
            "changes",
            _("What changes"),
            TEXT,
            help=_("Public. For example: the day on which the revenue share is paid out."),
        ),
        PayloadField("effective_on", _("Takes effect on"), DATE),
        optional(
            "concerned",
            _("Agents concerned"),
            TEXT,
            unknown=_("All agents"),
            help=_("A region or a type of contract, never the name of an agent."),
        ),
        PayloadField(
            "contact",
            _("Contact"),
            TEXT,
            help=_("Whom agents ask, and where the details are."),
        ),
    )
    for_agents = True

    def told_by_default(
        self, payload: Payload, moment: datetime, ends: datetime | None = None
    ) -> Told:
        """Return agents alone: what concerns their share is not for merchants' phones."""
        told = super().told_by_default(payload, moment, ends)
        return Told.AGENTS if told is Told.ALL else told

    def brief(self, payload: Payload) -> Iterator[str]:
        """Say for whom, from when on, what changes, and whom to ask."""
        values = {"day": short_day(payload["effective_on"])}
        if payload["concerned"]:
            values["who"] = for_reader(payload["concerned"])
            yield _("For agents (%(who)s), from %(day)s:") % values
        else:
            yield _("For agents, from %(day)s:") % values
        yield for_reader(payload["changes"])
        yield for_reader(payload["contact"])

    def window(self, payload: Payload) -> tuple[datetime | None, datetime | None]:
        """Return a window that begins on the day on which it takes effect."""
        return midnight(date.fromisoformat(payload["effective_on"])), None
