"""Which words stop and start messages."""

import pytest

from notifications.channels.outcomes import InboundAction
from notifications.channels.sms_text import action_of

STOPPING = (
    *("STOP", "stop", " Stop. ", "STOPALL", "UNSUBSCRIBE", "cancel", "END", "quit"),
    *("退订", "TD", "td", "T", "t", "拒收", "R", "r", "退订。", "退订\uff01"),
)


def test_each_word_that_stops_is_recognised(subtests: pytest.Subtests) -> None:
    for text in STOPPING:
        with subtests.test(text=text):
            assert action_of(text) is InboundAction.STOP


@pytest.mark.parametrize("text", ["START", "start", "UNSTOP", "yes", "YES!"])
def test_each_word_that_starts_is_recognised(text: str) -> None:
    assert action_of(text) is InboundAction.START


def test_anything_else_is_text(subtests: pytest.Subtests) -> None:
    for text in ["", "请问什么时候到账?", "STOP it please", "不退订", "Tee", "到账了"]:
        with subtests.test(text=text):
            assert action_of(text) is InboundAction.TEXT
