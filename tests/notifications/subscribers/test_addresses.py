"""Addresses that staff or other systems add."""

import base64

import pytest
from django.core.exceptions import ValidationError

from notifications.subscribers.crypto import decrypt
from notifications.subscribers.models import Address, Consent, Subscriber
from notifications.subscribers.selectors import clear_address
from notifications.subscribers.services.addresses import OwnerControlled, address_add, webhook_add
from notifications.subscribers.services.subscriptions import subscriber_unsubscribe
from tests.factories import make_component
from tests.notifications.subscribers.visitor import E164, Visitor

pytestmark = pytest.mark.django_db

URL = "https://merchant.example.com/hook"
ROBOT = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"


def _add(**changes: object) -> Address:
    values = {"channel": "sms", "raw": "13800138000", "language": "zh", "source": "contract"}
    return address_add(**{**values, **changes})  # type: ignore[arg-type]


class TestAdding:
    def test_an_added_address_is_confirmed_and_says_how_consent_was_given(self) -> None:
        address = _add(category="micro", topics=["notice"])
        assert clear_address(address) == E164
        assert address.confirmed_at is not None
        assert address.subscriber.category == "micro"
        assert address.subscription.topics == ["notice"]
        consent = Consent.objects.get()
        assert (consent.source, consent.text_version) == ("contract", "import")

    @pytest.mark.parametrize(
        ("channel", "raw"),
        [
            ("sms", E164),
            ("robot", ROBOT),
            ("email", "a@example.com"),
            ("webhook", URL),
            ("wechat", "oMerchant_00000000000000001"),
        ],
    )
    def test_every_channel_takes_its_own_kind(self, channel: str, raw: str) -> None:
        address = _add(channel=channel, raw=raw)
        assert clear_address(address) == raw
        assert raw not in address.masked

    def test_adding_an_address_again_updates_its_choices(self) -> None:
        _add()
        _add(raw="+86 138-0013-8000", language="en", topics=["incident"])
        address = Address.objects.get()
        assert address.subscription.topics == ["incident"]
        assert Subscriber.objects.get().language == "en"

    def test_what_the_owner_confirmed_is_not_changed(self, visitor: Visitor) -> None:
        visitor.subscribe(topics=["notice"])
        with pytest.raises(OwnerControlled):
            _add(topics=["incident"])
        assert Address.objects.get().subscription.topics == ["notice"]

    def test_what_the_owner_stopped_is_not_started(self) -> None:
        subscriber_unsubscribe(subscriber=_add().subscriber)
        with pytest.raises(OwnerControlled):
            _add()
        assert Address.objects.get().suppressed_at is not None

    @pytest.mark.parametrize(
        "changes",
        [
            {"channel": "pigeon"},
            {"raw": "12345"},
            {"raw": ""},
            {"language": "fr"},
            {"category": "giant"},
            {"topics": []},
            {"topics": ["gossip"]},
            {"components": ["nothing"]},
            {"source": ""},
            {"source": " "},
            {"source": "x" * 61},
            {"source": "a\x00b"},
            {"channel": "webhook", "raw": "ftp://example.com"},
            {"channel": "webhook", "raw": "https://user:secret@example.com/"},
            {"channel": "webhook", "raw": "https://\ud800.example.com/"},
            {"channel": "email", "raw": "nobody"},
            {"channel": "robot", "raw": "short"},
        ],
    )
    def test_what_cannot_be_used_is_refused_and_leaves_nothing(
        self, changes: dict[str, object]
    ) -> None:
        with pytest.raises(ValidationError):
            _add(**changes)
        assert not Address.objects.exists()
        assert not Subscriber.objects.exists()

    def test_components_and_topics_are_kept_once_each(self) -> None:
        component = make_component().public_id
        address = _add(components=[component, component], topics=["notice", "incident", "notice"])
        assert address.subscription.components == [component]
        assert address.subscription.topics == ["incident", "notice"]


class TestWebhooks:
    def test_the_secret_has_the_form_of_standard_webhooks(self) -> None:
        _, secret = webhook_add(url=URL, language="en")
        prefix, _, encoded = secret.partition("_")
        assert prefix == "whsec"
        assert len(base64.b64decode(encoded, validate=True)) == 32

    def test_the_secret_is_sealed_like_the_address(self) -> None:
        address, secret = webhook_add(url=URL, language="en")
        address.refresh_from_db()
        sealed = bytes(address.sealed_secret)
        assert secret.encode() not in sealed
        assert decrypt(sealed, address.kind) == secret

    def test_the_address_is_shown_without_its_path(self) -> None:
        address, _ = webhook_add(url=f"{URL}?token=secret", language="en")
        assert address.masked == "merchant.example.com/***"

    def test_adding_a_webhook_again_replaces_its_secret(self) -> None:
        _, first = webhook_add(url=URL, language="en")
        address, second = webhook_add(url=URL, language="zh", topics=["incident"])
        assert first != second
        assert Address.objects.count() == 1
        assert decrypt(bytes(address.sealed_secret), address.kind) == second

    def test_a_url_that_is_none_leaves_nothing(self) -> None:
        with pytest.raises(ValidationError):
            webhook_add(url="merchant.example.com", language="en")
        assert not Address.objects.exists()
