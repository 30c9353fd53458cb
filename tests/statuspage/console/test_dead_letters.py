"""What did not arrive: seen by reason, sent again, decided on; and who did that."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from notifications.delivery.models import Broadcast, Delivery
from notifications.subscribers.models import Address
from statuspage.console.models import Decision
from statuspage.staff.roles import Role
from tests.factories import make_address, make_staff
from tests.notifications.delivery.rows import deliver, finished, statement
from tests.statuspage.console.browser import browser_of, signed_in, words

LIST = "/console/dead-letters/"
RETRY = f"{LIST}retry/"


@pytest.fixture
def approver(db: None) -> Client:
    """Someone who may decide, reading English."""
    return browser_of(make_staff(Role.APPROVER, "wang"))


def groups(page: str) -> list[tuple[str, str]]:
    """Reason and count of each group, as listed."""
    part = page.split('class="groups"')[1].split("</ul>")[0]
    return re.findall(r">([^<>]+)</a></span> <strong[^>]*>([\d,]+)<", part)


class TestLooking:
    def test_failed_messages_stand_under_their_reasons_with_counts(self, author: Client) -> None:
        said = statement()
        for reason in ("blocked", "bad_address", "bad_address", ""):
            deliver(said, "failed", reason=reason)
        assert groups(words(author.get(LIST))) == [
            ("Invalid address", "2"),
            ("No reason given", "1"),
            ("Blocked", "1"),
        ]

    def test_the_budget_is_a_reason_in_words(self, author: Client) -> None:
        deliver(statement(), "failed", reason="budget")
        assert groups(words(author.get(LIST))) == [("Monthly SMS budget used up", "1")]

    def test_a_group_is_a_list_of_its_own(self, author: Client) -> None:
        said = statement()
        deliver(said, "failed", reason="blocked", address=make_address("+8613800001111"))
        deliver(said, "failed", reason="bad_address", address=make_address("+8613800002222"))
        page = words(author.get(f"{LIST}?group=failed:blocked"))
        assert "138****1111" in page
        assert "138****2222" not in page

    @pytest.mark.parametrize("group", ["failed", "failed:nonsense", "x:y", ":", "failed:%00"])
    def test_nonsense_is_no_group(self, author: Client, group: str) -> None:
        deliver(statement(), "failed", reason="blocked", address=make_address("+8613800001111"))
        answer = author.get(f"{LIST}?group={group}")
        assert answer.status_code == 200
        assert "138****1111" in words(answer)

    def test_of_one_statement_and_the_way_back_to_all(self, author: Client) -> None:
        said, other = statement(), statement()
        deliver(said, address=make_address("+8613800001111"))
        deliver(other, address=make_address("+8613800002222"))
        page = words(author.get(f"{LIST}?statement={said.number}"))
        assert "138****1111" in page
        assert "138****2222" not in page
        assert "All statements" in page

    def test_when_everything_arrived_the_page_says_so(self, author: Client) -> None:
        deliver(statement(), "delivered")
        assert "No failed messages." in words(author.get(LIST))

    def test_each_kind_offers_what_can_be_done(self, approver: Client) -> None:
        said = statement()
        failed = deliver(said, "failed")
        unknown = deliver(said, "unknown")
        deliver(said, "undelivered")
        page = words(approver.get(LIST))
        assert f'href="{RETRY}?delivery={failed.pk}"' in page
        assert f'href="{LIST}{unknown.pk}/"' in page
        assert page.count("?delivery=") == 1

    @pytest.mark.parametrize("role", [Role.AUTHOR, Role.AUDITOR])
    def test_who_may_not_decide_is_offered_nothing(self, db: None, role: str) -> None:
        said = statement()
        deliver(said, "failed")
        number = deliver(said, "unknown").pk
        staff = signed_in(role)
        assert "retry/" not in words(staff.get(LIST))
        page = words(staff.get(f"{LIST}{number}/"))
        assert 'name="act"' not in page
        assert "Only an approver or administrator can decide." in page


class TestRetrying:
    def test_the_number_of_messages_is_said_before_any_is_sent_again(
        self, approver: Client
    ) -> None:
        said = statement()
        for _ in range(3):
            deliver(said, "failed")
        deliver(said, "undelivered")
        page = words(approver.get(RETRY))
        assert "3 messages will be sent again." in page
        assert set(Delivery.objects.values_list("state", flat=True)) == {"failed", "undelivered"}

    def test_retried_messages_are_due_again_and_their_broadcast_is_open(
        self, approver: Client
    ) -> None:
        said = statement()
        deliver(said, "failed")
        finished(said)
        page = words(approver.post(RETRY, follow=True))
        assert "1 message will be sent again." in page
        assert Delivery.objects.get().state == "pending"
        assert Broadcast.objects.get(pk=said.number).state == "sending"

    def test_only_the_group_that_is_shown_is_retried(self, approver: Client) -> None:
        said = statement()
        deliver(said, "failed", reason="blocked")
        deliver(said, "failed", reason="bad_address")
        page = words(approver.get(f"{LIST}?group=failed:blocked"))
        link = re.search('href="([^"]+)">Send these again', page)
        assert "1 message will be sent again." in words(approver.get(link[1]))
        approver.post(link[1])
        left = Delivery.objects.filter(state="failed")
        assert [one.reason for one in left] == ["bad_address"]

    def test_only_the_message_that_is_chosen_is_retried(self, approver: Client) -> None:
        said = statement()
        chosen, other = deliver(said, "failed"), deliver(said, "failed")
        approver.post(f"{RETRY}?delivery={chosen.pk}")
        assert Delivery.objects.get(pk=chosen.pk).state == "pending"
        assert Delivery.objects.get(pk=other.pk).state == "failed"

    def test_what_cannot_be_sent_again_is_counted_apart(self, approver: Client) -> None:
        said = statement()
        deliver(said, "failed")
        deliver(said, "failed")
        Address.objects.filter(pk=Address.objects.latest("pk").pk).update(
            suppressed_at=timezone.now(), suppressed_for="bad_address"
        )
        page = words(approver.get(RETRY))
        assert "1 message will be sent again." in page
        assert (
            "1 message is left out: its address is stopped or erased, or the merchant was "
            "notified at another address."
        ) in page

    def test_where_nothing_can_be_there_is_no_button(self, approver: Client) -> None:
        deliver(statement(), "undelivered")
        page = words(approver.get(RETRY))
        assert "0 messages will be sent again." in page
        assert "button-primary" not in page

    def test_many_are_sent_again_a_hundred_thousand_at_a_time(
        self, approver: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from statuspage.console.views import dead_letters

        monkeypatch.setattr(dead_letters, "AT_ONCE", 1)
        said = statement()
        deliver(said, "failed")
        deliver(said, "failed")
        assert "Up to 1 at a time. Repeat for the rest." in words(approver.get(RETRY))

    def test_who_did_it_is_written_down(self, approver: Client) -> None:
        said = statement()
        deliver(said, "failed", reason="blocked")
        page = words(approver.post(f"{RETRY}?group=failed:blocked", follow=True))
        decision = Decision.objects.get()
        assert (decision.act, decision.count) == ("retried", 1)
        assert decision.about == {"state": "failed", "reason": "blocked"}
        assert re.search(r"wang · Failed messages resent \(1\) · Blocked", page)

    def test_opening_a_page_of_an_act_changes_nothing(self, approver: Client) -> None:
        deliver(statement(), "failed")
        approver.get(RETRY)
        assert not Decision.objects.exists()


class TestDeciding:
    def test_what_is_known_is_shown(self, approver: Client) -> None:
        address = make_address("+8613812341234")
        delivery = deliver(statement(), "unknown", reason="timeout", attempts=2, address=address)
        page = words(approver.get(f"{LIST}{delivery.pk}/"))
        assert "Did it arrive?" in page
        assert "138****1234" in page
        assert "Timed out" in page

    def test_sending_again_is_a_decision_that_is_written_down(self, approver: Client) -> None:
        delivery = deliver(statement(), "unknown", address=make_address("+8613812341234"))
        page = words(approver.post(f"{LIST}{delivery.pk}/", {"act": "send_again"}, follow=True))
        assert Delivery.objects.get().state == "pending"
        assert Decision.objects.get().act == "sent_again"
        assert "wang · Resent although it may have arrived · 138****1234" in page

    def test_leaving_it_takes_it_off_the_list(self, approver: Client) -> None:
        delivery = deliver(statement(), "unknown", address=make_address("+8613812341234"))
        approver.post(f"{LIST}{delivery.pk}/", {"act": "leave"})
        assert Delivery.objects.get().state == "unknown"
        assert f'href="{LIST}{delivery.pk}/"' not in words(approver.get(LIST))
        page = words(approver.get(f"{LIST}{delivery.pk}/"))
        assert "This message is already handled" in page
        assert "Left as is" in page

    def test_the_second_of_two_decisions_changes_nothing(self, approver: Client) -> None:
        path = f"{LIST}{deliver(statement(), 'unknown').pk}/"
        approver.post(path, {"act": "leave"})
        page = words(approver.post(path, {"act": "send_again"}, follow=True))
        assert "This message has already been dealt with. Nothing was changed." in page
        assert Decision.objects.count() == 1

    @pytest.mark.parametrize("act", ["", "launch", "\x00"])
    def test_an_unknown_button_decides_nothing(self, approver: Client, act: str) -> None:
        delivery = deliver(statement(), "unknown")
        answer = approver.post(f"{LIST}{delivery.pk}/", {"act": act})
        assert answer.headers["Location"] == f"{LIST}{delivery.pk}/"
        assert not Decision.objects.exists()

    def test_a_message_that_went_well_has_nothing_to_decide(self, approver: Client) -> None:
        delivery = deliver(statement(), "delivered")
        page = words(approver.get(f"{LIST}{delivery.pk}/"))
        assert 'name="act"' not in page

    def test_decisions_stay_when_somebody_leaves(self, approver: Client) -> None:
        from statuspage.staff.models import Staff

        delivery = deliver(statement(), "unknown")
        approver.post(f"{LIST}{delivery.pk}/", {"act": "leave"})
        Staff.objects.filter(username="wang").delete()
        assert "someone who has left · Left as is" in words(signed_in().get(LIST))


class TestQuarantine:
    PATH = "/console/quarantine/"

    def stop(self, reason: str, clear: str = "+8613812341234", **values: object) -> Address:
        return make_address(
            clear,
            suppressed_at=values.pop("at", timezone.now()),
            suppressed_for=reason,
            **values,
        )

    def test_who_is_stopped_stands_there_with_why(self, author: Client) -> None:
        self.stop("bad_address")
        make_address("+8613899995678")
        page = words(author.get(self.PATH))
        assert "138****1234" in page
        assert "Invalid address" in page
        assert "138****5678" not in page

    def test_the_latest_stand_first(self, author: Client) -> None:
        self.stop("failing", "+8613800001111", at=timezone.now() - timedelta(days=1))
        self.stop("bad_address", "+8613800002222")
        page = words(author.get(self.PATH)).split('class="table deliveries"')[1]
        assert page.index("138****2222") < page.index("138****1111")

    def test_reasons_are_counted(self, author: Client) -> None:
        self.stop("failing", "+8613800001111")
        self.stop("failing", "+8613800002222")
        self.stop("bad_address", "+8613800003333")
        page = words(author.get(f"{self.PATH}?reason=bad_address"))
        assert re.search("Failed repeatedly</a> <strong[^>]*>2<", page)
        assert "138****3333" in page
        assert "138****1111" not in page

    def test_nonsense_is_no_reason(self, author: Client) -> None:
        self.stop("failing")
        assert "138****1234" in words(author.get(f"{self.PATH}?reason=%00"))

    @pytest.mark.parametrize("reason", ["bad_address", "failing", "blocked", "unreachable"])
    def test_what_a_provider_or_quarantine_stopped_is_revived(
        self, approver: Client, reason: str
    ) -> None:
        address = self.stop(reason, failures=10, failing_since=timezone.now())
        page = words(approver.post(self.PATH, {"address": address.pk}, follow=True))
        address.refresh_from_db()
        assert (address.suppressed_at, address.suppressed_for) == (None, "")
        assert (address.failures, address.failing_since) == (0, None)
        assert "138****1234 is active again." in page

    @pytest.mark.parametrize("reason", ["opted_out", "unsubscribed", "not_a_follower"])
    def test_the_owner_s_own_stop_stays(self, approver: Client, reason: str) -> None:
        address = self.stop(reason)
        page = words(approver.get(self.PATH))
        assert "Unsubscribed by the owner" in page
        assert 'name="address"' not in page
        page = words(approver.post(self.PATH, {"address": address.pk}, follow=True))
        address.refresh_from_db()
        assert address.suppressed_for == reason
        assert "Nothing was changed: only the owner can reactivate this address." in page
        assert not Decision.objects.exists()

    def test_who_revived_it_is_written_down(self, approver: Client) -> None:
        address = self.stop("failing")
        approver.post(self.PATH, {"address": address.pk})
        decision = Decision.objects.get()
        assert decision.act == "revived"
        assert decision.about["address"] == "138****1234"
        assert decision.staff.username == "wang"

    @pytest.mark.parametrize("sent", ["", "x", "999999", "9" * 40, "-1", "²"])
    def test_an_address_that_is_not_there_is_not_found(self, approver: Client, sent: str) -> None:
        assert approver.post(self.PATH, {"address": sent}).status_code == 404

    def test_a_long_list_has_pages(self, author: Client) -> None:
        for n in range(51):
            self.stop("failing", f"+86138000{n:05d}", at=timezone.now() - timedelta(minutes=n))
        page = words(author.get(f"{self.PATH}?reason=failing"))
        following = re.search(r'rel="next" href="([^"]+)"', page)
        assert following[1].startswith("?reason=failing&after=")
        last = words(author.get(self.PATH + following[1])).split('class="table deliveries"')[1]
        assert last.count("138****") == 1

    def test_authors_see_it_and_are_offered_nothing(self, author: Client) -> None:
        self.stop("failing")
        assert 'name="address"' not in words(author.get(self.PATH))
