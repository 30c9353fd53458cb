"""Store how often somebody tried to find a transaction in vain."""

from django.db import models


class LookupTry(models.Model):
    """Tries on one day: about one merchant from anywhere or one origin, or of one proven phone."""

    # In Shanghai.
    day = models.DateField()
    # Keyed hashes; empty: any.
    merchant = models.BinaryField(max_length=32)
    origin = models.BinaryField(max_length=32)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "merchant", "origin"], name="lookup_tries_once")
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.count}"
