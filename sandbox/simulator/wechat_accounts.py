"""The two simulated accounts: an official account, and a mini program with people of its own."""

from dataclasses import dataclass
from typing import Final

from aiohttp import web

from sandbox.simulator.core import CORE, Core
from sandbox.simulator.errors import WechatError
from sandbox.simulator.store import Provider
from sandbox.simulator.wechat_tokens import Tokens

OFFICIAL: Final = "official"
MINI_PROGRAM: Final = "mini_program"


@dataclass(frozen=True)
class Account:
    """One account: its keys, where its events go, and who holds its tokens."""

    name: str
    provider: Provider
    original_id: str
    app_id: str
    secret: str
    token: str
    aes_key: str
    callback_url: str
    tokens: Tokens


def official(core: Core) -> Account:
    """Return the official account."""
    settings = core.settings
    return Account(
        OFFICIAL,
        Provider.WECHAT,
        "gh_simulator",
        settings.wechat_app_id,
        settings.wechat_secret,
        settings.wechat_token,
        settings.wechat_aes_key,
        settings.wechat_callback_url,
        core.tokens,
    )


def mini_program(core: Core) -> Account:
    """Return the mini program."""
    settings = core.settings
    return Account(
        MINI_PROGRAM,
        Provider.MINI_PROGRAM,
        "gh_mini_program",
        settings.mini_program_app_id,
        settings.mini_program_secret,
        settings.mini_program_token,
        settings.mini_program_aes_key,
        settings.mini_program_callback_url,
        core.mini_program_tokens,
    )


def named(core: Core, name: str) -> Account:
    """Return the account of that name.

    Raises:
        ValueError: there is none.
    """
    if name not in (OFFICIAL, MINI_PROGRAM):
        raise ValueError("account is official or mini_program")
    return official(core) if name == OFFICIAL else mini_program(core)


def account_of(request: web.Request) -> Account:
    """Return the account whose access token a request has.

    Raises:
        WechatError: it has none, or none that is valid, or the account lacks the right.
    """
    core, token = request.app[CORE], request.query.get("access_token", "")
    accounts = (official(core), mini_program(core))
    found = next((one for one in accounts if one.tokens.valid(token)), None)
    if found is None:
        expired = any(one.tokens.known(token) for one in accounts)
        raise WechatError((42001 if expired else 40001) if token else 41001)
    if core.settings.wechat_unauthorised:
        raise WechatError(48001)
    return found
