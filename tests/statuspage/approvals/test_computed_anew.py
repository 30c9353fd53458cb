"""What an approver sees is computed when they look, and not when it was submitted."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from statuspage.approvals.models import Proposal
from statuspage.approvals.proposals import approve, foreseen_of
from statuspage.approvals.submitting import notice_submit
from statuspage.staff.roles import Role
from statuspage.statements.models import Statement
from statuspage.statements.services import statement_withdraw
from tests.factories import make_staff, text
from tests.statuspage.calendar.factories import load
from tests.statuspage.notices import samples
from tests.statuspage.settlement.rules.factories import make_product, make_rule

pytestmark = pytest.mark.django_db
FIRST = date(2025, 3, 3)


@pytest.fixture(autouse=True)
def _world(settings):
    settings.FOUR_EYES_KINDS = frozenset({"settlement_rule", "payout_progress"})
    load(2024, 2025, 2026)
    make_rule("T+1", cutoff=time(23), usual_arrival=time(18))


def submitted(kind: str, payload: Mapping[str, Any], **values: Any) -> Proposal:
    found = notice_submit(
        token=uuid4(),
        author=make_staff(),
        kind=kind,
        title=text("公告", "A notice"),
        body=text("正文", "Text"),
        payload=payload,
        confirmed=True,
        **values,
    )
    assert isinstance(found, Proposal)
    return found


def rule(**values: Any) -> Proposal:
    return submitted(
        "settlement_rule",
        {"category": "micro", "cycle": "T+2", "valid_from": FIRST.isoformat(), **values},
    )


def approved(row: Proposal, seen: str) -> Statement:
    found = approve(proposal=row, staff=make_staff(Role.APPROVER), seen=seen)
    assert isinstance(found, Statement)
    return found


def test_a_rule_is_compared_with_what_is_in_force_when_it_is_approved() -> None:
    row = rule()
    seen = foreseen_of(row).digest
    make_rule("T+5", cutoff=time(22), usual_arrival=time(18), valid_from=FIRST)
    now = foreseen_of(row)
    payload: Any = now.content["payload"]
    assert (payload["before"]["cycle"], payload["before"]["cutoff"]) == ("T+5", "22:00")
    # 22:30 of Thursday counts as Friday's: five workdays later is the Friday after.
    assert payload["examples"][0]["before"]["day"] == "2025-03-14"
    brief: Any = now.content["brief"]
    assert "22:00 → 23:00" in brief["en"]
    with pytest.raises(ValidationError) as refusal:
        approved(row, seen)
    assert refusal.value.code == "seen"
    assert approved(row, now.digest).content == now.content


def test_a_payment_is_added_to_those_made_since_it_was_submitted() -> None:
    payment = samples.right_payload("payout_progress")
    row = submitted("payout_progress", payment)
    samples.publish("payout_progress", payment)
    now = foreseen_of(row)
    payload: Any = now.content["payload"]
    assert (payload["paid_so_far"], payload["share_paid"]) == ("80000.00", "80.00")
    assert approved(row, now.digest).content == now.content


def test_what_became_impossible_says_so_before_it_is_approved() -> None:
    make_product("instant")
    after = {"after_cutoff": "fallback_cycle", "fallback": "T+2"}
    row = rule(cycle="D+0", product="instant", **after)
    assert not foreseen_of(row).obstacle
    make_rule("T+5", cutoff=time(23), usual_arrival=time(18), valid_from=FIRST)
    found = foreseen_of(row)
    assert found.obstacle
    with pytest.raises(ValidationError):
        approved(row, found.digest)


@pytest.mark.parametrize("kind", ["delay", "fee_waiver", "settlement_rule"])
def test_a_cycle_that_nobody_has_any_more_is_pointed_out(settings, kind: str) -> None:
    """A rule was withdrawn while what was drafted about its cycle waited."""
    payload = samples.right_payload(kind)
    first = payload.get("valid_from") or payload["transactions_from"][:10]
    base = {"category": "micro", "cycle": "T+2", "valid_from": first}
    said = samples.publish("settlement_rule", base)
    settings.FOUR_EYES_KINDS = frozenset({kind})
    row = submitted(kind, payload, audience={"categories": ["micro"], "cycles": ["T+2"]})
    with override("en"):
        assert not [one for one in foreseen_of(row).warnings if "T+2" in one]
        statement_withdraw(statement=said, body=text("误发"), author=None)
        warned = [one for one in foreseen_of(row).warnings if "T+2" in one]
    assert len(warned) == 1
    assert "no rule of these merchants has the cycle T+2." in warned[0]
