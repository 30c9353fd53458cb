"""What every answer tells the browser to keep to."""

import pytest
from django.test import Client


@pytest.mark.parametrize(
    "path",
    ["/", "/console/login/", "/api/v1/components/", "/nowhere/", "/static/css/base.css"],
)
def test_every_answer_carries_the_headers(db: None, client: Client, path: str) -> None:
    answer = client.get(path)
    answer.close()
    headers = answer.headers
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    shared = "Access-Control-Allow-Origin" in headers  # static files: fonts, for other origins
    assert headers["Cross-Origin-Resource-Policy"] == ("cross-origin" if shared else "same-origin")
    assert "camera=()" in headers["Permissions-Policy"]
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", ["/badge.svg", "/history.rss", "/api/v2/summary.json"])
def test_what_is_made_for_other_sites_may_be_shown_there(
    db: None, client: Client, path: str
) -> None:
    assert client.get(path).headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_a_redirect_to_https_carries_them_too(client: Client, settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    answer = Client().get("/")
    assert answer.status_code == 301
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
