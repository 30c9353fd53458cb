"""What a notice says beyond its text, in every language: kept in the log with it."""

from django.utils.translation import override

from statuspage.settlement.notices import NoticeKind
from statuspage.settlement.notices.base import Given
from statuspage.statements.canonical import Json
from statuspage.statements.texts import LANGUAGES


def derived(kind: NoticeKind, payload: Given) -> dict[str, Json]:
    """`details`, `tables` and `brief` by language; what is empty is left out.

    Nobody who reads the log, or sends it on, needs to know the kinds.
    """
    found: dict[str, dict[str, Json]] = {name: {} for name in ("details", "tables", "brief")}
    for language in LANGUAGES:
        with override(language):
            found["details"][language] = [one.as_json() for one in kind.said(payload, language)]
            found["tables"][language] = [one.as_json() for one in kind.tables(payload, language)]
            found["brief"][language] = kind.brief(payload, language)
    return {name: dict(texts) for name, texts in found.items() if any(texts.values())}


def tabled(kind: NoticeKind, payload: Given) -> dict[str, Json]:
    """The `tables` alone, by language."""
    return {name: said for name, said in derived(kind, payload).items() if name == "tables"}
