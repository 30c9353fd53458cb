"""What every provider of WeChat does: fill a template, send it, read what comes back."""

from abc import abstractmethod
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext

from notifications.channels import http
from notifications.channels.addresses import AddressKind
from notifications.channels.base import (
    Bulletin,
    Content,
    DataRecipient,
    Message,
    MessageTemplate,
)
from notifications.channels.facts import Facts, facts_of
from notifications.channels.outcomes import Callback, NotAccepted, NotSent, Outcome, Reason
from notifications.channels.templated import NONE, TemplateAnswer, TemplatedProvider
from notifications.channels.weixin import events, registered, strangers
from notifications.channels.weixin.account import Account, Connection, official_account
from notifications.channels.weixin.codes import outcome_of
from notifications.channels.weixin.events import Door
from notifications.channels.weixin.filling import filled
from notifications.media import WECHAT

# What this program sent before there were maps.
DEFAULT_FIELDS: Final[Mapping[str, str]] = {
    "thing1": "what",
    "phrase2": "phrase",
    "time3": "published",
    "thing4": "body|=请查看详情",
}


class WeixinProvider(TemplatedProvider):
    """An API of WeChat's that sends templates."""

    rate_setting = "WECHAT_PER_SECOND"
    # What readers' addresses are given to WeChat for.
    purpose: ClassVar[Promise]
    # Where messages go, and where the account's templates are listed.
    send_path: ClassVar[str]
    list_path: ClassVar[str]
    # The settings with the template for everything that has none of its own, and its map.
    template_setting: ClassVar[str]
    fields_setting: ClassVar[str]

    def recipient(self) -> DataRecipient:
        """Return WeChat's company."""
        return DataRecipient(
            name=gettext("Shenzhen Tencent Computer Systems Co., Ltd. (WeChat)"),
            receives=gettext(
                "your WeChat OpenID, which it knows already, and the text of the message"
            ),
            purpose=str(self.purpose),
        )

    @abstractmethod
    def account(self) -> Account:
        """Return the account that sends."""

    @abstractmethod
    def door(self) -> Door:
        """Return the callback address of the account."""

    @abstractmethod
    def body(self, message: Message) -> Mapping[str, Any]:
        """Return what the API takes for a message, beside its template and data."""

    def default_template(self) -> MessageTemplate:
        """Return the template of the settings; without an id where none is set."""
        template_id = getattr(settings, self.template_setting)
        fields = getattr(settings, self.fields_setting) or DEFAULT_FIELDS
        return MessageTemplate(provider_id=template_id, fields=fields)

    def default_templates(self) -> Sequence[MessageTemplate]:
        """Return the template of the settings, if one is set."""
        default = self.default_template()
        return [default] if default.provider_id else []

    def settles_fields(self) -> bool:
        """Return whether the settings have a map for it."""
        return bool(getattr(settings, self.fields_setting))

    def fill(self, template: MessageTemplate, facts: Facts) -> Mapping[str, str] | None:
        """Return the value of each field; None where one has none that WeChat takes."""
        return filled(template.fields, facts)

    def compose(self, bulletin: Bulletin, template: MessageTemplate | None = None) -> Content:
        """Return the filled template; nothing without one, or where a field has no value."""
        values = self.fill(template, facts_of(bulletin)) if template else None
        if template is None or values is None:
            return Content(text="")
        data = {
            "template_id": template.provider_id,
            "data": {name: {"value": value} for name, value in values.items()},
            "url": bulletin.url,
        }
        return Content(text="\n".join(values.values()), data=data)

    def check_template(self, template: MessageTemplate) -> None:
        """Raise ValidationError where a field is filled with what WeChat does not take."""
        problems = [
            said
            for name, sources in template.fields.items()
            for said in registered.field_findings(name, sources)
        ]
        if problems:
            raise ValidationError({"fields": problems})

    async def ask_templates(
        self, templates: Sequence[MessageTemplate]
    ) -> Mapping[str, TemplateAnswer]:
        """Return whether WeChat has these, and whether their maps fit its fields."""
        return await registered.ask(self.account(), self.list_path, templates)

    async def send(self, batch: Iterable[Message]) -> AsyncIterator[tuple[Message, Outcome]]:
        """Send every message once; repeat it only where WeChat refused the token."""
        async with http.session() as session:
            connection = Connection(session, self.account())

            async def send_one(message: Message) -> Outcome:
                return await self._send_one(connection, message)

            outcomes = http.each(batch, send_one)
            async for sent in strangers.told_apart(outcomes, self.account().app_id):
                yield sent

    async def _send_one(self, connection: Connection, message: Message) -> Outcome:
        data = message.content.data
        if not data.get("template_id"):
            return NotSent(Reason.NO_TEMPLATE, NONE)
        values = {
            "touser": message.address,
            "template_id": data["template_id"],
            "data": data["data"],
            **self.body(message),
        }
        try:
            return outcome_of(await connection.call("POST", self.send_path, values))
        except NotAccepted as error:
            return error.outcome

    def verify_callback(self, request: HttpRequest) -> None:
        """Check WeChat's signature.

        Raises:
            BadSignature: it is not WeChat's, or old.
        """
        events.verify(request, self.door())

    def parse_callback(self, request: HttpRequest) -> Callback:
        """Read an event in XML, or answer WeChat's check of the URL (GET).

        Raises:
            UnreadableCallback: it is malformed.
        """
        return events.read(request, self.door())


def keys_of(setting: str) -> Sequence[str]:
    """Return the keys of safe mode, the present one first."""
    return setting.split(",") if setting else []


class OfficialAccount(WeixinProvider):
    """What a service account sends; all its callbacks come to one address."""

    medium = WECHAT
    address_kind = AddressKind.OPENID

    def account(self) -> Account:
        """Return the service account."""
        return official_account()

    def door(self) -> Door:
        """Return the callback address of the account."""
        return Door(
            settings.WECHAT_APP_ID,
            settings.WECHAT_CALLBACK_TOKEN,
            keys_of(settings.WECHAT_ENCODING_AES_KEY),
            settings.WECHAT_CALLBACK_PLAIN,
            notices="wechat_notice",
        )
