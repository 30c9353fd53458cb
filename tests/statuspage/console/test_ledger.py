"""The ledger at the console: filters, searches that leave no number behind, pages, a sheet."""

import csv
import io
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from notifications.delivery.models import Delivery
from statuspage.statements.models import Statement
from tests.factories import make_address
from tests.notifications.delivery.rows import deliver, statement
from tests.statuspage.console.browser import signed_in, words

NUMBER = "+8613812341234"


@pytest.fixture
def said(db: None) -> Statement:
    return statement()


def path_of(said: Statement, tail: str = "") -> str:
    return f"/console/broadcasts/{said.number}/{tail}"


def table(page: str) -> str:
    return page.split('class="table deliveries"')[1].split("</table>")[0]


def masked(page: str) -> list[str]:
    return re.findall(r"138\*{4}\d{4}", table(page))


class TestSearching:
    @pytest.mark.parametrize("typed", ["1234", "138****1234", "13812341234", "+86 138 1234 1234"])
    def test_who_is_looked_for_is_found(self, author: Client, said: Statement, typed: str) -> None:
        deliver(said, address=make_address(NUMBER))
        deliver(said, address=make_address("+8613812345678"))
        page = words(author.post(path_of(said), {"who": typed}, follow=True))
        assert masked(page) == ["138****1234"]
        assert "Only 138****1234" in page

    def test_a_whole_number_stands_in_no_address_and_on_no_page(
        self, author: Client, said: Statement
    ) -> None:
        deliver(said, address=make_address(NUMBER))
        answer = author.post(path_of(said), {"who": "13812341234"}, follow=True)
        assert all("13812341234" not in url for url, _status in answer.redirect_chain)
        assert "13812341234" not in words(answer)

    def test_a_whole_number_is_not_logged(
        self, author: Client, said: Statement, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level("DEBUG")
        author.post(path_of(said), {"who": "13812341234"}, follow=True)
        assert "13812341234" not in caplog.text

    def test_the_filters_stay_while_one_searches(self, author: Client, said: Statement) -> None:
        address = make_address(NUMBER)
        deliver(said, "failed", address=address)
        answer = author.post(f"{path_of(said)}?state=delivered", {"who": "1234"}, follow=True)
        assert answer.redirect_chain[0][0].endswith("?state=delivered&who=1234")
        assert masked(words(answer)) == []

    def test_a_search_that_makes_no_sense_gets_a_sentence(
        self, author: Client, said: Statement
    ) -> None:
        answer = author.post(path_of(said), {"who": "somebody"})
        assert answer.status_code == 400
        assert (
            "Enter the last four digits, a number such as 138****1234, or a full address."
            in words(answer)
        )

    def test_nothing_typed_gets_a_sentence(self, author: Client, said: Statement) -> None:
        answer = author.post(path_of(said), {"who": " "})
        assert answer.status_code == 400
        assert "Enter the number or address to look for." in words(answer)

    def test_nobody_known_is_said_so(self, author: Client, said: Statement) -> None:
        page = words(author.post(path_of(said), {"who": "13812341234"}, follow=True))
        assert "No subscriber has this number or address." in page

    def test_a_number_put_into_the_address_by_hand_is_not_taken(
        self, author: Client, said: Statement
    ) -> None:
        deliver(said, address=make_address(NUMBER))
        page = words(author.get(f"{path_of(said)}?who=13812341234"))
        assert masked(page) == ["138****1234"]
        assert 'value="13812341234"' not in page


class TestFiltering:
    def test_a_channel_shows_its_own_rows(self, author: Client, said: Statement) -> None:
        deliver(said, address=make_address(NUMBER))
        deliver(said, channel="email", address=make_address("me@example.com", "email"))
        page = table(words(author.get(f"{path_of(said)}?channel=email")))
        assert "m***@example.com" in page
        assert "138****1234" not in page

    @pytest.mark.parametrize("query", ["channel=pigeon", "state=%00", "channel=aliyun_sms"])
    def test_nonsense_filters_nothing(self, author: Client, said: Statement, query: str) -> None:
        deliver(said, address=make_address(NUMBER))
        assert masked(words(author.get(f"{path_of(said)}?{query}"))) == ["138****1234"]

    def test_a_provider_that_stood_in_is_named(self, author: Client, said: Statement) -> None:
        deliver(said, "sent", provider="aliyun")
        deliver(said, "sent", provider="sms")
        assert table(words(author.get(path_of(said)))).count('class="small muted">by ') == 1


class TestPages:
    def test_every_row_stands_on_exactly_one_page(self, author: Client, said: Statement) -> None:
        for _ in range(120):
            deliver(said)
        found: list[str] = []
        path: str | None = path_of(said)
        while path:
            page = words(author.get(path))
            found += re.findall(r'class="number">(138\S{8})<', table(page))
            following = re.search(r'rel="next" href="([^"]+)"', page)
            path = f"{path_of(said)}{following[1]}" if following else None
        assert sorted(found) == sorted(Delivery.objects.values_list("address__masked", flat=True))

    def test_a_deep_page_leads_back_to_the_beginning(self, author: Client, said: Statement) -> None:
        for _ in range(51):
            deliver(said)
        page = words(author.get(path_of(said)))
        assert "Back to the first page" not in page
        following = re.search(r'rel="next" href="([^"]+)"', page)
        assert "Back to the first page" in words(author.get(f"{path_of(said)}{following[1]}"))

    @pytest.mark.parametrize(
        "after", ["x", "1", "_", "1_x", "x_1", "9" * 40 + "_1", "1_" + "9" * 40, "\x00_\x00", "²_1"]
    )
    def test_nonsense_is_answered(self, author: Client, said: Statement, after: str) -> None:
        deliver(said)
        assert author.get(path_of(said), {"after": after}).status_code == 200

    def test_no_page_counts_or_skips_rows(self, author: Client, said: Statement) -> None:
        for _ in range(51):
            deliver(said)
        author.get(path_of(said))
        with CaptureQueriesContext(connection) as captured:
            author.get(path_of(said))
        sql = [one["sql"] for one in captured if '"delivery_delivery"' in one["sql"]]
        assert len(sql) == 1
        assert "COUNT" not in sql[0]
        assert "OFFSET" not in sql[0]


def sheet(answer: Any) -> list[dict[str, str]]:
    text = answer.getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


class TestExport:
    def test_each_delivery_is_a_row_with_its_masked_address(
        self, author: Client, said: Statement
    ) -> None:
        deliver(
            said, "failed", address=make_address(NUMBER), reason="blocked", code="30004", attempts=2
        )
        row = sheet(author.get(path_of(said, "export/")))[0]
        assert row["Address"] == "138****1234"
        assert row["State"] == "Failed"
        assert (row["Reason"], row["Error code"], row["Attempts"]) == ("Blocked", "30004", "2")
        assert row["Statement"] == str(said.number)

    def test_no_address_is_exported_in_clear(self, author: Client, said: Statement) -> None:
        deliver(said, address=make_address(NUMBER))
        assert b"13812341234" not in author.get(path_of(said, "export/")).getvalue()

    def test_excel_reads_it_and_saves_it_under_a_name(
        self, author: Client, said: Statement
    ) -> None:
        answer = author.get(path_of(said, "export/"))
        assert answer.getvalue().startswith(b"\xef\xbb\xbf")
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert f'filename="broadcast-{said.number}.csv"' in answer.headers["Content-Disposition"]

    def test_it_speaks_the_reader_s_language_even_though_it_is_written_later(
        self, chinese: Client, said: Statement
    ) -> None:
        deliver(said, "delivered")
        row = sheet(chinese.get(path_of(said, "export/")))[0]
        assert row["地址"].startswith("138****")
        assert "已送达" in row.values()

    def test_the_page_s_filters_hold(self, author: Client, said: Statement) -> None:
        deliver(said, "failed", address=make_address(NUMBER))
        deliver(said, "delivered")
        page = words(author.get(f"{path_of(said)}?state=failed"))
        link = re.search(r'href="([^"]+export/[^"]*)"', page)
        rows = sheet(author.get(link[1]))
        assert [row["Address"] for row in rows] == ["138****1234"]

    @pytest.mark.parametrize("value", ["=1+1", "+44", "-1", "@x", "\tx"])
    def test_no_cell_is_a_formula(self, author: Client, said: Statement, value: str) -> None:
        deliver(said, code=value)
        assert sheet(author.get(path_of(said, "export/")))[0]["Error code"] == f"'{value}"

    def test_a_foreign_number_is_no_formula_either(self, author: Client, said: Statement) -> None:
        deliver(said, address=make_address("+447911121234"))
        row = sheet(author.get(path_of(said, "export/")))[0]
        assert row["Address"] == "'+44****1234"

    def test_an_erased_address_is_a_row_all_the_same(self, author: Client, said: Statement) -> None:
        deliver(said).address.subscriber.delete()
        assert sheet(author.get(path_of(said, "export/")))[0]["Address"] == "erased"

    def test_rows_are_read_from_a_cursor_and_not_held(
        self, author: Client, said: Statement, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from statuspage.console import export

        monkeypatch.setattr(export, "ROWS_AT_ONCE", 2)
        for _ in range(5):
            deliver(said)
        answer = author.get(path_of(said, "export/"))
        parts = [part for part in answer.streaming_content if part]
        assert [part.count(b"\r\n") for part in parts] == [1, 2, 2, 1]

    def test_a_reader_who_hangs_up_leaves_no_transaction_behind(
        self, author: Client, said: Statement
    ) -> None:
        deliver(said)
        before = connection.savepoint_ids[:]
        answer = author.get(path_of(said, "export/"))
        next(iter(answer.streaming_content))
        answer.close()
        assert connection.savepoint_ids == before

    def test_auditors_may_have_it(self, said: Statement) -> None:
        assert signed_in("auditor").get(path_of(said, "export/")).status_code == 200


class TestOneMerchant:
    PATH = "/console/ledger/"

    def test_everything_one_address_was_sent_newest_first(self, author: Client) -> None:
        address = make_address(NUMBER)
        first, second = statement(), statement()
        for one in (first, second):
            deliver(one, "delivered", address=address)
        deliver(first)
        page = table(words(author.post(self.PATH, {"who": "13812341234"}, follow=True)))
        numbers = re.findall(r">No. (\d+)<", page)
        assert numbers == [str(second.number), str(first.number)]
        assert "T+1 payouts are late" in page

    def test_the_number_stands_in_no_web_address(self, author: Client) -> None:
        make_address(NUMBER)
        answer = author.post(self.PATH, {"who": "13812341234"}, follow=True)
        assert "13812341234" not in answer.redirect_chain[0][0]
        assert "138****1234" in words(answer)
        assert "13812341234" not in words(answer)

    def test_several_that_look_alike_are_offered_to_choose_from(self, author: Client) -> None:
        address = make_address("+8613800001234")
        make_address("+8613899991234")
        page = words(author.post(self.PATH, {"who": "138****1234"}, follow=True))
        assert "Several matches" in page
        assert page.count('href="?who=') == 2
        chosen = words(author.get(f"{self.PATH}?who={address.blind_index}"))
        assert "No messages sent to this address yet." in chosen

    def test_the_merchant_s_other_addresses_are_a_step_away(self, author: Client) -> None:
        address = make_address(NUMBER)
        other = make_address("me@example.com", "email")
        other.subscriber = address.subscriber
        other.save()
        page = words(author.post(self.PATH, {"who": "1234"}, follow=True))
        assert f"?who={other.blind_index}" in page
        assert "m***@example.com" in page

    def test_a_stopped_address_says_so(self, author: Client) -> None:
        from django.utils import timezone

        address = make_address(NUMBER)
        address.suppressed_at, address.suppressed_for = timezone.now(), "bad_address"
        address.save()
        page = words(author.post(self.PATH, {"who": "1234"}, follow=True))
        assert "Stopped since" in page
        assert "Invalid address" in page

    def test_a_number_that_nobody_has_gets_a_sentence(self, author: Client) -> None:
        page = words(author.post(self.PATH, {"who": "13812341234"}, follow=True))
        assert "No subscriber has this number or address." in page

    def test_nonsense_gets_a_sentence(self, author: Client) -> None:
        answer = author.post(self.PATH, {"who": "somebody"})
        assert answer.status_code == 400
        assert (
            "Enter the last four digits, a number such as 138****1234, or a full address."
            in words(answer)
        )

    def test_a_long_history_has_pages(self, author: Client, said: Statement) -> None:
        address = make_address(NUMBER)
        for _ in range(51):
            deliver(statement(), address=address)
        page = words(author.get(f"{self.PATH}?who={address.blind_index}"))
        assert len(re.findall(r">No. \d+<", table(page))) == 50
        following = re.search(r'rel="next" href="([^"]+)"', page)
        assert (
            len(re.findall(r">No. \d+<", table(words(author.get(self.PATH + following[1]))))) == 1
        )
