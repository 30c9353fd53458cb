"""The engines of a running product are killed; it starts them again, and goes on telling people."""

import json
import os
import signal
import urllib.request
from collections import Counter
from typing import Any

import redis

from tests.browser.test_over_the_api import Api
from tests.product import Product, eventually

PHONES = [f"+86139001395{number:02d}" for number in range(20)]
CSV = "phone,language,category,consent_source\n" + "".join(
    f"{phone},zh-hans,industry,contract-2024\n" for phone in PHONES
)
NAME = "付款银行无应答"
INCIDENT = {
    "name": {"zh-hans": NAME, "en": "A paying bank does not answer"},
    "impact": "major",
    "status": "investigating",
    "body": {"zh-hans": "正在排查。", "en": "We are looking into it."},
    "components": {},
}


def kill_engines(product: Product) -> None:
    """End PostgreSQL and Valkey as the kernel would for want of memory."""
    postmaster = product.data_dir / "postgres" / "postmaster.pid"
    with redis.Redis.from_url(product.demo["redis_url"]) as client:
        valkey = client.info("server")["process_id"]
    for pid in (int(postmaster.read_text().split()[0]), valkey):
        os.kill(pid, signal.SIGKILL)


def read_until_said(product: Product, *names: str) -> None:
    """Read what `up` prints until it has said that these are started again."""
    missing = {f"candor: {name} ended and is started again\n" for name in names}
    assert product.process.stdout
    for line in product.process.stdout:
        missing.discard(line)
        if not missing:
            return
    raise AssertionError(f"it ended without saying {missing}")


def published(api: Api) -> int:
    """Open the incident, and return its statement's number; 0 while that is not possible."""
    try:
        status, incident = api("POST", "incidents/", INCIDENT, **{"Idempotency-Key": "recovery"})
    except (OSError, ValueError):  # its answer, too, may be of a process that is starting
        return 0
    return int(incident["statement"]) if status == 201 else 0


def ledger(api: Api) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{api.demo['simulator']['url']}/control/ledger") as answer:
        return json.loads(answer.read())["messages"]


def test_engines_that_are_killed_come_back_and_everybody_is_told_once(product: Product) -> None:
    api = Api(product)
    status, report = api(
        "POST", "subscribers/import/", CSV.encode(), **{"Content-Type": "text/csv"}
    )
    assert (status, report["created"]) == (200, len(PHONES))
    before, engines = product.demo, (product.data_dir / "engines.json").read_text()

    kill_engines(product)
    read_until_said(product, "postgresql", "valkey")
    number = eventually(lambda: published(api), bool)
    assert number, product.logs()

    def finished() -> bool:
        return api("GET", f"broadcasts/{number}/")[1]["state"] == "finished"

    assert eventually(finished, bool, 120), product.logs()
    told = Counter(row["to"] for row in ledger(api) if NAME in row["body"])
    assert {phone: told[phone] for phone in PHONES} == dict.fromkeys(PHONES, 1)
    for unchanged in ("url", "database_url", "redis_url", "api_token"):
        assert product.demo[unchanged] == before[unchanged]
    assert (product.data_dir / "engines.json").read_text() == engines
