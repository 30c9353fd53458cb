"""A passkey made and shown by a real browser, with an authenticator that stands for a finger."""

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from playwright.sync_api import Browser, Page, expect, sync_playwright

from statuspage.staff.roles import Role
from tests.factories import make_staff
from tests.tools.browser import ARGUMENTS, find

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FINGER = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def page(django_db_setup: None, live_server: Any, settings: Any) -> Iterator[Page]:
    """Yield a phone with a finger on it, in Chinese; it may complain of nothing, such as the
    policy.
    """
    settings.SITE_URL = live_server.url
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser: Browser = playwright.chromium.launch(executable_path=find(), args=list(ARGUMENTS))
        context = browser.new_context(
            base_url=live_server.url, locale="zh-CN", viewport={"width": 360, "height": 740}
        )
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda one: complaints.append(one.text) if one.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        devtools = context.new_cdp_session(page)
        devtools.send("WebAuthn.enable")
        devtools.send("WebAuthn.addVirtualAuthenticator", {"options": FINGER})
        yield page
        browser.close()
        assert complaints == []
        # Playwright's loop has a connection of its own, which nobody else would close.
        connection.close()


def passkey() -> Authenticator:
    return Authenticator.objects.get(type="webauthn")


def give_password(page: Page) -> None:
    page.goto("/console/login/")
    page.locator("[name=username]").fill("lin")
    page.locator("[name=password]").fill("secret")
    page.locator("[name=password]").press("Enter")


def test_a_passkey_is_set_up_and_signs_in(page: Page) -> None:
    make_staff(Role.APPROVER, username="lin")
    give_password(page)
    page.goto("/console/account/")
    page.get_by_role("link", name="设置通行密钥").click()
    page.get_by_label("新通行密钥的名称").fill("我的手机")
    page.get_by_role("button", name="设置通行密钥").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("恢复码")
    assert passkey().wrap().name == "我的手机"
    page.goto("/console/account/")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 360
    page.context.clear_cookies()

    give_password(page)
    page.wait_for_url("**/console/login/code/")
    page.get_by_role("button", name="使用通行密钥").click()
    page.wait_for_url("**/console/")
    assert passkey().last_used_at
