"""Store which level of the chain was reminded of which promise."""

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
