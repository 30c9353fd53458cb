"""Keep every unsent delivery in the queue that the settings give its country."""

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from django.core.cache import cache
from django.db import connection
from django.db.models import Q

from notifications.channels import media
from notifications.delivery.matching import ROUTE, route_parameters
from notifications.delivery.models import Delivery
from notifications.delivery.states import DeliveryState

KEY: Final = "delivery-routes"
# Also what is under way or on hold: it may come back to its queue.
REROUTE: Final = f"""
    UPDATE delivery_delivery d SET route = {ROUTE}
    FROM subscribers_address a
    WHERE a.id = d.address_id AND d.state IN ('pending', 'sending', 'unknown', 'held')
      AND d.route <> {ROUTE}
"""


def routes_follow_settings() -> None:
    """Move unsent deliveries to their queue where the settings have changed since the last time.

    Also those that came back from an older setting: nobody serves a queue that no setting names.
    """
    present = json.dumps({one.name: one.routes for one in media()})
    if cache.get(KEY) == present and not _left_behind():
        return
    with connection.cursor() as cursor:
        cursor.execute(REROUTE, route_parameters())
    cache.set(KEY, present, None)


def _left_behind() -> bool:
    """Look between the routes there are, in the order of the index: it reads none of theirs."""
    waiting = Delivery.objects.filter(state=DeliveryState.PENDING)
    return any(
        waiting.filter(gap, channel=one.name).exclude(route__in=one.routes).exists()
        for one in media()
        for gap in _gaps(sorted(one.routes))
    )


def _gaps(routes: Sequence[str]) -> list[Q]:
    """Return what lies between routes, and behind the last one; before "" there is nothing."""
    between = [Q(route__gt=low, route__lt=high) for low, high in pairwise(routes)]
    return [*between, Q(route__gt=routes[-1])]
