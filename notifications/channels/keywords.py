"""Words by which merchants stop and start messages, as carriers and habit have taught them."""

import re
from collections.abc import Mapping
from typing import Final

from notifications.channels.outcomes import InboundAction

# The first row: twilio.com/docs/messaging/tutorials/advanced-opt-out; the second: what Chinese
# carriers ask senders to offer.
KEYWORDS: Final[Mapping[str, InboundAction]] = {
    **dict.fromkeys(
        ("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"),
        InboundAction.STOP,
    ),
    **dict.fromkeys(("退订", "TD", "T", "拒收", "R"), InboundAction.STOP),
    **dict.fromkeys(("START", "UNSTOP", "YES"), InboundAction.START),
}
AROUND: Final = re.compile(r"^\s+|[\s。\uff01.!]+$")


def action_of(text: str) -> InboundAction:
    """What a merchant's message asks for; only a message of one such word alone does."""
    return KEYWORDS.get(AROUND.sub("", text).upper(), InboundAction.TEXT)
