"""What an earlier release kept apart becomes one: with the choices of both, and every stop."""

from datetime import timedelta
from importlib import import_module
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from notifications.channels.addresses import AddressKind, mask
from notifications.delivery.models import Delivery
from notifications.subscribers import unifying
from notifications.subscribers.contacts import contact_on
from notifications.subscribers.crypto import blind_index, encrypt
from notifications.subscribers.models import Address, Consent, SignUp, Subscriber
from notifications.subscribers.selectors import clear_address
from notifications.subscribers.services.addresses import address_add
from notifications.subscribers.unifying import Models, Unified, addresses_unify
from tests.factories import make_address, open_incident

pytestmark = pytest.mark.django_db

MODELS = Models(Address, SignUp, Consent)


def of_old(clear: str, channel: str = "email", **values: Any) -> Address:
    """Store an address as release 1.0 did: as typed, but for the case of a mail domain."""
    address = make_address(
        f"https://{uuid4().hex}.example" if channel == "webhook" else f"{uuid4().hex}@qq.com",
        channel,
        **values,
    )
    Address.objects.filter(pk=address.pk).update(
        sealed=encrypt(clear, address.kind),
        masked=mask(AddressKind(address.kind), clear),
        blind_index=blind_index(clear, address.kind),
    )
    address.refresh_from_db()
    return address


def unify() -> Unified:
    return addresses_unify(MODELS)


def delivery(address: Address, statement: Any, state: str = "sent") -> Delivery:
    now = timezone.now()
    return Delivery.objects.create(
        statement=statement,
        published_at=statement.published_at,
        address=address,
        channel=address.channel,
        language="en",
        state=state,
        due_at=now,
        created_at=now,
        updated_at=now,
    )


def test_one_mailbox_typed_in_four_ways_is_one_address() -> None:
    for clear in ("Ops@qq.com", "ops@qq.com", "OPS@qq.com", "ops\u200b@qq.com"):
        of_old(clear)
    assert unify().merged == 3
    one = Address.objects.get()
    assert one.blind_index == contact_on("email", "ops@qq.com，").index
    assert Subscriber.objects.count() == 1


def test_a_domain_in_its_own_script_and_in_ascii_are_one() -> None:
    of_old("me@bücher.example")
    of_old("me@xn--bcher-kva.example")
    unify()
    assert clear_address(Address.objects.get()) == "me@xn--bcher-kva.example"


def test_the_choices_of_both_are_kept() -> None:
    of_old("Ops@qq.com", topics=["notice"], components=["a"], category="micro")
    of_old("ops@qq.com", topics=["incident"], components=["b"], category="industry")
    unify()
    one = Address.objects.get()
    assert {*one.subscription.topics} == {"notice", "incident"}
    assert {*one.subscription.components} == {"a", "b"}
    assert one.subscriber.category == ""


def test_every_component_and_one_component_are_every_component() -> None:
    of_old("Ops@qq.com", components=["a"])
    of_old("ops@qq.com", components=[])
    unify()
    assert Address.objects.get().subscription.components == []


@pytest.mark.parametrize("reason", ["unsubscribed", "opted_out"])
@pytest.mark.parametrize("stopped", ["Ops@qq.com", "ops@qq.com"])
def test_a_stop_of_either_is_a_stop_of_it(stopped: str, reason: str) -> None:
    for clear in ("Ops@qq.com", "ops@qq.com"):
        values = {"suppressed_at": timezone.now(), "suppressed_for": reason}
        of_old(clear, **(values if clear == stopped else {}))
    unify()
    one = Address.objects.get()
    assert one.suppressed_at is not None
    assert one.suppressed_for == reason
    assert unify() == Unified()


def test_an_owners_stop_outlasts_a_providers() -> None:
    now = timezone.now()
    of_old("Ops@qq.com", suppressed_at=now, suppressed_for="bad_address")
    of_old("ops@qq.com", suppressed_at=now - timedelta(days=9), suppressed_for="unsubscribed")
    unify()
    assert Address.objects.get().suppressed_for == "unsubscribed"


def test_a_spelling_that_bounced_does_not_stop_the_one_that_works() -> None:
    of_old("ops\u200b@qq.com", suppressed_at=timezone.now(), suppressed_for="bad_address")
    of_old("ops@qq.com")
    unify()
    one = Address.objects.get()
    assert one.suppressed_at is None
    assert clear_address(one) == "ops@qq.com"


def test_consents_and_deliveries_belong_to_the_one_that_stays() -> None:
    first, second = of_old("Ops@qq.com"), of_old("ops@qq.com")
    for one in (first, second):
        Consent.objects.create(address=one, act="given", source="web", text_version="1")
    both, only = open_incident(), open_incident()
    for address, statement in ((first, both), (second, both), (second, only)):
        delivery(address, statement)
    unify()
    kept = Address.objects.get()
    assert Consent.objects.filter(address=kept).count() == 2
    assert Delivery.objects.filter(address_id=kept.pk).count() == 2
    assert Delivery.objects.count() == 3  # every count of before
    assert {row.statement_id for row in Delivery.objects.filter(address_id=kept.pk)} == {
        both.number,
        only.number,
    }


def test_another_address_of_the_merged_subscriber_keeps_them() -> None:
    of_old("Ops@qq.com")
    second = of_old("ops@qq.com")
    phone = make_address("+8613800138001")
    Address.objects.filter(pk=phone.pk).update(subscriber=second.subscriber)
    unify()
    assert Address.objects.filter(channel="email").count() == 1
    assert Address.objects.get(channel="sms").subscriber == second.subscriber


def test_the_newest_secret_of_a_webhook_stays() -> None:
    for url, secret in (("https://a.example", b"1"), ("https://a.example/#x", b"2")):
        of_old(url, "webhook", sealed_secret=secret)
    unify()
    assert bytes(Address.objects.get().sealed_secret or b"") == b"2"


def test_a_waiting_sign_up_is_found_by_its_one_spelling_as_well() -> None:
    signup = SignUp.objects.create(
        channel="email",
        kind="email",
        sealed=encrypt("Ops@qq.com", "email"),
        blind_index=blind_index("Ops@qq.com", "email"),
        masked=mask(AddressKind.EMAIL, "Ops@qq.com"),
        language="en",
        text_version="1",
    )
    unify()
    signup.refresh_from_db()
    assert signup.blind_index == contact_on("email", "ops@qq.com").index


def test_what_cannot_be_decrypted_is_left_alone_and_stops_nothing() -> None:
    lost = of_old("Ops@qq.com")
    Address.objects.filter(pk=lost.pk).update(sealed=b"\x03xyz" + b"0" * 40)
    of_old("Me@qq.com")
    assert unify() == Unified(changed=1, unreadable=1)


def test_stopped_half_way_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    for clear in ("A@qq.com", "a@qq.com", "B@qq.com", "b@qq.com"):
        of_old(clear)
    monkeypatch.setattr(unifying, "BATCH", 1)
    real, left = unifying._unify, iter((True, False))

    def stops(*given: Any) -> None:
        if not next(left):
            raise KeyboardInterrupt
        real(*given)

    monkeypatch.setattr(unifying, "_unify", stops)
    with pytest.raises(KeyboardInterrupt):
        unify()
    monkeypatch.setattr(unifying, "_unify", real)
    unify()
    assert Address.objects.count() == 2
    assert unify() == Unified()


def test_the_migration_does_it_to_an_upgraded_or_restored_database(
    capsys: pytest.CaptureFixture[str],
) -> None:
    of_old("Ops@qq.com")
    of_old("ops@qq.com")
    migration = import_module("notifications.subscribers.migrations.0005_one_spelling")
    loader = MigrationLoader(connection)
    state = loader.project_state(("subscribers", "0005_one_spelling"))
    migration.unify(state.apps, None)
    assert Address.objects.count() == 1
    call_command("unify_addresses")
    assert "0 addresses changed, 0 merged" in capsys.readouterr().out


def test_adding_the_same_mailbox_again_changes_the_one_there_is() -> None:
    for raw in ("Ops@qq.com", "ops@qq.com", "ops@qq.com，", "ｏｐｓ@qq.com"):
        address_add(channel="email", raw=raw, language="en", source="contract")
    assert Address.objects.count() == 1
