"""SMS by an approved template: what each variable says, and what the merchant reads."""

import json

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from notifications.channels.base import Content
from notifications.channels.sms_text import MAX_PARTS, segments, units
from tests.notifications.channels.aliyun import SMS
from tests.notifications.channels.builders import bulletin, correction


@pytest.fixture
def templates(settings) -> None:
    settings.ALIYUN_SMS_TEMPLATE, settings.ALIYUN_SMS_TEMPLATE_EN = "SMS_1", "SMS_2"


def params(content: Content) -> dict[str, str]:
    return json.loads(content.data["TemplateParam"])


@pytest.mark.usefixtures("templates")
class TestWriting:
    def test_an_incident_in_chinese(self) -> None:
        content = SMS.compose(bulletin())
        assert content.text == (
            "【演示支付】T+1到账延迟：调查中。10:42起部分小微商户到账延迟，资金安全，"
            "正在排查。（公告12号 验真码CDF3X）下次更新不晚于11:15。"
        )
        assert content.segments == segments(content.text) == 2
        assert content.data["TemplateCode"] == "SMS_1"
        assert params(content) == {
            "what": "T+1到账延迟：调查中",
            "body": "10:42起部分小微商户到账延迟，资金安全，正在排查。",
            "number": "12",
            "code": "CDF3X",
            "next": "下次更新不晚于11:15。",
        }

    def test_an_incident_in_english_with_room_for_it(self, settings) -> None:
        settings.ALIYUN_SMS_VARIABLE_LENGTH = 150
        content = SMS.compose(bulletin("en"))
        assert content.text == (
            "【演示支付】Service notice: T+1 payouts are late: Investigating. Since 10:42 payouts "
            "to some micro merchants are late. Funds are safe. (No. 12, CDF3X) Next update by "
            "11:15."
        )
        assert content.data["TemplateCode"] == "SMS_2"

    def test_without_an_english_template_the_other_one_carries_english(self, settings) -> None:
        settings.ALIYUN_SMS_TEMPLATE_EN = ""
        content = SMS.compose(bulletin("en"))
        assert content.data["TemplateCode"] == "SMS_1"
        assert content.text.startswith("【演示支付】T+1 payouts are late: Investigating。")

    def test_a_template_has_only_the_variables_that_it_names(self, settings) -> None:
        settings.ALIYUN_SMS_TEMPLATE_TEXT = "通知：${what}。请看状态页。"
        content = SMS.compose(bulletin())
        assert params(content) == {"what": "T+1到账延迟：调查中"}
        assert content.text == "【演示支付】通知：T+1到账延迟：调查中。请看状态页。"

    def test_the_signature_is_the_one_that_aliyun_approved(self, settings) -> None:
        settings.ALIYUN_SMS_SIGN_NAME = "演示支付科技"
        assert SMS.compose(bulletin()).text.startswith("【演示支付科技】")

    def test_a_long_name_gives_way_to_the_state(self) -> None:
        what = params(SMS.compose(bulletin(name="收款码" * 30)))["what"]
        assert what.endswith("…：调查中")
        assert units(what) == 35

    def test_maintenance_keeps_its_hours(self) -> None:
        said = bulletin(
            kind="maintenance.scheduled", status="scheduled", name="清算系统升级" * 9, body="x"
        )
        what = params(SMS.compose(said))["what"]
        assert "01:00" in what
        assert "03:00" in what
        assert units(what) <= 35

    def test_a_correction_begins_with_the_number_it_corrects(self) -> None:
        text = SMS.compose(correction()).text
        assert text.startswith("【演示支付】更正公告第11号：T+1到账延迟。")

    def test_a_long_body_ends_with_a_sentence_or_with_dots(self) -> None:
        body = "资金安全，正在排查。" * 9
        assert params(SMS.compose(bulletin(body=body)))["body"] == "资金安全，正在排查。" * 3
        cut = params(SMS.compose(bulletin(body="话" * 99)))["body"]
        assert cut == "话" * 34 + "…"

    @pytest.mark.parametrize("body", ["", "\n \n", "https://status.example.com/x"])
    def test_no_variable_is_empty(self, body: str) -> None:
        values = params(SMS.compose(bulletin(body=body, next_update_by=None)))
        assert values["body"] == "调查中。"
        assert values["next"]

    def test_only_one_signature_and_nothing_that_carriers_refuse(self) -> None:
        said = bulletin(name="【公告】延迟", body="【重要】★补偿¥100。详情https://a.example.com/x")
        text = SMS.compose(said).text
        assert text.count("【") == text.count("】") == 1
        assert "[重要]补偿100元。" in text
        assert "http" not in text
        assert "★" not in text

    @hypothesis_settings(max_examples=50, deadline=None)
    @given(
        name=st.text(min_size=1, max_size=150).filter(str.strip),
        body=st.text(max_size=600),
        english=st.booleans(),
    )
    def test_whatever_is_said_fits(self, name: str, body: str, english: bool) -> None:
        content = SMS.compose(bulletin("en" if english else "zh-hans", name=name, body=body))
        assert all(0 < units(value) <= 35 for value in params(content).values())
        assert content.segments == segments(content.text)

    @pytest.mark.parametrize("body", ["话" * 900, "😀" * 900, "a. " * 900])
    def test_the_longest_variables_fit_into_the_parts_that_are_allowed(
        self, settings, body: str
    ) -> None:
        settings.ALIYUN_SMS_VARIABLE_LENGTH = 150
        content = SMS.compose(bulletin(name="很长的名称" * 99, body=body))
        assert content.segments <= MAX_PARTS
