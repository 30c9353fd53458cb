"""A right payload for every kind of notice, and the world in which it can be published."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from statuspage.notices.kind import NoticeKind, notice_kind
from statuspage.notices.kind import every_kind as registered
from statuspage.notices.services import notice_publish
from statuspage.notices.values import Value
from statuspage.settlement.rules import rule_add
from statuspage.staff.models import Staff
from statuspage.staff.roles import Role
from statuspage.statements.models import Statement
from tests.factories import make_staff, text
from tests.statuspage.calendar.factories import reviewed

NATIONAL_DAY = {"holiday": "national_day", "year": 2025}


def ahead(days: int) -> str:
    """Return a date so many days from now, as the payload writes it."""
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def world() -> None:
    """Two calendars of 2025 and 2026, and a rule for each category."""
    reviewed(2024, 2025, 2026)
    rule_add(category="micro", cycle="T+1")
    rule_add(category="industry", cycle="D+1")


def publish(kind: str, payload: Mapping[str, Any] | None = None, **values: Any) -> Statement:
    """Return a notice of that kind, with the payload below unless told."""
    given = right_payload(kind) if payload is None else payload
    return notice_publish(
        **{
            "kind": kind,
            "title": text("关于结算的公告", "About settlement"),
            "body": text("这是公告的正文。", "This is the text of it."),
            "payload": given,
            "author": None,
            "confirmed": True,
            **second_person(kind),
            **values,
        }
    )


def second_person(kind: str) -> dict[str, Staff]:
    """Who approves, where the kind asks for someone."""
    return {"approved_by": make_staff(Role.APPROVER)} if notice_kind(kind).four_eyes else {}


def right_payload(kind: str) -> dict[str, Any]:
    """As a caller of the API writes it; every field that can be typed in is there.

    A kind whose facts need not fit together has no sample of its own.
    """
    if kind in PAYLOADS:
        return PAYLOADS[kind]()
    return {one.name: _example(one.value) for one in notice_kind(kind).fields if not one.derived}


def _example(value: Value) -> Any:
    return value.schema["enum"][0] if "enum" in value.schema else EXAMPLES[value.name]


EXAMPLES: dict[str, Any] = {
    "moment": "2025-02-21T15:30:00+08:00",
    "date": "2025-02-22",
    "dates": ["2025-02-22"],
    "clock": "23:00",
    "year": 2025,
    "count": 1200,
    "percent": "100",
    "amount": "1234.56",
    "fee": "0.6%",
    "text": text("一句说明。", "One sentence."),
    "names": ["DP-100"],
    "cycle": "T+1",
}
PAYLOADS: dict[str, Callable[[], dict[str, Any]]] = {
    "general": lambda: {},
    "delay": lambda: {
        "transactions_from": "2025-02-18T00:00:00+08:00",
        "transactions_until": "2025-02-21T10:42:00+08:00",
        "arrives_by": ahead(2),
    },
    "recovery": lambda: {
        "restored_at": "2025-02-21T15:30:00+08:00",
        "backlog_by": ahead(3),
        "delay": publish("delay").subject_id,
    },
    "fee_waiver": lambda: {
        "transactions_from": "2025-02-18T00:00:00+08:00",
        "transactions_until": "2025-02-21T00:00:00+08:00",
        "percent_waived": "100",
        "covers": "affected",
        "borne_by": text("本公司", "The company"),
        "credited_by": ahead(7),
        "promised_total": "100000.00",
    },
    "compensation": lambda: {
        "for_what": text("2月18日至21日到账延迟", "late payouts, 18 to 21 February"),
        "transactions_from": "2025-02-18T00:00:00+08:00",
        "transactions_until": "2025-02-21T00:00:00+08:00",
        "promised_total": "250000",
        "paid_by": ahead(30),
        "borne_by": text("本公司", "The company"),
        "how": text("自动到账,无需申请。", "It comes by itself."),
    },
    "yearly_disclosure": lambda: {
        "year": 2024,
        "transactions": 12_000_000,
        "transaction_received": 300,
        "transaction_handled": 299,
        "transaction_within_3": 280,
        "transaction_within_1": 210,
        "service_received": 100,
        "service_handled": 100,
        "service_within_3": 99,
        "service_within_1": 60,
        "risk_events": 3,
        "lost": "40000.00",
        "compensated": "38000.00",
    },
    "penalty_disclosure": lambda: {
        "authority": text("中国人民银行某分行", "A branch of the PBoC"),
        "decided_on": "2025-02-10",
        "decision": "银罚〔2025〕3号",
        "violation": text("未按规定报送备付金信息。", "Late reports on client funds."),
        "fine": "50000",
        "confiscated": "12000",
        "other_penalty": text("警告", "a warning"),
        "put_right": text("已补报并完善复核流程。", "Reported since; now checked twice."),
        "put_right_by": None,
        "money": "not_affected",
        "effect": None,
    },
    "payout_progress": lambda: {
        "of": publish("fee_waiver").subject_id,
        "amount": "40000.00",
        "paid_on": ahead(0),
        "remark": text("第一批", "First part"),
    },
    "holiday_schedule": lambda: dict(NATIONAL_DAY),
    "fee_change": lambda: {
        "old_fee": "0.6%",
        "new_fee": "万100+3",
        "effective_on": ahead(40),
        "how_to_leave": text("可免费退机,联系客服。", "Return the terminal free of charge."),
        "card": None,
        "channel": None,
        "others": None,
        "short_notice_reason": None,
    },
    "price_list": lambda: {
        "prices": "小微商户\t不限\t借记卡\t不限\t0.5%封顶20\n小微商户\t\t贷记卡\t\t60BP",
        "valid_from": ahead(1),
        "short_notice_reason": None,
    },
    "promotion": lambda: {
        "fee": "0.38%",
        "first_day": ahead(0),
        "last_day": ahead(30),
        "card": None,
        "channel": None,
        "limit_amount": "100000",
        "limit_transactions": 200,
        "conditions": text("限小微商户。", "For micro merchants only."),
    },
    "terminal_retirement": lambda: {
        "models": ["DP-100", "DP-200"],
        "last_day": ahead(60),
        "instead": text("免费换领DP-300。", "Get a DP-300 free of charge."),
    },
    "channel_closure": lambda: {
        "channel": text("银联二维码支付", "UnionPay QR payments"),
        "state": "limited",
        "still_works": text("单笔1000元以内可用。", "Up to 1,000 yuan each still works."),
        "starts": "2025-02-20T00:00:00+08:00",
        "ends": f"{ahead(10)}T00:00:00+08:00",
        "instead": text("大额请改用刷卡。", "Take larger amounts by card."),
        "settles_by": None,
        "why": text("通道方升级。", "The network is being upgraded."),
    },
    "limit_change": lambda: {
        "product": None,
        "card": "debit",
        "old_transaction": "50000",
        "new_transaction": "20000",
        "old_day": None,
        "new_day": None,
        "old_month": None,
        "new_month": "500000",
        "effective_on": ahead(7),
        "last_day": ahead(37),
        "why": text("按监管要求调整。", "As the regulator requires."),
        "what_to_do": text("提交经营证明可申请提额。", "Apply with proof of business for more."),
    },
    "agent_policy": lambda: {
        "changes": text("分润改为每月10日发放。", "The revenue share is paid on the 10th."),
        "effective_on": ahead(20),
        "concerned": text("华东地区代理商", "East China"),
        "contact": text("详见代理商系统。", "Details are in the agent system."),
    },
    "replacement": lambda: {
        "what": "terminal",
        "names": ["DP-100", "DP-200"],
        "starts": ahead(5),
        "ends": ahead(60),
        "how": text("客服上门更换，约10分钟。", "We come to you; it takes 10 minutes."),
        "cost": None,
        "last_day": ahead(70),
        "otherwise": text("停用后无法收款。", "They take no payments from then on."),
        "short_notice_reason": None,
    },
    "security_warning": lambda: {
        "trick": text("冒充我司发短信,要求回复1。", "Fake SMS in our name ask to reply 1."),
        "what_to_do": text("请勿回复,致电客服核实。", "Do not reply; call us."),
    },
    "clarification": lambda: {
        "quoted": text("该公司即将停业,请尽快退机。", "The company is closing; hand in terminals."),
        "seen": text("微信群", "WeChat groups"),
        "verdict": "false",
        "why": text("公司经营正常,牌照有效。", "Business goes on; the licence is valid."),
    },
    "settlement_rule": lambda: {
        "category": "micro",
        "product": None,
        "cycle": "D+0",
        "cutoff": "23:00",
        "after_cutoff": "fallback_cycle",
        "fallback": "T+1",
        "usual_arrival": "10:00",
        "valid_from": ahead(3),
        "valid_until": None,
        "why": text("系统升级完成", "The upgrade is complete"),
    },
    "delivery_report": lambda: {
        "month": "2025-02",
        "messages": 1000,
        "within_1_minute": 900,
        "within_5_minutes": 990,
        "sms": 400,
        "sms_within_5_minutes": 396,
    },
    "backlog": lambda: {
        "counted_at": "2025-02-22T15:30:00+08:00",
        "affected": 1200,
        "open": 300,
        "settled_percent": "75",
        "fewest": 5,
        "cells": [
            {
                "day": "2025-02-18",
                "category": "micro",
                "affected": 1197,
                "open": 300,
                "affected_amount": "1000000.10",
                "open_amount": "250000.00",
            },
            {
                "day": "2025-02-19",
                "category": "industry",
                "affected": None,
                "open": None,
                "affected_amount": None,
                "open_amount": None,
            },
        ],
    },
    "settled": lambda: {"transactions": 1204},
    "calendar_change": lambda: {
        "profile": "domestic",
        "first_day": "2026-09-21",
        "last_day": "2026-09-22",
        "day_kind": "statutory_holiday",
        "day_name": text("临时休市", "Special closure"),
    },
}


def form_values(kind: NoticeKind, payload: Mapping[str, Any]) -> dict[str, str]:
    """Return the same payload as a browser posts it."""
    values: dict[str, str] = {}
    for one in kind.fields:
        value = payload.get(one.name)
        if value is not None and not one.derived:
            values |= TYPED.get(one.value.name, _plain)(f"payload_{one.name}", value)
    return values


def _plain(name: str, value: Any) -> dict[str, str]:
    return {name: str(value)}


TYPED: dict[str, Callable[[str, Any], dict[str, str]]] = {
    "moment": lambda name, value: {name: value[:16]},
    "text": lambda name, value: {f"{name}_zh": value["zh-hans"], f"{name}_en": value["en"]},
    "names": lambda name, value: {name: "\r\n".join(value)},
}


def every_kind() -> list[NoticeKind]:
    """Every kind that the registry finds, and all that have a sample."""
    found = list(registered())
    assert {one.name for one in found} >= set(PAYLOADS)
    return found
