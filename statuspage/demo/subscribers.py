"""A few subscribers who joined after the crisis, so that the next statement reaches someone."""

from typing import Final

from notifications.subscribers.services import address_add
from notifications.subscribers.topics import ALL_TOPICS
from statuspage.up.demo import DEMO_FOLLOWER

# Numbers of the form used in every Chinese example; the simulator is the only phone they ring.
PEOPLE: Final = (
    ("twilio_sms", "13800138001", "zh-hans", "micro"),
    ("twilio_sms", "13800138002", "zh-hans", "micro"),
    ("twilio_sms", "13800138003", "zh-hans", "industry"),
    ("twilio_sms", "13800138004", "en", "industry"),
    ("email", "agent@example.com", "zh-hans", ""),
    ("wechat", DEMO_FOLLOWER, "zh-hans", "micro"),
)


def seed_subscribers() -> None:
    """Add them as an operator's import would, with the consent that allows it."""
    for channel, raw, language, category in PEOPLE:
        address_add(
            channel=channel,
            raw=raw,
            language=language,
            category=category,
            topics=[*ALL_TOPICS],
            components=[],
            source="demonstration",
        )
