"""What the public reads of a notice beyond its text: tables, examples, the ledger, the filter."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from statuspage.pages import views
from statuspage.statements.services import statement_withdraw
from tests.factories import text
from tests.statuspage.notices.samples import ahead, publish, right_payload, world
from tests.statuspage.pages.story import path_of, words_of

pytestmark = pytest.mark.django_db


def html_of(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def test_a_holiday_schedule_is_a_real_table(client: Client) -> None:
    world()
    page = html_of(client, path_of(publish("holiday_schedule")))
    assert "<caption>When transactions arrive</caption>" in page
    assert page.count('<th scope="col"') == 3
    heads = re.split(r'<th scope="row"[^>]*>', page)[1:]
    assert len(heads) == 17
    row = next(one for one in heads if one.startswith("30 Sep")).partition("</tr>")[0]
    assert "9 Oct" in row
    assert "1 Oct" in row


def test_a_fee_change_shows_the_example_and_how_to_leave(client: Client) -> None:
    page = words_of(client.get(path_of(publish("fee_change"))))
    assert "Disclosure" in page
    assert "1,000 yuan 6.00 yuan (effective rate 0.60%) 13.00 yuan (effective rate 1.30%)" in page
    assert "Return the terminal free of charge." in page


def test_a_short_notice_shows_its_reason(client: Client) -> None:
    why = {"short_notice_reason": text("成本上涨。", "Costs rose."), "effective_on": ahead(3)}
    page = words_of(client.get(path_of(publish("fee_change", right_payload("fee_change") | why))))
    assert "Reason for short notice Costs rose." in page


def test_a_waiver_shows_what_has_been_paid_and_where_that_is_said(client: Client) -> None:
    payment = publish("payout_progress")
    waiver = payment.content["payload"]["of"]
    page = words_of(client.get(f"/en/notices/{waiver}/"))
    assert "Total, all merchants 100,000.00 yuan" in page
    assert "Promised" not in page
    assert "Paid so far 40,000.00 yuan (40.00%)" in page
    html = html_of(client, f"/en/notices/{waiver}/")
    assert f"/en/notices/{payment.subject_id}/#statement-{payment.number}" in html
    assert 'value="40.00"' in html


def test_a_payment_leads_to_what_it_pays(client: Client) -> None:
    payment = publish("payout_progress")
    assert f"/en/notices/{payment.content['payload']['of']}/" in html_of(client, path_of(payment))


def test_the_ledger_lists_every_promise_and_marks_what_is_late(client: Client) -> None:
    assert "No waivers or compensation promised yet." in words_of(client.get("/en/ledger/"))
    earlier = timezone.now() - timedelta(days=3)
    late = right_payload("fee_waiver") | {"credited_by": ahead(-1)}
    publish("fee_waiver", late, published_at=earlier)
    publish("compensation", right_payload("compensation") | {"paid_by": ahead(10)})
    page = words_of(client.get("/en/ledger/"))
    assert page.count("Nothing has been paid yet.") == 2
    assert page.count("Late") == 1
    assert "250,000.00 yuan" in page


def test_a_long_ledger_is_paged(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "ACCOUNTS_A_PAGE", 1)
    oldest, newest = path_of(publish("fee_waiver")), path_of(publish("compensation"))
    assert newest in html_of(client, "/en/ledger/")
    assert oldest not in html_of(client, "/en/ledger/")
    assert oldest in html_of(client, "/en/ledger/?page=2")
    assert client.get("/en/ledger/?page=3").status_code == 404


def test_a_withdrawn_promise_leaves_the_ledger(client: Client) -> None:
    said = publish("fee_waiver")
    statement_withdraw(statement=said, body=text("误发"), author=None)
    assert "No waivers or compensation promised yet." in words_of(client.get("/en/ledger/"))
    assert client.get(path_of(said)).status_code == 200


def test_notices_are_found_by_category_and_kind(client: Client) -> None:
    publish("delay", title=text("小微延迟"), audience={"categories": ["micro"]})
    publish("delay", title=text("行业延迟"), audience={"categories": ["industry"]})
    publish("general", title=text("全体公告"))
    micro = words_of(client.get("/notices/?category=micro"))
    assert ("小微延迟" in micro, "行业延迟" in micro, "全体公告" in micro) == (True, False, True)
    late = words_of(client.get("/notices/?category=micro&kind=delay"))
    assert ("小微延迟" in late, "全体公告" in late) == (True, False)


def test_the_chosen_filter_stays_while_leafing(client: Client) -> None:
    for number in range(21):
        publish("general", title=text(f"公告{number}"))
    assert 'href="?kind=general&amp;page=2"' in html_of(client, "/en/notices/?kind=general")


def test_a_filter_that_finds_nothing_says_so(client: Client) -> None:
    assert "No matching notices." in words_of(client.get("/en/notices/?kind=recovery"))


@pytest.mark.parametrize("query", ["kind=rumour", "category=giant", "kind=%00", "category=%00"])
def test_a_filter_that_does_not_exist_gets_a_sentence(client: Client, query: str) -> None:
    response = client.get(f"/en/notices/?{query}")
    assert response.status_code == 404
    assert "Unknown kind of notice." in words_of(response)


def test_agents_are_named_among_those_it_is_for(client: Client) -> None:
    statement = publish("general", audience={"categories": ["micro"], "agents": True})
    assert "Audience Micro merchants, Agents" in words_of(client.get(path_of(statement)))


def test_what_is_over_leaves_the_first_page_and_what_is_ahead_stays(client: Client) -> None:
    retired = right_payload("terminal_retirement") | {"last_day": ahead(-2)}
    earlier = timezone.now() - timedelta(days=60)
    publish("terminal_retirement", retired, title=text("已停用的终端"), published_at=earlier)
    publish("fee_change", title=text("即将生效的费率"))
    page = words_of(client.get("/"))
    assert "已停用的终端" not in page
    assert "即将生效的费率" in page
