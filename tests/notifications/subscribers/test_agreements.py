"""A sign-up says what was agreed to, by version; with the address in hand it can be proven."""

import json
from typing import Any

import pytest
from django.test import Client

from notifications.subscribers.models import AgreedText, Consent, SignUp, Subscriber
from notifications.subscribers.services.agreements import consents_of
from notifications.subscribers.services.subscriptions import subscriber_erase
from statuspage.privacy import notice
from statuspage.staff.models import AuditEntry
from statuspage.staff.roles import Role
from tests.notifications.subscribers.visitor import E164, NUMBER, Visitor, text_of
from tests.statuspage.console.browser import signed_in, words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_version_is_kept() -> None:
    notice.notice_version.cache_clear()


@pytest.fixture
def abroad(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the form see a provider abroad, while messages still go to the simulator."""
    from notifications.subscribers import forms, recipients
    from notifications.subscribers.services import agreements

    def there() -> Any:
        real, settings.TWILIO_BASE_URL = settings.TWILIO_BASE_URL, "https://api.twilio.com"
        try:
            return recipients.sms_abroad()
        finally:
            settings.TWILIO_BASE_URL = real

    monkeypatch.setattr(forms, "sms_abroad", there)
    monkeypatch.setattr(agreements, "sms_abroad", there)


class TestSigningUp:
    def test_the_page_links_the_notice_and_the_consent_names_its_version(
        self, visitor: Visitor
    ) -> None:
        page = text_of(visitor.get("/subscribe/"))
        assert 'href="/en/privacy/"' in page
        assert notice.notice_version() in page
        visitor.subscribe()
        consent = Consent.objects.get()
        assert consent.notice_version == notice.notice_version()
        assert consent.transfer_version == ""
        kept = AgreedText.objects.get(pk=consent.notice_version).text
        assert kept == json.loads(json.dumps(notice.notice_text()))
        said = AgreedText.objects.get(pk=consent.text_version).text
        assert "encrypted" in said["en"]
        assert said["en"] in page

    def test_a_notice_that_changed_meanwhile_is_shown_again(self, visitor: Visitor) -> None:
        response = visitor.ask(notice="0123456789ab")
        assert response.status_code == 400
        page = text_of(response)
        assert "Our privacy notice has changed." in page
        assert f'value="{notice.notice_version()}"' in page
        assert not SignUp.objects.exists()

    @pytest.mark.usefixtures("abroad")
    def test_a_number_goes_abroad_only_with_a_separate_consent(self, visitor: Visitor) -> None:
        page = text_of(visitor.get("/subscribe/"))
        assert "Twilio Inc. (United States), outside mainland China" in page
        assert "单独同意" in text_of(Visitor(visitor.sim, "").get("/subscribe/"))
        refused = visitor.ask()
        assert refused.status_code == 400
        assert "Without this consent we cannot send you SMS." in text_of(refused)
        assert not SignUp.objects.exists()
        visitor.subscribe(transfer="on")
        consent = Consent.objects.get()
        text = AgreedText.objects.get(pk=consent.transfer_version).text
        assert "Twilio Inc." in text["zh-hans"]

    @pytest.mark.usefixtures("abroad")
    def test_an_e_mail_address_needs_none(self, visitor: Visitor, settings: Any) -> None:
        settings.EMAIL_HOST = "127.0.0.1"
        answer = visitor.ask("", email="wei@example.com")
        assert answer.status_code == 302
        assert SignUp.objects.get().transfer_version == ""

    def test_nothing_is_asked_for_where_nothing_goes_abroad(self, visitor: Visitor) -> None:
        assert "separately agree" not in text_of(visitor.get("/subscribe/"))
        visitor.subscribe(transfer="on")
        assert Consent.objects.get().transfer_version == ""


class TestProof:
    PATH = "/console/consents/"

    def ask(self, staff: Client, address: str) -> str:
        return words(staff.post(self.PATH, {"address": address, "reason": "complaint 4711"}))

    def test_it_outlives_the_erasure_and_takes_the_address(self, visitor: Visitor) -> None:
        visitor.subscribe()
        subscriber_erase(Subscriber.objects.get(), source="hotline")
        assert E164[3:] not in str([*Consent.objects.values()])
        admin = signed_in(Role.ADMIN)
        for spelling in (NUMBER, E164, "86 138-0013-8000".replace("86 ", "+86 ")):
            page = self.ask(admin, spelling)
            assert "Given" in page
            assert "Withdrawn" in page
            assert "Erased" in page
            assert "service notices chosen above" in page
            assert notice.notice_version() in page
        assert "No consent of this address" in self.ask(admin, "139 0013 9000")

    @pytest.mark.parametrize("how", ["138****8000", "8000", "hash", "", "%", "\0"])
    def test_without_the_address_nobody_is_found(self, visitor: Visitor, how: str) -> None:
        visitor.subscribe()
        subscriber_erase(Subscriber.objects.get())
        index = Consent.objects.first().blind_index  # type: ignore[union-attr]
        assert index
        typed = index if how == "hash" else how
        assert not consents_of(typed).exists()
        assert "Given" not in self.ask(signed_in(Role.AUDITOR), typed)

    def test_each_search_is_audited_without_the_address(self, visitor: Visitor) -> None:
        visitor.subscribe()
        self.ask(signed_in(Role.AUDITOR), NUMBER)
        entry = AuditEntry.objects.get(act="consent.proved")
        assert entry.after == {"found": 1, "reason": "complaint 4711"}
        everything = str([*AuditEntry.objects.values()])
        assert "13800138000" not in everything
        assert NUMBER not in everything

    @pytest.mark.parametrize("role", [Role.AUTHOR, Role.APPROVER])
    def test_others_may_not(self, role: Role) -> None:
        response = signed_in(role).post(self.PATH, {"address": NUMBER, "reason": "x"})
        assert response.status_code == 403
        assert not AuditEntry.objects.filter(act="consent.proved").exists()
