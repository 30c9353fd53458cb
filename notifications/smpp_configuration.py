"""Typed settings of SMS over SMPP."""

from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import Field, PlainValidator, ValidationInfo, field_validator

from statuspage.lib.env import AreaSettings, Port, Positive, in_production


def _time_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"must be a time zone such as Asia/Shanghai, not {name!r}")
    return name


class SmppSettings(AreaSettings):
    """SMS over SMPP 3.4."""

    SMPP_HOST: str = ""
    """Host of a message centre that speaks SMPP 3.4, at a carrier or an aggregator."""
    SMPP_PORT: Port = 2775
    """Its port."""
    SMPP_TLS: bool = False
    """true: over TLS, with a certificate for SMPP_HOST."""
    SMPP_SYSTEM_ID: Annotated[str, Field(max_length=15)] = ""
    """The account at the centre (system_id)."""
    SMPP_PASSWORD: str = ""
    """Password of that account."""
    SMPP_SYSTEM_TYPE: Annotated[str, Field(max_length=12)] = ""
    """system_type, if the centre has given you one."""
    SMPP_SOURCE_ADDR: Annotated[str, Field(max_length=20)] = ""
    """The sender that readers see: a number, or a name of up to 11 letters and digits, to which
    nobody can reply."""
    SMPP_REPLIES: bool = False
    """true: replies to SMPP_SOURCE_ADDR reach us by these connections, so texts say how to stop."""
    SMPP_SOURCE_TON: Annotated[int, Field(ge=0, le=7)] | None = None
    """Its type of number; empty: as it is written (1 for +852…, 3 for a short code, 5 for a
    name)."""
    SMPP_SOURCE_NPI: Annotated[int, Field(ge=0, le=18)] | None = None
    """Its numbering plan; empty: as it is written (1, and 0 for short codes and names)."""
    SMPP_DEST_TON: Annotated[int, Field(ge=0, le=7)] = 1
    """Type of readers' numbers, which are sent with their country code."""
    SMPP_DEST_NPI: Annotated[int, Field(ge=0, le=18)] = 1
    """Numbering plan of readers' numbers."""
    SMPP_LONG: Literal["udh", "sar", "payload"] = "udh"
    """How parts of long messages are marked: by a header in the text (udh), by optional parameters
    (sar), or not at all: the centre divides them (payload)."""
    SMPP_IDS: Literal["same", "hex_then_decimal", "decimal_then_hex"] = "same"
    """How the centre writes the id of a message in its answer, and then in its receipt."""
    SMPP_TIME_ZONE: Annotated[str, PlainValidator(_time_zone)] = "UTC"
    """Time zone of the times in the centre's receipts."""
    SMPP_CONNECTIONS: Annotated[int, Field(ge=1, le=32)] = 1
    """Connections that each process of the workers keeps open: the account must allow as many as
    all of these processes together, and one more for each that sends codes."""
    SMPP_WINDOW: Annotated[int, Field(ge=1, le=1024)] = 10
    """Messages without an answer on one connection."""
    SMPP_ENQUIRE_SECONDS: Annotated[float, Field(ge=0.05, le=300)] = 30.0
    """Seconds of silence after which a connection is tested; after the third test without an answer
    it is made again."""
    SMPP_COMPANY: str = Field("", validate_default=True)
    """The company that runs the centre, as the privacy notice names it."""
    SMPP_COUNTRY: str = ""
    """The country it is in, where that is not mainland China: then readers are asked for a separate
    consent (PIPL, article 39)."""
    SMPP_PER_SECOND: Positive = 100
    """Messages a second that the account allows."""

    @field_validator("SMPP_COMPANY")
    @classmethod
    def _readers_learn_who_gets_their_number(cls, company: str, info: ValidationInfo) -> str:
        if info.data.get("SMPP_HOST") and not company and in_production(info):
            raise ValueError("is required with SMPP_HOST: the privacy notice names it")
        return company
