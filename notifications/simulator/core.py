"""What every route of the simulator works with."""

from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from notifications.simulator.poster import Poster
from notifications.simulator.settings import Settings
from notifications.simulator.store import Store
from notifications.simulator.switches import Switches


@dataclass(frozen=True)
class Core:
    """The simulator's parts. `later` runs something after a delay in seconds."""

    settings: Settings
    store: Store
    switches: Switches
    poster: Poster
    later: Callable[..., object]


CORE = web.AppKey("core", Core)
