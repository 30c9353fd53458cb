"""Callbacks that were taken: one that is recorded and played again causes nothing."""

from datetime import timedelta
from typing import Final

from django.db import connection, models
from django.db.models.functions import Now

# A nonce beside a time that is refused once it is old need not be remembered for much longer.
SPENT_AFTER: Final = timedelta(hours=1)

TAKE: Final = """
    INSERT INTO delivery_takencallback (channel, key, forgettable, taken_at)
    VALUES (%s, %s, %s, now())
    ON CONFLICT ON CONSTRAINT taken_once DO NOTHING
"""


class TakenCallback(models.Model):
    """The mark of a callback of which no second copy counts.

    A message's id is kept for ever, since its signature (Twilio's) holds no time.
    """

    channel = models.CharField(max_length=20)
    key = models.CharField(max_length=160)
    forgettable = models.BooleanField(default=False)
    taken_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "key"], name="taken_once")]
        indexes = [
            models.Index(
                fields=["taken_at"],
                name="taken_forgettable",
                condition=models.Q(forgettable=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.taken_at}"


def take_once(channel: str, key: str, *, forgettable: bool = False) -> bool:
    """Return whether nobody has taken it before; call it in the transaction of what it causes.

    Whoever comes at the same time waits for that transaction: if it fails, it was not taken.
    """
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [channel, key[:160], forgettable])
        return bool(cursor.rowcount == 1)


def forget_spent() -> int:
    """Delete the nonces that nothing could repeat any more; return how many."""
    old = TakenCallback.objects.filter(forgettable=True, taken_at__lt=Now() - SPENT_AFTER)
    return old.delete()[0]
