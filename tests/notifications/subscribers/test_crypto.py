"""Addresses at rest."""

import base64
import os

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from notifications.subscribers.crypto import CannotDecrypt, blind_index, decrypt, encrypt, read_keys

OLD = f"old:{base64.b64encode(b'o' * 32).decode()}"
NEW = f"new:{base64.b64encode(b'n' * 32).decode()}"

addresses = st.text(min_size=1, max_size=200).filter(lambda text: text.isprintable())
contexts = st.sampled_from(["phone", "email", "openid", "url", "robot"])


@given(addresses, contexts)
def test_what_was_encrypted_comes_back(clear: str, context: str) -> None:
    assert decrypt(encrypt(clear, context), context) == clear


@given(addresses, contexts)
def test_the_ciphertext_does_not_contain_the_address(clear: str, context: str) -> None:
    blob = encrypt(clear, context)
    assert len(clear) < 4 or clear.encode() not in blob


@given(addresses)
def test_the_same_address_is_encrypted_differently_each_time(clear: str) -> None:
    assert encrypt(clear, "phone") != encrypt(clear, "phone")


@given(addresses, st.data())
def test_a_changed_byte_is_noticed(clear: str, data: st.DataObject) -> None:
    blob = bytearray(encrypt(clear, "phone"))
    position = data.draw(st.integers(0, len(blob) - 1))
    blob[position] ^= data.draw(st.integers(1, 255))
    with pytest.raises(CannotDecrypt):
        decrypt(bytes(blob), "phone")


@given(addresses, st.data())
def test_a_shortened_blob_is_noticed(clear: str, data: st.DataObject) -> None:
    blob = encrypt(clear, "phone")
    length = data.draw(st.integers(0, len(blob) - 1))
    with pytest.raises(CannotDecrypt):
        decrypt(blob[:length], "phone")


@given(st.binary(max_size=80))
def test_random_bytes_are_no_address(blob: bytes) -> None:
    with pytest.raises(CannotDecrypt):
        decrypt(blob, "phone")


def test_an_address_does_not_decrypt_as_another_kind() -> None:
    with pytest.raises(CannotDecrypt):
        decrypt(encrypt("13800138000", "phone"), "email")


def test_after_a_rotation_old_rows_still_decrypt_and_new_ones_use_the_new_key() -> None:
    with override_settings(ADDRESS_KEYS=OLD):
        before = encrypt("+8613800138000", "phone")
    with override_settings(ADDRESS_KEYS=f"{NEW},{OLD}"):
        after = encrypt("+8613800138000", "phone")
        assert decrypt(before, "phone") == decrypt(after, "phone") == "+8613800138000"
    with override_settings(ADDRESS_KEYS=NEW):
        assert decrypt(after, "phone") == "+8613800138000"


def test_a_row_whose_key_is_gone_says_so() -> None:
    with override_settings(ADDRESS_KEYS=OLD):
        blob = encrypt("+8613800138000", "phone")
    with override_settings(ADDRESS_KEYS=NEW), pytest.raises(CannotDecrypt, match="ADDRESS_KEYS"):
        decrypt(blob, "phone")


def test_two_keys_of_one_name_are_not_mistaken_for_each_other() -> None:
    with override_settings(ADDRESS_KEYS=OLD):
        blob = encrypt("+8613800138000", "phone")
    renamed = OLD.replace(
        base64.b64encode(b"o" * 32).decode(), base64.b64encode(b"x" * 32).decode()
    )
    with override_settings(ADDRESS_KEYS=renamed), pytest.raises(CannotDecrypt):
        decrypt(blob, "phone")


@pytest.mark.parametrize(
    "setting",
    [
        "",
        "nonsense",
        "id:",
        ":" + base64.b64encode(b"k" * 32).decode(),
        "id:not base64 at all!",
        "id:密钥密钥密钥密钥",
        "id:" + base64.b64encode(b"too short").decode(),
        f"{NEW},",
    ],
)
def test_a_malformed_key_setting_is_refused_and_not_shown(setting: str) -> None:
    with pytest.raises(ValueError, match=r"^must be id:base64 of 32 bytes, by commas$"):
        read_keys(setting)


def test_keys_are_read_newest_first() -> None:
    assert [*read_keys(f"{NEW}, {OLD}")] == [one.partition(":")[0] for one in (NEW, OLD)]


@given(addresses)
def test_the_index_is_stable_and_depends_on_the_kind(clear: str) -> None:
    assert blind_index(clear, "phone") == blind_index(clear, "phone")
    assert blind_index(clear, "phone") != blind_index(clear, "email")


@given(addresses, addresses)
def test_different_addresses_have_different_indexes(one: str, other: str) -> None:
    assert (blind_index(one, "phone") == blind_index(other, "phone")) == (one == other)


def test_the_index_depends_on_its_key() -> None:
    before = blind_index("+8613800138000", "phone")
    with override_settings(ADDRESS_INDEX_KEY=os.urandom(16).hex()):
        assert blind_index("+8613800138000", "phone") != before


def test_the_index_separates_context_from_address() -> None:
    assert blind_index("b", "phone\x00a") != blind_index("a\x00b", "phonea")
