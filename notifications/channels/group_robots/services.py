"""The services that messages to groups may go to: one row each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notifications.channels.base import Limits
from notifications.channels.group_robots import answers, texts
from notifications.channels.group_robots.answers import Judge
from notifications.channels.group_robots.texts import Measure, Writing

# Power Automate and Logic Apps, in every cloud of Microsoft's.
MICROSOFT: Final = re.compile(
    r"[a-z0-9.-]+\.(?:logic\.azure\.(?:com|cn|us)|api\.powerplatform\.com|"
    r"api\.powerplatform\.(?:partner\.microsoftonline\.cn|us))"
)


@dataclass(frozen=True)
class Service:
    """One service: its plugin of Apprise, its limits, and what its answers mean.

    `limits` are for each address. `room` is how long a text may be, as `measure` counts what
    `written` makes of it. `host` is where its requests go, None for any public one: a reader's own
    server, unless it is `main`. `kept` are the parameters of an Apprise URL that belong to the
    address; every other one is dropped. `titled`: so many characters of a title that the service
    demands, 0 for none. `signed`: what stands before the @ of its address is a secret with which
    we sign, for Apprise cannot.
    """

    scheme: str
    label: str | Promise
    where: str | Promise
    plugin: tuple[str, str]
    judge: Judge
    limits: Limits
    room: int
    measure: Measure
    host: re.Pattern[str] | None
    main: str = ""
    written: Writing = str
    kept: frozenset[str] = frozenset()
    options: Mapping[str, Any] = field(default_factory=dict)
    titled: int = 0
    signed: bool = False

    def is_readers_own(self, url: str) -> bool:
        """Return whether a request goes to a server that a reader runs or chose."""
        return self.host is None and urlsplit(url).hostname != self.main


def _each(a_minute: float, at_once: int) -> Limits:
    return Limits(per_second=a_minute / 60, burst=at_once, each_address=True)


def _only(host: str) -> re.Pattern[str]:
    return re.compile(re.escape(host))


# A limit "a minute" is kept in any minute: what is sent at once and what follows add up to it.
_ROWS: Final = (
    Service(
        scheme="dingtalk",
        label=_("DingTalk"),
        where=_(
            "DingTalk: Group settings > Robots > Custom; copy the webhook address. With the "
            "security setting “signature”, add a space and the secret (SEC…)."
        ),
        plugin=("dingtalk", "NotifyDingTalk"),
        judge=answers.dingtalk,
        limits=_each(10, 10),  # 20 a minute
        room=18_000,  # 20,000 bytes a request, in JSON of ASCII
        measure=texts.in_json,
        host=_only("oapi.dingtalk.com"),
    ),
    Service(
        scheme="feishu",
        label=_("Feishu"),
        where=_(
            "Feishu: Group settings > Bots > Add > Custom bot; copy the webhook address. With the "
            "security setting “signature”, add a space and the secret."
        ),
        plugin=("feishu", "NotifyFeishu"),
        judge=answers.feishu,
        limits=_each(90, 3),  # 100 a minute and 5 a second
        room=18_000,  # 20 KB a request
        measure=texts.in_bytes,
        host=_only("open.feishu.cn"),
        written=texts.without_mentions,
        signed=True,
    ),
    Service(
        scheme="lark",
        label="Lark",
        where=_(
            "Lark: Group settings > Bots > Add > Custom bot; copy the webhook address. With the "
            "security setting “signature”, add a space and the secret."
        ),
        plugin=("lark", "NotifyLark"),
        judge=answers.feishu,
        limits=_each(90, 3),
        room=18_000,
        measure=texts.in_bytes,
        host=_only("open.larksuite.com"),
        written=texts.without_mentions,
        signed=True,
    ),
    Service(
        scheme="slack",
        label="Slack",
        where=_("Slack: add the app “Incoming Webhooks” to a channel; copy the webhook URL."),
        plugin=("slack", "NotifySlack"),
        judge=answers.slack,
        limits=_each(50, 3),  # one a second, with short bursts
        room=30_000,
        measure=len,
        host=re.compile(r"hooks\.slack\.com|slack\.com"),
        written=texts.escaped,
        options={"include_footer": False, "include_timestamp": False},
    ),
    Service(
        scheme="workflow",
        label="Microsoft Teams",
        where=_(
            "Teams: channel > Workflows > “Post to a channel when a webhook request is received”; "
            "copy the URL."
        ),
        plugin=("workflows", "NotifyWorkflows"),
        judge=answers.teams,
        limits=_each(60, 3),  # four a second, over all of a flow's actions
        room=20_000,  # 28 KB a card, in JSON of ASCII
        measure=texts.in_json,
        host=MICROSOFT,
        written=texts.in_paragraphs,
        kept=frozenset({"pa", "route", "ver"}),
    ),
    Service(
        scheme="tgram",
        label="Telegram",
        where=_(
            "Telegram: create a bot with @BotFather and add it to the group; enter the bot's "
            "token, a space, and the chat ID (for example -1001234567890)."
        ),
        plugin=("telegram", "NotifyTelegram"),
        judge=answers.telegram,
        limits=_each(10, 10),  # 20 a minute to one group
        room=4096,
        measure=texts.in_units,
        host=_only("api.telegram.org"),
        written=texts.escaped,
        options={"detect_owner": False},
    ),
    Service(
        scheme="discord",
        label="Discord",
        where=_("Discord: channel settings > Integrations > Webhooks; copy the webhook URL."),
        plugin=("discord", "NotifyDiscord"),
        judge=answers.discord,
        limits=_each(25, 4),  # 30 a minute to one channel, 5 in two seconds
        room=2000,
        measure=texts.in_units,
        host=_only("discord.com"),
        written=texts.without_markdown,
        kept=frozenset({"thread"}),
        options={"avatar": False},
    ),
    Service(
        scheme="barks",
        label="Bark",
        where=_(
            "Bark (iPhone): copy the address in the app, such as https://api.day.app/yourkey. "
            "Your own server: barks://host/yourkey."
        ),
        plugin=("bark", "NotifyBark"),
        judge=answers.bark,
        limits=_each(30, 10),
        room=3000,  # Apple takes 4,096 bytes, everything counted
        measure=texts.in_bytes,
        host=None,
        main="api.day.app",
    ),
    Service(
        scheme="schan",
        label=_("ServerChan"),
        where=_("ServerChan: enter your SendKey (SCT…)."),
        plugin=("serverchan", "NotifyServerChan"),
        judge=answers.serverchan,
        limits=_each(6, 3),
        room=30_000,  # 32 KB
        measure=texts.in_bytes,
        host=_only("sctapi.ftqq.com"),
        written=texts.in_paragraphs,
        titled=32,
    ),
    Service(
        scheme="ntfys",
        label="ntfy",
        where=_(
            "ntfy: enter the address of your topic, such as https://ntfy.sh/yourtopic. Your own "
            "server: ntfys://host/yourtopic."
        ),
        plugin=("ntfy", "NotifyNtfy"),
        judge=answers.ntfy,
        limits=_each(10, 20),  # sixty at once, then one in five seconds, for a whole sender
        room=3900,  # 4,096 bytes; and what is long in JSON, Apprise would attach as a file
        measure=texts.in_bytes_or_half_json,
        host=None,
        main="ntfy.sh",
        kept=frozenset({"mode", "auth"}),
    ),
)
SERVICES: Final[Mapping[str, Service]] = {one.scheme: one for one in _ROWS}


def service_of(address: str) -> Service:
    """Return the service of an address from `recognised`.

    Raises:
        KeyError: it is none.
    """
    return SERVICES[address.partition("://")[0]]
