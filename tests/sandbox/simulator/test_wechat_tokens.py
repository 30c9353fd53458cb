"""The simulated Official Account's access tokens."""

import pytest

from tests.sandbox.simulator.receiver import Receiver
from tests.sandbox.simulator.wechat_client import ask_token, send_template, token_of
from tests.simulator import Simulator


def test_forcing_twice_in_a_row_refreshes_once(simulator: Simulator) -> None:
    simulator.control("PUT", "config", {"wechat_forced_interval_seconds": 0})
    first = token_of(simulator, force_refresh=True)
    simulator.control("PUT", "config", {"wechat_forced_interval_seconds": 30})
    assert token_of(simulator, force_refresh=True) == first


def test_wrong_credentials_get_no_token(simulator: Simulator, subtests: pytest.Subtests) -> None:
    for changes, code in [
        ({"appid": "wx0000000000000000"}, 40013),
        ({"secret": "wrong"}, 40125),
        ({"grant_type": "password"}, 40002),
    ]:
        with subtests.test(changes=changes, code=code):
            assert ask_token(simulator, **changes)["errcode"] == code


@pytest.mark.parametrize(("token", "code"), [("", 41001), ("made-up", 40001)])
def test_a_bad_token_is_refused(
    simulator: Simulator, account: Receiver, token: str, code: int
) -> None:
    assert send_template(simulator, token)["errcode"] == code


def test_expired_tokens_are_refused_and_a_new_one_works(
    simulator: Simulator, account: Receiver
) -> None:
    old = token_of(simulator)
    simulator.control("POST", "wechat/expire-tokens")
    assert send_template(simulator, old)["errcode"] == 42001
    assert token_of(simulator) != old
    assert send_template(simulator)["errcode"] == 0
