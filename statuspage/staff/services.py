"""Issuing and checking API tokens."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q
from django.utils import timezone

from statuspage.staff.models import ApiToken, Staff

PREFIX: Final = "candor_"
# last_used_at is a hint for people; writing it on each request would be one UPDATE a request.
LAST_USED_GRAIN: Final = timedelta(minutes=1)


def token_issue(*, name: str, staff: Staff, expires_at: datetime | None = None) -> str:
    """Create a token and return its secret: the only time that it can be seen."""
    secret = PREFIX + secrets.token_urlsafe(32)
    ApiToken.objects.create(name=name, staff=staff, sha256=_hash(secret), expires_at=expires_at)
    return secret


def token_check(secret: str) -> ApiToken | None:
    """The valid token with this secret, or None when unknown, expired or of inactive staff."""
    now = timezone.now()
    token = (
        ApiToken.objects.select_related("staff")
        .filter(Q(expires_at=None) | Q(expires_at__gt=now), staff__is_active=True)
        .filter(sha256=_hash(secret))
        .first()
    )
    if token and (token.last_used_at is None or now - token.last_used_at > LAST_USED_GRAIN):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def _hash(secret: str) -> str:
    # The secret has 256 random bits: a slow hash would add cost and no safety.
    return hashlib.sha256(secret.encode()).hexdigest()
