"""What a mail server's refusal means: about this recipient, about this letter, or about us.

Codes are those of RFC 5321, enhanced ones those of RFC 3463 and its registry at IANA
(iana.org/assignments/smtp-enhanced-status-codes). Where a server gives no enhanced code, some of
its words decide. What is not known is tried again: a letter is only lost for a reason.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Final

from notifications.channels.outcomes import Failed, NotSent, Outcome, Reason

ENHANCED: Final = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
CODE_LENGTH: Final = 40

NO_MAILBOX: Final = Failed(Reason.BAD_ADDRESS, suppress=True)
BAD_ADDRESS: Final = Failed(Reason.BAD_ADDRESS)
FULL: Final = Failed(Reason.UNREACHABLE)
CONTENT: Final = Failed(Reason.REFUSED_CONTENT)
# Sent once an operator has put it right; it counts as no attempt.
OURS: Final = NotSent(Reason.NO_CREDENTIALS)
UNCLEAR: Final = NotSent(Reason.PROVIDER_ERROR)

# The whole code, or its class and subject.
BY_ENHANCED: Final[Mapping[str, Failed | NotSent]] = {
    # No such mailbox, a mailbox that has moved, a domain that takes no mail, one that is disabled.
    **dict.fromkeys(("5.1.1", "5.1.6", "5.1.10", "5.2.1"), NO_MAILBOX),
    # No such domain, an address that cannot be one, no route: perhaps only today.
    **dict.fromkeys(("5.1.0", "5.1.2", "5.1.3", "5.1.4", "5.4.1", "5.4.4"), BAD_ADDRESS),
    # The sender's address, or that of its domain.
    **dict.fromkeys(("5.1.7", "5.1.8", "5.1.9"), OURS),
    "5.2.2": FULL,
    **dict.fromkeys(("5.2.3", "5.3.4", "5.6"), CONTENT),
    "5.6.7": BAD_ADDRESS,  # an address that needs SMTPUTF8, further on
    "5.7": OURS,
}
# Subjects that are about neither a mailbox nor a letter: a mail system, the network, the protocol.
OF_SYSTEMS: Final = ("5.3.", "5.4.", "5.5.")
# 530 to 538: the relay wants to know who we are.
AUTHENTICATION: Final = frozenset({530, 534, 535, 538})
BY_CODE: Final[Mapping[int, Failed | NotSent]] = {
    **dict.fromkeys(AUTHENTICATION, OURS),
    # The order or form of a command: a whole broadcast would be refused alike.
    **dict.fromkeys((500, 502, 503, 504, 555), UNCLEAR),
    552: FULL,
    556: NO_MAILBOX,  # RFC 7504: the domain takes no mail
}
# It is us whom they refuse, whatever the code: our address, reputation, signature or rights.
ABOUT_US: Final = re.compile(
    r"\brelay|\bauth\b|\bauthenti|not authori[sz]ed|\bspf\b|\bdkim\b|\bdmarc\b|\brbl\b|\bdnsbl\b"
    r"|spamhaus|block ?list|black ?list|\breputation|\bptr\b|reverse dns|\brdns\b"
    r"|your (?:ip|host|server)|\bip address\b|client host|\bpolicy\b|\bsender\b",
    re.IGNORECASE,
)
MAILBOX_FULL: Final = re.compile(r"over ?quota|quota exceeded|mailbox (?:is )?full", re.IGNORECASE)


class Stage(StrEnum):
    """What was refused: our sender, a recipient, or the letter itself."""

    SENDER = "sender"
    RECIPIENT = "recipient"
    LETTER = "letter"


# 550, 551 and 553 to RCPT TO say that there is no such mailbox.
AT_RECIPIENT: Final = frozenset({511, 550, 551, 553})
AT_LETTER: Final = frozenset({550, 551, 553, 554})


def refused(stage: Stage, code: int, reply: str) -> Outcome:
    """Return what a reply other than acceptance means for a letter."""
    enhanced = enhanced_in(reply)
    said = f"{code} {enhanced}".strip()[:CODE_LENGTH]
    if code < 500:
        return NotSent(Reason.PROVIDER_ERROR, said)
    return replace(_permanent(stage, code, enhanced, reply), code=said)


def enhanced_in(reply: str) -> str:
    """Return the enhanced status code of a reply; empty where it has none."""
    found = ENHANCED.search(reply)
    return found[1] if found else ""


def _permanent(stage: Stage, code: int, enhanced: str, reply: str) -> Failed | NotSent:
    known = BY_ENHANCED.get(enhanced) or BY_ENHANCED.get(enhanced.rpartition(".")[0])
    if known is NO_MAILBOX and stage is not Stage.SENDER:
        return NO_MAILBOX
    if stage is Stage.SENDER or code in AUTHENTICATION or ABOUT_US.search(reply):
        return OURS
    if known or MAILBOX_FULL.search(reply):
        return known or FULL
    if enhanced.startswith(OF_SYSTEMS):
        return UNCLEAR
    if stage is Stage.RECIPIENT and code in AT_RECIPIENT:
        return NO_MAILBOX
    if stage is Stage.LETTER and code in AT_LETTER:
        return CONTENT
    return BY_CODE.get(code, BAD_ADDRESS if stage is Stage.RECIPIENT else UNCLEAR)
