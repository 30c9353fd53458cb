"""The media by name; pure, for settings are read before any app is loaded."""

from pathlib import Path
from typing import Final

from statuspage.lib.discovery import registering_modules
from statuspage.lib.env import words

SMS: Final = "sms"
WECHAT: Final = "wechat"
EMAIL: Final = "email"
ROBOT: Final = "robot"
WEBHOOK: Final = "webhook"
MINI_PROGRAM: Final = "mini_program"
VOICE: Final = "voice"
MEDIA: Final = (SMS, WECHAT, EMAIL, ROBOT, WEBHOOK, MINI_PROGRAM, VOICE)
# What media were called while each had one provider: programs that call us may still say so.
FORMERLY: Final = {"twilio_sms": SMS, "aliyun_sms": SMS, "wecom": ROBOT}
FOLDER: Final = Path(__file__).parent / "channels"


def current_name(name: str) -> str:
    """Return the name of a medium, which may be given as it was called before."""
    return FORMERLY.get(name, name)


def read_media(text: str) -> list[str]:
    """Read media separated by commas.

    Raises:
        ValueError: one of them is none.
    """
    return words(",".join(current_name(one) for one in words(text)), MEDIA)


def provider_names(medium: str) -> frozenset[str]:
    """Return the names of a medium's providers without importing any of them."""
    return registering_modules(FOLDER / medium)
