"""The addresses of group robots: however they are pasted, one spelling; and only public hosts."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from notifications.channels.addresses import AddressKind, canonical, mask, normalise
from notifications.channels.group_robots.services import SERVICES
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


def test_a_robot_with_and_without_its_secret_is_one_robot() -> None:
    bare, signed = f"dingtalk://{TOKEN}/", f"dingtalk://SEC0123abc@{TOKEN}/"
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
