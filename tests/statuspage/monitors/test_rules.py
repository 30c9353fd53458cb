"""A rule matches at once what fires; one that publishes by itself takes a second person."""

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError

from statuspage.incidents.models import Template
from statuspage.lib.waiting import all_waiting
from statuspage.monitors.decisions import draft_dismiss, draft_publish
from statuspage.monitors.models import Signal, SignalDraft, SignalRule
from statuspage.monitors.rematching import rules_apply
from statuspage.monitors.rules import rule_confirm, rule_save
from statuspage.monitors.selectors import unmatched_signals
from statuspage.monitors.severity import UNKNOWN
from statuspage.staff.models import AuditEntry, Staff
from statuspage.staff.roles import Role
from statuspage.statements.models import Statement
from tests.factories import incident_of, make_component, make_staff, open_incident
from tests.statuspage.monitors.factories import LATE, calm, fire, make_rule, make_template

pytestmark = pytest.mark.django_db
OTHER = {**LATE, "machine": "2"}


def admin() -> Staff:
    return make_staff(Role.ADMIN)


def unsaved(**values: Any) -> SignalRule:
    template = values.pop("template", None) or make_template()
    values = {"name": "到账", "matchers": {"alertname": "PayoutsLate"}, **values}
    return SignalRule(template=template, **values)


def save(rule: SignalRule, by: Staff | None = None, **values: Any) -> SignalRule:
    for name, value in values.items():
        setattr(rule, name, value)
    return rule_save(rule=rule, by=by or admin(), seen=rule.changed_at)


def test_an_alert_that_already_fired_when_its_rule_was_made_opens_a_draft() -> None:
    fire(summary="3 files missing")
    fire(labels=OTHER)
    rule = save(unsaved())
    draft = SignalDraft.objects.get()
    assert (draft.rule, draft.state, draft.signals.count()) == (rule, "waiting", 2)
    assert draft.detected_at == Signal.objects.earliest("pk").started_at
    assert fire().draft == draft
    assert not unmatched_signals().exists()


def test_what_fired_before_an_upgrade_is_listed_by_how_bad_it_is() -> None:
    mild = fire(labels={"job": "mild"}).signal
    worst = fire(labels={"job": "worst", "severity": "critical"}).signal
    Signal.objects.update(severity=UNKNOWN)
    assert unmatched_signals().first() == mild
    import_module("statuspage.monitors.migrations.0005_severities").rank(apps, None)
    assert unmatched_signals().first() == worst


@pytest.mark.parametrize("how", ["made without the console", "missed by an earlier release"])
def test_what_no_save_has_matched_is_matched_by_the_next_report_or_minute(how: str) -> None:
    fire()
    rule = make_rule()
    if how == "missed by an earlier release":
        Signal.objects.update(rule=rule)
    assert fire().draft.state == "waiting"
    Signal.objects.update(draft=None)
    assert rules_apply() == 1
    assert rules_apply() == 0
    assert SignalDraft.objects.count() == 1


def test_what_is_over_when_a_rule_is_made_opens_no_draft() -> None:
    fire()
    calm()
    save(unsaved())
    assert not SignalDraft.objects.exists()


def test_what_already_fires_joins_the_draft_or_the_open_incident_of_the_rule() -> None:
    rule = save(unsaved(matchers=OTHER))
    draft = fire(labels=OTHER).draft
    fire()
    save(rule, matchers=LATE)
    assert Signal.objects.filter(draft=draft).count() == 2
    statement = draft_publish(draft=draft, by=make_staff())
    third = {**LATE, "cycle": "D+1"}
    fire(labels=third)
    save(rule, matchers={"alertname": "PayoutsLate"})
    assert Signal.objects.get(labels=third).draft.incident == incident_of(statement)
    assert SignalDraft.objects.count() == 1


def test_a_rule_that_is_enabled_again_opens_no_draft_of_what_was_dismissed() -> None:
    rule = save(unsaved())
    draft_dismiss(draft=fire().draft, by=make_staff())
    save(rule, enabled=False)
    assert unmatched_signals().count() == 1
    fire(labels=OTHER)
    save(rule, enabled=True)
    waiting = SignalDraft.objects.get(state="waiting")
    assert [one.labels for one in waiting.signals.all()] == [OTHER]


def test_a_change_of_a_rule_that_no_longer_matches_releases_its_signals() -> None:
    rule = save(unsaved())
    draft = fire().draft
    save(rule, matchers={"alertname": "DiskFull"})
    draft.refresh_from_db()
    signal = Signal.objects.get()
    assert (draft.state, signal.rule, signal.draft) == ("lapsed", None, None)
    save(rule, matchers={"alertname": "Payouts*"})
    assert SignalDraft.objects.get(state="waiting").signals.get() == signal


def test_a_rule_before_it_takes_its_signals() -> None:
    last = save(unsaved(position=5))
    old = fire().draft
    first = save(unsaved(position=1))
    old.refresh_from_db()
    assert old.state == "lapsed"
    assert Signal.objects.get().rule == first
    assert SignalDraft.objects.get(state="waiting").rule == first
    save(first, enabled=False)
    assert SignalDraft.objects.get(state="waiting").rule == last


def test_a_rule_publishes_what_already_fires_once_a_second_person_confirmed_it() -> None:
    one, other = admin(), make_staff(Role.APPROVER)
    fire()
    rule = save(unsaved(auto_publish=True), by=one)
    assert SignalDraft.objects.get().state == "waiting"
    assert any(item.path.endswith(f"/rules/{rule.pk}/") for item in all_waiting())
    for nobody in (one, make_staff(Role.AUTHOR)):
        with pytest.raises(ValidationError):
            rule_confirm(rule=rule, by=nobody, seen=rule.changed_at)
    rule_confirm(rule=rule, by=other, seen=rule.changed_at)
    assert SignalDraft.objects.get().state == "published"
    assert Statement.objects.get().author is None
    acts = [*AuditEntry.objects.order_by("pk").values_list("act", "staff")]
    assert ("monitors.signalrule.added", one.pk) in acts
    assert ("monitors.signalrule.confirmed", other.pk) in acts


def test_a_confirmed_rule_tells_of_one_component_once() -> None:
    component = make_component()
    incident = incident_of(open_incident(component))
    fire()
    rule = save(unsaved(template=make_template(component), auto_publish=True))
    rule_confirm(rule=rule, by=make_staff(Role.APPROVER), seen=rule.changed_at)
    assert SignalDraft.objects.get().incident == incident
    assert Statement.objects.count() == 1


def test_a_changed_rule_or_other_words_take_a_second_person_again() -> None:
    one, other = admin(), make_staff(Role.APPROVER)
    rule = save(unsaved(auto_publish=True), by=one)
    rule_confirm(rule=rule, by=other, seen=rule.changed_at)
    rule.refresh_from_db()
    save(rule, by=other, name="新名称")
    assert rule.publishes
    save(rule, by=one, matchers={"alertname": "*"})
    assert not rule.publishes
    rule_confirm(rule=rule, by=other, seen=rule.changed_at)
    Template.objects.update(impact="critical")
    rule = SignalRule.objects.get()
    assert not rule.publishes
    assert fire().draft.state == "waiting"
    with pytest.raises(ValidationError):  # nobody has asked for the new words yet
        rule_confirm(rule=rule, by=other, seen=rule.changed_at)
    save(rule, by=other)
    assert rule.waits
    with pytest.raises(ValidationError):
        rule_confirm(rule=rule, by=other, seen=rule.changed_at)
    rule_confirm(rule=rule, by=one, seen=rule.changed_at)
    assert Statement.objects.count() == 1


def test_a_rule_that_somebody_else_changed_is_not_overwritten() -> None:
    rule = save(unsaved())
    stale = SignalRule.objects.get()
    save(rule, name="A")
    with pytest.raises(ValidationError):
        save(stale, name="B")
    assert SignalRule.objects.get().name == "A"
