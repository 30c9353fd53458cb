"""WeChat's stable access tokens: who holds a valid one, and who may have a new one."""

import secrets
import time
from dataclasses import dataclass, field
from typing import Final

from sandbox.simulator.errors import WechatError
from sandbox.simulator.settings import Settings

DAY_SECONDS: Final = 86_400
# Within the last five minutes a plain call gets a new token while the old one still works.
RENEWED_BEFORE_SECONDS: Final = 300


@dataclass
class Tokens:
    """The tokens of the one account (developers.weixin.qq.com, getStableAccessToken).

    Kept in memory only: after a restart every old token is invalid, which clients must survive.
    """

    settings: Settings
    until: dict[str, float] = field(default_factory=dict)
    current: str = ""
    forced_at: list[float] = field(default_factory=list)

    def get(self, *, force: bool) -> tuple[str, int]:
        """Return the token and for how many seconds it is valid.

        Raises:
            WechatError: `force` was used too often today.
        """
        left = self.until.get(self.current, 0.0) - time.time()
        if force and not self._forced_just_now():
            self._count_forced()
            return self._renew()
        if left <= min(RENEWED_BEFORE_SECONDS, self.settings.wechat_token_seconds / 2):
            return self._renew()
        return self.current, int(left)

    def valid(self, token: str) -> bool:
        """Return whether the token was issued, and has neither expired nor been replaced for too
        long.
        """
        return self.until.get(token, 0.0) > time.time()

    def known(self, token: str) -> bool:
        """Return whether the token was issued since the start."""
        return token in self.until

    def expire_all(self) -> None:
        """Make every token invalid at once."""
        self.until = dict.fromkeys(self.until, 0.0)

    def _forced_just_now(self) -> bool:
        since = time.time() - self.settings.wechat_forced_interval_seconds
        return bool(self.forced_at) and self.forced_at[-1] > since

    def _count_forced(self) -> None:
        now = time.time()
        self.forced_at = [at for at in self.forced_at if at > now - DAY_SECONDS]
        if len(self.forced_at) >= self.settings.wechat_forced_a_day:
            raise WechatError(45009)
        self.forced_at.append(now)

    def _renew(self) -> tuple[str, int]:
        now = time.time()
        if self.current:
            grace = now + self.settings.wechat_old_token_seconds
            self.until[self.current] = min(self.until[self.current], grace)
        self.current = secrets.token_urlsafe(96)
        self.until[self.current] = now + self.settings.wechat_token_seconds
        return self.current, self.settings.wechat_token_seconds
