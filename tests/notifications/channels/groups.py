"""One address of each service of group robots: as it is pasted, kept and simulated."""

from dataclasses import dataclass
from typing import Final

TOKEN: Final = "0123456789abcdef0123456789abcdef"


@dataclass(frozen=True)
class Group:
    """A group as its owner pastes it."""

    pasted: str
    kept: str
    # Whom the simulator says that its messages are to.
    sink: str
    masked: str
    # What no log and no screen may show.
    private: tuple[str, ...]


GROUPS: Final = {
    "dingtalk": Group(
        f"https://oapi.dingtalk.com/robot/send?access_token={TOKEN}",
        f"dingtalk://{TOKEN}/",
        f"dingtalk:{TOKEN}",
        "DingTalk ***cdef",
        (TOKEN,),
    ),
    "feishu": Group(
        "https://open.feishu.cn/open-apis/bot/v2/hook/1a2b3c4d-ABCD-4bc4-97a0-0ec2aaaabbbb",
        "feishu://1a2b3c4d-ABCD-4bc4-97a0-0ec2aaaabbbb/",
        "feishu:1a2b3c4d-ABCD-4bc4-97a0-0ec2aaaabbbb",
        "Feishu ***bbbb",
        ("1a2b3c4d-ABCD",),
    ),
    "lark": Group(
        "https://open.larksuite.com/open-apis/bot/v2/hook/9f2b3c4d-abcd-4bc4-97a0-0ec2aaaacccc",
        "lark://9f2b3c4d-abcd-4bc4-97a0-0ec2aaaacccc/",
        "lark:9f2b3c4d-abcd-4bc4-97a0-0ec2aaaacccc",
        "Lark ***cccc",
        ("9f2b3c4d-abcd",),
    ),
    "slack": Group(
        "https://hooks.slack.com/services/T1H9RESGL/B02ABCDEFG/bQGHwbQGHwbQGHwbQGHwbQGH",
        "slack://T1H9RESGL/B02ABCDEFG/bQGHwbQGHwbQGHwbQGHwbQGH/",
        "slack:T1H9RESGL/B02ABCDEFG/bQGHwbQGHwbQGHwbQGHwbQGH",
        "Slack ***bQGH",
        ("bQGHwbQGHwbQGHwbQGHwbQGH", "T1H9RESGL"),
    ),
    "workflow": Group(
        "https://prod-00.westus.logic.azure.com:443/workflows/643e69f83c8944/triggers/manual/paths/"
        "invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0"
        "&sig=KODuebWbDGYFr0z0eu-6Rj8aUKz7108W3wrNJZxFE5A",
        "workflow://prod-00.westus.logic.azure.com/643e69f83c8944/"
        "KODuebWbDGYFr0z0eu-6Rj8aUKz7108W3wrNJZxFE5A/?pa=no",
        "teams:643e69f83c8944/KODuebWbDGYFr0z0eu-6Rj8aUKz7108W3wrNJZxFE5A",
        "Microsoft Teams ***FE5A",
        ("KODuebWbDGYFr0z0eu", "643e69f83c8944"),
    ),
    "tgram": Group(
        "123456789:ABCdefghijkl_mnopqrstuvwxyzABCDEF12 -1001234567890",
        "tgram://123456789%3AABCdefghijkl_mnopqrstuvwxyzABCDEF12/-1001234567890/",
        "telegram:123456789:ABCdefghijkl_mnopqrstuvwxyzABCDEF12/-1001234567890",
        "Telegram ***7890",
        ("ABCdefghijkl_mnopqrstuvwxyzABCDEF12", "-1001234567890"),
    ),
    "discord": Group(
        "https://discord.com/api/webhooks/123456789012345678/AbC-dEf_123456",
        "discord://123456789012345678/AbC-dEf_123456/",
        "discord:123456789012345678/AbC-dEf_123456",
        "Discord ***3456",
        ("AbC-dEf_123456", "123456789012345678"),
    ),
    "barks": Group(
        "https://api.day.app/AbCdEf123456XyZ/",
        "barks://api.day.app/AbCdEf123456XyZ/",
        "bark:AbCdEf123456XyZ",
        "Bark api.day.app/***6XyZ",
        ("AbCdEf123456XyZ",),
    ),
    "schan": Group(
        "SCT1234TAbCdEfGh",
        "schan://SCT1234TAbCdEfGh/",
        "serverchan:SCT1234TAbCdEfGh",
        "ServerChan ***EfGh",
        ("SCT1234TAbCdEfGh",),
    ),
    "ntfys": Group(
        "https://ntfy.sh/our-payouts-x7k2m9",
        "ntfys://our-payouts-x7k2m9/?auth=basic&mode=cloud",
        "ntfy:our-payouts-x7k2m9",
        "ntfy ***k2m9",
        ("our-payouts-x7k2m9",),
    ),
}
