"""Puts the simulator together: its parts and its routes."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from aiohttp import web

from sandbox.simulator import (
    clouds,
    cmpp_gateway,
    control_api,
    group_sinks,
    home_page,
    mail_reports,
    phone_calls,
    phone_page,
    sink_pages,
    smpp_gateway,
    sms,
    twilio_api,
    twilio_calls,
    webhook_sink,
    wechat_api,
    wechat_callbacks,
    wechat_subscribe,
    wechat_templates,
    wecom_api,
)
from sandbox.simulator.callback_sender import CallbackSender
from sandbox.simulator.core import CORE, Core
from sandbox.simulator.settings import Settings
from sandbox.simulator.store import Provider, Store
from sandbox.simulator.wechat_tokens import Tokens

LARGEST_BODY_BYTES: Final = 4 * 1024 * 1024
STATIC: Final = Path(__file__).parent / "static"
ROUTES: Final = (
    *twilio_api.ROUTES,
    *twilio_calls.ROUTES,
    *phone_calls.ROUTES,
    *clouds.ROUTES,
    *wechat_api.ROUTES,
    *wechat_templates.ROUTES,
    *wechat_subscribe.ROUTES,
    *wecom_api.ROUTES,
    *webhook_sink.ROUTES,
    *group_sinks.ROUTES,
    *control_api.ROUTES,
    *home_page.ROUTES,
    *phone_page.ROUTES,
    *sink_pages.ROUTES,
    *mail_reports.ROUTES,
)


def build(settings: Settings, journal: Path | None) -> web.Application:
    """Return the application, with what the journal remembers."""
    app = web.Application(
        client_max_size=LARGEST_BODY_BYTES, middlewares=[control_api.word_refusals]
    )
    store = Store(journal)
    app[CORE] = Core(
        settings=settings,
        store=store,
        poster=CallbackSender(settings, store),
        tokens=Tokens(settings),
        mini_program_tokens=Tokens(settings),
    )
    core = app[CORE]
    core.gateways[Provider.CMPP] = cmpp_gateway.Gateway(core)
    core.gateways[Provider.SMPP] = smpp_gateway.Gateway(core)
    app.router.add_static("/static/", STATIC)
    app.add_routes([web.get("/healthz", _healthz), *ROUTES])
    app.cleanup_ctx.append(_running)
    return app


async def _healthz(request: web.Request) -> web.StreamResponse:
    return web.Response(text="ok")


async def _running(app: web.Application) -> AsyncIterator[None]:
    core = app[CORE]
    await core.poster.start()
    sms.resume(core)
    wechat_callbacks.resume(core)
    wechat_subscribe.resume(core)
    yield
    await core.poster.stop()
    core.store.close()
