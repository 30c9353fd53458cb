"""Who is told that a maintenance is cancelled or rescheduled, by which channel, in which words."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from notifications.channels import medium
from notifications.delivery.audience import audience_of, moment_of
from notifications.delivery.render import bulletin_of
from notifications.delivery.states import Moment
from notifications.delivery.templating import composed
from statuspage.incidents.models import Maintenance
from statuspage.incidents.services.maintenances import maintenance_schedule, maintenances_advance
from statuspage.incidents.services.replanning import maintenance_cancel, maintenance_reschedule
from statuspage.statements.models import Statement
from statuspage.statements.services import statement_withdraw
from tests.factories import make_component, text
from tests.notifications.delivery.test_policy import EVERY, FREE, told_by

pytestmark = pytest.mark.django_db


def at(clock: str) -> datetime:
    return datetime.fromisoformat(clock).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(at("2026-03-02T12:00"), tick=False):
        yield


def plan(*components: Any) -> Statement:
    return maintenance_schedule(
        name=text("商户后台升级", "Portal upgrade"),
        body=text("期间无法登录。", "No sign-in."),
        components=[one.public_id for one in components],
        scheduled_for=at("2026-03-12T02:00"),
        scheduled_until=at("2026-03-12T04:00"),
        author=None,
    )


def cancel() -> Statement:
    body = text("改用其他方案。", "We found another way.")
    return maintenance_cancel(maintenance=Maintenance.objects.get(), body=body, author=None)


def reschedule(**values: Any) -> Statement:
    body = text("配合银行安排。", "To suit the bank.")
    found = Maintenance.objects.get()
    return maintenance_reschedule(maintenance=found, body=body, author=None, **values)


LATER = {"scheduled_for": at("2026-03-13T02:00"), "scheduled_until": at("2026-03-13T04:00")}


def sms(statement: Statement, language: str = "zh-hans") -> str:
    return medium("sms").leading().compose(bulletin_of(statement.document, language)).text


def test_the_sms_says_that_it_is_cancelled_and_when_it_was_planned() -> None:
    plan()
    said = cancel()
    assert "商户后台升级：已取消。原定3月12日 02:00至04:00。改用其他方案。" in sms(said)
    expected = "Portal upgrade: Cancelled. It was planned for 12 Mar, 02:00 to 04:00. We found"
    assert expected in sms(said, "en")


def test_the_sms_says_the_new_time_and_the_old_one() -> None:
    plan()
    said = reschedule(**LATER)
    expected = "商户后台升级：改为3月13日 02:00至04:00。原定3月12日 02:00至04:00。配合银行"
    assert expected in sms(said)
    assert "Now 13 Mar, 02:00 to 04:00. It was planned for 12 Mar, 02:00" in sms(said, "en")


def test_the_sms_says_a_new_end_alone_and_other_services() -> None:
    old, new = make_component("商户后台", "Portal"), make_component("提现", "Withdrawals")
    plan(old)
    end = at("2026-03-12T06:00")
    said = sms(reschedule(scheduled_until=end, components=[new.public_id]))
    assert "结束时间改为3月12日 06:00。原定3月12日 04:00结束。" in said
    assert "受影响的服务改为提现。原为商户后台。" in said
    assert "受影响的服务改为无。原为提现。" in sms(reschedule(components=[]))


@pytest.mark.parametrize("name", ["email", "robot", "wechat"])
def test_every_channel_says_the_new_time(settings: Any, name: str) -> None:
    settings.WECHAT_TEMPLATE_ID = "changed"
    plan()
    bulletin = bulletin_of(reschedule(**LATER).document, "zh-hans")
    content = composed(medium(name).leading(), bulletin)
    assert "3月13日 02:00至04:00" in content.text
    assert "已改期" in content.text


@pytest.mark.parametrize("act", [cancel, lambda: reschedule(**LATER)], ids=["cancel", "move"])
def test_it_goes_by_sms_wherever_the_announcement_did(settings: Any, act: Any) -> None:
    plan()
    said = act()
    assert moment_of(said.document) is Moment.MAINTENANCE_CHANGED
    assert told_by(said) == FREE  # the announcement went by these alone
    settings.SMS_MOMENTS = frozenset({Moment.MAINTENANCE_PLANNED})
    Maintenance.objects.update(status="scheduled")
    assert told_by(reschedule(scheduled_until=at("2026-03-13T09:00"))) == EVERY


def test_who_was_told_by_sms_of_its_start_is_told_by_sms_that_it_is_off() -> None:
    plan()
    with time_machine.travel(at("2026-03-12T02:00"), tick=False):
        assert told_by(*maintenances_advance()) == EVERY
        assert told_by(cancel()) == EVERY


def test_who_was_told_by_sms_of_its_start_is_told_so_that_it_was_announced_in_error() -> None:
    old, new, third = make_component(), make_component(), make_component()
    announced = plan(old)
    reschedule(components=[new.public_id])
    reschedule(components=[third.public_id])
    with time_machine.travel(at("2026-03-12T02:00"), tick=False):
        maintenances_advance()
        said = statement_withdraw(statement=announced, body=text("误发。"), author=None)
    assert told_by(said) == EVERY
    named = {one.public_id for one in (old, new, third)}
    assert set(audience_of(said.document).components) == named
    assert "本次维护已取消" in sms(said)


def test_who_was_told_before_and_who_is_concerned_from_now_on_are_told() -> None:
    old, new = make_component(), make_component()
    plan(old)
    said = reschedule(components=[new.public_id])
    assert set(audience_of(said.document).components) == {old.public_id, new.public_id}
    assert set(audience_of(cancel().document).components) == {old.public_id, new.public_id}


def test_shorter_words_for_sms_do_not_hide_the_times() -> None:
    plan()
    short = {"sms": text("请提前登录。", "Sign in early.")}
    said = sms(reschedule(short=short, **LATER))
    assert "改为3月13日02:00至04:00。原定3月12日02:00至04:00。请提前登录。" in said
    assert "配合银行" not in said
