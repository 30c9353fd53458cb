"""Typed settings of settlement and affected transactions."""

from typing import Annotated

from pydantic import Field

from statuspage.lib.env import AreaSettings, Positive, secret


class SettlementSettings(AreaSettings):
    """Settlement."""

    FEE_NOTICE_DAYS: Annotated[int, Field(ge=0)] = 30
    """Days ahead that a higher fee is announced; with fewer, a reason is asked for and shown."""
    BACKLOG_STEP_PERCENT: Positive = 10
    """A backlog is announced again whenever this share of it, in percent, has arrived since."""
    BACKLOG_FEWEST: Annotated[int, Field(ge=2)] = 5
    """Fewer transactions or merchants than this are not counted in public."""
    TRANSACTION_KEY: Annotated[
        str, secret("demo-transaction-key-never-in-production", shortest=32)
    ] = ""
    """Key for the hashes of affected transactions, 32 or more random characters. With another key
    none is found until its file is uploaded again. Make one: openssl rand -base64 32"""
    TRANSACTIONS_MAX_MB: Positive = 200
    """Largest file of affected transactions, in megabytes."""
    TRANSACTIONS_KEEP_DAYS: Positive = 400
    """Days that affected transactions are kept after their last change."""
    TRANSACTIONS_PER_IP_MINUTE: Positive = 10
    """Queries about a transaction in a minute, from one network address."""
    TRANSACTIONS_PER_MERCHANT_MINUTE: Positive = 10
    """Queries about the transactions of one merchant in a minute, from anywhere. Beyond it, and the
    two below, whoever asks first proves by a code that they hold the phone on file."""
    TRANSACTIONS_PER_MERCHANT_DAY: Positive = 30
    """Queries about one merchant in a day, from anywhere, that may find nothing."""
    TRANSACTIONS_PER_ADDRESS_DAY: Positive = 10
    """Of these, from one network address."""
    TRANSACTIONS_PER_PHONE_DAY: Positive = 100
    """Queries in a day that may find nothing, by somebody who has proven a phone."""
