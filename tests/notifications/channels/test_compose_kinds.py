"""Every kind of statement in both languages, as each channel writes it."""

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.channels import provider as find_provider
from notifications.channels.base import Bulletin
from notifications.channels.links import links_in
from notifications.channels.robot.wecom import MAX_BYTES
from notifications.channels.sms_text import MAX_PARTS, carrier_safe
from sandbox.simulator.segments import segments as billed
from tests.notifications.approved import composed
from tests.notifications.channels.builders import NEXT, bulletin, correction

SMS, EMAIL, WECHAT, WECOM = map(find_provider, ("twilio", "email", "wechat", "wecom"))
LONG = {"zh-hans": "资金安全，正在排查原因。" * 200, "en": "Funds are safe; we are on it. " * 120}
# Kind -> its status in Chinese and in English.
KINDS = {
    "incident.opened": ("调查中", "Investigating"),
    "incident.update": ("已定位", "Identified"),
    "incident.resolved": ("已恢复", "Resolved"),
    "maintenance.scheduled": ("计划维护", "Scheduled"),
    "maintenance.update": ("进行中", "In progress"),
    "maintenance.completed": ("已完成", "Completed"),
    "notice.delay": ("到账延迟", "Delay"),
    "notice.recovery": ("恢复到账", "Recovery"),
    "notice.fee_waiver": ("手续费减免", "Fee waiver"),
    "notice.general": ("公告", "Notice"),
    "correction": ("更正", "Correction"),
    "withdrawal": ("撤回", "Withdrawal"),
}
EACH = [(kind, language) for kind in KINDS for language in ("zh-hans", "en")]
both_languages = pytest.mark.parametrize("language", ["zh-hans", "en"])


def said(kind: str, language: str, **values) -> Bulletin:
    if kind in {"correction", "withdrawal"}:
        return correction(language, kind, **values)
    label = KINDS[kind][language == "en"]
    status = kind.split(".")[1]
    return bulletin(language, kind=kind, status=status, status_label=label, **values)


class Links(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name == "href"]


def test_an_sms_has_one_signature_and_begins_with_it(subtests: pytest.Subtests) -> None:
    for kind, language in EACH:
        with subtests.test(kind=kind, language=language):
            text = SMS.compose(said(kind, language)).text
            assert re.match(r"【[^【】]{2,20}】\S", text)
            assert text.count("【") == text.count("】") == 1


def test_an_sms_has_no_link_and_nothing_that_carriers_refuse(subtests: pytest.Subtests) -> None:
    for kind, language in EACH:
        with subtests.test(kind=kind, language=language):
            text = SMS.compose(
                said(kind, language, body="见 https://status.example.com/x 与 a.cn/b")
            ).text
            assert not links_in(text)
            assert "http" not in text
            assert not set(text) & set("\u00a5\uffe5★☆\r\n\t")


def test_the_parts_of_an_sms_are_those_that_are_billed(subtests: pytest.Subtests) -> None:
    for kind, language in EACH:
        for long in [False, True]:
            with subtests.test(kind=kind, language=language, long=long):
                values = {"body": LONG[language]} if long else {}
                content = SMS.compose(said(kind, language, **values))
                # The simulator counts in another way than the channel does.
                assert content.segments == billed(content.text)
                assert 1 <= content.segments <= MAX_PARTS
                if not long:
                    assert content.segments <= 3


def test_an_sms_ends_with_the_statements_number(subtests: pytest.Subtests) -> None:
    for kind, language in EACH:
        for long in [False, True]:
            with subtests.test(kind=kind, language=language, long=long):
                values = {"body": LONG[language]} if long else {}
                text = SMS.compose(said(kind, language, **values)).text
                assert text.endswith(
                    "公告12号 验真码CDF3X" if language == "zh-hans" else "(No. 12, CDF3X)"
                )
                assert "11:15" in text


def test_no_text_has_a_hole_or_a_stop_too_many(subtests: pytest.Subtests) -> None:
    for kind, language in EACH:
        with subtests.test(kind=kind, language=language):
            for channel in (SMS, EMAIL, WECOM):
                text = channel.compose(said(kind, language)).text
                assert "None" not in text
                assert "%(" not in text
                assert not re.search(r"。。|：：|，，|\.\.|::|  |。\.|\.。", text)


def test_a_group_message_has_the_page_and_fits(subtests: pytest.Subtests) -> None:
    for kind, language in EACH:
        with subtests.test(kind=kind, language=language):
            for body in ("x", LONG[language]):
                statement = said(kind, language, body=body)
                text = WECOM.compose(statement).text
                assert text.count(statement.url) == 1
                assert text.count("【") == 1
                assert len(text.encode()) <= MAX_BYTES


def test_a_letter_has_the_whole_body_and_every_link_in_its_language(
    settings, subtests: pytest.Subtests
) -> None:
    for kind, language in EACH:
        with subtests.test(kind=kind, language=language):
            statement = said(kind, language, body=LONG[language].strip())
            content = EMAIL.compose(statement)
            assert statement.body in content.text
            assert "\n" not in content.subject
            assert statement.operator in content.subject
            ours = settings.SITE_URL + ("/en" if language == "en" else "")
            assert Links(content.html).links == [
                statement.url,
                f"{ours}/manage/",
                f"{ours}/unsubscribe/",
            ]


def test_a_template_message_fits_wechats_fields(subtests: pytest.Subtests) -> None:
    for kind, language in EACH:
        with subtests.test(kind=kind, language=language):
            content = composed(WECHAT, said(kind, language, body=LONG[language]))
            fields = {name: field["value"] for name, field in content.data["data"].items()}
            assert set(fields) == {"thing1", "phrase2", "time3", "thing4"}
            assert all(0 < len(fields[name]) <= 20 for name in ("thing1", "thing4"))
            assert re.fullmatch(r"[\u4e00-\u9fff]{1,5}", fields["phrase2"])
            assert re.fullmatch(r"2025年2月21日 10:42", fields["time3"])
            assert not any("\n" in value for value in fields.values())


def test_without_a_promise_no_time_is_promised(subtests: pytest.Subtests) -> None:
    for kind, language in EACH:
        with subtests.test(kind=kind, language=language):
            for channel in (SMS, EMAIL, WECOM):
                text = channel.compose(said(kind, language, next_update_by=None)).text
                assert "下次更新" not in text
                assert "Next update" not in text


@both_languages
def test_maintenance_is_announced_with_its_hours(language: str) -> None:
    for channel in (SMS, EMAIL, WECOM):
        text = channel.compose(said("maintenance.scheduled", language)).text
        assert "01:00" in text
        assert "03:00" in text


@both_languages
@pytest.mark.parametrize("missing", ["scheduled_for", "scheduled_until"])
def test_a_draft_without_hours_is_written_as_far_as_it_goes(language: str, missing: str) -> None:
    hours = {"scheduled_for": "2025-02-21T17:00:00Z", "scheduled_until": "2025-02-21T19:00:00Z"}
    document = {"corrects": None, "content": {**hours, missing: None}}
    draft = said("maintenance.scheduled", language, document=document)
    assert draft.name in SMS.compose(draft).text
    assert draft.status_label in SMS.compose(draft).text


@both_languages
def test_a_promise_for_another_day_names_the_day(language: str) -> None:
    text = SMS.compose(said("incident.update", language, next_update_by=NEXT + timedelta(days=1)))
    assert ("2月22日11:15" if language == "zh-hans" else "22 Feb 11:15") in text.text


pieces = st.lists(
    st.sampled_from(
        [
            *("www.", "http://", "https://", "a", "example", ".com", ".cn", "/x", "?a=1", "@", "-"),
            *(
                " ",
                "()",
                "（）",
                "[]",
                "。",
                ".",
                ",",
                "，",
                "¥",
                "￥12",
                "★",
                "【",
                "】",
                "中",
                "1.5",
            ),
        ]
    ),
    max_size=14,
).map("".join)


@given(pieces, st.booleans())
def test_no_link_comes_together_from_what_is_left_of_another(text: str, chinese: bool) -> None:
    safe = carrier_safe(text, chinese=chinese)
    assert not links_in(safe)
    assert carrier_safe(safe, chinese=chinese) == safe


@given(pieces, pieces, st.sampled_from(["zh-hans", "en"]))
def test_whatever_staff_write_an_sms_keeps_the_carriers_rules(
    name: str, body: str, language: str
) -> None:
    content = SMS.compose(bulletin(language, name=f"延迟{name}", body=body))
    assert content.text.count("【") == content.text.count("】") == 1
    assert content.segments == billed(content.text) <= MAX_PARTS
    assert not set(content.text) & set("\u00a5\uffe5★☆")
