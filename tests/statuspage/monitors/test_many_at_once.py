"""What comes together in one report of a monitor counts as if it had come one by one."""

from typing import Any

import pytest

from statuspage.incidents.services.incidents import incident_update
from statuspage.monitors.decisions import draft_publish
from statuspage.monitors.intake import signals_take
from statuspage.monitors.models import Signal, SignalDraft
from tests.factories import incident_of, make_staff, text
from tests.statuspage.monitors.factories import fire, make_rule, report

pytestmark = pytest.mark.django_db
LATE = {"alertname": "PayoutsLate"}
FULL = {"alertname": "DiskFull"}


def alerts(count: int) -> list[Any]:
    kinds = (LATE, FULL, {"alertname": "nobody minds"})
    return [report(labels={**kinds[n % 3], "machine": str(n)}) for n in range(count)]


def test_a_thousand_alerts_cost_as_many_queries_as_thirty(
    django_assert_max_num_queries: Any,
) -> None:
    make_rule(matchers=LATE)
    make_rule(matchers=FULL, auto_publish=True)
    with django_assert_max_num_queries(80):
        taken = signals_take(alerts(1000))
    assert Signal.objects.count() == 1000
    assert sorted(SignalDraft.objects.values_list("state", "count")) == [
        ("published", 333),
        ("waiting", 334),
    ]
    with django_assert_max_num_queries(30):
        signals_take(alerts(1000))
    assert set(Signal.objects.values_list("count", "firings")) == {(2, 1)}
    assert len(taken) == 1000


def test_results_come_in_the_order_of_the_reports() -> None:
    late, full = make_rule(matchers=LATE), make_rule(matchers=FULL)
    taken = signals_take(alerts(7))
    assert [one.rule for one in taken] == [late, full, None, late, full, None, late]
    assert [one.signal.labels["machine"] for one in taken] == list("0123456")


def test_one_signal_that_flaps_within_a_report_is_one_signal() -> None:
    make_rule(matchers=LATE)
    signals_take([report(firing=state) for state in (True, False, True, True, False)])
    signal = Signal.objects.get()
    assert (signal.count, signal.firings, signal.firing) == (5, 2, False)
    assert SignalDraft.objects.get().count == 5


def test_what_belongs_to_the_old_draft_counts_there_though_the_next_begins_a_new_one() -> None:
    rule = make_rule(matchers=LATE, quiet_minutes=0)
    machine = {**LATE, "machine": "1"}
    fire(labels=machine)
    statement = draft_publish(draft=fire().draft, by=make_staff())
    assert statement
    incident_update(
        incident=incident_of(statement), status="resolved", body=text("好了"), author=None
    )
    signals_take([report(labels=machine, firing=False), report()])
    new, old = rule.drafts.all()
    assert (old.count, old.state) == (3, "published")
    assert (new.count, new.state) == (1, "waiting")
