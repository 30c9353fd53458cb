"""A correction's text is compared with the table like the notice's own, through both doors."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from statuspage.approvals.models import Proposal
from statuspage.settlement.rules import rule_add
from statuspage.staff.models import AuditEntry
from statuspage.statements.models import Statement
from tests.factories import text
from tests.statuspage.api.client import caller
from tests.statuspage.calendar.factories import reviewed
from tests.statuspage.console.browser import form_of, press, publish, signed_in, words
from tests.statuspage.notices.samples import publish as publish_notice

pytestmark = pytest.mark.django_db

RIGHT = "更正：9月30日至10月7日的T+1交易于10月8日到账。演示支付2026年9月1日"
WRONG = "更正：9月30日至10月7日的T+1交易于10月9日到账。"
REASON = "人行临时安排"


@pytest.fixture
def said() -> Any:
    with time_machine.travel(datetime(2026, 9, 1, 2, tzinfo=UTC), tick=False) as clock:
        reviewed(2025, 2026)
        rule_add(category="micro", cycle="T+1")
        notice = publish_notice("holiday_schedule", {"holiday": "national_day", "year": 2026})
        # The day of the notice may still be named.
        clock.move_to(datetime(2026, 9, 4, 2, tzinfo=UTC))
        yield notice


def test_over_the_api_a_finding_needs_a_reason(said: Statement) -> None:
    api, path = caller(), f"statements/{said.number}/corrections/"
    answer = api.post(path, {"body": text(WRONG)})
    assert answer.status_code == 400
    assert "not 9 Oct" in str(answer.json())
    assert api.post(path, {"body": text(WRONG), "confirmed": True}).status_code == 400
    assert api.post(path, {"confirmed": True}).status_code == 400
    given = {"body": text(WRONG), "confirmed": True, "confirmed_reason": REASON}
    assert api.post(path, given).status_code in {201, 202}
    assert api.post(path, {"body": text(RIGHT)}).status_code in {201, 202}


def test_a_withdrawal_may_say_what_it_likes(said: Statement) -> None:
    path = f"statements/{said.number}/withdrawals/"
    assert caller().post(path, {"body": text("10月9日有误")}).status_code in {201, 202}


def test_the_approver_sees_it_and_the_audit_log_keeps_it(said: Statement, author: Client) -> None:
    path = f"/console/statements/{said.number}/correct/"
    page = words(press(author, path, "confirm", body_zh=WRONG))
    assert "not 9 Oct" in page
    assert "Why the text is right" in page
    publish(author, path, body_zh=WRONG, confirmed="on", confirmed_reason=REASON)
    waiting = Proposal.objects.get()
    approver, path = signed_in("approver"), f"/console/notices/proposals/{waiting.pk}/"
    page = approver.get(path)
    assert "not 9 Oct" in words(page)
    assert REASON in words(page)
    approver.post(path, {**form_of(page, "seen"), "step": "approve"})
    correction = Statement.objects.get(corrects=said)
    entry = AuditEntry.objects.get(act="finding.confirmed")
    assert (entry.target, entry.after["reason"]) == (f"#{correction.number}", REASON)


def test_a_right_correction_asks_nothing(said: Statement, author: Client) -> None:
    path = f"/console/statements/{said.number}/correct/"
    publish(author, path, body_zh=RIGHT)
    assert Proposal.objects.get().draft["confirmed_reason"] == ""
