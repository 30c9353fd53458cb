"""The words every channel starts from, and the previews that staff see of them."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.translation import override

from notifications.channels import medium
from notifications.channels.media import offered_media
from notifications.delivery.render import bulletin_of
from notifications.delivery.selectors import previews_of
from statuspage.incidents.services.incidents import incident_update
from statuspage.incidents.services.maintenances import maintenance_schedule
from statuspage.notices.kind import kinds
from statuspage.pages.feeds import detailed
from statuspage.statements.services import statement_correct, statement_withdraw
from tests.factories import incident_of, make_address, make_component, open_incident, text
from tests.statuspage.notices.samples import ahead, publish, right_payload, world

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("language", "name", "label", "path"),
    [
        ("zh-hans", "T+1到账延迟", "调查中", "/incidents/"),
        ("en", "T+1 payouts are late", "Investigating", "/en/incidents/"),
    ],
)
def test_a_bulletin_is_in_its_readers_language(settings, language, name, label, path):
    statement = open_incident(next_update_by=timezone.now() + timedelta(minutes=30))
    bulletin = bulletin_of(statement.document, language)
    assert (bulletin.name, bulletin.status_label) == (name, label)
    assert bulletin.url == f"{settings.SITE_URL}{path}{statement.subject_id}/"
    assert bulletin.number == statement.number
    assert bulletin.topic == "incident"
    assert bulletin.next_update_by > bulletin.published_at


def test_a_missing_translation_falls_back_to_chinese():
    statement = open_incident(body=text("只有中文"))
    assert bulletin_of(statement.document, "en").body == "只有中文"


@pytest.mark.parametrize(
    ("answer", "label"), [(statement_correct, "Correction"), (statement_withdraw, "Withdrawal")]
)
def test_an_answer_is_named_as_what_it_is(answer, label):
    said = answer(statement=open_incident(), body=text("有误"), author=None)
    assert bulletin_of(said.document, "en").status_label == label


def test_a_correction_says_again_neither_a_promise_nor_a_state():
    opened = open_incident(next_update_by=timezone.now() + timedelta(minutes=30))
    said = statement_correct(statement=opened, body=text("有误"), author=None)
    assert said.content["next_update_by"] == opened.content["next_update_by"]
    bulletin = bulletin_of(said.document, "en")
    assert (bulletin.next_update_by, bulletin.status) == (None, "correction")


def test_resolved_and_scheduled_have_their_own_labels():
    opened = open_incident()
    resolved = incident_update(
        incident=incident_of(opened), status="resolved", body=text("已恢复"), author=None
    )
    assert bulletin_of(resolved.document, "zh-hans").status_label == "已恢复"
    start = timezone.now() + timedelta(hours=1)
    planned = maintenance_schedule(
        name=text("维护"),
        body=text("正文"),
        components=[],
        scheduled_for=start,
        scheduled_until=start + timedelta(hours=1),
        short_notice_reason=text("紧急修补。", "An urgent fix."),
        author=None,
    )
    assert bulletin_of(planned.document, "en").status_label == "Scheduled"


def test_every_kind_of_notice_has_a_label():
    document = {
        "number": 1,
        "subject": {"type": "notice", "id": "bcdfghjkmnpq"},
        "published_at": "2025-02-21T02:42:00.000Z",
        "corrects": None,
        "content": {"name": text("公告"), "body": text("正文"), "payload": {}, "audience": {}},
    }
    for kind in kinds():
        label = bulletin_of({**document, "kind": f"notice.{kind.name}"}, "en").status_label
        with override("en"):
            assert label == str(kind.label)


def test_previews_show_every_channel_in_both_languages_and_how_many_it_reaches():
    component = make_component()
    make_address(language="en", components=[component.public_id])
    make_address("ops@example.com", channel="email")
    document = open_incident(component).document
    previews = {(one.channel.name, one.language): one for one in previews_of(document)}
    assert len(previews) == 2 * len(offered_media())
    assert previews["sms", "en"].recipients == 1
    assert previews["sms", "zh-hans"].recipients == 0
    assert previews["email", "zh-hans"].recipients == 1
    sms = previews["sms", "zh-hans"].content
    assert sms.text.startswith("【演示支付】")
    assert sms.segments == 1
    assert previews["sms", "en"].cost > previews["sms", "zh-hans"].cost == 0


def test_previewing_stores_and_sends_nothing(django_assert_num_queries):
    document = open_incident().document
    with django_assert_num_queries(1):
        previews_of(document)


@pytest.mark.parametrize(
    ("language", "hours"), [("zh-hans", "12月3日01:00至03:00"), ("en", "3 Dec 01:00 to 03:00")]
)
def test_planned_maintenance_is_announced_with_its_hours(language, hours):
    document = {
        "number": 9,
        "kind": "maintenance.scheduled",
        "subject": {"type": "maintenance", "id": "bcdfghjkmnpq"},
        "published_at": "2025-12-01T02:00:00.000Z",
        "corrects": None,
        "content": {
            "name": text("后台维护", "Portal maintenance"),
            "body": text("期间无法登录。", "No sign-in meanwhile."),
            "status": "scheduled",
            "scheduled_for": "2025-12-02T17:00:00.000Z",
            "scheduled_until": "2025-12-02T19:00:00.000Z",
            "components": [],
        },
    }
    sms = medium("sms").leading().compose(bulletin_of(document, language)).text
    assert hours in sms


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("zh-hans", "单笔：调整前 50,000 元、调整后 20,000 元"),
        ("en", "Per transaction: Until now 50,000 yuan, New 20,000 yuan"),
    ],
)
def test_mail_and_feeds_say_what_stands_in_a_table_alone(language: str, line: str) -> None:
    world()
    statement = publish("limit_change")
    with override(language):
        feed = detailed(statement, language)
    for said in (bulletin_of(statement.document, language).details, feed.splitlines()):
        assert line in said


def test_words_that_say_the_table_do_without_it() -> None:
    world()
    statement = publish("holiday_schedule")
    tables = statement.content["tables"]["zh-hans"]
    captions = {one["caption"] for one in tables}
    assert captions
    assert not captions & {*bulletin_of(statement.document, "zh-hans").details}


def test_an_sms_of_a_price_list_says_the_first_prices_and_how_many_more() -> None:
    world()
    ends = ["", "1000", "2000", "3000", "4000", ""]
    rows = "\n".join(f"小微商户\t\t借记卡\t\t0.{n}%\t{ends[n - 1]}\t{ends[n]}" for n in range(1, 6))
    payload = {"prices": rows, "valid_from": ahead(1), "short_notice_reason": None}
    brief = bulletin_of(publish("price_list", payload).document, "zh-hans").brief
    assert brief.count("借记卡") == 3
    assert brief.endswith("另有 2 项，详见状态页。")


@pytest.mark.parametrize(
    ("covers", "said"),
    [("affected", "交易中受影响的，手续费全额减免"), ("all", "交易，手续费全额减免")],
)
def test_an_sms_of_a_waiver_says_whether_every_transaction_is_waived(covers: str, said: str):
    payload = {**right_payload("fee_waiver"), "covers": covers}
    assert said in bulletin_of(publish("fee_waiver", payload).document, "zh-hans").brief
