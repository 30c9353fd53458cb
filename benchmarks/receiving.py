"""Receipts: how many signed callbacks one web process takes a second, and keeps."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode
from uuid import uuid4

from django.conf import settings
from django.db import connection
from twilio.request_validator import RequestValidator

from benchmarks.stage import Section, Stage, measure_calls
from benchmarks.web import free_site, web_process
from notifications.channels.curl import Pool, Transfer
from notifications.delivery.models import Receipt

CALLBACKS: Final = 5_000
CONNECTIONS: Final = 64


def measure(stage: Stage) -> Section:
    """Every callback is another message's, signed, over kept-alive connections."""
    settings.SITE_URL = site = free_site()
    with web_process(stage, site) as web:
        _post(_callbacks(200))
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE delivery_receipt")
        prepared = _callbacks(CALLBACKS)
        figure = measure_calls(CALLBACKS, [web], lambda: _post(prepared))
    kept = Receipt.objects.count()
    return Section(
        "Receipts",
        f"{CALLBACKS:,} signed callbacks over {CONNECTIONS} connections to one granian process.",
        ("", "measured", "wanted"),
        [
            ["callbacks a second", f"{figure.per_second:,.0f}", "500"],
            ["lost", str(CALLBACKS - kept), "0"],
            ["CPU seconds per 1,000, web process", f"{figure.cpu:.2f}", ""],
        ],
    )


def _callbacks(count: int) -> list[Transfer]:
    validator = RequestValidator(settings.TWILIO_AUTH_TOKEN)
    made = []
    for number in range(count):
        query = f"delivery={number + 1}&attempt={uuid4()}"
        url = f"{settings.SITE_URL}/hooks/twilio/status/?{query}"
        form = {"MessageSid": f"SM{uuid4().hex}", "MessageStatus": "delivered"}
        signature = validator.compute_signature(url, form)
        headers = (
            "Content-Type: application/x-www-form-urlencoded",
            f"X-Twilio-Signature: {signature}",
            "Expect:",
        )
        made.append(Transfer(url, urlencode(form).encode(), headers))
    return made


def _post(callbacks: Sequence[Transfer]) -> None:
    async def status(one: Transfer) -> int:
        return (await one).status

    driven = Pool(CONNECTIONS).drive(status(one) for one in callbacks)
    statuses = [one for landed in driven for one in landed]
    assert statuses == [200] * len(callbacks), set(statuses)
