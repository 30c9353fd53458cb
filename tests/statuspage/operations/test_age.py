"""Backups in the hands of others: opened by the key, whole, or not at all."""

import io
import os
import threading
from pathlib import Path

import pyrage
import pytest

from statuspage.operations.age import (
    WrongIdentity,
    decrypted_into,
    is_encrypted,
    read_identities,
    read_recipient,
    write_encrypted,
)

IDENTITY = pyrage.x25519.Identity.generate()
CLEAR = os.urandom(300_000)  # more than a pipe holds, in more than one piece


def sealed() -> bytes:
    into = io.BytesIO()
    write_encrypted(io.BytesIO(CLEAR), into, [str(IDENTITY.to_public())])
    return into.getvalue()


def opened(file: Path, identity: pyrage.x25519.Identity = IDENTITY) -> bytes:
    """Return what a program reads from the pipe."""
    reading, writing = os.pipe()
    with (
        os.fdopen(reading, "rb") as out,
        decrypted_into(file, os.fdopen(writing, "wb"), [identity]),
    ):
        return out.read()


def test_what_was_encrypted_is_opened_by_its_key(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(sealed())
    assert is_encrypted(file)
    assert CLEAR[:100] not in file.read_bytes()
    assert opened(file) == CLEAR


def test_neither_another_key_nor_a_damaged_file_opens_it(tmp_path: Path, subtests) -> None:
    content, file = sealed(), tmp_path / "a"
    half = len(content) // 2
    inside = content[:half] + bytes([content[half] ^ 1]) + content[half + 1 :]
    for name, changed, identity in (
        ("another key", content, pyrage.x25519.Identity.generate()),
        ("a bit at the end", content[:-1] + bytes([content[-1] ^ 1]), IDENTITY),
        ("a bit inside", inside, IDENTITY),
        ("cut short", content[:-1], IDENTITY),
        ("cut between two pieces", content[: -(len(content) % 65552) or -65552], IDENTITY),
        ("more behind it", content + b"x", IDENTITY),
        ("its head alone", content[:40], IDENTITY),
    ):
        file.write_bytes(changed)
        with subtests.test(name=name), pytest.raises(WrongIdentity):
            opened(file, identity)


def test_a_reader_that_is_gone_ends_it(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(sealed())
    reading, writing = os.pipe()
    with (
        pytest.raises(WrongIdentity),
        decrypted_into(file, os.fdopen(writing, "wb"), [IDENTITY]),
    ):
        os.close(reading)
    assert not [one for one in threading.enumerate() if one.name == "candor-decryption"]


@pytest.mark.parametrize("content", ["", "# a comment", "AGE-SECRET-KEY-1XYZ", "é", "age1x"])
def test_a_file_without_a_secret_key_is_no_identity(tmp_path: Path, content: str) -> None:
    (tmp_path / "key").write_text(content)
    with pytest.raises(WrongIdentity):
        read_identities(tmp_path / "key")


@pytest.mark.parametrize(
    "text", ["", "age1", "ssh-ed25519 AAAA", pytest.param(str(IDENTITY), id="a secret key")]
)
def test_what_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no public key"):
        read_recipient(text)
