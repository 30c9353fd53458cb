"""Signed notes, against the example that the format's first implementation is documented with."""

import base64

import pytest

from statuspage.statements.notes import InvalidKey, Signer, checkpoint_note, proof_file, signers

# The keys and the note are those of the documentation of golang.org/x/mod/sumdb/note.
SEED = base64.b64encode(
    base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
).decode()
VERIFIER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6"
    "KE6RyyBwJnAM=\n"
)
OTHER = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


def test_key_and_signature_are_written_as_everyone_writes_them():
    signer = Signer.read("PeterNeumann", SEED)
    assert signer.verifier == VERIFIER
    assert signer.line(TEXT) == LINE


def test_a_checkpoint_is_three_lines_and_a_signature_by_each_key():
    keys = [Signer.read("example.com/log", one) for one in (SEED, OTHER)]
    note = checkpoint_note(7, b"\x01" * 32, keys)
    text, _, lines = note.partition("\n\n")
    assert text == "example.com/log\n7\nAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
    assert lines == "".join(one.line(f"{text}\n") for one in keys)


def test_a_proof_file_of_the_only_leaf_has_no_hash():
    assert proof_file(0, [], "note\n") == "c2sp.org/tlog-proof@v1\nindex 0\n\nnote\n"


@pytest.mark.parametrize(
    ("name", "seed"),
    [
        ("", SEED),
        ("two words", SEED),
        ("a\u3000b", SEED),
        ("a+b", SEED),
        (" a", SEED),
        ("a", ""),
        ("a", "short"),
        ("a", base64.b64encode(b"x" * 31).decode()),
        ("a", base64.b64encode(b"x" * 33).decode()),
        ("a", SEED[:-1] + "!"),
    ],
)
def test_what_is_no_key_is_refused(name, seed):
    with pytest.raises(InvalidKey):
        Signer.read(name, seed)


def test_keys_are_named_by_the_logs_origin(settings):
    settings.LOG_ORIGIN, settings.LOG_SIGNING_KEY = "status.example.com/log", f"{SEED} , {OTHER}"
    assert [one.name for one in signers()] == ["status.example.com/log"] * 2
