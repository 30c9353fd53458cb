"""The simulator's memory: every message and follower, and the journal that survives a restart."""

import json
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TextIO

from sandbox.simulator.segments import segments

JsonObject = dict[str, Any]


class Provider(StrEnum):
    """The provider whose protocol a message used."""

    TWILIO = "twilio"
    ALIYUN = "aliyun"
    TENCENT = "tencent"
    CMPP = "cmpp"
    SMPP = "smpp"
    VOICE = "voice"
    ALIYUN_VOICE = "aliyun_voice"
    WECHAT = "wechat"
    MINI_PROGRAM = "mini_program"
    WECOM = "wecom"
    MAIL = "mail"
    WEBHOOK = "webhook"
    GROUP = "group"  # every robot and push service but WeCom's


SMS: Final = frozenset(
    {Provider.TWILIO, Provider.ALIYUN, Provider.TENCENT, Provider.CMPP, Provider.SMPP}
)


class Table(StrEnum):
    """A table other than messages; each row has a key."""

    FOLLOWERS = "followers"  # by OpenID
    OPT_OUTS = "opt_outs"  # by phone number
    WECHAT_TEMPLATES = "wechat_templates"  # by account:id
    CONSENTS = "consents"  # to subscription messages, by account:OpenID:template
    SECRETS = "secrets"  # of webhooks, by name
    TEMPLATES = "templates"  # of the clouds, by provider and id
    SEEN = "seen"  # messages already looked at, by address
    SMPP_OWED = "smpp_owed"  # likewise, of SMPP
    CMPP_OWED = "cmpp_owed"  # reports and texts that no client has answered, by a name of ours


@dataclass
class Message:
    """One message, sent to (`inbound` false) or by (`inbound` true) a person.

    Times are seconds since 1970. `segments` is counted for an SMS, `details` is what only one
    provider knows, `attempts` the callbacks tried, each with the status it told and what was
    answered.
    """

    sid: str
    provider: str
    to: str
    sender: str
    body: str
    status: str
    inbound: bool = False
    accepted_at: float = field(default_factory=time.time)
    updated_at: float = 0.0
    sent_at: float | None = None
    segments: int = 0
    error_code: int | str | None = None
    status_callback: str = ""
    client_msg_id: str = ""
    deleted: bool = False
    details: JsonObject = field(default_factory=dict)
    attempts: list[JsonObject] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.segments:
            is_sms = self.provider in SMS
            self.segments = segments(self.body) if is_sms else 1

    @property
    def person(self) -> str:
        """The address at the other end."""
        return self.sender if self.inbound else self.to

    def reply(self, sid: str, text: str) -> "Message":
        """Return the message that answers this one at once."""
        details = {"reply_to": self.sid}
        reply = Message(
            sid, self.provider, self.sender, self.to, text, "delivered", details=details
        )
        reply.sent_at = reply.accepted_at
        return reply


JOURNAL_MESSAGES: Final = "messages"
JOURNAL_NOTES: Final = "notes"


class Store:
    """All messages and tables. Each change is one line of the journal, written before it counts.

    Raises:
        ValueError: the journal is not one of ours; the message names the line.
    """

    def __init__(self, journal: Path | None = None) -> None:
        # Whatever was under way before a reset must not come after it.
        self.resets = 0
        self._clear()
        self._file: TextIO | None = None
        if journal is not None:
            journal.parent.mkdir(parents=True, exist_ok=True)
            self._replay(journal)
            self._file = journal.open("a", encoding="utf-8")

    def add(self, message: Message) -> None:
        """Remember a new message."""
        message.updated_at = message.accepted_at
        self._write({"table": JOURNAL_MESSAGES, "put": vars(message)})
        self._index(message)

    def change(self, message: Message, **changes: Any) -> None:
        """Change a message's fields."""
        changes.setdefault("updated_at", time.time())
        # A reset may have forgotten a message whose callback was still under way.
        if message.sid in self.messages:
            self._write({"table": JOURNAL_MESSAGES, "key": message.sid, "set": changes})
        vars(message).update(changes)

    def put(self, table: Table, key: str, row: JsonObject) -> None:
        """Set a row of one of the small tables."""
        self._write({"table": table, "key": key, "put": row})
        self.tables[table][key] = row

    def drop(self, table: Table, key: str) -> None:
        """Forget a row; one that is not there is no error."""
        self._write({"table": table, "key": key})
        self.tables[table].pop(key, None)

    def note(self, text: str) -> None:
        """Record an unusual event for readers of the ledger."""
        row = {"at": time.time(), "text": text}
        self._write({"table": JOURNAL_NOTES, "put": row})
        self.notes.append(row)

    def reset(self) -> None:
        """Forget everything, in the journal too."""
        self.resets += 1
        self._clear()
        if self._file is not None:
            self._file.truncate(0)

    def close(self) -> None:
        """Let go of the journal."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def newest_first(self, provider: Provider, person: str = "") -> Iterator[Message]:
        """Return a provider's messages, with one address or with all."""
        rows = self.by_person.get((provider, person), []) if person else self.by_provider[provider]
        return reversed(rows)

    def newest_to(self, provider: Provider, to: str) -> Iterator[Message]:
        """Return a provider's messages to one address, be it a person's or the operator's."""
        return reversed(self.by_receiver.get((provider, to), []))

    def people(self, provider: Provider) -> list[str]:
        """Return the addresses that have messages, in order of first contact."""
        return [person for owner, person in self.by_person if owner == provider]

    def _clear(self) -> None:
        self.messages: dict[str, Message] = {}
        self.by_provider: dict[str, list[Message]] = defaultdict(list)
        self.by_person: dict[tuple[str, str], list[Message]] = {}
        self.by_receiver: dict[tuple[str, str], list[Message]] = {}
        self.tables: dict[Table, dict[str, JsonObject]] = {table: {} for table in Table}
        self.notes: list[JsonObject] = []

    def _index(self, message: Message) -> None:
        self.messages[message.sid] = message
        self.by_provider[message.provider].append(message)
        self.by_person.setdefault((message.provider, message.person), []).append(message)
        self.by_receiver.setdefault((message.provider, message.to), []).append(message)

    def _write(self, line: JsonObject) -> None:
        if self._file is not None:
            self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
            self._file.flush()

    def _replay(self, journal: Path) -> None:
        if not journal.exists():
            return
        with journal.open("rb+") as file:
            whole = 0
            for number, line in enumerate(file, start=1):
                # A process killed while writing leaves a last line without its end: not a change.
                if not line.endswith(b"\n"):
                    break
                try:
                    self._apply(json.loads(line))
                except (ValueError, KeyError, TypeError) as error:
                    raise ValueError(f"{journal}: line {number} cannot be read") from error
                whole += len(line)
            file.truncate(whole)

    def _apply(self, line: JsonObject) -> None:
        table, key = line["table"], line.get("key", "")
        if table == JOURNAL_NOTES:
            self.notes.append(line["put"])
        elif table == JOURNAL_MESSAGES and "set" in line:
            vars(self.messages[key]).update(line["set"])
        elif table == JOURNAL_MESSAGES:
            self._index(Message(**line["put"]))
        elif "put" in line:
            self.tables[Table(table)][key] = line["put"]
        else:
            self.tables[Table(table)].pop(key, None)
