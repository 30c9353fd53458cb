"""Accounts of WeChat, and calls of its API with the access token that all processes share."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

import aiohttp
from django.conf import settings
from redis.exceptions import RedisError

from notifications.channels import http
from notifications.channels.outcomes import NotAccepted, NotSent, Reason
from notifications.channels.weixin.codes import STALE_TOKEN, refusal_of
from statuspage.lib.redis_client import async_client

logger = logging.getLogger(__name__)

# A token is replaced this long before its end, so that none expires in transit.
SPARE_SECONDS: Final = 300
# A process that dies while it fetches must not hold up the others for longer.
LOCK_SECONDS: Final = 45


@dataclass(frozen=True)
class Account:
    """An official account or a mini program."""

    app_id: str
    secret: str = field(repr=False)


def official_account() -> Account:
    """Return the service account of the settings."""
    return Account(settings.WECHAT_APP_ID, settings.WECHAT_SECRET)


def mini_program() -> Account:
    """Return the mini program of the settings."""
    return Account(settings.MINI_PROGRAM_APP_ID, settings.MINI_PROGRAM_SECRET)


class Connection:
    """Calls of WeChat's API over one session, each repeated once where the token was refused."""

    def __init__(self, session: aiohttp.ClientSession, account: Account) -> None:
        self._session = session
        self._account = account
        self._token = ""
        self._renewing = asyncio.Lock()

    async def call(
        self, method: str, path: str, values: Mapping[str, Any] | None = None
    ) -> http.ProviderResponse:
        """Return the answer to a call that needs a token.

        Raises:
            NotAccepted: there was no answer, or no token that WeChat takes.
        """
        token = self._token or await self._renew("")
        answer = await self._request(method, path, token, values)
        if _refuses_token(answer):
            answer = await self._request(method, path, await self._renew(token), values)
        if _refuses_token(answer):
            raise NotAccepted(NotSent(Reason.NO_CREDENTIALS, "token"))
        return answer

    async def _request(
        self, method: str, path: str, token: str, values: Mapping[str, Any] | None
    ) -> http.ProviderResponse:
        url = f"{settings.WECHAT_BASE_URL}/{path}?access_token={quote(token)}"
        return await http.request(self._session, method, url, json=values)

    async def _renew(self, stale: str) -> str:
        """Return another token than `stale`, fetched once for all messages that wait for it."""
        async with self._renewing:
            if self._token == stale:
                try:
                    await self._renew_shared(stale)
                except RedisError as error:
                    if self._token == stale:
                        raise NotAccepted(NotSent(Reason.CONNECTION, "redis")) from error
                    # Nobody else got the new token; it is good all the same.
                    logger.warning("Redis did not take WeChat's token: %s", type(error).__name__)
            return self._token

    async def _renew_shared(self, stale: str) -> None:
        """Take the token that all processes share; of those that want another only one fetches.

        Raises:
            redis.RedisError: Redis is away, or another process has been fetching for too long.
            NotAccepted: WeChat gives none.
        """
        key = f"token:wechat:{self._account.app_id}"
        async with async_client(decode_responses=True) as redis:
            kept = await redis.get(key)
            if kept and kept != stale:
                self._token = str(kept)
                return
            lock = redis.lock(f"{key}:lock", timeout=LOCK_SECONDS, blocking_timeout=LOCK_SECONDS)
            async with lock:
                kept = await redis.get(key)
                if kept and kept != stale:
                    self._token = str(kept)
                    return
                self._token, seconds = await self._fetch(stale)
                await redis.set(key, self._token, ex=max(1, seconds - SPARE_SECONDS))

    async def _fetch(self, stale: str) -> tuple[str, int]:
        """Fetch a token and its seconds; force another (20 a day) only where it is `stale`."""
        token, seconds = await self._fetch_once(force=False)
        return await self._fetch_once(force=True) if token == stale else (token, seconds)

    async def _fetch_once(self, *, force: bool) -> tuple[str, int]:
        values = {
            "grant_type": "client_credential",
            "appid": self._account.app_id,
            "secret": self._account.secret,
            "force_refresh": force,
        }
        url = f"{settings.WECHAT_BASE_URL}/cgi-bin/stable_token"
        try:
            answer = await http.request(self._session, "POST", url, json=values)
        except NotAccepted as error:
            raise NotAccepted(NotSent(Reason.CONNECTION, error.outcome.code)) from error
        return _token_of(answer)


def _refuses_token(answer: http.ProviderResponse) -> bool:
    return answer.status == 200 and answer.json().get("errcode") in STALE_TOKEN


def _token_of(answer: http.ProviderResponse) -> tuple[str, int]:
    given = answer.json()
    token, seconds = given.get("access_token"), given.get("expires_in")
    if isinstance(token, str) and token and isinstance(seconds, int):
        return token, seconds
    code = given.get("errcode", answer.status)
    known = refusal_of(code)
    reason = Reason.PROVIDER_ERROR if answer.status >= 500 or code == -1 else known.reason
    reason = Reason.NO_CREDENTIALS if reason == Reason.UNKNOWN_CODE else reason
    raise NotAccepted(NotSent(reason, f"token {code}", known.retry_after))
