"""The address at which browsers look for an icon that a page does not name."""

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

FAVICON = "/favicon.ico"


@pytest.mark.parametrize("method", ["get", "head"])
def test_it_leads_to_the_icon_that_every_page_has(client: Client, method: str) -> None:
    response = getattr(client, method)(FAVICON)
    assert response.status_code == 302
    assert response["Location"].startswith("/static/img/icon")
    assert finders.find("img/icon.svg")


def test_it_is_remembered_for_a_day(client: Client) -> None:
    stored = client.get(FAVICON)["Cache-Control"]
    assert "public" in stored
    assert "max-age=86400" in stored


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_it_sets_no_cookie_and_is_the_same_for_everyone(client: Client, language: str) -> None:
    response = client.get(FAVICON, headers={"Accept-Language": language})
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")
    assert response["Location"] == client.get(FAVICON)["Location"]


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_nothing_can_be_left_there(client: Client, method: str) -> None:
    assert getattr(client, method)(FAVICON).status_code == 405
