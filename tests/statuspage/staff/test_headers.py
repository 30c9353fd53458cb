"""What every answer tells the browser to keep to."""

import pytest
from django.test import Client


@pytest.mark.parametrize("path", ["/", "/console/login/", "/api/v1/components/", "/nowhere/"])
def test_every_answer_carries_the_headers(db: None, client: Client, path: str) -> None:
    headers = client.get(path).headers
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", ["/badge.svg", "/history.rss", "/api/v2/summary.json"])
def test_what_is_made_for_other_sites_may_be_shown_there(
    db: None, client: Client, path: str
) -> None:
    assert client.get(path).headers["Cross-Origin-Resource-Policy"] == "cross-origin"
