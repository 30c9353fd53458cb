"""Who gets subscribers' addresses, by what is configured: for the privacy notice and the form."""

from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from notifications.channels import medium, provider
from statuspage.privacy.notice import Recipient

TWILIO: Final = "twilio"
ALIYUN: Final = "aliyun"
SMPP: Final = "smpp"


def recipients() -> list[Recipient]:
    """Return the providers of the channels that are set up, in the active language."""
    made = (_twilio(), _smpp(), _aliyun(), _wechat(), _email())
    return [one for one in made if one is not None]


def sms_abroad() -> Recipient | None:
    """Return the provider abroad that an SMS goes to, if there is one; several as one."""
    found = [one for one in (_twilio(), _smpp()) if one and one.abroad]
    if len(found) < 2:
        return found[0] if found else None

    def together(name: str) -> str:
        said = [str(getattr(one, name)) for one in found]
        return pgettext("between names", ", ").join(dict.fromkeys(filter(None, said)))

    return replace(found[0], **{name: together(name) for name in ("name", "contact", "abroad")})


def _twilio() -> Recipient | None:
    """Return Twilio; it is abroad unless its address was pointed elsewhere (the simulator)."""
    if not provider(TWILIO).configured():
        return None
    host = urlsplit(settings.TWILIO_BASE_URL).hostname or ""
    abroad = host == "twilio.com" or host.endswith(".twilio.com")
    return Recipient(
        name="Twilio Inc." if abroad else _("Our SMS provider"),
        receives=_("phone number, text of the message"),
        purpose=_("sending SMS"),
        contact="privacy@twilio.com" if abroad else "",
        abroad=_("United States") if abroad else "",
    )


def _smpp() -> Recipient | None:
    if not provider(SMPP).configured():
        return None
    return Recipient(
        name=settings.SMPP_COMPANY or _("Our SMS provider"),
        receives=_("phone number, text of the message"),
        purpose=_("sending SMS"),
        # Where it says no more of itself, its name has to do.
        contact=settings.SMPP_COMPANY if settings.SMPP_COUNTRY else "",
        abroad=settings.SMPP_COUNTRY,
    )


def _aliyun() -> Recipient | None:
    if not provider(ALIYUN).configured():
        return None
    return Recipient(
        name=_("Alibaba Cloud Computing Ltd."),
        receives=_("phone number, text of the message"),
        purpose=_("sending SMS while the first provider is down"),
        contact="",
    )


def _wechat() -> Recipient | None:
    if not medium("wechat").configured():
        return None
    return Recipient(
        name=_("Shenzhen Tencent Computer Systems Co., Ltd. (WeChat)"),
        receives=_("your WeChat OpenID, which it knows already, and the text of the message"),
        purpose=_("sending messages in WeChat to those who follow our official account"),
        contact="",
    )


def _email() -> Recipient | None:
    if not medium("email").configured():
        return None
    return Recipient(
        name=_("Our e-mail service and yours"),
        receives=_("e-mail address, text of the message"),
        purpose=_("sending e-mail"),
        contact="",
    )
