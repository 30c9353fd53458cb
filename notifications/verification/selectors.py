"""Finding out whose a message is."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from notifications.channels import channel as find_channel
from notifications.channels.addresses import AddressKind
from notifications.channels.registry import channels, reachable_channels
from notifications.delivery.message_code import code_typed, codes_in
from notifications.delivery.render import bulletin_of
from notifications.subscribers.codes import code_content
from notifications.subscribers.models import SignUp
from notifications.verification.comparing import Difference, difference, is_part, same
from notifications.verification.models import SentText
from notifications.verification.verdicts import WORDS, Verdict, Words
from statuspage.statements.models import Statement
from statuspage.statements.texts import LANGUAGES

SIX_DIGITS: Final = re.compile(r"(?<!\d)\d{6}(?!\d)")
ANY_CODE: Final = "000000"
NUMBER: Final = re.compile(r"第\s*(\d{1,9})\s*号|No\.\s*(\d{1,9})")
MOST_NAMED: Final = 3


@dataclass(frozen=True)
class Finding:
    """What we know of a message: the verdict, what we said, and where theirs is different."""

    verdict: Verdict
    sent: Sequence[SentText] = ()
    theirs: Difference | None = None

    @property
    def words(self) -> Words:
        """The verdict, said."""
        return WORDS[self.verdict]


def look_at(text: str) -> Finding:
    """Whose this is: a code alone, or a whole message."""
    code = code_typed(text)
    if code:
        sent = [one for one in _known([code]) if _may_be_read(one)]
        return Finding(Verdict.CODE, sent) if sent else Finding(Verdict.NO_SUCH_CODE)
    sent = _known(codes_in(text))
    if sent:
        return _compared(text, sent)
    if _is_sign_up(text):
        return Finding(Verdict.SIGN_UP)
    older = next((one for one in _without_code(text) if same(text, one.text)), None)
    return Finding(Verdict.GENUINE, [older]) if older else Finding(Verdict.UNKNOWN)


def _known(codes: Sequence[str]) -> list[SentText]:
    """What went out under these codes: one text where several providers' read the same."""
    rows = SentText.objects.filter(code__in=codes).select_related("statement")
    found: dict[tuple[int, str], SentText] = {}
    for row in rows.prefetch_related("statement__corrections").order_by("-statement", "-channel"):
        found.setdefault((row.statement_id, row.text), row)
    return list(found.values())


def _may_be_read(sent: SentText) -> bool:
    """Whether a phone can show it: a stand-in's words are of no use where none is set up."""
    channel = find_channel(sent.channel)
    return not channel.stands_in_for or channel.configured()


def _compared(text: str, sent: Sequence[SentText]) -> Finding:
    for verdict, agrees in ((Verdict.GENUINE, same), (Verdict.PART, is_part)):
        match = next((one for one in sent if agrees(text, one.text)), None)
        if match:
            return Finding(verdict, [match])
    for one in sent:
        if any(same(text, other) for other in _elsewhere(one.statement)):
            return Finding(Verdict.GENUINE, [one])
    closest = max(sent, key=lambda one: _likeness(text, one.text))
    return Finding(Verdict.ALTERED, [closest], difference(text, closest.text))


def _elsewhere(statement: Statement) -> Iterator[str]:
    """The statement as other channels write it: people paste those as well."""
    for language in LANGUAGES:
        bulletin = bulletin_of(statement.document, language)
        for channel in reachable_channels():
            if channel.address_kind != AddressKind.PHONE:
                yield channel.compose(bulletin).text


def _without_code(text: str) -> Iterator[SentText]:
    """What was said under a number that the text names, before messages carried codes."""
    named = {int(first or second) for first, second in NUMBER.findall(text)}
    for statement in Statement.objects.filter(number__in=named, sent_texts=None)[:MOST_NAMED]:
        for language in LANGUAGES:
            bulletin = replace(bulletin_of(statement.document, language), code="")
            for channel in channels():
                said = channel.compose(bulletin).text
                yield SentText(statement=statement, language=language, text=said)


def _likeness(text: str, ours: str) -> int:
    """How much of it is ours, from the beginning and from the end."""
    return len(text) - len(difference(text, ours).differs)


def _is_sign_up(text: str) -> bool:
    """Whether it is the message with a sign-up code, whatever the code."""
    plain = SIX_DIGITS.sub(ANY_CODE, text)
    signups = (SignUp(language=one, kind=AddressKind.PHONE) for one in LANGUAGES)
    return any(same(plain, code_content(one, ANY_CODE).text) for one in signups)
