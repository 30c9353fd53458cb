"""Whatever a statement says, WeChat takes what fills a field, and no figure in it is cut."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

import pytest

from notifications.channels.base import Bulletin
from notifications.channels.fact_values import Fact, FactType
from notifications.channels.facts import facts_of
from notifications.channels.weixin.fields import KINDS
from notifications.channels.weixin.filling import filled
from notifications.delivery.render import bulletin_of
from sandbox.simulator.wechat_values import takes
from statuspage.notices.kind import every_kind
from statuspage.statements.texts import LANGUAGES
from tests.statuspage.notices.samples import publish, world

pytestmark = pytest.mark.django_db
NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
LONG = {
    "zh-hans": (
        "关于2026年国庆节假期前后小微商户与行业商户刷卡交易延迟结算的补偿"
        "，共1,234,567.89元，分3次发放"
    ),
    "en": (
        "Compensation of 1,234,567.89 yuan in 3 parts for payouts that were late until 17 February"
    ),
}
KINDS_SENT = [one.name for one in every_kind() if one.name != "delivery_report"]


def bulletins(kind: str) -> Iterator[Bulletin]:
    statement = publish(kind)
    for language in LANGUAGES:
        said = bulletin_of(statement.document, language)
        yield said
        yield replace(said, name=LONG[language], body=f"{LONG[language]}。{said.body}")


def fields_of(facts: Mapping[str, Fact]) -> Iterator[tuple[str, str, str]]:
    """Yield each field, fact, and value, where a fact may fill a kind of field."""
    for kind, limits in KINDS.items():
        for name, fact in facts.items():
            if fact.type in limits.facts and (value := filled({f"{kind}1": name}, facts)):
                yield kind, name, value[f"{kind}1"]


@pytest.mark.parametrize("kind", KINDS_SENT)
def test_every_value_is_taken_and_whole(kind: str) -> None:
    world()
    for said in bulletins(kind):
        facts = facts_of(said)
        for field, name, value in fields_of(facts):
            assert takes(f"{field}1", value), (field, name, value)
            whole = f"{facts[name].text} {facts[name].value}"
            if facts[name].type is FactType.TEXT:
                assert {*NUMBER.findall(value)} <= {*NUMBER.findall(whole)}, (field, value)
            if facts[name].type is FactType.MONEY:
                digits = value.lstrip("¥").replace(",", "")
                assert Decimal(digits) == facts[name].value, (field, value)
