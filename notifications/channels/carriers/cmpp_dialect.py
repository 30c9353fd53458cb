"""CMPP between a service provider and its gateway: what is said when, and what answers mean."""

import re
from collections.abc import Mapping
from datetime import datetime
from hmac import compare_digest
from typing import Final
from zoneinfo import ZoneInfo

from notifications.channels import sms_text
from notifications.channels.carriers import cmpp_bytes, cmpp_text
from notifications.channels.carriers.cmpp_frames import (
    ActiveTestAnswer,
    Bare,
    Body,
    Command,
    Connect,
    ConnectAnswer,
    Deliver,
    DeliverAnswer,
    Report,
    Submit,
    SubmitAnswer,
    Version,
)
from notifications.channels.carriers.dialect import (
    ANSWER,
    Dialect,
    Frame,
    LoginRefused,
    MalformedFrame,
)
from notifications.channels.outcomes import (
    Accepted,
    Callback,
    Failed,
    Inbound,
    NotSent,
    Outcome,
    ProviderReceipt,
    Reason,
    ReceiptState,
    Refusal,
    Unknown,
)
from statuspage.lib.database_clock import database_now_reckoned

CHINA: Final = ZoneInfo("Asia/Shanghai")
MAINLAND: Final = re.compile(r"(?:\+|00)?(?:86)?(1[3-9]\d{9})", re.ASCII)
DELIVERED: Final = "DELIVRD"
STRUCTURE_WRONG: Final = 1

# Status of CONNECT_RESP. A gateway that has its own reasons (5 and above) mostly has too many
# connections of ours: that passes.
LOGIN: Final[Mapping[int, NotSent]] = {
    **dict.fromkeys((1, 2, 3, 4), NotSent(Reason.NO_CREDENTIALS)),
}
LOGIN_OTHER: Final = NotSent(Reason.CONNECTION)
# Result of SUBMIT_RESP. Only 6 is about the text, and in 3.0 13 about the number; all else is about
# our account, our speed or the gateway itself, and is sent once that is over.
RESULTS: Final[Mapping[int, Refusal]] = {
    # Structure, command, length: every message of ours would be refused alike.
    **dict.fromkeys((1, 2, 4), NotSent(Reason.UNKNOWN_CODE)),
    3: NotSent(Reason.PROVIDER_ERROR),  # a sequence number twice
    **dict.fromkeys((5, 7), NotSent(Reason.NO_CREDENTIALS)),  # tariff, service
    6: Failed(Reason.REFUSED_CONTENT),  # longer than a message may be
    8: NotSent(Reason.RATE_LIMITED),  # flow control
}
RESULTS_V3: Final[Mapping[int, Refusal]] = {
    **RESULTS,
    # The number that pays, our access number, our account, and the number that pays again.
    **dict.fromkeys((9, 10, 11, 12), NotSent(Reason.NO_CREDENTIALS)),
    13: Failed(Reason.BAD_ADDRESS),
}
UNKNOWN_RESULT: Final = NotSent(Reason.UNKNOWN_CODE)
# Stat of a report: CMPP 3.0, table 5; carriers write codes of their own as XX:nnnn, of which these
# come from the phone's network.
STATES: Final[Mapping[str, Reason]] = {
    **dict.fromkeys(("EXPIRED", "UNDELIV", "MI", "MK", "MN"), Reason.UNREACHABLE),
    "REJECTD": Reason.BLOCKED,
    # The home register knows no such subscriber: true of most.
    **dict.fromkeys(("MK:0001", "MI:0001", "MN:0001"), Reason.UNKNOWN_NUMBER),
}
# Not the last word.
UNDER_WAY: Final = frozenset({"ACCEPTD", "UNKNOWN"})


class Cmpp(Dialect[Body]):
    """One version of the protocol, for one account."""

    longest = cmpp_bytes.LONGEST

    def __init__(self, version: int, source: str, secret: str, *, check_gateway: bool) -> None:
        self._version, self._source, self._secret = version, source, secret
        self._check_gateway = check_gateway

    def encode(self, body: Body, sequence: int) -> bytes:
        """Return a frame in the version of the account."""
        return cmpp_bytes.encode(body, sequence, self._version)

    def decode(self, frame: bytes) -> Frame[Body]:
        """Return what a frame says in that version."""
        return cmpp_bytes.decode(frame, self._version)

    def answers(self, asked: Body, answer: Body) -> bool:
        """Return whether it is the answer of the same command."""
        return answer.command == ANSWER | asked.command

    def login(self) -> Body:
        """Return CONNECT with the time in Beijing, which the gateway's digest is made with."""
        now = f"{database_now_reckoned().astimezone(CHINA):%m%d%H%M%S}"
        return cmpp_bytes.connect(self._source, self._secret, self._version, now)

    def check_login(self, asked: Body, answer: Body) -> None:
        """Pass for status 0 from a gateway that knows the secret too."""
        if not isinstance(asked, Connect) or not isinstance(answer, ConnectAnswer):
            raise LoginRefused(LOGIN_OTHER)
        if answer.status:
            meant = LOGIN.get(answer.status, LOGIN_OTHER)
            raise LoginRefused(NotSent(meant.reason, f"login {answer.status}"))
        expected = cmpp_bytes.gateway_digest(0, asked.digest, self._secret, self._version)
        if self._check_gateway and not compare_digest(expected, answer.digest):
            raise LoginRefused(NotSent(Reason.NO_CREDENTIALS, "gateway digest"))

    def heartbeat(self) -> Body:
        """Return ACTIVE_TEST."""
        return Bare(Command.ACTIVE_TEST)

    def goodbye(self) -> Body:
        """Return TERMINATE."""
        return Bare(Command.TERMINATE)

    def answer_at_once(self, body: Body) -> Body | None:
        """Return the answer to ACTIVE_TEST and TERMINATE."""
        return AT_ONCE.get(body.command)

    def ends(self, body: Body) -> bool:
        """Return whether it is TERMINATE, or the answer to ours."""
        return body.command in (Command.TERMINATE, ANSWER | Command.TERMINATE)

    def incoming(self, body: Body) -> Callback:
        """Return the report, or the text, of a DELIVER."""
        if not isinstance(body, Deliver) or (body.reported and body.report is None):
            raise MalformedFrame("neither a report nor a text")
        if body.report:
            return Callback(receipts=[receipt_of(body.report)])
        text = cmpp_text.unpacked(body.content, body.format, udhi=body.udhi)
        action, part = sms_text.action_of(text), cmpp_text.part_of(body.content, udhi=body.udhi)
        return Callback(
            inbound=[Inbound(e164(body.sender), action, text, str(body.message_id), part)]
        )

    def taken(self, body: Body, *, readable: bool) -> Body:
        """Return DELIVER_RESP; what cannot be read must not come again either."""
        named = body.message_id if isinstance(body, Deliver) else 0
        return DeliverAnswer(named, 0 if readable else STRUCTURE_WRONG)

    def late_answer(self, asked: Body, answer: Body) -> Callback:
        """Return that a message was taken after all, by its number and the time."""
        if not (isinstance(asked, Submit) and isinstance(answer, SubmitAnswer)) or answer.result:
            return Callback()
        named = str(answer.message_id)
        taken = ProviderReceipt(
            *(f"{named}:taken", ReceiptState.SENT, named),
            address=e164(asked.to),
            submitted_at=database_now_reckoned(),
        )
        return Callback(receipts=[taken])

    def outcome_of(self, answer: Body) -> Outcome:
        """Return what an answer to SUBMIT means."""
        if not isinstance(answer, SubmitAnswer):
            return Unknown(Reason.PROVIDER_ERROR, "answer")
        if not answer.result:
            return Accepted(str(answer.message_id))
        table = RESULTS_V3 if self._version >= Version.V3 else RESULTS
        meant = table.get(answer.result, UNKNOWN_RESULT)
        return type(meant)(meant.reason, str(answer.result))


AT_ONCE: Final[Mapping[int, Body]] = {
    Command.ACTIVE_TEST: ActiveTestAnswer(),
    Command.TERMINATE: Bare(ANSWER | Command.TERMINATE),
}


def receipt_of(report: Report) -> ProviderReceipt:
    """Return what a report says of a message, which it names by the gateway's id and by number."""
    named, state = str(report.message_id), report.state.upper()
    error = None
    if state != DELIVERED:
        reason = STATES.get(state, STATES.get(state.partition(":")[0], Reason.OTHER))
        error = Failed(reason, state)
    reached = ReceiptState.DELIVERED if error is None else ReceiptState.UNDELIVERED
    under_way = state in UNDER_WAY
    return ProviderReceipt(
        *(f"{named}:{state}", ReceiptState.SENT if under_way else reached, named),
        code="" if error is None or under_way else error.code,
        reason=None if error is None or under_way else error.reason,
        suppress=bool(error and error.reason is Reason.UNKNOWN_NUMBER and not under_way),
        address=e164(report.to),
        submitted_at=_minute(report.submitted),
    )


def e164(number: str) -> str:
    """Return a number as gateways write it (bare, or behind 86, +86 or 0086) in E.164 form."""
    found = MAINLAND.fullmatch(number)
    if found:
        return f"+86{found[1]}"
    return f"+{number.removeprefix('+').removeprefix('00')}"


def _minute(text: str) -> datetime | None:
    """Return a time like 2611302215, which is Beijing's; None where it is none."""
    try:
        return datetime.strptime(text, "%y%m%d%H%M").replace(tzinfo=CHINA)
    except ValueError:
        return None
