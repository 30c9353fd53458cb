"""No leaf of the public log holds personal data, whatever kind of statement it is.

One test for each statement that can be made: every step of an incident and of a maintenance,
every kind of notice in the registry, and every answer to each.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from statuspage.incidents.moments import Moment
from statuspage.incidents.services.backfills import incident_backfill, past_incident_enter
from statuspage.incidents.services.incidents import incident_update
from statuspage.incidents.services.maintenances import maintenance_schedule, maintenance_update
from statuspage.incidents.services.replanning import maintenance_cancel, maintenance_reschedule
from statuspage.postmortems.services import (
    Action,
    follow_up_done,
    postmortem_approve,
    postmortem_save,
    postmortem_submit,
)
from statuspage.statements.kinds import STATEMENT_KINDS
from statuspage.statements.models import Statement
from statuspage.statements.services import statement_correct, statement_withdraw
from tests.factories import incident_of, make_address, make_component, make_staff, open_incident
from tests.factories import text as said
from tests.statuspage.notices.samples import every_kind, publish, world

pytestmark = pytest.mark.django_db

STAFF = {
    "username": "zhang.sanfeng",
    "first_name": "三丰",
    "last_name": "张君宝",
    "email": "zhang.sanfeng@staff.example",
}
SUBSCRIBER = ("+8613912345678", "merchant@shop.example")
# Nothing of the kind stands in the words these tests publish, so whatever is found leaked.
PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
MAIL = re.compile(r"[\w.+-]+@[\w-]+\.\w+")


@pytest.fixture
def author():
    make_address(SUBSCRIBER[0])
    make_address(SUBSCRIBER[1], channel="email")
    return make_staff(**STAFF)


def assert_no_personal_data(statement: Statement) -> None:
    assert statement.author is not None, "the table knows who said it; the leaf must not"
    leaf = statement.canonical
    for secret in (*STAFF.values(), *SUBSCRIBER, SUBSCRIBER[0][3:], statement.author.password):
        assert secret not in leaf
    assert f'"{statement.author.pk}"' not in leaf
    for name in ("author", "staff", "user", "approved_by", "reviewed_by", "published_by"):
        assert f'"{name}"' not in leaf
    assert not PHONE.search(leaf)
    assert not MAIL.search(leaf)


def incident(author, status: str = "") -> Statement:
    opened = open_incident(author=author)
    if not status:
        return opened
    return incident_update(
        incident=incident_of(opened), status=status, body=said("有新进展。"), author=author
    )


def maintenance(author, status: str = "") -> Statement:
    start = timezone.now() + timedelta(days=30)
    planned = maintenance_schedule(
        name=said("清算系统升级"),
        body=said("期间照常收款。"),
        components=[make_component().public_id],
        scheduled_for=start,
        scheduled_until=start + timedelta(hours=2),
        short_notice_reason=said("紧急修补。"),
        author=author,
    )
    if not status:
        return planned
    from statuspage.incidents.models import Maintenance

    row = Maintenance.objects.get(public_id=planned.subject_id)
    return maintenance_update(
        maintenance=row, status=status, body=said("有新进展。"), author=author
    )


def replanned(author, *, cancelled: bool) -> Statement:
    from statuspage.incidents.models import Maintenance

    row = Maintenance.objects.get(public_id=maintenance(author).subject_id)
    if cancelled:
        return maintenance_cancel(maintenance=row, body=said("取消。"), author=author)
    later = row.scheduled_until + timedelta(hours=1)
    return maintenance_reschedule(
        maintenance=row, scheduled_until=later, body=said("延长。"), author=author
    )


def backfilled(author) -> Statement:
    over = timezone.now() - timedelta(hours=1)
    return incident_backfill(
        name=said("扫码支付失败"),
        body=said("已全部退款。"),
        components={make_component().public_id: "partial_outage"},
        started_at=over - timedelta(hours=2),
        resolved_at=over,
        author=author,
    )


def backfilled_update(author) -> Statement:
    over = timezone.now() - timedelta(hours=1)
    parts = (("investigating", over - timedelta(hours=2)), ("resolved", over))
    return past_incident_enter(
        name=said("扫码支付失败"),
        components={make_component().public_id: "partial_outage"},
        started_at=over - timedelta(hours=2),
        updates=[{"status": one, "at": at, "body": said("有新进展。")} for one, at in parts],
        author=author,
    )[-1]


def after_postmortem(author, done: bool = False) -> Statement:
    over = incident_of(incident(author, "resolved"))
    texts = {name: said("原因已查明。") for name in ("summary", "what", "why", "measures")}
    actions = [Action(text=said("双线路上线"), owner=STAFF["username"], public=True)]
    row = postmortem_save(incident=over, texts=texts, actions=actions, by=author)
    row = postmortem_submit(postmortem=row)
    second = make_staff(role="approver", username="second")
    statement = postmortem_approve(postmortem=row, by=second)
    if not done:
        return statement
    told = follow_up_done(action=row.actions.get(), by=author)
    assert told
    return told


STEPS: dict[str, Callable[..., Statement]] = {
    "incident.opened": incident,
    "incident.backfilled": backfilled,
    "incident.backfilled_update": backfilled_update,
    **{
        f"incident {status}": lambda author, status=status: incident(author, status)
        for status in ("investigating", "identified", "monitoring", "resolved")
    },
    "incident.postmortem": after_postmortem,
    "incident.followed_up": lambda author: after_postmortem(author, done=True),
    "maintenance.scheduled": maintenance,
    "maintenance.cancelled": lambda author: replanned(author, cancelled=True),
    "maintenance.rescheduled": lambda author: replanned(author, cancelled=False),
    **{
        f"maintenance {status}": lambda author, status=status: maintenance(author, status)
        for status in ("in_progress", "completed")
    },
}


@pytest.mark.parametrize("step", STEPS)
def test_a_step_of_an_incident_or_a_maintenance_holds_no_personal_data(step: str, author) -> None:
    statement = STEPS[step](author)
    assert_no_personal_data(statement)
    assert_no_personal_data(
        statement_correct(statement=statement, body=said("更正。"), author=author)
    )
    assert_no_personal_data(
        statement_withdraw(statement=statement, body=said("撤回。"), author=author)
    )


def test_a_notice_of_any_kind_holds_no_personal_data(subtests, author) -> None:
    world()
    for kind in every_kind():
        with subtests.test(kind.name):
            statement = publish(kind.name, author=author)
            assert_no_personal_data(statement)
            assert_no_personal_data(
                statement_correct(statement=statement, body=said("更正。"), author=author)
            )


def test_every_kind_of_statement_that_the_program_names_is_covered() -> None:
    """A new kind of statement has to be added above before this passes."""
    covered = {
        "incident.opened",
        "incident.backfilled",
        "incident.backfilled_update",
        "incident.postmortem",
        "incident.followed_up",
        "incident.updated",
        "maintenance.scheduled",
        "maintenance.cancelled",
        "maintenance.rescheduled",
        "maintenance.updated",
    }
    covered |= {"correction", "withdrawal"} | {f"notice.{one.name}" for one in every_kind()}
    made = set(re.findall(r'"((?:incident|maintenance|notice)\.[a-z_]+)"', _sources()))
    made.discard("incident.public_id")  # where a field of the API comes from
    made -= {*Moment.values} - {*STATEMENT_KINDS}  # moments of templates are no kinds
    assert made <= covered, f"no test shows that {sorted(made - covered)} hold no personal data"


def _sources() -> str:
    """Return the program's own text: where it says something, it names the kind."""
    folder = Path(__file__).resolve().parents[3] / "statuspage"
    return "\n".join(one.read_text(encoding="utf-8") for one in folder.rglob("*.py"))
