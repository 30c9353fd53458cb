"""Callbacks of providers: verify, read, store and answer; receipts are applied later."""

import logging

from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from notifications.channels.base import Provider, provider_named
from notifications.channels.outcomes import BadSignature, Callback, Inbound, UnreadableCallback
from notifications.delivery.receipts import receipts_store
from notifications.delivery.taken import take_once
from notifications.subscribers.crypto import blind_index
from notifications.subscribers.services.inbound import inbound_apply
from notifications.subscribers.services.message_consents import consents_change
from notifications.subscribers.services.replies import reply_to

logger = logging.getLogger(__name__)

COUNT_REFUSED = """
    INSERT INTO delivery_refusedcallback (channel, day, count) VALUES (%s, current_date, 1)
    ON CONFLICT ON CONSTRAINT refused_once
    DO UPDATE SET count = delivery_refusedcallback.count + 1
"""


@method_decorator(csrf_exempt, name="dispatch")
class ProviderCallback(View):
    """`/hooks/<channel>/…`: 403 for a bad signature, 400 if unreadable, 200 once it is stored."""

    @staticmethod
    def body_allowance(request: HttpRequest, name: str, rest: str = "") -> int:
        """Return more than anybody may send where the URL's own secret is right (Aliyun's)."""
        try:
            return provider_named(name).callback_allowance(request)
        except KeyError:
            return 0

    def post(self, request: HttpRequest, name: str, rest: str = "") -> HttpResponse:
        """Verify the request before reading anything in it."""
        try:
            provider = provider_named(name)
        except KeyError as error:
            raise Http404 from error
        try:
            provider.verify_callback(request)
        except BadSignature:
            return _refused(provider)
        return self._take(provider, request)

    get = post  # WeChat verifies the address by GET.

    def _take(self, provider: Provider, request: HttpRequest) -> HttpResponse:
        try:
            callback = provider.parse_callback(request)
        except UnreadableCallback:
            return HttpResponse(_("Malformed callback."), status=400)
        with transaction.atomic():
            if callback.once and not take_once(provider.name, callback.once, forgettable=True):
                return _refused(provider)
            receipts_store(callback.receipts_of or provider.name, callback.receipts)
            consents_change(provider.medium, callback.consents)
            for inbound in callback.inbound:
                _apply(provider, inbound)
        return HttpResponse(*_answer(provider, callback))


def _answer(provider: Provider, callback: Callback) -> tuple[str, str]:
    """Return the body and the type of the answer: where the provider shows it, a reply."""
    if callback.reply:
        for inbound in callback.inbound:
            if said := reply_to(provider.medium, inbound):
                return callback.reply(said)
    return callback.answer, callback.content_type


def _apply(provider: Provider, inbound: Inbound) -> None:
    """Apply what somebody did, once: a recording of it that is played again changes nothing."""
    # As a keyed hash: some names hold the sender's.
    name = inbound.message_id and blind_index(inbound.message_id, _key(provider))
    if not name or take_once(provider.name, name):
        inbound_apply(provider.medium, inbound)


def _key(provider: Provider) -> str:
    """Return what its inbound messages are hashed with: the name it had when the first came."""
    return next(iter(provider.former_names), provider.name)


def _refused(provider: Provider) -> HttpResponse:
    """Log and count a callback that is forged or a copy, and refuse it."""
    logger.warning("refused a callback for %s: bad signature", provider.name)
    with connection.cursor() as cursor:
        cursor.execute(COUNT_REFUSED, [provider.name])
    return HttpResponse(_("Invalid signature."), status=403)
