"""Settings of e-mail that cannot work stop the start, and say why."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from tests.statuspage.test_settings import problems, read


@pytest.mark.parametrize(
    "sender", ["状态@example.com", "Pay, Inc <status@example.com>", "a@例子.cn"]
)
def test_a_sender_that_no_letter_can_have_stops_the_start(sender: str):
    assert problems(DEFAULT_FROM_EMAIL=sender)["DEFAULT_FROM_EMAIL"].startswith("must")
    assert read(DEFAULT_FROM_EMAIL='"Pay, Inc" <status@example.com>')
    assert read(DEFAULT_FROM_EMAIL="演示支付 <status@example.com>")


def test_tls_begins_once_and_a_mark_has_room():
    both = {"EMAIL_USE_TLS": "true", "EMAIL_USE_SSL": "true"}
    assert "EMAIL_USE_TLS" in problems(**both)["EMAIL_USE_SSL"]
    long = f"{'b' * 30}+{{id}}@example.com"
    assert "no room" in problems(EMAIL_BOUNCE_ADDRESS=long)["EMAIL_BOUNCE_ADDRESS"]
    assert read(EMAIL_BOUNCE_ADDRESS="bounces+{id}@example.com")


def dkim(key: str, domain: str = "example.com", selector: str = "s1") -> dict[str, str]:
    return {
        "DEFAULT_FROM_EMAIL": "status@pay.example.com",
        "EMAIL_DKIM_KEY": key,
        "EMAIL_DKIM_DOMAIN": domain,
        "EMAIL_DKIM_SELECTOR": selector,
    }


def pem(private: Any, password: bytes = b"") -> str:
    sealed = BestAvailableEncryption(password) if password else NoEncryption()
    return str(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, sealed).decode())


def test_a_key_that_cannot_sign_stops_the_start_and_says_why():
    key = rsa.generate_private_key(65537, 2048)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    wrong = {
        "s1._domainkey": "must be a private key in PEM",
        public: "must be a private key in PEM",
        pem(key, b"password"): "must be a private key in PEM without a password",
        pem(ec.generate_private_key(ec.SECP256R1())): "must be an RSA key of at least 1024 bits",
        pem(rsa.generate_private_key(65537, 2048)).replace(
            "M", "N"
        ): "must be a private key in PEM",
    }
    for text, why in wrong.items():
        found = problems(**dkim(text))
        assert found["EMAIL_DKIM_KEY"].startswith(why)
        assert text.strip().splitlines()[-1] not in found["EMAIL_DKIM_KEY"]
    assert "together" in problems(**dkim(pem(key), selector=""))["EMAIL_DKIM_KEY"]
    assert "pay.example.com" in problems(**dkim(pem(key), "example.net"))["EMAIL_DKIM_KEY"]
    assert read(**dkim(pem(key)))
    assert read(**dkim(pem(key), "mail.example.com"))
