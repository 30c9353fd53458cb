"""A fee change over the API and in the console: a difference to the prices in force."""

from typing import Any

import pytest
from django.test import Client

from statuspage.notices.kind import notice_kind
from statuspage.statements.models import Statement
from tests.statuspage.api import samples
from tests.statuspage.api.client import Caller, caller, error_of
from tests.statuspage.console.browser import form_of, press, words
from tests.statuspage.notices.samples import ahead, form_values, right_payload
from tests.statuspage.settlement.rules.factories import make_price, make_product

pytestmark = pytest.mark.django_db
COMPOSE = "/console/notices/compose/fee_change/"


@pytest.fixture(autouse=True)
def _prices() -> None:
    make_product("instant", "秒到", "Instant payout")
    for category in ("micro", "industry"):
        make_price("0.6%", category)
        make_price("0.6%+1", category, product="instant")


def send(api: Caller, **changes: Any) -> Any:
    payload = right_payload("fee_change") | changes
    return api.post("notices/", samples.notice(kind="fee_change", payload=payload, audience={}))


@pytest.mark.parametrize(("language", "product"), [("en", "Instant payout"), ("zh-hans", "秒到")])
def test_the_api_names_the_products_whose_fee_is_another(language: str, product: str) -> None:
    api = caller(language=language)
    answer = send(api)
    assert answer.status_code == 400
    fields = error_of(answer)["fields"]
    assert product in str(fields)
    assert "0.60%+1.00" in str(fields)
    assert not Statement.objects.exists()


def test_the_api_says_what_is_unclear_about_a_fee_and_publishes_nothing() -> None:
    answer = send(caller(), new_fee="1000以下0.38%，1000以上0.6%", others="keep")
    assert answer.status_code == 400
    assert "a line for each range of amounts" in str(error_of(answer)["fields"])
    assert not Statement.objects.exists()


def test_the_api_keeps_what_is_not_named() -> None:
    answer = send(caller(), others="keep")
    assert answer.status_code in {201, 202}
    found = caller().get(
        f"arrival/?category=micro&product=instant&at={ahead(50)}T12:00:00%2B08:00&amount=1000"
    )
    assert found.json()["fee"]["fee"] == "7.00"


def test_the_console_refuses_a_wrong_fee_and_keeps_what_was_typed(author: Client) -> None:
    written = {"title_zh": "费率调整公告", "body_zh": "自生效日起调整。"}
    payload = right_payload("fee_change") | {"old_fee": "封顶18", "new_fee": "万100+3"}
    typed = form_values(notice_kind("fee_change"), payload)
    page = press(author, COMPOSE, "confirm", **written, **typed)
    assert "“封顶18” has no percentage" in words(page)
    kept = form_of(page)
    assert {name: kept[name] for name in (*written, *typed)} == {**written, **typed}
    assert not Statement.objects.exists()
