"""One reader whom WeChat does not know has gone; many at once are another account's readers."""

import pytest

from notifications.channels import provider as find_provider
from notifications.channels.outcomes import Accepted, Failed, NotSent, Reason
from notifications.channels.weixin.strangers import TOO_MANY
from tests.notifications.channels.builders import bulletin, message, send
from tests.notifications.channels.wechat import by_default
from tests.simulator import Simulator

WECHAT = find_provider("wechat")
FOLLOWER = "oABCDEFGHIJKLMNOPQRSTUV_0001"
GONE = Failed(Reason.BAD_ADDRESS, "40003", suppress=True)
NOT_OURS = NotSent(Reason.NO_CREDENTIALS, "40003")


def tell(*openids: str) -> list[object]:
    said = by_default(bulletin())
    return send(
        WECHAT,
        *(message(one, delivery_id=n, content=said) for n, one in enumerate(openids, 1)),
    )


def strangers(count: int) -> list[str]:
    return [f"oZZZZZZZZZZZZZZZZZZZZZZZ_{number:04}" for number in range(count)]


def test_an_account_that_knows_nobody_stops_nobody(simulator: Simulator) -> None:
    assert tell(*strangers(TOO_MANY + 3)) == [NOT_OURS] * (TOO_MANY + 3)


@pytest.mark.parametrize("count", [1, TOO_MANY - 1])
def test_a_few_have_gone(simulator: Simulator, count: int) -> None:
    assert tell(*strangers(count)) == [GONE] * count


@pytest.mark.parametrize("following", [True, False])
def test_beside_one_who_is_known_they_have_gone(simulator: Simulator, *, following: bool) -> None:
    simulator.control("POST", "wechat/followers", {"openid": FOLLOWER, "event": False})
    if not following:
        simulator.control("DELETE", f"wechat/followers/{FOLLOWER}")
    outcomes = tell(*strangers(TOO_MANY), FOLLOWER)
    assert outcomes.count(GONE) == TOO_MANY
    [other] = [one for one in outcomes if one != GONE]
    assert isinstance(other, Accepted if following else Failed)


def test_they_stay_so_when_they_are_tried_again_one_by_one(simulator: Simulator) -> None:
    tell(*strangers(TOO_MANY))
    assert [tell(one) for one in strangers(TOO_MANY)] == [[NOT_OURS]] * TOO_MANY


def test_after_the_repair_one_who_has_gone_is_told_from_the_others(simulator: Simulator) -> None:
    tell(*strangers(TOO_MANY))
    simulator.control("POST", "wechat/followers", {"openid": FOLLOWER, "event": False})
    assert isinstance(tell(FOLLOWER)[0], Accepted)
    assert tell(*strangers(1)) == [GONE]
