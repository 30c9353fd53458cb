"""An incident runs one clock for each regime, each with its recipient, causes and report text."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.translation import override

from notifications.escalation.services import open_promises
from statuspage.incidents.models import Incident
from statuspage.incidents.services.incidents import incident_update
from statuspage.lib.postgres.owner import as_owner
from statuspage.operations.database_roles import grant
from statuspage.regulator.clock import Duty
from statuspage.regulator.models import CompletedDuty, Estimate, RegimeStart
from statuspage.regulator.regimes import Regime
from statuspage.regulator.report import report_of
from statuspage.regulator.selectors import facts_of, running, standing_of, standings_of
from statuspage.regulator.services import (
    duty_mark_done,
    estimate_note,
    regime_close,
    regime_start,
)
from statuspage.staff.models import Staff
from tests.factories import incident_of, make_component, make_staff, open_incident, text
from tests.statuspage.console.browser import browser_of, form_of, signed_in, words
from tests.statuspage.notices.samples import publish as publish_notice

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> Staff:
    return make_staff()


@pytest.fixture
def incident() -> Incident:
    """One of a service that only degraded: no figure and no duration starts a clock."""
    component = make_component()
    started = timezone.now() - timedelta(minutes=30)
    return incident_of(
        open_incident(
            component,
            started_at=started,
            components={component.public_id: "degraded_performance"},
        )
    )


def begin(incident: Incident, staff: Staff, **values: Any) -> RegimeStart:
    values = {
        "regime": "payment",
        "cause": "double_settlement",
        "detail": "2月20日一批款项重复划付。",
        "known_at": timezone.now() - timedelta(minutes=5),
    } | values
    return regime_start(subject=incident, by=staff, **values)


def begun(incident: Incident) -> set[str]:
    incident = Incident.objects.get(pk=incident.pk)
    return {one.regime for one in standings_of(incident, timezone.now()) if one.clock.begun_at}


def path_of(incident: Incident) -> str:
    return f"/console/incidents/{incident.public_id}/regulator/"


def test_a_cause_starts_the_clock_of_its_regime_alone(incident: Incident, staff: Staff) -> None:
    assert begun(incident) == set()
    begin(incident, staff)
    assert begun(incident) == {"payment"}
    begin(incident, staff, regime="network", cause="attack")
    assert begun(incident) == {"payment", "network"}
    assert {one.regime for one in running(timezone.now())} == {Regime.PAYMENT, Regime.NETWORK}


def test_one_figure_counts_for_every_regime(incident: Incident, staff: Staff) -> None:
    estimate_note(subject=incident, figures={"records": 1}, by=staff)
    assert begun(incident) == {"leak"}
    estimate_note(subject=incident, figures={"customers": 1_000_001}, by=staff)
    assert begun(incident) == {"payment", "network", "leak"}


def test_a_grade_is_that_of_one_regime(incident: Incident, staff: Staff) -> None:
    estimate_note(subject=incident, figures={}, grades={"network": "grave"}, by=staff)
    assert begun(incident) == {"network"}


def test_what_was_started_in_error_is_closed_and_kept(incident: Incident, staff: Staff) -> None:
    start = begin(incident, staff)
    with pytest.raises(ValidationError):
        regime_close(start=start, reason=" ", by=staff)
    regime_close(start=start, reason="并非重复结算。", by=staff)
    assert begun(incident) == set()
    with pytest.raises(ValidationError):
        regime_close(start=start, reason="再次", by=staff)
    assert RegimeStart.objects.get().close_reason == "并非重复结算。"
    begin(incident, staff)
    assert begun(incident) == {"payment"}


def test_a_cause_is_started_once(incident: Incident, staff: Staff) -> None:
    begin(incident, staff)
    with pytest.raises(ValidationError) as refused:
        begin(incident, staff)
    assert refused.value.code == "superseded"
    begin(incident, staff, cause="negative_publicity")
    assert RegimeStart.objects.count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        RegimeStart.objects.filter(cause="negative_publicity").update(cause="double_settlement")


@pytest.mark.parametrize(
    "values",
    [
        {"regime": "leak"},
        {"regime": "tax"},
        {"cause": "boredom"},
        {"detail": "  "},
        {"detail": "长" * 1001},
        {"minutes": -1},
        {"minutes": 31},
    ],
    ids=["cause of another regime", "no regime", "no cause", "empty", "long", "future", "before"],
)
def test_a_wrong_start_is_refused(incident: Incident, staff: Staff, values: dict[str, Any]) -> None:
    given = dict(values)
    if "minutes" in given:
        given["known_at"] = timezone.now() - timedelta(minutes=given.pop("minutes"))
    with pytest.raises(ValidationError):
        begin(incident, staff, **given)
    assert not RegimeStart.objects.exists()


def test_a_report_of_one_regime_is_not_that_of_another(incident: Incident, staff: Staff) -> None:
    begin(incident, staff)
    begin(incident, staff, regime="leak", cause="leak")
    done = {"duty": "first", "evidence": "受理号 1", "done_at": timezone.now(), "by": staff}
    duty_mark_done(subject=incident, regime="leak", **done)
    incident = Incident.objects.get(pk=incident.pk)
    now = timezone.now()
    first = {one.regime: one.lines[0] for one in standings_of(incident, now) if one.lines}
    assert first[Regime.LEAK].tick is not None
    assert first[Regime.PAYMENT].tick is None
    duty_mark_done(subject=incident, regime="payment", **done)
    with pytest.raises(ValidationError):
        duty_mark_done(subject=incident, regime="network", **done)
    assert CompletedDuty.objects.count() == 2


def test_the_first_report_quotes_no_words_for_agents(incident: Incident, staff: Staff) -> None:
    begin(incident, staff)
    body = text("请按以下口径答复商户。", "Please answer as follows.")
    publish_notice("general", body=body, incident_id=incident.public_id, told="agents")
    standing = standing_of(Incident.objects.get(pk=incident.pk), Regime.PAYMENT, timezone.now())
    now = timezone.now()
    assert "请按以下口径" not in report_of(standing, Duty.FIRST, now)
    assert "请按以下口径" in report_of(standing, Duty.WRITTEN, now)


def test_recipient_contact_and_source_are_settings(settings: Any) -> None:
    with override("zh-hans"):
        assert facts_of(Regime.PAYMENT).recipient == "所在地中国人民银行分支机构"
        assert "12387" in facts_of(Regime.NETWORK).contact
        assert "第四条" in facts_of(Regime.NETWORK).source
        assert "第五十七条" in facts_of(Regime.LEAK).source
        assert "法务确认" in facts_of(Regime.PAYMENT).source
    settings.REGULATOR_RECIPIENT = "中国人民银行上海总部"
    settings.REGULATOR_LEAK_CONTACT = "010-1"
    settings.REGULATOR_NETWORK_SOURCE = "法务意见 2026-3"
    assert facts_of(Regime.PAYMENT).recipient == "中国人民银行上海总部"
    assert facts_of(Regime.LEAK).contact == "010-1"
    assert facts_of(Regime.NETWORK).source == "法务意见 2026-3"


def report(incident: Incident, duty: Duty, regime: Regime = Regime.PAYMENT) -> str:
    incident = Incident.objects.get(pk=incident.pk)
    now = timezone.now()
    with override("en"):
        return report_of(standing_of(incident, regime, now), duty, now)


def test_the_report_is_filled_in_from_the_log(incident: Incident, staff: Staff) -> None:
    begin(incident, staff)
    estimate_note(subject=incident, figures={"transactions": 123_456}, by=staff)
    update = incident_update(
        incident=Incident.objects.get(pk=incident.pk),
        status="identified",
        body=text("已停止重复划付。", "Stopped."),
        author=None,
    )
    notice = publish_notice("delay", incident_id=incident.public_id)
    written = report(incident, Duty.WRITTEN)
    for part in (
        "关于“T+1到账延迟”的支付机构重大事项书面报告",
        "报送：所在地中国人民银行分支机构",
        "报告事由：重复结算、支付业务中断或功能故障",
        "事件级别：一般事件（IV级）",
        "受影响交易：123,456笔",
        "资金损失：待核实",
        "重复结算：2月20日一批款项重复划付。",
        "恢复时间：尚未恢复",
        f"公告第{update.number}号",
        "已停止重复划付。",
        f"公告第{notice.number}号",
        "已对外公告3次",
        "舆情及投诉情况：（待填写）",
        "演示支付",
    ):
        assert part in written, part
    assert "整改" not in written
    first = report(incident, Duty.FIRST)
    assert f"公告第{update.number}号（" not in first
    assert f"公告第{notice.number}号（" in first


def test_each_regime_asks_for_its_own(incident: Incident, staff: Staff) -> None:
    begin(incident, staff, regime="leak", cause="leak", detail="导出文件外泄。")
    begin(incident, staff, regime="network", cause="attack", detail="遭入侵。")
    leak = report(incident, Duty.FIRST, Regime.LEAK)
    assert "个人可以采取的减轻危害的措施：（待填写）" in leak
    assert "遭入侵" not in leak
    assert "受影响交易" not in leak
    network = report(incident, Duty.FIRST, Regime.NETWORK)
    assert "拟进一步采取的应对措施及请求支援事项：（待填写）" in network
    assert "事件级别：待核实" in network


def test_the_closing_report_tells_the_end_and_what_was_taken_back(
    incident: Incident, staff: Staff
) -> None:
    start = begin(incident, staff)
    begin(incident, staff, cause="other", detail="其他情况。")
    regime_close(start=start, reason="误启动", by=staff)
    incident_update(
        incident=Incident.objects.get(pk=incident.pk),
        status="resolved",
        body=text("已恢复。", "Restored."),
        author=None,
    )
    closing = report(incident, Duty.CLOSING)
    assert "整改措施及完成情况：（待填写）" in closing
    assert "尚未恢复" not in closing
    assert "已恢复" in closing
    assert "重复划付" not in closing


def test_staff_start_and_close_a_clock_in_the_console(incident: Incident, staff: Staff) -> None:
    author = browser_of(staff)
    path = path_of(incident)
    sent = form_of(author.get(path), "known_at") | {
        "step": "start",
        "cause": "payment.negative_publicity",
        "detail": "微博热搜。",
    }
    page = words(author.post(path, sent, follow=True))
    assert "The deadlines are running. Visible to staff only." in page
    assert "Because of: Serious negative publicity" in page
    assert "关于“T+1到账延迟”的支付机构重大事项" in page
    assert "Payment incident · First report" in words(author.get("/console/"))
    again = author.post(path, sent)
    assert again.status_code == 409
    assert "微博热搜。" in words(again)
    for wrong in ({"cause": "leak.attack"}, {"cause": "payment"}, {"detail": ""}):
        assert author.post(path, {**sent, **wrong}).status_code == 422
    closing = form_of(author.get(path), "start") | {"step": "close", "reason": "Other company."}
    page = words(author.post(path, closing, follow=True))
    assert "Other company." in page
    assert "The deadlines run from" not in page
    assert author.post(path, closing).status_code == 409
    assert author.post(path, {**closing, "start": "999999"}).status_code == 409


def test_the_page_names_all_regimes_in_chinese(incident: Incident) -> None:
    page = words(signed_in(language="zh-hans").get(path_of(incident)))
    for part in ("支付机构重大事项", "网络安全事件", "个人信息泄露事件", "重大负面舆情", "12387"):
        assert part in page


def test_reminders_name_the_regime_and_are_one_each(incident: Incident, staff: Staff) -> None:
    begin(incident, staff)
    begin(incident, staff, regime="leak", cause="leak")
    found = [one for one in open_promises(timezone.now()) if one.kind == "regulator"]
    names = {one.name["en"] for one in found}
    assert names == {
        "T+1 payouts are late (Payment incident)",
        "T+1 payouts are late (Personal information leak)",
    }
    keys = {one.key for one in found}
    assert len(keys) == len(found) == 4
    # The reminders of before there were regimes are not repeated after an upgrade.
    assert any(key.startswith(f"regulator {incident.public_id}-first ") for key in keys)


@pytest.mark.django_db(transaction=True)
def test_what_was_noted_before_there_were_regimes_is_of_the_payment_regime() -> None:
    incident, staff = incident_of(open_incident(make_component())), make_staff()
    with as_owner():
        old = MigrationExecutor(connection).migrate([("regulator", "0001_initial")]).apps
        try:
            _note_as_before(old, incident, staff)
        finally:
            MigrationExecutor(connection).migrate([("regulator", "0003_private_cases")])
            grant()
    assert Estimate.objects.get().regime == "payment"
    assert CompletedDuty.objects.get().regime == "payment"
    assert begun(incident) == {"payment"}


def _note_as_before(apps: Any, incident: Incident, staff: Staff) -> None:
    now = timezone.now()
    apps.get_model("regulator", "Estimate").objects.create(
        incident_id=incident.pk, records=6000, noted_at=now, noted_by_id=staff.pk
    )
    apps.get_model("regulator", "CompletedDuty").objects.create(
        incident_id=incident.pk,
        duty="first",
        evidence="x",
        done_at=now,
        ticked_at=now,
        ticked_by_id=staff.pk,
    )
