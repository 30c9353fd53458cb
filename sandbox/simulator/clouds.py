"""The one address that both clouds have here: a header says whose action is called."""

from typing import Final

from aiohttp import web

from sandbox.simulator import aliyun_api, tencent_api


async def call(request: web.Request) -> web.StreamResponse:
    """POST /."""
    if "X-TC-Action" in request.headers:
        return await tencent_api.call(request)
    return await aliyun_api.call(request)


ROUTES: Final = (web.post("/", call),)
