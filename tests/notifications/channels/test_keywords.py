"""Which words stop and start messages."""

import pytest

from notifications.channels.keywords import action_of
from notifications.channels.outcomes import InboundAction

STOPPING = (
    *("STOP", "stop", " Stop. ", "STOPALL", "UNSUBSCRIBE", "cancel", "END", "quit"),
    *("退订", "TD", "td", "T", "t", "拒收", "R", "r", "退订。", "退订\uff01"),
)


@pytest.mark.parametrize(
    "text",
    STOPPING,
)
def test_words_that_stop(text: str) -> None:
    assert action_of(text) is InboundAction.STOP


@pytest.mark.parametrize("text", ["START", "start", "UNSTOP", "yes", "YES!"])
def test_words_that_start(text: str) -> None:
    assert action_of(text) is InboundAction.START


@pytest.mark.parametrize(
    "text", ["", "请问什么时候到账?", "STOP it please", "不退订", "Tee", "到账了"]
)
def test_anything_else_is_text(text: str) -> None:
    assert action_of(text) is InboundAction.TEXT
