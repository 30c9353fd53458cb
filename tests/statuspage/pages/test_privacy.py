"""The privacy notice says what is so by the settings, in both languages, and costs no cookie."""

from typing import Any

import pytest
from django.conf import settings as live
from django.test import Client

from statuspage.configuration import AREAS
from statuspage.lib.env import Configuration, ConfigurationError
from statuspage.privacy import notice
from statuspage.privacy.configuration import LegalSettings

pytestmark = pytest.mark.django_db
ARTICLES = {"/privacy/": ("第十五条", "第四十七条"), "/en/privacy/": ("Article 15", "Article 47")}


@pytest.fixture(autouse=True)
def _no_version_is_kept() -> None:
    notice.notice_version.cache_clear()


def page(path: str = "/en/privacy/") -> str:
    response = Client().get(path)
    assert response.status_code == 200
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")
    return response.content.decode().replace("&#x27;", "'").replace("&amp;", "&")


@pytest.mark.parametrize("path", [*ARTICLES])
def test_it_says_who_what_for_how_long_to_whom_and_which_rights(path: str, settings: Any) -> None:
    settings.PRIVACY_HANDLER = "明示支付有限公司"
    settings.PRIVACY_HANDLER_EN = "Candor Payments Ltd."
    settings.PRIVACY_OFFICER = "officer@pay.example"
    settings.PRIVACY_CONTACT = "privacy@pay.example"
    settings.CONSENT_KEEP_DAYS, settings.BACKUP_KEEP_DAYS = 1234, 56
    html = page(path)
    handler = settings.PRIVACY_HANDLER_EN if path.startswith("/en/") else settings.PRIVACY_HANDLER
    for said in (handler, "officer@pay.example", "privacy@pay.example", "1234", "56"):
        assert said in html
    assert all(article in html for article in ARTICLES[path])
    for section in notice.sections():
        assert f'id="{section.key}"' in html


def test_recipients_are_those_that_are_configured(settings: Any) -> None:
    settings.TWILIO_ACCOUNT_SID = settings.ALIYUN_SMS_ACCESS_KEY_ID = ""
    settings.WECHAT_APP_ID = settings.EMAIL_HOST = ""
    html = page()
    assert "We do not transfer your personal information outside mainland China." in html
    assert "Twilio" not in html
    assert "Tencent" not in html
    settings.TWILIO_ACCOUNT_SID = settings.TWILIO_AUTH_TOKEN = settings.TWILIO_FROM = "x"
    settings.TWILIO_BASE_URL = "https://api.twilio.com"
    settings.PRIVACY_TRANSFER_BASIS = "contract"
    html = page()
    assert "Twilio Inc., United States" in html
    assert "privacy@twilio.com" in html
    assert "separate consent (PIPL, Article 39)" in html
    assert "standard contract" in html
    assert "美国" in page("/privacy/")
    # The simulator of the demonstration is no company abroad.
    settings.TWILIO_BASE_URL = "http://127.0.0.1:8001"
    assert "Twilio" not in page()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ERASED_KEEP_DAYS", 181),
        ("PRIVACY_OFFICER", "else@pay.example"),
        ("TWILIO_ACCOUNT_SID", ""),
        ("COMPLAINT_LINE", "400-111-1111"),
    ],
)
def test_every_setting_that_it_names_makes_another_version(
    settings: Any, name: str, value: object
) -> None:
    settings.TWILIO_ACCOUNT_SID = settings.TWILIO_AUTH_TOKEN = settings.TWILIO_FROM = "x"
    before = notice.notice_version()
    assert f">{before}<" in page()
    assert f">{before}<" in page("/privacy/")
    setattr(settings, name, value)
    notice.notice_version.cache_clear()
    assert notice.notice_version() != before


def test_it_is_a_page_like_the_others() -> None:
    sitemap = Client().get("/sitemap.xml").content.decode()
    assert "/privacy/</loc>" in sitemap
    assert "/en/privacy/</loc>" in sitemap
    assert 'href="/en/privacy/"' in page("/en/")
    assert 'href="/privacy/"' in page("/history/")
    assert Client().post("/privacy/").status_code == 405
    assert Client().get("/.well-known/security.txt").status_code == 200


@pytest.mark.parametrize("path", ["/", "/en/", "/privacy/", "/en/nothing-here/"])
def test_the_footer_has_what_is_set_and_nothing_else(path: str, settings: Any) -> None:
    given = {
        "PAYMENT_LICENCE": "Z2000131000017",
        "ICP_NUMBER": "京ICP备12345678号-1",
        "POLICE_NUMBER": "京公网安备 11010502030143号",
        "COMPLAINT_LINE": "010-12345678",
        "CONSUMER_HOTLINE": "12363",
    }
    for name in given:
        setattr(settings, name, "")
    bare = Client().get(path).content.decode()
    assert not any(mark in bare for mark in ("12363", "beian", "Z2000", "tel:010"))
    for name, value in given.items():
        setattr(settings, name, value)
    html = Client().get(path).content.decode()
    for value in given.values():
        assert value in html
    assert 'href="https://beian.miit.gov.cn/"' in html


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PAYMENT_LICENCE", "12345"),
        ("ICP_NUMBER", "javascript:alert(1)"),
        ("POLICE_NUMBER", "11010502030143"),
        ("COMPLAINT_LINE", "call us"),
        ("CONSUMER_HOTLINE", "12363; x"),
        ("PRIVACY_TRANSFER_BASIS", "because"),
        ("PRIVACY_SINCE", "soon"),
    ],
)
def test_a_number_that_cannot_be_one_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as stopped:
        Configuration([LegalSettings])
    assert [problem[0] for problem in stopped.value.problems] == [name]


def test_erasures_outlive_backups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKUP_KEEP_DAYS", "400")
    with pytest.raises(ConfigurationError, match="ERASED_KEEP_DAYS"):
        Configuration(AREAS)
    assert live.ERASED_KEEP_DAYS >= live.BACKUP_KEEP_DAYS
