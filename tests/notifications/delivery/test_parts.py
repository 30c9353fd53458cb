"""Messages in several parts: each is reported by itself, and all of them make one delivery."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from uuid import uuid4

import pytest
from django.contrib.postgres.functions import TransactionNow
from django.db.models.functions import Now
from django.utils import timezone

from notifications.channels import provider as find_provider
from notifications.channels.outcomes import (
    Accepted,
    ProviderReceipt,
    Reason,
    ReceiptState,
    Unknown,
)
from notifications.delivery.adopting import wait_for_reports
from notifications.delivery.broadcasts import expand
from notifications.delivery.claim import claim, expire_leases
from notifications.delivery.models import Delivery, MessagePart, Receipt
from notifications.delivery.receipts import receipts_apply, receipts_store
from notifications.delivery.results import result_of, write_results
from notifications.delivery.states import NEVER
from statuspage.lib.database_clock import database_now
from tests.factories import make_address, open_incident
from tests.notifications.delivery.steps import PHONE, SMS, broadcast, due_now

pytestmark = pytest.mark.django_db

SENT, DELIVERED, UNDELIVERED = (
    ReceiptState.SENT,
    ReceiptState.DELIVERED,
    ReceiptState.UNDELIVERED,
)
NAMES = ("101", "102", "103")
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def settings_of_cmpp(settings) -> None:
    settings.CMPP_HOST, settings.CMPP_SRC_ID = "127.0.0.1", "10690001"
    settings.CMPP_SOURCE_ADDR, settings.CMPP_SHARED_SECRET = "901234", "secret"


def claimed(*phones: str):
    broadcast(*phones)
    due_now()
    [*rows], _ = claim(SMS, 10, "cmpp")
    return rows


def settle(one, outcome, segments: int = 3) -> None:
    provider = find_provider("cmpp")
    write_results([(result_of(provider, one, outcome, database_now()), segments)])


@pytest.fixture
def sent():
    [one] = claimed()
    settle(one, Accepted(NAMES[0], NAMES))
    return one


def report(name: str, state=DELIVERED, **values) -> ProviderReceipt:
    reason = Reason.UNREACHABLE if state == UNDELIVERED else None
    code = "UNDELIV" if state == UNDELIVERED else ""
    given = {"reason": reason, "code": code, **values}
    return ProviderReceipt(f"{name}:{state}", state, name, **given)


def told(name: str, state=DELIVERED, *, phone: str = PHONE, at=None) -> ProviderReceipt:
    """A report of a message whose name we may not know."""
    return report(name, state, address=phone, submitted_at=at or timezone.now())


def tell(*reports: ProviderReceipt) -> Delivery:
    receipts_store("cmpp", reports)
    receipts_apply()
    return Delivery.objects.order_by("pk").first()


def later() -> Delivery:
    """Let the time pass after which a receipt without a delivery is looked at again."""
    Receipt.objects.filter(applied_at=None).update(
        look_at=Now() - timedelta(minutes=1),
        received_at=Now() - timedelta(minutes=30),
    )
    receipts_apply()
    return Delivery.objects.order_by("pk").first()


def die(one) -> None:
    """End the lease of a worker that was killed before it wrote its result.

    By the database's clock, which stands still at the beginning of the test: by ours, a lease that
    ended a second ago has not ended there yet once the test has taken longer than that.
    """
    Delivery.objects.filter(pk=one.id).update(lease_until=TransactionNow() - SECOND)
    expire_leases()


@pytest.mark.parametrize("order", [*permutations(NAMES)])
def test_delivered_when_every_part_is_in_any_order(sent, order) -> None:
    assert tell(report(order[0])).state == "sent"
    assert tell(report(order[1])).state == "sent"
    row = tell(report(order[2]))
    assert (row.state, row.provider_id) == ("delivered", NAMES[0])


def test_all_reports_in_one_batch(sent) -> None:
    assert tell(*map(report, NAMES)).state == "delivered"


def test_copies_change_nothing(sent) -> None:
    for name in (NAMES[0], NAMES[0], NAMES[1], NAMES[0]):
        assert tell(report(name)).state == "sent"
    assert tell(report(NAMES[2]), report(NAMES[2])).state == "delivered"
    assert tell(report(NAMES[1])).state == "delivered"


@pytest.mark.parametrize("order", [*permutations(NAMES)])
def test_undelivered_when_one_part_is_not_in_any_order(sent, order) -> None:
    for name in order:
        row = tell(report(name, UNDELIVERED if name == NAMES[1] else DELIVERED))
    assert (row.state, row.reason, row.code) == ("undelivered", "unreachable", "UNDELIV")


def test_the_reason_is_the_one_of_the_part_that_failed_also_in_one_batch(sent) -> None:
    row = tell(report("101"), report("102", UNDELIVERED), report("103"))
    assert (row.state, row.code) == ("undelivered", "UNDELIV")


def test_a_phone_that_comes_back_makes_it_delivered(sent) -> None:
    tell(report("101"), report("102"), report("103", UNDELIVERED))
    assert tell(report("103")).state == "delivered"
    assert tell(replace(report("103", UNDELIVERED), key="again")).state == "delivered"


def test_a_report_before_our_own_result_waits_for_it() -> None:
    [one] = claimed()
    assert tell(report("102")).state == "sending"
    settle(one, Accepted(NAMES[0], NAMES))
    assert later().state == "sent"
    assert tell(report("101"), report("103")).state == "delivered"


def test_a_message_in_one_part_needs_no_row_of_its_own() -> None:
    [one] = claimed()
    settle(one, Accepted("101"), 1)
    assert tell(report("101")).state == "delivered"
    assert not MessagePart.objects.exists()


def test_an_old_attempts_part_that_failed_says_nothing_of_the_new_one(sent) -> None:
    Delivery.objects.update(attempt_id=uuid4())
    assert tell(report("102", UNDELIVERED)).state == "sent"


class TestNamesThatWereNeverLearnt:
    """A process was killed, or an answer was lost: the report says number and time."""

    def test_the_only_unknown_message_to_the_number_is_adopted(self) -> None:
        [one] = claimed()
        die(one)
        assert tell(told("777")).state == "unknown"
        row = later()
        assert (row.state, row.provider_id) == ("delivered", "777")

    def test_also_when_staff_were_to_decide(self) -> None:
        [one] = claimed()
        die(one)
        Delivery.objects.update(due_at=NEVER)
        tell(told("777"))
        assert later().state == "delivered"

    def test_also_when_it_waits_to_be_sent_again(self) -> None:
        [one] = claimed()
        die(one)
        Delivery.objects.update(state="pending")
        tell(told("777"))
        assert later().state == "delivered"

    def test_who_connects_lets_reports_come_before_anything_is_sent_again(self, settings) -> None:
        settings.DELIVERY_RESOLVE_AFTER_SECONDS = 120
        [one] = claimed()
        die(one)
        for state in ("unknown", "pending"):
            Delivery.objects.update(state=state, due_at=Now() - timedelta(minutes=5))
            wait_for_reports("twilio")
            assert Delivery.objects.get().due_at < timezone.now()
            wait_for_reports("cmpp")
            assert Delivery.objects.get().due_at > timezone.now() + timedelta(seconds=60)

    def test_but_not_for_ever_and_not_what_certainly_was_not_sent(self) -> None:
        [one] = claimed()
        die(one)
        Delivery.objects.update(due_at=Now() - timedelta(minutes=5))
        Delivery.objects.update(first_tried_at=Now() - timedelta(hours=2))
        wait_for_reports("cmpp")
        assert Delivery.objects.get().due_at < timezone.now()
        Delivery.objects.update(first_tried_at=Now(), state="pending", may_be_sent=False)
        wait_for_reports("cmpp")
        assert Delivery.objects.get().due_at < timezone.now()

    def test_an_old_report_is_looked_at_soon_after_its_message_became_unknown(
        self, settings
    ) -> None:
        settings.DELIVERY_RESOLVE_AFTER_SECONDS = 120
        claimed()
        tell(told("777"))
        later()
        row = Receipt.objects.get()
        assert row.applied_at is None
        assert row.look_at < timezone.now() + timedelta(seconds=30)

    def test_not_at_once_for_our_result_may_be_about_to_be_written(self) -> None:
        [one] = claimed()
        tell(told("777"))
        assert later().state == "sending"
        settle(one, Accepted("777"), 1)
        assert later().state == "delivered"

    def test_not_where_two_would_fit(self) -> None:
        broadcast()
        expand(open_incident().number)
        due_now()
        rows, _ = claim(SMS, 10, "cmpp")
        for one in rows:
            die(one)
        assert len(rows) == 2
        tell(told("777"))
        later()
        assert {*Delivery.objects.values_list("state", flat=True)} == {"unknown"}

    @pytest.mark.parametrize(
        "other",
        [{"phone": "+8613800138002"}, {"at": timezone.now() - timedelta(hours=2)}],
        ids=["number", "time"],
    )
    def test_not_for_another_number_or_time(self, other) -> None:
        [one] = claimed()
        die(one)
        tell(told("777", **other))
        assert later().state == "unknown"

    def test_not_for_a_message_that_another_provider_was_asked_to_send(self) -> None:
        [one] = claimed()
        die(one)
        Delivery.objects.update(provider="twilio")
        tell(told("777"))
        assert later().state == "unknown"

    def test_not_the_report_of_a_code_to_the_same_number(self) -> None:
        from notifications.channels.outcomes import Callback
        from notifications.delivery.callbacks import callback_store

        [one] = claimed()
        die(one)
        callback_store(find_provider("cmpp"), Callback(no_deliveries=["777"]))
        tell(told("777"))
        assert later().state == "unknown"

    def test_a_part_is_adopted_beside_those_that_are_known(self) -> None:
        [one] = claimed()
        settle(one, Unknown(Reason.TIMEOUT, part_ids=("101", "102")))
        tell(report("101"), report("102"), told("999"))
        row = later()
        assert row.state == "delivered"
        assert MessagePart.objects.count() == 3

    def test_a_fourth_part_of_three_is_not_adopted(self) -> None:
        [one] = claimed()
        settle(one, Unknown(Reason.TIMEOUT, part_ids=NAMES))
        tell(told("999"))
        later()
        assert MessagePart.objects.count() == 3

    def test_a_killed_process_left_no_number_of_parts_which_is_counted_again(self) -> None:
        make_address(PHONE)
        expand(open_incident(body={"zh-hans": "部分商户的到账延迟，正在排查。" * 12}).number)
        due_now()
        [one], _ = claim(SMS, 10, "cmpp")
        die(one)
        count = find_provider("cmpp").compose(_said(one)).segments
        assert count > 1
        names = [str(700 + n) for n in range(count)]
        tell(*(told(name) for name in names[:-1]))
        assert later().state == "unknown"
        tell(told(names[-1]))
        assert later().state == "delivered"

    def test_neither_number_nor_time_is_kept_in_the_clear(self) -> None:
        receipts_store("cmpp", [told("777")])
        [row] = Receipt.objects.values()
        assert "138001" not in str(row)
        assert len(row["address_index"]) == 64


def _said(one):
    from notifications.delivery.render import bulletin_of
    from statuspage.statements.models import Statement

    statement = Statement.objects.get(pk=one.statement_number)
    return bulletin_of(statement.document, one.language)
