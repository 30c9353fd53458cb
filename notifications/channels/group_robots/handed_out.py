"""The addresses of robots as the services themselves hand them out, turned into Apprise URLs."""

import re
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import parse_qs, quote

from notifications.channels.group_robots.services import SERVICES, Service

# What people put between an address and its secret, perhaps with a word for it: "密钥: SEC…".
BETWEEN: Final = r"[\s,;、。|]+(?:[^\s/:=]{0,12}\s*[:=]\s*|[^\x00-\x7f]{1,8}\s*)?"
# Parameters that a service's own examples add.
MORE: Final = r"/?(?:\?\S*)?"

DINGTALK: Final = re.compile(
    r"(?:https://)?oapi\.dingtalk\.com/robot/send/?\?(?:[^\s#]*&)?access_token=([A-Za-z0-9]+)"
    rf"[^\s,;、。|]*(?:{BETWEEN}(SEC[A-Za-z0-9]+))?"
)
DINGTALK_SECRET_FIRST: Final = re.compile(
    r"(SEC[A-Za-z0-9]+)[\s,;、]+"
    r"(?:https://)?oapi\.dingtalk\.com/robot/send/?\?(?:[^\s#]*&)?access_token=([A-Za-z0-9]+)\S*"
)
HOOK: Final = rf"/open-apis/bot/v2/hook/([A-Za-z0-9_-]+){MORE}(?:{BETWEEN}([A-Za-z0-9]{{10,64}}))?"
FEISHU: Final = re.compile(rf"(?:https://)?open\.feishu\.cn{HOOK}")
LARK: Final = re.compile(rf"(?:https://)?open\.larksuite\.com{HOOK}")
SLACK: Final = re.compile(rf"(?:https://)?hooks\.slack\.com/services/(\w+)/(\w+)/(\w+){MORE}")
TEAMS: Final = re.compile(
    r"(?:https://)?([a-z0-9.-]+(?::443)?)(/powerautomate/automations/direct(?:/cu/(\d+))?)?"
    r"/workflows/([\w-]+)/triggers/manual/paths/invoke/?\?(\S+)"
)
TELEGRAM: Final = re.compile(
    r"(?:(?:https://)?api\.telegram\.org/)?(?:bot)?(\d{5,15}:[\w-]{30,60})"
    r"(?:/sendMessage\?chat_id=|[\s,;/]+)(-?\d{1,20}|@\w{1,40})(:\d{1,10})?(?:&\S*)?"
)
DISCORD: Final = re.compile(
    r"(?:https://)?(?:\w+\.)?discord(?:app)?\.com/api/(?:v\d+/)?webhooks/(\d+)/([\w-]+)"
    r"(?:/(?:slack|github))?/?(?:\?\S*?(?:thread_id=(\d+)\S*)?)?"
)
BARK: Final = re.compile(
    r"(?:https://)?api\.day\.app/(?!(?:push|ping|info|healthz|register)(?![\w-]))"
    r"([A-Za-z0-9_-]+)(?:[/?]\S*)?"
)
SERVERCHAN: Final = re.compile(r"(?:(?:https://)?sctapi\.ftqq\.com/)?(SCT\w+)(?:\.send\S*)?")
NTFY: Final = re.compile(rf"(?:https://)?ntfy\.sh/([\w-]{{1,64}}){MORE}")

# What shows which service is meant, where the rest of its address is missing or another one's.
MEANT: Final[Mapping[str, re.Pattern[str]]] = {
    "dingtalk": re.compile(r"dingtalk"),
    "feishu": re.compile(r"feishu"),
    "lark": re.compile(r"larksuite|^lark:"),
    "slack": re.compile(r"slack"),
    "workflow": re.compile(r"webhook\.office\.com|logic\.azure|powerplatform|powerautomate"),
    "tgram": re.compile(r"telegram|tgram|^\W*(?:bot)?\d{5,15}:[\w-]{30,60}"),
    "discord": re.compile(r"discord"),
    "schan": re.compile(r"ftqq\.com|\bsc[tu]\w{5}|schan"),
}


def from_service(text: str) -> str:
    """Return the Apprise URL for what a service hands out; empty where it is nothing of that."""
    for pattern, build in _HANDED_OUT:
        if found := pattern.fullmatch(text):
            return build(*(one or "" for one in found.groups()))
    return ""


def meant(text: str) -> Service | None:
    """Return the service that an incomplete address is of; None where that cannot be told."""
    named = (scheme for scheme, pattern in MEANT.items() if pattern.search(text.lower()))
    return next((SERVICES[scheme] for scheme in named), None)


def _signed(scheme: str) -> Callable[[str, str], str]:
    def build(token: str, secret: str) -> str:
        return f"{scheme}://{secret}@{token}/" if secret else f"{scheme}://{token}/"

    return build


def _teams(host: str, automate: str, routing: str, workflow: str, query: str) -> str:
    given = {name: values[0] for name, values in parse_qs(query).items()}
    wanted = {
        "pa": "yes" if automate else "no",
        "route": routing,
        "ver": given.get("api-version", ""),
    }
    kept = "&".join(f"{name}={quote(value, safe='')}" for name, value in wanted.items() if value)
    return f"workflow://{host}/{workflow}/{quote(given.get('sig', ''), safe='')}/?{kept}"


def _telegram(token: str, chat: str, topic: str) -> str:
    return f"tgram://{token}/{chat}{topic}/"


def _discord(webhook: str, token: str, thread: str) -> str:
    return f"discord://{webhook}/{token}/" + (f"?thread={thread}" if thread else "")


_HANDED_OUT: Final[tuple[tuple[re.Pattern[str], Callable[..., str]], ...]] = (
    (DINGTALK, _signed("dingtalk")),
    (DINGTALK_SECRET_FIRST, lambda secret, token: _signed("dingtalk")(token, secret)),
    (FEISHU, _signed("feishu")),
    (LARK, _signed("lark")),
    (SLACK, "slack://{}/{}/{}/".format),
    (TEAMS, _teams),
    (TELEGRAM, _telegram),
    (DISCORD, _discord),
    (BARK, "barks://api.day.app/{}/".format),
    (SERVERCHAN, "schan://{}".format),
    (NTFY, "ntfys://{}?mode=cloud".format),
)
