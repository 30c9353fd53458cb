"""Ask WeChat which templates an account has, and compare them with the map of their fields.

Source: developers.weixin.qq.com, getAllTemplates and getwxapubnewtemplate.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _

from notifications.channels.base import MessageTemplate
from notifications.channels.facts import NAMES
from notifications.channels.http import ProviderResponse, session
from notifications.channels.outcomes import NotAccepted, NotSent, Reason, Unknown
from notifications.channels.templated import TemplateAnswer, Verdict
from notifications.channels.weixin.account import Account, Connection
from notifications.channels.weixin.codes import refusal_of
from notifications.channels.weixin.fields import (
    KINDS,
    OPTIONAL,
    REGISTERED,
    Registered,
    fields_in,
    fits,
    kind_name,
)
from notifications.channels.weixin.filling import constants, names

TEMPLATE_MESSAGES: Final = "cgi-bin/template/get_all_private_template"
SUBSCRIPTION_MESSAGES: Final = "wxaapi/newtmpl/gettemplate"


async def ask(
    account: Account, path: str, templates: Sequence[MessageTemplate]
) -> Mapping[str, TemplateAnswer]:
    """Return what WeChat has of these templates, by id; those that it lacks are not there.

    Raises:
        NotAccepted: there was no answer, or it was no list.
    """
    async with session() as opened:
        answer = await Connection(opened, account).call("GET", path)
    found = {one.template_id: one for one in listed(answer)}
    return {
        one.provider_id: _answer(found[one.provider_id], one)
        for one in templates
        if one.provider_id in found
    }


def listed(answer: ProviderResponse) -> list[Registered]:
    """Return the templates of either list.

    Raises:
        NotAccepted: it is an error, or no list.
    """
    given = answer.json()
    code = given.get("errcode", 0)
    rows = given.get("template_list", given.get("data"))
    if answer.status != 200 or code != 0 or not isinstance(rows, list):
        refusal = refusal_of(code or answer.status)
        if isinstance(refusal, NotSent | Unknown):
            raise NotAccepted(refusal)
        raise NotAccepted(NotSent(Reason.OTHER, str(code)))
    return [read for row in rows if isinstance(row, dict) and (read := _read(row))]


def _read(row: Mapping[str, Any]) -> Registered | None:
    template_id = row.get("template_id", row.get("priTmplId"))
    content = row.get("content")
    if not isinstance(template_id, str) or not isinstance(content, str):
        return None
    return Registered(
        template_id=template_id,
        content=content,
        fields=fields_in(content),
        approved=_approved(row.get("keywordEnumValueList")),
    )


def _approved(given: Any) -> Mapping[str, Collection[str]]:
    rows = given if isinstance(given, list) else []
    return {
        str(row.get("keywordCode", "")).removesuffix(".DATA"): [
            str(one) for one in row.get("enumValueList") or ()
        ]
        for row in rows
        if isinstance(row, dict)
    }


def _answer(registered: Registered, template: MessageTemplate) -> TemplateAnswer:
    """Return that it can be used, or why not: what WeChat would answer with 47003."""
    problems = findings(registered, template.fields)
    verdict = Verdict.REFUSED if problems else Verdict.APPROVED
    return TemplateAnswer(verdict, " ".join(problems), registered.content)


def findings(registered: Registered, fields: Mapping[str, str]) -> list[str]:
    """Return what is wrong with a map for a template, one sentence each."""
    wanted = [one for one in registered.fields if one not in OPTIONAL]
    lacking = [one for one in wanted if not fields.get(one)]
    spare = [one for one in fields if one not in registered.fields]
    problems = []
    if lacking:
        problems.append(_("Say what fills %(names)s.") % {"names": ", ".join(lacking)})
    if spare:
        problems.append(_("The template has no field %(names)s.") % {"names": ", ".join(spare)})
    for name in registered.fields:
        problems += field_findings(name, fields.get(name, ""), registered.approved.get(name, ()))
    return problems


def field_findings(name: str, sources: str, approved: Collection[str] = ()) -> list[str]:
    """Return what is wrong with what fills one field, one sentence each."""
    kind = KINDS.get(kind_name(name))
    if kind is None:
        return [_("WeChat has no kind of field that begins %(name)s.") % {"name": name}]
    problems = []
    for one in names(sources):
        if one and one not in NAMES:
            problems.append(_("There is no fact of this name: %(names)s.") % {"names": one})
        elif one and NAMES[one][0] not in kind.facts:
            values = {"fact": one, "name": name}
            problems.append(_("%(fact)s does not fit into %(name)s.") % values)
    for value in constants(sources):
        if not fits(name, value, approved):
            values = {"value": value, "name": name}
            problems.append(_("WeChat does not take “%(value)s” in %(name)s.") % values)
    if kind_name(name) in REGISTERED and sources and not constants(sources):
        problems.append(
            _("List the values that WeChat has approved for %(name)s.") % {"name": name}
        )
    return problems
