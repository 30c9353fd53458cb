"""However an address is typed or pasted, it is the same address."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from notifications.channels.addresses import AddressKind, canonical, normalise

MAILBOX = (
    "ops@qq.com",
    "Ops@QQ.com",
    "OPS@qq.COM",
    "ops@qq.com，",
    "ops@qq.com。",
    "，ops@qq.com；",
    "“ops@qq.com”",
    "＜ops@qq.com＞",
    "（ops@qq.com）",
    "Operations <ops@qq.com>",
    "mailto:ops@qq.com",
    "mailto:ops@qq.com?subject=hello",
    "mailto:ops%40qq.com",
    "ｏｐｓ＠ｑｑ．ｃｏｍ",
    "ops@qq。com",
    "ops@qq.com.",
    "\ufeffops@qq.com",
    "ops\u200b@qq.com",
    "o\u00adps@qq\u200d.com",
    "\u202aops@qq.com\u202c",
    "\u2066ops@qq.com\u2069",
    "ops@qq.com\ufe0f",
    "ops@qq\u180e.com",
    "op\U000e0101s@qq.com",
    "ops@qq.com\u00a0",
    "\u3000ops@qq.com\u3000",
    "ops@qq.com\u3164",
)
INTERNATIONAL = (
    "me@bücher.example",
    "me@BÜCHER.example",
    "me@xn--bcher-kva.example",
    "me@XN--BCHER-KVA.example",
    "me@bu\u0308cher.example",
    "me@bücher．example",
)
NUMBER = (
    "13800138000",
    "１３８００１３８０００",
    "+86 138 0013 8000",
    "＋８６１３８００１３８０００",
    "0086-138-0013-8000",
    "86 13800138000",
    "+86(0)13800138000",
    "138\u20100013\u20118000",
    "138\u22120013\u30fc8000",
    "138·0013·8000",
    "138\u00a00013\u202f8000",
    "13800138000，",
    "“13800138000”",
    "tel:+86-138-0013-8000",
    "138\u200b0013\u200b8000",
    "\u202d13800138000\u202c",
    "\ufeff13800138000",
    "17951 13800138000",
    "138.0013.8000",
)
HOOK = (
    "https://hooks.example.com/in?shop=7",
    "HTTPS://Hooks.Example.COM/in?shop=7".replace("HTTPS", "https"),
    "https://hooks.example.com:443/in?shop=7",
    "https://hooks.example.com/in?shop=7#top",
    "https://hooks.example.com/%69n?shop=7",
    "https://hooks.example.com/a/../in?shop=7",
    "\u200bhttps://hooks.example.com/in?shop=7，",
    "<https://hooks.example.com/in?shop=7>",
)
OPENID = ("oABCDEFGHIJKLMNOPQRSTUV_0001", "\u200boABCDEFGHIJKLMNOPQRSTUV_0001，")
ROBOT = ("693a91f6-7abc-4bc4-97a0-0ec2sifa5aaa", " 693A91F6-7abc-4bc4-97a0-0ec2sifa5aaa。")


@pytest.mark.parametrize(
    ("kind", "spellings"),
    [
        (AddressKind.EMAIL, MAILBOX),
        (AddressKind.EMAIL, INTERNATIONAL),
        (AddressKind.PHONE, NUMBER),
        (AddressKind.URL, HOOK),
        (AddressKind.OPENID, OPENID),
        (AddressKind.ROBOT, ROBOT),
    ],
)
def test_every_spelling_is_the_same(
    kind: AddressKind, spellings: tuple[str, ...], subtests: pytest.Subtests
) -> None:
    for typed in spellings:
        with subtests.test(typed=ascii(typed)):
            assert canonical(kind, normalise(kind, typed)) == spellings[0].replace(
                "bücher", "xn--bcher-kva"
            ).replace("13800138000", "+8613800138000")


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (AddressKind.EMAIL, "ops@qq.com", "op@qq.com"),
        (AddressKind.EMAIL, "a.b@gmail.com", "ab@gmail.com"),
        (AddressKind.EMAIL, "a+b@gmail.com", "a@gmail.com"),
        (AddressKind.EMAIL, "me@faß.de", "me@fass.de"),
        (AddressKind.OPENID, "oABCDEFGHIJKLMNOPQRSTUV_0001", "oabcdefghijklmnopqrstuv_0001"),
        (AddressKind.URL, "https://a.example/In", "https://a.example/in"),
        (AddressKind.URL, "https://a.example/in", "https://a.example/in/"),
        (AddressKind.URL, "https://a.example/?a=1", "https://a.example/?a=2"),
    ],
)
def test_what_differs_is_not_the_same(kind: AddressKind, one: str, other: str) -> None:
    assert canonical(kind, normalise(kind, one)) != canonical(kind, normalise(kind, other))


@pytest.mark.parametrize(
    "typed",
    [
        "\u0130nfo@qq.com",  # dotted and dotless, which some patterns take for an i
        "\u0131nfo@qq.com",
        "\u043eps@qq.com",  # a Cyrillic letter
        "stra\xdfe@qq.com",
        "mailto:%C4%B1nfo@qq.com",
        "mailto:%ff@qq.com",
        "mailto:a%00b@qq.com",
        '"ops"@qq.com',
        "ops@[127.0.0.1]",
        f"{'a' * 65}@qq.com",
        f"ops@{'a.' * 126}com",
    ],
)
def test_a_mailbox_that_no_server_takes_is_no_address(typed: str) -> None:
    with pytest.raises(ValidationError):
        normalise(AddressKind.EMAIL, typed)


def test_a_message_is_sent_to_the_mailbox_as_its_owner_writes_it() -> None:
    assert normalise(AddressKind.EMAIL, "Li.Lei@EXAMPLE.com，") == "Li.Lei@example.com"


@pytest.mark.parametrize(
    "typed", ["ops@q q.com", "ops@", "@qq.com", "，", "a@b@c.com，", "ops@qq.com,me@qq.com"]
)
def test_what_is_no_mailbox_stays_none(typed: str) -> None:
    with pytest.raises(ValidationError):
        normalise(AddressKind.EMAIL, typed)


@pytest.mark.parametrize("kind", [*AddressKind])
@given(text=st.text(max_size=40))
def test_the_one_spelling_of_the_one_spelling_is_itself(kind: AddressKind, text: str) -> None:
    try:
        address = normalise(kind, text)
    except ValidationError:
        return
    once = canonical(kind, address)
    assert canonical(kind, once) == once
    assert canonical(kind, normalise(kind, once)) == once
