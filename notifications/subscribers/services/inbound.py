"""What merchants do at their own end: STOP, START, following, and texts."""

import logging
from collections.abc import Callable
from typing import Final

from django.core.exceptions import ValidationError

from notifications.channels.outcomes import Inbound, InboundAction, Reason
from notifications.subscribers.services.binding import WECHAT, wechat_bind
from notifications.subscribers.services.stopping import address_revive, address_suppress

logger = logging.getLogger(__name__)


def inbound_apply(channel_name: str, inbound: Inbound) -> None:
    """Apply one inbound act; what does not concern a known address changes nothing."""
    try:
        _ACTS[inbound.action](channel_name, inbound)
    except ValidationError:
        # Short codes and foreign services write to us too; they are no subscribers.
        logger.info("ignored %s on %s: no address of ours", inbound.action, channel_name)


def _stop(channel_name: str, inbound: Inbound) -> None:
    address_suppress(channel=channel_name, clear_address=inbound.address, reason=Reason.OPTED_OUT)


def _start(channel_name: str, inbound: Inbound) -> None:
    address_revive(channel=channel_name, clear_address=inbound.address)


def _text(channel_name: str, inbound: Inbound) -> None:
    if channel_name == WECHAT:
        wechat_bind(openid=inbound.address, text=inbound.text)


_ACTS: Final[dict[InboundAction, Callable[[str, Inbound], None]]] = {
    InboundAction.STOP: _stop,
    InboundAction.START: _start,
    InboundAction.FOLLOW: _start,
    InboundAction.TEXT: _text,
}
