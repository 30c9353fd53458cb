"""The demonstration's components and templates."""

from datetime import timedelta
from typing import Final

from django.utils import timezone

from statuspage.components.models import Component, ComponentGroup
from statuspage.components.statuses import ComponentStatus, Impact
from statuspage.incidents.lifecycle import IncidentStatus, MaintenanceStatus
from statuspage.incidents.models import Template
from statuspage.statements.texts import Text

Row = tuple[str, Text, Text]
IN_SERVICE_DAYS: Final = 200


def _text(chinese: str, english: str) -> Text:
    return {"zh-hans": chinese, "en": english}


GROUPS: Final[list[tuple[Text, list[Row]]]] = [
    (
        _text("收款", "Taking payments"),
        [
            (
                "card",
                _text("刷卡交易", "Card payments"),
                _text("终端刷卡、插卡、挥卡", "Swipe, chip and contactless at the terminal"),
            ),
            (
                "qr",
                _text("扫码支付", "QR payments"),
                _text("收款码与扫码枪", "Payment codes and scanners"),
            ),
        ],
    ),
    (
        _text("结算到账", "Settlement"),
        [
            (
                "t1",
                _text("T+1 结算", "T+1 settlement"),
                _text("小微商户，次工作日到账", "Micro merchants: the next settlement workday"),
            ),
            (
                "d1",
                _text("D+1 结算", "D+1 settlement"),
                _text(
                    "行业商户，次日到账，含节假日",
                    "Industry merchants: the next day, holidays included",
                ),
            ),
        ],
    ),
    (
        _text("后台与通知", "Portals and messages"),
        [
            (
                "portal",
                _text("商户后台", "Merchant portal"),
                _text("查询交易与账单", "Transactions and statements"),
            ),
            (
                "agents",
                _text("代理商系统", "Agent system"),
                _text("代理商进件与分润", "Onboarding and revenue share for agents"),
            ),
            (
                "sms",
                _text("短信通知", "SMS"),
                _text("交易与到账短信", "Messages about payments and payouts"),
            ),
        ],
    ),
]

DELAY_BODY: Final = _text(
    "{time}起，部分小微商户的 T+1 款项没有按时到账。资金安全，存放在清算银行。"
    "我们正在排查原因。您不用做任何操作，请不要撤销已成功的交易。",
    "Since {time} some micro merchants' T+1 payouts have not arrived on time. Funds are safe at "
    "the clearing bank. We are looking for the cause. You need not do anything; please do not "
    "reverse successful payments.",
)
CARD_BODY: Final = _text(
    "{time}起，部分终端刷卡失败。失败的交易不会扣款；若已扣款未出票，将自动退回。"
    "扫码支付不受影响，可先用扫码收款。",
    "Since {time} card payments fail on some terminals. A failed payment is not charged; where "
    "it was, it is returned by itself. QR payments work: please use them meanwhile.",
)
PORTAL_BODY: Final = _text(
    "{time}起，商户后台打开缓慢或无法登录。收款与到账不受影响。",
    "Since {time} the merchant portal is slow or does not let you sign in. Payments and payouts "
    "are not affected.",
)
MAINTENANCE_BODY: Final = _text(
    "维护期间商户后台无法登录。收款与到账不受影响，您不用做任何操作。",
    "During the maintenance nobody can sign in to the merchant portal. Payments and payouts are "
    "not affected, and you need not do anything.",
)


def seed_reference() -> dict[str, Component]:
    """Groups, components and templates; returns the components by their short names."""
    components: dict[str, Component] = {}
    for position, (group_name, rows) in enumerate(GROUPS):
        group = ComponentGroup.objects.create(name=group_name, position=position)
        for key, name, description in rows:
            components[key] = Component.objects.create(
                group=group,
                name=name,
                description=description,
                position=len(components),
                start_date=timezone.localdate() - timedelta(days=IN_SERVICE_DAYS),
            )
    # Not for the public: shows that hidden components colour and leak nothing.
    Component.objects.create(
        name=_text("清算文件传输（内部）", "Clearing file transfer (internal)"),
        position=len(components),
        visible=False,
    )
    _seed_templates(components)
    return components


def _seed_templates(components: dict[str, Component]) -> None:
    partial, major = ComponentStatus.PARTIAL_OUTAGE, ComponentStatus.MAJOR_OUTAGE
    rows = [
        (
            "到账延迟 · Late payouts",
            _text("小微商户 T+1 到账延迟", "T+1 payouts to micro merchants are late"),
            DELAY_BODY,
            Impact.MAJOR,
            partial,
            ["t1"],
        ),
        (
            "刷卡失败 · Card payments fail",
            _text("部分终端刷卡失败", "Card payments fail on some terminals"),
            CARD_BODY,
            Impact.CRITICAL,
            major,
            ["card"],
        ),
        (
            "后台缓慢 · Portal slow",
            _text("商户后台访问缓慢", "The merchant portal is slow"),
            PORTAL_BODY,
            Impact.MINOR,
            ComponentStatus.DEGRADED_PERFORMANCE,
            ["portal"],
        ),
    ]
    for position, (title, name, body, impact, status, keys) in enumerate(rows):
        template = Template.objects.create(
            use=Template.Use.INCIDENT,
            title=title,
            name=name,
            body=body,
            status=IncidentStatus.INVESTIGATING,
            impact=impact,
            component_status=status,
            position=position,
        )
        template.components.set([components[key] for key in keys])
    maintenance = Template.objects.create(
        use=Template.Use.MAINTENANCE,
        title="后台维护 · Portal maintenance",
        name=_text("商户后台计划维护", "Planned maintenance of the merchant portal"),
        body=MAINTENANCE_BODY,
        status=MaintenanceStatus.SCHEDULED,
        component_status=ComponentStatus.UNDER_MAINTENANCE,
        position=len(rows),
    )
    maintenance.components.set([components["portal"]])
