"""The simulated Official Account's access tokens."""

import json

import pytest

from notifications.simulator.testing import Simulator
from tests.notifications.simulator.receiver import Receiver
from tests.notifications.simulator.wechat_client import ask_token, send_template, token_of


def test_a_token_is_valid_for_two_hours(simulator: Simulator) -> None:
    answer = ask_token(simulator)
    assert 7190 <= answer["expires_in"] <= 7200
    assert len(answer["access_token"]) <= 512


def test_asking_again_gives_the_same_token(simulator: Simulator) -> None:
    assert token_of(simulator) == token_of(simulator)


def test_forcing_gives_a_new_token_and_the_old_lasts_a_while(
    simulator: Simulator, account: Receiver
) -> None:
    simulator.control("PUT", "config", {"wechat_forced_interval_seconds": 0})
    old = token_of(simulator)
    new = token_of(simulator, force_refresh=True)
    assert new != old
    assert token_of(simulator) == new
    assert send_template(simulator, old)["errcode"] == 0
    assert send_template(simulator, new)["errcode"] == 0


def test_the_old_token_ends_at_once_when_told_so(simulator: Simulator, account: Receiver) -> None:
    config = {"wechat_forced_interval_seconds": 0, "wechat_old_token_seconds": 0}
    simulator.control("PUT", "config", config)
    old = token_of(simulator)
    token_of(simulator, force_refresh=True)
    assert send_template(simulator, old)["errcode"] == 42001


def test_forcing_twice_in_a_row_refreshes_once(simulator: Simulator) -> None:
    simulator.control("PUT", "config", {"wechat_forced_interval_seconds": 0})
    first = token_of(simulator, force_refresh=True)
    simulator.control("PUT", "config", {"wechat_forced_interval_seconds": 30})
    assert token_of(simulator, force_refresh=True) == first


def test_forcing_is_limited_a_day(simulator: Simulator) -> None:
    config = {"wechat_forced_interval_seconds": 0, "wechat_forced_a_day": 0}
    simulator.control("PUT", "config", config)
    assert ask_token(simulator, force_refresh=True)["errcode"] == 45009
    assert "access_token" in ask_token(simulator)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"appid": "wx0000000000000000"}, 40013),
        ({"secret": "wrong"}, 40125),
        ({"grant_type": "password"}, 40002),
    ],
)
def test_wrong_credentials_get_no_token(
    simulator: Simulator, changes: dict[str, str], code: int
) -> None:
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


def test_what_is_not_json_is_refused(simulator: Simulator) -> None:
    assert json.loads(simulator.request("POST", "/cgi-bin/stable_token")[1])["errcode"] == 47001
