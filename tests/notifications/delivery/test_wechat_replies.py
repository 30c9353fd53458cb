"""What followers write to the account, and what they read in answer within the same moment."""

import pytest

from notifications.inbox.models import Answer, ReceivedText
from notifications.subscribers.models import Address
from notifications.subscribers.services.inbound import bind_code_issue
from sandbox.simulator.parsing import parse_xml
from sandbox.simulator.wechat_callbacks import unsealed
from tests.factories import make_address
from tests.notifications.channels.wechat import AES_KEY, event, plain, posted

pytestmark = pytest.mark.django_db
OPENID = "oABCDEFGHIJKLMNOPQRSTUV_0001"


@pytest.fixture(autouse=True)
def account(settings) -> None:
    settings.WECHAT_APP_ID, settings.WECHAT_CALLBACK_TOKEN = "wx1", "a-token-of-the-account"
    settings.WECHAT_ENCODING_AES_KEY = AES_KEY


def write(client, text: str, name: str = "1") -> str:
    """Return what the follower reads; the answer is encrypted as the question was."""
    xml = event(
        ToUserName="gh_account", FromUserName=OPENID, MsgType="text", Content=text, MsgId=name
    )
    path, body = posted(xml)
    answer = client.post(path, body, content_type="text/xml")
    assert answer.status_code == 200
    if answer.content == b"success":
        return ""
    assert answer["Content-Type"].startswith("text/xml")
    clear = parse_xml(unsealed(parse_xml(answer.content.decode()).findtext("Encrypt"), AES_KEY))
    assert (clear.findtext("ToUserName"), clear.findtext("FromUserName")) == (OPENID, "gh_account")
    return str(clear.findtext("Content"))


@pytest.mark.parametrize(
    "text",
    [
        "退订",
        "TD",
        " 退订 ",
        "stop",
        "退\u200b订",
        "「退订」",
        "退訂。",
        "Ｔ退订",
        "退订😀",
        "\u202e退订\u2060",
    ],
)
def test_a_follower_stops_our_messages_and_reads_that_they_are_stopped(client, text: str) -> None:
    make_address(OPENID, channel="wechat")
    assert write(client, text) == "您将不再收到我们的公告。如需恢复，请回复“恢复”。"
    assert Address.objects.get().suppressed_for == "opted_out"


def test_a_follower_starts_them_again(client) -> None:
    make_address(OPENID, channel="wechat", language="en")
    write(client, "退订")
    assert write(client, "START", "2") == (
        "You will get our notices here again. To stop them, reply STOP."
    )
    assert Address.objects.get().suppressed_at is None


def test_a_repeated_question_gets_the_same_answer_and_changes_nothing(client) -> None:
    make_address(OPENID, channel="wechat")
    assert write(client, "退订") == write(client, "退订") != ""


def test_who_binds_an_account_reads_that_it_is_bound(client) -> None:
    owner = make_address("+8613800138001").subscriber
    code = bind_code_issue(subscriber=owner)
    assert write(client, f"绑定 {code}") == "已绑定，公告将发送到此微信。如需停止，请回复“退订”。"
    assert owner.addresses.filter(channel="wechat").exists()


@pytest.mark.parametrize("text", ["退订", "你好", "绑定 222222"])
def test_a_stranger_reads_nothing(client, text: str) -> None:
    assert write(client, text) == ""
    assert not Address.objects.exists()


def test_in_clear_text_nobody_starts_our_messages_again(client, settings) -> None:
    settings.WECHAT_ENCODING_AES_KEY, settings.WECHAT_CALLBACK_PLAIN = "", True
    make_address(OPENID, channel="wechat")
    for number, text in enumerate(("退订", "恢复")):
        xml = event(FromUserName=OPENID, MsgType="text", Content=text, MsgId=str(number))
        path, body = plain(xml)
        assert client.post(path, body, content_type="text/xml").status_code == 200
    assert Address.objects.get().suppressed_for == "opted_out"


def test_what_nobody_understands_is_kept_for_staff_and_answered_once_a_day(client) -> None:
    make_address(OPENID, channel="wechat", language="en")
    assert write(client, "Where is my money?").startswith("We cannot read replies here.")
    assert write(client, "Where is my money?").startswith("We cannot read replies here.")
    assert write(client, "Hello?", "2") == ""
    texts = ReceivedText.objects.order_by("pk")
    assert [one.answer for one in texts] == [Answer.SENT, Answer.NONE]


def test_who_stopped_our_messages_is_not_answered(client) -> None:
    make_address(OPENID, channel="wechat")
    write(client, "退订")
    assert write(client, "什么时候到账", "2") == ""
    assert ReceivedText.objects.get().answer == Answer.NONE


def test_a_mini_program_hears_a_stop_and_has_no_way_to_answer(client, settings) -> None:
    settings.MINI_PROGRAM_APP_ID = settings.WECHAT_APP_ID
    settings.MINI_PROGRAM_CALLBACK_TOKEN = settings.WECHAT_CALLBACK_TOKEN
    settings.MINI_PROGRAM_ENCODING_AES_KEY = AES_KEY
    make_address(OPENID, channel="mini_program")
    xml = event(FromUserName=OPENID, MsgType="text", Content="退订", MsgId="1")
    path, body = posted(xml)
    path = path.replace("wechat", "mini_program", 1)
    answer = client.post(path, body, content_type="text/xml")
    assert (answer.status_code, answer.content) == (200, b"success")
    assert Address.objects.get().suppressed_for == "opted_out"
