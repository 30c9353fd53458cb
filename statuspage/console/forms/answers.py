"""Correcting a statement, or taking it back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from statuspage.console.drafts import Document, answer_content, draft
from statuspage.console.forms.compose import ComposeForm
from statuspage.console.forms.fields import body_field
from statuspage.staff.models import Staff
from statuspage.statements.models import Statement
from statuspage.statements.services import (
    CORRECTION,
    WITHDRAWAL,
    statement_correct,
    statement_withdraw,
)
from statuspage.statements.undoing import would_undo


@dataclass(frozen=True)
class Answer:
    """A way to answer a statement: its words on the page, and the service that does it."""

    title: str | Promise
    explanation: str | Promise
    label: str | Promise
    publish: Callable[..., Statement]


ANSWERS: Final[Mapping[str, Answer]] = {
    CORRECTION: Answer(
        title=_("Correct statement %(number)s"),
        explanation=_(
            "The correction is a new statement. The original stays visible, with a note that it"
            " was corrected; everyone who was told of it is told of the correction."
        ),
        label=_("What was wrong, and what is right"),
        publish=statement_correct,
    ),
    WITHDRAWAL: Answer(
        title=_("Withdraw statement %(number)s"),
        explanation=_(
            "The withdrawal is a new statement. The original stays visible, with a note that it"
            " was withdrawn; everyone who was told of it is told of the withdrawal."
        ),
        label=_("Why it is withdrawn"),
        publish=statement_withdraw,
    ),
}


class AnswerForm(ComposeForm):
    """The text of a correction or a withdrawal."""

    body = body_field("")

    def __init__(self, data: QueryDict | None, *, statement: Statement, kind: str) -> None:
        super().__init__(data, initial=_first_text(statement, kind))
        self.statement, self.kind = statement, kind
        self.fields["body"].label = str(ANSWERS[kind].label)

    def draft(self, number: int) -> Document:
        """The answer as it would be."""
        answered = self.statement
        return draft(
            number=number,
            kind=self.kind,
            subject=(answered.subject_type, answered.subject_id),
            content=self._content(),
            now=timezone.now(),
            corrects=answered.number,
        )

    def _content(self) -> dict[str, Any]:
        """What is written, and for a withdrawal what it would undo."""
        written = answer_content(self.statement.content, self.usable().get("body"))
        return {**written, **(would_undo(self.statement) if self.kind == WITHDRAWAL else {})}

    def publish(self, author: Staff) -> Statement:
        """Publish the answer."""
        return ANSWERS[self.kind].publish(
            statement=self.statement, body=self.cleaned_data["body"], author=author
        )


def _first_text(statement: Statement, kind: str) -> dict[str, Any]:
    """A correction begins with the text that it corrects; a withdrawal with nothing."""
    return {"body": statement.content["body"]} if kind == CORRECTION else {}
