"""The history, month by month."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from statuspage.incidents.models import Maintenance
from statuspage.pages.paging import Month, month_of, read_month
from tests.factories import text
from tests.statuspage.pages.story import ago, ahead, opened, resolved, scheduled, words_of

GARBLED = (
    *("9999-99", "2025-13", "2025-00", "1999-12", "2100-01", "2025", "2025-2", "-", "二月"),
    *("2025-02-01", "2025-02\n", "\x00", "٢٠٢٥-٠٢", "x" * 5000, "2025-02' OR 1=1"),
)


@pytest.mark.django_db
class TestPage:
    def test_the_present_month_is_shown_unless_another_is_asked_for(self, client: Client) -> None:
        opened()
        page = words_of(client.get("/en/history/"))
        assert "February 2025" in page
        assert "T+1 payouts are late" in page

    def test_a_month_holds_what_began_in_it(self, client: Client) -> None:
        january = opened(published_at=ago(days=30), name=text("一月", "In January"))
        resolved(january, published_at=ago(days=1))
        opened(name=text("二月", "In February"))
        page = words_of(client.get("/en/history/?month=2025-01"))
        assert "In January" in page
        assert "In February" not in page

    def test_the_month_begins_at_midnight_in_beijing(self, client: Client) -> None:
        midnight = datetime(2025, 1, 31, 16, 0, tzinfo=UTC)
        opened(published_at=midnight, name=text("零点", "At midnight"))
        assert "At midnight" in words_of(client.get("/en/history/?month=2025-02"))
        assert "At midnight" not in words_of(client.get("/en/history/?month=2025-01"))

    def test_maintenance_stands_in_the_month_for_which_it_is_planned(self, client: Client) -> None:
        scheduled(scheduled_for=ahead(days=20))
        assert "Clearing upgrade Scheduled" not in words_of(client.get("/en/history/"))
        page = words_of(client.get("/en/history/?month=2025-03"))
        assert "Clearing upgrade Scheduled Maintenance" in page

    def test_the_present_month_says_when_the_next_one_is_even_in_another_month(
        self, client: Client
    ) -> None:
        scheduled(scheduled_for=ahead(days=20))
        assert "Next maintenance: Clearing upgrade" in words_of(client.get("/en/history/"))

    def test_the_next_one_is_never_one_of_the_past(self, client: Client) -> None:
        """One whose start was withdrawn waits for staff."""
        said = scheduled(scheduled_for=ahead(hours=-1))
        assert Maintenance.objects.get(public_id=said.subject_id).status == "scheduled"
        assert "Next maintenance" not in words_of(client.get("/en/history/"))
        scheduled(scheduled_for=ahead(days=20), name=text("后来", "Later work"))
        assert "Next maintenance: Later work" in words_of(client.get("/en/history/"))

    def test_an_empty_month_says_so(self, client: Client) -> None:
        page = words_of(client.get("/en/history/?month=2024-06"))
        assert "No incidents or maintenance started in this month." in page

    def test_one_leafs_back_to_the_first_month_and_no_further(self, client: Client) -> None:
        opened(published_at=ago(days=60))
        assert "?month=2025-01" in client.get("/history/").content.decode()
        html = client.get("/history/?month=2025-01").content.decode()
        assert "?month=2024-12" in html
        assert "?month=2025-02" in html
        assert "?month=2024-11" not in client.get("/history/?month=2024-12").content.decode()

    def test_one_leafs_forward_to_planned_maintenance_and_no_further(self, client: Client) -> None:
        assert "?month=2025-03" not in client.get("/history/").content.decode()
        scheduled(scheduled_for=ahead(days=20))
        assert "?month=2025-03" in client.get("/history/").content.decode()
        assert "?month=2025-04" not in client.get("/history/?month=2025-03").content.decode()

    def test_the_month_is_kept_when_the_language_changes(self, client: Client) -> None:
        html = client.get("/history/?month=2025-01").content.decode()
        assert 'href="/en/history/?month=2025-01"' in html

    def test_each_month_has_one_address(self, client: Client) -> None:
        html = client.get("/history/?month=2025-02&utm_source=x").content.decode()
        assert 'rel="canonical" href="http://127.0.0.1:8000/history/?month=2025-02"' in html
        assert client.get("/history/").content.decode().count("?month=2025-02") == 1

    def test_a_garbled_month_gets_a_sentence(
        self, client: Client, subtests: pytest.Subtests
    ) -> None:
        for month in GARBLED:
            with subtests.test(month=month):
                response = client.get("/en/history/", {"month": month})
                assert response.status_code == 404
                assert "Enter it as 2025-02." in words_of(response)

    @pytest.mark.parametrize("month", ["2000-01", "2099-12"])
    def test_the_ends_of_the_calendar_are_quiet_months(self, client: Client, month: str) -> None:
        assert client.get("/history/", {"month": month}).status_code == 200

    def test_a_busy_month_needs_no_more_queries_than_a_quiet_one(
        self, client: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for _number in range(8):
            resolved(opened())
            scheduled()
        with django_assert_num_queries(11):
            client.get("/history/")


MONTHS = st.builds(Month, st.integers(2001, 2098), st.integers(1, 12))


class TestMonth:
    @given(MONTHS)
    def test_what_is_written_is_read_back(self, month: Month) -> None:
        assert read_month(str(month)) == month

    @given(MONTHS)
    def test_the_next_and_the_previous_undo_each_other(self, month: Month) -> None:
        assert month.next.previous == month
        assert month.previous.next == month
        assert month.previous < month < month.next

    @given(MONTHS)
    def test_it_begins_with_its_first_moment(self, month: Month) -> None:
        assert month_of(month.begins) == month
        assert month.begins < month.next.begins

    @given(st.text(max_size=12))
    def test_any_text_is_a_month_or_refused(self, written: str) -> None:
        try:
            month = read_month(written)
        except ValueError:
            return
        assert str(month) == written

    def test_the_last_evening_of_a_month_belongs_to_it_in_beijing(self) -> None:
        assert month_of(datetime(2025, 1, 31, 15, 59, tzinfo=UTC)) == Month(2025, 1)
        assert month_of(datetime(2025, 1, 31, 16, 0, tzinfo=UTC)) == Month(2025, 2)
