"""The console's page of settlement rules."""

from datetime import date, time

import pytest
from django.test import Client
from django.utils import timezone

from statuspage.calendar.models import CalendarProfile
from statuspage.notices.models import Product
from statuspage.notices.services import notice_publish
from statuspage.settlement.models import SINCE_EVER
from statuspage.staff.roles import Role
from tests.factories import text
from tests.statuspage.console.browser import signed_in, words
from tests.statuspage.settlement.rules.factories import (
    beijing,
    make_instant_rule,
    make_product,
    make_rule,
)

pytestmark = pytest.mark.django_db
PAGE = "/console/rules/"


def sections(client: Client) -> tuple[str, str]:
    """Return what holds today, and the history."""
    page = words(client.get(PAGE))
    today, _, history = page.partition("All rules, newest first")
    return today, history


def test_without_rules_the_page_says_so(author: Client) -> None:
    today, history = sections(author)
    assert "None yet." in today
    assert "None yet." in history


def test_a_rule_is_shown_with_all_that_it_says(author: Client) -> None:
    make_product("instant", "秒到", "Instant payout")
    make_instant_rule(product="instant", usual_arrival=time(18))
    today, _history = sections(author)
    for part in ("Micro merchants", "Instant payout", "D+0", "23:00", "T+1", "18:00"):
        assert part in today
    assert "Domestic" in today


def test_a_rule_that_was_never_announced_was_always_known(author: Client) -> None:
    make_rule("T+1", known_from=SINCE_EVER)
    make_rule("D+1", "industry", known_from=beijing("2025-02-01 10:00"))
    today, _history = sections(author)
    assert "from the start" in today
    assert "2025-02-01 10:00" in today
    assert "1970" not in today


def test_what_no_longer_holds_is_history(author: Client) -> None:
    make_rule("T+5", valid_from=date(2025, 2, 1), valid_until=date(2025, 2, 28))
    make_rule("T+1")
    today, history = sections(author)
    assert "T+5" not in today
    assert "T+1" in today
    assert "T+5" in history
    assert "2025-02-01 – 2025-02-28" in history


def test_a_rule_that_was_announced_links_to_its_statement(author: Client) -> None:
    said = notice_publish(
        kind="settlement_rule",
        title=text("结算周期调整"),
        body=text("即日起调整。"),
        author=None,
        payload={
            "category": "micro",
            "cycle": "T+2",
            "valid_from": timezone.localdate().isoformat(),
        },
    )
    page = author.get(PAGE).content.decode()
    assert f'href="/console/broadcasts/{said.number}/"' in page
    assert "T+2" in sections(author)[0]


def test_it_changes_through_a_notice_and_only_for_those_who_may_publish(author: Client) -> None:
    compose = "/console/notices/compose/settlement_rule/"
    assert compose in author.get(PAGE).content.decode()
    assert author.get(compose).status_code == 200
    auditor = signed_in(Role.AUDITOR).get(PAGE)
    assert auditor.status_code == 200
    assert compose not in auditor.content.decode()


def test_strangers_are_sent_to_sign_in() -> None:
    assert Client().get(PAGE).status_code == 302


def test_the_page_of_rules_is_there_in_chinese(chinese: Client) -> None:
    make_rule(known_from=beijing("2025-02-01 10:00"))
    page = words(chinese.get(PAGE))
    for part in ("结算规则", "今日生效", "小微商户", "截止时间"):
        assert part in page


class TestProducts:
    """Products are reference data."""

    def test_an_administrator_adds_a_product(self) -> None:
        admin = signed_in(Role.ADMIN)
        form = admin.get("/admin/notices/product/add/")
        profile = form.context["adminform"].form.fields["profile"].queryset.get(code="fx")
        values = {
            "code": "abroad",
            "name_0": "境外卡",
            "name_1": "Foreign cards",
            "name_zh": "境外卡",
            "name_en": "Foreign cards",
            "profile": profile.pk,
            "position": 3,
        }
        assert admin.post("/admin/notices/product/add/", values).status_code == 302
        product = Product.objects.get(code="abroad")
        assert product.name == {"zh-hans": "境外卡", "en": "Foreign cards"}
        assert product.profile.code == "fx"

    def test_nobody_moves_promised_dates_or_prices_alone_by_changing_a_product(self) -> None:
        product, admin = make_product(), signed_in(Role.ADMIN)
        other = CalendarProfile.objects.exclude(pk=product.profile_id).first()
        values = {"name_zh": "新名", "name_en": "New", "position": 9}
        changed = {"code": "elsewhere", "profile": other.pk}
        path = f"/admin/notices/product/{product.pk}/change/"
        assert admin.post(path, values | changed).status_code == 302
        found = Product.objects.get(pk=product.pk)
        assert (found.code, found.profile) == (product.code, product.profile)
        assert (found.name["en"], found.position) == ("New", 9)

    def test_no_product_is_ever_deleted_because_notices_speak_of_it(self) -> None:
        product = make_product()
        path = f"/admin/notices/product/{product.pk}/delete/"
        assert signed_in(Role.ADMIN).post(path, {"post": "yes"}).status_code == 403
