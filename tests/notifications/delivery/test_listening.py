"""What comes over connections of ours is stored first, and only then answered."""

import asyncio
from datetime import timedelta

import pytest
from django.utils import timezone

from notifications.channels import provider as find_provider
from notifications.channels import providers
from notifications.channels.outcomes import (
    Callback,
    Inbound,
    InboundAction,
    ProviderReceipt,
    ReceiptState,
)
from notifications.delivery import listening
from notifications.delivery.claim import claim
from notifications.delivery.models import Delivery, Receipt
from notifications.event_loop import process_loop
from notifications.subscribers.models import Address
from tests.factories import make_address
from tests.notifications.channels.builders import closed_port, message, send
from tests.notifications.delivery.steps import broadcast, due_now
from tests.product import eventually

PHONE = "+8613800138001"


def report(name: str) -> Callback:
    return Callback(
        receipts=[ProviderReceipt(f"{name}:DELIVRD", ReceiptState.DELIVERED, name, address=PHONE)]
    )


def stop() -> Callback:
    return Callback(inbound=[Inbound(PHONE, InboundAction.STOP, "退订", "901")])


@pytest.mark.django_db
def test_reports_and_texts_are_stored_as_those_of_callbacks_are() -> None:
    make_address(PHONE)
    assert listening.store([("cmpp", report("7")), ("cmpp", stop())]) == [None, None]
    [row] = Receipt.objects.all()
    assert (row.channel, row.provider_id, row.state) == ("cmpp", "7", "delivered")
    [address] = Address.objects.all()
    assert address.suppressed_for == "opted_out"


@pytest.mark.django_db
def test_copies_change_nothing() -> None:
    make_address(PHONE)
    for _ in range(2):
        listening.store([("cmpp", report("7")), ("cmpp", stop()), ("cmpp", stop())])
    assert Receipt.objects.count() == 1
    Address.objects.update(suppressed_at=None, suppressed_for="")
    listening.store([("cmpp", stop())])
    assert not Address.objects.exclude(suppressed_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_one_that_cannot_be_stored_keeps_no_other_from_being() -> None:
    wrong = Callback(receipts=[ProviderReceipt("x", ReceiptState.SENT, "9" * 200)])
    first, second, third = listening.store(
        [("cmpp", report("1")), ("cmpp", wrong), ("cmpp", report("3"))]
    )
    assert (first, third) == (None, None)
    assert second is not None
    assert {*Receipt.objects.values_list("provider_id", flat=True)} == {"1", "3"}


@pytest.mark.django_db(transaction=True)
def test_whoever_waits_learns_whether_it_is_stored() -> None:
    async def both() -> list[BaseException | None]:
        wrong = Callback(receipts=[ProviderReceipt("x", ReceiptState.SENT, "9" * 200)])
        told = (listening.take("cmpp", one) for one in (report("1"), wrong))
        return await asyncio.gather(*told, return_exceptions=True)

    stored, failed = asyncio.run_coroutine_threadsafe(both(), process_loop()).result(30)
    assert stored is None
    assert isinstance(failed, Exception)
    assert Receipt.objects.count() == 1


def test_only_those_that_are_set_up_and_of_the_workers_media_are_listened_to(settings) -> None:
    settings.CMPP_HOST = ""
    assert listening.listen(["sms", "celery"]) == []
    assert [one.name for one in providers() if one.listens() and one.name == "cmpp"] == ["cmpp"]
    settings.CMPP_HOST, settings.CMPP_SRC_ID = "127.0.0.1", "10690001"
    settings.CMPP_SOURCE_ADDR, settings.CMPP_SHARED_SECRET = "901234", "secret"
    assert listening.listen(["email", "celery"]) == []


@pytest.mark.django_db
def test_what_may_have_gone_out_waits_before_a_new_process_takes_anything_up(settings) -> None:
    """Its report comes over the first connection, which is made while messages are claimed."""
    settings.CMPP_HOST, settings.CMPP_SRC_ID = "127.0.0.1", "10690001"
    settings.CMPP_SOURCE_ADDR, settings.CMPP_SHARED_SECRET = "901234", "secret"
    settings.CMPP_PORT = closed_port()
    settings.DELIVERY_RESOLVE_AFTER_SECONDS = 120
    broadcast()
    due_now()
    claim("sms", 10, "cmpp")
    before = timezone.now() - timedelta(minutes=5)
    Delivery.objects.update(state="pending", may_be_sent=True, due_at=before)
    listening.listen(["sms"])
    assert Delivery.objects.get().due_at > timezone.now() + timedelta(seconds=60)


@pytest.mark.django_db(transaction=True)
def test_a_process_that_listens_stores_what_the_gateway_reports(carrier) -> None:
    cmpp = find_provider("cmpp")
    try:
        assert cmpp in listening.listen(["sms"])
        [outcome] = send(cmpp, message("+8613900000001"))
        assert eventually(Receipt.objects.count, lambda count: count == 1)
        assert Receipt.objects.get().provider_id == outcome.provider_id
        # It was answered: the gateway owes nothing any more.
        carrier.control("PUT", "config", {"cmpp_resend_ms": 50})
        assert eventually(lambda: Receipt.objects.count() == 1, bool)
    finally:
        carrier.control("PUT", "config", {"cmpp_resend_ms": 60_000})
