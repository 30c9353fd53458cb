"""Puts the simulator together: its parts and its routes."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from aiohttp import web

from notifications.simulator import (
    aliyun_api,
    aliyun_callbacks,
    aliyun_signature,
    control_api,
    control_people,
    home_page,
    phone_page,
    sink_pages,
    twilio_api,
    twilio_callbacks,
    webhook_sink,
    wechat_api,
    wechat_callbacks,
    wecom_api,
)
from notifications.simulator.core import CORE, Core
from notifications.simulator.poster import Poster
from notifications.simulator.settings import Settings
from notifications.simulator.store import Store
from notifications.simulator.switches import Switches
from notifications.simulator.wechat_tokens import Tokens

LARGEST_BODY_BYTES: Final = 4 * 1024 * 1024
STATIC: Final = Path(__file__).parent / "static"
ROUTES: Final = (
    *twilio_api.ROUTES,
    *aliyun_api.ROUTES,
    *wechat_api.ROUTES,
    *wecom_api.ROUTES,
    *webhook_sink.ROUTES,
    *control_api.ROUTES,
    *control_people.ROUTES,
    *home_page.ROUTES,
    *phone_page.ROUTES,
    *sink_pages.ROUTES,
)


def build(settings: Settings, journal: Path | None) -> web.Application:
    """The application, with what the journal remembers."""
    app = web.Application(client_max_size=LARGEST_BODY_BYTES)
    store = Store(journal)
    app[CORE] = Core(
        settings=settings,
        store=store,
        switches=Switches(),
        poster=Poster(settings, store),
        later=lambda *arguments: asyncio.get_running_loop().call_later(*arguments),
    )
    app[wechat_api.TOKENS] = Tokens(settings)
    app[aliyun_signature.NONCES] = {}
    app.router.add_static("/static/", STATIC)
    app.add_routes([web.get("/healthz", _healthz), *ROUTES])
    app.cleanup_ctx.append(_running)
    return app


async def _healthz(request: web.Request) -> web.StreamResponse:
    return web.Response(text="ok")


async def _running(app: web.Application) -> AsyncIterator[None]:
    core = app[CORE]
    await core.poster.start()
    twilio_callbacks.resume(core)
    aliyun_callbacks.resume(core)
    wechat_callbacks.resume(core)
    yield
    await core.poster.stop()
    core.store.close()
