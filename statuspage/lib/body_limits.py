"""How long a request's body may be: little from anybody, more from whoever may send more there.

The web server asks before it reads: it sends a request without its body, marked ASKED, through
Django up to the view, whose rule answers. So the same session, second factor and token decide that
decide about the request itself.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

# What anybody may send anywhere: forms and callbacks are far shorter.
ANONYMOUS_BYTES: Final = 64 << 10
# Forms of staff who are signed in, with long texts in two languages.
SIGNED_IN_BYTES: Final = 1 << 20
# In the environ of such a question, and in the headers of the answer.
ASKED: Final = "candor.body_allowance"
ANSWER: Final = "Candor-Body-Allowance"
# Beside it where the rest of a longer body is dropped, instead of refusing all of it.
REST: Final = "Candor-Body-Rest"
DROPPED: Final = "dropped"
# In the environ of a request whose body was cut: how many bytes it had.
LENGTH: Final = "candor.body_length"

ViewT = TypeVar("ViewT", bound=Callable[..., HttpResponseBase])
Rule = Callable[..., int]


def takes_bodies(rule: Rule) -> Callable[[ViewT], ViewT]:
    """Give a view a rule, which returns bytes by request and the URL's parts."""

    def marked(view: ViewT) -> ViewT:
        view.body_allowance = rule  # type: ignore[attr-defined]
        return view

    return marked


def allowance_answer(
    request: HttpRequest, view: Any, parts: dict[str, Any], otherwise: int
) -> HttpResponse:
    """Return the answer for a view: what its rule or that of its class allows, else `otherwise`."""
    holder = getattr(view, "cls", None) or getattr(view, "view_class", None) or view
    rule: Rule | None = getattr(holder, "body_allowance", None)
    most = rule(request, **parts) if rule else otherwise
    headers = {ANSWER: str(max(most, ANONYMOUS_BYTES))}
    drops = getattr(holder, "rest_is_dropped", False)
    if most and (drops(request, **parts) if callable(drops) else drops):
        headers[REST] = DROPPED
    return HttpResponse(status=204, headers=headers)
