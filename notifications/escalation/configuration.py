"""Typed settings of alarms and reminders."""

from typing import Annotated

from pydantic import Field, PlainValidator, field_validator

from notifications.escalation.chain import Level, read_chain
from statuspage.lib.env import EMAIL, AreaSettings, Positive, WordList, written

Chain = Annotated[list[Level], PlainValidator(read_chain)]


class EscalationSettings(AreaSettings):
    """Alarms and reminders. A chain names who is reminded how many minutes before (-) or after the
    time: staff are ALARM_ROBOTS and ALARM_EMAILS, an e-mail address is itself. Empty: nobody."""

    ALARM_WECOM_KEY: str = ""
    """Key of the WeCom group robot that tells staff of alarms."""
    ALARM_ROBOTS: WordList = written("")
    """Addresses of more group robots and push services that tell staff, separated by commas: each
    as its service hands it out, or an Apprise URL."""
    ALARM_EMAILS: WordList = written("")
    """E-mail addresses that are told as well, separated by commas."""
    ALARM_SILENT_SECONDS: Annotated[int, Field(ge=10)] = 45
    """Seconds without a sign of workers, beat, PostgreSQL or Redis before staff are told."""
    ALARM_SETTLED_SECONDS: Annotated[int, Field(ge=0)] = 300
    """Seconds for which an alarm must stay over before staff are told so; what comes back sooner is
    the same alarm."""
    ALARM_STUCK_SECONDS: Annotated[int, Field(ge=10)] = 120
    """Seconds without any progress of a broadcast, or of a channel whose messages are due."""
    ALARM_FAILED_SHARE: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.1
    """Share of a broadcast's messages that failed, of those tried, from which staff are told."""
    ALARM_FAILED_AT_LEAST: Positive = 10
    """Fewer failed messages than this raise no alarm, whatever their share."""
    PROMISE_ESCALATION: Chain = written("-10:staff; 0:staff; 15:staff")
    """Before and after a promised update, or the first update on a monitor's signal, is due."""
    POSTMORTEM_ESCALATION: Chain = written("-1440:staff; 0:staff; 1440:staff")
    """Before and after a postmortem is due."""
    REGULATOR_ESCALATION: Chain = written("-60:staff; -15:staff; 0:staff; 30:staff")
    """Before and after a report to the regulator is due."""
    DISCLOSURE_ESCALATION: Chain = written("-20160:staff; -4320:staff; 0:staff")
    """Before the yearly disclosure is due on 31 January."""

    APPROVAL_BATCH_SECONDS: Annotated[int, Field(ge=0)] = 300
    """Seconds after a message about what waits for approval in which a person gets no other one."""
    APPROVAL_REMINDER_MINUTES: Positive = 240
    """Minutes after which approvers are reminded of what still waits; then after twice as long, and
    so on."""

    @field_validator("ALARM_EMAILS")
    @classmethod
    def _alarms_have_addresses(cls, addresses: list[str]) -> list[str]:
        for one in addresses:
            if not EMAIL.fullmatch(one):
                raise ValueError(f"{one!r} is no e-mail address")
        return addresses
