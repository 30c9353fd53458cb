"""Typed settings of notices."""

from typing import Annotated

from pydantic import Field

from statuspage.lib.env import AreaSettings


class NoticeSettings(AreaSettings):
    """Notices."""

    RETIREMENT_NOTICE_DAYS: Annotated[int, Field(ge=0)] = 30
    """Days ahead that the end of a terminal is announced; with fewer, a reason is asked for and
    shown."""
