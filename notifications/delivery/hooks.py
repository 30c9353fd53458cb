"""The providers' callbacks: verify, read, store, answer; whatever they mean is worked out later."""

import logging

from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from notifications.channels import channel as find_channel
from notifications.channels.base import Channel
from notifications.channels.outcomes import BadSignature, Unreadable
from notifications.delivery.receipts import receipts_store
from notifications.subscribers.services import inbound_apply

logger = logging.getLogger(__name__)

COUNT_REFUSED = """
    INSERT INTO delivery_refusedcallback (channel, day, count) VALUES (%s, current_date, 1)
    ON CONFLICT ON CONSTRAINT refused_once
    DO UPDATE SET count = delivery_refusedcallback.count + 1
"""


@method_decorator(csrf_exempt, name="dispatch")
class ProviderCallback(View):
    """`/hooks/<channel>/…`: 403 for a bad signature, 400 for nonsense, 200 for what we have."""

    def get(self, request: HttpRequest, name: str, rest: str = "") -> HttpResponse:
        """WeChat asks by GET whether the address is ours."""
        return self.post(request, name, rest)

    def post(self, request: HttpRequest, name: str, rest: str = "") -> HttpResponse:
        """Verified before anything in the request is believed."""
        channel = self._channel(name)
        try:
            channel.verify_callback(request)
        except BadSignature:
            _count_refused(channel)
            return HttpResponse(_("The signature is not valid."), status=403)
        return self._take(channel, request)

    def _take(self, channel: Channel, request: HttpRequest) -> HttpResponse:
        try:
            callback = channel.parse_callback(request)
        except Unreadable:
            return HttpResponse(_("This callback makes no sense."), status=400)
        with transaction.atomic():
            receipts_store(channel.name, callback.receipts)
            for inbound in callback.inbound:
                inbound_apply(channel.stands_in_for or channel.name, inbound)
        return HttpResponse(callback.answer, content_type=callback.content_type)

    @staticmethod
    def _channel(name: str) -> Channel:
        try:
            return find_channel(name)
        except KeyError as error:
            raise Http404 from error


def _count_refused(channel: Channel) -> None:
    """A forged callback must leave a trace, and a count that can raise an alarm."""
    logger.warning("refused a callback for %s: bad signature", channel.name)
    with connection.cursor() as cursor:
        cursor.execute(COUNT_REFUSED, [channel.name])
