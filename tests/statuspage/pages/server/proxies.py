"""A TLS proxy in front of nginx as compose.yaml starts it, and clients that misbehave."""

import http.client
import os
import socket
import ssl
import subprocess
import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import yaml
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.product import ROOT
from tests.statuspage.pages.server.programs import Programs, Reply, Server

TLS = """
pid {folder}/pid; worker_processes 1; error_log {folder}/error.log; {user}
events {{ worker_connections 64; }}
http {{
    access_log off; client_max_body_size 0;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {folder}/certificate.pem;
        ssl_certificate_key {folder}/key.pem;
        location / {{
            proxy_pass http://127.0.0.1:{behind};
            proxy_request_buffering off;
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto https;
        }}
    }}
}}
"""


def composed(folder: Path, tls_proxies: str) -> str:
    """Return the nginx.conf that compose.yaml's own command makes."""
    service = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    script = service["nginx"]["command"][-1].replace("$$", "$")
    for theirs, ours in (
        ("/etc/candor/nginx.conf", str(ROOT / "deploy/nginx.conf")),
        ("/tmp/", f"{folder}/"),  # noqa: S108
        ("exec nginx", "true"),
    ):
        assert theirs in script, theirs
        script = script.replace(theirs, ours)
    names = {"NAMES": "status.example.com,www.example.com", "TLS_PROXIES": tls_proxies}
    subprocess.run(["sh", "-c", script], env={**os.environ, **names}, check=True)
    return (folder / "nginx.conf").read_text(encoding="utf-8")


def tls_in_front(programs: Programs, behind: int, port: int) -> Server:
    """Start a proxy that ends TLS with a certificate of its own."""
    folder = programs.folder / "tls"
    folder.mkdir()
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False
        )
        .sign(key, SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(secret)
    user = "user root;" if os.geteuid() == 0 else ""
    path = folder / "nginx.conf"
    path.write_text(TLS.format(folder=folder, port=port, behind=behind, user=user))
    return programs.serve(path, port)


def ask(
    port: int, path: str, method: str = "GET", *, tls: bool = False, me: str = "", **headers: str
) -> Reply:
    """Send one request from an address of this machine, and follow no redirect."""
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    more: dict[str, Any] = {"context": trusting} if tls else {}
    kind = http.client.HTTPSConnection if tls else http.client.HTTPConnection
    source = (me, 0) if me else None
    connection = kind("127.0.0.1", port, timeout=30, source_address=source, **more)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.request(method, path, headers=named)
        answer = connection.getresponse()
        return Reply(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


class Slow:
    """A client that sends the head of a request and a few bytes of its body, and then waits."""

    def __init__(self, port: int, path: str, length: int | None, sent: bytes = b"a", **more: str):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        size = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
        lines = [f"{name.replace('_', '-')}: {value}" for name, value in more.items()]
        head = "\r\n".join([f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", size, *lines])
        self.socket.sendall(f"{head}\r\n\r\n".encode() + sent)

    def sends(self, parts: int) -> int:
        """Go on with parts of 64 kB, and return how many were sent before the connection ended."""
        for sent in range(parts):
            try:
                self.socket.sendall(b"a" * 64_000)
            except ConnectionError:
                return sent
            time.sleep(0.05)
        return parts

    def answer(self) -> bytes:
        """Return the first bytes of the answer; none where the connection was closed."""
        with self.socket:
            try:
                return self.socket.recv(4096)
            except ConnectionError:
                return b""
