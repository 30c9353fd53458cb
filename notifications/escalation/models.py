"""Store which level of the chain was reminded of which promise, and who was told what waits."""

from django.conf import settings
from django.db import models


class Reminder(models.Model):
    """One level of the chain, reminded once of one promise; written before anything is sent."""

    # Identifies the promise and its time: a new time is another promise.
    promise = models.CharField(max_length=120)
    # The minutes of the level from the promised time; negative before it.
    minutes = models.IntegerField()
    told_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["promise", "minutes"], name="each_level_once")
        ]

    def __str__(self) -> str:
        return f"{self.promise} {self.minutes:+d} min"


class Told(models.Model):
    """How often one person, or the staff group, was told of one item that waits or came back.

    It is claimed for one message before that is sent. A claim that ends without a result (the
    process was killed) lapses: the message is sent again as the same attempt.
    """

    item = models.CharField(max_length=120)
    # None: the group robot.
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    times = models.PositiveSmallIntegerField(default=0)
    told_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    attempt = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "staff"], nulls_distinct=False, name="told_once_each"
            )
        ]

    def __str__(self) -> str:
        return f"{self.item} ×{self.times}"
