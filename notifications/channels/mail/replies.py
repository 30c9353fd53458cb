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

from notifications.channels.outcomes import Failed, NotSent, Outcome, Reason, Unknown

# Not an IP address, nor longer; a server may end a sentence with it.
ENHANCED: Final = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)")
# Where it belongs (RFC 2034): elsewhere "4.94.2" is some program's version.
AT_ITS_PLACE: Final = re.compile(rf"^\s*{ENHANCED.pattern}", re.MULTILINE)
# It says no more than the code itself.
VAGUE: Final = frozenset({"", "5.0.0", "5.0.1", "5.5.0"})
CODE_LENGTH: Final = 40

NO_MAILBOX: Final = Failed(Reason.BAD_ADDRESS, suppress=True)
BAD_ADDRESS: Final = Failed(Reason.BAD_ADDRESS)
FULL: Final = Failed(Reason.UNREACHABLE)
CONTENT: Final = Failed(Reason.REFUSED_CONTENT)
# Sent once an operator has put it right; it counts as no attempt.
OURS: Final = NotSent(Reason.NO_CREDENTIALS)
UNCLEAR: Final = NotSent(Reason.PROVIDER_ERROR)
# That no table names: of this letter, or of every one.
UNNAMED: Final = NotSent(Reason.UNKNOWN_CODE)

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
    # Some mailbox, some route, some server: none of them stops an address.
    **dict.fromkeys(("5.1", "5.2", "5.4"), BAD_ADDRESS),
    **dict.fromkeys(("5.3", "5.5"), UNCLEAR),
    "5.7": OURS,
}
# 530 to 538: the relay wants to know who we are.
AUTHENTICATION: Final = frozenset({530, 534, 535, 538})
BY_CODE: Final[Mapping[int, Failed | NotSent]] = {
    **dict.fromkeys(AUTHENTICATION, OURS),
    # The order or form of a command: a whole broadcast would be refused alike.
    **dict.fromkeys((500, 502, 503, 504, 555), UNCLEAR),
    552: FULL,
    554: BAD_ADDRESS,
    571: OURS,  # not authorised, says an older draft of 550 5.7.1
    556: NO_MAILBOX,  # RFC 7504: the domain takes no mail
}
# It is us whom they refuse, whatever the code: our address, reputation, signature or rights.
ABOUT_US: Final = re.compile(
    r"\brelay|\bauth\b|\bauthenti|not authori[sz]ed|\bspf\b|\bdkim\b|\bdmarc\b|\brbl\b|\bdnsbl\b"
    r"|spamhaus|block ?list|black ?list|\breputation|\bptr\b|reverse dns|\brdns\b"
    r"|your (?:ip|host|server)|\bip address\b|client host|\bpolicy\b|\bsender\b",
    re.IGNORECASE,
)
MAILBOX_FULL: Final = re.compile(
    r"over ?-?quota|quota (?:is )?exceed|exceed\w* (?:\w+ )?quota|(?:mailbox|inbox) (?:is )?full"
    r"|insufficient (?:disk )?space|out of storage",
    re.IGNORECASE,
)
TOO_BIG: Final = re.compile(
    r"too (?:big|large|long)|message size|size limit|maximum size|exceed\w* size", re.IGNORECASE
)
# Gmail's 5.2.1 of a mailbox that gets too much mail just now (support.google.com/a/answer/3726730).
TOO_FAST: Final = re.compile(
    r"receiving\s+(?:[45]\.2\.1\s+)?mail (?:too quickly|at a rate)", re.IGNORECASE
)
# Where a server gives no exact code, it says so in words: English ones everywhere, also in China.
NO_MAILBOX_WORDS: Final = re.compile(
    r"(?:unknown|invalid|non-?existent|inactive) (?:local|user|recipient|mailbox|account|address)"
    r"|(?:user|recipient|mailbox|account|local part) (?:is )?(?:unknown|not known|not found|invalid"
    r"|inactive|disabled)"
    r"|no such (?:user|mailbox|recipient|person|account|address)|no mailbox (?:here )?by that name"
    r"|(?:does ?n[o']?t|do not|dosn'?t|not) exist|not a (?:known|valid) (?:user|mailbox|recipient)"
    r"|non-?existent account|doesn't have an? \S+ account",
    re.IGNORECASE,
)


class Stage(StrEnum):
    """What was refused: our sender, a recipient, or the letter itself."""

    SENDER = "sender"
    RECIPIENT = "recipient"
    LETTER = "letter"


# 550, 551 and 553 to RCPT TO say that there is no such mailbox.
AT_RECIPIENT: Final = frozenset({511, 550, 551, 553})
AT_LETTER: Final = frozenset({550, 551, 553, 554})


def refused(stage: Stage, code: int, reply: str) -> Outcome:
    """Return what a reply other than acceptance means for a letter.

    What is no refusal leaves a letter open that the server has read: it may have taken it.
    """
    enhanced = enhanced_in(reply)
    said = f"{code} {enhanced}".strip()[:CODE_LENGTH]
    if not 400 <= code < 600 and stage is Stage.LETTER:
        return Unknown(Reason.PROVIDER_ERROR, said)
    if code < 500 or enhanced.startswith("4"):
        return NotSent(Reason.PROVIDER_ERROR, said)
    return replace(_permanent(stage, code, enhanced, reply), code=said)


def enhanced_in(reply: str) -> str:
    """Return the enhanced status code of a reply; empty where it has none."""
    if found := AT_ITS_PLACE.search(reply):
        return found[1]
    return next((one for one in ENHANCED.findall(reply) if one.startswith("5.")), "")


def _permanent(stage: Stage, code: int, enhanced: str, reply: str) -> Failed | NotSent:
    if TOO_FAST.search(reply):
        return UNCLEAR
    known = BY_ENHANCED.get(enhanced)
    vague = enhanced in VAGUE
    named = vague and stage is Stage.RECIPIENT and NO_MAILBOX_WORDS.search(reply)
    if (known is NO_MAILBOX and stage is not Stage.SENDER) or named:
        return NO_MAILBOX
    if stage is Stage.SENDER or code in AUTHENTICATION or ABOUT_US.search(reply):
        return OURS
    words = FULL if MAILBOX_FULL.search(reply) else CONTENT if TOO_BIG.search(reply) else None
    by_subject = None if vague else BY_ENHANCED.get(enhanced.rpartition(".")[0])
    return known or words or by_subject or _by_code(stage, code)


def _by_code(stage: Stage, code: int) -> Failed | NotSent:
    if stage is Stage.RECIPIENT and code in AT_RECIPIENT:
        return NO_MAILBOX
    if stage is Stage.LETTER and code in AT_LETTER:
        return CONTENT
    return BY_CODE.get(code, UNNAMED)
