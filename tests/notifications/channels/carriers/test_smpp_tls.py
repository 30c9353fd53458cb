"""SMPP over TLS: the password goes to whom the machine trusts, and to nobody else."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from notifications.channels.outcomes import Accepted, NotSent, Reason
from tests.notifications.channels.builders import message, send
from tests.notifications.channels.carriers.rude import SMPP, Peer, gateway

PHONE = "+8613800138000"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1, which has signed itself; its key is beside it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "centre")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "centre.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (tmp_path / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.fixture
def tls(certificate: Path, settings) -> ssl.SSLContext:
    """What the centre speaks TLS with."""
    settings.SMPP_TLS = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    return context


def act(peer: Peer) -> None:
    peer.take(*peer.numbers(1))
    peer.until_the_end()


def test_a_centre_that_is_trusted_gets_the_message(tls, certificate, settings, monkeypatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with gateway(SMPP, settings, act, tls):
        [outcome] = send("smpp", message(PHONE))
    assert isinstance(outcome, Accepted)


@pytest.mark.parametrize("wrong", ["authority", "name"])
def test_one_that_is_not_gets_nothing(tls, certificate, settings, monkeypatch, wrong) -> None:
    if wrong == "name":
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with gateway(SMPP, settings, act, tls):
        settings.SMPP_HOST = "localhost" if wrong == "name" else "127.0.0.1"
        assert send("smpp", message(PHONE)) == [NotSent(Reason.CONNECTION)]


def test_one_that_speaks_no_tls_gets_nothing(tls, settings) -> None:
    settings.DELIVERY_TIMEOUT_SECONDS = 1.0
    with gateway(SMPP, settings, act):
        [outcome] = send("smpp", message(PHONE))
    assert isinstance(outcome, NotSent)
