"""The Chinese text of a report, filled in from the log, for staff to complete and send."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import override

from statuspage.incidents.lifecycle import IncidentStatus
from statuspage.incidents.models import Incident
from statuspage.notices.selectors import notices
from statuspage.notices.telling import Told
from statuspage.regulator.clock import COUNTED, Duty, Measure
from statuspage.regulator.models import PrivateCase
from statuspage.regulator.regimes import Regime
from statuspage.regulator.selectors import IncidentDuties, facts_of, latest_estimate
from statuspage.regulator.subjects import Subject
from statuspage.statements.models import Statement
from statuspage.statements.texts import CHINESE, in_language

# What only people know; the authority asks for it.
TO_FILL: Final = "（待填写）"
UNKNOWN: Final = "待核实"
UNITS: Final[Mapping[Measure, str]] = {
    Measure.TRANSACTIONS: "笔",
    Measure.RECORDS: "条",
    Measure.CUSTOMERS: "户",
    Measure.LOSS: "元",
}
# By regime: which figures it is about, and what else it asks for.
FIGURES: Final[Mapping[Regime, Sequence[Measure]]] = {
    Regime.PAYMENT: COUNTED,
    Regime.NETWORK: (Measure.CUSTOMERS, Measure.RECORDS, Measure.LOSS),
    Regime.LEAK: (Measure.RECORDS, Measure.CUSTOMERS),
}
QUESTIONS: Final[Mapping[Regime, Sequence[str]]] = {
    Regime.PAYMENT: ("客户资金及备付金影响", "舆情及投诉情况", "拟采取的进一步措施及完成时间"),
    Regime.NETWORK: (
        "涉事系统名称、部署位置及网络安全等级",
        "原因初步分析及攻击路径、溯源线索",
        "现场保护情况",
        "拟进一步采取的应对措施及请求支援事项",
    ),
    Regime.LEAK: (
        "泄露、篡改、丢失的个人信息种类及可能造成的危害",
        "个人可以采取的减轻危害的措施",
        "通知受影响个人的方式及人数",
    ),
}
CLOSING_QUESTIONS: Final = ("原因分析及责任认定", "整改措施及完成情况", "客户补偿及善后情况")
SECTIONS: Final = ("事件概况", "影响情况", "已采取的措施及对外公告", "其他说明")


def report_of(standing: IncidentDuties, duty: Duty, now: datetime) -> str:
    """Return the report of one duty: what the log and the figures say, the rest to be filled in."""
    with override(CHINESE):
        parts = (
            _overview(standing, now),
            _impact(standing),
            _measures(standing.subject, duty),
            _questions(standing.regime, duty),
        )
        numbered = zip("一二三四", SECTIONS, parts, strict=True)
        lines = [*_head(standing, duty, now)]
        for number, title, part in numbered:
            lines += ["", f"{number}、{title}", *part]
        return "\n".join([*lines, "", f"{settings.OPERATOR_NAME[CHINESE]}", _minute(now)])


def _head(standing: IncidentDuties, duty: Duty, now: datetime) -> Iterator[str]:
    name = in_language(standing.subject.name, CHINESE)
    hotline = settings.OPERATOR_HOTLINE
    yield f"关于“{name}”的{standing.regime.label}{duty.label}"
    yield f"报送：{facts_of(standing.regime).recipient}"
    yield f"报告单位：{settings.OPERATOR_NAME[CHINESE]}{f'（电话：{hotline}）' if hotline else ''}"
    yield f"报告人及联系方式：{TO_FILL}"


def _overview(standing: IncidentDuties, now: datetime) -> Iterator[str]:
    clock, subject = standing.clock, standing.subject
    yield f"事件编号：{subject.public_id}"
    yield f"报告事由：{'、'.join(str(one.label) for one in clock.causes) or UNKNOWN}"
    yield f"事件级别：{clock.grade.label if clock.grade else UNKNOWN}"
    if isinstance(subject, Incident):
        yield from _course(subject, now)
    else:
        yield from _course_of_case(subject)


def _course_of_case(case: PrivateCase) -> Iterator[str]:
    """Yield what is known of a case: when it was noticed, not when it began."""
    yield f"发生时间：{UNKNOWN}"
    yield f"发现时间：{_minute(case.started_at)}"
    yield f"处置完毕时间：{_minute(case.resolved_at) if case.resolved_at else '尚未处置完毕'}"


def _course(incident: Incident, now: datetime) -> Iterator[str]:
    until = incident.resolved_at
    services = [in_language(one, CHINESE) for one in _services(incident)]
    yield f"发生时间：{_minute(incident.started_at)}"
    yield f"发现时间：{_minute(incident.detected_at) if incident.detected_at else UNKNOWN}"
    yield f"恢复时间：{_minute(until) if until else '尚未恢复'}"
    yield f"持续时间：{_span((until or now) - incident.started_at)}{'' if until else '（持续中）'}"
    yield f"当前状态：{incident.get_status_display()}"
    yield f"受影响服务：{'、'.join(services) or UNKNOWN}"


def _impact(standing: IncidentDuties) -> Iterator[str]:
    found = latest_estimate(standing.subject, standing.regime)
    for measure in FIGURES[standing.regime]:
        figure = getattr(found, measure, None)
        said = UNKNOWN if figure is None else f"{figure:,}{UNITS[measure]}"
        yield f"{SHORT[measure]}：{said}"
    for start in standing.starts:
        if start.closed_at is None:
            yield f"{start.get_cause_display()}：{start.detail}"


def _measures(subject: Subject, duty: Duty) -> Iterator[str]:
    said = _statements(subject) if isinstance(subject, Incident) else []
    if not said:
        yield "尚未对外公告。"
        return
    first = said[0]
    yield (
        f"已对外公告{len(said)}次，首次为公告第{first.number}号（{_minute(first.published_at)}）。"
    )
    # The first report has to be short: what was said last, but not to agents alone.
    to_all = [one for one in said if one.content.get("told") != Told.AGENTS]
    yield from (_line(one) for one in (to_all[-1:] if duty == Duty.FIRST else said))


def _questions(regime: Regime, duty: Duty) -> Iterator[str]:
    closing = CLOSING_QUESTIONS if duty == Duty.CLOSING else ()
    yield from (f"{one}：{TO_FILL}" for one in (*QUESTIONS[regime], *closing))


def _statements(incident: Incident) -> list[Statement]:
    """Return what was published of the incident and of its notices, oldest first."""
    own = Q(subject_type="incident", subject_id=incident.public_id)
    ids = [one.public_id for one in notices().filter(incident_id=incident.public_id)]
    about = Q(subject_type="notice", subject_id__in=ids)
    return list(Statement.objects.filter(own | about).order_by("number"))


def _line(statement: Statement) -> str:
    content = statement.content
    title = in_language(content.get("title") or {}, CHINESE)
    status = content.get("status", "")
    label = IncidentStatus(status).label if status in IncidentStatus else ""
    answers = f"{_answers(statement)}第{statement.corrects_id}号" if statement.corrects_id else ""
    marks = "，".join(str(one) for one in (label, answers) if one)
    words = in_language(content.get("body") or {}, CHINESE).strip()
    head = f"公告第{statement.number}号（{_minute(statement.published_at)}"
    return f"{head}{f'，{marks}' if marks else ''}）：{f'《{title}》' if title else ''}{words}"


def _answers(statement: Statement) -> str:
    return "撤回" if statement.kind == "withdrawal" else "更正"


def _services(incident: Incident) -> Iterable[dict[str, str]]:
    rows = incident.affected.select_related("component").order_by("component__position", "pk")
    return [one.component.name for one in rows]


def _minute(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{local.year}年{local.month}月{local.day}日{local:%H:%M}"


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    counts = ((minutes // 1440, "天"), (minutes // 60 % 24, "小时"), (minutes % 60, "分钟"))
    return " ".join(f"{count} {unit}" for count, unit in counts if count) or "不足 1 分钟"


SHORT: Final[Mapping[Measure, str]] = {
    Measure.TRANSACTIONS: "受影响交易",
    Measure.RECORDS: "涉及信息数据",
    Measure.CUSTOMERS: "涉及客户",
    Measure.LOSS: "资金损失",
}
