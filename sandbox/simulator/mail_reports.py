"""What comes back of a mail: reports (RFC 3464), complaints (RFC 5965), holidays."""

import secrets
from collections.abc import Callable, Iterable, Mapping
from email.header import Header
from email.message import Message as Part
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import formatdate
from typing import Final

from aiohttp import web

from sandbox.simulator.callback_sender import Callback
from sandbox.simulator.core import CORE, Core
from sandbox.simulator.guard import may_call
from sandbox.simulator.markup import path
from sandbox.simulator.store import Message, Provider

HOST: Final = "simulator.localhost"
POSTMASTER: Final = f"Mail Delivery System <MAILER-DAEMON@{HOST}>"
RAW: Final = {"Content-Type": "message/rfc822"}
FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}
# What mail programs send (RFC 8058, 3.1).
ONE_CLICK: Final = b"List-Unsubscribe=One-Click"


def _failure(status: str, answer: str, action: str = "failed") -> Callable[[Message], Part]:
    """Return a maker of reports with that status, which quote what a server answered."""

    def make(mail: Message) -> Part:
        server = {"Reporting-MTA": f"dns; {HOST}", "Arrival-Date": formatdate(mail.accepted_at)}
        recipient = {
            "Final-Recipient": f"rfc822; {mail.to}",
            "Action": action,
            "Status": status,
            "Diagnostic-Code": f"smtp; {answer}",
        }
        said = f"I could not deliver your message to {mail.to}:\n\n{answer}\n"
        report = _report("delivery-status", said, mail, server, recipient)
        return _addressed(report, POSTMASTER, mail, "Undelivered mail")

    return make


def _complaint(mail: Message) -> Part:
    facts = {"Feedback-Type": "abuse", "User-Agent": "Simulator/1.0", "Version": "1"}
    said = "This is a report of a mail that a reader did not want.\n"
    report = _report("feedback-report", said, mail, facts)
    return _addressed(report, f"Complaints <feedback@{HOST}>", mail, "FW: unwanted mail")


def _holiday(mail: Message) -> Part:
    answer = MIMEText("我正在休假，有事请联系同事。\n", "plain", "utf-8")
    answer["Auto-Submitted"] = "auto-replied (vacation)"
    answer["In-Reply-To"] = answer["References"] = mail.details.get("message_id", "")
    return _addressed(answer, mail.to, mail, "自动回复")


# Name in the URL -> label, and what makes the letter.
REPORTS: Final[Mapping[str, tuple[str, Callable[[Message], Part]]]] = {
    "no-mailbox": ("无此邮箱", _failure("5.1.1", "550 5.1.1 User unknown")),
    "full": ("邮箱已满", _failure("5.2.2", "552 5.2.2 Mailbox full")),
    "away": ("对方服务器不可用", _failure("4.4.1", "451 4.4.1 No answer from host")),
    "delayed": ("投递延迟", _failure("4.4.1", "451 4.4.1 No answer from host", "delayed")),
    "policy": ("被对方策略拒收", _failure("5.7.1", "550 5.7.1 Message refused by policy")),
    "complaint": ("投诉垃圾邮件", _complaint),
    "holiday": ("自动回复", _holiday),
}


def report_of(mail: Message, kind: str) -> bytes:
    """Return the letter that comes back of a mail; KeyError: there is no such kind."""
    return bytes(REPORTS[kind][1](mail))


def send_back(core: Core, mail: Message, kind: str) -> None:
    """Post what comes back to the operator's address for it.

    Raises:
        ValueError: there is no such kind, or no address for it.
    """
    if kind not in REPORTS:
        raise ValueError(f"there is no report {kind}")
    url = core.settings.mail_returned_url
    if not url:
        raise ValueError("mail_returned_url is not set")
    core.poster.post(Callback(mail, url, kind, report_of(mail, kind), RAW))


def _addressed(letter: Part, sender: str, mail: Message, subject: str) -> Part:
    """Return a letter with an envelope: it goes back to where the mail came from."""
    letter["From"], letter["To"] = sender, mail.sender
    letter["Subject"] = Header(subject, "utf-8").encode()
    letter["Date"] = formatdate()
    letter["Message-ID"] = f"<{secrets.token_hex(12)}@{HOST}>"
    return letter


def _report(kind: str, said: str, mail: Message, *blocks: Mapping[str, str]) -> Part:
    """Return a report: words for people, blocks of headers for programs, and the mail's own."""
    report = MIMEMultipart("report", report_type=kind)
    report.attach(MIMEText(said))
    facts = Part()
    facts["Content-Type"] = f"message/{kind}"
    facts.set_payload([_headers(block.items()) for block in blocks])
    report.attach(facts)
    returned = Part()
    returned["Content-Type"] = "text/rfc822-headers"
    returned.set_payload(_headers(mail.details.get("headers", [])).as_string())
    report.attach(returned)
    return report


def _headers(pairs: Iterable[Iterable[str]]) -> Part:
    part = Part()
    for name, value in pairs:
        part[name] = Header(value, "utf-8").encode() if not value.isascii() else value
    return part


async def returned(request: web.Request) -> web.StreamResponse:
    """POST /mails/{sid}/returned with `kind`: have it come back."""
    core, mail = request.app[CORE], _mail(request)
    try:
        send_back(core, mail, str((await request.post()).get("kind", "")))
    except ValueError as error:
        raise web.HTTPBadRequest(text=str(error)) from error
    raise web.HTTPSeeOther(path("mailboxes", mail.to))


async def one_click(request: web.Request) -> web.StreamResponse:
    """POST /mails/{sid}/one-click: unsubscribe as a mail program does, without opening a page."""
    core, mail = request.app[CORE], _mail(request)
    url = mail.details.get("list_unsubscribe", "").strip(" <>")
    if not mail.details.get("list_unsubscribe_post") or not may_call(url):
        raise web.HTTPBadRequest(text="this mail offers no one-click unsubscription")
    core.poster.post(Callback(mail, url, "one-click", ONE_CLICK, FORM))
    raise web.HTTPSeeOther(path("mailboxes", mail.to))


def _mail(request: web.Request) -> Message:
    message = request.app[CORE].store.messages.get(request.match_info["sid"])
    if message is None or message.provider != Provider.MAIL:
        raise web.HTTPNotFound
    return message


ROUTES: Final = (
    web.post("/mails/{sid}/returned", returned),
    web.post("/mails/{sid}/one-click", one_click),
)
