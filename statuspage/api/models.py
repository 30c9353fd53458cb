"""Stored answers to requests with an Idempotency-Key."""

from django.db import models

from statuspage.staff.models import ApiToken


class IdempotencyRecord(models.Model):
    """The answer that a token got for an Idempotency-Key."""

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    # Keyed, because a body may hold little more than a phone number, which could be guessed.
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    # Sealed, because an answer may hold a webhook's signing secret.
    sealed_body = models.BinaryField(default=b"")
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["token", "key"], name="idempotency_key_once")
        ]

    def __str__(self) -> str:
        return f"{self.token_id} {self.status}"
