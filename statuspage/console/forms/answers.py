"""Forms to correct or withdraw a statement."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from statuspage.approvals.answers import answer_findings
from statuspage.approvals.models import ProposalAct
from statuspage.approvals.submitting import answer_alone
from statuspage.console.forms.compose import NOT_WRITTEN
from statuspage.console.forms.confirming import ExplainedForm
from statuspage.console.forms.facts import FactFields, field_of
from statuspage.console.forms.fields import body_field
from statuspage.console.forms.versions import OvertakenForm
from statuspage.incidents.placeholders import Facts, facts_of
from statuspage.lib.database_clock import database_now
from statuspage.statements.documents import Content, correction_content, withdrawal_content
from statuspage.statements.models import Statement
from statuspage.statements.selectors import body_as_corrected, content_now, timeline
from statuspage.statements.services import (
    CORRECTION,
    WITHDRAWAL,
    check_answerable,
    check_correction,
    preview_correction,
    preview_withdrawal,
)


@dataclass(frozen=True)
class AnswerKind:
    """A correction or a withdrawal: its words on the page, and the act that it is."""

    title: str | Promise
    explanation: str | Promise
    label: str | Promise
    act: ProposalAct


ANSWERS: Final[Mapping[str, AnswerKind]] = {
    CORRECTION: AnswerKind(
        title=_("Correct statement %(number)s"),
        explanation=_(
            "The correction is a new statement. The original stays visible, marked as "
            "corrected. Everyone notified of the original is notified of the correction. "
            "Change what was wrong, and leave the rest as it is."
        ),
        label=_("What was wrong, and what is right"),
        act=ProposalAct.CORRECTION,
    ),
    WITHDRAWAL: AnswerKind(
        title=_("Withdraw statement %(number)s"),
        explanation=_(
            "The withdrawal is a new statement. The original stays visible, marked as "
            "withdrawn. Everyone notified of the original is notified of the withdrawal."
        ),
        label=_("Reason for withdrawal"),
        act=ProposalAct.WITHDRAWAL,
    ),
}


class AnswerForm(ExplainedForm, OvertakenForm):
    """The text of a correction or a withdrawal, written in view of all that was said so far."""

    body = body_field("")

    def __init__(self, data: QueryDict | None, *, statement: Statement, kind: str) -> None:
        self.said = timeline(statement.subject_type, statement.subject_id)
        self.seen_version = self.newest_version
        first = {**_first_text(statement, kind), "version": self.newest_version}
        super().__init__(data, initial=first)
        self.fact_fields = FactFields(self, statement) if kind == CORRECTION else None
        self.states = self.fact_fields.states if self.fact_fields else None
        self.statement, self.statement_kind = statement, kind
        self.act = ANSWERS[kind].act
        self.subject_type, self.subject_id = statement.subject_type, statement.subject_id
        self.corrects = statement.number
        self.fields["body"].label = str(ANSWERS[kind].label)

    @property
    def newest_version(self) -> int:
        """The number of the newest statement about the same subject."""
        return self.said[-1].number

    @property
    def missed(self) -> list[Statement]:
        """The statements published since the form was opened, oldest first."""
        return [one for one in self.said if one.number > self.seen_version]

    def clean(self) -> dict[str, Any]:
        """Refuse what cannot be answered, misses the latest news, or changes nothing."""
        self.check(check_answerable, self.statement)
        values = self.cleaned_data if self.errors else super().clean()
        if self.fact_fields and not self.errors:
            facts = self.fact_fields.changed(values)
            self.check(check_correction, self.statement, values["body"], facts)
        if "body" in values:
            said = self.statement, values["body"], database_now()
            self.findings = answer_findings(self.act, *said)
        return values

    def fixed_facts(self) -> Facts:
        """Return what is known of the statement."""
        said = self.statement
        return facts_of(now=database_now(), name=said.content.get("name"), number=said.number)

    def facts(self, values: Mapping[str, Any]) -> Facts:
        """Return what is known of the statement; no field changes it."""
        return self.fixed_facts()

    def content(self, now: datetime) -> Content:
        """Return the content of the correction or withdrawal; the latter lists what it undoes."""
        said, body = self.statement, self.usable().get("body") or NOT_WRITTEN
        if self.statement_kind == CORRECTION:
            found = preview_correction(said, self.corrected)
            return correction_content(content_now(said), body, found)
        return withdrawal_content(content_now(said), body, preview_withdrawal(said))

    @property
    def corrected(self) -> dict[str, Any]:
        """The facts that the author changed, by name."""
        return self.fact_fields.changed(self.usable()) if self.fact_fields and self.is_bound else {}

    def given(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the service's arguments: the text, and the facts that change."""
        return {**super().given(values), **self.corrected}

    def field_for(self, name: str) -> str | None:
        """Return the form's field for a fact."""
        return super().field_for(field_of(name))

    def service(self, **said: Any) -> Statement:
        """Publish the correction or withdrawal, where one person may."""
        return answer_alone(act=self.act, statement=self.statement, **said)


def _first_text(statement: Statement, kind: str) -> dict[str, Any]:
    """Return the first values: the text as it stands for a correction, nothing otherwise."""
    return {"body": body_as_corrected(statement)} if kind == CORRECTION else {}
