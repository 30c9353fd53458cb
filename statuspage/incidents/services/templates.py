"""Write, order and delete the words kept at hand; every change is in the audit log."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from statuspage.components.selectors import components_by_public_id
from statuspage.components.statuses import ComponentStatus, Impact
from statuspage.incidents.content import NAME_LENGTH
from statuspage.incidents.lifecycle import IncidentStatus
from statuspage.incidents.models import Template
from statuspage.incidents.moments import (
    has_claims,
    has_components,
    has_name,
    has_short,
    moments,
    unknown_placeholders,
)
from statuspage.staff.audit import changes, record
from statuspage.staff.models import Staff
from statuspage.statements.canonical import canonical, digest
from statuspage.statements.choices import clean_choice, one_of
from statuspage.statements.short import clean_short
from statuspage.statements.texts import clean_text

TITLE_LENGTH: Final = 80
FIRST_STATUSES: Final = [one for one in IncidentStatus if one != IncidentStatus.RESOLVED]
# Raises ValidationError where this person may not make such a change: None is a deletion.
Guard = Callable[[Template, Staff, Template | None], None]
_GUARDS: Final[list[Guard]] = []


def on_template_change(guard: Guard) -> None:
    """Ask `guard` before a template is changed or deleted: what uses it may have rules about it."""
    if guard not in _GUARDS:
        _GUARDS.append(guard)


def template_digest(template: Template) -> str:
    """Return a digest of all that a form shows of the template."""
    shown = {name: value for name, value in _state(template).items() if name != "position"}
    return digest(canonical(shown))


def template_save(
    *, template: Template | None, by: Staff, seen: str | None = None, ip: str = "", **values: Any
) -> Template:
    """Add a template, or change this one; `components` are public ids.

    `seen` is the digest of the template as the author read it.

    Raises:
        ValidationError: by field, a text, placeholder, moment or choice that is not usable; or
            whoever uses the template does not allow the change, or somebody else changed it.
    """
    given = cleaned_words(values)
    components = components_by_public_id(given.pop("components")).values()
    with transaction.atomic():
        row = _locked(template) if template else Template(position=_next_position(given["use"]))
        before = _state(row) if template else {}
        if template and seen is not None and seen != template_digest(row):
            raise ValidationError(
                _(
                    "Somebody else changed this template in the meantime. "
                    "Save again to replace their changes with yours."
                ),
                "superseded",
            )
        wanted = Template(pk=row.pk, position=row.position, **given)
        if template:
            _ask(row, by, wanted)
        wanted.save()
        wanted.components.set(components)
        was, now = changes(before, _state(wanted))
        _record("changed" if template else "added", wanted, by, ip, was, now)
    return wanted


def template_delete(*, template: Template, by: Staff, ip: str = "") -> None:
    """Delete a template; ValidationError where something uses it."""
    with transaction.atomic():
        row = _locked(template)
        _ask(row, by, None)
        _record("deleted", row, by, ip, _state(row), {})
        row.delete()


def template_move(*, template: Template, up: bool, by: Staff, ip: str = "") -> None:
    """Move a template one place up or down among those for the same moment."""
    with transaction.atomic():
        rows = list(Template.objects.select_for_update().filter(use=template.use))
        place = next(at for at, one in enumerate(rows) if one.pk == template.pk)
        other = place - 1 if up else place + 1
        if not 0 <= other < len(rows):
            return
        rows[place], rows[other] = rows[other], rows[place]
        for position, one in enumerate(rows):
            one.position = position
        Template.objects.bulk_update(rows, ["position"])
        _record("changed", template, by, ip, {"position": place}, {"position": other})


def cleaned_words(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return usable values, without those that the moment does not have.

    Raises:
        ValidationError: by field, what is not usable.
    """
    use = one_of([one for one, _label in moments()], values.get("use"))
    given: dict[str, Any] = {"use": use, "components": []}
    errors: dict[str, Any] = {}
    for name, clean in _cleaners(use).items():
        try:
            given[name] = clean(values.get(name))
        except ValidationError as error:
            errors[name] = error
    for name in ("name", "body", "short"):
        texts = given.get("short", {}).values() if name == "short" else [given.get(name, {})]
        left = [one for text in texts for one in unknown_placeholders(use, text)]
        if left:
            errors[name] = _unknown(left)
    if errors:
        raise ValidationError(errors)
    return given


def _cleaners(use: str) -> dict[str, Callable[[Any], Any]]:
    """Return how each value that this moment has is cleaned."""
    found: dict[str, Callable[[Any], Any]] = {"title": _title, "body": clean_text}
    if has_name(use):
        found["name"] = lambda value: clean_text(value, max_length=NAME_LENGTH)
    if has_short(use):
        found["short"] = clean_short
    if has_components(use):
        found["components"] = lambda value: list(value or ())
    if has_claims(use):
        found |= {
            "status": lambda value: one_of(FIRST_STATUSES, value),
            "impact": lambda value: clean_choice(Impact, value),
            "component_status": lambda value: clean_choice(ComponentStatus, value),
        }
    return found


def _title(value: object) -> str:
    title = " ".join(str(value or "").split())
    if not title or len(title) > TITLE_LENGTH or "\x00" in title:
        raise ValidationError(
            _("Enter a title of at most %(most)d characters."), params={"most": TITLE_LENGTH}
        )
    return title


def _unknown(left: list[str]) -> ValidationError:
    return ValidationError(
        _(
            "Unknown placeholders: %(names)s. Use those listed below, or begin with a question "
            "mark what the author must fill in: {?reason}."
        ),
        code="placeholder",
        params={"names": " ".join(dict.fromkeys(left))},
    )


def _ask(row: Template, by: Staff, wanted: Template | None) -> None:
    for guard in _GUARDS:
        guard(row, by, wanted)


def _locked(template: Template) -> Template:
    return Template.objects.select_for_update().get(pk=template.pk)


def _next_position(use: str) -> int:
    last: int | None = Template.objects.filter(use=use).aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


def _columns(row: Template) -> dict[str, Any]:
    return {one.name: getattr(row, one.name) for one in Template._meta.concrete_fields[1:]}


def _state(row: Template) -> dict[str, Any]:
    concerned = sorted(one.public_id for one in row.components.all())
    return {**_columns(row), "components": concerned}


def _record(
    what: str, row: Template, by: Staff, ip: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    record(
        act=f"incidents.template.{what}",
        staff=by,
        target=row.title,
        before=before,
        after=after,
        ip=ip,
    )
