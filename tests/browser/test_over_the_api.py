"""The same acts over /api/v1/, as another program does them, seen where readers would see them."""

import json
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

import feedparser
import pytest

from tests.product import ANSWER_WITHIN_SECONDS, Product, eventually

PHONE = "+8613900139001"
MICRO_ONLY = "+8613900139002"
CSV = (
    "phone,language,category,consent_source\n"
    f"{PHONE},zh-hans,industry,contract-2024\n"
    f"{MICRO_ONLY},en,micro,contract-2024\n"
    "12345,zh-hans,micro,contract-2024\n"
)


class Api:
    """A program with a token."""

    def __init__(self, product: Product) -> None:
        self.demo = product.demo

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Status and JSON of one call; `path` is below /api/v1/."""
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.demo['url']}/api/v1/{path}",
            data=data,
            method=method,
            headers={
                "Authorization": f"Bearer {self.demo['api_token']}",
                "Content-Type": "application/json",
                **headers,
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_WITHIN_SECONDS) as response:
                return response.status, json.loads(response.read())
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, json.loads(refusal.read())

    def public(self, path: str) -> Any:
        """Return what anyone gets, parsed when it is JSON."""
        with urllib.request.urlopen(
            self.demo["url"] + path, timeout=ANSWER_WITHIN_SECONDS
        ) as response:
            text = response.read().decode()
        return json.loads(text) if path.endswith(".json") else text

    def phone(self, number: str) -> list[str]:
        """Return the texts on a telephone."""
        address = f"{self.demo['simulator']['url']}/control/phones/{number}/messages"
        with urllib.request.urlopen(address, timeout=ANSWER_WITHIN_SECONDS) as response:
            return [one["body"] for one in json.loads(response.read())["messages"]]

    def heard(self, number: str, part: str) -> list[str]:
        """Return the texts with `part` in them, as soon as there are any."""
        return eventually(lambda: [text for text in self.phone(number) if part in text], bool)


@pytest.fixture(scope="module")
def api(product: Product) -> Api:
    """Return a program, whose operator has imported two merchants."""
    program = Api(product)
    status, report = program(
        "POST", "subscribers/import/", CSV.encode(), **{"Content-Type": "text/csv"}
    )
    assert status == 200
    assert report["created"] + report["updated"] + report["skipped"] == 2
    assert [error["line"] for error in report["errors"]] == [4]
    assert "12345" not in json.dumps(report)
    return program


def component(api: Api, chinese: str) -> str:
    """Return the id of a component by its Chinese name."""
    status, found = api("GET", "components/")
    assert status == 200
    return next(one["id"] for one in found["results"] if one["name"]["zh-hans"] == chinese)


def test_an_incident_from_the_first_word_to_the_last(api: Api) -> None:
    t1 = component(api, "T+1 结算")
    status, opened = api(
        "POST",
        "incidents/",
        {
            "name": {"zh-hans": "接口演练：T+1 延迟", "en": "API drill: T+1 is late"},
            "impact": "major",
            "status": "investigating",
            "body": {"zh-hans": "接口发布：部分款项延迟。", "en": "Said over the API: some late."},
            "components": {t1: "partial_outage"},
        },
    )
    assert status == 201
    assert any("接口发布：部分款项延迟" in text for text in api.heard(PHONE, "接口发布"))
    assert api.heard(MICRO_ONLY, "Said over the API")
    shown = next(
        one
        for one in api.public("/api/v2/incidents/unresolved.json")["incidents"]
        if one["id"] == opened["id"]
    )
    assert shown["components"][0]["status"] == "partial_outage"

    status, resolved = api(
        "POST",
        f"incidents/{opened['id']}/updates/",
        {"status": "resolved", "body": {"zh-hans": "接口发布：已全部到账。"}, "components": {}},
    )
    assert status == 201
    assert api.heard(PHONE, "已全部到账")
    status, correction = api(
        "POST",
        f"statements/{resolved['statement']}/corrections/",
        {"body": {"zh-hans": "接口更正：还有三笔待补。"}},
    )
    assert status == 201
    assert api.heard(PHONE, "接口更正")
    entries = feedparser.parse(api.public("/history.atom")).entries
    summaries = " ".join(
        entry.get("summary", "") + str(entry.get("content", "")) for entry in entries
    )
    for said in ("接口发布：部分款项延迟", "已全部到账", "接口更正"):
        assert said in summaries
    page = api.public(f"/incidents/{opened['id']}/")
    assert page.index("接口更正") < page.index("接口发布：部分款项延迟")
    assert correction["statement"] == resolved["statement"] + 1


def test_the_ledger_says_who_was_told(api: Api) -> None:
    status, said = api(
        "POST",
        "notices/",
        {
            "kind": "general",
            "title": {"zh-hans": "接口公告"},
            "body": {"zh-hans": "只给小微商户的公告。"},
            "payload": {},
            "audience": {"categories": ["micro"]},
        },
    )
    assert status == 201
    assert api.heard(MICRO_ONLY, "只给小微商户的公告")

    def counts() -> dict[str, int]:
        return api("GET", f"broadcasts/{said['statement']}/")[1]["counts"]

    settled = eventually(
        counts, lambda found: found["delivered"] and not found["pending"] + found["sending"]
    )
    assert settled["delivered"] >= 1
    status, deliveries = api("GET", f"deliveries/?statement={said['statement']}&channel=sms")
    assert status == 200
    text = json.dumps(deliveries)
    assert "139****9002" in text
    assert MICRO_ONLY not in text
    assert "139****9001" not in text
    assert not any("只给小微商户的公告" in one for one in api.phone(PHONE))


def test_a_maintenance_begins_by_itself(api: Api) -> None:
    text_messages = component(api, "短信通知")
    # Not before the request has come: what begins in the past is refused.
    start = datetime.now(UTC) + timedelta(seconds=15)
    status, planned = api(
        "POST",
        "maintenances/",
        {
            "name": {"zh-hans": "接口维护", "en": "API maintenance"},
            "body": {"zh-hans": "期间短信可能延迟。"},
            "components": [text_messages],
            "scheduled_for": start.isoformat(),
            "scheduled_until": (start + timedelta(hours=1)).isoformat(),
            "short_notice_reason": {"zh-hans": "紧急修补。", "en": "An urgent fix."},
        },
    )
    assert status == 201

    def running() -> bool:
        active = api.public("/api/v2/scheduled-maintenances/active.json")
        return planned["id"] in {one["id"] for one in active["scheduled_maintenances"]}

    assert eventually(running, bool, seconds=60)
    status, _ = api(
        "POST",
        f"maintenances/{planned['id']}/updates/",
        {"status": "completed", "body": {"zh-hans": "维护已完成。"}},
    )
    assert status == 201
    assert not running()


def test_repeating_a_request_with_its_key_says_it_once(api: Api) -> None:
    body = {
        "kind": "general",
        "title": {"zh-hans": "只说一次"},
        "body": {"zh-hans": "同一个请求发了三次。"},
        "payload": {},
        "audience": {},
    }
    answers = [api("POST", "notices/", body, **{"Idempotency-Key": "drill-1"}) for _ in range(3)]
    assert {status for status, _ in answers} == {201}
    assert len({answer["statement"] for _, answer in answers}) == 1
    assert len(api.heard(PHONE, "同一个请求发了三次")) == 1


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("POST", "incidents/", {"name": {"en": "only English"}}, 400),
        ("POST", "incidents/", b"{", 400),
        ("POST", "incidents/zzzzzzzzzzzz/updates/", {"status": "resolved"}, 404),
        ("DELETE", "statements/1/", None, 405),
        ("PUT", "statements/1/", {}, 405),
        ("GET", "statements/999999/", None, 404),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(
    api: Api, method: str, path: str, body: Any, expected: int
) -> None:
    before = api("GET", "statements/")[1]["results"][0]
    status, answer = api(method, path, body, **{"Accept-Language": "zh-CN"})
    assert status == expected
    assert any("\u4e00" <= character <= "\u9fff" for character in answer["error"]["message"])
    assert api("GET", "statements/")[1]["results"][0] == before


def test_without_a_token_nothing_is_said(api: Api) -> None:
    status, _ = api("POST", "notices/", {}, Authorization="Bearer candor_wrong")
    assert status == 401
