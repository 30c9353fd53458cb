"""Letters that come back: what a mail server reports (RFC 3464) and what readers complain of.

Only a letter with a genuine mark of ours says anything, so nobody stops messages to an address by a
forged report. Whatever else comes to that mailbox (holidays, junk, answers) says nothing.
"""

import base64
import html
import quopri
import re
from collections.abc import Iterator, Mapping, Sequence
from email.errors import MessageError
from email.message import Message as Mail
from email.parser import BytesParser
from email.policy import compat32
from typing import Any, Final

from notifications.channels.mail.marks import delivery_id_in, mark_of
from notifications.channels.mail.replies import (
    ABOUT_US,
    ENHANCED,
    MAILBOX_FULL,
    NO_MAILBOX_WORDS,
    TOO_BIG,
    TOO_FAST,
)
from notifications.channels.outcomes import ProviderReceipt, Reason, ReceiptState

# A report is short, and so are our letters that it returns: what is longer is cut.
LONGEST: Final = 512 * 1024
PARTS: Final = 30
# To whom it was returned, as the servers that took it in note it.
ENVELOPE: Final = (
    *("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Delivered-To"),
    "Original-Recipient",
)
OUR_HEADERS: Final = ("Message-ID", "Return-Path", "References", "In-Reply-To")
POSTMASTERS: Final = re.compile(
    r"mailer-?daemon|post-?master|mail delivery (?:sub)?system|microsoftexchange", re.I
)
SMTP_CODE: Final = re.compile(r"(?<![\d.])([45]\d\d)(?=[ -])")
# In words of a server that writes no report: not a telephone number, nor "will try until".
FAILED_FOR_GOOD: Final = re.compile(r"(?<![\d.+-])(5\d\d)(?=[ -](?!\d{3}))")
NOT_YET: Final = re.compile(
    r"still trying|(?:will|being) (?:be )?(?:retr|kept|try)|keep(?:s)? trying|delayed|"
    r"this is a warning|warning message only|not need to resend"
    r"|重试|(?:继续|再次|重新)(?:尝试|投递|发送)|(?:投递|发送)延迟|延迟(?:投递|送达)",
    re.IGNORECASE,
)
# No such mailbox (RFC 3463): stops the messages to it at once.
NO_MAILBOX: Final = frozenset({"5.1.1", "5.1.6", "5.1.10", "5.2.1"})
VAGUE: Final = frozenset({"", "5.0.0", "5.5.0", "5.1.0", "5.4.0"})
BY_SUBJECT: Final[Mapping[str, Reason]] = {
    "5.1": Reason.BAD_ADDRESS,
    "5.6": Reason.REFUSED_CONTENT,
    "5.7": Reason.BLOCKED,
}
TOO_LONG: Final = frozenset({"5.2.3", "5.3.4"})
FAILED: Final = "failed"
REPORTS: Final = frozenset({"message/delivery-status", "message/global-delivery-status"})
TAG: Final = re.compile(r"<[^<>]*>")
EMPTY_LINE: Final = re.compile(rb"\r?\n[ \t]*\r?\n")
# RFC 5965, 7.3: a reader reports it as unwanted. RFC 6650 adds that it was wanted after all.
COMPLAINTS: Final = frozenset({"abuse", "opt-out", "opt-out-list"})


def receipts_in(raw: bytes) -> Sequence[ProviderReceipt]:
    """Return what a letter says of one of ours; nothing where it is not genuine."""
    try:
        mail = BytesParser(policy=compat32).parsebytes(raw[:LONGEST])
        return [*_read(mail)]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, MessageError):
        return []  # nobody can make the library stumble over a letter and hold up the others


def _read(mail: Mail) -> Iterator[ProviderReceipt]:
    parts = [*_parts(mail)]
    delivery_id = delivery_id_in(_marked(mail, parts))
    if not delivery_id:
        return
    if any(_is_complaint(part) for part in parts):
        yield _complaint(delivery_id)
    elif report := _report(mail, parts):
        yield _returned(delivery_id, *report)


def _parts(mail: Mail) -> Iterator[Mail]:
    """Yield the parts of a letter, without going into the letter that it returns."""
    payload: Any = mail.get_payload()
    whole = isinstance(payload, list) and mail.get_content_maintype() == "multipart"
    own = payload if whole else ()
    yield mail
    for part in own[:PARTS]:
        yield part
        inner = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inner, list):
            yield from inner[:PARTS]


def _blocks(part: Mail) -> Sequence[Mail]:
    """Return the blocks of a report, or the letter inside a part."""
    payload: Any = part.get_payload()
    return payload if isinstance(payload, list) else ()


def _report_blocks(part: Mail) -> Sequence[Mail]:
    """Return the blocks of a report, also where it is encoded or internationalised (RFC 6533)."""
    blocks = _blocks(part)
    text = b"\n\n".join(bytes(one) for one in blocks)
    how = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
    if how in {"base64", "quoted-printable"}:
        decode = base64.b64decode if how == "base64" else quopri.decodestring
        text = decode(text)
    elif part.get_content_type() == "message/delivery-status":
        return blocks
    return [BytesParser(policy=compat32).parsebytes(one) for one in EMPTY_LINE.split(text)]


def _marked(mail: Mail, parts: Sequence[Mail]) -> Iterator[str]:
    """Yield where a mark of ours may stand: the envelope, the returned letter, what it answers."""
    yield from _values(mail, ENVELOPE)
    for part in parts:
        kind = part.get_content_type()
        if kind in {"message/rfc822", "message/global"}:
            for inner in _blocks(part)[:1]:
                yield from _values(inner, OUR_HEADERS)
        elif kind in {"text/rfc822-headers", "message/global-headers"}:
            head = BytesParser(policy=compat32).parsebytes(_content(part), headersonly=True)
            yield from _values(head, OUR_HEADERS)
        elif kind == "message/feedback-report":
            for inner in _blocks(part)[:1]:
                yield from _values(inner, ("Original-Mail-From", "Original-Envelope-Id"))
    yield from _values(mail, ("References", "In-Reply-To"))
    if _from_postmaster(mail):
        yield _text(parts)


def _values(mail: Mail, names: Sequence[str]) -> Iterator[str]:
    for name in names:
        for value in mail.get_all(name, ()):
            yield str(value)


def _content(part: Mail) -> bytes:
    payload: Any = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _text(parts: Sequence[Mail]) -> str:
    """Return the plain text of a letter; of one that has none, as QQ's, that of its HTML."""
    said = [_said(part) for part in parts if part.get_content_type() == "text/plain"]
    if not any(one.strip() for one in said):
        pages = (_said(part) for part in parts if part.get_content_type() == "text/html")
        said = [html.unescape(TAG.sub(" ", one)).replace("\xa0", " ") for one in pages]
    return "\n".join(said)


def _said(part: Mail) -> str:
    content = _content(part)
    try:
        return content.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return content.decode("utf-8", "replace")


def _from_postmaster(mail: Mail) -> bool:
    return bool(POSTMASTERS.search(str(mail.get("From", ""))))


def _is_complaint(part: Mail) -> bool:
    return part.get_content_type() == "message/feedback-report" and any(
        str(block.get("Feedback-Type", "")).strip().lower() in COMPLAINTS for block in _blocks(part)
    )


def _report(mail: Mail, parts: Sequence[Mail]) -> tuple[str, str] | None:
    """Return status and diagnosis of a failure; None where nothing has failed for good.

    A server that writes no such report says in its letter, from its postmaster, what it answered.
    """
    reports = [one for one in parts if one.get_content_type() in REPORTS]
    if reports:
        told = [block for part in reports for block in _report_blocks(part) if block.get("Action")]
        return _mildest([one for one in told if _action(one) == FAILED], told)
    if not _from_postmaster(mail):
        return None
    text = _text(parts)
    answered = FAILED_FOR_GOOD.search(text) or ENHANCED.search(text)
    if not answered or answered[1].startswith(("2.", "4.")) or NOT_YET.search(text):
        return None
    return "", text[answered.start() :][:500]


def _mildest(failed: Sequence[Mail], told: Sequence[Mail]) -> tuple[str, str] | None:
    """Return what a report says of our letter, which had one recipient.

    Of several, to whom a list or an alias sent it on, one that failed says nothing of the others.
    """
    if not failed or len(failed) < len(told):
        return None
    answers = [
        (_status(one), " ".join(str(one.get("Diagnostic-Code", "")).split())) for one in failed
    ]
    return min(answers, key=lambda one: _meaning(*_exact(*one))[1])


def _action(block: Mail) -> str:
    return str(block.get("Action", "")).partition("(")[0].strip().lower()


def _status(block: Mail) -> str:
    given = ENHANCED.search(str(block.get("Status", "")))
    return given[1] if given else ""


def _exact(status: str, diagnosis: str) -> tuple[str, str]:
    """Return the code: what the reader's server answered, where the relay's word is general."""
    said = ENHANCED.search(diagnosis)
    return (said[1] if said and status in VAGUE else status), diagnosis


def _returned(delivery_id: int, status: str, diagnosis: str) -> ProviderReceipt:
    code, _ = _exact(status, diagnosis)
    reason, suppress = _meaning(code, diagnosis)
    number = SMTP_CODE.search(diagnosis)
    shown = code or (number[1] if number else "returned")
    return ProviderReceipt(
        key=f"returned:{delivery_id}:{shown}",
        state=ReceiptState.UNDELIVERED,
        provider_id="",
        delivery_id=delivery_id,
        code=shown,
        reason=reason,
        suppress=suppress,
    )


def _meaning(code: str, diagnosis: str) -> tuple[Reason, bool]:
    """Return why, and whether the mailbox does not exist.

    A full mailbox, or a server that was away for days, stops nothing: it may come back.
    """
    if code in NO_MAILBOX and not TOO_FAST.search(diagnosis):
        return Reason.BAD_ADDRESS, True
    if code.startswith("5.2.2") or MAILBOX_FULL.search(diagnosis) or code.startswith("4."):
        return Reason.UNREACHABLE, False
    if code in TOO_LONG or (code in VAGUE and TOO_BIG.search(diagnosis)):
        return Reason.REFUSED_CONTENT, False
    if code in VAGUE and NO_MAILBOX_WORDS.search(diagnosis):
        return Reason.BAD_ADDRESS, True
    if code in VAGUE and ABOUT_US.search(diagnosis):
        return Reason.BLOCKED, False
    return BY_SUBJECT.get(code.rpartition(".")[0], Reason.UNREACHABLE), False


def _complaint(delivery_id: int) -> ProviderReceipt:
    """Return the receipt of a letter that arrived, and that its reader does not want again."""
    return ProviderReceipt(
        key=f"complaint:{mark_of(delivery_id)}",
        state=ReceiptState.DELIVERED,
        provider_id="",
        delivery_id=delivery_id,
        code="complaint",
        reason=Reason.OPTED_OUT,
        suppress=True,
    )
