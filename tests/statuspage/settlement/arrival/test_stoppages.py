"""Where payouts stand still and no delay notice exists, no ordinary date is promised."""

from typing import Any

import pytest
from django.utils.translation import override

from statuspage.components.models import Component
from statuspage.incidents.models import Incident
from statuspage.incidents.services.incidents import incident_open, incident_update
from statuspage.settlement.arrival.answers import Answer
from statuspage.settlement.arrival.selectors import arrival
from statuspage.settlement.arrival.words import Code, DateStatus
from statuspage.statements.models import Statement
from statuspage.statements.services import statement_withdraw
from tests.factories import make_component, text
from tests.statuspage.settlement.arrival.notices import ask, codes, dated, delay, recovery
from tests.statuspage.settlement.rules.factories import beijing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]

# 18 February 2025 is a Tuesday; paid out under the rule on the 19th.
LATE = "2025-02-18 12:00"
BEGAN = "2025-02-18 10:42"
LATER = "2025-02-18 15:00"


@pytest.fixture
def service(db: None) -> Component:
    return make_component(pays_out=True)


def stop(service: Component, at: str = BEGAN, **values: Any) -> Statement:
    values.setdefault("components", {service.public_id: "partial_outage"})
    return incident_open(
        name=text("T+1到账延迟", "T+1 payouts are late"),
        body=text("正在排查。", "We are looking."),
        author=None,
        published_at=beijing(at),
        **values,
    )


def say(said: Statement, status: str, at: str, **values: Any) -> Statement:
    return incident_update(
        incident=Incident.objects.get(public_id=said.subject_id),
        status=status,
        body=text("有新进展。", "News."),
        author=None,
        published_at=beijing(at),
        **values,
    )


def now(at: str = LATE, category: str = "micro") -> Answer:
    """The answer at present, from the rows; `ask` answers for an earlier moment, from the log."""
    return arrival(category, "", beijing(at))


def both(at: str = LATE, category: str = "micro", as_of: str = LATER) -> tuple[Answer, Answer]:
    return now(at, category), ask(at, category, as_of=as_of)


def test_payouts_are_delayed_with_no_new_date_and_the_next_update_is_said(
    service: Component,
) -> None:
    said = stop(service, next_update_by=beijing("2025-02-18 15:30"))
    answer = ask(LATE, as_of=LATER)
    assert (answer.status, dated(answer)) == (DateStatus.PAYOUTS_DELAYED, None)
    assert answer.late
    assert answer.arrival_time is None
    assert answer.cause is not None
    assert answer.cause.said == said
    assert codes(answer)[-3:] == ["by_rule", "payouts_delayed", "next_update"]
    with override("en"):
        words = "Payouts are delayed; no new date yet; next update by 15:30"
        assert answer.headline == words
        assert "T+1 payouts are late" in answer.cause.text
    with override("zh-hans"):
        assert answer.headline == "到账延迟，暂无新的到账日期；下次更新不晚于 15:30"


def test_an_overdue_promise_is_not_repeated(service: Component) -> None:
    stop(service, next_update_by=beijing("2025-02-18 14:30"))
    with override("en"):
        assert ask(LATE, as_of=LATER).headline == "Payouts are delayed; no new date yet"


@pytest.mark.parametrize("state", ["partial_outage", "major_outage"])
def test_the_ordinary_date_is_never_promised_while_settlement_is_down(
    service: Component, state: str
) -> None:
    stop(service, components={service.public_id: state})
    for answer in both():
        assert dated(answer) is None


def test_what_was_due_before_the_incident_keeps_its_date(service: Component) -> None:
    stop(service)
    for answer in both("2025-02-14 12:00"):  # a Friday: due on the 17th
        assert dated(answer) == "2025-02-17"
    for answer in both("2025-02-17 12:00"):  # due on the day on which it began
        assert dated(answer) is None


def test_a_slow_service_only_makes_the_date_doubtful(service: Component) -> None:
    said = stop(service, components={service.public_id: "degraded_performance"})
    for answer in both():
        assert dated(answer) == "2025-02-19"
        assert answer.doubtful
        assert answer.caveats[0].code is Code.MAY_BE_LATE
        assert answer.caveats[0].said == said


def test_a_service_that_payouts_do_not_depend_on_changes_nothing(service: Component) -> None:
    stop(make_component("刷卡", "Cards"))
    for answer in both():
        assert dated(answer) == "2025-02-19"


def test_merchants_whom_the_service_does_not_pay_are_not_alarmed(db: None) -> None:
    stop(make_component(pays_out=True, pays_out_to=["micro"]))
    assert [dated(one) for one in both()] == [None, None]
    assert [dated(one) for one in both(category="industry")] == ["2025-02-19"] * 2


def test_a_hidden_service_holds_up_payouts_as_well(db: None) -> None:
    stop(make_component("内部清算", "Clearing", visible=False, pays_out=True))
    assert dated(now()) is None


def test_resolving_ends_it_and_what_was_due_meanwhile_has_a_caveat(service: Component) -> None:
    said = stop(service)
    say(said, "resolved", "2025-02-19 11:00")
    answer = now()
    assert dated(answer) == "2025-02-19"
    assert answer.caveats[0].code is Code.INTERRUPTED
    assert dated(now("2025-02-19 12:00")) == "2025-02-20"
    # As it was known before: from the statements of the time.
    assert dated(ask(LATE, as_of=LATER)) is None
    assert dated(ask(LATE, as_of="2025-02-18 10:00")) == "2025-02-19"
    assert dated(ask(LATE, as_of="2025-02-19 12:00")) == "2025-02-19"


def test_reopened_payouts_stand_still_again(service: Component) -> None:
    said = stop(service)
    say(said, "resolved", "2025-02-18 12:00")
    held = {service.public_id: "major_outage"}
    say(said, "investigating", "2025-02-18 13:00", components=held)
    for answer in both():
        assert dated(answer) is None
    assert dated(ask(LATE, as_of="2025-02-18 12:30")) == "2025-02-19"


def test_withdrawing_resolved_makes_payouts_stand_still_again(service: Component) -> None:
    said = stop(service)
    over = say(said, "resolved", "2025-02-18 12:00")
    statement_withdraw(
        statement=over,
        body=text("误报恢复。", "Not resolved."),
        author=None,
        published_at=beijing("2025-02-18 13:00"),
    )
    for answer in both():
        assert dated(answer) is None
    assert dated(ask(LATE, as_of="2025-02-18 12:30")) == "2025-02-19"


def test_an_incident_published_in_error_leaves_no_doubt(service: Component) -> None:
    said = stop(service)
    statement_withdraw(
        statement=said,
        body=text("误报。", "In error."),
        author=None,
        published_at=beijing("2025-02-19 09:00"),
    )
    answer = now()
    assert dated(answer) == "2025-02-19"
    assert not answer.doubtful


def test_a_service_released_before_the_end_pays_again(service: Component) -> None:
    said = stop(service)
    say(said, "monitoring", "2025-02-18 14:00", components={service.public_id: "operational"})
    for answer in both():
        assert dated(answer) == "2025-02-19"


class TestNotices:
    """Where a notice says more, the notice decides."""

    def test_a_delay_notice_that_covers_it_decides(self, service: Component) -> None:
        said = stop(service)
        delay("2025-02-18 12:00", "2025-02-18 00:00", by="2025-02-24", incident_id=said.subject_id)
        for answer in both():
            assert dated(answer) == "2025-02-24"
            assert "payouts_delayed" not in codes(answer)

    def test_it_speaks_for_those_whom_it_does_not_concern_too(self, service: Component) -> None:
        said = stop(service)
        micro = {"categories": ["micro"]}
        delay("2025-02-18 12:00", "2025-02-18 00:00", incident_id=said.subject_id, audience=micro)
        for answer in both(category="industry"):
            assert dated(answer) == "2025-02-19"
            assert answer.doubtful  # the page shows the outage: no date beside it is green

    def test_a_delay_of_other_merchants_and_no_incident_says_nothing(
        self, service: Component
    ) -> None:
        stop(service)
        delay("2025-02-18 12:00", "2025-02-18 00:00", audience={"categories": ["micro"]})
        for answer in both(category="industry"):
            assert dated(answer) is None

    def test_transactions_after_its_window_have_no_date_while_it_lasts(
        self, service: Component
    ) -> None:
        said = stop(service)
        window = ("2025-02-18 12:00", "2025-02-17 00:00", "2025-02-18 00:00", "2025-02-20")
        delay(*window, incident_id=said.subject_id)
        for answer in both():
            assert dated(answer) is None

    def test_a_recovery_ends_it_for_its_own_merchants(self, service: Component) -> None:
        said = stop(service)
        micro = {"categories": ["micro"]}
        recovery(
            "2025-02-18 13:00", "2025-02-18 12:30", incident_id=said.subject_id, audience=micro
        )
        assert [dated(one) for one in both()] == ["2025-02-19"] * 2
        assert [dated(one) for one in both(category="industry")] == [None, None]

    def test_a_recovery_ends_it_until_it_gets_worse_again(self, service: Component) -> None:
        said = stop(service)
        recovery("2025-02-18 13:00", "2025-02-18 12:30", incident_id=said.subject_id)
        for answer in both():
            assert dated(answer) == "2025-02-19"
        worse = {service.public_id: "major_outage"}
        say(said, "identified", "2025-02-18 14:00", components=worse)
        for answer in both():
            assert dated(answer) is None
