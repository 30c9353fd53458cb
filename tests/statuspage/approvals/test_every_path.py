"""Every way to publish × role × door: who publishes alone, and who needs a second person."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from django.db import transaction

from statuspage.approvals.configuration import ApprovalSettings
from statuspage.approvals.models import Proposal, ProposalAct
from statuspage.lib.env import words
from statuspage.lib.paths import PACKAGE
from statuspage.notices.kind import every_kind, kinds
from statuspage.settlement.models import Commitment, SettlementRule
from statuspage.staff.roles import MAY_APPROVE, MAY_PUBLISH, Role
from statuspage.statements.kinds import STATEMENT_KINDS
from statuspage.statements.models import Statement
from tests.factories import make_staff
from tests.statuspage.approvals.paths import ANSWERED, CONSOLE_ONLY, PATHS, Door
from tests.statuspage.notices import samples

pytestmark = pytest.mark.django_db
DEFAULTS: Final = words(str(ApprovalSettings.model_fields["FOUR_EYES_KINDS"].default))
ALONE, TWO, ALWAYS_TWO = "alone", "two", "always two"
# Written out, not computed: this is what the settings as delivered promise.
EXPECTED: Final = {
    "incident.opened": ALONE,
    "incident.opened from a monitor": ALONE,
    "incident.updated": ALONE,
    "incident.backfilled": ALONE,
    "incident.backfilled_update": ALONE,
    "incident.postmortem": ALWAYS_TWO,
    "incident.followed_up": ALONE,
    "maintenance.scheduled": ALONE,
    "maintenance.updated": ALONE,
    "maintenance.rescheduled": ALONE,
    "maintenance.cancelled": ALONE,
    "notice.general": ALONE,
    "notice.clarification": ALONE,
    "notice.security_warning": ALONE,
    "notice.terminal_retirement": ALONE,
    "notice.replacement": ALONE,
    "notice.payout_progress": ALONE,
    "notice.yearly_disclosure": TWO,
    "notice.penalty_disclosure": TWO,
    "notice.channel_closure": TWO,
    "notice.limit_change": TWO,
    "notice.agent_policy": TWO,
    "notice.delay": TWO,
    "notice.recovery": TWO,
    "notice.settlement_rule": TWO,
    "notice.holiday_schedule": TWO,
    "notice.fee_change": TWO,
    "notice.price_list": TWO,
    "notice.promotion": TWO,
    "notice.fee_waiver": TWO,
    "notice.compensation": TWO,
    "notice.calendar_change": ALWAYS_TWO,
}
# The product itself publishes these; an answer to them is written by a person.
AUTOMATIC: Final = {
    "notice.backlog": ALONE,
    "notice.settled": ALONE,
    "notice.delivery_report": ALONE,
}


def expected(path: str) -> str:
    """Return the decision; an answer takes that of what it answers."""
    return (EXPECTED | AUTOMATIC)[path.rpartition(" of ")[2]]


@pytest.fixture(autouse=True)
def _as_delivered(settings: Any) -> None:
    settings.FOUR_EYES_KINDS = frozenset(DEFAULTS)
    samples.world()


def published(path: str, door: Door) -> bool:
    """Go this way; return whether it published, rather than submitted for approval.

    Nothing of it is left: the next door finds the same world.
    """
    with transaction.atomic():
        go, before = PATHS[path](door), Statement.objects.count()
        submitted = Proposal.objects.count()
        go()
        more = Statement.objects.count() > before
        if path != "incident.postmortem":
            assert more != (Proposal.objects.count() > submitted), path
        transaction.set_rollback(True)
    return more


@pytest.mark.parametrize("path", PATHS)
def test_who_publishes_alone(path: str) -> None:
    """One role each, and each kind of answer through one door: that they are alike is below."""
    decision = expected(path)
    if not path.startswith(ProposalAct.WITHDRAWAL):
        assert published(path, Door("console", make_staff(Role.ADMIN))) == (decision == ALONE)
    if path in CONSOLE_ONLY:
        return
    if not path.startswith(ProposalAct.CORRECTION):
        assert published(path, Door("api", make_staff(Role.ADMIN))) == (decision == ALONE)
    alone = published(path, Door("alone", make_staff(Role.APPROVER)))
    assert alone == (decision != ALWAYS_TWO)


@pytest.mark.parametrize("role", sorted(MAY_PUBLISH))
@pytest.mark.parametrize("door", ["console", "api", "alone"])
def test_no_role_alone_makes_a_difference(role: str, door: str) -> None:
    waives = door == "alone" and role in MAY_APPROVE
    for path in ("notice.fee_waiver", "withdrawal of notice.delay"):
        assert published(path, Door(door, make_staff(role))) == waives, path


def test_every_kind_of_statement_has_a_decision() -> None:
    written = {f"notice.{one.name}" for one in kinds()}
    answers = {ProposalAct.CORRECTION.value, ProposalAct.WITHDRAWAL.value}
    known = {one.partition(" from ")[0] for one in EXPECTED}
    assert known == {*STATEMENT_KINDS, *written} - answers
    assert set(AUTOMATIC) == {f"notice.{one.name}" for one in every_kind()} - written
    assert set(ANSWERED) >= {f"notice.{one.name}" for one in every_kind()}


def test_what_makes_a_promise_of_money_says_so() -> None:
    """Found by what publishing does: a debt in the ledger, a rule, or a promised date."""
    for kind in every_kind():
        before = _facts()
        samples.publish(kind.name)
        promises = _facts() > before or [*kind.promised_dates()]
        assert kind.promises_money or not promises or kind.name == "payout_progress", kind.name


def _facts() -> int:
    return Commitment.objects.count() + SettlementRule.objects.count()


SERVICES: Final = {"publish", "notice_publish", "statement_correct", "statement_withdraw"}
# Every module that publishes, and nothing else does.
PUBLISHERS: Final = {
    "approvals/acts.py",
    "approvals/answers.py",
    "approvals/submitting.py",
    "incidents/services/backfills.py",
    "incidents/services/impacts.py",
    "notices/services.py",
    "postmortems/services.py",
    "settlement/affected/applying.py",
    "settlement/backlog.py",
    "statements/services.py",
}


def test_both_doors_publish_notices_and_answers_through_the_one_rule() -> None:
    found = {one.relative_to(PACKAGE).as_posix() for one in PACKAGE.rglob("*.py") if _names(one)}
    assert found == PUBLISHERS


def _names(module: Path) -> set[str]:
    """Return which of the services a module defines or imports."""
    text = module.read_text("utf-8")
    if not any(one in text for one in SERVICES):
        return set()
    return SERVICES & {*_known(ast.parse(text))}


def _known(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.FunctionDef) and node in tree.body:
            yield node.name
