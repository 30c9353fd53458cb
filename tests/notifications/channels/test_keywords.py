"""Which words stop and start messages."""

import pytest

from notifications.channels.outcomes import InboundAction
from notifications.channels.sms_text import action_of

STOPPING = (
    *("STOP", "stop", " Stop. ", "STOPALL", "UNSUBSCRIBE", "cancel", "END", "quit"),
    *("退订", "TD", "td", "T", "t", "拒收", "R", "r", "退订。", "退订\uff01"),
    *(
        "退訂",
        "退订谢谢",
        "请退订",
        "T退订",
        "取消订阅",
        "取消訂閱",
        "停止",
        "TD。",
        "\uff34\uff24",
    ),
    *(
        "“退订”",
        "【TD】",
        "回复TD",
        "😀TD😀",
        "退\u200b订",
        "退 订",
        "不要再发了",
        "别发短信了",
        "STOP please",
    ),
    *("please stop", "Stop all", "opt-out", "退订演示支付", "TD\n发自我的iPhone", "退订 谢谢！"),
    # What follows says why, to nobody's surprise with a "不" or a "没" in it.
    *("退订，非本人", "退订 我没有POS机", "TD。我不是商户", "退订，不需要", "TD 不要再发"),
    *("STOP, wrong number", "Stop. Who is this?", "stop wrong number"),
    # Our messages are to stop, in other words.
    *("stop texting me", "Stop sending me these messages", "unsubscribe me please"),
    *("cancel my subscription", "停止给我发短信", "停止骚扰我", "解除订阅", "拒绝接收"),
    *("不想再收到短信", "不订阅了", "别再發了", "Ｔ退訂", "t​d", "停发"),
)

UNDERSTOOD_BY_PEOPLE = (
    *(
        "到账了",
        "我没有要退订",
        "退订了吗",
        "如何退订",
        "停止营业了吗",
        "停止结算了",
        "恢复正常了吗",
        "恢复到账了",
    ),
    *(
        "退订后还能恢复吗",
        "退订手续费什么时候退给我",
        "TDK",
        "T+1",
        "R2",
        "取消交易",
        "不要发货",
        "END of day",
    ),
    *("退订 怎么办", "退订，恢复了再说", "退订了为什么还发", "已经退订了", "退订没用"),
    *("恢复了", "恢复了吗", "Stop payment", "stop by the bank", "cancel my order", "END of day"),
    *("订阅怎么取消", "好的收到", "我上周退订过你们的短信，为什么现在还在给我发？", "😀"),
)


def test_each_word_that_stops_is_recognised(subtests: pytest.Subtests) -> None:
    for text in STOPPING:
        with subtests.test(text=text):
            assert action_of(text) is InboundAction.STOP


@pytest.mark.parametrize(
    "text",
    [
        *(
            "START",
            "start",
            "UNSTOP",
            "yes",
            "YES!",
            "恢复",
            "恢復",
            "订阅",
            "訂閱",
            "重新订阅",
            "请恢复",
        ),
        *("恢复订阅谢谢", "取消退订"),
    ],
)
def test_each_word_that_starts_is_recognised(text: str) -> None:
    assert action_of(text) is InboundAction.START


def test_anything_else_is_text(subtests: pytest.Subtests) -> None:
    for text in (*UNDERSTOOD_BY_PEOPLE, "", "请问什么时候到账?", "STOP it please", "不退订", "Tee"):
        with subtests.test(text=text):
            assert action_of(text) is InboundAction.TEXT
