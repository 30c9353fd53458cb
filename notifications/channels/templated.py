"""Providers that send approved templates and no free text."""

import re
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from notifications.channels import filling
from notifications.channels.base import MessageTemplate, Provider
from notifications.channels.fact_values import Fact
from notifications.channels.facts import NAMES, Facts
from notifications.channels.filling import Values

# Codes of NO_TEMPLATE with which we ourselves give up: the provider was not asked.
NONE, ABROAD, HOME = "none", "abroad", "home"
UNWRITTEN: Final = frozenset({NONE, ABROAD, HOME})
PLACE: Final = re.compile(r"\{(\w+)\}")


class Verdict(StrEnum):
    """What a provider says of a template."""

    IN_REVIEW = "in_review"
    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True)
class TemplateAnswer:
    """The state of a template at its provider, why it was refused, and its text there.

    An empty text says nothing about it.
    """

    state: Verdict
    reason: str = ""
    text: str = ""


def storable(said: object) -> str:
    """Return a text of a provider's that the database can store: without NUL, lone surrogates."""
    text = said if isinstance(said, str) else ""
    return text.encode(errors="replace").decode().replace("\0", "")


class TemplateRefused(Exception):
    """The provider did not take a template for review; the message is its reason."""


class TemplatedProvider(Provider):
    """A provider whose messages are approved templates with typed variables."""

    uses_templates = True
    # One variable in a template's text, its name as the first group; None: the text is not ours.
    variable: ClassVar[re.Pattern[str] | None] = None
    # Where the data of its contents has the template's id; empty: one that is refused does not rest
    # (delivery/template_faults.py).
    id_key: ClassVar[str] = ""

    def fill(self, template: MessageTemplate, facts: Facts) -> Values | None:
        """Return the value of each variable; None where a fact is missing or does not fit."""
        if self.misfits(template):
            return None
        values = filling.filled(template, facts, self.variable_limit)
        if values is None:
            return None
        taken = all(self.takes(template, name, one) for name, one in values.items())
        return values if taken else None

    def misfits(self, template: MessageTemplate) -> Sequence[str]:
        """Return the variables that are only in the text, or only have a fact."""
        if self.variable is None:
            return []
        return sorted({*self.variable.findall(template.text)} ^ {*template.fields})

    def takes(self, template: MessageTemplate, variable: str, value: str) -> bool:
        """Return whether the provider takes a value in a variable, whatever its length."""
        return True

    def default_templates(self) -> Sequence[MessageTemplate]:
        """Return the templates of the settings, for everything that has none in the registry."""
        return ()

    def settles_fields(self) -> bool:
        """Return whether the settings also say what fills the variables of these."""
        return False

    def variable_limit(self, variable: str, fact: Fact) -> int:
        """Return how many UTF-16 units a variable takes for such a fact; 0: any."""
        return 0

    def check_template(self, template: MessageTemplate) -> None:
        """Raise ValidationError where the provider could not send the template as it is."""
        unknown = sorted({one for one in template.fields.values() if one not in NAMES})
        if unknown:
            problem = _("There is no fact of this name: %(names)s.")
            raise ValidationError({"fields": problem % {"names": ", ".join(unknown)}})
        if misfits := self.misfits(template):
            problem = _("The text and its variables differ: %(names)s.")
            raise ValidationError({"fields": problem % {"names": ", ".join(misfits)}})

    def suggested_for(self, language: str) -> Sequence[bool]:
        """Return whether suggested texts in a language are for numbers at home, abroad, or both."""
        return (False,)

    def written(self, text: str, *, abroad: bool) -> tuple[str, Mapping[str, str]]:
        """Return a text with `{fact}` in it as the provider writes variables, and its fields.

        An empty text: nothing is suggested for this provider.
        """
        return "", {}

    def suggests(self) -> bool:
        """Return whether texts are suggested for the provider; else it has texts of its own."""
        return type(self).written is not TemplatedProvider.written

    def can_register(self) -> bool:
        """Return whether the provider takes templates for review by its API."""
        return type(self).register_template is not TemplatedProvider.register_template

    async def register_template(self, template: MessageTemplate) -> str:
        """Ask the provider to review a template, and return its id there.

        Raises:
            TemplateRefused: the provider does not take it.
            NotAccepted: it did not answer, or not now.
        """
        raise TemplateRefused

    @abstractmethod
    async def ask_templates(
        self, templates: Sequence[MessageTemplate]
    ) -> Mapping[str, TemplateAnswer]:
        """Return what the provider says of these, by their ids; without those that it lacks.

        Raises:
            NotAccepted: it did not answer.
        """
