"""The addresses of group robots: however they are pasted, one spelling; and only public hosts."""

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from notifications.channels.addresses import AddressKind, canonical, mask, normalise
from notifications.channels.group_robots.services import SERVICES
from notifications.subscribers.contacts import contact_on
from tests.notifications.channels.groups import GROUPS, TOKEN

GROUP = AddressKind.GROUP


def kept(raw: str) -> str:
    return normalise(GROUP, raw)


def test_every_service_has_a_group_here() -> None:
    assert set(GROUPS) == set(SERVICES)


@pytest.mark.parametrize("one", GROUPS.values(), ids=GROUPS)
def test_what_a_service_hands_out_is_kept_as_one_apprise_url(one) -> None:
    assert kept(one.pasted) == one.kept
    assert kept(one.kept) == one.kept
    assert kept(f"  {one.pasted}\u200b\n") == one.kept
    assert mask(GROUP, one.kept) == one.masked
    for private in one.private:
        assert private not in mask(GROUP, one.kept)


@pytest.mark.parametrize(
    ("pasted", "spelling"),
    [
        (f"dingtalk://{TOKEN}", f"dingtalk://{TOKEN}/"),
        (
            f"https://oapi.dingtalk.com/robot/send?access_token={TOKEN} SEC0123abc",
            f"dingtalk://SEC0123abc@{TOKEN}/",
        ),
        (f"dingtalk://{TOKEN}/13800138000", f"dingtalk://{TOKEN}/"),
        ("slack://xoxb-12-34-abcDEF/#payouts", "slack://xoxb-12-34-abcDEF/%23payouts/"),
        ("slack://xoxb-12-34-abcDEF/C12345", "slack://xoxb-12-34-abcDEF/C12345/"),
        ("bark://Bark.Example.com/AbCdEf1", "barks://bark.example.com/AbCdEf1/"),
        ("barks://bark.example.com./AbCdEf1", "barks://bark.example.com/AbCdEf1/"),
        ("barks://bark.example.com:443/AbCdEf1", "barks://bark.example.com/AbCdEf1/"),
        ("ntfys://ntfy.sh/our-topic", "ntfys://our-topic/?auth=basic&mode=cloud"),
        ("ntfy://our-topic", "ntfys://our-topic/?auth=basic&mode=cloud"),
        (
            "ntfys://ntfy.example.com/our-topic",
            "ntfys://ntfy.example.com/our-topic/?auth=basic&mode=private",
        ),
        (
            "https://api.telegram.org/bot123456789:ABCdefghijkl_mnopqrstuvwxyzABCDEF12/sendMessage"
            "?chat_id=@ourchannel",
            "tgram://123456789%3AABCdefghijkl_mnopqrstuvwxyzABCDEF12/@ourchannel/",
        ),
        ("https://sctapi.ftqq.com/SCT12TAbCd.send?title=x", "schan://SCT12TAbCd/"),
        ("https://api.day.app/AbCdEf1/hello", "barks://api.day.app/AbCdEf1/"),
        (
            "https://default1.23.environment.api.powerplatform.com:443/powerautomate/automations/"
            "direct/workflows/abc123/triggers/manual/paths/invoke/?api-version=1&sp=%2Ft&sv=1.0"
            "&sig=KODuebWb",
            "workflow://default1.23.environment.api.powerplatform.com/abc123/KODuebWb/?pa=yes&ver=1",
        ),
    ],
)
def test_other_ways_to_write_an_address(pasted: str, spelling: str) -> None:
    assert kept(pasted) == spelling
    assert kept(spelling) == spelling


DING = f"oapi.dingtalk.com/robot/send?access_token={TOKEN}"
HOOK = "1a2b3c4d-ABCD-4bc4-97a0-0ec2aaaabbbb"
FEISHU = f"https://open.feishu.cn/open-apis/bot/v2/hook/{HOOK}"
WEBHOOK = "discord.com/api/webhooks/123456789012345678/AbC-dEf_123456"
BOT = "123456789:ABCdefghijkl_mnopqrstuvwxyzABCDEF12"
KEY = "693a91f6-7aaa-4bc4-97a0-0ec2aaaa5bbb"
WECOM = f"qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"


@pytest.mark.parametrize(
    ("typed", "spelling"),
    [
        (f"https\uff1a//{DING}", f"dingtalk://{TOKEN}/"),
        (f"https\uff1a\uff0f\uff0f{DING}".replace("?", "\uff1f"), f"dingtalk://{TOKEN}/"),
        (f"HTTPS://OAPI.DingTalk.com{DING[17:]}", f"dingtalk://{TOKEN}/"),
        (DING, f"dingtalk://{TOKEN}/"),
        (f"Webhook\uff1ahttps://{DING}", f"dingtalk://{TOKEN}/"),
        (f"\u5730\u5740 https://{DING}", f"dingtalk://{TOKEN}/"),
        (f"\uff08https://{DING}\uff09\u3002", f"dingtalk://{TOKEN}/"),
        (f"https://{DING.replace('?', '? ')}", f"dingtalk://{TOKEN}/"),
        (f"https://{DING}\uff1bSEC0123abc", f"dingtalk://SEC0123abc@{TOKEN}/"),
        (f"https://{DING} 加签密钥\uff1aSEC0123abc", f"dingtalk://SEC0123abc@{TOKEN}/"),
        (f"SEC0123abc\nhttps://{DING}", f"dingtalk://SEC0123abc@{TOKEN}/"),
        (f"dingtalk\uff1a//{TOKEN}", f"dingtalk://{TOKEN}/"),
        (FEISHU.replace("-", "\u2014"), f"feishu://{HOOK}/"),
        (f"{FEISHU} SIbEXmjqXxYyZz", f"feishu://SIbEXmjqXxYyZz@{HOOK}/"),
        (f"{FEISHU}/ 密钥\uff1aSIbEXmjqXxYyZz", f"feishu://SIbEXmjqXxYyZz@{HOOK}/"),
        (f"feishu://SIbEXmjqXxYyZz@{HOOK}", f"feishu://SIbEXmjqXxYyZz@{HOOK}/"),
        (f"https://{WEBHOOK}?wait=true", "discord://123456789012345678/AbC-dEf_123456/"),
        (f"{WEBHOOK}/slack", "discord://123456789012345678/AbC-dEf_123456/"),
        (f"{WEBHOOK}?thread_id=99", "discord://123456789012345678/AbC-dEf_123456/?thread=99"),
        (f"{BOT}\u3000\u2212100123", f"tgram://{BOT.replace(':', '%3A')}/-100123/"),
        (BOT.replace(":", "\uff1a") + " -100123", f"tgram://{BOT.replace(':', '%3A')}/-100123/"),
        ("api.day.app/AbCdEf1?sound=bell", "barks://api.day.app/AbCdEf1/"),
        ("ntfy.sh/our-topic", "ntfys://our-topic/?auth=basic&mode=cloud"),
    ],
)
def test_faults_of_typing_do_not_matter(typed: str, spelling: str) -> None:
    assert kept(typed) == spelling


@pytest.mark.parametrize(
    "typed",
    [
        *(f"https://{WECOM}", WECOM, f"HTTPS://QYAPI.WEIXIN.QQ.COM{WECOM[19:]}", f"key={KEY}"),
        *(
            f"https\uff1a//{WECOM}",
            f"Webhook 地址\uff1ahttps://{WECOM}",
            f"https://{WECOM}&debug=1",
        ),
        *(f"https://{WECOM.replace('=', '= ')}", f"wecombot\uff1a//{KEY}/", KEY),
    ],
)
def test_the_robot_of_wecom_is_known_however_it_is_typed(typed: str) -> None:
    contact = contact_on("robot", typed)
    assert (contact.kind, contact.clear) == (AddressKind.ROBOT, KEY)


@pytest.mark.parametrize(
    ("raw", "named"),
    [
        ("https://open.feishu.cn/open-apis/bot/hook/1a2b3c4d", "Feishu"),
        ("https://www.feishu.cn/flow/api/trigger-webhook/0123", "Feishu"),
        ("https://hooks.slack.com/triggers/T1/123/abc", "Slack"),
        ("https://contoso.webhook.office.com/webhookb2/a@b/IncomingWebhook/c/d", "Teams"),
        (BOT, "chat ID"),
        ("sctp1234tabcdef", "SendKey"),
        ("https://bark.example.com/AbCdEf1", "barks://"),
    ],
)
def test_an_address_of_something_else_is_answered_with_what_to_do(raw: str, named: str) -> None:
    with pytest.raises(ValidationError) as refused, override("en"):
        contact_on("robot", raw)
    with override("en"):
        [said] = refused.value.messages
    assert named in said
    assert raw not in said


@pytest.mark.parametrize("scheme", ["dingtalk", "feishu", "lark"])
def test_a_robot_with_and_without_its_secret_is_one_robot(scheme: str) -> None:
    bare, signed = f"{scheme}://{TOKEN}/", f"{scheme}://SEC0123abc@{TOKEN}/"
    assert kept(signed) == signed
    assert canonical(GROUP, bare) == canonical(GROUP, signed)
    assert "SEC" not in mask(GROUP, signed)


@pytest.mark.parametrize(
    "more",
    [
        "?template=/etc/passwd",
        "?template=http://169.254.169.254/latest",
        "?verify=no&redirect=yes",
        "?cto=3600&rto=3600&retry=10&wait=60",
        "?to=13800138000",
        "?token=another",
        "?overflow=split&format=markdown",
        "?+header=x&:token=y",
    ],
)
def test_parameters_that_are_no_part_of_an_address_are_dropped(more: str) -> None:
    for one in GROUPS.values():
        if "?" not in one.kept:
            assert kept(one.kept + more) == one.kept


PRIVATE = [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "10.0.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "localhost",
    "bark",
    "bark.localhost",
    "bark.internal",
    "bark.local",
    "metadata.google.internal",
    "bark.lan",
    "bark.example.com:22",
    "bark.example.com:6379",
    "bark.exa\u0301mple.com",
    "bark_.example.com",
    "bark.example.com\\@127.0.0.1",
    "bark.example.com#@127.0.0.1",
    "127.0.0.1%23.example.com",
    "bark.example.com%2f@127.0.0.1",
]


@pytest.mark.parametrize("host", PRIVATE)
@pytest.mark.parametrize(
    "form", ["barks://{}/AbCdEf1", "ntfys://{}/our-topic", "bark://{}/AbCdEf1"]
)
def test_a_server_of_ones_own_has_a_public_name(host: str, form: str) -> None:
    with pytest.raises(ValidationError) as refused:
        kept(form.format(host))
    assert "AbCdEf1" not in str(refused.value)


@pytest.mark.parametrize(
    "raw",
    [
        *("", " ", "://", "hello", "https://", "https://example.com/hook", "http://10.0.0.1/"),
        *(
            "file:///etc/passwd",
            "json://example.com/x",
            "jsons://example.com/x",
            "xml://example.com",
        ),
        *("mailto://a:b@example.com", "syslog://", "exec://id", "windows://", "dbus://", "glib://"),
        *("config://example.com", "form://example.com", "apprise://example.com/token"),
        *("dingtalk://", "feishu://a b", "slack://one", "discord://1", "tgram://x/1", "schan://"),
        *("wecombot://693a91f6", "mmosts://example.com/token", "matrixs://example.com/token"),
        "workflow://evil.example.com/abc/sig",
        "workflow://logic.azure.com.evil.example/abc/sig",
        "workflow://evil.example/logic.azure.com/sig",
        "https://oapi.dingtalk.com.evil.example/robot/send?access_token=abcdef0123",
        "https://evil.example/?https://oapi.dingtalk.com/robot/send?access_token=abcdef0123",
        "https://open.feishu.cn@evil.example/open-apis/bot/v2/hook/abcdef0123",
        "http://open.feishu.cn/open-apis/bot/v2/hook/abcdef0123",
        "tgram://123456789:ABCdefghijkl_mnopqrstuvwxyzABCDEF12/",
        "tgram://123456789:ABCdefghijkl_mnopqrstuvwxyzABCDEF12/-1/-2",
        "barks://bark.example.com/key1/key2",
        "ntfys://ntfy.example.com/one/two",
        f"dingtalk://{TOKEN}/ feishu://abc",
        "x" * 5000,
        "barks://bark.example.com/" + "k" * 5000,
    ],
)
def test_anything_else_is_refused(raw: str) -> None:
    with pytest.raises(ValidationError):
        kept(raw)


def test_a_service_that_the_operator_does_not_allow_is_named(settings) -> None:
    settings.ROBOT_SERVICES = frozenset({"feishu"})
    with pytest.raises(ValidationError, match=r"DingTalk|钉钉"):
        kept(GROUPS["dingtalk"].pasted)
    assert kept(GROUPS["feishu"].pasted) == GROUPS["feishu"].kept


@given(st.text(max_size=80))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    for scheme in ("", *(f"{one}://" for one in SERVICES)):
        try:
            address = kept(scheme + text)
        except ValidationError:
            continue
        assert kept(address) == address
        assert mask(GROUP, address)
        assert canonical(GROUP, address)
