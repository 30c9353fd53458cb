"""Who follows the simulated Official Account, leaves it and writes to it."""

from tests.sandbox.simulator.receiver import Receiver
from tests.sandbox.simulator.wechat_client import OPENID, send_template, xml_of
from tests.simulator import Simulator


def test_a_follow_and_an_unfollow_are_told(simulator: Simulator, account: Receiver) -> None:
    new = "oFollower0000000000000000009"
    simulator.control("POST", "wechat/followers", {"openid": new, "name": "小店"})
    simulator.control("DELETE", f"wechat/followers/{new}")
    told = [xml_of(posted) for posted in account.wait_for(2)]
    assert {one["Event"] for one in told} == {"subscribe", "unsubscribe"}
    assert {one["FromUserName"] for one in told} == {new}


def test_who_left_gets_no_template_message(simulator: Simulator, account: Receiver) -> None:
    simulator.control("DELETE", f"wechat/followers/{OPENID}")
    assert send_template(simulator)["errcode"] == 43004
    simulator.control("POST", "wechat/followers", {"openid": OPENID})
    assert send_template(simulator)["errcode"] == 0


def test_many_followers_are_added_at_once_in_silence(
    simulator: Simulator, account: Receiver
) -> None:
    people = [{"openid": f"oMany{number:020}", "event": False} for number in range(50)]
    simulator.control("POST", "wechat/followers", {"followers": people})
    assert len(simulator.control("GET", "wechat/followers")) == 51
    assert account.posted == []


def test_a_text_is_told_and_its_reply_comes_back(simulator: Simulator, account: Receiver) -> None:
    account.answer = (
        "<xml><ToUserName><![CDATA[x]]></ToUserName><MsgType><![CDATA[text]]></MsgType>"
        "<Content><![CDATA[已绑定 <好>]]></Content></xml>"
    )
    simulator.control("POST", "inbound", {"from": OPENID, "text": "绑定 ]]> 123456"})
    told = xml_of(account.wait_for(1)[0])
    assert (told["MsgType"], told["Content"]) == ("text", "绑定 ]]> 123456")
    rows = simulator.wait_for(lambda rows: len(rows) == 1, to=OPENID)
    assert rows[0]["body"] == "已绑定 <好>"
