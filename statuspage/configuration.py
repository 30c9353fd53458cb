"""Typed settings of the site and its engines, and the list of every area."""

import json
import re
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import Field, ValidationInfo, field_validator

from notifications.configuration import (
    RobotSettings,
    SmsSettings,
    WebhookSettings,
    WeChatSettings,
)
from notifications.delivery.configuration import DeliverySettings
from notifications.escalation.configuration import EscalationSettings
from notifications.mail_configuration import EmailSettings
from notifications.smpp_configuration import SmppSettings
from notifications.subscribers.configuration import SubscriberSettings
from notifications.voice_configuration import VoiceSettings
from notifications.wechat_configuration import WeChatTemplateSettings
from statuspage.approvals.configuration import ApprovalSettings
from statuspage.incidents.configuration import IncidentSettings
from statuspage.lib.database_url import database_from_url
from statuspage.lib.env import (
    AreaSettings,
    Port,
    WordList,
    http_url,
    in_production,
    secret,
    written,
)
from statuspage.lib.paths import default_data_dir
from statuspage.monitors.configuration import MonitorSettings
from statuspage.notices.configuration import NoticeSettings
from statuspage.operations.configuration import OperationsSettings
from statuspage.pages.configuration import PageSettings
from statuspage.privacy.configuration import LegalSettings
from statuspage.regulator.configuration import RegulatorSettings
from statuspage.settlement.configuration import SettlementSettings
from statuspage.staff.configuration import StaffSettings
from statuspage.statements.configuration import PublicLogSettings

AS_IN_THE_EXAMPLE: Final = "password"
# A host, an address, or a domain of at least two labels with all its subdomains.
HOST: Final = re.compile(r"[\w-]+(\.[\w-]+)*|\[[\da-f:]+\]|(\.[\w-]+){2,}", re.IGNORECASE)
CONTACT: Final = re.compile(r"(mailto:|https://|tel:)\S+")
REDIS_SCHEMES: Final = ("redis://", "rediss://", "unix://")


class SiteSettings(AreaSettings):
    """The site and its operator."""

    ERROR_DETAILS: bool = Field(False, exclude=True)
    """With DEBUG=true only: show Django's error pages, with tracebacks, in the browser."""
    SECRET_KEY: Annotated[
        str, secret("demo-secret-key-never-in-production-0123456789abcdef", shortest=50)
    ] = ""
    """Signs sessions and links: 50 or more random characters. Make one: openssl rand -base64 48"""
    ALLOWED_HOSTS: WordList = written("", examples=["status.example.com"])
    """Host names of the site, separated by commas."""
    PORT: Port = 8000
    """Port of `make run`."""
    SITE_URL: str = Field("", examples=["https://status.example.com"])
    """Public address of the site."""
    TRUSTED_PROXIES: Annotated[int, Field(ge=0)] = 0
    """Reverse proxies in front that add to X-Forwarded-For; 0 trusts the peer address only."""
    OPERATOR_NAME: str = Field("演示支付", exclude=True)
    """Name of the operator in Chinese."""
    OPERATOR_NAME_EN: str = Field("DemoPay", exclude=True)
    """Name of the operator in English."""
    OPERATOR_HOTLINE: str = Field("", examples=["400-000-0000"])
    """Phone number for merchants."""
    SECURITY_CONTACT: WordList = written("")
    """Where to report vulnerabilities, separated by commas, each mailto:…, https://… or tel:….
    Shown at /.well-known/security.txt, which does not exist when this is empty."""

    @field_validator("ALLOWED_HOSTS")
    @classmethod
    def _hosts_are_named(cls, hosts: list[str], info: ValidationInfo) -> list[str]:
        if not in_production(info):
            return hosts or ["127.0.0.1", "localhost", "[::1]"]
        if not hosts:
            raise ValueError("is required when DEBUG is off")
        if any("*" in host for host in hosts):
            raise ValueError("must name hosts, without '*', when DEBUG is off")
        for host in hosts:
            if not HOST.fullmatch(host):
                raise ValueError(f"{host!r} is no host name")
        return hosts

    @field_validator("SECURITY_CONTACT")
    @classmethod
    def _contacts_are_addresses(cls, contacts: list[str], info: ValidationInfo) -> list[str]:
        if not all(CONTACT.fullmatch(one) for one in contacts):
            raise ValueError("must start with mailto:, https:// or tel:, and hold no spaces")
        return contacts or ([] if in_production(info) else ["mailto:security@demopay.example"])

    @field_validator("SITE_URL")
    @classmethod
    def _site_is_public(cls, url: str, info: ValidationInfo) -> str:
        if not url and not in_production(info):
            return f"http://127.0.0.1:{info.data.get('PORT')}"
        if not url.startswith(("https://", "http://")):
            raise ValueError("is required: the public address, such as https://…")
        if not url.startswith("https://") and in_production(info):
            raise ValueError("must start with https:// when DEBUG is off")
        hosts, host = info.data.get("ALLOWED_HOSTS", []), urlsplit(http_url(url)).hostname or ""
        if in_production(info) and hosts and not any(_allows(one, host) for one in hosts):
            raise ValueError(f"has the host {host}, which ALLOWED_HOSTS does not name")
        return url.rstrip("/")

    @field_validator("OPERATOR_HOTLINE")
    @classmethod
    def _demo_has_a_hotline(cls, hotline: str, info: ValidationInfo) -> str:
        return hotline or ("" if in_production(info) else "400-000-0000")


def _allows(allowed: str, host: str) -> bool:
    """Tell whether an entry of ALLOWED_HOSTS admits a host."""
    allowed = allowed.lower()
    return host in {allowed.strip("[]"), allowed.lstrip(".")} or (
        allowed.startswith(".") and host.endswith(allowed)
    )


class EngineSettings(AreaSettings):
    """PostgreSQL, Redis or Valkey, and files. compose.yaml sets these itself."""

    DATA_DIR: Path = Field(default_data_dir(), examples=["/var/lib/candor"])
    """Folder of rendered pages, for nginx and for a start without engines."""
    STATIC_ROOT: Path | None = Field(None, exclude=True)
    """Folder of static files, for nginx; empty: DATA_DIR/static."""
    DATABASE_URL: str = Field(
        "",
        exclude=True,
        examples=[f"postgresql://candor_runtime:{AS_IN_THE_EXAMPLE}@127.0.0.1/candor"],
    )
    """PostgreSQL, as the role of every program; it owns nothing, and may only read and add to what
    is public. Write special characters of the password as %XX."""
    DATABASE_OWNER_URL: str = Field("", exclude=True)
    """The same database as the role that owns the tables, such as postgresql://candor:…@…/candor:
    for migrate and restore alone. Programs in production do not start where they can read it, so
    keep it out of the file that they read."""
    WEB_STATEMENT_SECONDS: Annotated[int, Field(ge=1)] = 10
    """Seconds after which PostgreSQL ends a statement of the web process; workers have no limit."""
    REDIS_URL: str = Field("", examples=["redis://127.0.0.1:6379/0"])
    """Redis or Valkey: hints to workers, limits, caches."""

    @field_validator("DATA_DIR")
    @classmethod
    def _folder_is_absolute(cls, folder: Path) -> Path:
        return folder.resolve()

    @field_validator("DATABASE_URL", "REDIS_URL")
    @classmethod
    def _engine_is_known(cls, url: str, info: ValidationInfo) -> str:
        """Use the embedded engine that `make run` started if no URL is set."""
        url = url or _embedded(info)
        if not url:
            raise ValueError("is not set, and no embedded engine runs (`make run`)")
        if info.field_name == "DATABASE_URL":
            _check_password(database_from_url(url), info)
        elif not url.startswith(REDIS_SCHEMES):
            raise ValueError(f"must start with {', '.join(REDIS_SCHEMES)}")
        return url

    @field_validator("DATABASE_OWNER_URL")
    @classmethod
    def _owner_is_another_role(cls, url: str, info: ValidationInfo) -> str:
        runtime = info.data.get("DATABASE_URL", "")
        if not url and runtime and runtime == _embedded(info, "database_url"):
            url = _embedded(info)
        if not url or not runtime:
            return url
        one, other = database_from_url(url), database_from_url(runtime)
        _check_password(one, info)
        if one["NAME"] != other["NAME"]:
            raise ValueError("must name the same database as DATABASE_URL")
        if in_production(info) and one["USER"] == other["USER"]:
            raise ValueError("must be another role than DATABASE_URL's")
        return url


def _embedded(info: ValidationInfo, name: str = "") -> str:
    """Return the URL of an embedded engine by its field's name; empty where none runs."""
    running: Path = info.data.get("DATA_DIR", default_data_dir()) / "engines.json"
    if not running.exists():
        return ""
    found = json.loads(running.read_text(encoding="utf-8"))
    return str(found.get(name or str(info.field_name).lower(), ""))


def _check_password(database: dict[str, object], info: ValidationInfo) -> None:
    if in_production(info) and database["PASSWORD"] == AS_IN_THE_EXAMPLE:
        raise ValueError("still has the password of the example")


# In the order of .env.example.
AREAS: Final = (
    SiteSettings,
    LegalSettings,
    EngineSettings,
    OperationsSettings,
    PublicLogSettings,
    StaffSettings,
    ApprovalSettings,
    IncidentSettings,
    RegulatorSettings,
    MonitorSettings,
    NoticeSettings,
    SettlementSettings,
    PageSettings,
    SubscriberSettings,
    DeliverySettings,
    EscalationSettings,
    SmsSettings,
    VoiceSettings,
    SmppSettings,
    WeChatSettings,
    WeChatTemplateSettings,
    RobotSettings,
    WebhookSettings,
    EmailSettings,
)
