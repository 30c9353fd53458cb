"""What each kind of field of WeChat's templates takes, in words for whoever fills them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notifications.channels.fact_values import FactType
from notifications.channels.facts import NAMES
from notifications.channels.weixin.fields import KINDS

TAKES: Final[Mapping[str, Promise]] = {
    "thing": _("Words, up to 20 characters. Longer ones are shortened, but never within a figure."),
    "short_thing": _("Words, up to 5 characters."),
    "phrase": _("1 to 5 Chinese characters and nothing else."),
    "const": _("A value that WeChat has approved. List them: const3=phrase|=调查中|=已恢复"),
    "enum": _("A value that WeChat lists. List those that may be sent, as for const."),
    "amount": _("An amount of money, whole or not at all."),
    "date": _("A date."),
    "time": _("A time with its date."),
    "number": _("A number."),
    "character_string": _("Letters, digits and signs without gaps, up to 32; no Chinese."),
    "phone_number": _("A phone number."),
    "name": _("A name: up to 10 Chinese characters, or 20 letters."),
}


@dataclass(frozen=True)
class FieldHelp:
    """A kind of field, what it takes, and the facts that fit; none means that every fact does."""

    kind: str
    takes: Promise
    facts: Sequence[str]


def field_helps() -> list[FieldHelp]:
    """Return one for each kind of field that a fact can fill."""
    return [FieldHelp(kind, said, _fitting(kind)) for kind, said in TAKES.items()]


def _fitting(kind: str) -> Sequence[str]:
    facts = KINDS[kind].facts
    if facts == frozenset(FactType):
        return []
    return [name for name, (type_of, _label) in NAMES.items() if type_of in facts]
