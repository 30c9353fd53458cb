"""What strangers, caches and logs may not learn."""

import logging
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from notifications.subscribers.models import Address
from tests.factories import make_address
from tests.notifications.subscribers.visitor import E164, NUMBER, Visitor, newest_signup, text_of

pytestmark = pytest.mark.django_db


def _same_but_for_ids(page: str) -> str:
    """Return a page without what is random in it."""
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page)
    return page.replace(newest_signup().public_id, "ID")


class TestNobodyLearnsWhoIsSubscribed:
    @pytest.mark.parametrize("path", ["ask", "ask_to_manage"])
    def test_a_known_number_gets_the_very_same_answers(self, visitor: Visitor, path: str) -> None:
        answers = []
        for known in (False, True):
            if known:
                make_address(E164)
            page = getattr(visitor, path)().headers["Location"]
            before = _same_but_for_ids(text_of(visitor.client.get(page)))
            visitor.code()
            after = _same_but_for_ids(text_of(visitor.client.get(page)))
            answers.append((_same_but_for_ids(page), before, after))
        assert answers[0] == answers[1]

    @pytest.mark.parametrize("path", ["ask", "ask_to_manage"])
    def test_a_known_number_costs_the_very_same_queries(self, visitor: Visitor, path: str) -> None:
        """The same work takes the same time, whoever is subscribed."""
        queries = []
        for known in (False, True):
            if known:
                make_address(E164)
            with CaptureQueriesContext(
                connection,
            ) as captured:
                getattr(visitor, path)()
            statements = [re.sub(r"'[^']*'|\\x[0-9a-f]+|\d+", "?", one["sql"]) for one in captured]
            queries.append(statements)
            assert not any("subscribers_address" in one for one in statements)
        assert queries[0] == queries[1]

    def test_a_stopped_number_gets_a_code_like_any_other(self, visitor: Visitor) -> None:
        make_address(E164, suppressed_at="2026-01-01T00:00Z", suppressed_for="unsubscribed")
        assert visitor.ask().status_code == 302
        assert visitor.code()

    def test_a_wrong_code_for_a_known_number_reads_like_any_wrong_code(
        self, visitor: Visitor
    ) -> None:
        make_address(E164)
        page = visitor.ask_to_manage().headers["Location"]
        visitor.code()
        response = visitor.type(page, "000000")
        assert response.status_code == 400
        assert "subscription for this number" not in text_of(response)


class TestCookiesAndCaches:
    PAGES = ("/subscribe/", "/manage/", "/manage/none/", "/manage/erased/", "/manage/nonsense/")

    @pytest.mark.parametrize("path", PAGES)
    def test_nothing_is_stored_on_the_way(self, visitor: Visitor, path: str) -> None:
        assert "no-store" in visitor.get(path).headers["Cache-Control"]

    def test_the_code_page_is_not_stored_either(self, visitor: Visitor) -> None:
        page = visitor.ask().headers["Location"]
        for response in (visitor.client.get(page), visitor.type(page, "1")):
            assert "no-store" in response.headers["Cache-Control"]

    def test_the_only_cookie_is_the_forms_own(self, visitor: Visitor) -> None:
        visitor.subscribe()
        visitor.client.get(visitor.open_manage())
        assert set(visitor.client.cookies) == {"csrftoken"}

    def test_pages_without_a_form_set_no_cookie(self, visitor: Visitor) -> None:
        for path in ("/manage/none/", "/manage/erased/", "/manage/nonsense/"):
            visitor.get(path)
        assert not visitor.client.cookies

    @pytest.mark.parametrize("path", ["/en/subscribe/", "/en/manage/"])
    def test_a_form_from_elsewhere_is_refused(self, visitor: Visitor, path: str) -> None:
        stranger = Client(enforce_csrf_checks=True)
        response = stranger.post(path, {"phone": NUMBER})
        assert response.status_code == 403

    def test_no_page_holds_inline_style_or_script(self, visitor: Visitor) -> None:
        visitor.subscribe()
        pages = [
            visitor.get("/subscribe/"),
            visitor.get("/manage/"),
            visitor.ask("12"),
            visitor.client.get(visitor.open_manage()),
        ]
        for page in map(text_of, pages):
            assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]*\ssrc=)", page)

    def test_search_engines_are_kept_away(self, visitor: Visitor) -> None:
        assert '<meta name="robots" content="noindex">' in text_of(visitor.get("/manage/"))


class TestLogs:
    def test_no_log_line_names_the_number_or_the_code(
        self, visitor: Visitor, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        page = visitor.ask().headers["Location"]
        code = visitor.code()
        visitor.type(page, code)
        visitor.open_manage()
        ours = [one.getMessage() for one in caplog.records if one.name.startswith("notifications")]
        assert not any("13800138000" in line or code in line for line in ours)

    def test_what_the_tables_call_themselves_is_masked(self, visitor: Visitor) -> None:
        visitor.subscribe()
        assert str(newest_signup()) == "138****8000"
        assert str(Address.objects.get()) == "sms 138****8000"


class TestLimits:
    def test_too_many_codes_for_a_number_is_a_clear_429(
        self, visitor: Visitor, settings: Settings
    ) -> None:
        settings.SIGNUP_PER_NUMBER_HOUR = 2
        answers = [visitor.ask().status_code for _ in range(3)]
        assert answers == [302, 302, 429]
        response = visitor.ask()
        assert "Too many code requests." in text_of(response)
        assert f'value="{NUMBER}"' in text_of(response)

    def test_asking_again_counts_too(self, visitor: Visitor, settings: Settings) -> None:
        settings.SIGNUP_PER_NUMBER_HOUR = 2
        page = visitor.ask().headers["Location"]
        assert visitor.client.post(f"{page}again/").status_code == 302
        refused = visitor.client.post(f"{page}again/")
        assert refused.status_code == 429
        assert "Too many code requests." in text_of(refused)

    def test_a_refused_repetition_leaves_the_present_code_working(
        self, visitor: Visitor, settings: Settings
    ) -> None:
        settings.SIGNUP_PER_NUMBER_HOUR = 1
        page = visitor.ask().headers["Location"]
        code = visitor.code()
        visitor.client.post(f"{page}again/")
        assert visitor.type(page, code).status_code == 302

    def test_managing_and_subscribing_share_the_limit(
        self, visitor: Visitor, settings: Settings
    ) -> None:
        settings.SIGNUP_PER_NUMBER_HOUR = 1
        visitor.ask()
        response = visitor.ask_to_manage()
        assert response.status_code == 429
        assert "Too many code requests." in text_of(response)

    def test_a_malformed_number_uses_up_nothing(self, visitor: Visitor, settings: Settings) -> None:
        settings.SIGNUP_PER_IP_HOUR = 1
        for _ in range(3):
            visitor.ask("12345")
        assert visitor.ask().status_code == 302

    def test_behind_a_trusted_proxy_each_visitor_has_their_own_limit(
        self, visitor: Visitor, settings: Settings
    ) -> None:
        settings.TRUSTED_PROXIES = 1
        settings.SIGNUP_PER_IP_HOUR = 1
        answers = [
            visitor.ask_to_manage(f"1380013800{n}", headers={"X-Forwarded-For": ip}).status_code
            for n, ip in enumerate(["192.0.2.1", "192.0.2.2", "6.6.6.6, 192.0.2.1"])
        ]
        assert answers == [302, 302, 429]
