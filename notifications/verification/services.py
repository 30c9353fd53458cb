"""Keep the texts of our SMS, and find out whether a message is from us."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notifications.channels import media, medium, providers, sms_message
from notifications.channels.addresses import AddressKind
from notifications.channels.base import Bulletin, Content, Provider, provider_named
from notifications.delivery.render import bulletin_of, code_typed, codes_in
from notifications.delivery.templating import Templates, composed, composed_note
from notifications.media import SMS
from notifications.subscribers.models import SignUp
from notifications.subscribers.services.codes import code_note
from notifications.templates.selectors import registered
from notifications.verification.comparing import Difference, difference, is_part, same
from notifications.verification.models import SentText
from statuspage.statements.models import Statement
from statuspage.statements.texts import LANGUAGES


class MessageVerdict(Enum):
    """Whose message it is: the tone of the badge, a line, and what to do now."""

    GENUINE = (
        "operational",
        _("Yes, this message is from us."),
        _("It matches our text word for word."),
    )
    PART = (
        "operational",
        _("The text you pasted is part of a message from us."),
        _("The full message is below. Compare the rest before you trust it."),
    )
    CODE = (
        "notice",
        _("This is our code."),
        _(
            "Scammers can copy a code. Compare your message with the one below word by word, "
            "or paste the whole message."
        ),
    )
    ALTERED = (
        "major_outage",
        _("Careful: the code is ours, but the text is not."),
        _(
            "Do not do what the message asks. Our original text is below, and the differences "
            "in yours are marked."
        ),
    )
    SIGN_UP = (
        "notice",
        _("This looks like our message with a code."),
        _(
            "We only send one when someone enters a phone number on our website. It "
            "is not about a statement. If it was not you, ignore it and do not share the code."
        ),
    )
    NO_SUCH_CODE = (
        "partial_outage",
        _("This is not one of our codes."),
        _(
            "Please check it against your message. If you entered it correctly, the message "
            "is not from us."
        ),
    )
    UNKNOWN = (
        "major_outage",
        _("This message does not seem to be from us."),
        _(
            "It contains none of our codes. Do not reply, do not pay anything and do not open "
            "its link."
        ),
    )

    def __init__(self, tone: str, headline: Promise, advice: Promise) -> None:
        self.tone = tone
        self.headline = headline
        self.advice = advice


SIX_DIGITS: Final = re.compile(r"(?<!\d)\d{6}(?!\d)")
ANY_CODE: Final = "000000"
NUMBER: Final = re.compile(r"(?:第|公告)\s*(\d{1,9})\s*号|No\.\s*(\d{1,9})")
# A statement's number in Chinese, as messages gave it before they carried codes and as they do now.
ANY_NUMBER: Final = re.compile(
    r"[(\uff08]?(?:第|公告)\s*(\d{1,9})\s*号(?:\s*验真码(?=\s*[)\uff09]))?[)\uff09]?"
)
MOST_NAMED: Final = 3


@dataclass(frozen=True)
class Finding:
    """What we know of a message: the verdict, what we said, and where theirs is different."""

    verdict: MessageVerdict
    sent: Sequence[SentText] = ()
    theirs: Difference | None = None


def texts_keep(statement: Statement) -> None:
    """Keep the words in which a new statement goes out by SMS, by every provider and language.

    Even if the policy sends no SMS: messages on other channels have the code as well.
    """
    known = registered()
    SentText.objects.bulk_create(
        SentText(
            statement=statement,
            language=language,
            channel=channel.name,
            code=bulletin.code,
            abroad=bool(abroad),
            text=said.text,
        )
        for language in LANGUAGES
        for bulletin in [bulletin_of(statement.document, language)]
        for channel in medium(SMS).providers
        for content in [composed(channel, bulletin, Templates(channel, known))]
        for abroad, said in enumerate(content.variants())
        if said.text
    )


def text_keep(provider: Provider, bulletin: Bulletin, content: Content) -> None:
    """Keep the words in which a statement goes out by a template, once they are known."""
    if provider.medium == SMS and bulletin.code:
        kept = [
            SentText(
                statement_id=bulletin.number,
                language=bulletin.language,
                channel=provider.name,
                code=bulletin.code,
                abroad=bool(abroad),
                text=said.text,
            )
            for abroad, said in enumerate(content.variants())
            if said.text
        ]
        SentText.objects.bulk_create(kept, ignore_conflicts=True)


def look_at(text: str) -> Finding:
    """Return what is known of a text, which is a code alone or a whole message."""
    code = code_typed(text)
    if code:
        known = _known([code])
        sent = [one for one in known if _may_be_read(one)] or known
        return Finding(MessageVerdict.CODE, sent) if sent else Finding(MessageVerdict.NO_SUCH_CODE)
    sent = _known(codes_in(text))
    if sent:
        return _compared(text, sent)
    if _is_sign_up(text):
        return Finding(MessageVerdict.SIGN_UP)
    plain = _plainly_numbered(text)
    olders = _without_code(text)
    older = next((one for one in olders if same(plain, _plainly_numbered(one.text))), None)
    return Finding(MessageVerdict.GENUINE, [older]) if older else Finding(MessageVerdict.UNKNOWN)


def _known(codes: Sequence[str]) -> list[SentText]:
    """Return what went out under these codes: one text where several providers' read the same."""
    rows = SentText.objects.filter(code__in=codes).select_related("statement")
    found: dict[tuple[int, str], SentText] = {}
    for row in rows.prefetch_related("statement__corrections").order_by("-statement", "-channel"):
        found.setdefault((row.statement_id, row.text), row)
    return list(found.values())


def _may_be_read(sent: SentText) -> bool:
    """Return whether the text can be shown: its provider sends, or would if one were set up."""
    sender = provider_named(sent.channel)
    return sender.configured() or sender is medium(SMS).leading()


def _compared(text: str, sent: Sequence[SentText]) -> Finding:
    for verdict, agrees in ((MessageVerdict.GENUINE, same), (MessageVerdict.PART, is_part)):
        match = next((one for one in sent if agrees(text, one.text)), None)
        if match:
            return Finding(verdict, [match])
    for one in sent:
        if any(same(text, other) for other in _elsewhere(one.statement)):
            return Finding(MessageVerdict.GENUINE, [one])
    # Closest is the one from which the least of it differs, between its beginning and its end.
    closest = min(sent, key=lambda one: len(difference(text, one.text).differs))
    return Finding(MessageVerdict.ALTERED, [closest], difference(text, closest.text))


def _elsewhere(statement: Statement) -> Iterator[str]:
    """Yield the statement as other channels write it: people paste those as well."""
    for language in LANGUAGES:
        bulletin = bulletin_of(statement.document, language)
        for one in media():
            if one.name != SMS:
                yield composed(one.leading(), bulletin).text


def _without_code(text: str) -> Iterator[SentText]:
    """Yield what was said under a number that the text names, before messages carried codes."""
    named = {int(first or second) for first, second in NUMBER.findall(text)}
    for statement in Statement.objects.filter(number__in=named, sent_texts=None)[:MOST_NAMED]:
        for language in LANGUAGES:
            bulletin = replace(bulletin_of(statement.document, language), code="")
            for channel in providers():
                for said in channel.compose(bulletin).variants():
                    yield SentText(statement=statement, language=language, text=said.text)


def _plainly_numbered(text: str) -> str:
    """Return the text with one spelling of statement numbers: that of older messages differs."""
    return ANY_NUMBER.sub(r"第\1号", text)


def _is_sign_up(text: str) -> bool:
    """Return whether this is the message with a sign-up code, whatever the code."""
    plain = SIX_DIGITS.sub(ANY_CODE, text)
    signups = (
        SignUp(language=one, kind=AddressKind.PHONE, purpose=purpose)
        for one in LANGUAGES
        for purpose in SignUp.Purpose
    )
    notes = [code_note(one, ANY_CODE) for one in signups]
    by_templates = [one for one in medium(SMS).providers if one.uses_templates]
    return any(
        same(plain, said.text)
        for note in notes
        for content in (
            sms_message.note_content(note),
            *(composed_note(one, note) for one in by_templates),
        )
        for said in content.variants()
        if said.text
    )
