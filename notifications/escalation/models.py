"""Which level of the chain was told of which promise."""

from django.db import models


class Reminder(models.Model):
    """One level of the chain, told once of one promise; written before the first byte leaves."""

    # Names the promise and its time: a new promise is another one.
    promise = models.CharField(max_length=120)
    # Where the level stands, in minutes from the promised time; negative before it.
    minutes = models.IntegerField()
    told_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["promise", "minutes"], name="each_level_once")
        ]

    def __str__(self) -> str:
        return f"{self.promise} {self.minutes:+d} min"
