"""Addresses: one spelling each, and none shown in full."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from notifications.channels.addresses import AddressKind, mask, normalise

GOOD = {
    AddressKind.PHONE: "+8613800138000",
    AddressKind.OPENID: "oABCDEFGHIJKLMNOPQRSTUV_0001",
    AddressKind.MINI_OPENID: "oABCDEFGHIJKLMNOPQRSTUV_0002",
    AddressKind.ROBOT: "693a91f6-7abc-4bc4-97a0-0ec2sifa5aaa",
    AddressKind.GROUP: "feishu://1a2b3c4d-abcd-4bc4-97a0-0ec2aaaabbbb/",
    AddressKind.EMAIL: "Li.Lei@example.com",
    AddressKind.URL: "https://hooks.example.com/in?shop=7",
}
every_kind = pytest.mark.parametrize("kind", list(AddressKind))


@every_kind
def test_a_good_address_is_left_as_it_is(kind: AddressKind) -> None:
    assert normalise(kind, GOOD[kind]) == GOOD[kind]
    assert normalise(kind, f"  {GOOD[kind]}\n") == GOOD[kind]


@every_kind
def test_no_address_is_refused_with_a_sentence(kind: AddressKind) -> None:
    with pytest.raises(ValidationError) as caught:
        normalise(kind, "   ")
    assert all(sentence.endswith((".", "。")) for sentence in caught.value.messages)


@every_kind
@given(text=st.text(max_size=60))
def test_any_text_is_an_address_or_refused(kind: AddressKind, text: str) -> None:
    try:
        address = normalise(kind, text)
    except ValidationError:
        return
    assert normalise(kind, address) == address
    assert mask(kind, address) != address


@pytest.mark.parametrize(
    "typed",
    ["13800138000", "138 0013 8000", "138-0013-8000", "+86 138 0013 8000", "008613800138000"],
)
def test_every_way_to_write_a_number_is_the_same_number(typed: str) -> None:
    assert normalise(AddressKind.PHONE, typed) == "+8613800138000"


@pytest.mark.parametrize("typed", ["+1 202-555-0123", "+44 7911 123456"])
def test_numbers_from_elsewhere_keep_their_country(typed: str) -> None:
    assert normalise(AddressKind.PHONE, typed) == re.sub(r"[ -]", "", typed)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("hello", "not a phone number"),
        ("", "not a phone number"),
        ("1380013800", "This phone number does not exist."),
        ("138001380000", "This phone number does not exist."),
        ("010-12345678", "a mobile number"),
        ("4008001234", "a mobile number"),
    ],
)
def test_a_number_that_takes_no_sms_is_refused(typed: str, sentence: str) -> None:
    with pytest.raises(ValidationError) as caught:
        normalise(AddressKind.PHONE, typed)
    with override("en"):
        assert sentence in caught.value.messages[0]


def test_only_the_domain_of_a_mail_address_is_lowered() -> None:
    assert normalise(AddressKind.EMAIL, "Li.Lei@EXAMPLE.Com") == "Li.Lei@example.com"


def test_what_is_no_mail_address_is_refused(subtests: pytest.Subtests) -> None:
    for typed in [
        "a",
        "a@",
        "@example.com",
        "a@b",
        "a b@example.com",
        "a@example.com\nBcc: b@example.com",
    ]:
        with subtests.test(typed=typed), pytest.raises(ValidationError):
            normalise(AddressKind.EMAIL, typed)


def test_what_is_no_webhook_address_is_refused(subtests: pytest.Subtests) -> None:
    for typed in [
        "ftp://hooks.example.com/",
        "javascript:alert(1)",
        "https://",
        "https://user:password@hooks.example.com/",
        "https://[::1",
        "hooks.example.com/in",
        "https://①②⑦.0.0.1/",
        "https://hooks.example.com./",
        f"https://hooks.example.com/{'x' * 500}",
    ]:
        with subtests.test(typed=typed), pytest.raises(ValidationError):
            normalise(AddressKind.URL, typed)


def test_plain_http_is_for_our_own_machine_only(settings) -> None:
    assert normalise(AddressKind.URL, "http://127.0.0.1:9/in") == "http://127.0.0.1:9/in"
    settings.WEBHOOK_ALLOW_PRIVATE = False
    with pytest.raises(ValidationError):
        normalise(AddressKind.URL, "http://127.0.0.1:9/in")


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        (AddressKind.OPENID, "short"),
        (AddressKind.OPENID, "o" * 41),
        (AddressKind.OPENID, "oABCDEFGHIJKLMNOPQRSTUV 0001"),
        (AddressKind.ROBOT, "short"),
        (AddressKind.ROBOT, "x" * 65),
        (AddressKind.ROBOT, "https://qyapi.example/webhook/send?key=1"),
    ],
)
def test_what_is_no_key_is_refused(kind: AddressKind, typed: str) -> None:
    with pytest.raises(ValidationError):
        normalise(kind, typed)


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        (AddressKind.PHONE, "138****8000"),
        (AddressKind.OPENID, "***0001"),
        (AddressKind.ROBOT, "***5aaa"),
        (AddressKind.GROUP, "Feishu ***bbbb"),
        (AddressKind.EMAIL, "L***@example.com"),
        (AddressKind.URL, "hooks.example.com/***"),
    ],
)
def test_screens_show_addresses_masked(kind: AddressKind, shown: str) -> None:
    assert mask(kind, GOOD[kind]) == shown


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_the_middle_of_a_number_is_never_shown(national: str) -> None:
    shown = mask(AddressKind.PHONE, f"+86{national}")
    assert shown == f"{national[:3]}****{national[-4:]}"
    assert len(re.sub(r"\D", "", shown)) == 7
