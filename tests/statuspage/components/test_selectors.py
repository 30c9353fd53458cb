"""Components as the public sees them."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from statuspage.components.models import Component, StatusChange
from statuspage.components.selectors import (
    components_by_public_id,
    grouped,
    visible_components,
)
from statuspage.components.services import component_statuses_set
from statuspage.components.statuses import ComponentStatus
from statuspage.pages.overall import overall_state
from tests.factories import make_component, make_group

pytestmark = pytest.mark.django_db


def test_hidden_components_are_not_among_the_visible():
    shown = make_component("扫码支付")
    make_component("内部", visible=False)
    assert visible_components() == [shown]


def test_groups_come_in_their_order_and_loose_components_last():
    loose = make_component("短信通知")
    late, early = make_group("结算", position=2), make_group("收款", position=1)
    settlement = make_component("T+1 结算", group=late)
    card, qr = make_component("刷卡", group=early), make_component("扫码", group=early)
    rows = grouped(visible_components())
    assert [(row.group, [*row.components]) for row in rows] == [
        (early, [card, qr]),
        (late, [settlement]),
        (None, [loose]),
    ]


def test_hidden_components_do_not_colour_the_overall_state():
    make_component("扫码支付")
    hidden = make_component("内部", visible=False)
    Component.objects.filter(pk=hidden.pk).update(status="major_outage")
    state = overall_state()
    assert (state.description, state.indicator) == ("All Systems Operational", "none")


def test_unknown_components_are_named_in_the_refusal():
    known = make_component()
    with pytest.raises(ValidationError, match="nosuchthing"):
        components_by_public_id([known.public_id, "nosuchthing"])
    assert components_by_public_id([known.public_id]) == {known.public_id: known}


def test_a_change_of_state_is_recorded_with_its_time_and_statement():
    component, other = make_component(), make_component()
    moment = timezone.now()
    component_statuses_set(
        statuses={
            component: ComponentStatus.PARTIAL_OUTAGE,
            other: ComponentStatus.OPERATIONAL,
        },
        since=moment,
        statement_number=7,
    )
    component.refresh_from_db()
    assert component.status == "partial_outage"
    change = StatusChange.objects.get()
    assert (change.component, change.status, change.since, change.statement_number) == (
        component,
        "partial_outage",
        moment,
        7,
    )


def test_names_show_in_lists_of_the_admin():
    group = make_group("结算")
    component = make_component("T+1 结算", group=group)
    assert (str(group), str(component)) == ("结算", "T+1 结算")
