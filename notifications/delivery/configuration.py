"""Typed settings of delivery."""

from datetime import time
from decimal import Decimal, InvalidOperation
from typing import Annotated, Final

from pydantic import Field, PlainValidator, ValidationInfo, field_validator

from notifications.delivery.states import Moment
from notifications.media import read_media
from statuspage.lib.env import AreaSettings, Positive, words, written

MOMENTS: Final = frozenset(Moment) - {Moment.PROGRESS, Moment.MAINTENANCE_CHANGED}


def _hours(text: str) -> tuple[time, time] | None:
    """Read HH:MM-HH:MM, also across midnight; None where it is empty."""
    if not text:
        return None
    try:
        start, end = (time.fromisoformat(part.strip()) for part in text.split("-"))
    except ValueError as error:
        raise ValueError("must look like 22:00-08:00") from error
    return start, end


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text.strip())
    except InvalidOperation as error:
        raise ValueError(f"must be an amount of money, not {text!r}") from error
    if not amount.is_finite() or amount < 0:
        raise ValueError("must be an amount of money, not negative")
    return amount


def _prices(text: str) -> dict[str, Decimal]:
    """Read `86:0.05,*:0.60`: amounts by key; `*`, for every other key, is required."""
    pairs = [item.partition(":") for item in text.split(",")]
    prices = {key.strip(): _amount(value) for key, _, value in pairs if key.strip()}
    if "*" not in prices:
        raise ValueError("needs a price for every other country, as in *:0.60")
    return prices


# Whether subscribers whose attribute is not known are told of a notice for some values of it. A
# late payout that nobody heard of is worse than one message too many; but who is an agent's
# merchant is asked only for what concerns that agent's alone.
UNKNOWN: Final = {
    **dict.fromkeys(("categories", "products", "models", "cycles", "provinces"), True),
    "agent_codes": False,
}
POLICIES: Final = {"told": True, "not_told": False}


def _unknown(text: str) -> dict[str, bool]:
    """Read `models:told,agent_codes:not_told`; what is not named keeps its default."""
    chosen = dict(UNKNOWN)
    for item in filter(None, (part.strip() for part in text.split(","))):
        name, _, policy = (part.strip() for part in item.partition(":"))
        if name not in UNKNOWN or policy not in POLICIES:
            raise ValueError(
                f"must look like models:told,agent_codes:not_told, of {', '.join(UNKNOWN)}"
            )
        chosen[name] = POLICIES[policy]
    return chosen


class DeliverySettings(AreaSettings):
    """Delivery."""

    DELIVERY_BATCH: Positive = 1024
    """Deliveries claimed at once."""
    DELIVERY_TIMEOUT_SECONDS: Annotated[float, Field(ge=0.1, allow_inf_nan=False)] = 15.0
    """Seconds for one request to a provider."""
    DELIVERY_LEASE_SECONDS: Annotated[int, Field(ge=5)] = 60
    """Seconds that a worker holds what it has claimed; more than twice the timeout."""
    TESTS_PER_HOUR: Positive = 30
    """Test messages that a member of staff may send to themselves in an hour."""
    DELIVERY_MAX_ATTEMPTS: Positive = 8
    """Attempts before a delivery has failed."""
    DELIVERY_GIVE_UP_HOURS: Positive = 72
    """Hours after which a message that could not be sent, through a fault of the account or of the
    provider, has failed: staff decide then whether it is still worth sending."""
    DELIVERY_RESOLVE_AFTER_SECONDS: Positive = 120
    """Seconds before the provider is first asked about a message that may have gone out."""
    DELIVERY_RECEIPT_AFTER_SECONDS: Annotated[int, Field(ge=600)] = 43_200
    """Seconds after sending from which the provider is asked for a receipt that never came; what it
    cannot tell is then shown as unconfirmed."""
    DELIVERY_PREFER_DUP: Annotated[list[str], PlainValidator(read_media)] = written("")
    """Media on which a message that nobody can be asked about is sent again; on the others
    staff decide."""
    RELEASE_TWICE_AFTER_HOURS: Positive = 2
    """Hours after publication from which a statement that a restore put on hold is only released
    after a second question."""
    DELIVERY_KEEP_DAYS: Annotated[int, Field(ge=31)] = 400
    """Days that single deliveries are kept; of older months only counts are."""
    QUIET_HOURS: Annotated[tuple[time, time] | None, PlainValidator(_hours)] = written(
        "22:00-08:00"
    )
    """Hours in each reader's own time zone in which only critical messages go out; empty: none."""
    SMS_MOMENTS: Annotated[
        frozenset[str], PlainValidator(lambda text: frozenset(words(text, MOMENTS)))
    ] = written("opened,worsened,resolved,maintenance_begins,notice")
    """What goes out by SMS."""
    AUDIENCE_UNKNOWN: Annotated[dict[str, bool], PlainValidator(_unknown)] = written(
        "categories:told,products:told,models:told,cycles:told,agent_codes:not_told,provinces:told"
    )
    """Whether subscribers get a notice when it is not known if it is for them, by what is unknown:
    told or not_told."""
    SMS_PRICES: Annotated[dict[str, Decimal], PlainValidator(_prices)] = written("86:0.05,*:0.60")
    """Price of one segment by country calling code; * is every other country."""
    VOICE_PRICES: Annotated[dict[str, Decimal], PlainValidator(_prices)] = written("86:0.15,*:1.50")
    """Price of one call, by country calling code."""
    SMS_CURRENCY: str = "CNY"
    """Currency of SMS_PRICES, VOICE_PRICES and SMS_MONTHLY_CAP."""
    SMS_MONTHLY_CAP: Annotated[
        Decimal | None, PlainValidator(lambda text: _amount(text) if text else None)
    ] = written("")
    """Cost in a month at which SMS and calls stop, with an alarm; empty: no limit."""

    @field_validator("DELIVERY_LEASE_SECONDS")
    @classmethod
    def _lease_outlives_requests(cls, lease: int, info: ValidationInfo) -> int:
        # A request must end, and its result be written, before the lease does.
        if lease <= 2 * info.data.get("DELIVERY_TIMEOUT_SECONDS", 0):
            raise ValueError("must be more than twice DELIVERY_TIMEOUT_SECONDS")
        return lease
