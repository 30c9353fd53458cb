"""Which approved template a statement or a note goes out by, and what none was approved for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from notifications.channels.addresses import AddressKind
from notifications.channels.base import Bulletin, Content, MessageTemplate, Note, Provider
from notifications.channels.facts import Facts, facts_of, facts_of_note
from notifications.channels.filling import choose
from notifications.channels.templated import TemplatedProvider
from notifications.delivery.audience import moment_of
from notifications.delivery.models import Broadcast, BroadcastState
from notifications.delivery.render import bulletin_of
from notifications.templates.models import Template
from notifications.templates.selectors import approved_templates
from statuspage.statements.models import Statement
from statuspage.statements.texts import LANGUAGES


class Key(NamedTuple):
    """One message that many readers get: of a statement, in a language, at home or abroad.

    None: for both, or the medium has no countries.
    """

    statement: int
    language: str
    abroad: bool | None


class Message(NamedTuple):
    """Such a message, with what chooses its template."""

    key: Key
    kind: str
    moment: str
    facts: Facts


class Templates:
    """The approved templates of a provider, read once for a batch."""

    def __init__(
        self, provider: Provider, known: Mapping[str, Sequence[Template]] | None = None
    ) -> None:
        self.provider = provider
        self._approved = approved_templates(provider, known)

    def for_bulletin(self, bulletin: Bulletin, *, abroad: bool = False) -> MessageTemplate | None:
        """Return the template by which a statement goes out, or None."""
        if not isinstance(self.provider, TemplatedProvider):
            return None
        moment = str(moment_of(bulletin.document))
        return self._chosen(facts_of(bulletin), bulletin.kind, moment, bulletin.language, abroad)

    def for_note(self, note: Note, *, abroad: bool = False) -> MessageTemplate | None:
        """Return the template by which a note goes out, or None."""
        if not isinstance(self.provider, TemplatedProvider):
            return None
        return self._chosen(facts_of_note(note), note.kind, "", note.language, abroad)

    def can_send(self, message: Message) -> bool:
        """Return whether a statement in one language can go out."""
        if not isinstance(self.provider, TemplatedProvider):
            return True
        key = message.key
        chosen = self._chosen(
            message.facts, message.kind, message.moment, key.language, bool(key.abroad)
        )
        return chosen is not None

    def _chosen(
        self,
        facts: Facts,
        kind: str,
        moment: str,
        language: str,
        abroad: bool,
    ) -> MessageTemplate | None:
        provider = self.provider
        assert isinstance(provider, TemplatedProvider)  # noqa: S101
        return choose(
            self._approved,
            lambda one: provider.fill(one, facts),
            kind,
            moment,
            language,
            abroad=abroad,
        )


def composed(provider: Provider, bulletin: Bulletin, templates: Templates | None = None) -> Content:
    """Return a bulletin as a provider sends it, by its template if it needs one.

    For numbers abroad there are templates of their own.
    """
    used = templates or Templates(provider)
    return _both(
        provider,
        lambda abroad: provider.compose(bulletin, used.for_bulletin(bulletin, abroad=abroad)),
    )


def composed_note(provider: Provider, note: Note) -> Content:
    """Return a note as a provider sends it, by its template if it needs one."""
    used = Templates(provider)
    return _both(
        provider, lambda abroad: provider.compose_note(note, used.for_note(note, abroad=abroad))
    )


def _both(provider: Provider, compose: Callable[[bool], Content]) -> Content:
    home = compose(False)
    if not provider.uses_templates or provider.address_kind != AddressKind.PHONE:
        return home
    return replace(home, abroad=compose(True))


def messages_under_way(medium: str, kind: AddressKind) -> list[Message]:
    """Return every message of the broadcasts that are not finished yet on a medium: few."""
    open_ones = Broadcast.objects.exclude(state=BroadcastState.FINISHED)
    rows = open_ones.values_list("statement_id", "channels", "statement__document")
    sides: Sequence[bool | None] = (False, True) if kind == AddressKind.PHONE else (None,)
    return [
        Message(Key(number, language, side), document["kind"], moment, facts)
        for number, channels, document in rows
        if not channels or medium in channels
        for moment in [str(moment_of(document))]
        for language in LANGUAGES
        for facts in [facts_of(bulletin_of(document, language))]
        for side in sides
    ]


def document_of(number: int) -> Mapping[str, Any]:
    """Return what a statement says."""
    document: Mapping[str, Any] = Statement.objects.values_list("document", flat=True).get(
        pk=number
    )
    return document
