"""A small OpenID provider on loopback, with switches for everything that it may do wrong."""

import hashlib
import json
import socket
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

# The parts of an answer that may come slowly.
HEADERS: Final = "headers"
BODY: Final = "body"
# By twos a second: each byte comes before anybody would call the provider silent.
DRIPS: Final = 10


@cache
def _key(_number: int) -> rsa.RSAPrivateKey:
    """Return one of the keys; making one takes longer than a test."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Provider:
    """What it says of whoever signs in; `wrong` changes claims, `forged` signs with another key."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.key, self.other = _key(0), _key(1)
        # The answer to a refresh token: claims, or what went wrong.
        self.refreshed: list[str] = []
        self.no_refresh = ""
        self.claims: dict[str, Any] = {"sub": "248289", "preferred_username": "lin"}
        self.wrong: dict[str, Any] = {}
        self.forged = False
        self.silent = False
        self.refreshing = False
        # What the browser was sent here with, and the verifier that the site then showed.
        self.asked: dict[str, str] = {}
        self.pkce_holds: list[bool] = []

    def metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def token(self, form: dict[str, str]) -> dict[str, Any]:
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = urlsafe_b64encode(digest).decode().rstrip("=")
        self.pkce_holds.append(challenge == self.asked.get("code_challenge"))
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": "candor",
            "iat": now,
            "exp": now + 300,
            "nonce": self.asked.get("nonce"),
            **self.claims,
            **self.wrong,
        }
        signed = self.signed(claims)
        token = {"access_token": "x", "token_type": "Bearer", "expires_in": 300}
        if self.refreshing:
            token["refresh_token"] = f"refresh-{len(self.refreshed)}"
        return token if self.silent else {**token, "id_token": signed}

    def signed(self, claims: dict[str, Any], **header: Any) -> str:
        """A token with these claims, in the provider's name."""
        key = self.other if self.forged else self.key
        kept = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(kept, key, algorithm="RS256", headers={"kid": "one", **header})

    def keys(self) -> dict[str, Any]:
        """The public halves of its keys."""
        public = RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {"keys": [{**public, "kid": "one", "use": "sig"}]}

    def answer(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """What the token endpoint says to a code or a refresh token."""
        if form.get("grant_type") != "refresh_token":
            return 200, self.token(form)
        self.refreshed.append(form["refresh_token"])
        if self.no_refresh:
            return 400, {"error": self.no_refresh}
        self.asked.pop("nonce", None)
        return 200, self.token(form)


@contextmanager
def running_provider() -> Iterator[Provider]:
    """Yield it answers until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/jwks"):
                self._answer(provider.keys())
            else:
                self._answer(provider.metadata())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            status, document = provider.answer(form)
            self._answer(document, status)

        def _answer(self, document: dict[str, Any], status: int = 200) -> None:
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: Any) -> None:
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = Provider(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def dripping_provider(part: str) -> Iterator[str]:
    """Yield the address of one whose description is right, but comes in part byte by byte."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        body = json.dumps({"authorization_endpoint": f"{url}/authorize"})
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body) + DRIPS}\r\nX-Slow: "
        pieces = {
            HEADERS: (head, " " * DRIPS, f"\r\n\r\n{body}{' ' * DRIPS}"),
            BODY: (f"{head}\r\n\r\n", " " * DRIPS, body),
        }

        def answer() -> None:
            connection, _address = server.accept()
            start, slowly, end = pieces[part]
            with connection, suppress(OSError):  # the client has left
                connection.sendall(start.encode())
                for one in slowly:
                    time.sleep(0.5)
                    connection.sendall(one.encode())
                connection.sendall(end.encode())

        thread = threading.Thread(target=answer)
        thread.start()
        yield url
        thread.join()
