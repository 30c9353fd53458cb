"""What our side does with the simulated WeChat Official Account."""

import json
from typing import Any

from defusedxml.ElementTree import fromstring

from tests.sandbox.simulator.receiver import Posted
from tests.simulator import Simulator

OPENID = "oFollower0000000000000000001"
DATA = {"thing1": {"value": "扫码支付"}, "time2": {"value": "2026年11月23日 14:05"}}


def ask_token(simulator: Simulator, **changes: Any) -> dict[str, Any]:
    body = {
        "grant_type": "client_credential",
        "appid": simulator.app_id,
        "secret": simulator.secret,
        **changes,
    }
    answer: dict[str, Any] = json.loads(simulator.request("POST", "/cgi-bin/stable_token", body)[1])
    return answer


def token_of(simulator: Simulator, **changes: Any) -> str:
    return str(ask_token(simulator, **changes)["access_token"])


def send_template(simulator: Simulator, token: str | None = None, **changes: Any) -> dict[str, Any]:
    token = token_of(simulator) if token is None else token
    body = {"touser": OPENID, "template_id": "demo-template", "data": DATA, **changes}
    path = f"/cgi-bin/message/template/send?access_token={token}"
    status, answer = simulator.request("POST", path, body)
    assert status == 200
    parsed: dict[str, Any] = json.loads(answer)
    return parsed


def xml_of(posted: Posted) -> dict[str, str]:
    return {element.tag: element.text or "" for element in fromstring(posted.body)}


def sent(simulator: Simulator) -> list[dict[str, Any]]:
    return simulator.messages(provider="wechat", to=OPENID)
