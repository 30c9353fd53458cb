"""Keeping what our SMS say."""

from notifications.channels.addresses import AddressKind
from notifications.channels.registry import channels
from notifications.delivery.render import bulletin_of
from notifications.verification.models import SentText
from statuspage.statements.models import Statement
from statuspage.statements.texts import LANGUAGES


def texts_keep(statement: Statement) -> None:
    """Keep the words in which a new statement goes out by SMS, by every provider and language.

    Also where the policy sends none: its code stands in the other channels' messages too.
    """
    SentText.objects.bulk_create(
        SentText(
            statement=statement,
            language=language,
            channel=channel.name,
            code=bulletin.code,
            text=channel.compose(bulletin).text,
        )
        for language in LANGUAGES
        for bulletin in [bulletin_of(statement.document, language)]
        for channel in channels()
        if channel.address_kind == AddressKind.PHONE
    )
