"""Callbacks of providers: verify, read, store and answer; receipts are applied later."""

import logging

from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from notifications.channels.base import Provider, provider_named
from notifications.channels.outcomes import BadSignature, Callback, UnreadableCallback
from notifications.delivery.callbacks import callback_store
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

    @staticmethod
    def rest_is_dropped(_request: HttpRequest, name: str, rest: str = "") -> bool:
        """Return whether a longer one is cut instead of refused."""
        try:
            return provider_named(name).cuts_callbacks
        except KeyError:
            return False

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
        if not callback_store(provider, callback):
            return _refused(provider)
        return HttpResponse(*_answer(provider, callback))


def _answer(provider: Provider, callback: Callback) -> tuple[str, str]:
    """Return the body and the type of the answer: where the provider shows it, a reply."""
    if callback.reply:
        for inbound in callback.inbound:
            if said := reply_to(provider.medium, inbound):
                return callback.reply(said)
    return callback.answer, callback.content_type


def _refused(provider: Provider) -> HttpResponse:
    """Log and count a callback that is forged or a copy, and refuse it."""
    logger.warning("refused a callback for %s: bad signature", provider.name)
    with connection.cursor() as cursor:
        cursor.execute(COUNT_REFUSED, [provider.name])
    return HttpResponse(_("Invalid signature."), status=403)
