"""Backdated: "originally published on, document number, link", marked so, silent."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from notifications.delivery.broadcasts import expand
from notifications.delivery.models import Delivery
from statuspage.notices.kind import notice_kind
from statuspage.notices.models import Notice
from statuspage.projections.merchants import merchants_told
from statuspage.settlement.arrival.delays import delays, open_delays
from statuspage.settlement.ledger import commitment_of
from tests.factories import make_address, text
from tests.statuspage.api.client import caller
from tests.statuspage.console.browser import press, signed_in, words
from tests.statuspage.console.browser import publish as publish_in
from tests.statuspage.notices.samples import publish, right_payload, world

pytestmark = pytest.mark.django_db

EARLIER = {
    "published_on": "2025-02-19",
    "document_number": "〔2025〕3号",
    "link": "https://www.example.com/3",
}
DELAY = {
    "transactions_from": "2025-02-18T00:00:00+08:00",
    "transactions_until": "2025-02-21T10:42:00+08:00",
    "arrives_by": None,
}
FEBRUARY = datetime(2025, 2, 19, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


def backdated(kind="general", payload=None, **values):
    return publish(kind, payload, **{"originally": dict(EARLIER), **values})


def test_it_says_when_as_what_and_where_it_was_published(client: Client):
    said = backdated()
    assert said.content["originally"] == EARLIER
    page = client.get(f"/en/notices/{said.subject_id}/").content.decode()
    assert "Originally published on" in page
    assert "19 Feb 2025, document no. 〔2025〕3号" in page
    assert 'href="https://www.example.com/3"' in page
    chinese = client.get(f"/notices/{said.subject_id}/").content.decode()
    assert "2025年2月19日，文号〔2025〕3号" in chinese


def test_it_is_marked_in_lists_and_sorted_by_its_original_date(client: Client):
    newer = publish("general", published_at=datetime(2025, 3, 1, tzinfo=UTC))
    said = backdated()
    assert said.number > newer.number
    assert [one.public_id for one in Notice.objects.all()] == [newer.subject_id, said.subject_id]
    page = client.get("/en/notices/").content.decode()
    assert "Originally published on" in page
    assert page.index(newer.subject_id) < page.index(said.subject_id)


def test_it_stays_off_the_home_page_among_the_recent_ones(client: Client):
    assert backdated().subject_id not in client.get("/en/").content.decode()


def test_it_is_silent_always():
    make_address()
    said = backdated()
    expand(said.number)
    assert not Delivery.objects.exists()
    with pytest.raises(ValidationError, match="not sent again"):
        backdated(told="all")


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ({"published_on": "2999-01-01"}, "in the past"),
        ({"published_on": "0001-01-01"}, "in the past"),
        ({"published_on": ""}, "the day on which"),
        ({"published_on": "yesterday"}, "Enter a date"),
        ({"link": "http://www.example.com/3"}, "https"),
        ({"link": "javascript:alert(1)"}, "https"),
        ({"document_number": "x" * 61}, "too long"),
        ({"page": "3"}, "original publication"),
    ],
    ids=["future", "year 1", "no day", "no date", "plain http", "script", "long", "unknown"],
)
def test_what_cannot_be_is_refused(part, message):
    with pytest.raises(ValidationError, match=message):
        backdated(originally={**EARLIER, **part})


def test_today_is_no_day_of_the_past():
    today = timezone.localdate().isoformat()
    with pytest.raises(ValidationError, match="in the past"):
        backdated(originally={"published_on": today})


@pytest.mark.parametrize("kind", ["settlement_rule", "fee_change", "calendar_change"])
def test_kinds_of_rules_prices_and_the_calendar_refuse_it(kind):
    world()
    payload = right_payload(kind)
    if kind == "fee_change":
        payload["effective_on"] = "2025-06-01"
    with pytest.raises(ValidationError, match="Rules, prices and calendars"):
        backdated(kind, payload)


def test_a_delay_of_the_past_is_allowed_only_if_it_is_over():
    with pytest.raises(ValidationError, match="not over yet"):
        backdated("delay", {**DELAY, "transactions_until": None})
    ahead = (timezone.localdate() + timedelta(days=3)).isoformat()
    with pytest.raises(ValidationError, match="not over yet"):
        backdated("delay", {**DELAY, "arrives_by": ahead})
    backdated("delay", DELAY)
    assert open_delays() == delays() == []


def test_a_recovery_of_the_past_ends_no_delay_of_today_and_the_other_way_round():
    present = publish("delay", {**DELAY, "transactions_until": None})
    old = backdated("delay", DELAY)
    recovery = {"restored_at": "2025-02-21T15:30:00+08:00", "backlog_by": "2025-02-22"}
    backdated("recovery", recovery, originally={"published_on": "2025-02-21"})
    assert [one.notice.public_id for one in open_delays()] == [present.subject_id]
    ended = {one.notice.public_id: one.recovery is not None for one in delays()}
    assert ended == {present.subject_id: False, old.subject_id: True}


def test_a_promise_of_the_past_is_never_found_late_and_takes_its_payments():
    payload = right_payload("fee_waiver") | {"credited_by": "2025-02-28"}
    waiver = backdated("fee_waiver", payload, originally={"published_on": "2025-02-21"})
    account = commitment_of(waiver.subject_id)
    assert account.due is None
    assert not account.late(timezone.localdate())
    paid = {"of": waiver.subject_id, "amount": "40000", "paid_on": "2025-02-26"}
    backdated("payout_progress", paid, originally={"published_on": "2025-02-27"})
    assert list(merchants_told()) == []


def test_a_payment_of_the_past_does_not_count_on_a_promise_of_today():
    payload = right_payload("payout_progress") | {"paid_on": "2025-02-26"}
    with pytest.raises(ValidationError, match="promised here"):
        backdated("payout_progress", payload, originally={"published_on": "2025-02-27"})


def test_today_is_the_original_date_for_its_checks():
    kind = notice_kind("yearly_disclosure")
    payload = right_payload("yearly_disclosure") | {"year": 2025}
    with pytest.raises(ValidationError, match="not over yet"):
        backdated(kind.name, payload)
    backdated(kind.name, payload, originally={"published_on": "2026-01-30"})


class TestDoors:
    def test_the_api_takes_it_and_answers_with_it(self):
        api = caller()
        body = {
            "kind": "general",
            "title": text("通知"),
            "body": text("正文"),
            "originally": EARLIER,
        }
        answer = api.post("notices/", body).json()
        assert answer["originally"] == EARLIER
        assert answer["told"] == "nobody"
        refused = api.post("notices/", {**body, "originally": {"published_on": "2999-01-01"}})
        assert refused.status_code == 400
        assert "published_on" in str(refused.json())
        assert api.post("notices/", {**body, "told": "all"}).status_code == 400

    def test_the_composer_takes_it(self):
        path = "/console/notices/compose/general/"
        values = {"title_zh": "通知", "body_zh": "正文", **EARLIER}
        author = signed_in()
        publish_in(author, path, **values)
        row = Notice.objects.get()
        assert (row.originally, row.told) == (EARLIER, "nobody")
        listed = words(author.get("/console/notices/"))
        assert "Originally published on 2025-02-19" in listed

    def test_the_composer_refuses_a_day_to_come_and_a_wish_to_send_it(self):
        path = "/console/notices/compose/general/"
        values = {"title_zh": "通知", "body_zh": "正文", **EARLIER}
        author = signed_in()
        page = press(author, path, "confirm", **{**values, "published_on": "2099-01-01"})
        assert "Enter a day in the past" in words(page)
        page = press(author, path, "confirm", **{**values, "told": "agents"})
        assert "not sent again" in words(page)
