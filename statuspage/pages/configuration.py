"""Typed settings of the public pages."""

from typing import Annotated

from pydantic import Field

from statuspage.lib.env import AreaSettings, Positive


class PageSettings(AreaSettings):
    """Public pages."""

    PAGES_WAIT_SECONDS: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 1.0
    """Seconds that a publisher's response waits for the page to show the statement."""
    ARRIVAL_PER_IP_MINUTE: Positive = 120
    """Queries about arrival dates in a minute, from one network address."""
    SEARCH_PER_IP_MINUTE: Positive = 60
    """Searches of the history in a minute, from one network address."""
