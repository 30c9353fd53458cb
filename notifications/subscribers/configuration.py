"""Typed settings of subscribers and the public forms."""

from typing import Annotated

from phonenumbers import SUPPORTED_REGIONS
from pydantic import Field, PlainValidator, ValidationInfo, field_validator

from notifications.subscribers.crypto import read_keys
from statuspage.lib.env import AreaSettings, Positive, secret, words, written


def _by_country(text: str) -> dict[str, int]:
    """Read `86:2000,*:100`: numbers by calling code; `*`, for every other one, is required."""
    found: dict[str, int] = {}
    for item in words(text):
        code, _, most = (part.strip() for part in item.partition(":"))
        if code != "*" and not (code.isascii() and code.isdecimal()):
            raise ValueError(f"{code!r} is no calling code, such as 86")
        if not (most.isascii() and most.isdecimal()):
            raise ValueError(f"needs a whole number for {code}")
        found[code] = int(most)
    if "*" not in found:
        raise ValueError("needs a number for every other country, as in *:100")
    return found


Ceilings = Annotated[dict[str, int], PlainValidator(_by_country)]


class SubscriberSettings(AreaSettings):
    """Subscribers and the public forms."""

    ADDRESS_KEYS: Annotated[
        str,
        secret(
            "demo:ZGVtby1hZGRyZXNzLWtleS0zMi1ieXRlcy1sb25nISE=",
            lambda text: read_keys(text).values(),
        ),
    ] = ""
    """Encrypts phone numbers and addresses: a name, a colon, and 32 random bytes in base64. Newest
    key first; older ones, behind a comma, stay to decrypt.
    Make one: echo 2026a:$(openssl rand -base64 32)"""
    ADDRESS_INDEX_KEY: Annotated[
        str, secret("demo-blind-index-key-never-in-production", shortest=32)
    ] = ""
    """Key by which an address is found without decrypting, 32 or more random characters. It never
    changes: with another one nobody is found again. Make one: openssl rand -base64 32"""
    DEFAULT_REGION: str = "CN"
    """Country of phone numbers without a country code."""
    IMPORT_MAX_MB: Positive = 200
    """Largest file of subscribers, in megabytes."""
    BACKUP_KEEP_DAYS: Positive = 90
    """Days after which you delete a backup: the privacy notice says so."""
    ERASED_KEEP_DAYS: Positive = 180
    """Days that the keyed hash of an erased or stopped address is kept, so that no restore and no
    import brings it back; no fewer than BACKUP_KEEP_DAYS."""
    CONSENT_KEEP_DAYS: Positive = 1096
    """Days that the consents of an erased address are kept, under its keyed hash, as proof. Three
    years: as long as a claim can be brought (Civil Code, article 188)."""
    SIGNUP_CODE_SECONDS: Annotated[int, Field(ge=60)] = 600
    """Seconds that a code is valid."""
    SIGNUP_CODE_TRIES: Positive = 10
    """Attempts to enter a code."""
    SIGNUP_PER_NUMBER_HOUR: Positive = 10
    """Codes sent in an hour to one number."""
    SIGNUP_PER_IP_HOUR: Positive = 60
    """Codes asked for in an hour from one network address."""
    SIGNUP_PER_PREFIX_HOUR: Positive = 300
    """Codes sent in an hour to numbers with the same prefix."""
    SIGNUP_CODES_HOUR: Positive = 2000
    """Codes sent by SMS in an hour, to all numbers together. At a ceiling staff are told."""
    SIGNUP_CODES_DAY: Positive = 10_000
    """Codes sent by SMS in a day (24 hours), to all numbers together."""
    SIGNUP_CODES_COUNTRY_HOUR: Ceilings = written("86:2000,*:100")
    """Codes sent by SMS in an hour, by country calling code; * is every other country, each."""
    SIGNUP_CODES_COUNTRY_DAY: Ceilings = written("86:10000,*:500")
    """Codes sent by SMS in a day, by country calling code."""
    SIGNUP_ENTERED_SHARE: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.3
    """Staff are told when a smaller share than this of the codes sent by SMS is entered: somebody
    may earn from them. 0: never."""
    SIGNUP_ENTERED_OF: Positive = 30
    """Of fewer codes than this no share is taken."""
    SIGNUP_ENTERED_MINUTES: Positive = 60
    """Minutes over which the share is taken."""
    VERIFY_PER_IP_MINUTE: Positive = 30
    """Messages verified in a minute, from one network address."""

    @field_validator("ERASED_KEEP_DAYS")
    @classmethod
    def _outlives_every_backup(cls, days: int, info: ValidationInfo) -> int:
        if days < info.data.get("BACKUP_KEEP_DAYS", 0):
            raise ValueError("must be at least BACKUP_KEEP_DAYS, or a restore undoes erasures")
        return days

    @field_validator("DEFAULT_REGION")
    @classmethod
    def _region_exists(cls, region: str) -> str:
        if region not in SUPPORTED_REGIONS:
            raise ValueError("must be a country of two capital letters, such as CN")
        return region
