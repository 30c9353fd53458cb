"""Typed settings of the privacy notice and of the footer."""

import re
from datetime import date
from typing import Final, Literal

from pydantic import Field, ValidationInfo, field_validator

from statuspage.lib.env import AreaSettings, in_production

LICENCE: Final = re.compile(r"Z\d{13}")
ICP: Final = re.compile(r"\w?ICP(备|证)\d{6,10}号(-\d{1,3})?")
POLICE: Final = re.compile(r"\w公网安备\s?\d{14}号")
PHONE: Final = re.compile(r"\+?\d[\d -]{3,18}\d")
# For the demonstration only: numbers that nobody has.
DEMO: Final = {
    "PRIVACY_CONTACT": "privacy@demopay.example",
    "PRIVACY_OFFICER": "privacy-officer@demopay.example",
    "PAYMENT_LICENCE": "Z0000000000000",
    "ICP_NUMBER": "演ICP备00000000号",
    "COMPLAINT_LINE": "400-000-0000",
    "CONSUMER_HOTLINE": "12363",
}


class LegalSettings(AreaSettings):
    """The privacy notice at /privacy/, and the footer. Have your lawyers read both."""

    PRIVACY_HANDLER: str = Field("", examples=["演示支付有限公司"])
    """Registered name of the company that handles the data; empty: OPERATOR_NAME."""
    PRIVACY_HANDLER_EN: str = ""
    """The same in English; empty: OPERATOR_NAME_EN."""
    PRIVACY_ADDRESS: str = ""
    """Its registered address."""
    PRIVACY_CONTACT: str = Field("", examples=["privacy@example.com"])
    """E-mail address or phone number for questions and requests; empty: OPERATOR_HOTLINE."""
    PRIVACY_OFFICER: str = ""
    """Name and contact of the officer responsible for the protection of personal information."""
    PRIVACY_SINCE: date | None = None
    """Day from which the notice is in effect, such as 2026-12-01."""
    PRIVACY_TRANSFER_BASIS: Literal["", "assessment", "certification", "contract", "exempt"] = ""
    """What allows a transfer abroad (PIPL, article 38): assessment, certification, contract or
    exempt. Only of use with a provider abroad, such as Twilio."""
    PAYMENT_LICENCE: str = Field("", examples=["Z2000000000000"])
    """Number of the payment licence, shown in the footer."""
    ICP_NUMBER: str = ""
    """ICP filing number, such as 京ICP备00000000号-1, shown in the footer."""
    POLICE_NUMBER: str = ""
    """Public security filing number, such as 京公网安备 00000000000000号, shown in the footer."""
    COMPLAINT_LINE: str = ""
    """Phone number for complaints, shown in the footer."""
    CONSUMER_HOTLINE: str = ""
    """Hotline of the People's Bank of China for consumers: 12363. Shown in the footer."""

    @field_validator(*DEMO)
    @classmethod
    def _demo_has_them(cls, value: str, info: ValidationInfo) -> str:
        return value or ("" if in_production(info) else DEMO[str(info.field_name)])

    @field_validator("PAYMENT_LICENCE", "ICP_NUMBER", "POLICE_NUMBER")
    @classmethod
    def _number_has_its_form(cls, value: str, info: ValidationInfo) -> str:
        name = str(info.field_name)
        form, looks_like = {
            "PAYMENT_LICENCE": (LICENCE, "Z2000000000000"),
            "ICP_NUMBER": (ICP, "京ICP备00000000号-1"),
            "POLICE_NUMBER": (POLICE, "京公网安备 00000000000000号"),
        }[name]
        if value and not form.fullmatch(value):
            raise ValueError(f"must look like {looks_like}")
        return value

    @field_validator("COMPLAINT_LINE", "CONSUMER_HOTLINE")
    @classmethod
    def _line_can_be_called(cls, value: str) -> str:
        if value and not PHONE.fullmatch(value):
            raise ValueError("must be a phone number")
        return value
